"""A process whose key is not the one that private shows were sealed with: it is told, and on PostgreSQL refused."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from bot.app import App
from bot.data_folder import own
from bot.handover import Request
from bot.operations import perform
from bot.running import OWNER, listening_app
from bot.sample_host import SampleHost, serve_samples
from bot.settings import Settings, load_settings
from bot.texts.message import plain
from bot.texts.wording import WRONG_INPUT, exit_code
from pipeline.domain.errors import SettingsError
from tests.peers.postgres import postgres_database

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]
CHECK = "Key of private shows"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


@pytest.fixture
def postgres() -> Iterator[str]:
    with postgres_database() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@asynccontextmanager
async def machine(folder: Path, database: str, key: str | None = None) -> AsyncIterator[App]:
    """Podsift on a machine with this data folder, and PODSIFT_SECRET_KEY where a key is given."""
    settings = settings_for(folder, database, key)
    with own(folder):
        async with listening_app(settings) as app:
            yield app


def settings_for(folder: Path, database: str, key: str | None) -> Settings:
    return load_settings(
        data=folder,
        database_url=database,
        secret_key=key,
        allow_networks="127.0.0.0/8",
        whisper_model="off",
        zone="UTC",
        _env_file=None,
    )


async def told(app: App, operation: str, **arguments: Any) -> dict[str, Any]:
    outcome = await perform(app, OWNER, Request(operation, arguments), lambda _: None)
    return dict(outcome.to_reply()["data"])


async def doctor(app: App) -> dict[str, Any]:
    """What it says of the key."""
    [check] = [one for one in (await told(app, "doctor"))["checks"] if one["name"] == CHECK]
    return dict(check)


async def status(app: App) -> str:
    return plain((await perform(app, OWNER, Request("status"), lambda _: None)).message)


async def add_private_show(folder: Path, database: str, host: SampleHost, key: str | None = None) -> None:
    async with machine(folder, database, key) as app:
        await told(app, "add", address=host.public_feeds[0], private=True)


async def test_a_machine_with_no_key_on_a_catalogue_that_others_sealed_is_refused_and_makes_none(
    tmp_path: Path, postgres: str, host: SampleHost
) -> None:
    await add_private_show(tmp_path / "first", postgres, host)

    with pytest.raises(SettingsError, match=r"PODSIFT_SECRET_KEY is not set.*secret\.key.*lost for good") as refused:
        async with machine(tmp_path / "second", postgres):
            pass

    assert (refused.value.retryable, exit_code(refused.value)) == (False, WRONG_INPUT)
    assert not (tmp_path / "second" / "secret.key").exists()
    first = (tmp_path / "first" / "secret.key").read_text(encoding="ascii")
    async with machine(tmp_path / "first", postgres), machine(tmp_path / "second", postgres, first) as app:
        assert (await doctor(app))["state"] == "ok"
        assert (await told(app, "scan"))["failed"] == []


async def test_a_key_that_was_there_before_stays_when_its_machine_is_refused(
    tmp_path: Path, postgres: str, host: SampleHost
) -> None:
    async with machine(tmp_path / "second", postgres):
        made = (tmp_path / "second" / "secret.key").read_bytes()
    await add_private_show(tmp_path / "first", postgres, host)

    with pytest.raises(SettingsError, match="PODSIFT_SECRET_KEY is not set"):
        async with machine(tmp_path / "second", postgres):
            pass

    assert (tmp_path / "second" / "secret.key").read_bytes() == made


@pytest.mark.parametrize("command", [("list",), ("ask", "What is a heat pump?"), ("doctor",), ("run",)])
async def test_every_command_that_opens_the_data_is_refused_alike(
    tmp_path: Path, postgres: str, host: SampleHost, command: tuple[str, ...]
) -> None:
    await add_private_show(tmp_path / "first", postgres, host)

    code, said = await typed(tmp_path / "second", postgres, *command)

    assert code == WRONG_INPUT
    assert "PODSIFT_SECRET_KEY is not set" in said
    assert "Traceback" not in said


async def typed(folder: Path, database: str, *command: str) -> tuple[int | None, str]:
    """The exit code of a command that somebody types on a machine, and what it prints, in one line."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")}
    settings = {"PODSIFT_DATA": str(folder), "PODSIFT_DATABASE_URL": database, "PODSIFT_WHISPER_MODEL": "off"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from bot.cli import main; main()", *command),
        env=clean | settings | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        cwd=folder.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, " ".join(said.decode().split())


async def test_with_another_key_in_the_settings_public_shows_work_and_the_closed_ones_are_told(
    tmp_path: Path, database: str, host: SampleHost, caplog: pytest.LogCaptureFixture
) -> None:
    await add_private_show(tmp_path / "first", database, host, Fernet.generate_key().decode())
    assert not warned(caplog)

    async with machine(tmp_path / "second", database, Fernet.generate_key().decode()) as app:
        await told(app, "add", address=host.public_feeds[2])
        scanned = await told(app, "scan")
        check, line = await doctor(app), await status(app)

    assert scanned["ready"] > 0
    assert ["restore PODSIFT_SECRET_KEY" in unread["reason"] for unread in scanned["unread_feeds"]] == [True]
    assert check["state"] == "problem"
    assert "was sealed with another key" in check["detail"]
    assert "PODSIFT_SECRET_KEY" in check["help"]
    assert "secret.key" in check["help"]
    assert check["detail"] in line
    assert warned(caplog) == [f"{check['detail']} {check['help']}"]


async def test_a_lost_key_on_sqlite_is_told_until_its_shows_are_removed(
    tmp_path: Path, host: SampleHost, caplog: pytest.LogCaptureFixture
) -> None:
    database = f"sqlite:///{tmp_path / 'catalog.db'}"
    await add_private_show(tmp_path / "data", database, host)
    (tmp_path / "data" / "secret.key").unlink()

    async with machine(tmp_path / "data", database) as app:
        lost = await doctor(app)
        await told(app, "remove", name="1")
        await told(app, "add", address=host.public_feeds[0], private=True)
        mended, line = await doctor(app), await status(app)

    assert (lost["state"], mended["state"]) == ("problem", "ok")
    assert "another key" not in line
    assert len(warned(caplog)) == 1


async def test_machines_that_sealed_with_keys_of_their_own_are_told_which_does_not_open_all(
    tmp_path: Path, postgres: str, host: SampleHost
) -> None:
    async with machine(tmp_path / "first", postgres) as one, machine(tmp_path / "second", postgres) as other:
        assert {(await doctor(app))["state"] for app in (one, other)} == {"ok"}
        await told(one, "add", address=host.public_feeds[0], private=True)
        assert (await doctor(one))["state"] == "ok"
        await told(other, "add", address=host.public_feeds[1], private=True)

    async with machine(tmp_path / "first", postgres) as app:
        check = await doctor(app)

    assert check["state"] == "problem"
    assert check["detail"].startswith("Some of what is stored")


async def test_where_nothing_is_sealed_a_machine_makes_its_key_and_starts(
    tmp_path: Path, database: str, host: SampleHost, caplog: pytest.LogCaptureFixture
) -> None:
    async with machine(tmp_path / "first", database) as app:
        await told(app, "add", address=host.public_feeds[2])

    async with machine(tmp_path / "second", database) as app:
        check, line = await doctor(app), await status(app)

    assert (tmp_path / "second" / "secret.key").exists()
    assert check["state"] == "ok"
    assert "sealed" not in line
    assert not warned(caplog)


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of the key."""
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    return [line for line in warnings if "sealed with another key" in line]
