"""Transcripts, compressed."""

import asyncio

from sqlalchemy import select

from pipeline.adapters.catalog import tables
from pipeline.adapters.catalog.codecs import pack_segments, unpack_segments, words_from_json, words_to_json
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.origin import audience_of
from pipeline.domain.transcript import Basis, Transcript
from pipeline.ports import Clock


class SqlTranscriptStore:
    """TranscriptStore in the catalogue."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def load(self, episode_id: str) -> Transcript | None:
        """The stored transcript, None when there is none yet."""
        async with self._db.reading() as connection:
            found = await connection.execute(
                select(tables.transcript).where(tables.transcript.c.episode_id == episode_id)
            )
            row = found.one_or_none()
        if row is None:
            return None
        segments = await asyncio.to_thread(unpack_segments, row.segments)
        return Transcript(segments, Basis(row.basis), row.language, row.format, warnings=words_from_json(row.warnings))

    async def save(self, episode_id: str, transcript: Transcript) -> None:
        """Store it; a second save replaces it only when the content differs. Raises UnknownEpisode."""
        packed = await asyncio.to_thread(pack_segments, transcript.segments)
        values = {
            "hash": transcript.hash,
            "basis": transcript.basis.value,
            "language": transcript.language,
            "format": transcript.format,
            "segments": packed,
            "warnings": words_to_json(transcript.warnings),
            "saved_at": self._clock.now(),
        }
        async with self._db.writing(is_urgent=True) as connection:
            audience = await audience_of(connection, episode_id)
            new = self._db.insert(tables.transcript).values(episode_id=episode_id, audience=audience, **values)
            differs = tables.transcript.c.hash != new.excluded.hash
            await connection.execute(
                new.on_conflict_do_update(index_elements=[tables.transcript.c.episode_id], set_=values, where=differs)
            )
