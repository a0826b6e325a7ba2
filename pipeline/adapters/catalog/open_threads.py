"""Threads with something going on lately: where a platform's gap may have swallowed a question."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pipeline.adapters.catalog.conversation_tables import thread as threads
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.domain.audience import WorkspaceId


@dataclass(frozen=True, slots=True)
class OpenThread:
    """A thread of a channel; the channel may be a direct message."""

    workspace: WorkspaceId
    channel_id: str
    thread: str


class OpenThreads:
    """Every workspace's threads: for a driver that reads up on them, never for a reader."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def changed_since(self, since: datetime, *, platform: str, limit: int = 200) -> tuple[OpenThread, ...]:
        """The platform's threads (`discord`) in which we took part since then, the latest first."""
        query = (
            select(threads)
            .where(threads.c.changed_at >= since, threads.c.workspace.startswith(f"{platform}:", autoescape=True))
            .order_by(threads.c.changed_at.desc(), threads.c.thread)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(OpenThread(WorkspaceId(row.workspace), row.channel_id, row.thread) for row in rows)
