"""The two ports of transcription for tests: downloads from memory, and chunks kept in it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pipeline.domain.audio import HeardChunk
from pipeline.domain.errors import FetchError


class Bodies:
    """A Downloader that gives one body after another, the last one for ever."""

    def __init__(self, *bodies: bytes | FetchError) -> None:
        self._bodies = list(bodies)
        self.calls = 0

    async def download(
        self, url: str, path: Path, *, max_bytes: int, on_progress: Callable[[int, int | None], None] | None = None
    ) -> None:
        self.calls += 1
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        if isinstance(body, FetchError):
            raise body
        await asyncio.to_thread(path.write_bytes, body)
        if on_progress is not None:
            on_progress(len(body), None)
            on_progress(len(body), len(body))


class ChunkMemory:
    """A ChunkStore that keeps chunks in a dictionary."""

    def __init__(self) -> None:
        self.chunks: dict[tuple[str, str, int], HeardChunk] = {}

    async def load(self, audio: str, *, model: str, number: int) -> HeardChunk | None:
        return self.chunks.get((audio, model, number))

    async def save(self, audio: str, chunk: HeardChunk, *, model: str, number: int) -> None:
        self.chunks[audio, model, number] = chunk

    async def forget(self, audio: str) -> None:
        self.chunks = {key: chunk for key, chunk in self.chunks.items() if key[0] != audio}

    async def sweep(self) -> int:
        return 0
