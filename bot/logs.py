"""Logs: one sentence and its fields a line, secrets masked."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final, Literal

_SECRETS: Final = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sk-[\w-]{8,}|(?<=Bot )[\w.-]{20,}|(?<=Bearer )[\w.~+/-]+=*|(?<=Basic )[\w+/]+=*"
)
_USERINFO: Final = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY: Final = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET: Final = ("apscheduler", "chromadb", "alembic", "aiosqlite", "httpx", "httpcore", "dbos", "asyncio")


def masked(text: str) -> str:
    """The text without tokens, user names, passwords and the queries of addresses."""
    return _QUERY.sub(r"\1?…", _USERINFO.sub("…@", _SECRETS.sub("…", text)))


def set_up_logs(*, level: str, layout: Literal["text", "json"]) -> None:
    """Log to standard error, in lines for people or for machines; libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLine() if layout == "json" else _TextLine())
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
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        said = " ".join(f"{record.getMessage()} {fields}".split())
        line = f"{_when(record)} {record.levelname:<7} {record.name}: {said}"
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return masked(line + trace)


class _JsonLine(logging.Formatter):
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
        return masked(json.dumps(entry, default=str, ensure_ascii=False))
