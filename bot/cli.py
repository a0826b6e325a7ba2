"""The command line. Exit codes: 0 done, 1 failed, 2 wrong input or setting, 3 nothing found, 4 not available now."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.data_folder import own, socket_path
from bot.handover import Reply, Request, hand_over
from bot.logs import set_up_logs
from bot.message_json import from_json, to_json
from bot.progress import progress_bar
from bot.replies import error_reply
from bot.settings import Role, Settings, load_settings
from bot.terminal import show
from bot.wording import exit_code
from bot.wording import explain as explain_error
from pipeline.domain.errors import DataFolderBusy, PodsiftError

_PATIENCE = 60.0
"""Seconds the service waits for a command that has the data folder just now."""

AsJson = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text for people.")]


def main() -> None:
    """Run the command that the arguments name."""
    commands = typer.Typer(
        name="podsift",
        help="We scan new podcasts and send you the top 5 insights daily.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for command in (demo, run, add, remove, scan, digest, ask, search, status, retry, reindex, doctor, migrate):
        commands.command()(command)
    commands.command("list")(list_feeds)
    commands()


def demo(
    feeds: Annotated[
        list[str] | None, typer.Argument(help="Feed addresses; the sample shows when there are none.")
    ] = None,
) -> None:
    """Show the whole path on sample shows or on any feeds, without a token, key or server."""
    from bot.demo import run_demo

    with _plain_errors(as_json=False):
        asyncio.run(run_demo(tuple(feeds or ()), _console()))


def run(
    role: Annotated[Role | None, typer.Option(help="What this process does.")] = None,
) -> None:
    """Run the service: read feeds, post the daily insights, answer questions."""
    from bot.serving import serve

    with _plain_errors(as_json=False):
        settings = load_settings(**({"role": role} if role else {}))
        set_up_logs(level=settings.log_level, layout=settings.log_format)
        with own(settings.data, patience=_PATIENCE):
            asyncio.run(serve(settings))


def add(
    address: Annotated[str, typer.Argument(help="The feed's address.")],
    private: Annotated[bool, typer.Option("--private", help="Only you see this feed.")] = False,
    sign_in: Annotated[bool, typer.Option("--sign-in", help="Ask for user:password or a token (private).")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow a feed."""
    credentials = typer.prompt("user:password, or the token", hide_input=True) if sign_in else None
    _carry_out("add", as_json, address=address, private=private, credentials=credentials)


def remove(
    name: Annotated[str, typer.Argument(help="A number in the list, an address, or a part of the title.")],
    as_json: AsJson = False,
) -> None:
    """Stop following a feed."""
    _carry_out("remove", as_json, name=name)


def list_feeds(as_json: AsJson = False) -> None:
    """Show what is followed."""
    _carry_out("list", as_json)


def scan(as_json: AsJson = False) -> None:
    """Read all feeds now and wait until their new episodes are ready."""
    _carry_out("scan", as_json)


def digest(
    channel: Annotated[str | None, typer.Option(help="The channel's id; the local one when absent.")] = None,
    date: Annotated[str | None, typer.Option(help="The day, like 2026-11-22; today when absent.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try it out: nothing is stored or posted.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Tell why each insight was picked or passed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Post the day's top five, once, and show them."""
    _carry_out("digest", as_json, channel=channel, date=date, dry_run=dry_run, explain=explain)


def ask(
    question: Annotated[list[str], typer.Argument(help="What you want to know.")],
    as_json: AsJson = False,
) -> None:
    """Answer a question from what was said."""
    _carry_out("ask", as_json, question=" ".join(question))


def search(
    query: Annotated[list[str], typer.Argument(help="Words to look for.")],
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 8,
    show_name: Annotated[str | None, typer.Option("--show", help="Only this show.")] = None,
    since: Annotated[str | None, typer.Option(help="Only episodes from this day on, like 2026-11-22.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find passages."""
    _carry_out("search", as_json, query=" ".join(query), k=k, show=show_name, since=since)


def status(as_json: AsJson = False) -> None:
    """Show what waits, what runs, what failed and why."""
    _carry_out("status", as_json)


def retry(
    episode: Annotated[str | None, typer.Argument(help="An episode's id; all failed ones when absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let failed episodes go again."""
    _carry_out("retry", as_json, episode=episode)


def reindex(as_json: AsJson = False) -> None:
    """Build the index anew from the catalogue."""
    _carry_out("reindex", as_json)


def doctor(as_json: AsJson = False) -> None:
    """Show what is configured, what works, what is missing and how to get it."""
    _carry_out("doctor", as_json)


def migrate(as_json: AsJson = False) -> None:
    """Bring the catalogue to this version's schema; every other command does so too."""
    from pipeline.adapters.catalog import migrate as bring_up_to_date

    with _plain_errors(as_json=as_json):
        settings = load_settings()
        with own(settings.data):
            before, after = bring_up_to_date(settings.catalog_url)
    if as_json:
        typer.echo(json.dumps({"from": before, "to": after}))
    elif before == after:
        typer.echo(f"The catalogue has schema {after} already.")
    else:
        typer.echo(f"The catalogue went from schema {before or 'none'} to {after}.")


def _carry_out(operation: str, as_json: bool, **arguments: Any) -> None:
    """Have the running service carry it out, or do it here when nobody owns the data; print the outcome."""
    with _plain_errors(as_json=as_json):
        settings = load_settings()
        set_up_logs(level="ERROR", layout=settings.log_format)
        reply = _perform(settings, Request(operation, arguments))
    _print(reply, as_json=as_json)
    raise typer.Exit(reply["code"])


def _perform(settings: Settings, request: Request) -> Reply:
    with progress_bar(Console(stderr=True)) as report:
        try:
            with own(settings.data):
                from bot.running import perform_alone

                return asyncio.run(perform_alone(settings, request, report))
        except DataFolderBusy:
            return asyncio.run(hand_over(socket_path(settings.data), request, report))


def _print(reply: Reply, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(reply["data"], ensure_ascii=False, indent=2))
    else:
        show(from_json(reply["message"]), console=_console())


@contextmanager
def _plain_errors(*, as_json: bool) -> Iterator[None]:
    """One plain sentence and what to do, never a traceback, for everything that is ours."""
    try:
        yield
    except PodsiftError as error:
        told = explain_error(error)
        reply = {"data": {"error": told.model_dump(mode="json")}, "message": to_json(error_reply(told))}
        _print(reply, as_json=as_json)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("Stopped. What was on its way goes on at the next start.", err=True)
        raise typer.Exit(130) from None


def _console() -> Console:
    return Console(highlight=False)
