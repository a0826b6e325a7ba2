"""The command line as processes of its own, beside a running service and without one."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.sample_host import SampleHost, serve_samples

pytestmark = pytest.mark.asyncio(loop_scope="module")


_MAIN = "from bot.cli import main; main()"


class Shell:
    """Runs `podsift` on one data folder."""

    def __init__(self, data: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PODSIFT_")}
        self._environment = clean | {
            "PODSIFT_DATA": str(data),
            "PODSIFT_ALLOW_NETWORKS": "127.0.0.0/8",
            "PODSIFT_WHISPER_MODEL": "off",
            "PODSIFT_ZONE": "UTC",
            "PYTHONWARNINGS": "error",
            "COLUMNS": "100",
        }
        self._cwd = data.parent

    async def start(self, *arguments: str, program: str = _MAIN) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
            cwd=self._cwd,
        )

    async def run(self, *arguments: str, program: str = _MAIN) -> tuple[int, str, str]:
        process = await self.start(*arguments, program=program)
        out, err = await asyncio.wait_for(process.communicate(), 120)
        return process.returncode or 0, out.decode(), err.decode()

    async def data(self, *arguments: str) -> dict[str, Any]:
        code, out, err = await self.run(*arguments, "--json")
        assert not err, err
        return {"code": code, **json.loads(out)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


async def test_the_demo_shows_the_five_and_two_answers_without_a_warning(shell: Shell) -> None:
    code, out, err = await shell.run("demo")

    assert (code, err) == (0, "")
    assert "Five insights for" in out
    assert out.count("Question:") == 2
    assert out.count("Passages\n") == 2


async def test_an_error_is_one_sentence_and_what_to_do(shell: Shell) -> None:
    code, out, err = await shell.run("add", "http://10.1.2.3/feed.xml")

    assert (code, err) == (2, "")
    assert "PODSIFT_ALLOW_NETWORKS" in out
    assert "Traceback" not in out


async def test_a_card_is_shown_by_its_number_and_hints_are_typed_as_they_stand(shell: Shell) -> None:
    assert (await shell.run("card", "9"))[0] == 2
    code, out, _err = await shell.run("card", "2")
    assert (code, "Nothing was posted here this week." in out) == (2, True)
    code, out, _err = await shell.run("remove", "nosuch")
    assert (code, "“podsift list”" in out) == (2, True)


async def test_a_look_at_the_list_imports_no_engine(shell: Shell) -> None:
    told = (
        "import sys; from bot.cli import main\ntry: main()\n"
        "finally: assert not [name for name in sys.modules if name.partition('.')[0] == 'dbos']"
    )
    code, _out, err = await shell.run("list", program=told)

    assert (code, err) == (3, "")


async def test_a_wrong_setting_stops_every_command_and_is_named(shell: Shell) -> None:
    (shell._cwd / ".env").write_text("PODSIFT_BACKFIL=3\n", encoding="utf-8")

    code, out, _err = await shell.run("status")

    assert code == 2
    assert "PODSIFT_BACKFIL is not a setting; did you mean PODSIFT_BACKFILL?" in " ".join(out.split())


async def test_a_list_is_exported_and_imported_as_a_file(shell: Shell, host: SampleHost) -> None:
    file = shell._cwd / "shows.opml"
    await shell.data("add", host.public_feeds[0])

    written = await shell.run("export", str(file))
    printed = await shell.run("export")
    tried = await shell.data("import", str(file), "--dry-run")
    missing = await shell.run("import", "nowhere.opml")
    unwritten = await shell.run("export", "/nowhere/shows.opml")

    assert (written[0], printed[0]) == (0, 0)
    assert "1 show exported" in written[1]
    assert printed[1] == file.read_text(encoding="utf-8")
    assert [show["title"] for show in tried["duplicate"]] == ["Gradient Notes"]
    assert (missing[0], "cannot be read" in missing[1]) == (2, True)
    assert (unwritten[0], "cannot be written" in unwritten[1]) == (2, True)


async def test_a_backfill_is_told_and_then_done(shell: Shell, host: SampleHost) -> None:
    await shell.data("add", host.public_feeds[0])

    code, out, _err = await shell.run("backfill", "Gradient Notes", "5")

    assert code == 0
    assert "No older episodes of Gradient Notes are held" in " ".join(out.split())


async def test_migrate_says_what_it_did(shell: Shell) -> None:
    first, second = await shell.data("migrate"), await shell.data("migrate")

    assert first["from"] is None
    assert second["from"] == second["to"] == first["to"]


async def test_migrate_moves_the_catalogue_to_an_empty_database_and_proves_it(shell: Shell, host: SampleHost) -> None:
    await shell.data("add", host.public_feeds[0])
    addresses = [f"sqlite:///{shell._cwd / name}" for name in ("data/catalog.db", "moved.db")]

    moved = await shell.data("migrate", "--from", addresses[0], "--to", addresses[1])
    again = await shell.run("migrate", "--from", addresses[0], "--to", addresses[1])
    half = await shell.run("migrate", "--to", addresses[1])

    rows = {table["table"]: table["rows"] for table in moved["tables"]}
    assert (moved["code"], rows["feed"], rows["follow"]) == (0, 1, 1)
    assert all(table["hash"] for table in moved["tables"])
    assert (again[0], "is not empty" in " ".join(again[1].split())) == (2, True)
    assert (half[0], "needs both --from and --to" in " ".join(half[1].split())) == (2, True)


async def test_a_command_beside_the_service_gives_the_answer_of_the_service(shell: Shell, host: SampleHost) -> None:
    service = await shell.start("run")
    try:
        added = await shell.data("add", host.public_feeds[2])
        scanned = await shell.data("scan")
        beside = await shell.data("search", "heat", "pump", "-k", "3")
        status = await shell.data("status")
        service.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(service.wait(), 30) == 0
    finally:
        if service.returncode is None:
            service.kill()
    alone = await shell.data("search", "heat", "pump", "-k", "3")

    assert added["feed"]["title"] == "Load Curve"
    assert scanned["ready"] == 3
    assert status["service"]
    assert beside == alone
    assert len(alone["passages"]) == 3


async def test_a_scan_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    shell: Shell, host: SampleHost
) -> None:
    for address in host.public_feeds:
        assert (await shell.data("add", address))["code"] == 0
    for seconds in (1.2, 2.0, 2.6, 3.1):
        process = await shell.start("scan")
        _done, running = await asyncio.wait({asyncio.create_task(process.wait())}, timeout=seconds)
        if running:
            process.kill()
            await asyncio.wait(running)

    scanned = await shell.data("scan")
    status = await shell.data("status")

    assert (scanned["ready"], scanned["waiting"], scanned["failed"]) == (9, 0, [])
    assert (status["indexed_episodes"], status["failed"]) == (9, [])
