"""The ticks of a process that fail, hang or are never started are noticed, however the wall's clock is set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import App, open_app
from bot.clock import SystemClock
from bot.handover import Request
from bot.operations import Member, perform_unseen
from bot.pulse import Beat, Pulse
from bot.running import OWNER
from bot.schedule import ticking
from bot.settings import load_settings
from bot.texts.message import plain
from pipeline.domain.errors import IndexUnavailable
from tests.peers.hand_seconds import HandSeconds
from tests.peers.waiting import until

HOURS = 3600.0
MINUTE = 60.0


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with open_app(load_settings(data=tmp_path, whisper_model="off", zone="UTC", _env_file=None)) as opened:
        yield opened


def scanning(seconds: HandSeconds) -> Pulse:
    pulse = Pulse(seconds)
    pulse.expect("scan", every=MINUTE)
    return pulse


async def status(app: App, member: Member) -> tuple[list[str], str]:
    outcome = await perform_unseen(app, member, Request("status"))
    return outcome.to_reply()["data"]["overdue"], plain(outcome.message)


def fail(pulse: Pulse) -> None:
    with suppress(IndexUnavailable), pulse.of("scan"):
        raise IndexUnavailable("The index is away.")


def test_counts_from_the_last_good_end_and_before_the_first_from_the_start() -> None:
    seconds = HandSeconds()
    pulse = scanning(seconds)
    seconds.now += 40
    before = pulse.beats()
    with pulse.of("scan"):
        seconds.now += 3
    seconds.now += 12
    fail(pulse)

    assert before == {"scan": Beat(age=40, is_late=False, is_stuck=False)}
    assert pulse.beats() == {"scan": Beat(age=12, is_late=False, is_stuck=False)}


@pytest.mark.parametrize(
    ("minutes", "is_late", "is_stuck"), [(11, False, False), (11.1, True, False), (31, True, False), (31.1, True, True)]
)
def test_what_never_ends_is_late_after_ten_minutes_and_stuck_after_thirty(
    minutes: float, is_late: bool, is_stuck: bool
) -> None:
    seconds = HandSeconds()
    pulse = scanning(seconds)
    with pulse.of("scan"):
        seconds.now += minutes * MINUTE

        assert pulse.beats()["scan"] == Beat(age=minutes * MINUTE, is_late=is_late, is_stuck=is_stuck)


def test_what_fails_each_time_is_late_and_never_stuck() -> None:
    seconds = HandSeconds()
    pulse = scanning(seconds)
    for _ in range(60):
        seconds.now += MINUTE
        fail(pulse)

    assert pulse.beats()["scan"] == Beat(age=HOURS, is_late=True, is_stuck=False)


def test_what_is_done_once_an_hour_is_not_late_within_it() -> None:
    seconds = HandSeconds()
    pulse = Pulse(seconds)
    pulse.expect("forget", every=HOURS)
    seconds.now += HOURS + 9 * MINUTE

    assert not pulse.beats()["forget"].is_late


async def test_the_schedule_tells_hanging_failing_and_well_apart_and_runs_no_other_roles_ticks() -> None:
    seconds, ends = HandSeconds(), {"posted": 0}
    pulse = Pulse(seconds)

    async def hang() -> None:
        await asyncio.Event().wait()

    async def post() -> None:
        ends["posted"] += 1
        if ends["posted"] > 1:
            raise ValueError("A bug.")

    async def posted_again() -> bool:
        return ends["posted"] > 2

    async with ticking(
        scan_due=hang,
        post_due=post,
        forget_due=None,
        clock=SystemClock(),
        pulse=pulse,
        scan_every=MINUTE,
        post_every=0.01,
    ):
        await until(posted_again)
        seconds.now += HOURS
        before = ends["posted"]

        async def failed_an_hour_later() -> bool:
            return ends["posted"] > before + 1

        await until(failed_an_hour_later)
        beats = pulse.beats()

    assert beats == {
        "scan": Beat(age=HOURS, is_late=True, is_stuck=True),
        "post": Beat(age=HOURS, is_late=True, is_stuck=False),
    }


async def test_status_says_to_the_owner_alone_what_is_overdue(app: App) -> None:
    seconds = HandSeconds()
    app.engine.pulse = scanning(seconds)
    seconds.now += 10 * MINUTE
    before, _ = await status(app, OWNER)
    seconds.now += 5 * MINUTE
    overdue, said = await status(app, OWNER)

    assert before == []
    [sentence] = overdue
    assert "feeds and episodes to read 15 minutes ago" in sentence
    assert sentence in said
    assert (await status(app, replace(OWNER, is_owner=False)))[0] == []
