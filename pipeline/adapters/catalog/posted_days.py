"""Which day's digest a message on a platform is: a thread under it speaks about that day."""

from datetime import date

from sqlalchemy import select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import delivery
from pipeline.domain.audience import WorkspaceId


class PostedDays:
    """The deliveries of every workspace, by the platform's name of the message."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def day_of(self, channel_id: str, reference: str, *, workspace: WorkspaceId) -> date | None:
        """The local date of the digest that was delivered as this message, None when none was."""
        query = select(delivery.c.local_date).where(
            delivery.c.channel_id == channel_id, delivery.c.reference == reference, delivery.c.workspace == workspace
        )
        async with self._db.reading() as connection:
            day: date | None = (await connection.execute(query)).scalars().first()
        return day
