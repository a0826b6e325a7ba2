"""The whole path on the sample shows, through the operations that every surface uses."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import LOCAL_CHANNEL, App, open_app
from bot.handover import Progress, Request
from bot.operations import Member, Outcome, perform
from bot.reception import Reception
from bot.running import OWNER
from bot.sample_host import SampleHost, serve_samples
from bot.settings import Settings, load_settings
from bot.texts.message import Message, plain
from bot.texts.message_json import from_json, to_json
from pipeline.domain.audience import LOCAL, WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.errors import UnknownChannel

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGER = Member(WorkspaceId("slack:T9"), "slack:T9/C1", "eve", is_curator=True)


def unseen(_progress: Progress) -> None:
    """Nobody watches."""


async def told(app: App, operation: str, member: Member = OWNER, **arguments: Any) -> Outcome:
    return await perform(app, member, Request(operation, arguments), unseen)


def data(outcome: Outcome) -> dict[str, Any]:
    assert from_json(to_json(outcome.message)) == outcome.message
    return dict(outcome.to_reply()["data"])


def settings_for(folder: Path) -> Settings:
    return load_settings(data=folder, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host() -> AsyncIterator[SampleHost]:
    async with serve_samples(now=datetime.now(UTC)) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(host: SampleHost, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    """All four sample shows, read and indexed; a stranger's workspace follows one public show."""
    async with open_app(settings_for(tmp_path_factory.mktemp("data"))) as opened:
        for address in host.public_feeds:
            assert (await told(opened, "add", address=address)).code == 0
        assert (await told(opened, "add", address=host.private_feed, credentials=host.credentials)).code == 0
        await opened.channels.save(
            Channel(STRANGER.channel_id, STRANGER.workspace, "general"), workspace=STRANGER.workspace
        )
        await told(opened, "add", STRANGER, address=host.public_feeds[0])
        assert data(await told(opened, "scan"))["ready"] == 11
        yield opened


async def test_every_episode_is_ready_and_none_failed(app: App) -> None:
    status = data(await told(app, "status"))

    assert (status["feeds"], status["ready"], status["waiting"], status["failed"]) == (4, 11, 0, [])
    assert status["indexed_episodes"] == 11
    assert status["insights"] >= 11


async def test_the_days_five_are_posted_once_however_often_they_are_asked_for(app: App) -> None:
    first, second = data(await told(app, "digest")), data(await told(app, "digest"))

    assert first == second
    assert first["state"] == "sent"
    assert len(first["items"]) == 5
    assert len(await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL)) == 1


async def test_every_posted_quote_was_said_at_the_linked_second(app: App) -> None:
    digest = data(await told(app, "digest"))

    for item in digest["items"]:
        candidate = await app.evidence.insight(item["id"], workspace=LOCAL)
        assert candidate is not None
        spoken = await app.evidence.segments(candidate.episode.id, workspace=LOCAL)
        around = [
            s.text
            for s in spoken
            if s.start is not None and s.end is not None and s.start <= item["end"] and s.end >= item["start"]
        ]
        words = " ".join(around).lower()
        assert " ".join(item["quote"].lower().split()[:4]) in " ".join(words.split())
        assert item["url"] is None or item["url"].endswith(f"#t={int(item['start'])}")


async def test_a_dry_run_stores_and_posts_nothing(app: App) -> None:
    tried = data(await told(app, "digest", STRANGER, dry_run=True))
    explained = await told(app, "digest", STRANGER, dry_run=True, explain=True)
    day = date.fromisoformat(tried["day"])

    assert tried["items"]
    assert tried["state"] == "draft"
    assert "novelty" in plain(explained.message).lower()
    assert await app.pipeline.digests.load(STRANGER.channel_id, day, workspace=STRANGER.workspace) is None


async def test_a_day_that_has_not_come_is_refused_and_posts_nothing(app: App) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()

    for tried_out in (False, True):
        outcome = await told(app, "digest", date=tomorrow.isoformat(), dry_run=tried_out)
        assert (outcome.code, data(outcome)["error"]["kind"]) == (2, "BadInput")
        assert "has not come yet" in data(outcome)["error"]["sentence"]
    assert await app.pipeline.digests.load(LOCAL_CHANNEL, tomorrow, workspace=LOCAL) is None


async def test_a_day_that_is_over_is_only_looked_at(app: App) -> None:
    await told(app, "digest")
    posts = await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL)

    for day in (datetime.now(UTC).date() - timedelta(days=back) for back in (2, 3)):
        outcome = await told(app, "digest", date=day.isoformat())
        assert (outcome.code, data(outcome)["items"]) == (3, [])
        assert plain(outcome.message).startswith("Nothing was posted on ")
        assert data(await told(app, "digest", date=day.isoformat(), dry_run=True))["items"] == []
    assert await app.board.latest(workspace=LOCAL, channel_id=LOCAL_CHANNEL) == posts


async def test_a_channel_that_is_not_there_is_told_beside_those_that_are(app: App) -> None:
    outcome = await told(app, "digest", channel="local:nosuch")

    assert plain(outcome.message) == f"There is no channel “local:nosuch”. There is: {LOCAL_CHANNEL}."


async def test_a_question_is_answered_with_passages_that_name_their_place(app: App) -> None:
    outcome = await told(app, "ask", question="Why did our heating bill go up although the heat pump works?")

    answer = data(outcome)
    titles = {citation["passage"]["episode_title"] for citation in answer["citations"]}
    assert outcome.code == 0
    assert "The heat pump was fine, the tariff was not" in titles
    for citation in answer["citations"]:
        passage = citation["passage"]
        assert passage["feed_url"].startswith("http")
        assert passage["guid"]
        assert passage["text"]
        assert passage["end"] > passage["start"] >= 0


async def test_what_nobody_said_is_not_answered(app: App) -> None:
    outcome = await told(app, "ask", question="How do we protect our database against ransomware?")

    assert outcome.code == 3
    assert data(outcome)["grade"] == "not found"
    assert "did not find" in plain(outcome.message)


async def test_search_can_be_limited_to_a_show_and_a_day(app: App) -> None:
    here = data(await told(app, "search", query="small model", show="Gradient", k=3))
    later = await told(app, "search", query="small model", since="2999-01-01")

    assert {passage["feed_title"] for passage in here["passages"]} == {"Gradient Notes"}
    assert len(here["passages"]) == 3
    assert (later.code, data(later)["passages"]) == (3, [])


@pytest.mark.parametrize(
    ("operation", "arguments", "kind"),
    [
        ("add", {"address": "http://127.0.0.1:9/feed.xml"}, "Unreachable"),
        ("add", {"address": "http://10.0.0.1/feed.xml"}, "AddressRefused"),
        ("remove", {"name": "No Such Show"}, "UnknownFeed"),
        ("digest", {"channel": "slack:T1/C1"}, "BadInput"),
        ("digest", {"date": "tomorrow"}, "BadInput"),
        ("search", {"query": "x", "k": 99}, "BadInput"),
        ("ask", {"question": "  "}, "BadInput"),
        ("schedule", {"zone": "Mars/Base"}, "BadInput"),
        ("card", {"insight": "9"}, "BadInput"),
        ("fly", {}, "BadInput"),
    ],
)
async def test_what_goes_wrong_is_told_in_plain_words(
    app: App, operation: str, arguments: dict[str, Any], kind: str
) -> None:
    outcome = await told(app, operation, **arguments)

    error = data(outcome)["error"]
    assert outcome.code in {2, 4, 1}
    assert error["kind"] == kind
    assert error["sentence"].endswith((".", "?", "!"))
    assert "Traceback" not in plain(outcome.message)


async def test_a_feed_that_cannot_be_read_is_not_followed(app: App) -> None:
    before = data(await told(app, "list"))

    refused = data(await told(app, "add", address="http://127.0.0.1:9/feed.xml"))

    assert not refused["error"]["mends_itself"]
    assert data(await told(app, "list")) == before


async def test_a_stranger_never_meets_the_private_show(app: App, host: SampleHost) -> None:
    secret = "What did the half year of the new price bring us?"

    ours = data(await told(app, "ask", question=secret))
    theirs = data(await told(app, "ask", STRANGER, question=secret))
    found = data(await told(app, "search", STRANGER, query="certificate incident price seat"))
    digest = data(await told(app, "digest", STRANGER, dry_run=True))
    feeds = data(await told(app, "list", STRANGER))

    assert any(c["passage"]["feed_title"] == "Tidewell Staff Room" for c in ours["citations"])
    for shown in (theirs, found, digest, feeds):
        assert "Tidewell" not in str(shown)
    private = [f for f in await app.library.feeds(workspace=LOCAL) if not f.feed.audience.is_public]
    for episode in await app.library.episodes(private[0].feed.id, workspace=LOCAL):
        for insight in await app.evidence.insights(episode.id, workspace=LOCAL):
            assert (await told(app, "card", insight=insight.id)).code == 0
            assert (await told(app, "card", STRANGER, insight=insight.id)).code == 2
    with pytest.raises(UnknownChannel):
        await app.pipeline.channels.get(LOCAL_CHANNEL, workspace=STRANGER.workspace)
    assert (await told(app, "digest", STRANGER, channel=LOCAL_CHANNEL)).code == 2


async def test_what_opens_the_private_feed_is_shown_nowhere(app: App, host: SampleHost) -> None:
    _user, password = host.credentials.split(":")

    for operation in ("list", "status", "digest"):
        outcome = await told(app, operation)
        assert password not in str(data(outcome)).replace("tidewell-staff-room", "")
        assert password not in plain(outcome.message).lower().replace("tidewell-staff-room", "").replace(
            "tidewell staff room", ""
        )
    stored = (app.settings.data / "catalog.db").read_bytes() + (app.settings.data / "catalog.db-wal").read_bytes()
    assert host.credentials.encode() not in stored


async def test_members_without_the_role_cannot_change_or_operate(app: App) -> None:
    reader = Member(LOCAL, LOCAL_CHANNEL, "rita")

    assert (await told(app, "remove", reader, name="Gradient")).code == 2
    assert (await told(app, "scan", STRANGER)).code == 2


async def test_the_prompt_takes_commands_questions_and_numbers(app: App) -> None:
    await told(app, "digest")
    reception = Reception(app)

    async def hear(line: str) -> str:
        reply: Message = await reception.hear(line, OWNER, thread="t")
        return plain(reply)

    assert "Gradient Notes" in await hear("/podcast list")
    assert "What you can say" in await hear("help")
    assert "Did you mean “search”" in await hear("/serch models")
    assert "passages" in (await hear("What is it that no. 1 says, and why?")).lower()
    assert "passages" in (await hear("and why is that?")).lower()
    assert "A minute around it" in await hear("/card 1")


@dataclass(frozen=True, slots=True)
class InDays:
    """A clock that is so many days ahead."""

    days: int

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


async def test_before_the_days_post_a_number_means_the_last_post(app: App) -> None:
    items = data(await told(app, "digest"))["items"]
    tomorrow, later = replace(app, clock=InDays(1)), replace(app, clock=InDays(30))

    assert items[1]["headline"] in plain((await told(tomorrow, "card", insight="2")).message)
    nothing = data(await told(later, "card", insight="2"))["error"]["sentence"]
    assert nothing.startswith("Nothing was posted here this week. The next post comes on ")
    wrong = data(await told(app, "card", insight="9"))["error"]["sentence"]
    assert wrong.startswith("There is no insight no. 9 in the post of ")
    assert wrong.endswith("it has no. 1 to 5.")


async def test_a_question_can_name_the_day_whose_numbers_it_means(app: App) -> None:
    day = data(await told(app, "digest"))["day"]
    later = replace(app, clock=InDays(30))

    meant = data(await told(later, "ask", question="What is said in no. 2, and why?", date=day))
    wrong = await told(app, "ask", question="What is said in no. 2?", date="last friday")

    assert meant["citations"]
    assert (wrong.code, "not a date" in plain(wrong.message)) == (2, True)


async def test_votes_and_saved_insights_belong_to_their_member(app: App) -> None:
    item = data(await told(app, "digest"))["items"][0]
    reception = Reception(app)

    assert "more like this" in plain(await reception.press(f"up:{item['id']}", OWNER))
    assert "Saved" in plain(await reception.press(f"save:{item['id']}", OWNER))
    assert item["headline"] in plain((await told(app, "saved")).message)
    assert item["headline"] not in plain((await told(app, "saved", STRANGER)).message)
    assert await app.reactions.votes(LOCAL_CHANNEL, workspace=LOCAL) == {item["id"]: 1}


async def test_who_votes_against_an_insight_is_asked_why_and_its_card_says_so(app: App) -> None:
    reception = Reception(app)
    (found, *_) = data(await told(app, "digest"))["items"]
    asked = await reception.press(f"down:{found['id']}", OWNER)
    assert "say why" in plain(asked)
    assert "Noted: not what was said" in plain(await reception.press(f"why-wrong:{found['id']}", OWNER))
    assert "not what was said (1)" in plain(await reception.press(f"card:{found['id']}", OWNER))
    assert "What is wrong with" in plain(await reception.press(f"report:{found['id']}", OWNER))
    assert "is no reason" in plain(await reception.press(f"why-odd:{found['id']}", OWNER))
    await reception.press(f"up:{found['id']}", OWNER)
    assert "Members here say" not in plain(await reception.press(f"card:{found['id']}", OWNER))


async def test_the_schedule_is_shown_set_paused_and_resumed(app: App) -> None:
    shown = data(await told(app, "schedule", at="08:30", zone="Europe/Berlin"))
    paused = data(await told(app, "pause"))
    resumed = data(await told(app, "resume"))

    assert (shown["at"], shown["zone"]) == ("08:30:00", "Europe/Berlin")
    assert (paused["paused"], paused["next_post"]) == (True, None)
    assert resumed["next_post"] is not None


async def test_doctor_finds_nothing_wrong(app: App) -> None:
    outcome = await told(app, "doctor")

    assert outcome.code == 0
    assert {check["state"] for check in data(outcome)["checks"]} <= {"ok", "off"}


async def test_a_reindex_gives_the_same_passages(app: App) -> None:
    before = data(await told(app, "search", query="heat pump"))

    rebuilt = data(await told(app, "reindex"))

    assert rebuilt["episodes"] == 11
    assert data(await told(app, "search", query="heat pump")) == before


async def test_a_removed_show_is_gone_from_answers_at_once(app: App, host: SampleHost) -> None:
    removed = await told(app, "remove", name="Load Curve")

    answer = data(await told(app, "ask", question="Why did our heating bill go up although the heat pump works?"))
    back = data(await told(app, "add", address=host.public_feeds[2]))

    assert "No longer following" in plain(removed.message)
    assert "Load Curve" not in str(answer["citations"])
    assert back["is_new"]
    assert back["feed"]["ready"] == 3
