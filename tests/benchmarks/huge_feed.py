"""One new episode in a huge feed, in ratios against feedparser: body in hand, and with our store.

`python -m tests.benchmarks.huge_feed [MEGABYTES]` (15 MB: about 40 s). Every reading is of the same two bodies, the
second with one item more; times are the best of several, since a shared machine only ever adds.
"""

import asyncio
import io
import sys
import time
from collections.abc import Callable
from typing import Final

import feedparser

from pipeline.adapters.feeds.reader import read_feed
from pipeline.domain.feed import Validators
from pipeline.domain.identity import content_hash
from pipeline.ports import Fetched
from tests.peers.made_feeds import made_feed, made_item
from tests.peers.measuring import measured
from tests.peers.scanning import scanner

_ITEMS: Final = 2_000
_FRAME: Final = 850
"""Bytes of an item beside its notes."""
_ROUNDS: Final = 5
_URL: Final = "https://show.example/feed.xml"


def main() -> None:
    """Print what the new item costs, and the ratios."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    notes = max(100, int(megabytes * 1_000_000 / _ITEMS) - _FRAME)
    before = made_feed(items=_ITEMS, notes=notes)
    after = before.replace(b"<item>", made_item(_ITEMS + 1, notes=notes).encode() + b"<item>", 1)
    seen = read_feed(before, url=_URL).items
    assert len(read_feed(after, url=_URL, known=seen).episodes) == 1
    ours = _best(lambda: read_feed(after, url=_URL, known=seen), rounds=_ROUNDS)
    full = _best(lambda: read_feed(after, url=_URL), rounds=2)
    peer = _best(lambda: feedparser.parse(io.BytesIO(after)), rounds=1)
    stored = asyncio.run(_stored(before, after))
    print(f"{len(after) / 1e6:.1f} MB, {_ITEMS} episodes, one new; CPU ms")
    print(f"new item alone {ours * 1e3:.1f}, everything {full * 1e3:.0f}, feedparser {peer * 1e3:.0f}")
    print(f"a whole reading with our store {stored * 1e3:.1f}")
    print(f"feedparser / new item alone: {peer / ours:.0f} (target 200)")
    print(f"feedparser / everything, every tag kept: {peer / full:.1f}")
    print(f"feedparser / a whole reading with our store: {peer / stored:.0f}")


def _best(work: Callable[[], object], *, rounds: int) -> float:
    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(rounds))


class _InHand:
    """A fetcher whose body is there already."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        max_bytes: int = 25_000_000,
        credentials: str | None = None,
    ) -> Fetched:
        """The body, with its hash as the real client gives it."""
        del validators, max_bytes, credentials
        return Fetched(url, self.body, validators=Validators(body_hash=content_hash(self.body)))


async def _stored(before: bytes, after: bytes) -> float:
    """Everything that a reading does but the network, for the changed body."""
    fetcher = _InHand(before)
    async with scanner([_URL], fetcher=fetcher) as feeds:
        await feeds.scan()
        fetcher.body = after
        cost = await measured(feeds.scan)
        assert cost.new == 1
        return cost.seconds


if __name__ == "__main__":
    main()
