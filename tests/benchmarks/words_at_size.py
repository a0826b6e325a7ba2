"""What a search by words takes in SQLite's FTS5 and in PostgreSQL, over the same made-up passages.

    python -m tests.benchmarks.words_at_size [CHUNKS]

Needs PODSIFT_TEST_POSTGRES. Passages have 150 words that fall as they do in speech; a third of the feeds is private to
one of three workspaces. Almost all episodes come in bulk (in PostgreSQL; FTS5 takes them as always), the last thirty
one by one, as the service adds them, and are timed. Then both are asked the same questions of 3 to 12 words within the
fences that searches have: the word half of a search, with its passages and their neighbours. Prints milliseconds by the
clock and of a core (ours and the server's together, where that runs on this machine; on a busy one the figure to
trust), how much more PostgreSQL takes, how many of the ten best are the same, what adding takes, and the disk.
"""

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import text

from pipeline.domain.audience import PUBLIC, Audience, WorkspaceId, keys_visible_to
from tests.peers.postgres import postgres_schema
from vectorstore.chunking import CHUNK_WORDS, Chunk
from vectorstore.entry import Entry, Fence, neighbours_of
from vectorstore.lexical import SqliteWords
from vectorstore.postgres import PostgresDb, open_postgres
from vectorstore.postgres_words import PostgresWords
from vectorstore.stopwords import STOP_WORDS
from vectorstore.words import WordHits, WordIndex

MOST_P95: Final = 400.0
_CHUNKS: Final = 100_000
_AN_EPISODE: Final = 60
_FEEDS: Final = 200
_ONE_BY_ONE: Final = 30
_AT_ONCE: Final = 100
_ASKED: Final = 20
_WORKSPACES: Final = tuple(WorkspaceId(f"slack:T{n}") for n in range(3))
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BUILD: Final = "size"
_NAME: Final = "words_at_size"
_COPY: Final = "copy piece (id, episode_id, audience, feed_id, published, start, said, about) from stdin"
_PIECES: Final = """
insert into index_chunk_size (id, episode_id, audience, feed_id, published, start, text, words)
select id, episode_id, audience, feed_id, published, start, said,
    setweight(to_tsvector('english', said), 'A') || setweight(to_tsvector('english', about), 'D') from piece
"""
_EPISODES: Final = """
insert into index_episode_size select episode_id, 'Part', episode_id, min(feed_id), 'https://show.example', 'Show',
    min(audience), min(published), count(*), 0, true from piece group by episode_id
"""
_COUNT: Final = """
insert into index_word_size select stem, count(*)
from index_chunk_size, unnest(array_append(tsvector_to_array(words), '')) as stem group by stem
"""


async def main(chunks: int) -> None:
    """Fill both, time the last additions and the questions, and print."""
    if "PODSIFT_TEST_POSTGRES" not in os.environ:
        print("PODSIFT_TEST_POSTGRES names no PostgreSQL to compare with.")
        return
    talk, episodes = Talk(), chunks // _AN_EPISODE
    with tempfile.TemporaryDirectory() as folder:
        async with postgres_schema() as url, open_postgres(f"{url}&application_name={_NAME}") as database:
            fts, postgres = SqliteWords(Path(folder) / "words.sqlite3"), PostgresWords(database, build=_BUILD)
            await fts.create()
            await postgres.create()
            began = time.perf_counter()
            await _fill(talk, episodes - _ONE_BY_ONE, fts=fts, database=database)
            print(f"{chunks:,} passages, {time.perf_counter() - began:.0f} s to fill", flush=True)
            await _add(talk, range(episodes - _ONE_BY_ONE, episodes), fts=fts, postgres=postgres)
            await _ask(talk, episodes, fts=fts, postgres=postgres, database=database)
            sizes = [_bytes(Path(folder)), await _size(database)]
            await fts.close()
    print("disk: FTS5 {:.2f} GB, PostgreSQL {:.2f} GB".format(*(size / 1e9 for size in sizes)))


async def _fill(talk: "Talk", episodes: int, *, fts: SqliteWords, database: PostgresDb) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("drop index index_chunk_words_size"))
    for first in range(0, episodes, _AT_ONCE):
        entries = [talk.entry(number) for number in range(first, min(first + _AT_ONCE, episodes))]
        async with asyncio.TaskGroup() as group:
            group.create_task(_put_all(fts, entries))
            for half in (entries[::2], entries[1::2]):
                group.create_task(_copy(database, half))
    async with database.transaction() as connection:
        await connection.execute(text("set local maintenance_work_mem = '512MB'"))
        await connection.execute(text("set local work_mem = '256MB'"))
        await connection.execute(text("create index index_chunk_words_size on index_chunk_size using gin (words)"))
        await connection.execute(text(_COUNT))
        await connection.execute(text("analyze index_episode_size, index_chunk_size, index_word_size"))


async def _put_all(words: WordIndex, entries: Sequence[Entry]) -> None:
    for entry in entries:
        await words.put(entry)


async def _copy(database: PostgresDb, entries: Sequence[Entry]) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            text(
                "create temporary table piece (id text, episode_id text, audience text, feed_id text,"
                " published timestamptz, start float8, said text, about text) on commit drop"
            )
        )
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        async with raw.cursor() as cursor, cursor.copy(_COPY) as copy:
            for entry in entries:
                fence = (entry.episode_id, entry.audience.key, entry.feed_id, entry.published)
                for name, chunk in zip(entry.chunk_ids(), entry.chunks, strict=True):
                    await copy.write_row((name, *fence, chunk.start, chunk.text, entry.about))
        await connection.execute(text(_PIECES))
        await connection.execute(text(_EPISODES))


async def _add(talk: "Talk", numbers: Sequence[int], *, fts: WordIndex, postgres: WordIndex) -> None:
    entries = [talk.entry(number) for number in numbers]
    took = []
    for words in (fts, postgres):
        began = time.perf_counter()
        for entry in entries:
            await words.put(entry)
            await words.mark([entry.episode_id], whole=True)
        took.append((time.perf_counter() - began) / len(entries) * 1e3)
    print("adding an episode of {} passages: FTS5 {:.0f} ms, PostgreSQL {:.0f} ms".format(_AN_EPISODE, *took))


async def _ask(talk: "Talk", episodes: int, *, fts: WordIndex, postgres: WordIndex, database: PostgresDb) -> None:
    keys = keys_visible_to(_WORKSPACES[0])
    fences = {
        "all a member may see": Fence(keys),
        "a channel of 25 feeds": Fence(keys, feeds=tuple(_feed(n) for n in range(0, _FEEDS, 8))),
        "one feed": Fence(keys, feeds=(_feed(3),)),
        "the last week": Fence(keys, since=_when(episodes) - timedelta(days=7)),
        "one episode": Fence(keys, episodes=(f"episode-{_FEEDS + 3}",)),
    }
    server = await _server_processes(database)
    print(f"{'':48}   FTS5: p50    p95   core  PostgreSQL: p50    p95   core   ratio  same of ten")
    for kind in ("telling words", "telling and usual words", "usual words alone"):
        questions = [talk.question(kind) for _ in range(_ASKED)]
        for place, fence in fences.items():
            ours = await _timed(fts, questions, fence=fence)
            theirs = await _timed(postgres, questions, fence=fence, server=server)
            same = statistics.mean(
                len({*one} & {*other}) / len(one) if one else 1.0
                for one, other in zip(ours.best, theirs.best, strict=True)
            )
            more = theirs.core / ours.core
            late = "" if theirs.p95 <= MOST_P95 else f"  PAST {MOST_P95:.0f}"
            print(
                f"{kind + ', ' + place:48} {ours.p50:11.1f} {ours.p95:6.1f} {ours.core:6.1f}"
                f" {theirs.p50:16.1f} {theirs.p95:6.1f} {theirs.core:6.1f} {more:7.1f} {same:8.2f}{late}",
                flush=True,
            )


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of each question by the clock, of a core on the average, and the ids of the ten best chunks."""

    times: tuple[float, ...]
    core: float
    best: tuple[tuple[str, ...], ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(0.95 * len(self.times))]


async def _timed(words: WordIndex, questions: Sequence[str], *, fence: Fence, server: Sequence[Path] = ()) -> Took:
    await _search(words, questions[0], fence=fence)
    times, best, busy = [], [], _busy(server)
    for question in questions:
        began = time.perf_counter()
        hits = await _search(words, question, fence=fence)
        times.append((time.perf_counter() - began) * 1e3)
        best.append(tuple(hits.scores)[:10])
    return Took(tuple(times), (_busy(server) - busy) / len(questions), tuple(best))


def _busy(server: Sequence[Path]) -> float:
    """Milliseconds of a core so far, of this process and of those of the server."""
    return time.process_time() * 1e3 + sum(int(path.read_text().split()[0]) for path in server) / 1e6


async def _server_processes(database: PostgresDb) -> tuple[Path, ...]:
    """Where Linux tells the processor time of each connection; none where the server is elsewhere."""
    async with database.transaction() as connection:
        rows = await connection.execute(
            text("select pid from pg_stat_activity where application_name = :name"), {"name": _NAME}
        )
    return tuple(path for (pid,) in rows if (path := Path(f"/proc/{pid}/schedstat")).exists())


async def _search(words: WordIndex, question: str, *, fence: Fence) -> WordHits:
    """The word half of EpisodeIndex.search."""
    hits = await words.find(question, fence=fence, limit=100)
    names = list(hits.scores)[:30]
    await words.covers(hits.terms, chunk_ids=names[:10])
    await words.passages(names, fence=fence)
    await words.covers(hits.terms, chunk_ids=names)
    await words.neighbours([beside for name in names[:10] for beside in neighbours_of(name)])
    return hits


class Talk:
    """Makes passages and questions: few words often, most of them seldom, some of one subject close by."""

    def __init__(self) -> None:
        syllables = ["".join(pair) for pair in itertools.product("bcdfgklmnprstv", "aeiou")]
        made = ["".join(each) for each in itertools.product(syllables, repeat=3)]
        self._chance = np.random.default_rng(7)
        self._chance.shuffle(made)
        self._words = np.array([*sorted(STOP_WORDS), *made], dtype=object)
        self._often = np.cumsum(1 / (np.arange(len(self._words)) + 2.7))

    def entry(self, number: int) -> Entry:
        """An episode of sixty passages, about an hour; every second feed of the last third is one workspace's own."""
        picked = self._usual(_AN_EPISODE * CHUNK_WORDS)
        subject = self._chance.choice(self._chance.integers(len(STOP_WORDS) + 500, len(self._words), 40), len(picked))
        said = self._words[np.where(self._chance.random(len(picked)) < 0.08, subject, picked)]
        chunks = tuple(
            Chunk(" ".join(said[at * CHUNK_WORDS : (at + 1) * CHUNK_WORDS]), at * 60.0, at * 60.0 + 60, "Ada", at, at)
            for at in range(_AN_EPISODE)
        )
        show = number % _FEEDS
        return Entry(
            episode_id=f"episode-{number}",
            episode_title="Part",
            guid=f"episode-{number}",
            feed_id=_feed(show),
            feed_url="https://show.example",
            feed_title="Show",
            audience=Audience(_WORKSPACES[show % 9 // 3]) if show % 3 == 1 else PUBLIC,
            published=_when(number),
            chunks=chunks,
            urls=(None,) * len(chunks),
        )

    def question(self, kind: str) -> str:
        """3 to 12 words, of which one to five are no stop words: telling ones are in one passage of some thousands."""
        usual, telling = len(STOP_WORDS) + self._chance.integers(0, 60, 3), self._chance.integers(2_000, 80_000, 3)
        subject = {"telling words": telling, "usual words alone": usual}.get(kind, [*usual, *telling[:2]])
        some = subject[: self._chance.integers(1, len(subject) + 1)] if kind != "telling and usual words" else subject
        around = self._chance.integers(0, len(STOP_WORDS), self._chance.integers(2, 8))
        return " ".join(self._words[[*around, *some]])

    def _usual(self, count: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
        found: np.ndarray[tuple[int], np.dtype[np.intp]] = np.searchsorted(
            self._often, self._chance.random(count) * self._often[-1]
        )
        return found


def _feed(show: int) -> str:
    return f"feed-{show}"


def _when(number: int) -> datetime:
    return _START + timedelta(minutes=number * 30)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


async def _size(database: PostgresDb) -> int:
    tables = "'index_chunk_size', 'index_word_size', 'index_episode_size'"
    async with database.transaction() as connection:
        size = await connection.scalar(
            text(f"select sum(pg_total_relation_size(name)) from unnest(array[{tables}]) as name")
        )
    return int(size or 0)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else _CHUNKS))
