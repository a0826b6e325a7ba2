"""Adding a show by whatever somebody knows of it, through the operation that every surface uses."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import App, open_app
from bot.handover import Progress, Request
from bot.operations import Outcome, perform
from bot.running import OWNER
from bot.settings import load_settings
from bot.texts.message import plain
from pipeline.adapters.directory import ITunes
from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.audience import LOCAL
from tests.peers.directory_peer import DirectoryPeer, Listed
from tests.peers.made_feeds import made_feed
from tests.peers.podcast_host import PodcastHost

PAGE = "<!doctype html><html><head>{links}</head><body>A show</body></html>"
LINK = '<link rel="alternate" type="application/rss+xml" href="{href}">'
NO_EPISODES = b"<rss version='2.0'><channel><title>Comments</title><item><guid>1</guid></item></channel></rss>"


@pytest_asyncio.fixture
async def host() -> AsyncIterator[PodcastHost]:
    async with PodcastHost() as serving:
        serving.serve("/ferns.xml", made_feed(items=2, title="Ferns"))
        serving.serve("/moss.xml", made_feed(items=2, title="Moss"))
        serving.serve("/comments.xml", NO_EPISODES)
        yield serving


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[DirectoryPeer]:
    async with DirectoryPeer() as serving:
        yield serving


@pytest_asyncio.fixture
async def app(tmp_path: Path, peer: DirectoryPeer) -> AsyncIterator[App]:
    settings = load_settings(
        data=tmp_path, allow_networks="127.0.0.0/8", whisper_model="off", zone="UTC", _env_file=None
    )
    async with open_app(settings) as opened, GuardedHttp(allow=("127.0.0.0/8",)) as http:
        yield replace(opened, directory=ITunes(http, base_url=peer.itunes))


def unseen(_progress: Progress) -> None:
    """Nobody watches."""


async def add(app: App, what: str, **more: Any) -> Outcome:
    return await perform(app, OWNER, Request("add", {"address": what, **more}), unseen)


def data(outcome: Outcome) -> dict[str, Any]:
    return dict(outcome.to_reply()["data"])


def page(*hrefs: str) -> bytes:
    return PAGE.format(links="".join(LINK.format(href=href) for href in hrefs)).encode()


async def followed(app: App) -> list[str]:
    return [feed.feed.title for feed in await app.library.feeds(workspace=LOCAL)]


async def test_a_name_that_one_show_has_is_added(app: App, host: PodcastHost, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns", host.url("/ferns.xml")), Listed("Ferns and Friends", host.url("/moss.xml")))

    outcome = await add(app, "the ferns")

    assert (outcome.code, data(outcome)["feed"]["title"]) == (0, "Ferns")
    assert await followed(app) == ["Ferns"]


async def test_a_name_that_several_shows_have_is_answered_with_the_best_three(app: App, peer: DirectoryPeer) -> None:
    peer.know(*(Listed(f"Ferns {n}", f"https://{n}.example/f", "Ada", episodes=n) for n in range(5)))

    outcome = await add(app, "ferns")

    error, told = data(outcome)["error"], plain(outcome.message)
    assert (outcome.code, error["kind"]) == (2, "SeveralShows")
    assert [show["url"] for show in error["shows"]] == [f"https://{n}.example/f" for n in range(3)]
    assert "Ferns 1 by Ada, 1 episode – https://1.example/f" in told
    assert "Ferns 3" not in told
    assert await followed(app) == []


async def test_a_name_that_nobody_knows_is_told(app: App) -> None:
    outcome = await add(app, "Quiet Show")

    assert outcome.code == 2
    assert "No directory knows a show called “Quiet Show”" in plain(outcome.message)


async def test_an_apple_link_is_looked_up(app: App, host: PodcastHost, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns", host.url("/ferns.xml"), number=1234), Listed("Members", None, number=5678))

    added = await add(app, "https://podcasts.apple.com/us/podcast/ferns/id1234")
    missing = await add(app, "https://podcasts.apple.com/us/podcast/members/id5678")

    assert data(added)["feed"]["title"] == "Ferns"
    assert missing.code == 2
    assert "no public feed" in plain(missing.message)


async def test_without_a_network_the_answer_says_that_an_address_works(app: App, host: PodcastHost) -> None:
    async with GuardedHttp(allow=("127.0.0.0/8",)) as http:
        cut_off = replace(app, directory=ITunes(http, base_url="http://127.0.0.1:9"))
        outcome = await add(cut_off, "Ferns")

    assert outcome.code == 4
    assert "The address of the show's feed works without it." in plain(outcome.message)
    assert (await add(app, host.url("/ferns.xml"))).code == 0


async def test_a_page_leads_to_the_one_feed_with_episodes(app: App, host: PodcastHost) -> None:
    url = host.serve("/", page("/gone.xml", "/comments.xml", "/ferns.xml"))

    outcome = await add(app, url)

    assert data(outcome)["feed"]["url"] == host.url("/ferns.xml")


async def test_a_page_of_several_shows_is_answered_with_their_feeds(app: App, host: PodcastHost) -> None:
    outcome = await add(app, host.serve("/", page("/ferns.xml", "/moss.xml")))

    assert [show["title"] for show in data(outcome)["error"]["shows"]] == ["Ferns", "Moss"]
    assert await followed(app) == []


@pytest.mark.parametrize("links", [(), ("/comments.xml",)])
async def test_a_page_without_a_show_is_no_feed_and_leaves_nothing_behind(
    app: App, host: PodcastHost, links: tuple[str, ...]
) -> None:
    outcome = await add(app, host.serve("/", page(*links)))

    assert (outcome.code, data(outcome)["error"]["kind"]) == (2, "NotAFeed")
    assert (await app.desk.overview()).unwell == 0


async def test_an_address_with_a_sign_in_becomes_a_private_feed_without_it(app: App, host: PodcastHost) -> None:
    url = host.url("/ferns.xml").replace("://", "://ada:s3cret@")

    outcome = await add(app, url)

    (feed,) = await app.library.feeds(workspace=LOCAL)
    assert not feed.feed.audience.is_public
    assert await app.pipeline.keys.get(feed.feed.id) == "ada:s3cret"
    assert "s3cret" not in feed.feed.url + str(data(outcome))
    assert host.requests[-1].headers["Authorization"].startswith("Basic ")
    assert "Only this workspace sees it" in plain(outcome.message)


async def test_a_sign_in_goes_to_the_address_that_was_given_and_nowhere_else(app: App, host: PodcastHost) -> None:
    on_page = await add(app, host.serve("/", page("/ferns.xml")), credentials="ada:s3cret")
    by_name = await add(app, "Ferns", credentials="ada:s3cret")

    assert (on_page.code, by_name.code) == (2, 2)
    assert [seen.path for seen in host.requests if "Authorization" in seen.headers] == ["/"]


async def test_what_is_no_address_is_told_with_an_example(app: App) -> None:
    outcome = await add(app, "ftp://ferns.example/feed")

    assert outcome.code == 2
    assert "https://example.org/feed.xml" in plain(outcome.message)
