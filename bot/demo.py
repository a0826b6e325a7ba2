"""The whole path in one go: sample shows (or any feeds) are read, today's insights posted, questions answered."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from bot.app import App
from bot.handover import Request
from bot.logs import set_up_logs
from bot.masking import secrets_of
from bot.operations import Outcome, perform
from bot.progress import progress_bar
from bot.reception import Reception
from bot.running import OWNER, listening_app
from bot.sample_host import serve_samples
from bot.settings import Settings, load_settings
from bot.texts.message import Message, Paragraph, Small, code, text
from bot.texts.terminal import show

_QUESTIONS: Final = (
    "Why did our heating bill go up although the heat pump works?",
    "Is a fine-tuned small model of our own better than renting a large hosted one?",
)
_LOOPBACK: Final = ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class _Feeds:
    public: tuple[str, ...]
    private: str | None = None
    credentials: str | None = None


async def run_demo(feeds: tuple[str, ...], console: Console) -> None:
    """Run on `feeds`, or on the sample shows when there are none; everything is gone afterwards.

    In a terminal it ends with a prompt, elsewhere with two questions of its own. Raises SettingsError.
    """
    with tempfile.TemporaryDirectory(prefix="podsift-demo-") as folder:
        settings = _settings(Path(folder), is_sample=not feeds)
        set_up_logs(level="ERROR", layout="text", secrets=secrets_of(settings))
        async with _served(feeds) as served, listening_app(settings) as app:
            await _follow(app, served, console)
            await _tell(app, Request("digest"), console)
            await _converse(app, console, asks=not feeds)


@asynccontextmanager
async def _served(feeds: tuple[str, ...]) -> AsyncIterator[_Feeds]:
    if feeds:
        yield _Feeds(feeds)
        return
    async with serve_samples(now=datetime.now(UTC)) as host:
        yield _Feeds(host.public_feeds, host.private_feed, host.credentials)


def _settings(folder: Path, *, is_sample: bool) -> Settings:
    own_host = (_LOOPBACK,) if is_sample else ()
    chosen: dict[str, Any] = {"data": folder, "database_url": None, "role": "all"}
    given = load_settings(**chosen)
    return given.model_copy(update={"allow_networks": (*given.allow_networks, *own_host)})


async def _follow(app: App, feeds: _Feeds, console: Console) -> None:
    for address in feeds.public:
        await _quietly(app, Request("add", {"address": address}), console)
    if feeds.private:
        arguments = {"address": feeds.private, "credentials": feeds.credentials}
        await _quietly(app, Request("add", arguments), console)
    with progress_bar(console) as report:
        scan = await perform(app, OWNER, Request("scan"), report)
    show(scan.message, console=console)


async def _quietly(app: App, request: Request, console: Console) -> None:
    """Carry it out; only what went wrong is told."""
    outcome = await perform(app, OWNER, request, _unseen)
    if outcome.code:
        show(outcome.message, console=console)


async def _tell(app: App, request: Request, console: Console) -> Outcome:
    outcome = await perform(app, OWNER, request, _unseen)
    show(outcome.message, console=console)
    return outcome


async def _converse(app: App, console: Console, *, asks: bool) -> None:
    reception = Reception(app)
    if not sys.stdin.isatty():
        for question in _QUESTIONS if asks else ():
            show(_asked(question), console=console)
            show(await reception.answer(question, OWNER, thread="demo"), console=console)
        return
    show(_welcome(), console=console)
    while (line := await asyncio.to_thread(_read_line)) is not None:
        if line in {"quit", "exit"}:
            return
        if line:
            with progress_bar(console, grows=True) as report:
                reply = await reception.hear(line, OWNER, thread="demo", report=report)
            show(reply, console=console)


def _read_line() -> str | None:
    try:
        return input("  podsift> ").strip()
    except EOFError:
        return None


def _asked(question: str) -> Message:
    return Message((Paragraph(text("Question: ", question)),), question)


def _welcome() -> Message:
    return Message(
        (
            Paragraph(text("Ask anything about these episodes, for example: ", _QUESTIONS[0])),
            Small(
                text(
                    "Commands begin with ",
                    code("/podcast"),
                    "; ",
                    code("help"),
                    " lists them, ",
                    code("quit"),
                    " ends.",
                )
            ),
        ),
        "Ask anything about these episodes.",
    )


def _unseen(_progress: object) -> None:
    """Short operations show no bar."""
