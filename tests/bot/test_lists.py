"""Lists of shows in and out, and older episodes, through the operations that every surface uses."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.app import App, open_app
from bot.handover import Progress, Request
from bot.operations import Outcome, perform
from bot.running import OWNER
from bot.settings import load_settings
from bot.shapes.insights import EpisodeInsightsShape, RejectedShape
from bot.texts.insight_replies import episode_insights_reply
from bot.texts.message import plain
from pipeline.adapters.opml import OpmlFeed, read_opml, write_opml
from pipeline.domain.audience import LOCAL
from pipeline.domain.episode import EpisodeState
from pipeline.domain.insight import Author
from pipeline.domain.spending import Purpose, Spending, SpendingTotal
from tests.peers.made_feeds import made_feed
from tests.peers.podcast_host import PodcastHost

TOKEN = "q7Rk2Lw9Zt4Xc8Vb1Nm6Hg3Jf5"


@pytest_asyncio.fixture
async def host() -> AsyncIterator[PodcastHost]:
    async with PodcastHost() as serving:
        for name in ("Ferns", "Moss", "Lichen"):
            serving.serve(f"/{name.lower()}.xml", made_feed(items=5, title=name))
        serving.serve(f"/{TOKEN}.xml", made_feed(items=1, title="Members"))
        serving.serve("/page", b"<html><body>No feed</body></html>")
        yield serving


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", backfill=2, _env_file=None
    )
    async with open_app(settings) as opened:
        yield opened


async def told(app: App, operation: str, report: list[Progress] | None = None, **arguments: Any) -> Outcome:
    seen = [] if report is None else report
    return await perform(app, OWNER, Request(operation, arguments), seen.append)


def data(outcome: Outcome) -> dict[str, Any]:
    return dict(outcome.to_reply()["data"])


def listed(*urls: str) -> str:
    feeds = [OpmlFeed(url.rpartition("/")[2].partition(".")[0].title(), url) for url in urls]
    return base64.b64encode(write_opml(feeds, title="Mine")).decode()


def titles(shows: list[dict[str, Any]]) -> list[str]:
    return [show["title"] for show in shows]


async def test_several_addresses_are_several_shows_each_with_its_own_result(app: App, host: PodcastHost) -> None:
    await told(app, "add", address=host.url("/ferns.xml"))
    urls = " ".join(map(host.url, ("/ferns.xml", "/moss.xml", f"/gone.xml?token={TOKEN}", "/page")))

    outcome = await told(app, "add", address=urls)

    result = data(outcome)
    assert [(one["feed"]["title"], one["is_new"]) for one in result["added"]] == [("Ferns", False), ("Moss", True)]
    assert len(result["failed"]) == 2
    assert TOKEN not in str(outcome.to_reply())
    assert outcome.code == 1
    assert "1 show added, 1 followed already, 2 not added." in plain(outcome.message)
    assert "“podsift scan” reads them now" in plain(outcome.message)
    assert titles(data(await told(app, "list"))["feeds"]) == ["Ferns", "Moss"]


async def test_a_sign_in_is_for_one_show(app: App, host: PodcastHost) -> None:
    urls = f"{host.url('/ferns.xml')} {host.url('/moss.xml')}"

    assert (await told(app, "add", address=urls, credentials="a:b")).code == 2
    assert data(await told(app, "list"))["feeds"] == []


async def test_where_nothing_is_followed_every_command_says_so_with_the_same_code(app: App) -> None:
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("scan", {}),
        ("list", {}),
        ("digest", {}),
        ("ask", {"question": "What of ferns?"}),
        ("search", {"query": "ferns"}),
    )
    for operation, arguments in asked:
        outcome = await told(app, operation, **arguments)
        assert (outcome.code, plain(outcome.message)[:27]) == (3, "Nothing is followed here ye")


async def test_an_episode_without_any_claim_is_told_from_one_that_fell_at_the_gate() -> None:
    found = EpisodeInsightsShape(
        episode="e",
        feed_title="Ferns",
        title="One",
        published=datetime.now(UTC),
        state="ready",
        insights=(),
        rejected=(),
    )
    fallen = found.model_copy(
        update={"rejected": (RejectedShape(headline="h", body="b", quote="q", reason="quote", detail=""),)}
    )

    assert plain(episode_insights_reply(found, with_rejected=True)).endswith("No claim was found in it.")
    assert "Nothing of this episode passed the gate." in plain(episode_insights_reply(fallen, with_rejected=True))


async def test_a_list_is_told_apart_into_new_known_and_unreachable(app: App, host: PodcastHost) -> None:
    await told(app, "add", address=host.url("/ferns.xml"))
    progress: list[Progress] = []
    urls = ("/gone.xml", "/ferns.xml", "/moss.xml", "/page", "/moss.xml/", "/lichen.xml")

    outcome = await told(app, "import", progress, opml=listed(*map(host.url, urls), "http://10.0.0.1/x.xml"))

    result = data(outcome)
    assert titles(result["new"]) == ["Moss", "Lichen"]
    assert titles(result["duplicate"]) == ["Ferns"]
    assert [(f["title"], f["reason"]) for f in result["unreachable"]] == [
        ("Gone", "the server answered 404."),
        ("Page", "It is a web page, not a feed."),
        ("X", "it is not at a public address, or not at a port of the web."),
    ]
    assert outcome.code == 1
    assert (progress[-1].done, progress[-1].total) == (6, 6)
    assert len(await app.library.feeds(workspace=LOCAL)) == 3
    assert (await app.desk.overview()).unwell == 0


async def test_a_dry_run_says_the_same_and_stores_nothing(app: App, host: PodcastHost) -> None:
    await told(app, "add", address=host.url("/ferns.xml"))

    async def moved(_request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/ferns.xml"})

    host.routes["/old.xml"] = moved
    urls = map(host.url, ("/ferns.xml", "/moss.xml", "/gone.xml", "/old.xml"))

    outcome = await told(app, "import", opml=listed(*urls), dry_run=True)

    result = data(outcome)
    assert (titles(result["new"]), titles(result["duplicate"]), titles(result["unreachable"])) == (
        ["Moss"],
        ["Ferns", "Old"],
        ["Gone"],
    )
    assert outcome.code == 0
    assert "1 show would be added, 2 followed already, 1 not readable." in plain(outcome.message)
    assert "dry run" in plain(outcome.message)
    assert len(await app.library.feeds(workspace=LOCAL)) == 1


async def test_importing_twice_changes_nothing(app: App, host: PodcastHost) -> None:
    opml = listed(host.url("/ferns.xml"), host.url("/moss.xml"))
    await told(app, "import", opml=opml)

    again = data(await told(app, "import", opml=opml))

    assert (again["new"], titles(again["duplicate"])) == ([], ["Ferns", "Moss"])


async def test_a_members_feed_is_imported_as_a_private_one_and_its_key_is_shown_nowhere(
    app: App, host: PodcastHost
) -> None:
    signed = host.url("/moss.xml").replace("://", "://ada:s3cret@")
    gone = host.url(f"/gone.xml?auth={TOKEN}x")
    outcome = await told(app, "import", opml=listed(host.url(f"/{TOKEN}.xml"), signed, gone))

    feeds = await app.library.feeds(workspace=LOCAL)
    shown = [outcome] + [await told(app, name) for name in ("list", "export", "status")]
    shown.append(await told(app, "export", private=True))
    assert [feed.feed.audience.is_public for feed in feeds] == [False, False]
    assert [show["audience"] for show in data(outcome)["new"]] == ["private", "private"]
    for one in shown:
        assert TOKEN not in str(data(one)) + plain(one.message)
        assert "s3cret" not in str(data(one)) + plain(one.message)


async def test_a_list_at_an_address_is_read_too(app: App, host: PodcastHost) -> None:
    url = host.serve("/shows.opml", base64.b64decode(listed(host.url("/ferns.xml"))))

    assert titles(data(await told(app, "import", address=url))["new"]) == ["Ferns"]


@pytest.mark.parametrize(
    ("opml", "sentence"),
    [
        (base64.b64encode(b"{}").decode(), "not an OPML list"),
        (listed(), "names no feed"),
        ("%%%", "did not arrive whole"),
        (listed(*(f"https://{n}.example/f" for n in range(2_001))), "at most 2000"),
    ],
)
async def test_what_is_no_list_is_refused_with_a_reason(app: App, opml: str, sentence: str) -> None:
    outcome = await told(app, "import", opml=opml)

    assert outcome.code == 2
    assert sentence in plain(outcome.message)


async def test_a_long_list_is_told_shortly(app: App) -> None:
    opml = listed(*(f"http://10.0.0.1/{n}.xml" for n in range(40)))

    assert "and 10 more" in plain((await told(app, "import", opml=opml)).message)


async def test_an_export_can_be_imported_again(app: App, host: PodcastHost) -> None:
    for name in ("ferns", "moss"):
        await told(app, "add", address=host.url(f"/{name}.xml"))
    await told(app, "add", address=host.url("/lichen.xml"), private=True)

    public, everything = await told(app, "export"), await told(app, "export", private=True)

    exported = read_opml(data(public)["opml"].encode())
    assert [(feed.title, feed.url) for feed in exported] == [
        ("Ferns", host.url("/ferns.xml")),
        ("Moss", host.url("/moss.xml")),
    ]
    assert data(public)["left_out"] == 1
    assert "1 private show left out" in plain(public.message)
    assert len(read_opml(data(everything)["opml"].encode())) == 3
    assert "without what opens them" in plain(everything.message)


async def test_private_shows_are_exported_for_curators_only(app: App) -> None:
    reader = replace(OWNER, is_curator=False, is_owner=False)

    outcome = await perform(app, reader, Request("export", {"private": True}), lambda _progress: None)

    assert outcome.code == 2
    assert "nothing" not in plain((await told(app, "export")).message)


async def test_a_backfill_says_what_it_means_before_anything_happens(app: App, host: PodcastHost) -> None:
    await told(app, "add", address=host.url("/ferns.xml"))

    asked = await told(app, "backfill", name="Ferns", count=2)
    status = data(await told(app, "status"))
    started = await told(app, "backfill", name="Ferns", count=2, confirmed=True)

    assert (data(asked)["held"], data(asked)["episodes"], data(asked)["started"]) == (3, 2, False)
    assert (data(asked)["published"], data(asked)["dollars"]) == (2, 0.0)
    text = plain(asked.message)
    assert "2 older episodes of Ferns" in text
    assert "It is free" in text
    assert "backfill Ferns 2 --yes" in text
    assert (status["waiting"], status["held"]) == (2, 3)
    assert data(started)["started"]
    waiting = await app.pipeline.episodes.waiting()
    assert [episode.state for episode in waiting] == [EpisodeState.WAITING] * 4


async def test_a_backfill_tells_what_has_to_be_transcribed_or_cannot_be(app: App, host: PodcastHost) -> None:
    body = made_feed(items=5, title="Silent").replace(b"podcast:transcript", b"podcast:nothing")
    await told(app, "add", address=host.serve("/silent.xml", body))

    asked = data(await told(app, "backfill", name="Silent", count=3))

    assert (asked["published"], asked["to_transcribe"], asked["unreadable"], asked["hours"]) == (0, 0, 3, None)
    assert "transcription is switched off" in plain((await told(app, "backfill", name="1", count=3)).message)


async def test_nothing_held_is_told(app: App, host: PodcastHost) -> None:
    await told(app, "add", address=host.url(f"/{TOKEN}.xml"))

    assert "No older episodes" in plain((await told(app, "backfill", name="Members", count=5, confirmed=True)).message)
    assert (await told(app, "backfill", name="Members", count=0)).code == 2
    assert (await told(app, "backfill", name="Nobody", count=5)).code == 2


class Spent:
    """A ledger in which every episode cost five cents."""

    def __init__(self, calls: int) -> None:
        self._calls = calls

    async def record(self, spending: Spending) -> None:
        raise AssertionError(spending)

    async def total(
        self, *, since: datetime, subject: str | None = None, purpose: Purpose | None = None
    ) -> SpendingTotal:
        assert since.tzinfo is not None
        assert purpose is Purpose.EXTRACT
        assert subject
        return SpendingTotal(calls=self._calls, micros=50_000)


@pytest.mark.parametrize(("calls", "sentence"), [(2, "about 0.15 dollars"), (0, "cannot be told yet")])
async def test_with_a_language_model_a_backfill_tells_what_it_may_cost(
    app: App, host: PodcastHost, calls: int, sentence: str
) -> None:
    await told(app, "add", address=host.url("/ferns.xml"))
    for episode in await app.pipeline.episodes.waiting():
        await app.pipeline.episodes.settle(episode.id, EpisodeState.READY)
    pipeline = replace(app.pipeline, author=Author.MODEL)

    asked = await told(replace(app, pipeline=pipeline, spending=Spent(calls)), "backfill", name="Ferns", count=3)

    assert sentence in plain(asked.message)
