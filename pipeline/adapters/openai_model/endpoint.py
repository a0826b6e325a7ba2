"""One try after the other at the server: time limits, retries, the breaker."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pipeline.adapters.openai_model.breaker import Breaker
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.wire import Call, Completion, Throttled
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota

if TYPE_CHECKING:
    from openai import AsyncOpenAI


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
        self._random = random
        self._sleep = sleep
        self._monotonic = monotonic
        self._breaker = Breaker(monotonic)

    @property
    def problem(self) -> str:
        """Why the server is left alone now, one sentence; empty when it is not."""
        return self._breaker.problem

    async def complete(self, call: Call, *, patience: Patience) -> Completion:
        """The model's reply.

        Raises ModelBusy when all tries failed, ModelQuota, ContextTooLong, Declined, RequestRefused or ModelError.
        """
        began, tried = self._monotonic(), 0
        while True:
            tried += 1
            try:
                return await self._try(call)
            except ModelBusy as busy:
                pause = patience.pause(
                    tried,
                    spent=self._monotonic() - began,
                    chance=self._random(),
                    retry_after=busy.retry_after,
                )
                if pause is None:
                    raise
                await self._sleep(pause)

    async def _try(self, call: Call) -> Completion:
        self._breaker.admit()
        try:
            completion = await self._once(call)
        except Throttled:
            self._breaker.succeeded()
            raise
        except ModelBusy as busy:
            self._breaker.failed(busy)
            raise
        except ModelQuota as quota:
            self._breaker.ran_dry(quota)
            raise
        except ModelError:
            self._breaker.succeeded()
            raise
        except BaseException:
            self._breaker.let_go()
            raise
        self._breaker.succeeded()
        return completion

    async def _once(self, call: Call) -> Completion:
        import openai

        from pipeline.adapters.openai_model.faults import explained, not_compatible

        messages: Any = [{"role": turn.role, "content": turn.text} for turn in call.turns]
        try:
            # The client's own limit is for each piece of the reply: one that drips would never end.
            async with asyncio.timeout(call.seconds):
                reply: object = await self._client.chat.completions.create(
                    model=call.model, messages=messages, timeout=call.seconds, **call.options
                )
        except (openai.OpenAIError, TimeoutError, json.JSONDecodeError) as error:
            raise explained(error, model=call.model, host=self._host, seconds=call.seconds) from error
        if not isinstance(reply, openai.types.chat.ChatCompletion):
            raise not_compatible(self._host)
        return self._read(reply.model_dump(warnings=False))

    def _read(self, reply: dict[str, Any]) -> Completion:
        """The parts that matter; the client checks nothing, so each may be missing or of another kind."""
        choices = reply.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            raise ModelBusy(f"The language model at {self._host} sent an empty reply.")
        choice, usage = choices[0], reply.get("usage") or {}
        message = choice.get("message") or {}
        return Completion(
            text=str(message.get("content") or ""),
            is_cut=choice.get("finish_reason") == "length",
            is_filtered=choice.get("finish_reason") == "content_filter",
            refusal=str(message.get("refusal") or ""),
            tokens_in=_count(usage.get("prompt_tokens")),
            tokens_out=_count(usage.get("completion_tokens")),
        )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
