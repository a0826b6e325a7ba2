"""Commands typed beside a running service are carried out by the service: it owns the data.

One line of JSON asks; lines of progress and one line with the outcome answer, over a socket that only the same user
may open.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.domain.errors import DataFolderBusy

_LONGEST_LINE: Final = 64 * 1024 * 1024
_PATIENCE: Final = 10.0
"""Seconds to wait for an owner that is just starting."""
_PAUSE: Final = 0.1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A command: the operation's name and its arguments, all of them JSON."""

    operation: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long operation is: `done` of `total` (0: unknown) and a few words.

    `message` is the reply as far as it is written (message_json), None where a reply does not grow.
    """

    done: int
    total: int
    text: str
    message: dict[str, Any] | None = None


Report = Callable[[Progress], None]
Reply = dict[str, Any]
Perform = Callable[[Request, Report], Awaitable[Reply]]


@asynccontextmanager
async def listening(path: Path, perform: Perform) -> AsyncIterator[None]:
    """Carry out what other processes ask for, as long as the block runs.

    The caller owns the data folder, which only its user may enter: that guards the socket too.
    """

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            await _serve(reader, writer, perform)
        writer.close()

    _remove(path)  # left by an owner that was killed: we hold the lock, so nobody listens there
    server = await asyncio.start_unix_server(visit, path, limit=_LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        _remove(path)


async def hand_over(path: Path, request: Request, report: Report) -> Reply:
    """Have the owner of the data folder carry out `request`.

    Raises DataFolderBusy when the folder is held by a process that does not answer.
    """
    reader, writer = await _connect(path)
    try:
        writer.write(json.dumps(asdict(request)).encode() + b"\n")
        await writer.drain()
        while line := await reader.readline():
            message = json.loads(line)
            if "reply" in message:
                return dict(message["reply"])
            report(Progress(**message["progress"]))
    finally:
        writer.close()
    raise DataFolderBusy("The running service stopped before it had carried out the command; ask it again.")


async def listens(path: Path) -> bool:
    """Whether a process listens there just now."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, perform: Perform) -> None:
    request = Request(**json.loads(await reader.readuntil(b"\n")))
    _log.info("Took a command from another process.", extra={"operation": request.operation})

    def report(progress: Progress) -> None:
        writer.write(json.dumps({"progress": asdict(progress)}).encode() + b"\n")

    reply = await perform(request, report)
    writer.write(json.dumps({"reply": reply}).encode() + b"\n")
    await writer.drain()


async def _connect(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        try:
            return await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            if asyncio.get_running_loop().time() > deadline:
                raise DataFolderBusy(
                    "Another Podsift process holds the data folder and does not answer: wait until it ends, or stop it."
                ) from error
            await asyncio.sleep(_PAUSE)
