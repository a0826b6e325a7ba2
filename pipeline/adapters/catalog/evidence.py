"""What readers may look up behind a post or an answer: insights and the words around them."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import select

from pipeline.adapters.catalog.codecs import unpack_segments
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.fence import visible_to
from pipeline.adapters.catalog.rows import select_candidates, to_candidates, to_insight
from pipeline.adapters.catalog.tables import episode, feed, insight, transcript
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.digest import Candidate
from pipeline.domain.insight import Insight
from pipeline.domain.transcript import Segment


class Evidence:
    """Reads for people. What is not the workspace's to see is not there: the result is empty."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def insights(self, episode_id: str, *, workspace: WorkspaceId) -> tuple[Insight, ...]:
        """The episode's insights in force, in the proposer's order."""
        query = (
            select(insight)
            .join_from(insight, episode)
            .where(insight.c.episode_id == episode_id, visible_to(workspace, insight.c.audience, episode.c.audience))
            .order_by(insight.c.position)
        )
        async with self._db.reading() as connection:
            return tuple(map(to_insight, await connection.execute(query)))

    async def insight(self, insight_id: str, *, workspace: WorkspaceId) -> Candidate | None:
        """The insight with its episode, None when it is gone or not the workspace's to see."""
        found = await self.candidates((insight_id,), workspace=workspace)
        return found[0] if found else None

    async def candidates(self, insight_ids: Sequence[str], *, workspace: WorkspaceId) -> tuple[Candidate, ...]:
        """Those of these insights that are there, with their episodes, in the order of the ids."""
        query = select_candidates().where(
            insight.c.id.in_(insight_ids),
            visible_to(workspace, insight.c.audience, episode.c.audience, feed.c.audience),
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        by_id = {c.insight.id: c for c in await asyncio.to_thread(to_candidates, rows)}
        return tuple(by_id[i] for i in insight_ids if i in by_id)

    async def segments(
        self, episode_id: str, *, workspace: WorkspaceId, first: int = 0, last: int | None = None
    ) -> tuple[Segment, ...]:
        """The segments from `first` to `last` (indices, both included), cut to what there is; without times too."""
        found = await self._segments(episode_id, workspace)
        return found[max(first, 0) :] if last is None else found[max(first, 0) : max(last + 1, 0)]

    async def _segments(self, episode_id: str, workspace: WorkspaceId) -> tuple[Segment, ...]:
        query = (
            select(transcript.c.segments)
            .join_from(transcript, episode)
            .where(
                transcript.c.episode_id == episode_id,
                visible_to(workspace, transcript.c.audience, episode.c.audience),
            )
        )
        async with self._db.reading() as connection:
            packed = (await connection.execute(query)).scalar_one_or_none()
        return () if packed is None else await asyncio.to_thread(unpack_segments, packed)
