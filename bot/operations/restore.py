"""`podsift restore`: a backup becomes the data folder; what was there is put aside, and nothing is posted twice."""

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.operations.backup_file import CATALOG, KEY, Manifest, unpack
from bot.operations.outcome import Outcome
from bot.settings import Settings
from bot.shapes.commands import Shape
from bot.texts.message import Block, Message, Paragraph, Small, text
from pipeline.adapters.catalog import ChannelRoster, SqlDeliveryBook, open_catalog
from pipeline.adapters.catalog.backup import check_copy
from pipeline.domain.errors import BadInput
from pipeline.ports import Clock

_WORKSHOP: Final = ".restoring"
_ASIDE: Final = "replaced-"
_OWNERS: Final = (".owner", "podsift.sock", "podsift-")


class RestoreShape(Shape):
    """`podsift restore`: of when the data is, and where what was there before is now (empty: nothing was there)."""

    made_at: datetime
    podsift: str
    aside: str
    has_key: bool


async def restore(settings: Settings, file: Path, *, force: bool, clock: Clock) -> Outcome:
    """Make the backup the content of the data folder. The caller owns the folder.

    Without `force` the folder has to be empty. The backup is checked and brought to this version's schema before
    anything is moved. Raises BadInput and CatalogUnavailable.
    """
    if not settings.is_embedded:
        raise BadInput("The catalogue is in PostgreSQL: bring it back with pg_restore or psql.")
    folder, now = settings.data, clock.now()
    workshop = folder / _WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)  # of a restore that was stopped
    there = [path for path in folder.iterdir() if not path.name.startswith((*_OWNERS, _ASIDE))]
    if there and not force:
        raise BadInput(f"There is data in {folder.resolve()} already; “--force” puts it aside, and nothing is deleted.")
    workshop.mkdir(mode=0o700)
    try:
        manifest = await asyncio.to_thread(unpack, file, workshop)
        check_copy(workshop / CATALOG)
        await _hold_posts(_url(workshop / CATALOG), manifest, now=now, clock=clock)
        aside = _put_aside(there, folder / f"{_ASIDE}{now:%Y%m%dT%H%M%SZ}")
        for path in sorted(workshop.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    has_key = any(one.name == KEY for one in manifest.files)
    data = RestoreShape(made_at=manifest.made_at, podsift=manifest.podsift, aside=aside, has_key=has_key)
    return Outcome(data, _told(data, needs_key=not has_key and settings.secret_key is None))


async def _hold_posts(url: str, manifest: Manifest, *, now: datetime, clock: Clock) -> None:
    """Claim the days whose digest may have been posted after the backup: a claimed day is looked for, then sent."""
    async with open_catalog(url) as db:
        deliveries = SqlDeliveryBook(db, clock=clock)
        for channel in await ChannelRoster(db).all():
            today, since = channel.local_date(now), channel.local_date(manifest.made_at)
            for day in (today - timedelta(days=1), today):
                if day >= since:
                    await deliveries.claim(channel.id, day, workspace=channel.workspace, at=manifest.made_at)


def _url(catalog: Path) -> str:
    return f"sqlite:///{catalog.resolve()}"


def _put_aside(paths: list[Path], aside: Path) -> str:
    if not paths:
        return ""
    aside.mkdir(mode=0o700)
    for path in paths:
        path.replace(aside / path.name)
    return str(aside.resolve())


def _told(restored: RestoreShape, *, needs_key: bool) -> Message:
    head = f"Restored the data of {restored.made_at:%d %B %Y, %H:%M} UTC. The index is built anew at the next start."
    blocks: list[Block] = [Paragraph(text(head))]
    if restored.aside:
        blocks.append(Small(text(f"What was there before is in {restored.aside}; delete it when all is well.")))
    if needs_key:
        blocks.append(Small(text("No key was in it: set PODSIFT_SECRET_KEY, or private feeds stay closed.")))
    return Message(tuple(blocks), head)
