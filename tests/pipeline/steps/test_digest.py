from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.domain.audience import LOCAL, WorkspaceId
from pipeline.domain.digest import Candidate, Digest
from pipeline.domain.errors import UnknownChannel
from pipeline.steps.digest import make_digest
from tests.peers.digest_books import MemoryDigestBook, OneChannelBook, SetClock, WordDirections
from tests.peers.made_insights import CHANNEL, DAY, NOW, candidate, episode, insight


class Desk:
    """Everything a digest is made with, and the call itself."""

    def __init__(self, *available: Candidate) -> None:
        self.clock = SetClock(NOW)
        self.channels = OneChannelBook(CHANNEL, list(available))
        self.digests = MemoryDigestBook()
        self.embedder = WordDirections()

    async def make(
        self, day: date = DAY, *, keep: bool = True, workspace: WorkspaceId = LOCAL, votes: dict[str, int] | None = None
    ) -> Digest:
        return await make_digest(
            CHANNEL.id,
            day,
            workspace=workspace,
            channels=self.channels,
            digests=self.digests,
            embedder=self.embedder,
            clock=self.clock,
            keep=keep,
            votes=votes or {},
        )

    async def on(self, day: date) -> Digest:
        self.clock.time = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        return await self.make(day)


def _one(name: str, words: str, *, age: timedelta = timedelta(hours=6)) -> Candidate:
    return candidate(insight(name, episode=name, headline=words, body=words), episode(name, feed=name, age=age))


def _ids(digest: Digest) -> list[str]:
    return [pick.candidate.insight.id for pick in digest.picks]


async def test_makes_stores_and_returns_the_digest() -> None:
    desk = Desk(_one("a", "grid power"), _one("b", "sleep"))
    made = await desk.make()
    assert _ids(made) == ["a", "b"]
    assert desk.digests.stored == {(CHANNEL.id, DAY): made}


async def test_the_stored_digest_wins() -> None:
    desk = Desk(_one("a", "grid power"))
    made = await desk.make()
    desk.channels.available.append(_one("b", "sleep"))
    assert await desk.make() == made
    assert desk.embedder.asked == 1


async def test_a_dry_run_stores_nothing() -> None:
    desk = Desk(_one("a", "grid power"))
    assert _ids(await desk.make(keep=False)) == ["a"]
    assert desk.digests.stored == {}


async def test_an_empty_digest_is_not_stored_so_that_the_day_may_still_bring_something() -> None:
    desk = Desk()
    assert (await desk.make()).picks == ()
    assert desk.digests.stored == {}
    assert desk.embedder.asked == 0


async def test_the_first_digest_looks_back_seven_days() -> None:
    desk = Desk(_one("a", "grid power", age=timedelta(days=6)), _one("old", "sleep", age=timedelta(days=8)))
    assert _ids(await desk.make()) == ["a"]
    assert desk.channels.asked_since == [NOW - timedelta(days=7)]


async def test_later_digests_look_back_to_the_last_one_and_seven_days_more() -> None:
    desk = Desk(_one("a", "grid power", age=timedelta(days=20)))
    first = DAY - timedelta(days=19)
    assert _ids(await desk.on(first)) == ["a"]
    desk.channels.available.append(_one("late", "sleep", age=timedelta(days=25)))
    assert _ids(await desk.on(DAY)) == ["late"]
    assert desk.channels.asked_since[-1] == CHANNEL.post_time(first) - timedelta(days=7)


async def test_never_shows_an_insight_twice() -> None:
    desk = Desk(_one("a", "grid power", age=timedelta(days=3)))
    assert _ids(await desk.on(DAY - timedelta(days=1))) == ["a"]
    assert _ids(await desk.on(DAY)) == []


async def test_a_digest_that_never_reached_the_channel_does_not_count_as_shown() -> None:
    desk = Desk(_one("a", "grid power", age=timedelta(days=3)))
    desk.digests.is_sent = False
    await desk.on(DAY - timedelta(days=1))
    assert _ids(await desk.on(DAY)) == ["a"]


async def test_a_later_post_does_not_change_the_choice_of_an_earlier_day() -> None:
    desk = Desk(_one("a", "grid power", age=timedelta(days=3)))
    await desk.on(DAY)
    assert _ids(await desk.make(DAY - timedelta(days=1), keep=False)) == ["a"]


async def test_what_was_found_after_a_day_was_over_is_not_of_that_day() -> None:
    yesterday = DAY - timedelta(days=1)
    end = CHANNEL.day_end(yesterday)
    desk = Desk(_one("a", "grid power", age=NOW - end + timedelta(seconds=1)), _one("b", "sleep", age=NOW - end))
    late = replace(episode("c", age=timedelta(days=3)), first_seen=end)
    desk.channels.available.append(candidate(insight("c", episode="c", headline="bread", body="bread"), late))
    assert _ids(await desk.make(yesterday, keep=False)) == ["a"]
    assert set(_ids(await desk.make(DAY))) == {"a", "b", "c"}


async def test_a_day_that_is_over_is_judged_as_it_was_at_its_end() -> None:
    desk = Desk(_one("a", "grid power", age=timedelta(days=12)))
    assert _ids(await desk.make(DAY - timedelta(days=10), keep=False)) == ["a"]


async def test_wishes_count_by_their_meaning() -> None:
    desk = Desk(_one("a", "grid power"), _one("b", "deep sleep rest"))
    desk.channels.channel = replace(CHANNEL, more=("rest sleep",))
    assert _ids(await desk.make()) == ["b", "a"]


async def test_another_workspace_has_no_digest_of_this_channel() -> None:
    with pytest.raises(UnknownChannel):
        await Desk().make(workspace=WorkspaceId("slack:T1"))
