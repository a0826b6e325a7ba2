"""Moving a catalogue to another database: everything arrives, or nothing does."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.adapters.catalog import move_catalog, open_catalog
from pipeline.adapters.catalog.tables import metadata
from pipeline.adapters.sealing import Seal
from pipeline.domain.errors import BadInput, CatalogUnavailable
from tests.peers.catalog import NOW, OURS, SECRET, Stores, channel, found, insight, transcript
from tests.peers.postgres import postgres_schema

EPISODES = 520
"""More than one batch."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'catalog.db'}"
        return
    async with postgres_schema() as url:
        yield url


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "catalog.db"

    async def make() -> None:
        async with open_catalog(f"sqlite:///{path}", seal=Seal(SECRET)) as db:
            await fill(Stores(db))

    asyncio.run(make())
    return path


@pytest.fixture
def source(filled: Path, tmp_path: Path) -> str:
    shutil.copy(filled, tmp_path / "catalog.db")
    return f"sqlite:///{tmp_path / 'catalog.db'}"


async def fill(stores: Stores) -> None:
    feed = await stores.followed_feed(private=True, title="Øcean’s Hour 海")
    await stores.keys.put(feed.id, "ann:hunter2")
    await stores.feeds.record(feed, tuple(found(n, days_old=n) for n in range(1, EPISODES + 1)))
    for episode in (await stores.episodes.waiting())[:3]:
        await stores.transcripts.save(episode.id, transcript("The moon pulls the sea.", "A wave 🌊."))
        kept = (insight(episode.id), replace(insight(episode.id, "A wave."), start=None))
        await stores.insights.save(episode.id, kept, source="h", version="1", rejected={"no quote": 2})
    await stores.deliveries.claim(channel().id, date(2026, 11, 22), workspace=OURS, at=NOW)
    for number in range(3):
        await stores.board.post(f"k{number}", workspace=OURS, channel_id="c", body='{"text": "ø"}')


async def test_everything_arrives_and_is_counted_and_hashed(source: str, target: str) -> None:
    steps: list[tuple[str, int, int]] = []
    moved = await asyncio.to_thread(move_catalog, source, target, report=lambda *step: steps.append(step))
    assert [table.name for table in moved] == [table.name for table in metadata.sorted_tables]
    rows = {table.name: table.rows for table in moved}
    assert (rows["feed"], rows["episode"], rows["transcript"], rows["insight"], rows["delivery"]) == (1, 520, 3, 6, 1)
    assert [done for name, done, total in steps if name == "episode"] == [0, 500, 520]
    assert all(len(table.hash) == 32 for table in moved)
    assert len({table.hash for table in moved if table.rows}) == sum(table.rows > 0 for table in moved)


async def test_the_moved_catalogue_reads_and_goes_on_like_the_old_one(source: str, target: str) -> None:
    await asyncio.to_thread(move_catalog, source, target)
    async with open_catalog(source, seal=Seal(SECRET)) as before, open_catalog(target, seal=Seal(SECRET)) as after:
        old, new = Stores(before), Stores(after)
        assert await new.episodes.waiting() == await old.episodes.waiting()
        episode = (await old.episodes.waiting())[0]
        assert await new.transcripts.load(episode.id) == await old.transcripts.load(episode.id)
        assert await new.insights.current(episode.id) == await old.insights.current(episode.id)
        assert await new.keys.get(episode.feed_id) == "ann:hunter2"
        posted = await new.board.post("next", workspace=OURS, channel_id="c", body="{}")
        assert posted.number > (await old.board.latest(workspace=OURS, channel_id="c"))[-1].number


async def test_it_goes_back_the_same(source: str, target: str, tmp_path: Path) -> None:
    there = await asyncio.to_thread(move_catalog, source, target)
    back = await asyncio.to_thread(move_catalog, target, f"sqlite:///{tmp_path / 'back.db'}")
    assert back == there


async def test_a_target_that_holds_anything_is_refused_untouched(source: str, target: str) -> None:
    moved = await asyncio.to_thread(move_catalog, source, target)
    with pytest.raises(BadInput, match=r"is not empty \(.*feed.*\), and nothing is ever overwritten"):
        await asyncio.to_thread(move_catalog, source, target)
    assert moved


async def test_a_move_that_was_stopped_leaves_the_target_empty(source: str, target: str) -> None:
    def stop_at_insights(name: str, done: int, _total: int) -> None:
        if name == "insight" and done:
            raise KeyboardInterrupt

    def move() -> str:
        try:
            move_catalog(source, target, report=stop_at_insights)
        except KeyboardInterrupt:
            return "stopped"
        return "moved"

    assert await asyncio.to_thread(move) == "stopped"
    moved = await asyncio.to_thread(move_catalog, source, target)
    assert sum(table.rows for table in moved) > EPISODES


async def test_a_row_that_arrives_otherwise_is_noticed(source: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    target = f"sqlite:///{path}"
    async with open_catalog(target, seal=Seal(SECRET)):
        pass
    with closing(sqlite3.connect(path)) as db:
        db.execute("create trigger meddle after insert on insight begin update insight set body = 'x'; end")
        db.commit()
    with pytest.raises(CatalogUnavailable, match=r"“insight” did not arrive as it left"):
        await asyncio.to_thread(move_catalog, source, target)
    async with open_catalog(target, seal=Seal(SECRET)) as db:
        assert await Stores(db).episodes.waiting() == ()


async def test_source_and_target_must_differ(source: str) -> None:
    with pytest.raises(BadInput, match="same database"):
        await asyncio.to_thread(move_catalog, source, source)


async def test_a_source_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "typo.db"
    with pytest.raises(BadInput, match="There is no catalogue"):
        await asyncio.to_thread(move_catalog, f"sqlite:///{path}", f"sqlite:///{tmp_path / 'new.db'}")
    assert not path.exists()
