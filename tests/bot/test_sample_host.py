"""The host of the sample shows: what is served, to whom, and dated how."""

import io
import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import av
import feedparser
import pytest
from aiohttp import ClientSession, encode_basic_auth
from hypothesis import given
from hypothesis import strategies as st

from bot.sample_host import PRIVATE_SHOW, PUBLIC_SHOWS, SampleHost, render_feed, serve_samples

NOW = datetime(2031, 3, 30, 0, 20, tzinfo=UTC)
SAMPLES = files("bot.samples")
EPISODES = {"gradient-notes": 3, "merge-window": 3, "load-curve": 3, PRIVATE_SHOW: 2}
OFFER = re.compile(r'<podcast:transcript url="([^"]+)" type="([^"]+)"')


def template(show: str) -> str:
    return SAMPLES.joinpath(show, "feed.xml").read_text(encoding="utf-8")


def parse(body: str) -> Any:
    parsed = feedparser.parse(io.BytesIO(body.encode()))
    assert not parsed.bozo
    return parsed


def login(host: SampleHost) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(*host.credentials.split(":"))}


def ages(*, now: datetime) -> list[timedelta]:
    whole = now.replace(microsecond=0)
    entries = [
        entry
        for show in EPISODES
        for entry in parse(render_feed(template(show), base_url="http://127.0.0.1:9", now=now)).entries
    ]
    return [whole - datetime.fromtimestamp(timegm(entry.published_parsed), UTC) for entry in entries]


@pytest.mark.parametrize("show", EPISODES)
async def test_every_feed_is_read_without_complaint(show: str) -> None:
    async with serve_samples(now=NOW) as host, ClientSession(headers=login(host)) as client:
        response = await client.get(f"{host.base_url}/{show}/feed.xml")
        parsed = parse(await response.text())

    assert response.content_type == "application/rss+xml"
    assert len(parsed.entries) == EPISODES[show]
    assert len({entry.id for entry in parsed.entries}) == EPISODES[show]
    published = [entry.published_parsed for entry in parsed.entries]
    assert published == sorted(published, reverse=True)


async def test_every_address_in_the_feeds_answers_with_the_type_it_promises() -> None:
    async with serve_samples(now=NOW) as host, ClientSession() as client:
        for feed in (*host.public_feeds, host.private_feed):
            async with client.get(feed, headers=login(host)) as response:
                body = await response.text()
            assert "{{" not in body
            enclosures = [(e.href, e.type) for entry in parse(body).entries for e in entry.enclosures]
            for url, kind in [*OFFER.findall(body), *enclosures]:
                async with client.get(url) as answer:
                    assert (answer.status, answer.content_type) == (200, kind), url


async def test_the_host_names_its_feeds() -> None:
    async with serve_samples(now=NOW) as host:
        assert host.public_feeds == tuple(f"{host.base_url}/{show}/feed.xml" for show in PUBLIC_SHOWS)
        assert host.private_feed == f"{host.base_url}/{PRIVATE_SHOW}/feed.xml"


@pytest.mark.parametrize("credentials", ["", "member:guess", "guess:tidewell"])
@pytest.mark.parametrize(
    "path",
    ["tidewell-staff-room/feed.xml", "tidewell-staff-room/incident-41.vtt", "audio/incident-41.mp3"],
)
async def test_the_private_feed_and_all_of_it_is_refused_to_strangers(path: str, credentials: str) -> None:
    headers = {"Authorization": encode_basic_auth(*credentials.split(":"))} if credentials else {}
    async with serve_samples(now=NOW) as host, ClientSession(headers=headers) as client:
        response = await client.get(f"{host.base_url}/{path}")
        refusal = await response.text()

    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert "Incident" not in refusal


async def test_the_key_of_the_members_media_does_not_open_the_feed() -> None:
    async with serve_samples(now=NOW) as host, ClientSession() as client:
        async with client.get(host.private_feed, headers=login(host)) as response:
            key = OFFER.findall(await response.text())[0][0].partition("?")[2]
        async with client.get(f"{host.private_feed}?{key}") as response:
            assert response.status == 401


async def test_an_unchanged_feed_is_not_sent_twice() -> None:
    async with serve_samples(now=NOW) as host, ClientSession() as client:
        async with client.get(host.public_feeds[0]) as first:
            etag = first.headers["ETag"]
        async with client.get(host.public_feeds[0], headers={"If-None-Match": etag}) as second:
            again = await second.read()
        async with client.get(host.public_feeds[0], headers={"If-None-Match": '"older"'}) as third:
            assert third.status == 200

    assert second.status == 304
    assert second.headers["ETag"] == etag
    assert again == b""


async def test_what_is_not_there_is_not_found() -> None:
    async with serve_samples(now=NOW) as host, ClientSession() as client:
        for path in ("", "load-curve/nothing.vtt", "audio/feed.mp3", "README.md", "load-curve/../README.md"):
            async with client.get(f"{host.base_url}/{path}") as response:
                assert response.status == 404, path


async def test_the_audio_can_be_decoded_and_is_as_long_as_the_feed_says() -> None:
    async with serve_samples(now=NOW) as host, ClientSession(headers=login(host)) as client:
        response = await client.get(f"{host.base_url}/audio/incident-41.mp3")
        sound = await response.read()

    with av.open(io.BytesIO(sound), "r") as container:
        samples = sum([frame.samples for frame in container.decode(audio=0)])
    assert samples / 8000 == pytest.approx(1.0, abs=0.1)
    assert f'length="{len(sound)}"' in template("load-curve")


async def test_a_fixed_port_keeps_the_addresses_from_run_to_run() -> None:
    async with serve_samples(now=NOW) as first:
        port = int(first.base_url.rpartition(":")[2])
    async with serve_samples(now=NOW + timedelta(days=1), port=port) as second:
        assert second == first
        with pytest.raises(OSError, match="in use"):
            async with serve_samples(now=NOW, port=port):
                pass


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - the zone is drawn
def test_at_any_time_the_newest_episode_is_hours_old_and_eight_are_younger_than_two_days(now: datetime) -> None:
    found = ages(now=now.astimezone(UTC))

    assert timedelta(hours=1) < min(found) < timedelta(hours=6)
    assert max(found) < timedelta(days=10)
    assert sum(age < timedelta(days=2) for age in found) == 8
    assert len(set(found)) == len(found)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - the zone is drawn
def test_the_same_moment_gives_the_same_feed_in_every_zone(now: datetime) -> None:
    text = template("load-curve")

    assert render_feed(text, base_url="http://h", now=now) == render_feed(
        text, base_url="http://h", now=now.astimezone(UTC)
    )


def test_a_base_url_with_markup_cannot_break_the_feed() -> None:
    parsed = parse(render_feed(template("load-curve"), base_url="http://h/?a=1&b=<2>", now=NOW))

    assert parsed.feed.link == "http://h/?a=1&b=<2>/load-curve/feed.xml"
