"""Whatever a feed does between its readings: each episode is known once, none is lost, nothing is posted twice.

Hypothesis edits a feed, reads it through the real step, the real parser and a real catalogue on a file, and opens
that file anew now and then. Between two whole readings an episode is edited once: two edits at once may make it
impossible for anybody to say whether it is the same.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.adapters.catalog import open_catalog
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import HttpStatus
from pipeline.domain.feed import Feed
from tests.peers.catalog import NOW, OURS, SetClock, Stores, channel, insight, migrated_template, transcript
from tests.peers.feed_world import URL, FeedWorld, Item, feed_xml, item

_T = TypeVar("_T")
_ARCHIVE = 10_000
"""Numbers from here on are old episodes."""
HOLD_AFTER = 2


class FeedEdits(RuleBasedStateMachine):
    """`items` is what the feed lists, by the number of the episode; `copies` are doubles of some of them."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="podsift-states-"))
        shutil.copy(self.template, self.folder / "catalog.db")
        self.clock = SetClock()
        self.items: dict[int, Item] = {}
        self.copies: dict[int, Item] = {}
        self.taken_out: dict[int, Item] = {}
        self.touched: set[int] = set()
        self.seen: set[int] = set()
        self.wanted: set[int] = set()
        self.posted: Counter[int] = Counter()
        self.shown: set[str] = set()
        self.made = 0
        self.is_redated = False
        """Whether only titles and lengths can tell what the episodes are, and only all of them together."""
        self.is_level = True
        """Whether the catalogue has read the feed as it is now, as a whole."""
        self.run(self.open())
        self.feed: Feed = self.run(self.stores.followed_feed(URL))

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self.loop.run(work)

    async def open(self) -> None:
        db = await self.stack.enter_async_context(open_catalog(f"sqlite:///{self.folder / 'catalog.db'}"))
        self.stores = Stores(db, clock=self.clock)
        self.world = FeedWorld(self.stores)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    # What the publisher does.

    @initialize(back=st.integers(0, 8))
    def begin(self, back: int) -> None:
        for n in range(back):
            self.list_new(_ARCHIVE + n, days_old=3 + 7 * (back - n))
        if back:
            self.wanted = {_ARCHIVE + n for n in range(back)[-HOLD_AFTER:]}
        self.poll(hours=0, at_once=1)

    @rule(count=st.integers(1, 5))
    def publish(self, count: int) -> None:
        for _ in range(count):
            self.made += 1
            self.list_new(self.made, days_old=(NOW - self.clock.time) / timedelta(days=1))
            self.wanted.add(self.made)

    @rule(count=st.integers(4, 9))
    def open_the_archive(self, count: int) -> None:
        first = _ARCHIVE + 100 + len(self.seen) + len(self.items)
        for n in range(first, first + count):
            if n not in self.seen | set(self.items) | set(self.taken_out):
                self.list_new(n, days_old=400 + n / 100)

    @precondition(lambda self: self.untouched)
    @rule(
        data=st.data(),
        kind=st.sampled_from(("title", "notes", "date", "guid", "audio", "token", "words", "early", "public")),
    )
    def edit(self, data: st.DataObject, kind: str) -> None:
        n = data.draw(st.sampled_from(self.untouched))
        before = self.items[n]
        assert before.published is not None
        days = data.draw(st.integers(-300, 30)) if kind == "date" else 0
        changes: dict[str, dict[str, Any]] = {
            "title": {"title": f"{before.title}!"},
            "notes": {"notes": f"{before.notes} More."},
            "date": {"published": before.published + timedelta(days=days)},
            "guid": {"guid": f"{before.guid}x"},
            "audio": {"audio": f"https://new.example/{n}.{len(before.audio or '')}.mp3"},
            "token": {"audio": f"{(before.audio or '').partition('?')[0]}?t={len(self.touched)}{before.notes[-3:]}"},
            # An early copy for members is replaced by the public one: days later on the same host, or soon on another.
            "early": {
                "guid": f"{before.guid}e",
                "published": before.published + timedelta(days=5),
                "audio": f"{(before.audio or '').partition('?')[0]}?member={len(self.touched)}",
            },
            "public": {
                "guid": f"{before.guid}p",
                "published": before.published + timedelta(hours=12),
                "audio": f"https://public.example/{n}.{len(before.guid)}.mp3",
            },
            "words": {"transcripts": (*before.transcripts, f"https://pods.example/{n}.{len(before.transcripts)}.vtt")},
        }
        self.change(n, replace(before, **changes[kind]))

    @precondition(lambda self: self.items and not self.touched and not self.copies)
    @rule(with_dates=st.booleans())
    def move_to_another_host(self, with_dates: bool) -> None:
        for n, before in list(self.items.items()):
            audio = f"https://host{len(before.guid)}.example/{n}.mp3"
            # Some hosts make the day of the move the day of everything, but not where that leaves too little to go by.
            date = self.clock.time if with_dates and len(self.items) > 2 and self.seen == set(self.items) else None
            moved = replace(before, guid=f"{before.guid}h", published=date or before.published)
            self.change(n, moved if date is None else replace(moved, audio=audio))
            self.is_redated = self.is_redated or date is not None

    @precondition(lambda self: self.untouched and not self.is_redated)
    @rule(data=st.data(), is_read=st.booleans())
    def take_out(self, data: st.DataObject, is_read: bool) -> None:
        n = data.draw(st.sampled_from(self.untouched))
        self.taken_out[n] = self.items.pop(n)
        self.copies.pop(n, None)
        self.is_level = False
        if is_read:
            self.poll(hours=1, at_once=1)

    @precondition(lambda self: self.taken_out)
    @rule(data=st.data(), is_read=st.booleans())
    def put_back(self, data: st.DataObject, is_read: bool) -> None:
        n = data.draw(st.sampled_from(sorted(self.taken_out)))
        self.items[n] = self.taken_out.pop(n)
        self.touched.add(n)
        self.is_level = False
        if is_read:
            self.poll(hours=1, at_once=1)

    @rule(seed=st.randoms(use_true_random=False))
    def reorder(self, seed: Any) -> None:
        order = list(self.items)
        seed.shuffle(order)
        self.items = {n: self.items[n] for n in order}
        self.is_level = False

    @precondition(lambda self: self.untouched)
    @rule(data=st.data(), has_own_guid=st.booleans())
    def duplicate(self, data: st.DataObject, has_own_guid: bool) -> None:
        n = data.draw(st.sampled_from(self.untouched))
        before = self.items[n]
        self.copies[n] = replace(before, guid=f"{before.guid}-copy") if has_own_guid else before
        self.touched.add(n)
        self.is_level = False

    # What we do.

    @rule(hours=st.integers(1, 40), at_once=st.integers(1, 2))
    def poll(self, hours: int, at_once: int) -> None:
        self.clock.time += timedelta(hours=hours)
        self.world.feeds[URL] = feed_xml(*self.listed())

        async def scans() -> None:
            found = await asyncio.gather(
                *(self.world.scan(self.feed.id, hold_after=HOLD_AFTER) for _ in range(at_once))
            )
            assert [scan.error for scan in found] == [None] * at_once

        self.run(scans())
        self.seen |= set(self.items)
        self.touched.clear()
        self.is_redated = False
        self.is_level = True

    @precondition(lambda self: self.items and not self.is_redated)
    @rule(share=st.floats(0.1, 0.95))
    def poll_that_is_cut(self, share: float) -> None:
        body = feed_xml(*self.listed())
        start = body.index(b"<item>")
        cut = body[: start + int((len(body) - start) * share)]
        self.world.feeds[URL] = cut
        self.run(self.world.scan(self.feed.id, hold_after=HOLD_AFTER))
        self.seen |= {n for n in self.items if f"#{n}#".encode() in cut and n not in self.touched}
        self.touched |= set(self.items)
        self.is_level = False

    @rule()
    def poll_that_fails(self) -> None:
        self.world.feeds[URL] = HttpStatus(URL, 503)
        self.run(self.world.scan(self.feed.id, hold_after=HOLD_AFTER))

    @rule()
    def restart(self) -> None:
        self.run(self.stack.aclose())
        self.stack = AsyncExitStack()
        self.run(self.open())

    @rule()
    def make_ready(self) -> None:
        async def work() -> None:
            for one in await self.stores.episodes.waiting():
                said = transcript(f"What {one.id} says.")
                await self.stores.transcripts.save(one.id, said)
                found = (insight(one.id),)
                await self.stores.insights.save(one.id, found, source=said.hash, version="1", rejected={})
                await self.stores.episodes.settle(one.id, EpisodeState.READY)

        self.run(work())

    @rule()
    def post(self) -> None:
        since = self.clock.time - timedelta(days=9)
        found = self.run(self.stores.channels.candidates(channel().id, workspace=OURS, since=since))
        for candidate in found:
            if candidate.insight.id not in self.shown:
                self.shown.add(candidate.insight.id)
                self.posted[number_of(candidate.episode)] += 1

    # What must hold.

    @invariant()
    def nothing_is_posted_twice_and_nothing_old(self) -> None:
        assert not {n: times for n, times in self.posted.items() if times > 1}
        assert set(self.posted) <= self.wanted

    @invariant()
    def each_episode_is_known_once_and_none_is_lost(self) -> None:
        if not self.is_level:
            return
        known = self.known()
        numbers = Counter(map(number_of, known))
        assert numbers == Counter(self.seen)
        for one in known:
            n = number_of(one)
            if n in self.items:
                assert one.left_at is None
                assert one.title == self.items[n].title
                assert n not in self.wanted or one.state in {EpisodeState.WAITING, EpisodeState.READY}
            elif n in self.taken_out:
                assert one.state is not EpisodeState.WAITING or one.left_at is None

    # Parts.

    @property
    def untouched(self) -> list[int]:
        return sorted(set(self.items) - self.touched)

    def list_new(self, n: int, *, days_old: float) -> None:
        self.items = {n: item(n, days_old=days_old, notes=f"#{n}#"), **self.items}
        self.touched.add(n)
        self.is_level = False

    def change(self, n: int, now: Item) -> None:
        self.items[n] = now
        self.copies.pop(n, None)
        self.touched.add(n)
        self.is_level = False

    def listed(self) -> list[Item]:
        return [each for n, one in self.items.items() for each in (one, *filter(None, [self.copies.get(n)]))]

    def known(self) -> Sequence[Episode]:
        return self.run(self.stores.library.episodes(self.feed.id, workspace=OURS, limit=5_000))


def number_of(episode: Episode) -> int:
    return int(episode.found.summary.split("#")[1])


@pytest.fixture(scope="session")
def template_of_states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("states"))


def test_any_edits_readings_and_restarts_leave_each_episode_exactly_once(template_of_states: Path) -> None:
    FeedEdits.template = template_of_states
    case = FeedEdits.TestCase
    case.settings = settings(max_examples=25, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    case("runTest").runTest()
