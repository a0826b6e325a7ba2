"""Reading feeds with the real parts on a catalogue of its own, as the service does, for measuring it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.adapters.catalog import SqlFeedKeys, SqlFeedLedger, Subscriptions, open_catalog
from pipeline.adapters.feeds import FeedReader
from pipeline.adapters.http.client import GuardedHttp
from pipeline.adapters.sealing import Seal
from pipeline.domain.audience import LOCAL, PUBLIC
from pipeline.domain.feed import feed_id
from pipeline.ports import Fetcher
from pipeline.steps.scan import scan_feed

_AT_ONCE = 50
_SECRET = "k" * 42 + "k="


class WallClock:
    """The time."""

    def now(self) -> datetime:
        """The aware UTC time."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Scanner:
    """Follows some feeds and reads them, with the guarded client when no fetcher is given."""

    ledger: SqlFeedLedger
    keys: SqlFeedKeys
    feed_ids: tuple[str, ...]
    fetcher: Fetcher | None = None
    clock: WallClock = field(default_factory=WallClock)

    async def scan(self) -> int:
        """Read every feed once; the number of new episodes. All connections are new: minutes lie between readings."""
        async with AsyncExitStack() as stack:
            fetcher = self.fetcher
            if fetcher is None:
                fetcher = await stack.enter_async_context(GuardedHttp(allow=("127.0.0.0/8",)))
            parser, waiting = FeedReader(), iter(self.feed_ids)

            async def some() -> int:
                new = 0
                for one in waiting:
                    new += await self.read(one, fetcher, parser)
                return new

            return sum(await asyncio.gather(*(some() for _ in range(_AT_ONCE))))

    async def read(self, one: str, fetcher: Fetcher, parser: FeedReader) -> int:
        """Read one feed; the number of new episodes."""
        scan = await scan_feed(
            one,
            feeds=self.ledger,
            history=self.ledger,
            keys=self.keys,
            fetcher=fetcher,
            parser=parser,
            clock=self.clock,
            hold_after=50,
            jitter=0.5,
        )
        if scan.error is not None:
            raise scan.error
        return scan.new


@asynccontextmanager
async def scanner(
    urls: Sequence[str], *, fetcher: Fetcher | None = None, folder: Path | None = None
) -> AsyncIterator[Scanner]:
    """A scanner of these feeds. In a `folder` its catalogue stays for the next scanner of the same feeds."""
    async with AsyncExitStack() as stack:
        kept = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        is_new = not (kept / "catalog.db").exists()
        seal, clock = Seal(_SECRET), WallClock()
        db = await stack.enter_async_context(open_catalog(f"sqlite:///{kept}/catalog.db", seal=seal))
        if is_new:
            subscriptions = Subscriptions(db, clock=clock)
            for url in urls:
                await subscriptions.add(url, workspace=LOCAL)
        ids = tuple(feed_id(url, PUBLIC) for url in urls)
        yield Scanner(SqlFeedLedger(db, clock=clock), SqlFeedKeys(db, seal=seal), ids, fetcher)
