from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from pipeline.adapters.directory import Directories, ITunes, PodcastIndex
from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.errors import DirectoryUnavailable
from pipeline.domain.intake.finding import FoundShow, OnApple
from pipeline.ports import ShowDirectory
from tests.peers.directory_peer import KEY, SECRET, DirectoryPeer, Listed

FERNS = "https://ferns.example/feed.xml"


class NoonClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[DirectoryPeer]:
    async with DirectoryPeer() as serving:
        yield serving


@pytest_asyncio.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    async with GuardedHttp(allow=("127.0.0.0/8",)) as client:
        yield client


def podcast_index(http: GuardedHttp, peer: DirectoryPeer, *, secret: str = SECRET) -> PodcastIndex:
    return PodcastIndex(http, key=KEY, secret=secret, clock=NoonClock(), base_url=peer.index)


@pytest.fixture(params=["itunes", "podcast index", "both"])
def directory(request: pytest.FixtureRequest, http: GuardedHttp, peer: DirectoryPeer) -> ShowDirectory:
    itunes, index = ITunes(http, base_url=peer.itunes), podcast_index(http, peer)
    both = Directories(index, itunes)
    known: dict[str, ShowDirectory] = {"itunes": itunes, "podcast index": index, "both": both}
    return known[request.param]


async def test_a_name_gives_shows_with_their_feeds_best_first(directory: ShowDirectory, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns", FERNS, "Ada", episodes=7), Listed("More  Ferns", "http://more.example/rss", episodes=0))

    assert await directory.search("ferns & moss") == (
        FoundShow("Ferns", FERNS, "Ada", 7),
        FoundShow("More Ferns", "http://more.example/rss", "Nobody", None),
    )


async def test_a_show_without_a_public_feed_is_no_find(directory: ShowDirectory, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns for members", None, number=7), Listed("Ferns", "javascript:alert(1)", number=8))

    assert await directory.search("ferns") == ()
    assert await directory.lookup(OnApple(7)) is None
    assert await directory.lookup(OnApple(8)) is None


async def test_one_feed_listed_twice_is_one_find(directory: ShowDirectory, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns", FERNS), Listed("Ferns again", "http://ferns.example/feed.xml/"))

    assert [show.title for show in await directory.search("ferns", limit=5)] == ["Ferns"]


async def test_an_apple_number_gives_its_show(directory: ShowDirectory, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns", FERNS, "Ada", number=4242))

    assert await directory.lookup(OnApple(4242, "de")) == FoundShow("Ferns", FERNS, "Ada", 12)
    assert await directory.lookup(OnApple(1)) is None


@pytest.mark.parametrize("status", [403, 429, 500])
async def test_a_directory_that_refuses_is_told_in_plain_words(
    directory: ShowDirectory, peer: DirectoryPeer, status: int
) -> None:
    peer.broken = status

    with pytest.raises(DirectoryUnavailable, match="address of the show's feed works without it") as caught:
        await directory.search("ferns")
    assert SECRET not in str(caught.value)
    with pytest.raises(DirectoryUnavailable):
        await directory.lookup(OnApple(1))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"[" * 100_000, b""])
async def test_an_answer_that_is_not_as_documented_is_no_answer(
    directory: ShowDirectory, peer: DirectoryPeer, body: bytes
) -> None:
    peer.body = body

    with pytest.raises(DirectoryUnavailable, match="unexpected"):
        await directory.search("ferns")


async def test_hits_that_are_odd_are_left_out(directory: ShowDirectory, peer: DirectoryPeer) -> None:
    peer.body = b'{"results": [1, {"feedUrl": 5}, {"feedUrl": "https://a.example/"}], "feeds": "no", "feed": []}'

    assert await directory.search("ferns") == ()
    assert await directory.lookup(OnApple(1)) is None


async def test_without_a_network_the_sentence_says_what_works(http: GuardedHttp) -> None:
    with pytest.raises(DirectoryUnavailable, match="no connection could be made"):
        await ITunes(http, base_url="http://127.0.0.1:9").search("ferns")


async def test_podcast_index_gets_a_signature_and_never_the_secret(http: GuardedHttp, peer: DirectoryPeer) -> None:
    await podcast_index(http, peer).search("ferns")

    (asked,) = peer.asked
    assert asked.headers["X-Auth-Date"] == "1795348800"
    assert SECRET not in str(asked.headers) + asked.path_qs


async def test_a_wrong_secret_is_named_as_such_and_the_other_directory_answers(
    http: GuardedHttp, peer: DirectoryPeer
) -> None:
    peer.know(Listed("Ferns", FERNS))
    wrong = podcast_index(http, peer, secret="other")

    with pytest.raises(DirectoryUnavailable, match="refused our key"):
        await wrong.search("ferns")
    assert len(await Directories(wrong, ITunes(http, base_url=peer.itunes)).search("ferns")) == 1


async def test_podcast_index_knows_which_feeds_are_dead(http: GuardedHttp, peer: DirectoryPeer) -> None:
    peer.know(Listed("Ferns", FERNS, dead=True))

    assert await podcast_index(http, peer).search("ferns") == ()
