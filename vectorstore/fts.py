"""The statements of the SQLite word index: FTS5 with stemming, BM25, and the fence in every look-up."""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipeline.domain.passage import Neighbour, Passage
from vectorstore.entry import Entry, Fence
from vectorstore.words import Holding, Term, Wanted, WordHits, query_words, wanted

_TOKENIZE: Final = "porter unicode61 remove_diacritics 2"
_ABOUT_WEIGHT: Final = 0.3
_COLUMNS: Final = (
    "episode.feed_id, feed_url, feed_title, episode_id, title as episode_title, guid,"
    ' text, start, "end", speaker, 0.0 as score, 0.0 as match, episode.published, url, chunk.id as chunk_id'
)
_SCHEMA: Final = f"""
pragma journal_mode = wal;
pragma synchronous = normal;
pragma temp_store = memory;
create table if not exists episode (
    id text primary key, title text not null, guid text not null,
    feed_id text not null, feed_url text not null, feed_title text not null,
    audience text not null, published real not null,
    chunks integer not null, insights integer not null, whole integer not null default 0
) without rowid;
create table if not exists chunk (
    n integer primary key, id text not null unique, episode_id text not null,
    audience text not null, feed_id text not null, published real not null,
    start real, "end" real, speaker text, url text
);
create index if not exists chunk_episode on chunk (episode_id);
create virtual table if not exists word using fts5 (text, about, tokenize = '{_TOKENIZE}');
create virtual table if not exists temp.word_count using fts5vocab (main, word, row);
create virtual table if not exists temp.scratch using fts5 (text, tokenize = '{_TOKENIZE}');
create virtual table if not exists temp.scratch_term using fts5vocab (temp, scratch, instance);
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the file with all tables; it may be used by one thread at a time, whichever."""
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def check(db: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError when pages of the file are damaged."""
    verdict = db.execute("pragma quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def put(db: sqlite3.Connection, entry: Entry) -> None:
    """Store the rows of an episode in place of older ones, not yet whole."""
    remove(db, [entry.episode_id])
    when = entry.published.timestamp()
    names = (entry.episode_id, entry.episode_title, entry.guid, entry.feed_id, entry.feed_url, entry.feed_title)
    counts = (entry.audience.key, when, len(entry.chunks), len(entry.insights))
    db.execute("insert into episode values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)", (*names, *counts))
    for chunk_id, chunk, url in zip(entry.chunk_ids(), entry.chunks, entry.urls, strict=True):
        fence = (entry.audience.key, entry.feed_id, when)
        row = db.execute(
            "insert into chunk values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (chunk_id, entry.episode_id, *fence, chunk.start, chunk.end, chunk.speaker, url),
        )
        db.execute("insert into word (rowid, text, about) values (?, ?, ?)", (row.lastrowid, chunk.text, entry.about))


def mark(db: sqlite3.Connection, episode_ids: Sequence[str], *, whole: bool) -> None:
    """Note that the vectors of these episodes are all there, or that they may not be."""
    db.executemany("update episode set whole = ? where id = ?", [(whole, episode_id) for episode_id in episode_ids])


def remove(db: sqlite3.Connection, episode_ids: Sequence[str]) -> None:
    """Remove the rows of these episodes."""
    for episode_id in episode_ids:
        db.execute("delete from word where rowid in (select n from chunk where episode_id = ?)", (episode_id,))
        db.execute("delete from chunk where episode_id = ?", (episode_id,))
        db.execute("delete from episode where id = ?", (episode_id,))


def holdings(db: sqlite3.Connection) -> tuple[Holding, ...]:
    """What is stored, by episode."""
    rows = db.execute("select id, chunks, insights, whole from episode order by id")
    return tuple(Holding(row[0], row[1], row[2], bool(row[3])) for row in rows)


def has(db: sqlite3.Connection, episode_id: str) -> bool:
    """Whether the episode is stored and whole."""
    return _number(db, "select count(*) from episode where id = ? and whole", (episode_id,)) > 0


def find(db: sqlite3.Connection, text: str, *, fence: Fence, limit: int, most: int) -> WordHits:
    """The best chunks by words within the fence; about `most` are scored."""
    admitted, limits = _inside(fence, table="episode", episode="episode.id")
    seen = db.execute(f"select id, chunks from episode where {admitted}", limits).fetchall()  # noqa: S608 - only marks
    episodes, searched = frozenset(row[0] for row in seen), sum(row[1] for row in seen)
    total = _number(db, "select coalesce(sum(chunks), 0) from episode")
    words = query_words(text)
    if not words:
        return WordHits({}, (), searched, total, episodes)
    counts = _counts(db, words, total=total)
    found = {word: count for word, (_, count) in counts.items()}
    sought = wanted(found, searched=searched, total=total, most=most)
    scores = _scores(db, sought, fence=fence, total=total, limit=limit) if sought.words else {}
    return WordHits(scores, _terms(dict(counts.values()), total=total), searched, total, episodes)


def _scores(db: sqlite3.Connection, sought: Wanted, *, fence: Fence, total: int, limit: int) -> dict[str, float]:
    """The best chunks with their BM25, best first."""
    match = (" AND " if sought.every else " OR ").join(f'"{word}"' for word in sought.words)
    since = 0 if sought.share == 1.0 else _number(db, "select max(n) from chunk") - round(sought.share * total)
    condition, values = _inside(fence, table="chunk", episode="chunk.episode_id")
    rows = db.execute(
        f"select chunk.id, -bm25(word, 1.0, {_ABOUT_WEIGHT}) as score from word join chunk on chunk.n = word.rowid"  # noqa: S608 - only marks and a constant
        f" where word match ? and word.rowid > ? and {condition} order by score desc, chunk.n limit ?",
        (match, since, *values, limit),
    )
    return dict(rows)


def _inside(fence: Fence, *, table: str, episode: str) -> tuple[str, tuple[str | float, ...]]:
    """The fence as a condition with marks, and the values for them; `episode` is the column with the episode's id."""
    parts = [f"{table}.audience in ({_marks(fence.audiences)})"]
    values: list[str | float] = [*fence.audiences]
    if fence.feeds is not None:
        parts.append(f"{table}.feed_id in ({_marks(fence.feeds)})")
        values += fence.feeds
    if fence.episodes is not None:
        parts.append(f"{episode} in ({_marks(fence.episodes)})")
        values += fence.episodes
    if fence.since is not None:
        parts.append(f"{table}.published >= ?")
        values.append(fence.since.timestamp())
    return " and ".join(parts), tuple(values)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" for _ in values)


def _number(db: sqlite3.Connection, question: str, values: Sequence[str | float] = ()) -> int:
    return int(db.execute(question, tuple(values)).fetchone()[0])


def _counts(db: sqlite3.Connection, words: Sequence[str], *, total: int) -> dict[str, tuple[str, int]]:
    """Each word with its stem, and in how many chunks that is; words without a stem of their own are left out."""
    found = {}
    for word, stems in zip(words, _stems(db, words), strict=True):
        for stem in stems:
            row = db.execute("select doc from temp.word_count where term = ?", (stem,)).fetchone()
            found[word] = (stem, min(row[0], total) if row else 0)
    return found


def _terms(counts: Mapping[str, int], *, total: int) -> tuple[Term, ...]:
    """Each stem, weighted by the inverse of how many chunks have it."""
    return tuple(
        Term(stem, math.log(1 + (total - count + 0.5) / (count + 0.5))) for stem, count in sorted(counts.items())
    )


def _stems(db: sqlite3.Connection, texts: Sequence[str]) -> tuple[frozenset[str], ...]:
    """The stemmed words of each text, by the index's own tokenizer: no second stemmer can disagree with it."""
    db.execute("delete from temp.scratch")
    db.executemany("insert into temp.scratch (rowid, text) values (?, ?)", enumerate(texts, start=1))
    found: list[set[str]] = [set() for _ in texts]
    for stem, number in db.execute("select distinct term, doc from temp.scratch_term"):
        found[number - 1].add(stem)
    return tuple(frozenset(stems) for stems in found)


def covers(db: sqlite3.Connection, terms: Sequence[Term], *, chunk_ids: Sequence[str]) -> Mapping[str, float]:
    """For each known chunk the share, by weight, of the terms that it or its titles contain."""
    weight = sum(term.weight for term in terms)
    rows = db.execute(
        "select chunk.id, text || ' ' || about from chunk join word on word.rowid = chunk.n"  # noqa: S608 - only marks
        f" where chunk.id in ({_marks(chunk_ids)})",
        tuple(chunk_ids),
    ).fetchall()
    stems = _stems(db, [text for _, text in rows])
    return {
        chunk_id: sum(term.weight for term in terms if term.stem in said) / weight if weight else 0.0
        for (chunk_id, _), said in zip(rows, stems, strict=True)
    }


def passages(db: sqlite3.Connection, chunk_ids: Sequence[str], *, fence: Fence) -> Mapping[str, Passage]:
    """The rows within the fence as passages without scores."""
    condition, values = _inside(fence, table="chunk", episode="chunk.episode_id")
    rows = db.execute(
        f"select {_COLUMNS} from chunk join episode on episode.id = chunk.episode_id"  # noqa: S608 - only marks and a constant
        f" join word on word.rowid = chunk.n where chunk.id in ({_marks(chunk_ids)}) and {condition}",
        (*chunk_ids, *values),
    )
    names = [column[0] for column in rows.description]
    return dict(_passage(dict(zip(names, row, strict=True))) for row in rows)


def neighbours(db: sqlite3.Connection, chunk_ids: Sequence[str]) -> Mapping[str, Neighbour]:
    """The chunks that there are of these."""
    rows = db.execute(
        'select id, text, start, "end", speaker from chunk join word on word.rowid = chunk.n'  # noqa: S608 - only marks
        f" where id in ({_marks(chunk_ids)})",
        tuple(chunk_ids),
    )
    return {row[0]: Neighbour(*row[1:]) for row in rows}


def _passage(row: dict[str, Any]) -> tuple[str, Passage]:
    chunk_id, when = row.pop("chunk_id"), row.pop("published")
    return chunk_id, Passage(published=datetime.fromtimestamp(when, UTC), **row)
