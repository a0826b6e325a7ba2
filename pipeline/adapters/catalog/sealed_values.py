"""Whether the key at hand is the one that the catalogue's secrets were sealed with."""

from typing import Any, Final

from sqlalchemy import Select, select

from pipeline.adapters.catalog.conversation_tables import installation
from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.tables import feed, follow
from pipeline.adapters.sealing import Seal
from pipeline.domain.overview import Opening

_LOOKED_AT: Final = 10
"""Of each kind the newest: a key that opens these is the one in use."""


async def what_opens(db: CatalogDb, *, seal: Seal | None) -> Opening:
    """How much of what is sealed and in use this key opens, by a look at a few; without a key nothing."""
    async with db.reading() as connection:
        sealed = [value for query in _newest() for value in (await connection.execute(query)).scalars()]
    opened = {seal is not None and seal.opens(value) for value in sealed}
    if False not in opened:
        return Opening.ALL
    return Opening.SOME if True in opened else Opening.NONE


def _newest() -> tuple[Select[Any], ...]:
    """A show that was removed keeps its row, but needs no key any more."""
    is_followed = select(follow.c.feed_id).where(follow.c.feed_id == feed.c.id).exists()
    shows = select(feed.c.sealed_url).where(feed.c.sealed_url.is_not(None), is_followed)
    tokens = select(installation.c.sealed).where(installation.c.sealed.is_not(None))
    return (
        shows.order_by(feed.c.added_at.desc()).limit(_LOOKED_AT),
        tokens.order_by(installation.c.installed_at.desc()).limit(_LOOKED_AT),
    )
