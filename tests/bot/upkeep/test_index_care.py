"""The index is brought level again and again, whatever happened to it meanwhile."""

import asyncio
import logging

import pytest

from bot.farewell import Farewell
from bot.upkeep.index_care import keep_level, keeping_level
from pipeline.domain.errors import IndexBusy, IndexUnavailable
from pipeline.steps.rebuild import OnEpisode


class Levelling:
    """Something with an index that is away for the first `away` looks."""

    def __init__(self, *, away: int = 0, error: IndexUnavailable | None = None) -> None:
        self.looks = 0
        self.levelled = asyncio.Event()
        self._away = away
        self._error = error or IndexUnavailable("The Chroma server does not answer.")

    async def level_index(self, report: OnEpisode) -> int:
        self.looks += 1
        report(1, 1, "Glaze")
        if self.looks <= self._away:
            raise self._error
        self.levelled.set()
        return 1


async def test_an_index_that_does_not_answer_stops_nothing_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    app = Levelling(away=1)

    await keep_level(app)

    [told] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert told.message == "The index is not level."
    assert not app.levelled.is_set()


async def test_an_index_that_comes_back_is_brought_level_by_itself() -> None:
    app = Levelling(away=2)

    async with asyncio.timeout(5), keeping_level(app, farewell=Farewell(), every=0.001):
        await app.levelled.wait()

    assert app.looks >= 3


async def test_an_index_that_was_away_is_looked_at_again_long_before_the_next_usual_look(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Levelling(away=3)

    async with asyncio.timeout(5), keeping_level(app, farewell=Farewell(), every=3600.0, again=0.001):
        await app.levelled.wait()

    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert told == ["The index is not level."], "once, however often it is looked at"


async def test_an_index_that_another_process_fills_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    app = Levelling(away=2, error=IndexBusy("The index is being filled already."))

    with caplog.at_level(logging.INFO):
        async with asyncio.timeout(5), keeping_level(app, farewell=Farewell(), every=3600.0, again=0.001):
            await app.levelled.wait()

    told = [(record.levelno, record.message) for record in caplog.records]
    assert told[0] == (logging.INFO, "Another process brings the index level.")
    assert {level for level, _ in told} == {logging.INFO}


async def test_nothing_is_looked_after_when_the_service_ends() -> None:
    app = Levelling()

    async with keeping_level(app, farewell=Farewell(), every=0.001):
        await app.levelled.wait()
    looks = app.looks
    await asyncio.sleep(0.01)

    assert app.looks == looks
