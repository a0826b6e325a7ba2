"""Chat completions of a server: one request, one reply, with an end to every wait."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pipeline.adapters.openai_model.breaker import Breaker
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.retries import Retries
from pipeline.adapters.openai_model.stream import Heard, first_choice, token_count
from pipeline.adapters.openai_model.wire import Call, Completion, Ear, RequestRefused
from pipeline.domain.errors import ModelBusy

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream


class Endpoint:
    """A server, called politely. `random` gives numbers from 0 to 1; all three functions are there to be replaced."""

    def __init__(
        self,
        client: "AsyncOpenAI",
        *,
        host: str,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._host = host
        self._retries = Retries(Breaker(monotonic), random=random, sleep=sleep, monotonic=monotonic)

    @property
    def problem(self) -> str:
        """Why the server is left alone now, one sentence; empty when it is not."""
        return self._retries.problem

    def end_pause(self) -> None:
        """Make calls again; the first one that fails finds out that it was too early."""
        self._retries.end_pause()

    async def complete(self, call: Call, *, patience: Patience, ear: Ear | None = None) -> Completion:
        """The model's reply, heard while it is written where the call asks for a stream.

        Raises ModelBusy when all tries failed, ModelQuota, ContextTooLong, Declined, RequestRefused or ModelError.
        """
        return await self._retries.call(
            lambda: self._once(call, ear), patience=patience, is_final=lambda: ear is not None and ear.is_committed
        )

    async def _once(self, call: Call, ear: Ear | None) -> Completion:
        import openai

        from pipeline.adapters.openai_model.faults import explained, not_compatible

        messages: Any = [{"role": turn.role, "content": turn.text} for turn in call.turns]
        try:
            # The client's own limit is for each piece of the reply: one that drips would never end.
            async with asyncio.timeout(call.seconds):
                reply: object = await self._client.chat.completions.create(
                    model=call.model, messages=messages, timeout=call.seconds, **call.options
                )
                if isinstance(reply, openai.AsyncStream):
                    return await self._listen(reply, ear)
        except (openai.OpenAIError, TimeoutError, json.JSONDecodeError) as error:
            raise explained(error, model=call.model, host=self._host, seconds=call.seconds) from error
        if not isinstance(reply, openai.types.chat.ChatCompletion):
            raise not_compatible(self._host)
        return self._read(reply.model_dump(warnings=False))

    async def _listen(self, stream: "AsyncStream[Any]", ear: Ear | None) -> Completion:
        """The pieces of a reply put together, each heard at once."""
        heard = Heard()
        async with stream:
            async for piece in stream:
                if heard.take(piece.model_dump(warnings=False)) and ear is not None:
                    ear.hear(heard.text)
        if heard.is_silent:
            # Not a single piece: a server that answers a request for a stream with one whole reply.
            raise RequestRefused(f"{self._host} does not stream.", said="stream")
        return heard.completion()

    def _read(self, reply: dict[str, Any]) -> Completion:
        """The parts that matter; the client checks nothing, so each may be missing or of another kind."""
        choice = first_choice(reply)
        if choice is None:
            raise ModelBusy(f"The language model at {self._host} sent an empty reply.")
        usage, message = reply.get("usage") or {}, choice.get("message") or {}
        return Completion(
            text=str(message.get("content") or ""),
            is_cut=choice.get("finish_reason") == "length",
            is_filtered=choice.get("finish_reason") == "content_filter",
            refusal=str(message.get("refusal") or ""),
            tokens_in=token_count(usage.get("prompt_tokens")),
            tokens_out=token_count(usage.get("completion_tokens")),
        )
