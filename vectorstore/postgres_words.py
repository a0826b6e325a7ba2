"""Words beside vectors: WordIndex in PostgreSQL, full text with stemming and a score like BM25."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.domain.passage import Neighbour, Passage
from vectorstore.entry import Entry, Fence
from vectorstore.postgres import PostgresDb
from vectorstore.postgres_rows import chunk_rows, episode_row, folded, passage_of
from vectorstore.words import MOST_SCORED, Holding, Term, Wanted, WordHits, query_words, wanted

_ALL: Final = ""
"""The stem that every chunk has: how often it is counted is how many there are."""
# Rows stay whole in their page: a tsvector apart from its row would be fetched for every chunk that is scored.
_SCHEMA: Final = """
create table if not exists index_episode_{0} (
    id text primary key, title text not null, guid text not null,
    feed_id text not null, feed_url text not null, feed_title text not null,
    audience text not null, published timestamptz not null,
    chunks integer not null, insights integer not null, whole boolean not null
);
create table if not exists index_chunk_{0} (
    n bigserial primary key, id text not null unique, episode_id text not null,
    audience text not null, feed_id text not null, published timestamptz not null,
    start double precision, "end" double precision, speaker text, url text, text text not null, words tsvector not null
) with (toast_tuple_target = 8160);
create index if not exists index_episode_feed_{0} on index_episode_{0} (feed_id);
create index if not exists index_chunk_episode_{0} on index_chunk_{0} (episode_id);
create index if not exists index_chunk_feed_{0} on index_chunk_{0} (feed_id);
create index if not exists index_chunk_words_{0} on index_chunk_{0} using gin (words);
create table if not exists index_word_{0} (stem text primary key, chunks integer not null)
"""
_PUT_EPISODE: Final = """
insert into index_episode_{0} values
    (:id, :title, :guid, :feed_id, :feed_url, :feed_title, :audience, :published, :chunks, :insights, false)
"""
_PUT_CHUNK: Final = """
insert into index_chunk_{0} (id, episode_id, audience, feed_id, published, start, "end", speaker, url, text, words)
values (:id, :episode_id, :audience, :feed_id, :published, :start, :end, :speaker, :url, :text,
    setweight(to_tsvector('english', :said), 'A') || setweight(to_tsvector('english', :about), 'D'))
"""
_COUNT_IN: Final = """
insert into index_word_{0} as known
    (select stem, count(*) as chunks from index_chunk_{0}, unnest(array_append(tsvector_to_array(words), '')) as stem
    where episode_id = any(:ids) group by stem order by stem)
on conflict (stem) do update set chunks = known.chunks + excluded.chunks
"""
_COUNT_OUT: Final = """
update index_word_{0} as known set chunks = known.chunks - gone.chunks from
    (select stem, count(*) as chunks from index_chunk_{0}, unnest(array_append(tsvector_to_array(words), '')) as stem
    where episode_id = any(:ids) group by stem) as gone
where gone.stem = known.stem
"""
# The titles and the speakers (D) weigh 0.3 of what was said (A).
_FIND: Final = """
select id, (select sum(weight * ts_rank('{{0.3, 0, 0, 1}}', words, query))
    from unnest(cast(:queries as tsquery[]), cast(:weights as float8[])) as term (query, weight)) as score
from index_chunk_{0} where words @@ cast(:match as tsquery) and {1} order by score desc, n limit :limit
"""
_PASSAGES: Final = """
select chunk.id as chunk_id, chunk.feed_id, feed_url, feed_title, episode_id, title as episode_title, guid, text, start,
    "end", speaker, url, chunk.published
from index_chunk_{0} as chunk join index_episode_{0} as episode on episode.id = chunk.episode_id
where chunk.id = any(:ids) and {1}
"""


class PostgresWords:
    """WordIndex in tables of its own for each build. About `most_scored` chunks count for a question."""

    def __init__(self, database: PostgresDb, *, build: str, most_scored: int = MOST_SCORED) -> None:
        self._most_scored = most_scored
        self._database = database
        self._build = build

    async def create(self) -> None:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            for statement in _SCHEMA.split(";"):
                await self._run(connection, statement)

    async def check(self) -> None:
        """See WordIndex. PostgreSQL looks after its pages; what is asked is whether the tables are there."""
        await self.holdings()

    async def put(self, entry: Entry) -> None:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            await self._remove(connection, [entry.episode_id])
            await self._run(connection, _PUT_EPISODE, episode_row(entry))
            if entry.chunks:
                await connection.execute(text(_PUT_CHUNK.format(self._build)), chunk_rows(entry))
                await self._run(connection, _COUNT_IN, {"ids": [entry.episode_id]})

    async def mark(self, episode_ids: Sequence[str], *, whole: bool) -> None:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            statement = "update index_episode_{0} set whole = :whole where id = any(:ids)"
            await self._run(connection, statement, {"whole": whole, "ids": list(episode_ids)})

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            await self._remove(connection, episode_ids)

    async def find(self, text: str, *, fence: Fence, limit: int) -> WordHits:
        """See WordIndex."""
        of_episodes, values = _inside(fence, episode="id")
        async with self._database.transaction() as connection:
            seen = await self._run(
                connection, "select id, chunks from index_episode_{0} where {1}", values, of_episodes
            )
            held = {row.id: row.chunks for row in seen}
            episodes, searched = frozenset(held), sum(held.values())
            counts = await self._counts(connection, query_words(text))
            total = counts.pop(_ALL)
            terms = _terms(counts, total=total)
            sought = wanted(counts, searched=searched, total=total, most=self._most_scored)
            weights = {term.stem: term.weight for term in terms if term.stem in sought.words}
            scores = await self._scores(connection, sought, weights, fence=fence, total=total, limit=limit)
        return WordHits(scores, terms, searched, total, episodes)

    async def covers(self, terms: Sequence[Term], *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
        """See WordIndex."""
        weight = sum(term.weight for term in terms)
        statement = (
            "select id, array(select stem from unnest(cast(:stems as text[])) as stem"
            " where stem = any(tsvector_to_array(words))) as said from index_chunk_{0} where id = any(:ids)"
        )
        values = {"stems": [term.stem for term in terms], "ids": list(chunk_ids)}
        async with self._database.transaction() as connection:
            said = {row.id: set(row.said) for row in await self._run(connection, statement, values)}
        return {
            name: sum(term.weight for term in terms if term.stem in said[name]) / weight if weight else 0.0
            for name in chunk_ids
            if name in said
        }

    async def passages(self, chunk_ids: Sequence[str], *, fence: Fence) -> Mapping[str, Passage]:
        """See WordIndex."""
        inside, values = _inside(fence, table="chunk.")
        async with self._database.transaction() as connection:
            rows = await self._run(connection, _PASSAGES, {**values, "ids": list(chunk_ids)}, inside)
        return dict(passage_of(dict(row)) for row in rows.mappings())

    async def neighbours(self, chunk_ids: Sequence[str]) -> Mapping[str, Neighbour]:
        """See WordIndex."""
        statement = 'select id, text, start, "end", speaker from index_chunk_{0} where id = any(:ids)'
        async with self._database.transaction() as connection:
            rows = await self._run(connection, statement, {"ids": list(chunk_ids)})
        return {row.id: Neighbour(row.text, row.start, row.end, row.speaker) for row in rows}

    async def holdings(self) -> tuple[Holding, ...]:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            rows = await self._run(connection, "select id, chunks, insights, whole from index_episode_{0} order by id")
        return tuple(Holding(*row) for row in rows)

    async def has(self, episode_id: str) -> bool:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            statement = "select whole from index_episode_{0} where id = :id"
            return bool((await self._run(connection, statement, {"id": episode_id})).scalar())

    async def discard(self) -> None:
        """See WordIndex."""
        async with self._database.transaction() as connection:
            await self._run(
                connection, "drop table if exists index_episode_{0}, index_chunk_{0}, index_word_{0} cascade"
            )

    async def close(self) -> None:
        """See WordIndex. The database stays open for others."""

    async def _run(
        self, connection: AsyncConnection, statement: str, values: Mapping[str, Any] | None = None, *parts: str
    ) -> Any:
        return await connection.execute(text(statement.format(self._build, *parts)), dict(values or {}))

    async def _remove(self, connection: AsyncConnection, episode_ids: Sequence[str]) -> None:
        ids = {"ids": list(episode_ids)}
        await self._run(connection, _COUNT_OUT, ids)
        await self._run(connection, "delete from index_chunk_{0} where episode_id = any(:ids)", ids)
        await self._run(connection, "delete from index_episode_{0} where id = any(:ids)", ids)

    async def _counts(self, connection: AsyncConnection, words: Sequence[str]) -> dict[str, int]:
        """Each word's stem, and in how many chunks it is; of all chunks too."""
        statement = (
            "select stem, coalesce(known.chunks, 0) as chunks"
            " from unnest(array_append(tsvector_to_array(to_tsvector('english', :words)), '')) as stem"
            " left join index_word_{0} as known using (stem) order by stem"
        )
        rows = await self._run(connection, statement, {"words": folded(" ".join(words))})
        return {row.stem: row.chunks for row in rows}

    async def _scores(
        self,
        connection: AsyncConnection,
        sought: Wanted,
        weights: Mapping[str, float],
        *,
        fence: Fence,
        total: int,
        limit: int,
    ) -> dict[str, float]:
        """The best chunks with their scores, best first."""
        if not weights:
            return {}
        inside, values = _inside(fence)
        if sought.share < 1.0:
            newest = await self._run(connection, "select max(n) from index_chunk_{0}")
            inside, values["since_row"] = (
                f"{inside} and n > :since_row",
                newest.scalar_one() - round(sought.share * total),
            )
        queries = [_quoted(stem) for stem in weights]
        values |= {
            "queries": queries,
            "weights": list(weights.values()),
            "match": (" & " if sought.every else " | ").join(queries),
            "limit": limit,
        }
        rows = await self._run(connection, _FIND, values, inside)
        return {row.id: float(row.score) for row in rows}


def _terms(counts: Mapping[str, int], *, total: int) -> tuple[Term, ...]:
    """Each stem, weighted by the inverse of how many chunks have it."""
    return tuple(Term(stem, math.log(1 + (total - n + 0.5) / (n + 0.5))) for stem, n in counts.items())


def _inside(fence: Fence, *, table: str = "", episode: str = "episode_id") -> tuple[str, dict[str, Any]]:
    """The fence as a condition with marks, and the values for them; `episode` is the column with the episode's id."""
    parts, values = [f"{table}audience = any(:audiences)"], {"audiences": list(fence.audiences)}
    if fence.feeds is not None:
        parts.append(f"{table}feed_id = any(cast(:feeds as text[]))")
        values["feeds"] = list(fence.feeds)
    if fence.episodes is not None:
        parts.append(f"{table}{episode} = any(cast(:episodes as text[]))")
        values["episodes"] = list(fence.episodes)
    if fence.since is None:
        return " and ".join(parts), dict(values)
    return " and ".join((*parts, f"{table}published >= :since")), {**values, "since": fence.since}


def _quoted(stem: str) -> str:
    doubled = stem.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
