"""Together: calls that come at once are answered in one go, each as if it had been alone."""

import asyncio
from collections.abc import Sequence

import pytest

from pipeline.adapters.catalog.together import Together
from pipeline.domain.errors import CatalogUnavailable


class Doubling:
    """Doubles numbers, once it may; refuses seven."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()

    async def work(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.begun.put_nowait(None)
        await asyncio.sleep(0)  # as a database, it is never done at once
        await self.gate.wait()
        if 7 in numbers:
            raise CatalogUnavailable(f"No {len(numbers)}.")
        return [2 * number for number in numbers]


async def test_what_comes_while_another_call_runs_is_one_batch() -> None:
    doubling = Doubling()
    together = Together(doubling.work, most=100)
    answers = await asyncio.gather(*(together.ask(n, key=str(n)) for n in range(10, 40)))
    assert answers == [2 * n for n in range(10, 40)]
    assert doubling.batches == [[10], list(range(11, 40))]


async def test_who_comes_after_another_is_asked_at_once() -> None:
    doubling = Doubling()
    together = Together(doubling.work, most=100)
    assert [await together.ask(n, key="same") for n in (1, 2, 3)] == [2, 4, 6]
    assert doubling.batches == [[1], [2], [3]]


async def test_two_of_one_key_are_never_in_one_batch() -> None:
    doubling = Doubling()
    together = Together(doubling.work, most=100)
    calls = [together.ask(n, key=str(n % 3)) for n in range(10, 20)]
    assert list(await asyncio.gather(*calls)) == [2 * n for n in range(10, 20)]
    assert all(len({n % 3 for n in batch}) == len(batch) for batch in doubling.batches)


async def test_a_batch_weighs_no_more_than_it_may_unless_it_is_a_single_call() -> None:
    doubling = Doubling()
    together = Together(doubling.work, most=10)
    calls = [together.ask(n, key=str(n), weight=n) for n in (1, 3, 4, 5, 50, 2)]
    assert list(await asyncio.gather(*calls)) == [2, 6, 8, 10, 100, 4]
    assert all(sum(batch) <= 10 or len(batch) == 1 for batch in doubling.batches)
    assert [3, 4, 2] in doubling.batches


async def test_a_call_that_fails_is_told_alone() -> None:
    doubling = Doubling()
    together = Together(doubling.work, most=100)
    calls = [together.ask(n, key=str(n)) for n in (1, 2, 7, 8, 9)]
    one, two, seven, eight, nine = await asyncio.gather(*calls, return_exceptions=True)
    assert (one, two, eight, nine) == (2, 4, 16, 18)
    assert str(seven) == "No 1."


async def test_nobody_waits_in_vain_when_the_one_who_works_for_all_gives_up() -> None:
    doubling = Doubling(is_open=False)
    together = Together(doubling.work, most=100)
    tasks = [asyncio.create_task(together.ask(n, key=str(n))) for n in (1, 2, 3)]
    await doubling.begun.get()
    tasks[0].cancel()
    await doubling.begun.get()
    tasks[1].cancel()
    doubling.gate.set()
    assert await tasks[2] == 6
    assert doubling.batches == [[1], [2, 3], [3]]
    for task in tasks[:2]:
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_who_gave_up_waiting_is_not_worked_for() -> None:
    doubling = Doubling(is_open=False)
    together = Together(doubling.work, most=100)
    tasks = [asyncio.create_task(together.ask(n, key=str(n))) for n in (1, 2, 3)]
    await doubling.begun.get()
    tasks[1].cancel()
    doubling.gate.set()
    assert [await tasks[0], await tasks[2]] == [2, 6]
    assert doubling.batches == [[1], [3]]
