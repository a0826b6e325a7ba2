"""Who goes first, and where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.queues import ROLES, Job, job_of, limits, queue_of
from bot.engine.verdicts import Verdict, last_of, verdict_on
from bot.shapes.status import StatusShape
from bot.texts.message import plain
from bot.texts.replies import status_reply
from bot.texts.wording import pause_sentence
from pipeline.domain.episode import Episode
from pipeline.domain.errors import CatalogUnavailable, IndexUnavailable, ModelBusy, ModelQuota, NoTranscript
from pipeline.domain.feed import TranscriptOffer, host_of
from pipeline.flows import Stage
from tests.peers.made_episodes import episode as made

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def an_episode(*, days_old: float = 0.0) -> Episode:
    return made("clay", published=NOW - timedelta(days=days_old))


@pytest.mark.parametrize(("days", "rank"), [(0, 1), (0.9, 1), (1, 2), (3, 4), (30, 8), (-2, 1)])
def test_the_newer_an_episode_the_sooner_it_goes(days: float, rank: int) -> None:
    assert job_of(an_episode(days_old=days), NOW).rank == rank


def test_what_was_old_when_its_feed_was_added_goes_last_and_waits_elsewhere() -> None:
    old, new = job_of(replace(an_episode(), backfill=True), NOW), job_of(an_episode(days_old=40), NOW)

    assert old.is_old
    assert not new.is_old
    assert old.rank > new.rank
    assert (queue_of(Stage.INGEST, old), queue_of(Stage.INGEST, new)) == ("backfill", "ingest")
    assert queue_of(Stage.ANALYSE, old) == queue_of(Stage.ANALYSE, new) == "llm"


def test_an_episode_is_counted_at_the_host_of_its_transcript() -> None:
    episode = an_episode()
    offered = replace(episode, found=replace(episode.found, transcripts=(TranscriptOffer("https://t.example/1", "x"),)))

    assert job_of(offered, NOW).host == "t.example"
    assert job_of(episode, NOW).host == host_of(episode.feed_url)
    assert host_of("no address") == "nowhere"


def test_every_queue_is_worked_on_by_some_role_and_by_all() -> None:
    queues = set(limits(is_shared=True))

    assert queues == set(limits(is_shared=False)) == set(ROLES["all"])
    assert queues == {queue for role in ("bot", "worker", "gpu") for queue in ROLES[role]}
    assert {queue_of(stage, Job("e", 1, rank)) for stage in Stage for rank in (1, 9)} <= queues


@pytest.mark.parametrize(
    ("error", "pause", "later"),
    [
        (ModelQuota("No credit."), 3600.0, False),
        (IndexUnavailable("Away."), 120.0, False),
        (CatalogUnavailable("Away."), 120.0, False),
        (ModelBusy("Busy."), None, True),
        (NoTranscript(("None.",)), None, False),
        (ValueError("secret"), None, False),
    ],
)
def test_only_what_is_no_fault_of_the_episode_is_waited_for(error: Exception, pause: float | None, later: bool) -> None:
    verdict = Verdict.of_result(verdict_on(error).as_result())

    assert (verdict.pause, verdict.may_go_well_later, verdict.following) == (pause, later, None)
    assert "secret" not in (verdict.problem or "")


def test_the_last_of_several_tries_counts() -> None:
    several = RuntimeError()
    several.errors = [ValueError(), KeyError()]  # type: ignore[attr-defined]  # as the engine does

    assert isinstance(last_of(several), KeyError)
    assert last_of(several.__class__()) is not several


def test_status_tells_once_why_episodes_wait() -> None:
    until = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    said = pause_sentence("There is no credit left", episodes=3, until=until)
    one = pause_sentence("The index does not answer.", episodes=1, until=until)
    status = StatusShape(
        feeds=1,
        unread_feeds=(),
        ready=0,
        waiting=3,
        held=0,
        failed=(),
        insights=0,
        indexed_episodes=0,
        passages=0,
        channels=(),
        service=True,
        paused=(said,),
    )

    assert said == "There is no credit left. 3 episodes wait; it is tried again at 14:05 UTC."
    assert one == "The index does not answer. One episode waits; it is tried again at 14:05 UTC."
    assert plain(status_reply(status)).count(said) == 1
