"""An entry as rows for PostgreSQL, and a row as a passage."""

import unicodedata
from typing import Any

from pipeline.domain.passage import Passage
from vectorstore.entry import Entry
from vectorstore.words import words_of


def episode_row(entry: Entry) -> dict[str, Any]:
    """The episode itself."""
    return {
        "id": entry.episode_id,
        "title": _storable(entry.episode_title),
        "guid": _storable(entry.guid),
        "feed_id": entry.feed_id,
        "feed_url": _storable(entry.feed_url),
        "feed_title": _storable(entry.feed_title),
        "audience": entry.audience.key,
        "published": entry.published,
        "chunks": len(entry.chunks),
        "insights": len(entry.insights),
    }


def chunk_rows(entry: Entry) -> list[dict[str, Any]]:
    """Its chunks; `said` and `about` are for the parser of the full text."""
    about = folded(entry.about)
    fence = {"audience": entry.audience.key, "feed_id": entry.feed_id, "published": entry.published}
    return [
        {
            **fence,
            "id": chunk_id,
            "episode_id": entry.episode_id,
            "start": chunk.start,
            "end": chunk.end,
            "speaker": None if chunk.speaker is None else _storable(chunk.speaker),
            "url": None if url is None else _storable(url),
            "text": _storable(chunk.text),
            "said": folded(chunk.text),
            "about": about,
        }
        for chunk_id, chunk, url in zip(entry.chunk_ids(), entry.chunks, entry.urls, strict=True)
    ]


def folded(value: str) -> str:
    """Words alone, without accents: the database's own parser would take «e-mail» or «and/or» for one word."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", value) if not unicodedata.combining(sign))
    return " ".join(words_of(_storable(plain)))


def passage_of(row: dict[str, Any]) -> tuple[str, Passage]:
    """The chunk's id, and the passage without scores."""
    return row.pop("chunk_id"), Passage(score=0.0, match=0.0, **row)


def _storable(value: str) -> str:
    """PostgreSQL holds neither NUL characters nor lone surrogates."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()
