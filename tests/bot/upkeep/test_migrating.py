"""A catalogue moves only while nobody writes to it."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.data_folder import own
from bot.engine.failover import holding, names_of_the_living
from bot.upkeep.migrating import migrate
from pipeline.adapters.catalog import migrate as bring_up_to_date
from tests.peers.postgres import postgres_database
from tests.peers.waiting import until


def moved(urls: Sequence[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What the command says to programs."""
    capsys.readouterr()
    code = 0
    try:
        migrate(urls[0], urls[1], as_json=True)
    except typer.Exit as end:
        code = end.exit_code
    return {"code": code, **json.loads(capsys.readouterr().out)}


@pytest.mark.parametrize("which", ["source", "target"])
def test_a_catalogue_in_a_folder_that_a_service_owns_is_not_moved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {name: tmp_path / name for name in ("source", "target")}
    for place in places.values():
        place.mkdir()
    urls = [f"sqlite:///{place / 'catalog.db'}" for place in places.values()]
    bring_up_to_date(urls[0])

    with own(places[which]):
        refused = moved(urls, capsys)
    done = moved(urls, capsys)

    assert refused["code"] == 4
    assert f"is using the data folder {places[which]}" in refused["error"]["sentence"]
    assert (done["code"], {table["table"] for table in done["tables"]} >= {"feed", "episode"}) == (0, True)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["source", "target"]


def test_a_move_within_one_folder_owns_it_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    urls = [f"sqlite:///{tmp_path / name}" for name in ("old.db", "new.db")]
    bring_up_to_date(urls[0])

    assert moved(urls, capsys)["code"] == 0


def test_a_database_on_which_a_process_runs_is_not_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = f"sqlite:///{tmp_path / 'catalog.db'}"

    async def nobody_lives() -> bool:
        return not await names_of_the_living(source)

    with postgres_database() as source, asyncio.Runner() as runner:
        bring_up_to_date(source)
        living = holding(source, "worker-0", patience=0.0)
        runner.run(living.__aenter__())
        refused = moved((source, target), capsys)
        runner.run(living.__aexit__(None, None, None))
        runner.run(until(nobody_lives))  # the database sees a little later than we that a connection is closed
        done = moved((source, target), capsys)

    assert refused["code"] == 4
    assert "(worker-0), and what it writes meanwhile would stay behind: stop it first." in refused["error"]["sentence"]
    assert done["code"] == 0
