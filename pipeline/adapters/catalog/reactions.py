"""What members say about insights: thumbs, and what they save for themselves."""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import func, select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import channel, reaction
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.errors import UnknownChannel
from pipeline.ports import Clock

Vote = Literal[-1, 0, 1]


class Reactions:
    """VoteBook in the catalogue. A member has one vote for an insight in a channel, and may change it."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def vote(
        self, channel_id: str, insight_id: str, *, workspace: WorkspaceId, member: str, vote: Vote, reason: str = ""
    ) -> None:
        """Set the member's vote and its reason; 0 takes both back. Raises UnknownChannel."""
        await self._set(channel_id, insight_id, workspace, member, {"vote": vote, "reason": reason or None})

    async def save(self, channel_id: str, insight_id: str, *, workspace: WorkspaceId, member: str) -> None:
        """Keep the insight for this member. Raises UnknownChannel."""
        await self._set(channel_id, insight_id, workspace, member, {"saved": True})

    async def votes(self, channel_id: str, *, workspace: WorkspaceId) -> Mapping[str, int]:
        """Thumbs up less thumbs down by insight id; empty when the channel is another workspace's."""
        query = (
            select(reaction.c.insight_id, func.sum(reaction.c.vote))
            .where(reaction.c.channel_id == channel_id, reaction.c.workspace == workspace)
            .group_by(reaction.c.insight_id)
        )
        async with self._db.reading() as connection:
            return {insight_id: int(total) for insight_id, total in await connection.execute(query) if total}

    async def reasons(self, insight_id: str, *, workspace: WorkspaceId) -> Mapping[str, int]:
        """How many of the workspace's members gave which reason against the insight; the most frequent first."""
        number = func.count()
        query = (
            select(reaction.c.reason, number)
            .where(
                reaction.c.insight_id == insight_id, reaction.c.workspace == workspace, reaction.c.reason.is_not(None)
            )
            .group_by(reaction.c.reason)
            .order_by(number.desc(), reaction.c.reason)
        )
        async with self._db.reading() as connection:
            return {reason: int(members) for reason, members in await connection.execute(query)}

    async def saved(self, member: str, *, workspace: WorkspaceId) -> tuple[str, ...]:
        """The ids of the insights that this member kept, the latest first."""
        query = (
            select(reaction.c.insight_id)
            .where(reaction.c.member == member, reaction.c.workspace == workspace, reaction.c.saved.is_(True))
            .order_by(reaction.c.at.desc(), reaction.c.insight_id)
        )
        async with self._db.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def _set(
        self, channel_id: str, insight_id: str, workspace: WorkspaceId, member: str, change: Mapping[str, object]
    ) -> None:
        new = {"vote": 0, "saved": False, **change, "at": self._clock.now()}
        insert = self._db.insert(reaction).values(
            channel_id=channel_id, insight_id=insight_id, workspace=workspace, member=member, **new
        )
        known = select(channel.c.id).where(channel.c.id == channel_id, channel.c.workspace == workspace)
        async with self._db.writing() as connection:
            if (await connection.execute(known)).scalar_one_or_none() is None:
                raise UnknownChannel(channel_id)
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[reaction.c.channel_id, reaction.c.insight_id, reaction.c.member],
                    set_={**change, "at": new["at"]},
                )
            )
