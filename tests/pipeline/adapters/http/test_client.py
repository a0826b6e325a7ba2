"""The guarded HTTP client, against a host on loopback."""

import asyncio
import resource
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from pipeline.adapters.http.client import GuardedHttp
from pipeline.domain.errors import AddressRefused, FetchError, HttpStatus, TooLarge, TooSlow, Unreachable
from pipeline.domain.feed import Validators
from tests.peers.podcast_host import PodcastHost, bomb, cut, drip, endless, hang, in_turn, redirect, status

LOOPBACK = ("127.0.0.0/8", "::1/128")


@pytest_asyncio.fixture
async def host() -> AsyncIterator[PodcastHost]:
    async with PodcastHost() as running:
        yield running


@pytest_asyncio.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    async with GuardedHttp(allow=LOOPBACK, total_seconds=5) as client:
        yield client


async def test_gives_the_body_with_its_validators_and_type(host: PodcastHost, http: GuardedHttp) -> None:
    url = host.serve(
        "/feed.xml", b"<rss/>", etag='"v1"', content_type="application/rss+xml", cache_control="max-age=900"
    )
    fetched = await http.fetch(url)
    assert fetched.body == b"<rss/>"
    assert fetched.validators.etag == '"v1"'
    assert fetched.validators.body_hash
    assert fetched.content_type == "application/rss+xml"
    assert fetched.max_age == 900
    assert fetched.moved_to is None
    assert not fetched.not_modified


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_unpacks_what_was_packed(host: PodcastHost, http: GuardedHttp, encoding: str) -> None:
    fetched = await http.fetch(host.serve("/feed.xml", b"<rss/>" * 100, encoding=encoding))
    assert fetched.body == b"<rss/>" * 100


async def test_sends_stored_validators_verbatim_and_understands_not_modified(
    host: PodcastHost, http: GuardedHttp
) -> None:
    url = host.serve("/feed.xml", b"<rss/>", etag='W/"odd, \\"one\\""', last_modified="yesterday, about noon")
    first = await http.fetch(url)
    second = await http.fetch(url, validators=first.validators)
    assert second.not_modified
    assert second.body == b""
    assert second.validators == first.validators
    assert host.requests[-1].headers["If-None-Match"] == 'W/"odd, \\"one\\""'
    assert host.requests[-1].headers["If-Modified-Since"] == "yesterday, about noon"


async def test_the_hash_decides_when_the_server_changes_its_etag_each_time(
    host: PodcastHost, http: GuardedHttp
) -> None:
    first = await http.fetch(host.serve("/feed.xml", b"<rss/>", etag='"1"'))
    second = await http.fetch(host.serve("/feed.xml", b"<rss/>", etag='"2"'), validators=first.validators)
    assert second.not_modified
    assert second.validators.etag == '"2"'


async def test_the_hash_decides_when_the_server_keeps_its_etag_for_another_body(
    host: PodcastHost, http: GuardedHttp
) -> None:
    host.routes["/feed.xml"] = in_turn(status(200, text="one", etag='"1"'), status(200, text="two", etag='"1"'))
    first = await http.fetch(host.url("/feed.xml"))
    second = await http.fetch(host.url("/feed.xml"), validators=first.validators)
    assert second.body == b"two"
    assert not second.not_modified


async def test_not_modified_without_a_question_is_an_error(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/feed.xml"] = status(304)
    with pytest.raises(HttpStatus):
        await http.fetch(host.url("/feed.xml"))


async def test_leaves_out_a_validator_that_would_break_the_request(host: PodcastHost, http: GuardedHttp) -> None:
    url = host.serve("/feed.xml", b"<rss/>")
    await http.fetch(url, validators=Validators(etag='"a\r\nX-Evil: 1"', last_modified="x" * 5_000))
    assert not {"If-None-Match", "If-Modified-Since", "X-Evil"} & set(host.requests[-1].headers)


async def test_names_the_new_address_when_every_redirect_is_permanent(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/old"] = redirect("/newer", code=301)
    host.routes["/newer"] = redirect("/feed.xml", code=308)
    host.serve("/feed.xml", b"<rss/>")
    fetched = await http.fetch(host.url("/old"))
    assert fetched.moved_to == fetched.url == host.url("/feed.xml")


async def test_names_no_new_address_when_one_redirect_is_temporary(host: PodcastHost, http: GuardedHttp) -> None:
    final = host.serve("/feed.xml", b"<rss/>")
    host.routes["/old"] = redirect("/newer", code=301)
    host.routes["/newer"] = redirect("/feed.xml", code=302)
    fetched = await http.fetch(host.url("/old"))
    assert fetched.moved_to is None
    assert fetched.url == final


async def test_gives_up_after_five_redirects(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/loop"] = redirect("/loop")
    with pytest.raises(AddressRefused, match="more than 5 times"):
        await http.fetch(host.url("/loop"))
    assert host.times("/loop") == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.com/", "http://[::1", "gopher://x", "http://"])
async def test_follows_redirects_to_the_web_only(host: PodcastHost, http: GuardedHttp, target: str) -> None:
    host.routes["/old"] = redirect(target)
    with pytest.raises(FetchError):
        await http.fetch(host.url("/old"))


async def test_shows_credentials_to_their_own_origin_only(host: PodcastHost, http: GuardedHttp) -> None:
    async with PodcastHost() as stranger:
        stranger.serve("/feed.xml", b"<rss/>")
        host.routes["/private"] = redirect("/step", code=302)
        host.routes["/step"] = redirect(stranger.url("/feed.xml"), code=302)
        await http.fetch(host.url("/private"), credentials="ann:secret")
        assert [seen.headers.get("Authorization") for seen in host.requests] == ["Basic YW5uOnNlY3JldA=="] * 2
        assert "Authorization" not in stranger.requests[0].headers


async def test_sends_a_token_as_bearer_and_userinfo_as_credentials(host: PodcastHost, http: GuardedHttp) -> None:
    url = host.serve("/feed.xml", b"<rss/>")
    await http.fetch(url, credentials="tok")
    await http.fetch(url.replace("http://", "http://ann:se%20cret@"))
    assert [seen.headers["Authorization"] for seen in host.requests] == ["Bearer tok", "Basic YW5uOnNlIGNyZXQ="]


async def test_drops_userinfo_of_a_redirect(host: PodcastHost, http: GuardedHttp) -> None:
    final = host.serve("/feed.xml", b"<rss/>")
    host.routes["/old"] = redirect(final.replace("http://", "http://eve:pw@"))
    fetched = await http.fetch(host.url("/old"))
    assert fetched.url == final
    assert "Authorization" not in host.requests[-1].headers


async def test_errors_show_neither_userinfo_nor_query(host: PodcastHost, http: GuardedHttp) -> None:
    with pytest.raises(HttpStatus) as caught:
        await http.fetch(host.url("/none?token=hidden").replace("http://", "http://ann:pw@"))
    assert caught.value.url == host.url("/none")
    assert "hidden" not in str(caught.value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(("code", "retryable"), [(401, False), (403, False), (410, False), (429, True), (503, True)])
async def test_a_refusal_keeps_its_status(host: PodcastHost, http: GuardedHttp, code: int, *, retryable: bool) -> None:
    host.routes["/feed.xml"] = status(code, retry_after="7")
    with pytest.raises(HttpStatus) as caught:
        await http.fetch(host.url("/feed.xml"))
    assert (caught.value.status, caught.value.retryable, caught.value.retry_after) == (code, retryable, 7)


async def test_stops_an_endless_body_at_the_cap(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/feed.xml"] = endless()
    with pytest.raises(TooLarge):
        await http.fetch(host.url("/feed.xml"), max_bytes=1_000_000)


async def test_refuses_a_body_that_says_it_is_too_large(host: PodcastHost, http: GuardedHttp) -> None:
    url = host.serve("/feed.xml", bytes(2_000))
    with pytest.raises(TooLarge):
        await http.fetch(url, max_bytes=1_999)
    assert len((await http.fetch(url, max_bytes=2_000)).body) == 2_000


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_stops_a_bomb_at_the_cap(host: PodcastHost, http: GuardedHttp, encoding: str) -> None:
    host.routes["/feed.xml"] = bomb(encoding, megabytes=300)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge):
        await http.fetch(host.url("/feed.xml"), max_bytes=5_000_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


async def test_a_dripping_server_loses_its_slot_in_time_and_delays_nobody(host: PodcastHost) -> None:
    host.routes["/drip"] = drip(b"x" * 1_000, pause=0.05)
    async with GuardedHttp(allow=LOOPBACK, total_seconds=1) as http:
        slow = asyncio.create_task(http.fetch(host.url("/drip")))
        assert (await http.fetch(host.serve("/feed.xml", b"<rss/>"))).body == b"<rss/>"
        assert not slow.done()
        with pytest.raises(TooSlow):
            await slow


async def test_a_hanging_server_costs_no_more_than_the_total_time(host: PodcastHost) -> None:
    released = asyncio.Event()
    host.routes["/hang"] = hang(released)
    async with GuardedHttp(allow=LOOPBACK, total_seconds=0.1) as http:
        with pytest.raises(TooSlow):
            await http.fetch(host.url("/hang"))
    released.set()


async def test_waiting_for_a_slot_does_not_count_as_time(host: PodcastHost) -> None:
    host.routes["/slow"] = drip(b"123456", pause=0.03)
    async with GuardedHttp(allow=LOOPBACK, total_seconds=1, per_host=1) as http:
        answers = await asyncio.gather(*(http.fetch(host.url("/slow")) for _ in range(7)))
    assert [answer.body for answer in answers] == [b"123456"] * 7


async def test_a_cut_body_is_an_error_and_no_short_answer(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/feed.xml"] = cut(b"<rss/>" * 100, after=20)
    with pytest.raises(Unreachable, match="cut off"):
        await http.fetch(host.url("/feed.xml"))


async def test_a_damaged_packing_is_an_error(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/feed.xml"] = status(200, text="not gzip at all", content_encoding="gzip")
    with pytest.raises(Unreachable):
        await http.fetch(host.url("/feed.xml"))


async def test_a_huge_header_is_refused(host: PodcastHost, http: GuardedHttp) -> None:
    host.routes["/feed.xml"] = status(200, x_long="x" * 100_000)
    with pytest.raises(Unreachable, match="not proper HTTP"):
        await http.fetch(host.url("/feed.xml"))


async def test_nobody_listening_is_unreachable(http: GuardedHttp, unused_tcp_port: int) -> None:
    with pytest.raises(Unreachable, match="no connection"):
        await http.fetch(f"http://127.0.0.1:{unused_tcp_port}/feed.xml")


async def test_a_name_that_nobody_knows_is_unreachable(http: GuardedHttp) -> None:
    with pytest.raises(Unreachable, match="host name"):
        await http.fetch("http://no-such-host.invalid/feed.xml")


async def test_speaking_tls_to_a_plain_server_is_unreachable(host: PodcastHost, http: GuardedHttp) -> None:
    with pytest.raises(Unreachable, match="certificate or encryption"):
        await http.fetch(host.url("/").replace("http:", "https:"))


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://x:99999/"]
)
async def test_refuses_what_is_no_web_address(http: GuardedHttp, url: str) -> None:
    with pytest.raises(FetchError):
        await http.fetch(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "2130706433",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "localhost",
        "\uff11\uff12\uff17.0.0.1",
    ],
)
async def test_dials_no_private_address_however_it_is_written(host: PodcastHost, address: str) -> None:
    async with GuardedHttp(total_seconds=5) as http:
        with pytest.raises((AddressRefused, Unreachable)):
            await http.fetch(f"http://{address}:{host.port}/feed.xml")
    assert host.requests == []


async def test_a_redirect_to_a_private_address_is_refused(host: PodcastHost) -> None:
    host.routes["/old"] = redirect("http://[::1]:8080/")
    async with GuardedHttp(allow=("127.0.0.1/32",), total_seconds=5) as http:
        with pytest.raises(AddressRefused, match="public address"):
            await http.fetch(host.url("/old"))


async def test_cannot_be_used_outside_of_its_context() -> None:
    with pytest.raises(RuntimeError):
        await GuardedHttp().fetch("http://example.com/")
