"""A command of the terminal: carried out by the running service or, when nobody owns the data, here; then printed."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import typer
from rich.console import Console

from bot.data_folder import neighbours, own, socket_path
from bot.handover import Reply, Request, hand_over, listens
from bot.logs import set_up_logs
from bot.masking import secrets_of
from bot.progress import progress_bar
from bot.settings import Settings, load_settings
from bot.texts.hints import as_typed
from bot.texts.message_json import from_json, to_json
from bot.texts.replies import error_reply
from bot.texts.terminal import show
from bot.texts.wording import exit_code, explain
from pipeline.domain.errors import DataFolderBusy, PodsiftError


class Give(Protocol):
    """Prints an outcome, or puts it where it belongs."""

    def __call__(self, reply: Reply, *, as_json: bool) -> None:
        """Give it to the person."""
        ...


def carry_out(operation: str, as_json: bool, give: Give | None = None, **arguments: Any) -> None:
    """Have the running service carry it out, or do it here when nobody owns the data; print the outcome."""
    with plain_errors(as_json=as_json):
        settings = load_settings()
        set_up_logs(level="ERROR", layout=settings.log_format, secrets=secrets_of(settings))
        reply = _perform(settings, Request(operation, arguments), as_json=as_json)
        (give or print_reply)(reply, as_json=as_json)
    raise typer.Exit(reply["code"])


@contextmanager
def plain_errors(*, as_json: bool) -> Iterator[None]:
    """One plain sentence and what to do, never a traceback, for everything that is ours."""
    try:
        yield
    except PodsiftError as error:
        told = explain(error)
        reply = {"data": {"error": told.model_dump(mode="json")}, "message": to_json(error_reply(told))}
        print_reply(reply, as_json=as_json)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("Stopped. What was on its way goes on at the next start.", err=True)
        raise typer.Exit(130) from None


def print_reply(reply: Reply, *, as_json: bool) -> None:
    """Print the data for programs, or the message for people."""
    if as_json:
        typer.echo(json.dumps(reply["data"], ensure_ascii=False, indent=2))
    else:
        show(as_typed(from_json(reply["message"])), console=console())


def console() -> Console:
    """The terminal; nothing is coloured for looking like a number or a path."""
    return Console(highlight=False)


def _perform(settings: Settings, request: Request, *, as_json: bool) -> Reply:
    is_read_here = not as_json and console().is_terminal
    doing = "Filling the index" if request.operation == "reindex" else "Reading episodes"
    with progress_bar(Console(stderr=True), doing=doing, grows=is_read_here) as report:
        if settings.folder_slot and (path := asyncio.run(_neighbour(settings.data))) is not None:
            return asyncio.run(hand_over(path, request, report))
        try:
            with own(settings.data, slot=settings.folder_slot):
                from bot.running import perform_alone

                return asyncio.run(perform_alone(settings, request, report))
        except DataFolderBusy:
            path = socket_path(settings.data, slot=settings.folder_slot)
            return asyncio.run(hand_over(path, request, report))


async def _neighbour(folder: Path) -> Path | None:
    """Any process of a shared folder can carry a command out: its engine runs already, and all see the same."""
    for path in neighbours(folder):
        if await listens(path):
            return path
    return None
