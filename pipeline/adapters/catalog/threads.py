"""The threads that we take part in, and what was asked there."""

import json

from sqlalchemy import select

from pipeline.adapters.catalog.conversation_tables import thread as threads
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.conversation import Talk
from pipeline.ports import Clock


class Threads:
    """Threads of every workspace."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def find(self, channel_id: str, thread: str, *, workspace: WorkspaceId) -> Talk | None:
        """The talk, None when we take no part in it."""
        query = select(threads).where(
            threads.c.channel_id == channel_id, threads.c.thread == thread, threads.c.workspace == workspace
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Talk(tuple(json.loads(row.questions)), row.asker, row.last_speaker)

    async def save(self, channel_id: str, thread: str, talk: Talk, *, workspace: WorkspaceId) -> None:
        """Keep the talk as it is now."""
        values = {
            "questions": json.dumps(talk.questions, ensure_ascii=False),
            "asker": talk.asker,
            "last_speaker": talk.last_speaker,
            "changed_at": self._clock.now(),
        }
        new = self._db.insert(threads).values(channel_id=channel_id, thread=thread, workspace=workspace, **values)
        keys = [threads.c.channel_id, threads.c.thread]
        changed = new.on_conflict_do_update(index_elements=keys, set_=values, where=threads.c.workspace == workspace)
        async with self._db.writing() as connection:
            await connection.execute(changed)
