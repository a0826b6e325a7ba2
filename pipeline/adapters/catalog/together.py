"""Calls that come while others run are answered together: one transaction for many instead of one for each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from pipeline.domain.errors import PodsiftError

_Q = TypeVar("_Q")
_A = TypeVar("_A")

_LINGER: Final = 0.005
"""Seconds that a batch waits for company, when the one before had some: nobody who comes alone ever waits."""


@dataclass(slots=True, eq=False)
class _Call(Generic[_Q, _A]):
    """`is_alone` keeps it out of batches, `is_left` says that nobody waits for it any more."""

    key: str
    question: _Q
    weight: int
    is_alone: bool = False
    is_left: bool = False
    answer: asyncio.Future[_A] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Together(Generic[_Q, _A]):
    """Answers calls in batches. `work` answers the questions of a batch, in their order.

    No two calls of a batch have the same key, and together they weigh at most `most`, unless there is only one. A call
    is answered when the work is done, as if it had been alone. When the work fails, it is done again call by call:
    everybody gets the error of the own question and of no other.
    """

    def __init__(self, work: Callable[[Sequence[_Q]], Awaitable[Sequence[_A]]], *, most: int) -> None:
        self._work = work
        self._most = most
        self._waiting: dict[_Call[_Q, _A], None] = {}  # in the order of coming
        self._turn = asyncio.Lock()
        self._had_company = False

    async def ask(self, question: _Q, *, key: str, weight: int = 1) -> _A:
        """The answer to this question. Raises what the work raises."""
        call = _Call[_Q, _A](key, question, weight)
        self._waiting[call] = None
        try:
            async with self._turn:
                # Whoever has the turn works for all that wait, so most find their answer when theirs comes.
                if not call.answer.done():
                    await self._answer(call)
        finally:
            call.is_left = True
            self._waiting.pop(call, None)
        return call.answer.result()

    async def _answer(self, first: _Call[_Q, _A]) -> None:
        if self._had_company and not first.is_alone:
            await asyncio.sleep(_LINGER)
        batch = self._batch(first)
        self._had_company = len(batch) > 1
        try:
            await self._do(batch)
        except (PodsiftError, SQLAlchemyError):
            if len(batch) == 1:
                raise
            await self._do([first])
        finally:
            # What failed, or was cut short because the first one gave up, the others do for themselves.
            for call in batch[1:]:
                if not (call.answer.done() or call.is_left):
                    call.is_alone = True
                    self._waiting[call] = None

    def _batch(self, first: _Call[_Q, _A]) -> list[_Call[_Q, _A]]:
        batch, keys, weight = [first], {first.key}, first.weight
        for call in () if first.is_alone else tuple(self._waiting):
            if call.key not in keys and weight + call.weight <= self._most and not call.is_alone:
                batch.append(call)
                keys.add(call.key)
                weight += call.weight
        for call in batch:
            self._waiting.pop(call, None)
        return batch

    async def _do(self, batch: Sequence[_Call[_Q, _A]]) -> None:
        answers = await self._work([call.question for call in batch])
        for call, answer in zip(batch, answers, strict=True):
            call.answer.set_result(answer)
