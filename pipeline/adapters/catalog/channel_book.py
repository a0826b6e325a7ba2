"""Channels as the digest needs them: their settings and what may be posted to them."""

import asyncio
from datetime import datetime

from sqlalchemy import exists, select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.fence import visible_to
from pipeline.adapters.catalog.rows import select_candidates, to_candidates, to_channel
from pipeline.adapters.catalog.tables import channel, episode, feed, follow, insight
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Candidate
from pipeline.domain.episode import EpisodeState
from pipeline.domain.errors import UnknownChannel


class SqlChannelBook:
    """ChannelBook in the catalogue."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def get(self, channel_id: str, *, workspace: WorkspaceId) -> Channel:
        """The channel. Raises UnknownChannel, also when the channel is another workspace's."""
        query = select(channel).where(channel.c.id == channel_id, channel.c.workspace == workspace)
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise UnknownChannel(channel_id)
        return to_channel(row)

    async def candidates(self, channel_id: str, *, workspace: WorkspaceId, since: datetime) -> tuple[Candidate, ...]:
        """Insights of ready episodes of the followed feeds that came out since then and are still in their feed.

        None of them is backfill. Newest episode first, an episode's insights in the proposer's order.
        """
        is_followed = exists().where(
            follow.c.feed_id == feed.c.id, follow.c.channel_id == channel_id, follow.c.workspace == workspace
        )
        query = (
            select_candidates()
            .where(
                is_followed,
                visible_to(workspace, feed.c.audience, episode.c.audience, insight.c.audience),
                episode.c.state == EpisodeState.READY.value,
                episode.c.backfill.is_(False),
                episode.c.left_at.is_(None),
                episode.c.came_out >= since,
            )
            .order_by(episode.c.came_out.desc(), episode.c.id, insight.c.position)
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(to_candidates, rows)
