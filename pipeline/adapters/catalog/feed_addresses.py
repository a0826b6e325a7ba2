"""Where a feed is, as the catalogue keeps it: a private feed's address may be its key, so it is kept sealed.

The column `url` of a private feed holds what may be shown of it, `sealed_url` all of it, and `address` a name of it
that nobody can guess without the key.
"""

from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.tables import feed
from pipeline.adapters.sealing import Seal, needed
from pipeline.domain.audience import PUBLIC, Audience
from pipeline.domain.feed import bucket_of, feed_id, host_of
from pipeline.domain.intake.keyed_address import page_to_show, without_keys


def address_name(url: str, audience: Audience, *, seal: Seal | None) -> str:
    """Sixteen hex digits by which this address is found again. Raises SettingsError without the seal it needs."""
    return feed_id(url if audience.is_public else needed(seal).name(url), audience)


def address_values(url: str, audience: Audience, *, seal: Seal | None) -> dict[str, Any]:
    """The columns that say where a feed is. Raises SettingsError without the seal it needs."""
    name = {"address": address_name(url, audience, seal=seal), "host": host_of(url), "bucket": bucket_of(url)}
    if audience.is_public:
        return {"url": url, "sealed_url": None, **name}
    return {"url": without_keys(url), "sealed_url": needed(seal).close(url), **name}


def kept_move(url: str | None, audience: Audience, *, seal: Seal | None) -> str | None:
    """The address that a feed seems to move to, as it is kept."""
    return url if url is None or audience.is_public else needed(seal).close(url)


def opened(row: Row[Any], *, seal: Seal | None) -> tuple[str, str | None]:
    """The address of a feed's row, and the one it seems to move to. Raises SettingsError when they cannot be opened."""
    if row.sealed_url is None:
        return row.url, row.move_url
    seal = needed(seal)
    return seal.open(row.sealed_url), None if row.move_url is None else seal.open(row.move_url)


async def seal_addresses(connection: AsyncConnection, *, seal: Seal) -> None:
    """Seal the private addresses that were written before addresses were sealed."""
    query = select(feed).where(feed.c.audience != PUBLIC.key, feed.c.sealed_url.is_(None))
    rows = (await connection.execute(query)).all()
    if rows and connection.dialect.name == "sqlite":
        # What is written over must not stay readable in the file.
        await connection.execute(text("PRAGMA secure_delete = ON"))
    for row in rows:
        audience = Audience.from_key(row.audience)
        values = address_values(row.url, audience, seal=seal)
        values["move_url"] = kept_move(row.move_url, audience, seal=seal)
        values |= {"link": page_to_show(row.link), "image": page_to_show(row.image)}
        await connection.execute(update(feed).where(feed.c.id == row.id).values(values))
