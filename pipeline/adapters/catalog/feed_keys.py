"""What opens private feeds, sealed."""

from sqlalchemy import select

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import feed, feed_key
from pipeline.adapters.sealing import Seal
from pipeline.domain.errors import UnknownFeed


class SqlFeedKeys:
    """FeedKeys in the catalogue. The credentials leave it for the one request to the feed's own server only."""

    def __init__(self, db: CatalogDb, *, seal: Seal) -> None:
        self._db = db
        self._seal = seal

    async def get(self, feed_id: str) -> str | None:
        """The credentials of this feed, None when it needs none. Raises SettingsError."""
        query = select(feed_key.c.sealed).where(feed_key.c.feed_id == feed_id)
        async with self._db.reading() as connection:
            sealed = (await connection.execute(query)).scalar_one_or_none()
        return None if sealed is None else self._seal.open(sealed)

    async def put(self, feed_id: str, credentials: str) -> None:
        """Keep what opens this feed, in place of what was kept before. Raises UnknownFeed."""
        sealed = self._seal.close(credentials)
        async with self._db.writing() as connection:
            audience = (await connection.execute(select(feed.c.audience).where(feed.c.id == feed_id))).scalar()
            if audience is None:
                raise UnknownFeed(feed_id)
            new = self._db.insert(feed_key).values(feed_id=feed_id, audience=audience, sealed=sealed)
            await connection.execute(
                new.on_conflict_do_update(index_elements=[feed_key.c.feed_id], set_={"sealed": sealed})
            )
