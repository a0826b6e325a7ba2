"""Faults 11 to 26 of a feed's server: the real client on loopback, the real parser, a real catalogue.

Whatever the server does, a reading ends in time with a sentence for people, and the known episodes stay.
"""

import asyncio
import gzip
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.errors import (
    AddressRefused,
    FeedUnreadable,
    HttpStatus,
    PodsiftError,
    TooLarge,
    TooSlow,
    Unreachable,
)
from pipeline.domain.feed import Feed, FeedState
from pipeline.steps.scan import Scan, scan_feed
from tests.peers.catalog import OURS, Stores
from tests.peers.fake_keys import FakeKeys
from tests.peers.feed_world import feed_xml, item
from tests.peers.made_certificates import Authority
from tests.peers.podcast_host import (
    Answer,
    PodcastHost,
    bomb,
    cut,
    drip,
    endless,
    hang,
    in_turn,
    redirect,
    status,
)

RawAnswer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LOOPBACK = ("127.0.0.0/8",)
PATH = "/feed.xml"
SHOW = tuple(item(n, days_old=n) for n in range(1, 4))
BODY = feed_xml(*SHOW)
AGAIN = "It is tried again by itself."


@dataclass
class Reader:
    """Reads one feed of the host; it was read well once."""

    stores: Stores
    host: PodcastHost
    feed_id: str = ""
    total_seconds: float = 3.0

    async def begin(self) -> None:
        self.feed_id = (await self.stores.followed_feed(self.host.serve(PATH, BODY))).id
        assert (await self.scan()).new == len(SHOW)

    async def scan(self) -> Scan:
        async with GuardedHttp(allow=LOOPBACK, total_seconds=self.total_seconds) as http:
            return await scan_feed(
                self.feed_id,
                feeds=self.stores.feeds,
                history=self.stores.feeds,
                keys=FakeKeys(),
                fetcher=http,
                parser=FeedReader(),
                clock=self.stores.clock,
                hold_after=2,
                jitter=0.5,
            )

    async def meet(self, answer: Answer) -> Scan:
        """Read the feed from a server that answers so, a day later."""
        self.host.routes[PATH] = answer
        self.stores.clock.time += timedelta(days=1)
        return await self.scan()

    async def feed(self) -> Feed:
        return await self.stores.feeds.get(self.feed_id)

    async def titles(self) -> set[str]:
        listed = await self.stores.library.episodes(self.feed_id, workspace=OURS)
        return {e.title for e in listed if e.left_at is None}


@pytest.fixture
async def reader(stores: Stores) -> AsyncIterator[Reader]:
    async with PodcastHost() as host:
        made = Reader(stores, host)
        await made.begin()
        yield made
        assert await made.titles() >= {"Part 1", "Part 2", "Part 3"}


def text(body: bytes, **headers: str) -> Answer:
    return status(200, text=body.decode(), **headers)


async def test_fault_11_a_server_that_hangs_before_its_header(reader: Reader) -> None:
    released = asyncio.Event()
    reader.total_seconds = 0.2
    scan = await reader.meet(hang(released))
    released.set()
    assert isinstance(scan.error, TooSlow)
    assert (await reader.feed()).reason == f"Its server did not answer in time. {AGAIN}"


async def test_fault_11_a_server_that_drips_its_body(reader: Reader) -> None:
    reader.total_seconds = 0.4
    scan = await reader.meet(drip(BODY, pause=0.03))
    assert isinstance(scan.error, TooSlow)


async def test_fault_11_a_server_that_drips_its_header(reader: Reader) -> None:
    async def answer(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stream.readuntil(b"\r\n\r\n")
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 400:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.03)

    reader.total_seconds = 0.4
    assert isinstance(await _from_socket(reader, answer), TooSlow)


async def test_fault_12_a_redirect_that_never_ends(reader: Reader) -> None:
    scan = await reader.meet(redirect(PATH))
    assert isinstance(scan.error, AddressRefused)
    assert "redirects more than 5 times" in (await reader.feed()).reason


async def test_fault_15_a_feed_that_is_gone_is_paused_at_once_with_what_to_do(reader: Reader) -> None:
    await reader.meet(status(410))
    feed = await reader.feed()
    assert (feed.state, feed.next_read) == (FeedState.PAUSED, None)
    assert feed.reason == (
        "The publisher says that this feed is gone for good (410). "
        "It is no longer read: give its new address or remove it."
    )
    assert await reader.stores.due(reader.stores.clock.now() + timedelta(days=99)) == ()


async def test_fault_15_a_feed_that_is_not_found_is_borne_for_a_week(reader: Reader) -> None:
    states = []
    for _ in range(8):
        await reader.meet(status(404))
        states.append((await reader.feed()).state)
    assert states == [FeedState.FAILING] * 6 + [FeedState.PAUSED] * 2
    assert "nothing at its address any more (404)" in (await reader.feed()).reason


@pytest.mark.parametrize(("code", "words"), [(401, "user name and a password"), (403, "turns us away")])
async def test_fault_16_a_refusal_backs_off_and_says_so(reader: Reader, code: int, words: str) -> None:
    pauses = []
    for _ in range(3):
        scan = await reader.meet(status(code, text="<html>Sign in</html>"))
        feed = await reader.feed()
        assert isinstance(scan.error, HttpStatus)
        assert feed.next_read is not None
        pauses.append(feed.next_read - reader.stores.clock.now())
    assert words in feed.reason
    assert pauses == sorted(pauses)
    assert pauses[2] > 2 * pauses[0]


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html><title>Sign in</title>", "<html><body>Just a moment...</body>"])
async def test_fault_16_a_sign_in_or_challenge_page_instead_of_the_feed(reader: Reader, page: str) -> None:
    scan = await reader.meet(status(200, text=page, content_type="text/html"))
    assert isinstance(scan.error, FeedUnreadable)
    assert (await reader.feed()).reason == f"What this address gives is a web page, not a feed. {AGAIN}"
    for _ in range(2):
        await reader.meet(status(200, text=page))
    assert (await reader.feed()).state is FeedState.PAUSED


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "hours"),
    [("7200", 2.0), ("Mon, 23 Nov 2026 15:00:00 GMT", 3.0), ("864000", 24.0), ("soon", 0.25)],
)
async def test_fault_17_retry_after_is_obeyed_up_to_a_day(
    reader: Reader, code: int, retry_after: str, hours: float
) -> None:
    scan = await reader.meet(status(code, retry_after=retry_after, date="Mon, 23 Nov 2026 12:00:00 GMT"))
    feed = await reader.feed()
    assert isinstance(scan.error, HttpStatus)
    assert feed.next_read == reader.stores.clock.now() + timedelta(hours=hours)


async def test_fault_18_a_body_without_an_end(reader: Reader) -> None:
    reader.total_seconds = 20
    scan = await reader.meet(endless())
    assert isinstance(scan.error, TooLarge)
    assert "larger than 25,000,000 bytes" in (await reader.feed()).reason


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_fault_19_a_bomb(reader: Reader, encoding: str) -> None:
    scan = await reader.meet(bomb(encoding, megabytes=60))
    assert isinstance(scan.error, TooLarge)


async def test_fault_20_a_header_of_twenty_megabytes(reader: Reader) -> None:
    async def answer(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stream.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(320):
            writer.write(b"x" * 65_536)
            await writer.drain()

    assert isinstance(await _from_socket(reader, answer), Unreachable)


async def test_fault_21_a_certificate_that_is_wrong_or_past_is_never_accepted(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    good, past = authority.server("good.example"), authority.server("past.example", days_left=-1)
    wrong = authority.server("wrong.example", address=None)
    async with PodcastHost(tls=good) as one, PodcastHost(tls=past) as two, PodcastHost(tls=wrong) as three:
        urls = [host.serve(PATH, BODY) for host in (one, two, three)]
        assert await _fetched_by_one_who_trusts(authority.file, urls) == ["read", "Unreachable", "Unreachable"]
        assert await _fetched_by_one_who_trusts(Path(os.devnull), urls[:1]) == ["Unreachable"]
        assert [host.times(PATH) for host in (one, two, three)] == [1, 0, 0]


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream", "image/png", "nonsense"])
async def test_fault_22_a_wrong_content_type_does_no_harm(reader: Reader, content_type: str) -> None:
    scan = await reader.meet(text(feed_xml(item(0), *SHOW), content_type=content_type))
    assert (scan.error, scan.new) == (None, 1)


async def test_fault_22_a_page_that_names_a_feed_is_not_followed_there(reader: Reader) -> None:
    page = f'<html><link rel="alternate" type="application/rss+xml" href="{reader.host.url("/other.xml")}">'
    reader.host.serve("/other.xml", feed_xml(item(9)))
    scan = await reader.meet(status(200, text=page))
    assert isinstance(scan.error, FeedUnreadable)
    assert reader.host.times("/other.xml") == 0


async def test_fault_23_a_feed_cut_in_the_middle_keeps_its_items_and_takes_nothing_out(reader: Reader) -> None:
    body = feed_xml(item(0), *SHOW)
    scan = await reader.meet(text(body[: body.index(b"Part 2")]))
    assert (scan.error, scan.new) == (None, 1)
    assert await reader.titles() == {"Part 0", "Part 1", "Part 2", "Part 3"}


async def test_fault_23_a_connection_that_breaks_in_the_body(reader: Reader) -> None:
    scan = await reader.meet(cut(feed_xml(item(0), *SHOW), after=300))
    assert isinstance(scan.error, Unreachable)
    assert await reader.titles() == {"Part 1", "Part 2", "Part 3"}


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 9_000 + b'"><!ENTITY b "' + b"&a;" * 900 + b'">]><rss>' + b"&b;" * 900,
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title>',
        b"<rss><channel>" + b"<a>" * 40_000,
        b"<rss><channel><item " + b" ".join(b'a%d=""' % n for n in range(40_000)) + b"/></channel></rss>",
        b"<rss><channel><item><author>a@" + b"a." * 16_000 + b"</author></item></channel></rss>",
        b"<rss>\0<channel>\0</channel>",
        b"\xff\xfe\x00<\x00",
    ],
    ids=["laughs", "entity", "depth", "attributes", "author", "nul", "encoding"],
)
async def test_fault_24_a_hostile_document(reader: Reader, body: bytes) -> None:
    packed = gzip.compress(body)
    reader.host.serve(PATH, body, encoding="gzip")
    assert len(packed) < 1_000_000
    before = os.times()
    reader.stores.clock.time += timedelta(days=1)
    await reader.scan()
    after = os.times()
    assert sum(after[:4]) - sum(before[:4]) < 5
    assert "root:" not in (await reader.feed()).title


async def test_fault_24_a_blank_line_before_the_declaration(reader: Reader) -> None:
    assert (await reader.meet(text(b"\n\n" + feed_xml(item(0), *SHOW)))).new == 1


async def test_fault_25_an_answer_of_unchanged_with_a_body(reader: Reader) -> None:
    body = feed_xml(item(0), *SHOW)

    async def answer(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await stream.readuntil(b"\r\n\r\n")
        line = b"304 Not Modified" if b"If-None-Match" in asked else b"200 OK"
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (line, len(body)) + body)

    assert await _from_socket(reader, answer) is None
    assert await reader.titles() == {"Part 0", "Part 1", "Part 2", "Part 3"}


async def test_fault_25_the_same_etag_for_another_body(reader: Reader) -> None:
    same = (await reader.feed()).validators.etag or ""
    assert (await reader.meet(text(feed_xml(item(0), *SHOW), etag=same))).new == 1


async def test_fault_25_a_weak_etag_that_changes_each_time(reader: Reader) -> None:
    answers = [text(BODY, etag=f'W/"{n}"') for n in range(3)]
    reader.host.routes[PATH] = in_turn(*answers)
    for n in range(3):
        scan = await reader.scan()
        assert (scan.error, scan.new) == (None, 0)
        assert (await reader.feed()).validators.etag == f'W/"{n}"'


async def test_fault_26_a_name_that_is_not_known_backs_off_and_is_never_given_up(reader: Reader) -> None:
    feed = await reader.feed()
    await reader.stores.feeds.record(replace(feed, url="http://no-such-host.invalid/feed.xml"), ())
    pauses = []
    for _ in range(12):
        reader.stores.clock.time += timedelta(days=3)
        assert isinstance((await reader.scan()).error, Unreachable)
        now = await reader.feed()
        assert now.state is FeedState.FAILING
        assert now.next_read is not None
        pauses.append(now.next_read - reader.stores.clock.now())
    assert "host name is not known" in now.reason
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(days=1)


async def _from_socket(reader: Reader, answer: RawAnswer) -> PodsiftError | None:
    """What a reading makes of a server that writes its own bytes; returns the error."""
    done: list[asyncio.Task[object] | None] = []

    async def connected(stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        done.append(asyncio.current_task())
        try:
            with suppress(OSError):
                await answer(stream, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PATH}"
        await reader.stores.feeds.record(replace(await reader.feed(), url=url), ())
        scan = await reader.scan()
        for task in filter(None, done):
            task.cancel()
        await asyncio.gather(*filter(None, done), return_exceptions=True)
        return scan.error


_CHILD = """
import asyncio, json, sys
from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.errors import FetchError

async def told(http, url):
    try:
        return "read" if (await http.fetch(url)).body else "empty"
    except FetchError as error:
        return type(error).__name__

async def main():
    async with GuardedHttp(allow=("127.0.0.0/8",), total_seconds=5) as http:
        print(json.dumps([await told(http, url) for url in sys.argv[1:]]))

asyncio.run(main())
"""


async def _fetched_by_one_who_trusts(authorities: Path, urls: list[str]) -> list[str]:
    """What a process of its own gets that trusts these authorities: the library reads them as it is imported."""
    environment = {**os.environ, "SSL_CERT_FILE": str(authorities), "SSL_CERT_DIR": str(authorities.parent / "none")}
    command = [sys.executable, "-c", _CHILD, *urls]
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, check=True, timeout=30
    )
    found: list[str] = json.loads(done.stdout)
    return found
