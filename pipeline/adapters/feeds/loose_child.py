"""The child process of loose.py: feed bytes in, what feedparser reads of them out as JSON."""

import calendar
import io
import json
import math
import resource
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import feedparser

MOST_ENTRIES: Final = 10_000
_MEMORY: Final = 2 << 30
_LONGEST: Final = 200_000
_FIRST_YEAR: Final = 1971


def main(arguments: list[str], *, source: BinaryIO, target: BinaryIO) -> None:
    """Read `source`, write JSON to `target`; `arguments` holds the seconds of CPU it may take, besides its start."""
    _limit(float(arguments[0]))
    target.write(json.dumps(told_by_feedparser(source.read())).encode())


def told_by_feedparser(body: bytes) -> dict[str, Any]:
    """The feed as plain values. Bytes go in as a stream: feedparser opens a string that looks like a path or URL."""
    found = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    feed = found.feed
    return {
        "version": found.get("version", ""),
        "title": _text(feed, "title"),
        "link": _text(feed, "link"),
        "subtitle": _text(feed, "subtitle"),
        "language": _text(feed, "language"),
        "author": _text(feed, "author"),
        "image": _image(feed),
        "explicit": _answer(feed.get("itunes_explicit")),
        "new_url": _text(feed, "itunes_new-feed-url"),
        "entries": [_entry(entry) for entry in found.entries[:MOST_ENTRIES]],
    }


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    content = [_text(part, "value") for part in entry.get("content", ())]
    return {
        "id": _text(entry, "id"),
        "title": _text(entry, "title"),
        "link": _text(entry, "link"),
        "summary": max([_text(entry, "summary"), *content], key=len),
        "published": _epoch(entry),
        "enclosures": [
            [_text(link, "href"), _text(link, "type"), _text(link, "length")] for link in entry.get("enclosures", ())
        ],
        "duration": _text(entry, "itunes_duration"),
        "season": _text(entry, "itunes_season"),
        "episode": _text(entry, "itunes_episode"),
        "episode_type": _text(entry, "itunes_episodetype"),
        "explicit": _answer(entry.get("itunes_explicit")),
        "image": _image(entry),
        "author": _text(entry, "author"),
    }


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""


def _image(found: Mapping[str, Any]) -> str:
    image = found.get("image")
    return _text(image, "href") if isinstance(image, Mapping) else ""


def _answer(value: object) -> str:
    """Feedparser says True, False, or None for «clean»."""
    return "" if value is None else str(value)


def _epoch(entry: Mapping[str, Any]) -> int | None:
    """Seconds since 1970. A date of that year is a server without a clock."""
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    return calendar.timegm(parsed) if parsed and parsed[0] >= _FIRST_YEAR else None


def _limit(cpu_seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + cpu_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main(sys.argv[1:], source=sys.stdin.buffer, target=sys.stdout.buffer)
