"""Real feeds and the fixtures of other parsers, where PODSIFT_CORPUS names a folder that holds them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.adapters.feeds.reader import read_feed
from pipeline.domain.errors import FeedUnreadable
from pipeline.domain.feed import FoundEpisode

# The reasons why we differ from what a suite expects.
RELATIVE_GUID = "their guid is resolved against the feed's address, ours is what the feed says"
LINK_AS_GUID = "without a guid we take the enclosure's address, they take the link"
WRONG_TEXT = "their text was decoded wrongly"
DIFFERENT = {
    "podcastparser/itunes_no_xmlns.rss": RELATIVE_GUID,
    "podcastparser/media_episode_thumbnail_group.rss": RELATIVE_GUID,
    "podcastparser/no_guid.rss": LINK_AS_GUID,
    "rss-parser/encoding.rss": WRONG_TEXT,
}


def corpus() -> Path:
    folder = os.environ.get("PODSIFT_CORPUS")
    if not folder:
        pytest.skip("PODSIFT_CORPUS names no corpus")
    return Path(folder)


def told(episode: FoundEpisode) -> dict[str, Any]:
    return {
        "title": episode.title,
        "guid": episode.guid,
        "link": episode.link,
        "published": episode.published.timestamp() if episode.published else None,
        "duration": episode.duration,
        "enclosures": [enclosure.url for enclosure in episode.enclosures],
        "transcript_url": episode.transcripts[0].url if episode.transcripts else None,
    }


def test_reads_every_fixture_as_its_suite_expects() -> None:
    folder = corpus() / "fixtures" / "feeds"
    differing = set()
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if "normalized" not in case:
            continue
        expected = json.loads((folder / case["normalized"]).read_text(encoding="utf-8"))
        update = read_feed((folder / case["input"]).read_bytes(), url=f"https://x.example/{case['input']}")
        found = [told(episode) for episode in update.episodes]
        wanted = [{name: value for name, value in item.items() if value} for item in expected["items"]]
        same = len(found) == len(wanted) and all(
            got[name] == value for got, want in zip(found, wanted, strict=True) for name, value in want.items()
        )
        if not same or expected["title"] not in {None, "", update.title}:
            differing.add(case["id"])
    assert differing <= set(DIFFERENT)


def test_no_fixture_without_expectations_crashes() -> None:
    folder = corpus() / "fixtures" / "feeds"
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            read_feed((folder / json.loads(line)["input"]).read_bytes(), url="https://x.example/feed.xml")
        except FeedUnreadable as error:
            assert error.reason  # noqa: PT017 - being refused with a reason is as good as being read


def test_real_feeds_are_read_completely() -> None:
    for path in sorted((corpus() / "host").glob("*/feed*.xml")):
        body = path.read_bytes()
        update = read_feed(body, url="https://x.example/feed.xml")
        assert len(update.episodes) == body.count(b"<item>"), path
        assert sum(len(episode.transcripts) for episode in update.episodes) == body.count(b"<podcast:transcript "), path
        assert all(episode.title and episode.guid and episode.published for episode in update.episodes), path
        assert update.warnings == (), path
