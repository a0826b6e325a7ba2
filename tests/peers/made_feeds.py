"""Feeds of any size, made on the spot, in the shape that podcast hosts give them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

_FIRST = datetime(2026, 11, 20, 6, tzinfo=UTC)
_NOTE = (
    "<p>We talk with a guest about what changed since the last time, which numbers hold and which do not.</p>\n<ul>\n"
    '<li><a href="https://show.example/{number}/{part}">Notes &amp; sources</a> &ndash; <em>chapters</em></li>\n'
    '<li><a href="https://other.example/{part}?from={number}">A correction</a> from a listener</li>\n</ul>\n'
)


def made_feed(*, items: int, notes: int = 2_000, first: int = 1, title: str = "A made show") -> bytes:
    """An RSS feed with the podcast tags: `items` episodes down to number `first`, each with about `notes` bytes."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>\n'
        f"<title>{title}</title><link>https://show.example/</link><language>en</language>"
        "<description>Made for a test.</description><itunes:author>Nobody</itunes:author>"
        '<podcast:person role="host">Ada</podcast:person>\n'
    )
    numbers = range(first + items - 1, first - 1, -1)
    return (head + "".join(made_item(number, notes=notes) for number in numbers) + "</channel></rss>\n").encode()


def made_item(number: int, *, notes: int = 2_000) -> str:
    """One item; a higher number is a later day."""
    published = format_datetime(_FIRST - timedelta(days=10_000 - number))
    text = "".join(_NOTE.format(number=number, part=part) for part in range(max(1, notes // (2 * len(_NOTE)))))
    return (
        f"<item><title>Episode {number}: what we found</title><link>https://show.example/{number}</link>"
        f'<guid isPermaLink="false">made-{number}</guid><pubDate>{published}</pubDate>'
        f"<description><![CDATA[{text}]]></description><content:encoded><![CDATA[{text}]]></content:encoded>"
        f'<enclosure url="https://cdn.example/{number}.mp3" length="{40_000_000 + number}" type="audio/mpeg"/>'
        f"<itunes:duration>{1_800 + number % 900}</itunes:duration><itunes:episode>{number}</itunes:episode>"
        f'<podcast:transcript url="https://cdn.example/{number}.vtt" type="text/vtt"/>'
        f'<podcast:transcript url="https://cdn.example/{number}.json" type="application/json"/>'
        f'<podcast:person role="guest">Guest {number}</podcast:person>'
        f'<podcast:chapters url="https://cdn.example/{number}.chapters.json" type="application/json+chapters"/>'
        "</item>\n"
    )
