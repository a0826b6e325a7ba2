"""The command line. Exit codes: 0 done, 1 failed, 2 wrong input or setting, 3 nothing found, 4 not available now."""

import asyncio
import base64
from pathlib import Path
from typing import Annotated

import typer

from bot.carrying_out import carry_out, console, plain_errors, print_reply
from bot.data_folder import own
from bot.handover import Reply
from bot.logs import set_up_logs
from bot.masking import secrets_of
from bot.settings import Role, load_settings
from bot.upkeep.backing_up import backup, restore
from bot.upkeep.migrating import migrate
from pipeline.domain.errors import BadInput

_PATIENCE = 60.0
"""Seconds the service waits for a command that has the data folder just now."""

AsJson = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text for people.")]


def main() -> None:
    """Run the command that the arguments name."""
    commands()()


def commands() -> typer.Typer:
    """All commands."""
    known = typer.Typer(
        name="podsift",
        help="We scan new podcasts and send you the top 5 insights daily.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for command in (demo, run, add, remove, scan, digest, card, ask, search, status, retry, reindex, doctor, migrate):
        known.command()(command)
    known.command("list")(list_feeds)
    known.command("import")(import_list)
    known.command("export")(export_list)
    known.command("backfill")(backfill)
    known.command()(topics)
    known.command()(insights)
    known.command()(backup)
    known.command()(restore)
    return known


def demo(
    feeds: Annotated[
        list[str] | None, typer.Argument(help="Feed addresses; the sample shows when there are none.")
    ] = None,
) -> None:
    """Show the whole path on sample shows or on any feeds, without a token, key or server."""
    from bot.demo import run_demo

    with plain_errors(as_json=False):
        asyncio.run(run_demo(tuple(feeds or ()), console()))


def run(
    role: Annotated[Role | None, typer.Option(help="What this process does.")] = None,
) -> None:
    """Run the service: read feeds, post the daily insights, answer questions."""
    from bot.serving import serve

    with plain_errors(as_json=False):
        settings = load_settings(**({"role": role} if role else {}))
        set_up_logs(level=settings.log_level, layout=settings.log_format, secrets=secrets_of(settings))
        with own(settings.data, slot=settings.folder_slot, patience=_PATIENCE):
            asyncio.run(serve(settings))


def add(
    show_name: Annotated[
        list[str],
        typer.Argument(
            metavar="SHOW",
            help="The address of its feed or web page (or several), a link to Apple Podcasts, or its name.",
        ),
    ],
    private: Annotated[bool, typer.Option("--private", help="Only you see this feed.")] = False,
    sign_in: Annotated[bool, typer.Option("--sign-in", help="Ask for user:password or a token (private).")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow a show, by its address or its name."""
    credentials = typer.prompt("user:password, or the token", hide_input=True) if sign_in else None
    carry_out("add", as_json, address=" ".join(show_name), private=private, credentials=credentials)


def remove(
    name: Annotated[str, typer.Argument(help="A number in the list, an address, or a part of the title.")],
    as_json: AsJson = False,
) -> None:
    """Stop following a feed."""
    carry_out("remove", as_json, name=name)


def list_feeds(as_json: AsJson = False) -> None:
    """Show what is followed."""
    carry_out("list", as_json)


def import_list(
    file: Annotated[Path, typer.Argument(help="An OPML file, as podcast apps export it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is new, known and unreachable.")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow every show of an OPML list."""
    with plain_errors(as_json=as_json):
        opml = base64.b64encode(_content(file)).decode()
    carry_out("import", as_json, opml=opml, dry_run=dry_run)


def export_list(
    file: Annotated[Path | None, typer.Argument(help="Where to write the list; printed when absent.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Private shows too, without what opens them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give the followed shows as an OPML list for other apps."""

    def give(reply: Reply, *, as_json: bool) -> None:
        if reply["code"] or as_json:
            print_reply(reply, as_json=as_json)
        elif file is None:
            typer.echo(reply["data"]["opml"], nl=False)
        else:
            _write(file, reply["data"]["opml"])
            print_reply(reply, as_json=as_json)

    carry_out("export", as_json, give, private=private)


def backfill(
    show_name: Annotated[str, typer.Argument(metavar="SHOW", help="A followed show, as for remove.")],
    number: Annotated[int, typer.Argument(help="How many of its held episodes, the newest first.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only tell what it means.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read older episodes that were held when the show was added."""
    carry_out("backfill", as_json, name=show_name, count=number, confirmed=yes)


def scan(as_json: AsJson = False) -> None:
    """Read all feeds now and wait until their new episodes are ready."""
    carry_out("scan", as_json)


def digest(
    channel: Annotated[str | None, typer.Option(help="The channel's id; the local one when absent.")] = None,
    date: Annotated[str | None, typer.Option(help="The day, like 2026-11-22; today when absent.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try it out: nothing is stored or posted.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Tell why each insight was picked or passed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Post the day's top five, once, and show them."""
    carry_out("digest", as_json, channel=channel, date=date, dry_run=dry_run, explain=explain)


def card(
    number: Annotated[int, typer.Argument(min=1, max=5, help="Its number in the latest post.")],
    as_json: AsJson = False,
) -> None:
    """Show the evidence behind an insight of the day."""
    carry_out("card", as_json, insight=str(number))


def ask(
    question: Annotated[list[str], typer.Argument(help="What you want to know.")],
    date: Annotated[
        str | None, typer.Option(help="The day whose post “no. 3” means, like 2026-11-22; the latest when absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from what was said."""
    carry_out("ask", as_json, question=" ".join(question), date=date)


def search(
    query: Annotated[list[str], typer.Argument(help="Words to look for.")],
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 8,
    show_name: Annotated[str | None, typer.Option("--show", help="Only this show.")] = None,
    since: Annotated[str | None, typer.Option(help="Only episodes from this day on, like 2026-11-22.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find passages."""
    carry_out("search", as_json, query=" ".join(query), k=k, show=show_name, since=since)


def topics(
    action: Annotated[
        str | None, typer.Argument(help="more, less, mute, drop or reset; shows them when absent.")
    ] = None,
    topic: Annotated[list[str] | None, typer.Argument(help="The topic, in a few words.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show or change what the local channel reads more of, less of and nothing of."""
    carry_out("topics", as_json, action=action, topic=" ".join(topic or ()))


def insights(
    episode: Annotated[list[str], typer.Argument(help="An episode's id, or a part of its title.")],
    rejected: Annotated[bool, typer.Option("--rejected", help="Also what did not pass the gate, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what an episode gave: its insights, each with the quote that proves it."""
    carry_out("insights", as_json, episode=" ".join(episode), rejected=rejected)


def status(as_json: AsJson = False) -> None:
    """Show what waits, what runs, what failed and why."""
    carry_out("status", as_json)


def retry(
    episode: Annotated[str | None, typer.Argument(help="An episode's id; all failed ones when absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let failed episodes go again."""
    carry_out("retry", as_json, episode=episode)


def reindex(as_json: AsJson = False) -> None:
    """Build the index anew from the catalogue."""
    carry_out("reindex", as_json)


def doctor(as_json: AsJson = False) -> None:
    """Show what is configured, what works, what is missing and how to get it."""
    carry_out("doctor", as_json)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"“{file}” cannot be read: {error.strerror}.") from error


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"“{file}” cannot be written: {error.strerror}.") from error
