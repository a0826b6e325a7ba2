"""What machines are told about the service, and how the page's server starts and stops."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.app import App, open_app
from bot.engine.slot import EngineSlot
from bot.pulse import Beat, Pulse
from bot.settings import load_settings
from bot.web.condition import Condition, look
from bot.web.figures import exposition
from bot.web.serving import serving_page
from bot.web.site import make_site
from pipeline.adapters.catalog import Operations
from pipeline.domain.errors import CatalogUnavailable, SettingsError
from pipeline.domain.overview import Overview, Tally
from pipeline.domain.spending import SpendingTotal
from tests.peers.chroma_server import chroma_server, gate_before
from tests.peers.hand_seconds import HandSeconds
from vectorstore.index import IndexCounts

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WELL = Beat(age=12.4, is_late=False, is_stuck=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    data = tmp_path_factory.mktemp("data")
    async with open_app(
        load_settings(data=data, whisper_model="off", zone="UTC", web_port=0, _env_file=None)
    ) as opened:
        yield opened


def with_settings(app: App, **changed: Any) -> App:
    return replace(app, settings=app.settings.model_copy(update=changed))


async def get(app: App, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=make_site(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://podsift:8080") as client:
        return await client.get(path)


class Broken(Operations):
    async def waiting_since(self) -> datetime | None:
        raise CatalogUnavailable("The catalogue does not answer.")


class Uncounted(Operations):
    async def overview(self) -> Overview:
        raise CatalogUnavailable("It takes too long.")


class Queues:
    """An engine of which nothing is asked but its queues; without `lengths` its database is away."""

    def __init__(self, lengths: dict[tuple[str, str], int] | None = None) -> None:
        self._lengths = lengths

    async def queues(self) -> dict[tuple[str, str], int]:
        if self._lengths is None:
            raise CatalogUnavailable("Away.")
        return self._lengths


class Running(EngineSlot):
    """As if the engine ran."""

    def __init__(self, engine: Queues, pulse: Pulse) -> None:
        self.pulse = pulse
        self._running = engine

    @property
    def is_running(self) -> bool:
        return True

    async def get(self) -> Any:
        return self._running


class Buggy(Operations):
    async def waiting_since(self) -> datetime | None:
        raise RuntimeError("/home/somebody/secret")


def condition(**changed: Any) -> Condition:
    whole = Condition(
        version="1.2.3",
        at=NOW,
        engine=True,
        database=True,
        waiting_since=NOW - timedelta(minutes=2),
        overview=Overview(Tally(waiting=1, ready=7), 2, 3, 0),
        spending=SpendingTotal(calls=4, tokens_in=900, tokens_out=80, micros=1_500_000),
        index=IndexCounts(episodes=7, unfinished=1, chunks=300, insights=20),
        vectors=True,
        platforms={"slack": True},
        disk_free=30_000_000_000,
        is_short=False,
        ticks={"scan": WELL},
        queues={("llm", "waiting"): 5, ("llm", "paused"): 2},
    )
    return replace(whole, **changed)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "ok"),
        ({"platforms": {"slack": False, "discord": True}}, "degraded"),
        ({"is_short": True}, "degraded"),
        ({"vectors": False}, "degraded"),
        ({"ticks": {"scan": WELL, "post": Beat(age=900, is_late=True, is_stuck=False)}}, "degraded"),
        ({"ticks": {"scan": WELL, "post": Beat(age=9_000, is_late=True, is_stuck=True)}}, "down"),
        ({"engine": False}, "down"),
        ({"database": False}, "down"),
        ({"overview": None}, "ok"),
        ({"index": None}, "down"),
    ],
)
async def test_what_a_restart_does_not_mend_degrades_and_what_of_ours_is_dead_or_hangs_is_down(
    changed: dict[str, Any], status: str
) -> None:
    assert condition(**changed).status == status


async def test_says_that_the_engine_does_not_run_yet(app: App) -> None:
    answer = await get(app, "/healthz")

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "down",
        "version": answer.json()["version"],
        "database": True,
        "index": {"episodes": 0, "unfinished": 0, "chunks": 0, "insights": 0},
        "vectors": True,
        "engine": False,
        "platforms": {},
        "oldest_waiting_seconds": 0,
        "disk_free_bytes": answer.json()["disk_free_bytes"],
        "ticks": {},
    }
    assert answer.json()["disk_free_bytes"] > 0


async def test_a_hanging_tick_asks_for_a_restart_and_a_failing_one_only_for_a_look(app: App) -> None:
    seconds = HandSeconds()
    pulse = Pulse(seconds)
    running = replace(app, engine=Running(Queues({}), pulse))
    pulse.expect("scan", every=60)
    pulse.expect("post", every=30)
    seconds.now += 12
    well = await get(running, "/healthz")
    seconds.now += 3_600
    for tick in ("scan", "post"):
        with suppress(CatalogUnavailable), pulse.of(tick):
            raise CatalogUnavailable("Away.")
    failing = await get(running, "/healthz")
    with pulse.of("post"):
        seconds.now += 1_900
        with pulse.of("scan"):
            pass
        hanging = await get(running, "/healthz")

    assert [(each.status_code, each.json()["status"]) for each in (well, failing, hanging)] == [
        (200, "ok"),
        (200, "degraded"),
        (503, "down"),
    ]
    assert [each.json()["ticks"] for each in (well, failing, hanging)] == [
        {"scan": 12, "post": 12},
        {"scan": 3_612, "post": 3_612},
        {"scan": 0, "post": 5_512},
    ]


async def test_queues_are_counted_for_metrics_while_their_database_is_there(app: App) -> None:
    counted = replace(app, engine=Running(Queues({("llm", "waiting"): 3}), Pulse()))
    away = replace(app, engine=Running(Queues(), Pulse()))

    there, gone, unstarted = [(await get(each, "/metrics")).text for each in (counted, away, app)]

    assert 'podsift_queue_length{queue="llm",state="waiting"} 3.0' in there
    for figures in (gone, unstarted):
        assert 'podsift_up{part="database"} 1.0' in figures
        assert "podsift_queue_length{" not in figures


@pytest.mark.parametrize("mode", ["shut", "slow"])
async def test_a_chroma_server_that_is_away_or_hangs_degrades_and_a_restart_is_not_asked_for(
    tmp_path: Path, mode: str
) -> None:
    with chroma_server(tmp_path / "chroma") as server:
        async with gate_before(server) as (url, gate):
            given = load_settings(data=tmp_path / "data", whisper_model="off", chroma_url=url, _env_file=None)
            async with open_app(given) as opened:
                app = replace(opened, engine=Running(Queues({}), Pulse()))
                well, figures = await get(app, "/healthz"), (await get(app, "/metrics")).text
                gate.mode = mode
                away, fewer = await get(app, "/healthz"), (await get(app, "/metrics")).text

    assert [(each.status_code, each.json()["status"]) for each in (well, away)] == [(200, "ok"), (200, "degraded")]
    assert [each.json()["vectors"] for each in (well, away)] == [True, False]
    assert away.json()["index"] == {"episodes": 0, "unfinished": 0, "chunks": 0, "insights": 0}
    assert 'podsift_up{part="vectors"} 1.0' in figures
    assert 'podsift_up{part="vectors"} 0.0' in fewer
    assert 'podsift_up{part="index"} 1.0' in fewer


async def test_a_disk_without_its_reserve_is_seen(app: App) -> None:
    short = replace(app.upkeep.room, reserve=1 << 80)

    assert (await look(replace(app, upkeep=replace(app.upkeep, room=short)))).is_short
    assert not (await look(app)).is_short


async def test_a_part_that_fails_or_says_nothing_in_time_counts_as_down(app: App) -> None:
    async def silent() -> bool:
        await asyncio.Event().wait()
        return True

    async def up() -> bool:
        return True

    platforms = replace(app.platforms, connections={"slack": silent, "discord": up})
    seen = await look(replace(app, desk=Broken.__new__(Broken), platforms=platforms), patience=0.05)

    assert not seen.database
    assert seen.platforms == {"slack": False, "discord": True}
    assert seen.oldest_waiting == 0.0


async def test_a_database_that_counts_slowly_is_no_database_that_is_down(app: App) -> None:
    uncounted = replace(app, desk=Uncounted(app.desk._db))

    healthy = (await get(uncounted, "/healthz")).json()
    figures = (await get(uncounted, "/metrics")).text

    assert healthy["database"]
    assert 'podsift_up{part="database"} 1.0' in figures
    assert "podsift_oldest_waiting_seconds 0.0" in figures
    assert "podsift_episodes" not in figures


async def test_a_bug_shows_nothing_of_its_inside(app: App) -> None:
    answer = await get(replace(app, desk=Buggy.__new__(Buggy)), "/healthz")

    assert answer.status_code == 500
    assert "unexpected" in answer.text
    assert "somebody" not in answer.text


async def test_an_error_of_ours_is_told_in_words(app: App) -> None:
    async def failing(_request: Request) -> Response:
        raise CatalogUnavailable("The catalogue does not answer.")

    site = make_site(app, (Mount("/slack", routes=[Route("/x", failing)]),))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://bot.example") as client:
        answer = await client.get("/slack/x")

    assert answer.status_code == 503
    assert "The catalogue does not answer." in answer.text


async def test_figures_are_what_prometheus_reads() -> None:
    lines = exposition(condition(platforms={"slack": False})).decode().splitlines()

    for line in (
        'podsift_info{version="1.2.3"} 1.0',
        'podsift_up{part="index"} 1.0',
        'podsift_platform_connected{platform="slack"} 0.0',
        'podsift_episodes{state="ready"} 7.0',
        "podsift_feeds 3.0",
        "podsift_oldest_waiting_seconds 120.0",
        "podsift_disk_free_bytes 3e+10",
        'podsift_tick_age_seconds{tick="scan"} 12.4',
        'podsift_queue_length{queue="llm",state="paused"} 2.0',
        "podsift_index_passages 300.0",
        "podsift_model_dollars_total 1.5",
        'podsift_model_tokens_total{direction="in"} 900.0',
        "# TYPE podsift_model_calls_total counter",
    ):
        assert line in lines


async def test_what_does_not_answer_has_no_figure(app: App) -> None:
    text = exposition(condition(database=False, overview=None, index=None, spending=None)).decode()

    assert 'podsift_up{part="database"} 0.0' in text
    assert "podsift_episodes" not in text
    assert "podsift_index" not in text
    assert "podsift_up" in (await get(app, "/metrics")).text


async def test_serves_the_page_on_a_port_of_its_own_and_stops(app: App) -> None:
    async with serving_page(app) as address:
        assert address is not None
        async with httpx.AsyncClient() as client:
            page = await client.get(address)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(address)

    assert "Nothing here yet" in page.text
    assert "server" not in page.headers


async def test_switched_off_it_serves_nothing_but_what_platforms_need(app: App) -> None:
    async def hears(_request: Request) -> Response:
        return PlainTextResponse("heard")

    off = with_settings(app, web=False)
    async with serving_page(off) as nothing:
        assert nothing is None
    mounts = (Mount("/slack", routes=[Route("/events", hears)]),)
    async with serving_page(off, mounts) as address, httpx.AsyncClient() as client:
        assert (await client.get(f"{address}/slack/events")).text == "heard"
        assert (await client.get(f"{address}/")).status_code == 404


async def test_a_taken_port_costs_the_page_alone(app: App, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = with_settings(app, web_port=taken.getsockname()[1])
        async with serving_page(busy) as address:
            assert address is None
        with pytest.raises(SettingsError, match="PODSIFT_WEB_PORT"):
            async with serving_page(busy, (Mount("/slack", routes=[]),)):
                pass

    assert "choose another PODSIFT_WEB_PORT" in caplog.text


async def test_an_address_that_is_not_of_this_machine_is_named(app: App, caplog: pytest.LogCaptureFixture) -> None:
    for host in ("no such host", "192.0.2.1"):
        async with serving_page(with_settings(app, web_host=host)) as address:
            assert address is None
        assert host in caplog.text


async def test_warns_where_other_machines_reach_it(app: App, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with serving_page(with_settings(app, web_host="0.0.0.0")) as address:  # noqa: S104  that is the case
            assert address is not None

    assert "everyone there is the owner" in caplog.text
