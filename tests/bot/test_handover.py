import asyncio
import socket
from pathlib import Path

import pytest

from bot.data_folder import neighbours, own, socket_path
from bot.handover import Progress, Reply, Report, Request, hand_over, listening, listens
from pipeline.domain.errors import DataFolderBusy, SettingsError


def ignore(_progress: Progress) -> None:
    """Nobody watches."""


async def test_the_owner_carries_out_the_command_and_reports_progress(tmp_path: Path) -> None:
    async def perform(request: Request, report: Report) -> Reply:
        report(Progress(1, 2, "half"))
        return {"operation": request.operation, **request.arguments}

    seen: list[Progress] = []
    async with listening(tmp_path / "s", perform):
        reply = await hand_over(tmp_path / "s", Request("ask", {"question": "Why? – ümlaut"}), seen.append)

    assert reply == {"operation": "ask", "question": "Why? – ümlaut"}
    assert seen == [Progress(1, 2, "half")]


async def test_many_commands_at_once_get_their_own_replies(tmp_path: Path) -> None:
    async def perform(request: Request, _report: Report) -> Reply:
        return dict(request.arguments)

    async with listening(tmp_path / "s", perform):
        replies = await asyncio.gather(*(hand_over(tmp_path / "s", Request("x", {"n": n}), ignore) for n in range(20)))

    assert replies == [{"n": n} for n in range(20)]


async def test_waits_for_an_owner_that_is_starting(tmp_path: Path) -> None:
    async def perform(_request: Request, _report: Report) -> Reply:
        return {"ready": True}

    asking = asyncio.create_task(hand_over(tmp_path / "s", Request("status"), ignore))
    await asyncio.sleep(0)
    async with listening(tmp_path / "s", perform):
        assert await asking == {"ready": True}


async def test_says_so_when_the_owner_stops_before_the_reply(tmp_path: Path) -> None:
    async def perform(_request: Request, _report: Report) -> Reply:
        raise ConnectionResetError

    async with listening(tmp_path / "s", perform):
        with pytest.raises(DataFolderBusy, match="stopped before"):
            await hand_over(tmp_path / "s", Request("scan"), ignore)


async def test_a_socket_left_by_a_killed_owner_is_in_nobodys_way(tmp_path: Path) -> None:
    async def perform(_request: Request, _report: Report) -> Reply:
        return {"ok": True}

    (tmp_path / "s").touch()
    async with listening(tmp_path / "s", perform):
        assert await hand_over(tmp_path / "s", Request("status"), ignore) == {"ok": True}
    assert not (tmp_path / "s").exists()


def test_the_data_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with own(tmp_path / "data"):
        with pytest.raises(DataFolderBusy, match="Stop “podsift run”, or wait"), own(tmp_path / "data"):
            pass
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    with own(tmp_path / "data"):
        pass


def test_whoever_waits_for_the_folder_says_for_how_long_and_how_to_end_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with own(tmp_path), pytest.raises(DataFolderBusy), own(tmp_path, patience=0.2):
        pass

    [told] = caplog.messages
    assert told.startswith(f"Another process is using the data folder {tmp_path}. This one stands by for 0.2 seconds")
    assert "Ctrl-C ends the waiting" in told


def test_slots_share_the_data_folder_and_nobody_has_all_of_it_meanwhile(tmp_path: Path) -> None:
    with own(tmp_path, slot="worker-0"), own(tmp_path, slot="worker-1"):
        with (
            pytest.raises(DataFolderBusy, match=r"the name “worker-0”.*PODSIFT_WORKER"),
            own(tmp_path, slot="worker-0"),
        ):
            pass
        with pytest.raises(DataFolderBusy), own(tmp_path):
            pass
    with own(tmp_path), pytest.raises(DataFolderBusy), own(tmp_path, slot="worker-0"):
        pass
    assert socket_path(tmp_path, slot="worker-0") != socket_path(tmp_path)


def test_names_the_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="PODSIFT_DATA"), own(tmp_path / "file" / "data"):
        pass


def test_a_deep_folder_gets_a_short_socket_path(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)

    assert len(str(socket_path(deep))) < 104
    assert socket_path(deep) != socket_path(tmp_path / ("e" * 120))
    assert socket_path(Path("/srv/podsift")) == Path("/srv/podsift/podsift.sock")


async def test_of_the_processes_that_share_a_folder_those_that_live_are_found(tmp_path: Path) -> None:
    async def perform(_request: Request, _report: Report) -> Reply:
        return {}

    left_by_a_killed_one = socket_path(tmp_path, slot="bot-0")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left_by_a_killed_one))
    async with listening(socket_path(tmp_path, slot="worker-0"), perform):
        found = [path.name for path in neighbours(tmp_path)]
        living = [path.name for path in neighbours(tmp_path) if await listens(path)]

    assert found == ["podsift-bot-0.sock", "podsift-worker-0.sock"]
    assert living == ["podsift-worker-0.sock"]
