"""Channels as their members set them up, and the list of all for the clock."""

from sqlalchemy import select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.rows import channel_values, to_channel
from pipeline.adapters.catalog.tables import channel as channels
from pipeline.domain.audience import WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.errors import UnknownChannel
from pipeline.ports import Clock


class ChannelSettings:
    """A workspace's channels."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def save(self, channel: Channel, *, workspace: WorkspaceId) -> None:
        """Create the channel or change its settings. Raises UnknownChannel when it is another workspace's."""
        if channel.workspace != workspace:
            raise UnknownChannel(channel.id)
        values = channel_values(channel)
        new = self._db.insert(channels).values(
            id=channel.id, workspace=workspace, created_at=self._clock.now(), **values
        )
        changed = new.on_conflict_do_update(
            index_elements=[channels.c.id], set_=values, where=channels.c.workspace == workspace
        ).returning(channels.c.id)
        async with self._db.writing() as connection:
            if (await connection.execute(changed)).scalar_one_or_none() is None:
                raise UnknownChannel(channel.id)

    async def of(self, *, workspace: WorkspaceId) -> tuple[Channel, ...]:
        """The workspace's channels, by name."""
        query = select(channels).where(channels.c.workspace == workspace).order_by(channels.c.name, channels.c.id)
        async with self._db.reading() as connection:
            return tuple(map(to_channel, await connection.execute(query)))


class ChannelRoster:
    """Every channel of every workspace: for the clock that asks what is due, never for a reader."""

    def __init__(self, db: CatalogDb) -> None:
        self._db = db

    async def all(self) -> tuple[Channel, ...]:
        """All channels, by id."""
        async with self._db.reading() as connection:
            return tuple(map(to_channel, await connection.execute(select(channels).order_by(channels.c.id))))
