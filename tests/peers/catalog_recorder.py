"""A process of its own that records a long reading of a feed: `recorder.py URL FEED_ID COUNT`."""

import asyncio
import sys

from pipeline.adapters.catalog import open_catalog
from tests.peers.catalog import Stores, found


async def record(url: str, feed_id: str, count: int) -> None:
    """Record that many episodes, and say so before and after."""
    async with open_catalog(url) as db:
        stores = Stores(db)
        feed = await stores.feeds.get(feed_id)
        reading = tuple(found(n, days_old=n) for n in range(1, count + 1))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(await stores.feeds.record(feed, reading, hold_after=10), flush=True)


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1], sys.argv[2], int(sys.argv[3])))
