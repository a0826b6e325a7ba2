"""The processes of a chaos run, and the databases that they share."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.data_folder import socket_path
from bot.handover import Request, hand_over
from pipeline.adapters.catalog.engines import make_engine, parse_url
from pipeline.domain.errors import DataFolderBusy

ROOT = Path(__file__).parents[2]
ONE = {"local": "all"}
FIVE = {"bot-0": "bot", "bot-1": "bot", "worker-0": "worker", "worker-1": "worker", "gpu-0": "gpu"}
MORTAL = ("worker-0", "bot-0", "gpu-0")
"""Of five processes these never return after a while."""


@dataclass
class Fleet:
    """Processes by the name of their slot. `database` is a PostgreSQL; empty for SQLite in the data folder."""

    data: Path
    chat: str
    slots: dict[str, str]
    database: str = ""
    chroma: str = ""
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    @property
    def catalog_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'catalog.db'}"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    async def start(self, slot: str) -> None:
        """Start the process of this slot, or start it again."""
        settings = {
            "PODSIFT_DATA": str(self.data),
            "PODSIFT_WORKER": slot,
            "PODSIFT_DATABASE_URL": self.database,
            "PODSIFT_CHROMA_URL": self.chroma,
            "PODSIFT_ALLOW_NETWORKS": "127.0.0.0/8",
            "PODSIFT_WHISPER_MODEL": "off",
            "PODSIFT_ZONE": "UTC",
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")}
        with self.logs.open("ab") as log:
            self.running[slot] = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.chaos.service", self.chat, self.slots[slot]),
                cwd=ROOT,
                env=clean | settings,
                stderr=log,
            )

    async def kill(self, slot: str) -> bool:
        """Kill it; False where it had ended by itself."""
        process = self.running.pop(slot)
        if process.returncode is not None:
            return False
        process.kill()
        await process.wait()
        self._socket(slot).unlink(missing_ok=True)
        return True

    async def is_up(self, slot: str) -> None:
        """Wait until it can be asked, or has ended."""
        while not self._socket(slot).exists() and self.running[slot].returncode is None:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.05)

    async def stop(self) -> float:
        """Ask all to stop; the seconds until the last had ended."""
        begun = time.monotonic()
        alive = [process for process in self.running.values() if process.returncode is None]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(process.wait() for process in alive))
        return time.monotonic() - begun

    async def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Have a running process carry it out, however often it is killed meanwhile."""
        request = Request(operation, arguments)
        while True:
            for slot in [one for one in self.running if self.slots[one] in {"all", "bot"}]:
                if self._socket(slot).exists():
                    try:
                        return await hand_over(self._socket(slot), request, lambda _: None)
                    except (DataFolderBusy, OSError):
                        continue
            await asyncio.sleep(0.1)

    def _socket(self, slot: str) -> Path:
        return socket_path(self.data, slot=slot if self.database else "")

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

    def _rows(self, url: str, query: str) -> list[tuple[Any, ...]]:
        engine = make_engine(parse_url(url))
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        finally:
            engine.dispose()
