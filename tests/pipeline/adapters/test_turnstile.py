"""Turnstile: so many at a time, and the urgent first."""

import asyncio
from contextlib import suppress

from pipeline.adapters.turnstile import Turnstile


class Line:
    """People who wait for a turn, told in the order in which it comes to them."""

    def __init__(self, places: int = 1) -> None:
        self.turn = Turnstile(places)
        self.came: list[str] = []
        self.at_once = self.most = 0

    async def go(self, name: str, *, is_urgent: bool = False) -> None:
        async with self.turn.taken(is_urgent=is_urgent):
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.came.append(name)
            await asyncio.sleep(0)
            self.at_once -= 1


async def test_the_urgent_go_first_and_within_a_line_whoever_came_first() -> None:
    line = Line()
    await asyncio.gather(
        line.go("first"),
        line.go("a"),
        line.go("b"),
        line.go("reply 1", is_urgent=True),
        line.go("reply 2", is_urgent=True),
    )
    assert line.came == ["first", "reply 1", "reply 2", "a", "b"]
    assert line.most == 1


async def test_as_many_as_may_go_at_once_and_of_the_others_the_urgent_first() -> None:
    line = Line(2)
    for _ in range(2):  # all turns came back
        line.came.clear()
        await asyncio.gather(*map(line.go, ("first", "second", "a", "b")), line.go("reply", is_urgent=True))
        assert line.came == ["first", "second", "reply", "a", "b"]
    assert line.most == 2


async def test_who_gives_up_holds_nobody_up() -> None:
    line = Line()
    async with line.turn.taken():
        tired = asyncio.create_task(line.go("tired"))
        patient = asyncio.create_task(line.go("patient"))
        await asyncio.sleep(0)
        tired.cancel()
        await asyncio.sleep(0)
    await patient
    assert line.came == ["patient"]


async def test_who_gives_up_when_the_turn_has_just_come_passes_it_on() -> None:
    line = Line()
    async with line.turn.taken():
        tired = asyncio.create_task(line.go("tired"))
        patient = asyncio.create_task(line.go("patient"))
        await asyncio.sleep(0)
    tired.cancel()
    with suppress(asyncio.CancelledError):
        await tired
    await patient
    assert line.came == ["patient"]
    await line.go("later")


async def test_an_error_in_the_block_gives_the_turn_back() -> None:
    line = Line()
    with suppress(ValueError):
        async with line.turn.taken():
            raise ValueError
    await line.go("next")
    assert line.came == ["next"]
