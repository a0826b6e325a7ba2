"""Members who may change what a channel follows."""

from sqlalchemy import select

from pipeline.adapters.catalog.conversation_tables import curator
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.domain.audience import WorkspaceId
from pipeline.ports import Clock


class Curators:
    """Curators by channel: who invited us, and whom they named."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def add(self, channel_id: str, member: str, *, workspace: WorkspaceId) -> None:
        """Let a member (by the platform's id) change this channel."""
        new = self._db.insert(curator).values(
            channel_id=channel_id, member=member, workspace=workspace, added_at=self._clock.now()
        )
        async with self._db.writing() as connection:
            await connection.execute(new.on_conflict_do_nothing())

    async def of(self, channel_id: str, *, workspace: WorkspaceId) -> tuple[str, ...]:
        """The channel's curators, the first one first."""
        query = (
            select(curator.c.member)
            .where(curator.c.channel_id == channel_id, curator.c.workspace == workspace)
            .order_by(curator.c.added_at, curator.c.member)
        )
        async with self._db.reading() as connection:
            return tuple((await connection.execute(query)).scalars())
