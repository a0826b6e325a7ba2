"""Logs: one sentence and its fields a line, secrets masked."""

import json
import logging
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, Literal

from bot.masking import masking

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET: Final = ("apscheduler", "chromadb", "alembic", "aiosqlite", "httpx", "httpcore", "dbos", "asyncio")


def set_up_logs(*, level: str, layout: Literal["text", "json"], secrets: Collection[str] = ()) -> None:
    """Log to standard error, in lines for people or for machines; libraries only from warnings up.

    `secrets` stand in no line, wherever they come from: a server may say a key back to us.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLine(secrets) if layout == "json" else _TextLine(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # A library that finds a handler of its own adds none: everything goes through ours, and is masked.
    engine = logging.getLogger("dbos")
    engine.handlers[:], engine.propagate = [logging.NullHandler()], True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class _TextLine(logging.Formatter):
    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__()
        self._masked = masking(secrets)

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        said = " ".join(f"{record.getMessage()} {fields}".split())
        line = f"{_when(record)} {record.levelname:<7} {record.name}: {said}"
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return self._masked(line + trace)


class _JsonLine(logging.Formatter):
    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__()
        self._masked = masking(secrets)

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return self._masked(json.dumps(entry, default=str, ensure_ascii=False))
