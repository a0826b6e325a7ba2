"""The processes of a chaos run, and the databases that they share.

Processes are forked from one that has imported everything: a kill costs the start of Podsift, not that of Python.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.data_folder import socket_path
from bot.handover import Request, hand_over
from pipeline.adapters.catalog.engines import make_engine, parse_url
from pipeline.domain.errors import DataFolderBusy
from tests.chaos.service import run_service

ONE: Mapping[str, str] = {"local": "all"}
FIVE: Mapping[str, str] = {"bot-0": "bot", "web-0": "web", "worker-0": "worker", "gpu-0": "gpu", "all-0": "all"}
MORTAL = ("web-0", "worker-0", "bot-0", "gpu-0")
"""Of five processes these never return after a while, in this order: one of each role. The last does all by itself."""
_LATE = ("openai", "chromadb", "alembic.command", "aiosqlite", "psycopg", "uvicorn.protocols.http.h11_impl")
"""What Podsift imports only when it needs it."""


@dataclass
class Fleet:
    """Processes by the name of their slot. `database` is a PostgreSQL; empty for SQLite in the data folder."""

    data: Path
    chat: str
    whisper: Path
    slots: Mapping[str, str]
    database: str = ""
    chroma: str = ""
    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    lives: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._nursery = multiprocessing.get_context("forkserver")
        self._nursery.set_forkserver_preload(["tests.chaos.service", *_LATE])

    @property
    def catalog_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'catalog.db'}"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    def start(self, slot: str) -> None:
        """Start the process of this slot, or start it again."""
        self.lives[slot] += 1
        settings = {
            "PODSIFT_DATA": str(self.data),
            "PODSIFT_ROLE": self.slots[slot],
            "PODSIFT_WORKER": slot,
            "PODSIFT_DATABASE_URL": self.database,
            "PODSIFT_CHROMA_URL": self.chroma,
            "PODSIFT_ALLOW_NETWORKS": "127.0.0.0/8",
            "PODSIFT_WHISPER_MODEL": str(self.whisper),
            "PODSIFT_OPENAI_MODEL": "reader",
            "PODSIFT_OPENAI_BASE_URL": f"{self.chat}/life/{self.life(slot)}/v1",
            "PODSIFT_WEB_PORT": "0",
            "PODSIFT_ZONE": "UTC",
        }
        process = self._nursery.Process(target=run_service, args=(self.chat, str(self.logs), settings))
        process.start()
        self.running[slot] = process

    def life(self, slot: str) -> str:
        """The name of this slot's present process: slots are started again and again."""
        return f"{slot}-{self.lives[slot]}"

    async def kill(self, slot: str) -> bool:
        """Kill it; False where it had ended by itself."""
        process = self.running.pop(slot)
        was_alive = process.is_alive()
        process.kill()
        await asyncio.to_thread(process.join)
        self._socket(slot).unlink(missing_ok=True)
        return was_alive

    def is_up(self, slot: str) -> bool:
        """Whether it can be asked."""
        return slot in self.running and self._socket(slot).exists()

    def tell_where_they_are(self) -> str:
        """Whether each process lives; those that do write into the log what their threads are about."""
        for process in self.running.values():
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, signal.SIGUSR1)
        return ", ".join(f"{slot}: exit code {process.exitcode}" for slot, process in self.running.items())

    async def stop(self) -> float:
        """Ask all to stop; the seconds until the last had ended."""
        begun = time.monotonic()
        for process in self.running.values():
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, signal.SIGTERM)
        await asyncio.gather(*(asyncio.to_thread(process.join) for process in self.running.values()))
        return time.monotonic() - begun

    async def ask(self, operation: str) -> dict[str, Any]:
        """Have a running process carry it out."""
        while True:
            for slot in filter(self.is_up, tuple(self.running)):
                try:
                    return await hand_over(self._socket(slot), Request(operation), lambda _: None)
                except (DataFolderBusy, OSError):
                    continue
            await asyncio.sleep(0.1)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the catalogue says."""
        return self._rows(self.catalog_url, query)

    def under_way(self, slot: str) -> Counter[str]:
        """What the engine has running in this process, by the workflow's name."""
        url = self.database or f"sqlite:///{self.data / 'engine.db'}"
        table = "dbos.workflow_status" if self.database else "workflow_status"
        running = (
            f"select name, count(*) from {table} where status = 'PENDING' and executor_id = '{slot}' group by name"
        )
        return Counter(dict(self._rows(url, running)))

    def said(self, sentence: str) -> list[dict[str, Any]]:
        """The log's lines with this sentence; a line that a kill cut in two is none."""
        found = []
        for line in self.logs.read_text(encoding="utf-8", errors="replace").splitlines():
            if f'"{sentence}"' in line and line.endswith("}"):
                try:
                    found.append(json.loads(line))
                except ValueError:
                    continue
        return found

    def _socket(self, slot: str) -> Path:
        return socket_path(self.data, slot=slot if self.database else "")

    def _rows(self, url: str, query: str) -> list[tuple[Any, ...]]:
        engine = make_engine(parse_url(url))
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        finally:
            engine.dispose()
