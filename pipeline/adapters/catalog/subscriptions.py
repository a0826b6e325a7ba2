"""Adding feeds, and who follows them."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.feed_addresses import address_name, address_values
from pipeline.adapters.catalog.fence import visible_to
from pipeline.adapters.catalog.merging import merge_feeds
from pipeline.adapters.catalog.rows import feed_values, select_feeds, to_feed
from pipeline.adapters.catalog.tables import channel, feed, follow
from pipeline.domain.audience import PUBLIC, Audience, WorkspaceId
from pipeline.domain.errors import UnknownChannel, UnknownFeed
from pipeline.domain.feed import Feed
from pipeline.ports import Clock


class Subscriptions:
    """A workspace's feeds. A feed that nobody follows any more is kept with its episodes, but no longer polled."""

    def __init__(self, db: CatalogDb, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def add(self, url: str, *, workspace: WorkspaceId, private: bool = False, title: str = "") -> Feed:
        """The feed at this address, made if it is not there yet.

        A feed that moved, or became part of another, is found by its old address too.
        A `private` feed and all that comes of it is seen by this workspace alone, and its address is kept sealed: it
        may be a key. Raises SettingsError without a seal.
        """
        audience = Audience(workspace) if private else PUBLIC
        address = address_values(url, audience, seal=self._db.seal)
        new_id = str(address["address"])
        new = Feed(new_id, url, audience, title=title)
        insert = self._db.insert(feed).values(
            id=new_id,
            audience=audience.key,
            added_at=self._clock.now(),
            **address,
            **feed_values(new, seal=self._db.seal),
        )
        there = select_feeds().where((feed.c.address == new_id) | (feed.c.id == new_id))
        async with self._db.writing() as connection:
            row = (await connection.execute(there.order_by(feed.c.address != new_id).limit(1))).one_or_none()
            if row is None:
                await connection.execute(insert.on_conflict_do_nothing())
                row = (await connection.execute(there.limit(1))).one()
            if row.merged_into is not None:
                row = (await connection.execute(select_feeds().where(feed.c.id == row.merged_into))).one()
        return to_feed(row, seal=self._db.seal)

    async def unite(self, feed_id: str, *, workspace: WorkspaceId) -> str:
        """The id of the feed at the address to which the redirects of this one lead: the two become one.

        It is this one's own where they lead to no address of another feed, or where it is followed already: then only
        time tells whether it moved. Raises UnknownFeed.
        """
        visible = select_feeds().where(feed.c.id == feed_id, visible_to(workspace, feed.c.audience))
        followed = select(follow.c.feed_id).where(follow.c.feed_id == feed_id).limit(1)
        async with self._db.writing() as connection:
            row = (await connection.execute(visible)).one_or_none()
            if row is None:
                raise UnknownFeed(feed_id)
            move = to_feed(row, seal=self._db.seal).move
            if move is None or move.by_feed or (await connection.execute(followed)).one_or_none() is not None:
                return feed_id
            name = address_name(move.url, Audience.from_key(row.audience), seal=self._db.seal)
            there = select(feed.c.id).where(feed.c.address == name, feed.c.id != feed_id, feed.c.merged_into.is_(None))
            other: str | None = (await connection.execute(there)).scalar_one_or_none()
            if other is None:
                return feed_id
            await merge_feeds(self._db, connection, feed_id, other, now=self._clock.now())
            return other

    async def follow(self, channel_id: str, feed_id: str, *, workspace: WorkspaceId, added_by: str) -> bool:
        """Let the channel follow the feed; False when it did already.

        Raises UnknownChannel and UnknownFeed, also for what is not the workspace's to see.
        """
        new = self._db.insert(follow).values(
            channel_id=channel_id,
            feed_id=feed_id,
            workspace=workspace,
            added_by=added_by,
            added_at=self._clock.now(),
        )
        async with self._db.writing() as connection:
            await _check_channel(connection, channel_id, workspace)
            visible = select(feed.c.id).where(feed.c.id == feed_id, visible_to(workspace, feed.c.audience))
            if (await connection.execute(visible)).scalar_one_or_none() is None:
                raise UnknownFeed(feed_id)
            added = new.on_conflict_do_nothing().returning(follow.c.feed_id)
            return (await connection.execute(added)).scalar_one_or_none() is not None

    async def forget_unread(self, feed_id: str, *, workspace: WorkspaceId) -> None:
        """Drop a feed of the workspace's, and what was to open it, that never could be read and nobody follows."""
        followed = select(follow.c.feed_id).where(follow.c.feed_id == feed.c.id).exists()
        async with self._db.writing() as connection:
            unread = (feed.c.id == feed_id, feed.c.last_read.is_(None), visible_to(workspace, feed.c.audience))
            await connection.execute(delete(feed).where(*unread, ~followed))

    async def unfollow(self, channel_id: str, feed_id: str, *, workspace: WorkspaceId) -> bool:
        """Let the channel follow the feed no longer; False when it did not. Raises UnknownChannel."""
        gone = delete(follow).where(
            follow.c.channel_id == channel_id, follow.c.feed_id == feed_id, follow.c.workspace == workspace
        )
        async with self._db.writing() as connection:
            await _check_channel(connection, channel_id, workspace)
            return (await connection.execute(gone)).rowcount > 0


async def _check_channel(connection: AsyncConnection, channel_id: str, workspace: WorkspaceId) -> None:
    query = select(channel.c.id).where(channel.c.id == channel_id, channel.c.workspace == workspace)
    if (await connection.execute(query)).scalar_one_or_none() is None:
        raise UnknownChannel(channel_id)
