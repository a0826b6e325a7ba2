"""The language model: a prompt goes in, a checked reply comes out."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final, TypeVar

from pydantic import ValidationError

from pipeline.adapters.openai_model.dialect import Dialect
from pipeline.adapters.openai_model.endpoint import Endpoint
from pipeline.adapters.openai_model.found_json import find_object
from pipeline.adapters.openai_model.meter import Meter, Subject
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.prompting import instruction
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.server import ModelServer
from pipeline.adapters.openai_model.shapes import Reply, schema_of
from pipeline.adapters.openai_model.wire import Call, Completion, Declined, Ear, RequestRefused, Turn, Unusable
from pipeline.domain.identity import content_hash
from pipeline.domain.spending import Purpose
from pipeline.ports import Clock, ReplyStore, SpendingLedger

R = TypeVar("R", bound=Reply)

_MOST_TOKENS: Final = 4_000
"""Of a reply; eight insights take about 1,500. Twice as many after a reply that was cut."""
_SHOWN_AGAIN: Final = 12_000
"""Characters of a bad reply that its repair turn repeats."""

_log = logging.getLogger(__name__)


class LanguageModel:
    """The models on one server. Make it with `open_model`."""

    def __init__(self, server: ModelServer, *, endpoint: Endpoint, meter: Meter, replies: ReplyStore) -> None:
        self.server = server
        self._endpoint = endpoint
        self._meter = meter
        self._replies = replies
        self._dialects: dict[str, Dialect] = {}

    @property
    def problem(self) -> str:
        """Why the model is not called now, one sentence for people; empty when it is."""
        return self._endpoint.problem or self._meter.problem

    def end_pause(self) -> None:
        """The account was topped up, or the server mended: calls are made again."""
        self._endpoint.end_pause()

    async def ask(
        self,
        turns: tuple[Turn, ...],
        shape: type[R],
        *,
        model: str,
        subject: Subject,
        patience: Patience,
        seconds: float,
        ear: Ear | None = None,
    ) -> R:
        """The reply in the shape asked for; a bad one may be repaired once. `seconds` are for each try of a call.

        `ear` hears it while it is written; once it is committed, nothing is tried again. What was replied about an
        episode is kept, and the same question about it is never paid for again.

        Raises ModelBusy, ModelQuota, ModelError, or a ModelRefused: ContextTooLong, Declined, Unusable.
        """
        key = _key(model, shape, turns) if subject.purpose is Purpose.EXTRACT else None
        if key is not None and (known := await self._known(key, shape)) is not None:
            return known
        return await self._asked(
            turns, shape, model=model, subject=subject, patience=patience, seconds=seconds, ear=ear, key=key
        )

    async def _known(self, key: str, shape: type[R]) -> R | None:
        text = await self._replies.load(key)
        read = None if text is None else _read(Completion(text), shape)
        return read if isinstance(read, shape) else None

    async def _asked(
        self,
        turns: tuple[Turn, ...],
        shape: type[R],
        *,
        model: str,
        subject: Subject,
        patience: Patience,
        seconds: float,
        ear: Ear | None,
        key: str | None,
    ) -> R:
        most, asked = _MOST_TOKENS, turns
        problem = ""
        for _ in range(2):
            call = Call(model, asked, {}, seconds)
            completion = await self._complete(
                call, shape, most=most, subject=subject, patience=patience, ear=ear, key=key
            )
            if _is_declined(completion):
                raise Declined(f"{model} declined to work on this text.")
            read = _read(completion, shape)
            if isinstance(read, Reply):
                return read
            problem, most = read, most * 2 if completion.is_cut else most
            if ear is not None and ear.is_committed:
                break
            repair = instruction("repair").replace("$problem", problem)
            asked = (*turns, Turn("assistant", completion.text[:_SHOWN_AGAIN] or "(empty)"), Turn("user", repair))
        raise Unusable(f"{model} gave no usable reply: {problem}")

    async def _complete(
        self,
        call: Call,
        shape: type[Reply],
        *,
        most: int,
        subject: Subject,
        patience: Patience,
        ear: Ear | None,
        key: str | None,
    ) -> Completion:
        """One reply, in the best dialect that the server turns out to know."""
        dialect = self._dialects.get(call.model, Dialect())
        name, schema = shape.__name__.lower(), schema_of(shape)
        while True:
            reserved = await self._meter.reserve(call, most_out=most)
            options = dialect.options(name=name, schema=schema, most_tokens=most, is_heard=ear is not None)
            try:
                completion = await self._endpoint.complete(replace(call, options=options), patience=patience, ear=ear)
                await self._keep(completion, call, shape, subject=subject, key=key)
            except RequestRefused as refused:
                weaker = dialect.after(refused.said)
                if weaker is None:
                    raise
                dialect = weaker
                continue
            finally:
                self._meter.release(reserved)
            if self._dialects.get(call.model) != dialect:
                self._dialects[call.model] = dialect
                _log.info("Settled how to ask a model.", extra={"model": call.model, "form": dialect.form.name})
            return completion

    async def _keep(
        self, completion: Completion, call: Call, shape: type[Reply], *, subject: Subject, key: str | None
    ) -> None:
        """First of all the reply, if it is one: until it is stored, a crash would have it paid for again."""
        try:
            if key is not None and isinstance(_read(completion, shape), Reply) and not _is_declined(completion):
                await self._replies.save(key, completion.text, episode_id=subject.id)
        finally:
            await self._meter.record(call, completion, subject=subject)


@asynccontextmanager
async def open_model(
    server: ModelServer,
    *,
    ledger: SpendingLedger,
    replies: ReplyStore,
    clock: Clock,
    purse: Purse | None = None,
    chance: Callable[[], float] = random.random,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[LanguageModel]:
    """The models on a server; nothing is sent before the first question. `purse` is what others pay from too."""
    from openai import AsyncOpenAI

    # Servers on one's own machine want no key, the client wants one.
    key = server.api_key or "none"
    async with AsyncOpenAI(api_key=key, base_url=server.base_url, max_retries=0) as client:
        endpoint = Endpoint(client, host=server.host, random=chance, sleep=sleep, monotonic=monotonic)
        meter = Meter(server, purse=purse or Purse(server.caps, ledger=ledger, clock=clock), clock=clock)
        yield LanguageModel(server, endpoint=endpoint, meter=meter, replies=replies)


def _key(model: str, shape: type[Reply], turns: tuple[Turn, ...]) -> str:
    """Names a question by all that the reply depends on: the transcript's words and the prompt's are in the turns."""
    parts = (model, shape.__name__, *(f"{turn.role}:{turn.text}" for turn in turns))
    return content_hash("\0".join(parts).encode())


def _is_declined(completion: Completion) -> bool:
    return bool(completion.refusal) or completion.is_filtered


def _read(completion: Completion, shape: type[R]) -> R | str:
    """The reply, or what is wrong with it, as a sentence for the model."""
    found = find_object(completion.text, key=shape.key)
    if completion.is_cut and (found is None or shape.key not in found):
        return "it was cut off at the length limit. Make it shorter."
    if found is None:
        return "it holds no JSON object."
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        return f"in “{'.'.join(map(str, first['loc']))}”: {first['msg'].removeprefix('Value error, ')}."
