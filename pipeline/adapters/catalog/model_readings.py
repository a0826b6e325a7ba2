"""What the language model said about episodes: its replies, and which of its proposals did not pass."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, insert, select

from pipeline.adapters.catalog.columns import UtcTime, Words
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.origin import audience_of
from pipeline.adapters.catalog.tables import episode, metadata
from pipeline.domain.rejected import RejectedProposal
from pipeline.ports import Clock

model_reply: Final = Table(
    "model_reply",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("episode_id", ForeignKey(episode.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("audience", Words, nullable=False),
    Column("reply", Words, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
)

rejected: Final = Table(
    "rejected_proposal",
    metadata,
    Column("episode_id", ForeignKey(episode.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("audience", Words, nullable=False),
    Column("headline", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("quote", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("detail", Words, nullable=False),
)


class SqlReplyStore:
    """ReplyStore in the catalogue. Only the language model's own adapter reads it, by keys that nobody can guess."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def load(self, key: str) -> str | None:
        """The reply kept under this key, None when there is none."""
        query = select(model_reply.c.reply).where(model_reply.c.key == key)
        async with self._db.reading() as connection:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def save(self, key: str, reply: str, *, episode_id: str) -> None:
        """Keep it with its episode, in place of what was kept under this key. Raises UnknownEpisode."""
        async with self._db.writing(is_urgent=True) as connection:
            audience = await audience_of(connection, episode_id)
            values = {"reply": reply, "saved_at": self._clock.now()}
            new = self._db.insert(model_reply).values(key=key, episode_id=episode_id, audience=audience, **values)
            await connection.execute(new.on_conflict_do_update(index_elements=[model_reply.c.key], set_=values))


class SqlRejectionBook:
    """RejectionBook in the catalogue. It belongs to whoever runs Podsift: what is in it was refused to readers."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def record(self, episode_id: str, proposals: Sequence[RejectedProposal]) -> None:
        """Keep those of the last reading, in place of older ones. Raises UnknownEpisode."""
        async with self._db.writing() as connection:
            audience = await audience_of(connection, episode_id)
            await connection.execute(delete(rejected).where(rejected.c.episode_id == episode_id))
            rows = [
                {
                    "episode_id": episode_id,
                    "position": position,
                    "audience": audience,
                    "headline": one.headline,
                    "body": one.body,
                    "quote": one.quote,
                    "reason": one.reason,
                    "detail": one.detail,
                }
                for position, one in enumerate(proposals)
            ]
            if rows:
                await connection.execute(insert(rejected), rows)

    async def of(self, episode_id: str) -> tuple[RejectedProposal, ...]:
        """The episode's rejected proposals, in the order in which they were judged."""
        query = select(rejected).where(rejected.c.episode_id == episode_id).order_by(rejected.c.position)
        async with self._db.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(RejectedProposal(r.headline, r.body, r.quote, r.reason, r.detail) for r in rows)
