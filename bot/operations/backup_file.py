"""The file of a backup: a tar with a manifest first, which names every other file in it with its size and hash."""

import hashlib
import json
import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from pipeline.domain.errors import BadInput

CATALOG: Final = "catalog.db"
KEY: Final = "secret.key"
_MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_LONGEST_MANIFEST: Final = 64 * 1024
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in a backup; `sha256` in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, of when (aware UTC), by which Podsift and with which schema of the catalogue."""

    made_at: datetime
    podsift: str
    schema: str
    files: tuple[Kept, ...]


def kept(path: Path) -> Kept:
    """A file as the manifest names it."""
    with path.open("rb") as file:
        return Kept(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def pack(file: Path, manifest: Manifest, paths: Sequence[Path]) -> None:
    """Write the backup: whole or not at all, readable by its owner only. Raises OSError."""
    half = file.with_name(f".{file.name}.half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                _add(tar, _MANIFEST, BytesIO(_to_json(manifest)), len(_to_json(manifest)), manifest.made_at)
                for path in paths:
                    with path.open("rb") as content:
                        _add(tar, path.name, content, path.stat().st_size, manifest.made_at)
            out.flush()
            os.fsync(out.fileno())
        half.replace(file)
    finally:
        with suppress(OSError):
            half.unlink()


def unpack(file: Path, folder: Path) -> Manifest:
    """Write the files of a backup into `folder`, each checked against the manifest.

    Raises BadInput for what is no backup of ours, or a damaged one; nothing outside the folder is ever touched.
    """
    try:
        with tarfile.open(file, mode="r:") as tar:
            manifest = _from_json(_read_manifest(tar))
            for one in manifest.files:
                _unpack_one(tar, one, folder)
            return manifest
    except FileNotFoundError as error:
        raise BadInput(f"There is no file “{file}”.") from error
    except (tarfile.TarError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"“{file}” is no backup of Podsift, or it is damaged.") from error


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int, at: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(at.timestamp())
    tar.addfile(member, content)


def _to_json(manifest: Manifest) -> bytes:
    said = {"format": _FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    return json.dumps(said, indent=2).encode()


def _from_json(raw: bytes) -> Manifest:
    said: dict[str, Any] = json.loads(raw)
    files = tuple(Kept(**one) for one in said["files"])
    names = {one.name for one in files}
    made_at = datetime.fromisoformat(said["made_at"])
    if said["format"] != _FORMAT or CATALOG not in names or not names <= {CATALOG, KEY} or made_at.tzinfo is None:
        message = "another format, or other files than ours"
        raise ValueError(message)
    return Manifest(made_at, str(said["podsift"]), str(said["schema"]), files)


def _read_manifest(tar: tarfile.TarFile) -> bytes:
    first = tar.next()
    content = None if first is None or first.name != _MANIFEST else tar.extractfile(first)
    return b"" if content is None else content.read(_LONGEST_MANIFEST)


def _unpack_one(tar: tarfile.TarFile, one: Kept, folder: Path) -> None:
    member = tar.getmember(one.name)
    content = tar.extractfile(member) if member.isreg() and member.size == one.bytes else None
    if content is None:
        message = f"{one.name} is not as the manifest says"
        raise ValueError(message)
    path = folder / one.name
    with content, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := content.read(_PIECE):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if kept(path) != one:
        message = f"{one.name} is not what was backed up"
        raise ValueError(message)
