"""`podsift migrate`: the catalogue to this version's schema, or to another database."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.carrying_out import plain_errors
from bot.data_folder import own
from bot.handover import Progress
from bot.progress import progress_bar
from bot.settings import load_settings
from pipeline.domain.errors import BadInput, DataFolderBusy

_AFTERWARDS = (
    "Now set PODSIFT_DATABASE_URL to the new address and start Podsift. The old database was not changed. Keep "
    "PODSIFT_SECRET_KEY, or the file secret.key in the data folder: it opens the private feeds. The index is filled "
    "again by itself."
)


def migrate(
    source: Annotated[
        str | None, typer.Option("--from", help="A catalogue to move: sqlite:///… or postgresql://….")
    ] = None,
    target: Annotated[str | None, typer.Option("--to", help="The empty database to move it to.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print data for programs instead of text for people.")
    ] = False,
) -> None:
    """Bring the catalogue to this version's schema (every command does so too), or move it with --from and --to.

    A move copies everything or nothing. Stop Podsift first.
    """
    with plain_errors(as_json=as_json):
        if (source is None) != (target is None):
            raise BadInput("A move needs both --from and --to.")
        if source is None or target is None:
            _bring_up_to_date(as_json=as_json)
        else:
            _move(source, target, as_json=as_json)


def _bring_up_to_date(*, as_json: bool) -> None:
    from pipeline.adapters.catalog import migrate as bring_up_to_date

    settings = load_settings()
    with own(settings.data):
        before, after = bring_up_to_date(settings.catalog_url)
    if as_json:
        typer.echo(json.dumps({"from": before, "to": after}))
    elif before == after:
        typer.echo(f"The catalogue has schema {after} already.")
    else:
        typer.echo(f"The catalogue went from schema {before or 'none'} to {after}.")


def _move(source: str, target: str, *, as_json: bool) -> None:
    from pipeline.adapters.catalog import move_catalog

    with _at_rest(source, target), progress_bar(Console(stderr=True), doing="Copying rows") as report:
        moved = move_catalog(source, target, report=lambda name, done, total: report(Progress(done, total, name)))
    if as_json:
        tables = [{"table": table.name, "rows": table.rows, "hash": table.hash} for table in moved]
        typer.echo(json.dumps({"tables": tables}))
        return
    typer.echo(f"{'table':20}{'rows':>10}  hash of the rows, the same in both")
    for table in moved:
        typer.echo(f"{table.name:20}{table.rows:>10}  {table.hash}")
    typer.echo(f"\n{sum(table.rows for table in moved)} rows of {len(moved)} tables were copied. {_AFTERWARDS}")


@contextmanager
def _at_rest(*urls: str) -> Iterator[None]:
    """No service works on these databases: what it writes after the copy would stay behind. Raises DataFolderBusy."""
    from bot.engine.failover import names_of_the_living
    from pipeline.adapters.catalog.engines import file_of, parse_url, place_of

    files = {url: file_of(parse_url(url)) for url in urls}
    for url, file in files.items():
        if file is None and (running := asyncio.run(names_of_the_living(url))):
            raise DataFolderBusy(
                f"Podsift runs on the database {place_of(parse_url(url))} ({', '.join(running)}), and what it writes "
                "meanwhile would stay behind: stop it first."
            )
    # A service owns the folder that its file is in. No folder is made here: what is not there is told by the move.
    folders = {file.resolve().parent for file in files.values() if file is not None}
    with ExitStack() as stack:
        for folder in sorted(filter(Path.is_dir, folders)):
            stack.enter_context(own(folder))
        yield
