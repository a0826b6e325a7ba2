"""The hosted ear: chunks of sound go to any server that speaks OpenAI's audio transcriptions."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.adapters.audio.compact_sound import compact
from pipeline.adapters.audio.transcriber import Sound
from pipeline.adapters.openai_model.breaker import Breaker
from pipeline.adapters.openai_model.heard_reply import heard_chunk
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.purse import Purse
from pipeline.adapters.openai_model.retries import Retries, Timing
from pipeline.adapters.openai_model.server import TRANSCRIPTION, HostedModel
from pipeline.adapters.openai_model.wire import RequestRefused
from pipeline.domain.audio import SURE_OF_LANGUAGE, HeardChunk
from pipeline.domain.errors import NoTranscript
from pipeline.domain.spending import Purpose, Spending, minutes_price
from pipeline.ports import Clock

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_PATIENCE: Final = Patience(tries=4, seconds=900.0)
_SHORTEST: Final = 0.5
"""Servers refuse sound of less than a tenth of a second; nothing is said in so little."""
_CONNECTING: Final = 120.0
_SECONDS_EACH: Final = 4.0
"""What a server without a GPU may take for a second of sound."""
_FORMS: Final[tuple[dict[str, Any], ...]] = (
    {"response_format": "verbose_json", "timestamp_granularities": ["segment"]},
    {"response_format": "verbose_json"},
    {"response_format": "json"},
)
"""What a server is asked for, the best first; the last one has no times."""

_log = logging.getLogger(__name__)


class HostedEar:
    """An Ear on a server. Make it with `open_ear`."""

    def __init__(
        self, client: "AsyncOpenAI", model: HostedModel, *, price: float, purse: Purse, clock: Clock, timing: Timing
    ) -> None:
        self.model = model
        self.price = price
        self._client = client
        self._purse = purse
        self._clock = clock
        self._retries = Retries.of(Breaker(timing.monotonic, what="the transcription service"), timing)
        self._form = 0

    @property
    def problem(self) -> str:
        """Why the server is left alone now, one sentence; empty when it is not."""
        return self._retries.problem

    @property
    def key(self) -> str:
        """See Ear. The server belongs to it: the same name may be another model elsewhere."""
        return f"{self.model.host}|{self.model.name}"

    @property
    def format(self) -> str:
        """See Ear."""
        return f"hosted:{self.model.name}"

    async def hear(self, sound: Sound, *, on_progress: Callable[[float], None]) -> HeardChunk:
        """See Ear. Where the language stays open, the chunk is heard again in the feed's.

        Raises NoTranscript; ModelBusy when all tries failed, ModelQuota, ModelRefused or ModelError.
        """
        on_progress(0.0)
        if sound.end - sound.start < _SHORTEST:
            return HeardChunk(())
        try:
            body = await asyncio.to_thread(compact, sound.path, start=sound.start, end=sound.end)
        except OSError as error:
            raise NoTranscript(("The decoded audio of this episode cannot be read.",)) from error
        heard = await self._heard(body, sound)
        if _is_open(heard, sound):
            heard = await self._heard(body, replace(sound, language=sound.hint))
        on_progress(1.0)
        return heard

    async def close(self) -> None:
        """See Ear: the connection belongs to `open_ear`."""

    async def _heard(self, body: bytes, sound: Sound) -> HeardChunk:
        reply = await self._reply(body, sound)
        return heard_chunk(reply, start=sound.start, end=sound.end, asked=sound.language)

    async def _reply(self, body: bytes, sound: Sound) -> dict[str, Any]:
        """The reply in the best form that the server turns out to know, paid for."""
        cost = minutes_price(sound.end - sound.start, self.price)
        reserved = await self._purse.reserve(cost)
        try:
            reply = await self._settled(body, sound)
            await self._purse.record(
                Spending(
                    at=self._clock.now(),
                    purpose=Purpose.TRANSCRIBE,
                    subject=sound.episode_id,
                    model=self.model.name,
                    tokens_in=0,
                    tokens_out=0,
                    micros=cost,
                )
            )
        finally:
            self._purse.release(reserved)
        return reply

    async def _settled(self, body: bytes, sound: Sound) -> dict[str, Any]:
        form = self._form
        while True:
            try:
                reply = await self._asked(body, sound, _FORMS[form])
            except RequestRefused:
                form += 1
                if form == len(_FORMS):
                    raise
                continue
            if form != self._form:
                self._form = form
                _log.info("Settled how to ask for a transcript.", extra={"host": self.model.host, "form": form})
            return reply

    async def _asked(self, body: bytes, sound: Sound, form: dict[str, Any]) -> dict[str, Any]:
        return await self._retries.call(lambda: self._once(body, sound, form), patience=_PATIENCE)

    async def _once(self, body: bytes, sound: Sound, form: dict[str, Any]) -> dict[str, Any]:
        import openai

        from pipeline.adapters.openai_model.faults import explained, not_compatible

        seconds = _CONNECTING + _SECONDS_EACH * (sound.end - sound.start)
        options = {**form, "language": sound.language} if sound.language else form
        try:
            # The client's own limit is for each piece of the reply: one that drips would never end.
            async with asyncio.timeout(seconds):
                reply: object = await self._client.audio.transcriptions.create(
                    file=("chunk.mp3", body, "audio/mpeg"), model=self.model.name, timeout=seconds, **options
                )
        except (openai.OpenAIError, TimeoutError, json.JSONDecodeError) as error:
            raise explained(
                error, model=self.model.name, host=self.model.host, seconds=seconds, service=TRANSCRIPTION
            ) from error
        if not isinstance(reply, openai.BaseModel):
            raise not_compatible(self.model.host, service=TRANSCRIPTION)
        return reply.model_dump(warnings=False)


@asynccontextmanager
async def open_ear(
    model: HostedModel, *, price: float, purse: Purse, clock: Clock, timing: Timing | None = None
) -> AsyncIterator[HostedEar]:
    """The ear; nothing is sent before the first sound. `price` is in dollars for a minute."""
    from openai import AsyncOpenAI

    # Servers on one's own machine want no key, the client wants one.
    async with AsyncOpenAI(api_key=model.api_key or "none", base_url=model.base_url, max_retries=0) as client:
        yield HostedEar(client, model, price=price, purse=purse, clock=clock, timing=timing or Timing())


def _is_open(heard: HeardChunk, sound: Sound) -> bool:
    """Whether the words leave the language open, and the feed names another one."""
    return (
        sound.language is None
        and sound.hint is not None
        and bool(heard.segments)
        and heard.confidence < SURE_OF_LANGUAGE
        and heard.language != sound.hint
    )
