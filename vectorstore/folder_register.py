"""The register of an index that one process owns: a small file in its folder, replaced as a whole."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pipeline.domain.errors import IndexBusy, IndexUnavailable
from vectorstore.builds import Standing, from_json, to_json

BUSY = "The index is being filled or rebuilt already; wait until that is done."


class FolderRegister:
    """Register in `builds.json`. The folder belongs to this process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "builds.json"
        self._turn = asyncio.Lock()
        self._rebuild = asyncio.Lock()
        self._known: Standing | None = None

    async def read(self) -> Standing | None:
        """See Register. The file is read once: nobody else changes it."""
        if self._known is None:
            self._known = await asyncio.to_thread(self._load)
        return self._known

    async def write(self, standing: Standing) -> None:
        """See Register."""
        await asyncio.to_thread(self._save, standing)
        self._known = standing

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """See Register."""
        async with self._turn:
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """See Register."""
        if self._rebuild.locked():
            raise IndexBusy(BUSY)
        async with self._rebuild:
            yield

    def _load(self) -> Standing | None:
        try:
            return from_json(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexUnavailable(f"The index cannot be opened: {error}.") from error

    def _save(self, standing: Standing) -> None:
        beside = self._path.with_suffix(".new")
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(to_json(standing))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise IndexUnavailable(f"The index cannot be written: {error}.") from error
