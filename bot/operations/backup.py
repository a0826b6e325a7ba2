"""`podsift backup`: everything that cannot be made again, in one file, while the service goes on.

That is the catalogue and the key that opens what is sealed in it. The index and the engine's records are not in it:
both are made again from the catalogue.
"""

import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.operations.backup_file import CATALOG, KEY, Manifest, kept, pack
from bot.operations.outcome import Outcome
from bot.settings import Settings
from bot.shapes.commands import Shape
from bot.texts.message import Message, Paragraph, Small, code, text
from pipeline.adapters.catalog.backup import copy_catalog
from pipeline.domain.errors import BadInput


class BackupShape(Shape):
    """`podsift backup`: where it is, its size in bytes, and whether the key is in it."""

    file: str
    bytes: int
    made_at: datetime
    schema_version: str
    has_key: bool


def back_up(settings: Settings, file: Path, *, now: datetime) -> Outcome:
    """Write a backup of one moment to the new file `file`. Blocks; needs no ownership of the data folder.

    Raises BadInput when the file exists or cannot be written, or the catalogue is in PostgreSQL; CatalogUnavailable.
    """
    if not settings.is_embedded:
        raise BadInput(
            "The catalogue is in PostgreSQL: back it up with pg_dump, and keep PODSIFT_SECRET_KEY "
            f"(or {settings.data / KEY}) with it."
        )
    if file.exists():
        raise BadInput(f"“{file}” exists already and is not written over; give another name.")
    if not file.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {file.absolute().parent}.")
    try:
        manifest = _write(settings, file, now=now)
    except OSError as error:
        raise BadInput(
            f"The backup “{file}” cannot be written: {error.strerror}. Make room there, or name another place."
        ) from error
    data = BackupShape(
        file=str(file),
        bytes=file.stat().st_size,
        made_at=now,
        schema_version=manifest.schema,
        has_key=any(one.name == KEY for one in manifest.files),
    )
    return Outcome(data, _told(data))


def _write(settings: Settings, file: Path, *, now: datetime) -> Manifest:
    key = settings.data / KEY
    with tempfile.TemporaryDirectory(prefix=".podsift-backup-", dir=file.absolute().parent) as folder:
        copy = Path(folder) / CATALOG
        schema = copy_catalog(settings.catalog_url, copy)
        paths = (copy, key) if settings.secret_key is None and key.is_file() else (copy,)
        manifest = Manifest(now, version("podsift"), schema, tuple(map(kept, paths)))
        pack(file, manifest, paths)
    return manifest


def _told(backup: BackupShape) -> Message:
    head = f"Backed up to {backup.file} ({backup.bytes / 1_000_000:,.1f} MB)."
    key = (
        "The key of private feeds is in it: keep the file as safe as a password."
        if backup.has_key
        else "The key of private feeds is not in it: keep PODSIFT_SECRET_KEY as well."
    )
    back = text("It comes back with ", code(f"podsift restore {backup.file}"), "; the index is then built anew.")
    return Message((Paragraph(text(head)), Small(text(key)), Small(back)), head)
