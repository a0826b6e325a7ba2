"""Downloads into files: complete or not there, resumed after a cut, within caps."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.errors import FetchError, HttpStatus, TooLarge, Unreachable
from tests.peers.podcast_host import Answer, PodcastHost, cut, endless, in_turn, redirect, status

AUDIO = bytes(range(256)) * 4_000


@pytest_asyncio.fixture
async def host() -> AsyncIterator[PodcastHost]:
    async with PodcastHost() as running:
        yield running


@pytest_asyncio.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    async with GuardedHttp(allow=("127.0.0.0/8",), total_seconds=5, download_seconds=5) as client:
        yield client


def served(host: PodcastHost, path: str, **headers: str) -> Answer:
    host.serve(path, AUDIO, etag='"v1"', **headers)
    return host.routes[path]


class Arrival:
    """Notices when the first bytes of a download have reached the file."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def __call__(self, _received: int, _total: int | None) -> None:
        self.event.set()


@pytest.fixture
def arrival() -> Arrival:
    return Arrival()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_streams_into_a_file_and_tells_the_progress(host: PodcastHost, http: GuardedHttp, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    served(host, "/ep.mp3", content_type="audio/mpeg")
    host.routes["/track"] = redirect("/ep.mp3", code=302)
    target = tmp_path / "new folder" / "ep.mp3"
    done = await http.download(
        host.url("/track"), target, max_bytes=10_000_000, on_progress=lambda got, of: told.append((got, of))
    )
    assert target.read_bytes() == AUDIO
    assert (done.path, done.size, done.content_type) == (target, len(AUDIO), "audio/mpeg")
    assert told[-1] == (len(AUDIO), len(AUDIO))
    assert names(target.parent) == ["ep.mp3"]


async def test_fault_40_asks_for_the_rest_after_a_cut(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path, arrival: Arrival
) -> None:
    host.routes["/ep.mp3"] = in_turn(
        cut(AUDIO, after=500_000, etag='"v1"', arrived=arrival.event), served(host, "/ep.mp3")
    )
    await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000, on_progress=arrival)
    assert (tmp_path / "ep.mp3").read_bytes() == AUDIO
    assert host.requests[1].headers["If-Range"] == '"v1"'
    assert int(host.requests[1].headers["Range"].strip("bytes=-")) > 0


async def test_fault_40_a_later_call_goes_on_where_the_last_one_stopped(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path, arrival: Arrival
) -> None:
    host.routes["/ep.mp3"] = in_turn(
        cut(AUDIO, after=400_000, etag='"v1"', arrived=arrival.event), status(503), served(host, "/ep.mp3")
    )
    with pytest.raises(HttpStatus):
        await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000, on_progress=arrival)
    assert not (tmp_path / "ep.mp3").exists()
    await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000, on_progress=arrival)
    assert (tmp_path / "ep.mp3").read_bytes() == AUDIO
    assert "Range" in host.requests[2].headers


async def test_fault_41_starts_anew_when_the_file_changed_meanwhile(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path, arrival: Arrival
) -> None:
    host.routes["/ep.mp3"] = in_turn(
        cut(b"old" * 100_000, after=200_000, etag='"v0"', arrived=arrival.event), served(host, "/ep.mp3")
    )
    await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000, on_progress=arrival)
    assert (tmp_path / "ep.mp3").read_bytes() == AUDIO


@pytest.mark.parametrize("answer", [status(416), status(206, text="rest", content_range="bytes 7-10/11")])
async def test_fault_40_starts_anew_when_the_server_continues_wrongly(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path, arrival: Arrival, answer: Answer
) -> None:
    host.routes["/ep.mp3"] = in_turn(
        cut(AUDIO, after=400_000, etag='"v1"', arrived=arrival.event), answer, served(host, "/ep.mp3")
    )
    url, target = host.url("/ep.mp3"), tmp_path / "ep.mp3"
    with pytest.raises(Unreachable, match="continue"):
        await http.download(url, target, max_bytes=10_000_000, on_progress=arrival)
    await http.download(url, target, max_bytes=10_000_000, on_progress=arrival)
    assert target.read_bytes() == AUDIO
    assert "Range" not in host.requests[-1].headers


async def test_fault_40_without_a_validator_a_cut_download_is_not_continued(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path
) -> None:
    host.routes["/ep.mp3"] = cut(AUDIO, after=400_000)
    with pytest.raises(Unreachable, match="cut off"):
        await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000)
    assert host.times("/ep.mp3") == 1


async def test_gives_up_after_four_cuts(host: PodcastHost, http: GuardedHttp, tmp_path: Path) -> None:
    host.routes["/ep.mp3"] = cut(AUDIO, after=300_000, etag='"v1"')
    with pytest.raises(Unreachable):
        await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000)
    assert host.times("/ep.mp3") == 4


@pytest.mark.parametrize("kind", ["announced", "endless"])
async def test_leaves_nothing_of_what_is_too_large(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path, kind: str
) -> None:
    host.routes["/ep.mp3"] = endless() if kind == "endless" else served(host, "/ep.mp3")
    with pytest.raises(TooLarge):
        await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=500_000)
    assert names(tmp_path) == []


async def test_fault_40_goes_through_five_trackers_and_no_further(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path
) -> None:
    host.serve("/0", AUDIO)
    for hops in range(1, 7):
        host.routes[f"/{hops}"] = redirect(f"/{hops - 1}", code=302)
    await http.download(host.url("/5"), tmp_path / "ep.mp3", max_bytes=10_000_000)
    assert (tmp_path / "ep.mp3").read_bytes() == AUDIO
    with pytest.raises(FetchError, match="redirect"):
        await http.download(host.url("/6"), tmp_path / "other.mp3", max_bytes=10_000_000)


async def test_fault_40_a_server_that_tells_no_length_is_read_to_its_end(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path
) -> None:
    async def in_pieces(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for start in range(0, len(AUDIO), 100_000):
            await response.write(AUDIO[start : start + 100_000])
        return response

    host.routes["/ep.mp3"] = in_pieces
    done = await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000)
    assert done.size == len(AUDIO)


async def test_fault_40_an_address_that_expired_is_told_with_its_status(
    host: PodcastHost, http: GuardedHttp, tmp_path: Path, arrival: Arrival
) -> None:
    host.routes["/ep.mp3"] = in_turn(cut(AUDIO, after=400_000, etag='"v1"', arrived=arrival.event), status(403))
    with pytest.raises(HttpStatus) as refused:
        await http.download(host.url("/ep.mp3"), tmp_path / "ep.mp3", max_bytes=10_000_000, on_progress=arrival)
    assert refused.value.status == 403
