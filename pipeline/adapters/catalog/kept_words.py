"""Forgetting what was said in old episodes; that they were there is never forgotten."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, delete, exists, or_, select, update

from pipeline.adapters.catalog.codecs import digest_from_json
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.model_readings import model_reply, rejected
from pipeline.adapters.catalog.tables import digest, episode, insight, insight_run, reaction, transcript
from pipeline.domain.episode import EpisodeState

_BATCH: Final = 200
_OF_WORDS: Final = (transcript, insight, insight_run, model_reply, rejected)


class SqlKeptWords:
    """KeptWords in the catalogue, over all workspaces."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def outlived(self, before: datetime) -> tuple[str, ...]:
        """See KeptWords."""
        liked = exists().where(insight.c.episode_id == episode.c.id, reaction.c.insight_id == insight.c.id)
        query = (
            select(episode.c.id)
            .join_from(episode, transcript)
            .where(
                episode.c.state != EpisodeState.WAITING.value,
                episode.c.came_out < before,
                transcript.c.saved_at < before,
                ~liked,
            )
            .order_by(episode.c.came_out, episode.c.id)
        )
        async with self._db.reading() as connection:
            old = tuple((await connection.execute(query)).scalars())
        posted = await self._posted() if old else frozenset()
        return tuple(one for one in old if one not in posted)

    async def forget(self, episode_ids: Sequence[str]) -> None:
        """See KeptWords."""
        for start in range(0, len(episode_ids), _BATCH):
            some = episode_ids[start : start + _BATCH]
            async with self._db.writing() as connection:
                for table in _OF_WORDS:
                    await connection.execute(delete(table).where(table.c.episode_id.in_(some)))
                forgotten = {"state": EpisodeState.FORGOTTEN.value, "reason": "", "retry_at": None}
                await connection.execute(update(episode).where(episode.c.id.in_(some)).values(forgotten))

    async def _posted(self) -> frozenset[str]:
        """The episodes of every item of every digest."""
        found, last = set[str](), None
        while True:
            async with self._db.reading() as connection:
                rows = (await connection.execute(_digests_after(last))).all()
            if not rows:
                return frozenset(found)
            last = rows[-1].channel_id, rows[-1].local_date
            found |= await asyncio.to_thread(_episodes_in, [row.payload for row in rows])


def _digests_after(last: tuple[str, Any] | None) -> Select[Any]:
    query = select(digest).order_by(digest.c.channel_id, digest.c.local_date).limit(_BATCH)
    if last is None:
        return query
    same = and_(digest.c.channel_id == last[0], digest.c.local_date > last[1])
    return query.where(or_(digest.c.channel_id > last[0], same))


def _episodes_in(payloads: Sequence[str]) -> set[str]:
    return {pick.candidate.insight.episode_id for payload in payloads for pick in digest_from_json(payload).picks}
