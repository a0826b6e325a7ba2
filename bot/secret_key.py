"""The key that seals what is private: that of the settings, else a file in the data folder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bot.settings import Settings
from pipeline.adapters.catalog import CatalogDb, open_catalog, what_opens
from pipeline.adapters.sealing import Seal, key_in
from pipeline.domain.errors import SettingsError
from pipeline.domain.overview import Opening

_NOT_OURS: Final = (
    "The private shows in this database were sealed with another key, and PODSIFT_SECRET_KEY is not set: set it to "
    "what the other processes have, their PODSIFT_SECRET_KEY or the file secret.key in the data folder of the machine "
    "that made it. Only if that key is lost for good, set it to a new one, and add the private shows again."
)


@asynccontextmanager
async def open_with_key(settings: Settings) -> AsyncIterator[tuple[CatalogDb, Seal]]:
    """The catalogue, and the seal of what is private in it.

    Raises CatalogUnavailable, and SettingsError for what is no key, or on PostgreSQL a key of this machine's own that
    opens nothing of what others sealed there: what it sealed itself, they could not open.
    """
    given = settings.secret_key
    seal = None if given is None else Seal(given.get_secret_value())
    async with open_catalog(settings.catalog_url, seal=seal) as db:
        if seal is None:
            seal = await _own_seal(settings, db)
            await db.seal_with(seal)
        yield db, seal


async def _own_seal(settings: Settings, db: CatalogDb) -> Seal:
    """A key is made only where it is fit: one that is left behind would be mistaken for the right one."""
    file = settings.data / "secret.key"
    if not settings.catalog_url.startswith("sqlite"):
        there = await asyncio.to_thread(_kept_seal, file)
        if await what_opens(db, seal=there) is Opening.NONE:
            raise SettingsError(_NOT_OURS)
    return Seal(await asyncio.to_thread(key_in, file))


def _kept_seal(file: Path) -> Seal | None:
    return Seal(key_in(file)) if file.exists() else None
