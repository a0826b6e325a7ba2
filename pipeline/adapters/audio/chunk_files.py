"""Finished chunks of a transcript as small JSON files, one folder for each audio."""

import asyncio
import json
import os
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from pipeline.domain.audio import HeardChunk
from pipeline.domain.identity import stable_id
from pipeline.domain.transcript import Segment

_KEEP_DAYS: Final = 30.0
_DAY: Final = 86_400


class ChunkFiles:
    """A ChunkStore in a folder. A file appears whole or not at all; one that cannot be read counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def load(self, audio: str, *, model: str, number: int) -> HeardChunk | None:
        """The chunk, None when it is not there or cannot be read."""
        return await asyncio.to_thread(_read, self._file(audio, model, number))

    async def save(self, audio: str, chunk: HeardChunk, *, model: str, number: int) -> None:
        """Keep the chunk; it outlives this process and a loss of power."""
        await asyncio.to_thread(_write, self._file(audio, model, number), chunk)

    async def forget(self, audio: str) -> None:
        """Drop all chunks of this audio: its transcript is stored."""
        await asyncio.to_thread(shutil.rmtree, self._of(audio), ignore_errors=True)

    async def sweep(self, *, days: float = _KEEP_DAYS) -> int:
        """Drop what nobody has added to for so many days; returns how many audios that were."""
        return await asyncio.to_thread(_sweep, self._folder, time.time() - days * _DAY)

    def _of(self, audio: str) -> Path:
        # Hashed again: a name of our own making is always a plain file name.
        return self._folder / stable_id(audio)

    def _file(self, audio: str, model: str, number: int) -> Path:
        return self._of(audio) / f"{stable_id(model)}-{number:04d}.json"


def _read(file: Path) -> HeardChunk | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return HeardChunk(
            tuple(Segment(**segment) for segment in found["segments"]),
            found["language"],
            found["confidence"],
            found["is_guessed"],
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(file: Path, chunk: HeardChunk) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{uuid4().hex}.part")
    with unfinished.open("w", encoding="utf-8") as out:
        json.dump(asdict(chunk), out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)


def _sweep(folder: Path, before: float) -> int:
    old = [one for one in folder.glob("*/") if one.stat().st_mtime < before]
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return len(old)
