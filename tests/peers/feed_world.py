"""A world to scan in: a feed that a test edits, a Fetcher in memory, the real parser and a real catalogue.

world = FeedWorld(stores)
world.feeds[URL] = feed_xml(item(1), item(2))
scan = await world.scan(feed.id)
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from pipeline.adapters.feeds import FeedReader
from pipeline.domain.errors import FetchError, HttpStatus
from pipeline.domain.feed import Validators
from pipeline.domain.identity import content_hash
from pipeline.ports import Fetched
from pipeline.steps.scan import Scan, scan_feed
from tests.peers.catalog import NOW, Stores
from tests.peers.fake_keys import FakeKeys

URL = "https://pods.example/feed.xml"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a made feed. `audio` None leaves the enclosure out."""

    guid: str
    title: str
    audio: str | None = None
    published: datetime | None = None
    seconds: int | None = None
    notes: str = ""
    transcripts: tuple[str, ...] = ()


def item(n: int, *, days_old: float = 0.0, notes: str = "", transcripts: tuple[str, ...] = ()) -> Item:
    """The episode number `n`."""
    return Item(
        guid=f"guid-{n}",
        title=f"Part {n}",
        audio=f"https://cdn.example/{n}.mp3",
        published=NOW - timedelta(days=days_old, minutes=n),
        seconds=1000 + 60 * (n % 200),
        notes=notes,
        transcripts=transcripts,
    )


def feed_xml(*items: Item, title: str = "Ocean Hour", new_url: str | None = None) -> bytes:
    """An RSS feed of these items, in this order."""
    moved = "" if new_url is None else f"<itunes:new-feed-url>{escape(new_url)}</itunes:new-feed-url>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0">'
        f"<channel><title>{escape(title)}</title>{moved}{''.join(map(_item_xml, items))}</channel></rss>"
    ).encode()


def _item_xml(it: Item) -> str:
    parts = [f"<title>{escape(it.title)}</title>", f'<guid isPermaLink="false">{escape(it.guid)}</guid>']
    if it.published is not None:
        parts.append(f"<pubDate>{format_datetime(it.published)}</pubDate>")
    if it.audio is not None:
        parts.append(f'<enclosure url={quoteattr(it.audio)} length="1" type="audio/mpeg"/>')
    if it.seconds is not None:
        parts.append(f"<itunes:duration>{it.seconds}</itunes:duration>")
    parts += [f'<podcast:transcript url={quoteattr(url)} type="text/vtt"/>' for url in it.transcripts]
    return f"<item>{''.join(parts)}<description>{escape(it.notes)}</description></item>"


@dataclass
class FeedWorld:
    """`feeds` maps addresses to bodies or errors, `redirects` an address to another and whether that is for good.

    It is its own Fetcher: it answers 304 to the validators that it gave, and follows its redirects.
    """

    stores: Stores
    feeds: dict[str, bytes | FetchError] = field(default_factory=dict)
    redirects: dict[str, tuple[str, bool]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    keys: FakeKeys = field(default_factory=FakeKeys)

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
    ) -> Fetched:
        """What is at the address, like the real client gives it."""
        self.asked.append(url)
        end, is_permanent = url, True
        while end in self.redirects:
            end, is_for_good = self.redirects[end]
            is_permanent = is_permanent and is_for_good
        answer = self.feeds.get(end, HttpStatus(end, 404))
        if isinstance(answer, FetchError):
            raise answer
        given = Validators(etag=content_hash(answer), body_hash=content_hash(answer))
        known = validators is not None and validators.body_hash == given.body_hash
        return Fetched(
            url=end,
            body=b"" if known else answer,
            validators=given,
            not_modified=known,
            moved_to=end if end != url and is_permanent else None,
        )

    async def scan(self, feed_id: str, *, hold_after: int = 2) -> Scan:
        """Read the feed once, with the real parser and the real catalogue."""
        return await scan_feed(
            feed_id,
            feeds=self.stores.feeds,
            history=self.stores.feeds,
            keys=self.keys,
            fetcher=self,
            parser=FeedReader(),
            clock=self.stores.clock,
            hold_after=hold_after,
            jitter=0.5,
        )

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.stores.clock.time += timedelta(**span)
