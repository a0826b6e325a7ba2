"""A real Chroma server on loopback, and a gate before it that a test can shut, slow down or guard with a token."""

import asyncio
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

_READY_WITHIN = 30.0
_LOWEST, _HIGHEST = 12_000, 32_000
"""Linux hands out ports from 32,768 on."""


@contextmanager
def chroma_server(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """The address of a server that keeps its data in `folder`, as long as the block runs."""
    port = port or free_port()
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_open(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


class Gate:
    """Passes bytes on to the server. `mode` is `open`, `shut` (hangs up) or `slow` (never answers).

    With `token`, who does not bring it is refused as a proxy would.
    """

    def __init__(self, port: int) -> None:
        self.mode = "open"
        self.token = ""
        self.visits = 0
        self._port = port

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry on with one connection until somebody hangs up."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.visits += 1
                if not await self._answer(head, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        body = await reader.readexactly(_length(head))
        if self.mode == "shut":
            return False
        if self.mode == "slow":
            await asyncio.Event().wait()
        if self.token and f"authorization: bearer {self.token}".encode() not in head.lower():
            writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 16\r\n\r\nwho goes there?\n")
            return True
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            back.write(head + body)
            answer = await there.readuntil(b"\r\n\r\n")
            writer.write(answer + await there.readexactly(_length(answer)))
        finally:
            back.close()
            await back.wait_closed()
        return True


@asynccontextmanager
async def gate_before(url: str) -> AsyncIterator[tuple[str, Gate]]:
    """The gate's address, and the gate."""
    gate = Gate(int(url.rpartition(":")[2]))
    visits: set[asyncio.Task[None]] = set()

    def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.add(asyncio.ensure_future(gate.visit(reader, writer)))

    server = await asyncio.start_server(let_in, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", gate
    finally:
        server.close()
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def free_port() -> int:
    """A port on loopback that nobody uses, below those that the system hands out: nobody else gets it meanwhile."""
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("chroma run does not start.")
