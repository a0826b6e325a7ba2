"""A backup beside a running service, and the data that comes back from it."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.handover import Request
from bot.operations import Outcome, perform_unseen
from bot.operations.backup import back_up
from bot.operations.backup_file import unpack
from bot.operations.restore import restore
from bot.outbox import deliver
from bot.running import OWNER, perform_alone
from bot.sample_host import serve_samples
from bot.settings import Settings, load_settings
from bot.texts.message import Message
from pipeline.domain.audience import LOCAL, WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import DeliveryState
from pipeline.domain.errors import BadInput, CatalogDamaged, CatalogUnavailable
from tests.peers.full_disk import no_file_grows_past

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Why did our heating bill go up although the heat pump works?"
TEAM = Channel("slack:T1/C1", WorkspaceId("slack:T1"), "general", zone="UTC")


class Fixed:
    """A clock that stands."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


class Platform:
    """A platform that keeps what was posted, as Slack does while our data is restored."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def send(self, channel: Channel, message: Message) -> str:
        self.keys.append(message.key)
        return str(len(self.keys))

    async def find(self, channel: Channel, key: str) -> str | None:
        return str(self.keys.index(key) + 1) if key in self.keys else None


def settings_for(folder: Path, **more: Any) -> Settings:
    chosen: dict[str, Any] = {
        "data": folder,
        "allow_networks": "127.0.0.0/8",
        "whisper_model": "off",
        "zone": "UTC",
        "_env_file": None,
    }
    return load_settings(**chosen | more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """A service with a public and a private show, a team, and today's digest posted."""
    async with serve_samples(now=datetime.now(UTC)) as host, open_app(settings_for(tmp_path_factory.mktemp("d"))) as it:
        await told(it, "add", address=host.public_feeds[2])
        await told(it, "add", address=host.private_feed, credentials=host.credentials)
        await told(it, "scan")
        await told(it, "digest")
        await it.channels.save(TEAM, workspace=TEAM.workspace)
        yield it


async def told(app: App, operation: str, **arguments: Any) -> Outcome:
    return await perform_unseen(app, OWNER, Request(operation, arguments))


def backed_up(app: App, file: Path) -> Path:
    outcome = back_up(app.settings, file, now=datetime.now(UTC))
    assert "Backed up to" in outcome.message.fallback
    return file


async def brought_back(file: Path, folder: Path, *, force: bool = False, now: datetime | None = None) -> Settings:
    chosen = settings_for(made(folder))
    await restore(chosen, file, force=force, clock=Fixed(now or datetime.now(UTC)))
    return chosen


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


async def test_a_question_is_answered_the_same_after_a_restore(app: App, tmp_path: Path) -> None:
    before = (await told(app, "ask", question=QUESTION)).to_reply()
    restored = await brought_back(backed_up(app, tmp_path / "b.tar"), tmp_path / "data")

    assert await perform_alone(restored, Request("ask", {"question": QUESTION}), lambda _: None) == before
    async with open_app(restored) as again:
        assert (await told(again, "status")).to_reply()["data"]["indexed_episodes"] == 5
        private = [f for f in await again.library.feeds(workspace=LOCAL) if not f.feed.audience.is_public]
        assert await again.pipeline.keys.get(private[0].feed.id)


async def test_a_digest_that_was_posted_is_not_posted_again(app: App, tmp_path: Path) -> None:
    restored = await brought_back(backed_up(app, tmp_path / "b.tar"), tmp_path / "data")

    async with open_app(restored) as again:
        await told(again, "digest")
        assert len(await again.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL)) == 1


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=30)])
async def test_a_digest_posted_after_the_backup_is_found_and_not_posted_again(
    app: App, tmp_path: Path, later: timedelta
) -> None:
    file, platform = backed_up(app, tmp_path / "b.tar"), Platform()
    now = datetime.now(UTC) + later
    day, message = TEAM.local_date(now), Message((), "Five insights", "digest:team:today")
    await platform.send(TEAM, message)  # what the service did between the backup and its loss

    restored = await brought_back(file, tmp_path / "data", now=now)
    async with open_app(restored) as again:
        delivery = await deliver(
            message, channel=TEAM, day=day, book=again.deliveries, messenger=platform, clock=again.clock
        )

    assert platform.keys == ["digest:team:today"]
    assert (delivery.state, delivery.reference) == (DeliveryState.SENT, "1")


async def test_a_backup_is_of_one_moment_while_the_service_writes(app: App, tmp_path: Path) -> None:
    stop = asyncio.Event()

    async def write() -> int:
        written = 0
        while not stop.is_set():
            await app.board.post(f"w{written}", workspace=LOCAL, channel_id="written", body="{}")
            written += 1
        return written

    writing = asyncio.create_task(write())
    files = [tmp_path / f"{number}.tar" for number in range(3)]
    for file in files:
        await asyncio.to_thread(backed_up, app, file)
    stop.set()
    written = await writing

    counts = [_written(file, tmp_path / f"out{number}") for number, file in enumerate(files)]
    assert counts == sorted(counts)
    assert 0 < counts[-1] <= written
    assert len(await app.board.latest(workspace=LOCAL, channel_id="written", limit=10_000)) == written


def _written(file: Path, folder: Path) -> int:
    folder.mkdir()
    unpack(file, folder)
    with closing(sqlite3.connect(folder / "catalog.db")) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM local_message WHERE channel_id = 'written'")]
    assert {f"w{number}" for number in range(len(keys))} == set(keys)
    return len(keys)


async def test_a_backup_is_for_its_owner_alone_and_never_writes_over_a_file(app: App, tmp_path: Path) -> None:
    file = backed_up(app, tmp_path / "b.tar")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names_in(tmp_path) == {"b.tar"}
    with pytest.raises(BadInput, match="exists already"):
        backed_up(app, file)
    with pytest.raises(BadInput, match="no folder"):
        backed_up(app, tmp_path / "missing" / "b.tar")


async def test_a_key_from_the_environment_stays_out_of_it(app: App, tmp_path: Path) -> None:
    keyed = app.settings.model_copy(update={"secret_key": "anything"})
    outcome = back_up(keyed, tmp_path / "b.tar", now=datetime.now(UTC))
    (tmp_path / "data").mkdir()
    back = await restore(settings_for(tmp_path / "data"), tmp_path / "b.tar", force=False, clock=app.clock)

    assert outcome.to_reply()["data"]["has_key"] is False
    assert "set PODSIFT_SECRET_KEY" in str(back.message)
    assert not (tmp_path / "data" / "secret.key").exists()


async def test_data_that_is_there_is_only_put_aside_and_only_when_asked(app: App, tmp_path: Path) -> None:
    file, folder = backed_up(app, tmp_path / "b.tar"), tmp_path / "data"
    folder.mkdir()
    (folder / "catalog.db").write_bytes(b"old")
    (folder / ".owner").touch()

    with pytest.raises(BadInput, match="--force"):
        await brought_back(file, folder)
    assert (folder / "catalog.db").read_bytes() == b"old"
    await brought_back(file, folder, force=True)

    (aside,) = folder.glob("replaced-*")
    assert (aside / "catalog.db").read_bytes() == b"old"
    assert names_in(folder) == {".owner", aside.name, "catalog.db", "secret.key"}


async def test_a_damaged_backup_changes_nothing(app: App, tmp_path: Path) -> None:
    raw = bytearray(backed_up(app, tmp_path / "b.tar").read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    damaged, folder = tmp_path / "damaged.tar", tmp_path / "data"
    damaged.write_bytes(raw)

    with pytest.raises(BadInput, match="damaged"):
        await brought_back(damaged, folder, force=True)
    with pytest.raises(BadInput, match="no file"):
        await brought_back(tmp_path / "none.tar", folder)
    assert names_in(folder) == set()


async def test_a_catalogue_of_a_newer_podsift_is_refused_before_anything_is_moved(app: App, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    backed_up(app, tmp_path / "b.tar")
    unpack(tmp_path / "b.tar", newer)
    with closing(sqlite3.connect(newer / "catalog.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    back_up(settings_for(newer), tmp_path / "n.tar", now=datetime.now(UTC))
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "catalog.db").write_bytes(b"old")

    with pytest.raises(CatalogUnavailable, match="newer Podsift"):
        await brought_back(tmp_path / "n.tar", folder, force=True)
    assert names_in(folder) == {"catalog.db"}


async def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    remote = settings_for(tmp_path, database_url="postgresql://db/podsift")

    with pytest.raises(BadInput, match="pg_dump"):
        back_up(remote, tmp_path / "b.tar", now=datetime.now(UTC))
    with pytest.raises(BadInput, match="pg_restore"):
        await restore(remote, tmp_path / "b.tar", force=True, clock=Fixed(datetime.now(UTC)))


async def test_nothing_to_back_up_and_damage_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no catalogue"):
        back_up(settings_for(tmp_path), tmp_path / "b.tar", now=datetime.now(UTC))
    (tmp_path / "catalog.db").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(CatalogDamaged, match="is damaged"):
        back_up(settings_for(tmp_path), tmp_path / "b.tar", now=datetime.now(UTC))
    assert names_in(tmp_path) == {"catalog.db"}


async def test_a_full_disk_under_the_backup_is_not_blamed_on_the_catalogue(app: App, tmp_path: Path) -> None:
    with (
        no_file_grows_past(100_000),
        pytest.raises(BadInput, match=r"The backup “.*b\.tar” cannot be written: .*Make room"),
    ):
        backed_up(app, tmp_path / "b.tar")
    assert names_in(tmp_path) == set()
    backed_up(app, tmp_path / "b.tar")


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
