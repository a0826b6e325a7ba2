"""Reading feeds with the real parts on a catalogue of its own, as the service does, for measuring it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.adapters.catalog import SqlFeedLedger, Subscriptions, open_catalog
from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.http import GuardedHttp
from pipeline.domain.audience import LOCAL
from pipeline.ports import Fetcher
from pipeline.steps.scan import scan_feed
from tests.peers.fake_keys import FakeKeys

_AT_ONCE = 50


class WallClock:
    """The time."""

    def now(self) -> datetime:
        """The aware UTC time."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Scanner:
    """Follows some feeds and reads them."""

    ledger: SqlFeedLedger
    fetcher: Fetcher
    feed_ids: tuple[str, ...]

    async def scan(self) -> int:
        """Read every feed once; the number of new episodes."""
        slots, keys, parser, clock = asyncio.Semaphore(_AT_ONCE), FakeKeys(), FeedReader(), WallClock()

        async def one(feed_id: str) -> int:
            async with slots:
                scan = await scan_feed(
                    feed_id,
                    feeds=self.ledger,
                    history=self.ledger,
                    keys=keys,
                    fetcher=self.fetcher,
                    parser=parser,
                    clock=clock,
                    hold_after=50,
                    jitter=0.5,
                )
            if scan.error is not None:
                raise scan.error
            return scan.new

        return sum(await asyncio.gather(*map(one, self.feed_ids)))


@asynccontextmanager
async def scanner(urls: Sequence[str], *, fetcher: Fetcher | None = None) -> AsyncIterator[Scanner]:
    """A scanner of these feeds, with the guarded client when no fetcher is given; all is gone afterwards."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        db = await stack.enter_async_context(open_catalog(f"sqlite:///{folder}/catalog.db"))
        if fetcher is None:
            fetcher = await stack.enter_async_context(GuardedHttp(allow=("127.0.0.0/8",)))
        clock = WallClock()
        subscriptions = Subscriptions(db, clock=clock)
        feeds = [await subscriptions.add(url, workspace=LOCAL) for url in urls]
        yield Scanner(SqlFeedLedger(db, clock=clock), fetcher, tuple(feed.id for feed in feeds))
