"""Bytes too broken for lxml, read by feedparser in a child process that is ended when it takes too long."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.adapters.feeds.node import joined, named_after
from pipeline.adapters.feeds.plain_text import plain_text
from pipeline.adapters.feeds.values import length, number, seconds, whole, yes_or_no
from pipeline.domain.errors import FeedUnreadable
from pipeline.domain.feed import Enclosure, FeedUpdate, FoundEpisode
from pipeline.domain.identity import content_hash

_CHILD: Final = "pipeline.adapters.feeds.loose_child"
_START_SECONDS: Final = 10.0
"""What a busy machine may need to start the child, beyond its time for reading."""


def read_loosely(body: bytes, *, url: str, cpu_seconds: float) -> FeedUpdate | None:
    """What feedparser makes of the bytes, None when it sees no feed in them.

    Blocks for up to `cpu_seconds` of work; raises FeedUnreadable when that is not enough.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", _CHILD, str(cpu_seconds)],
            input=body,
            capture_output=True,
            timeout=cpu_seconds + _START_SECONDS,
            check=True,
            # The child reads what strangers wrote: it gets the way to the code and none of our settings.
            env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        )
        told = json.loads(child.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise FeedUnreadable("a document that takes too long to read") from error
    return _update(told, url=url) if told["version"] or told["entries"] else None


def _update(told: Mapping[str, Any], *, url: str) -> FeedUpdate:
    episodes: dict[str, FoundEpisode] = {}
    for entry in told["entries"]:
        episode = _episode(entry, url=url)
        episodes.setdefault(episode.guid, episode)
    return FeedUpdate(
        title=plain_text(told["title"]) or named_after(url),
        link=_page(url, told["link"]),
        description=plain_text(told["subtitle"]),
        language=told["language"] or None,
        author=told["author"] or None,
        image=_page(url, told["image"]),
        explicit=yes_or_no(told["explicit"]),
        new_url=_page(url, told["new_url"]),
        episodes=tuple(episodes.values()),
        warnings=("The feed is damaged; what could be saved of it was read.",),
        is_whole=False,
    )


def _episode(entry: Mapping[str, Any], *, url: str) -> FoundEpisode:
    enclosures = tuple(
        Enclosure(address, kind, length(size))
        for href, kind, size in entry["enclosures"]
        if (address := joined(url, href))
    )
    link = _page(url, entry["link"])
    named = content_hash((entry["title"] or entry["summary"]).encode(errors="replace"))
    when = entry["published"]
    return FoundEpisode(
        guid=entry["id"].strip() or (enclosures[0].url if enclosures else None) or link or f"content:{named}",
        title=plain_text(entry["title"]) or (named_after(enclosures[0].url) if enclosures else ""),
        published=None if when is None else datetime.fromtimestamp(when, UTC),
        link=link,
        summary=plain_text(entry["summary"]),
        enclosures=enclosures,
        duration=seconds(entry["duration"]),
        season=whole(entry["season"]),
        number=number(entry["episode"]),
        episode_type=entry["episode_type"].lower() or None,
        explicit=yes_or_no(entry["explicit"]),
        image=_page(url, entry["image"]),
        author=entry["author"] or None,
    )


def _page(url: str, value: str) -> str | None:
    found = joined(url, value)
    return found if found and found.startswith(("http://", "https://")) else None
