"""Opening the index: its words in a folder or in PostgreSQL, its vectors in a folder or on a Chroma server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from pipeline.ports import Embedder
from vectorstore.builds import Build, Register
from vectorstore.chroma import ChromaVectors
from vectorstore.chroma_places import ChromaFolder, ChromaServer
from vectorstore.chunking import CHUNKING_VERSION
from vectorstore.folder_register import FolderRegister
from vectorstore.index import EpisodeIndex
from vectorstore.lexical import SqliteWords
from vectorstore.owner import own_folder
from vectorstore.ranking import STATIC_TUNING, Tuning
from vectorstore.shelf import Shelf
from vectorstore.vectors import VectorIndex
from vectorstore.words import WordIndex

_PATIENCE: Final = 8.0


@asynccontextmanager
async def open_index(
    folder: Path,
    *,
    embedder: Embedder,
    grader: Embedder | None = None,
    database_url: str = "",
    chroma_url: str = "",
    chroma_token: str = "",
    chroma_seconds: float = _PATIENCE,
    tuning: Tuning = STATIC_TUNING,
) -> AsyncIterator[EpisodeIndex]:
    """The index; look at its `needs_rebuild` and `problem`.

    With a `database_url` (PostgreSQL) the words and the register are there, with a `chroma_url` the vectors. What has
    no address lies in `folder`, which is then owned until the end of the context; with both, any number of processes
    may use the index. `grader`: see EpisodeIndex. `chroma_seconds` limits every wait for the server. Raises
    DataFolderBusy when another process has the folder open, IndexUnavailable when PostgreSQL does not answer.
    """
    async with AsyncExitStack() as stack:
        if not (database_url and chroma_url):
            stack.enter_context(own_folder(folder))
        register, words = await _words(stack, folder, database_url=database_url)
        vectors = _vectors(stack, folder, url=chroma_url, token=chroma_token, seconds=chroma_seconds)
        version = f"{embedder.version}-{CHUNKING_VERSION}"
        shelf = Shelf(register, words=words, vectors=vectors, version=version)
        index = EpisodeIndex(shelf, embedder=embedder, grader=grader, tuning=tuning)
        stack.push_async_callback(index.close)
        await shelf.tidy()
        await index.check(thorough=True)
        yield index


async def _words(
    stack: AsyncExitStack, folder: Path, *, database_url: str
) -> tuple[Register, Callable[[Build], WordIndex]]:
    if not database_url:
        return FolderRegister(folder), lambda build: SqliteWords(folder / f"words-{build.name}.sqlite3")
    from vectorstore.postgres import PostgresRegister, open_postgres
    from vectorstore.postgres_words import PostgresWords

    database = await stack.enter_async_context(open_postgres(database_url))
    return PostgresRegister(database), lambda build: PostgresWords(database, build=build.name)


def _vectors(
    stack: AsyncExitStack, folder: Path, *, url: str, token: str, seconds: float
) -> Callable[[Build], VectorIndex]:
    if not url:
        return lambda build: ChromaVectors(ChromaFolder(folder / f"vectors-{build.name}"), build=build.name)
    server = ChromaServer(url, token=token, seconds=seconds)
    stack.push_async_callback(server.disconnect)
    return lambda build: ChromaVectors(server, build=build.name)
