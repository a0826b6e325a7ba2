"""Where Chroma keeps vectors: a folder that this process owns, or a server that many may use."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

from pipeline.domain.errors import IndexUnavailable
from vectorstore.settled_files import SettledFiles
from vectorstore.space import SPACE
from vectorstore.vectors import IndexDamaged

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

    from vectorstore.chroma_http import ServerStore

_T = TypeVar("_T")
_REST: Final = 10.0
"""Seconds in which a server that did not answer is not asked again: a search would wait for it every time."""
_AT_ONCE: Final = 4
_WRITTEN_AFTER: Final = 5_000
"""Until the graph is written, changes are read from Chroma's log at the start: half a second for so many. A kill while
it is written costs a rebuild (`settled_files.py`), so that is done seldom.
"""


class Store(Protocol):
    """An open Chroma."""

    def collection(self, name: str) -> "Collection":
        """An existing one."""
        ...

    def create(self, name: str) -> None:
        """Make one, unless it is there."""
        ...

    def delete(self, name: str) -> None:
        """Remove one; it need not be there."""
        ...


class Place(Protocol):
    """Runs work on an open Chroma, off the event loop."""

    async def run(self, work: Callable[[Store], _T]) -> _T:
        """What `work` returns. Raises IndexUnavailable, or IndexDamaged."""
        ...

    async def close(self, *, discard: bool = False) -> None:
        """Let go of it; with `discard` the place is removed if it is this build's own."""
        ...


class ChromaFolder:
    """Place in a folder of its own for each build: Chroma keeps what it once opened under a path, damaged or not.

    After `written_after` changes Chroma writes its graph of vectors anew.
    """

    def __init__(self, folder: Path, *, written_after: int = _WRITTEN_AFTER) -> None:
        self._folder = folder
        self._written_after = written_after
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="chroma")
        self._store: _FolderStore | None = None
        self._broken: IndexDamaged | None = None
        self._files = SettledFiles(folder)
        self._is_sound = True

    async def run(self, work: Callable[[Store], _T]) -> _T:
        """See Place."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._call, work)

    async def close(self, *, discard: bool = False) -> None:
        """See Place."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._disconnect)
        self._pool.shutdown(wait=False)
        if discard:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _call(self, work: Callable[[Store], _T]) -> _T:
        from chromadb.errors import ChromaError

        if self._broken is not None:
            raise IndexDamaged(str(self._broken))
        try:
            result = work(self._opened())
            if self._is_sound:
                self._files.note()
        except (ChromaError, sqlite3.Error, OSError) as error:
            self._is_sound = False  # whatever it left half written shall not pass for whole
            raise IndexDamaged(f"The vectors cannot be used: {error}.") from error
        return result

    def _opened(self) -> Store:
        from chromadb.errors import ChromaError

        if self._store is None:
            try:
                _check_database(self._folder / "chroma.sqlite3")
                _check_graphs(self._files)
                self._store = _FolderStore(self._folder, written_after=self._written_after)
            except (ChromaError, sqlite3.Error, OSError) as error:
                self._broken = IndexDamaged(f"The vectors cannot be opened: {error}.")
                raise self._broken from error
        return self._store

    def _disconnect(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


class ChromaServer:
    """Place on a server; all builds share it. `token` goes along as a bearer token."""

    def __init__(
        self, url: str, *, token: str = "", seconds: float = 8.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._token = token
        self._seconds = seconds
        self._clock = clock
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="chroma")
        self._store: ServerStore | None = None
        self._rests_until = float("-inf")
        self._said = ""

    async def run(self, work: Callable[[Store], _T]) -> _T:
        """See Place. What does not answer within `seconds` is left in peace for ten."""
        if self._clock() < self._rests_until:
            raise IndexUnavailable(self._said)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._call, work)

    async def close(self, *, discard: bool = False) -> None:
        """See Place. The server stays."""
        del discard

    async def disconnect(self) -> None:
        """Let go of the server, after all builds."""
        if self._store is not None:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._store.close)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _call(self, work: Callable[[Store], _T]) -> _T:
        from chromadb.errors import ChromaError, NotFoundError

        from vectorstore.chroma_http import NoAnswer

        try:
            return work(self._opened())
        except NotFoundError as error:
            raise IndexDamaged(f"The Chroma server does not have the vectors: {error}.") from error
        except NoAnswer as error:
            self._said = f"The Chroma server does not answer: {error}."
            self._rests_until = self._clock() + _REST
            raise IndexUnavailable(self._said) from error
        except ChromaError as error:
            raise IndexUnavailable(f"The Chroma server refused: {error}.") from error

    def _opened(self) -> Store:
        from vectorstore.chroma_http import ServerStore

        if self._store is None:
            self._store = ServerStore(self._url, token=self._token, seconds=self._seconds)
        return self._store


class _FolderStore:
    """Store by PersistentClient."""

    def __init__(self, folder: Path, *, written_after: int) -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        self._client = cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
        self._space: CreateHNSWConfiguration = {**SPACE, "sync_threshold": written_after}
        self._known: dict[str, Collection] = {}

    def collection(self, name: str) -> "Collection":
        if name not in self._known:
            # Without `embedding_function=None` Chroma would fetch a model.
            self._known[name] = self._client.get_collection(name, embedding_function=None)
        return self._known[name]

    def create(self, name: str) -> None:
        self._client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": self._space})

    def delete(self, name: str) -> None:
        """The folder goes as a whole."""

    def close(self) -> None:
        self._known.clear()
        self._client.close()


def _check_database(path: Path) -> None:
    """Chroma reads a damaged database for a while without an error, so it is looked through before."""
    if path.exists():
        with closing(sqlite3.connect(path)) as db:
            verdict = db.execute("pragma quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)


def _check_graphs(files: SettledFiles) -> None:
    if not files.are_whole():
        raise OSError("Podsift was stopped while they were being written")
