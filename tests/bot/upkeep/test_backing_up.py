"""The commands `backup` and `restore`."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.data_folder import own
from bot.upkeep.backing_up import backup, restore
from pipeline.adapters.catalog import migrate


@pytest.fixture
def podsift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODSIFT_DATA", "data")
    migrate(f"sqlite:///{tmp_path}/data/catalog.db")
    commands = typer.Typer()
    commands.command()(backup)
    commands.command()(restore)
    return commands


def test_what_was_backed_up_beside_a_service_is_brought_back_elsewhere(
    podsift: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own(tmp_path / "data"):
        written = CliRunner().invoke(podsift, ["backup", "b.tar", "--json"])
    monkeypatch.setenv("PODSIFT_DATA", "elsewhere")
    back = CliRunner().invoke(podsift, ["restore", "b.tar"])

    assert (written.exit_code, back.exit_code) == (0, 0)
    assert json.loads(written.stdout)["bytes"] == (tmp_path / "b.tar").stat().st_size
    assert "Restored the data of" in back.stdout
    assert (tmp_path / "elsewhere" / "catalog.db").is_file()


def test_nothing_is_restored_under_a_running_service(podsift: typer.Typer, tmp_path: Path) -> None:
    CliRunner().invoke(podsift, ["backup", "b.tar"])
    with own(tmp_path / "data"):
        refused = CliRunner().invoke(podsift, ["restore", "b.tar", "--force"])

    assert refused.exit_code == 4
    assert "Another Podsift process" in refused.stdout


def test_data_that_is_there_is_not_replaced_without_being_asked(podsift: typer.Typer) -> None:
    CliRunner().invoke(podsift, ["backup", "b.tar"])
    refused = CliRunner().invoke(podsift, ["restore", "b.tar"])

    assert refused.exit_code == 2
    assert "--force" in refused.stdout
