"""The commands `backup` and `restore`: they work on the data folder itself, beside a service or before one."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.carrying_out import plain_errors, print_reply
from bot.clock import SystemClock
from bot.data_folder import own
from bot.settings import load_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text for people.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, for example podsift.tar.")],
    as_json: AsJson = False,
) -> None:
    """Write everything that cannot be made again into one file; the service may run."""
    from bot.operations.backup import back_up

    with plain_errors(as_json=as_json):
        outcome = back_up(load_settings(), file, now=datetime.now(UTC))
        print_reply(outcome.to_reply(), as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that “podsift backup” wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Put the data that is there aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a backup the data of this Podsift; the service must not run."""
    from bot.operations.restore import restore as bring_back

    with plain_errors(as_json=as_json):
        settings = load_settings()
        with own(settings.data):
            outcome = asyncio.run(bring_back(settings, file, force=force, clock=SystemClock()))
        print_reply(outcome.to_reply(), as_json=as_json)
