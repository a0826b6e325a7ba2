"""One try after the other at a server: pauses between them, and the breaker."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from pipeline.adapters.openai_model.breaker import Breaker
from pipeline.adapters.openai_model.patience import Patience
from pipeline.adapters.openai_model.wire import Throttled
from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timing:
    """Where pauses and chance come from, so that tests may choose them: `chance` gives numbers from 0 to 1."""

    chance: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic


class Retries:
    """For one kind of call at one server, shared by all who make it.

    `random` gives numbers from 0 to 1; all three functions are there to be replaced.
    """

    def __init__(
        self,
        breaker: Breaker,
        *,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._breaker = breaker
        self._random = random
        self._sleep = sleep
        self._monotonic = monotonic

    @classmethod
    def of(cls, breaker: Breaker, timing: Timing) -> Self:
        """With this timing."""
        return cls(breaker, random=timing.chance, sleep=timing.sleep, monotonic=timing.monotonic)

    @property
    def problem(self) -> str:
        """Why the server is left alone now, one sentence; empty when it is not."""
        return self._breaker.problem

    def end_pause(self) -> None:
        """Make calls again; the first one that fails finds out that it was too early."""
        self._breaker.end_pause()

    async def call(
        self, once: Callable[[], Awaitable[T]], *, patience: Patience, is_final: Callable[[], bool] = lambda: False
    ) -> T:
        """What `once` gives in the end. Nothing is tried again where `is_final` says so after a failure.

        Raises ModelBusy when all tries failed, and at once any other ModelError.
        """
        began, tried = self._monotonic(), 0
        while True:
            tried += 1
            try:
                return await self._try(once)
            except ModelBusy as busy:
                pause = patience.pause(
                    tried,
                    spent=self._monotonic() - began,
                    chance=self._random(),
                    retry_after=busy.retry_after,
                )
                if pause is None or is_final():
                    raise
                await self._sleep(pause)

    async def _try(self, once: Callable[[], Awaitable[T]]) -> T:
        self._breaker.admit()
        try:
            given = await once()
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
        return given
