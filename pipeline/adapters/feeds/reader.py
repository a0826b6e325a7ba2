"""The feed reader: lxml first, feedparser for what it cannot read, never on the event loop."""

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Final

from pipeline.adapters.feeds.document import Reading, read_document
from pipeline.adapters.feeds.encoding import as_utf8, without_faults
from pipeline.adapters.feeds.loose import read_loosely
from pipeline.adapters.feeds.news import read_news, seen_items
from pipeline.adapters.feeds.slices import slice_items
from pipeline.adapters.feeds.web_page import is_web_page, named_feeds, what_it_is
from pipeline.domain.errors import FeedUnreadable
from pipeline.domain.feed import FeedUpdate, SeenItem

_FEED_TAG: Final = re.compile(rb"<[\w:]{0,12}(?:rss|feed|rdf|channel|item|entry)\b", re.IGNORECASE)


class FeedReader:
    """A `FeedParser`. `cpu_seconds` bounds the reading of a broken feed, `at_once` how many are read together."""

    def __init__(self, *, cpu_seconds: float = 3.0, at_once: int = 2) -> None:
        self._cpu_seconds = cpu_seconds
        # Threads of its own: each that ever read a large feed keeps some memory, and there are many in the common pool.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="feeds")

    async def parse(self, body: bytes, *, url: str, known: Sequence[SeenItem] = ()) -> FeedUpdate:
        """All that the feed says; relative addresses are resolved against `url`. Raises FeedUnreadable.

        With `known`, the items of the last reading, episodes that did not change are left out where that is safe.
        """
        read = partial(read_feed, body, url=url, known=known, cpu_seconds=self._cpu_seconds)
        return await asyncio.get_running_loop().run_in_executor(self._threads, read)


def read_feed(body: bytes, *, url: str, known: Sequence[SeenItem] = (), cpu_seconds: float = 3.0) -> FeedUpdate:
    """The same, blocking."""
    text = as_utf8(body)
    slices = slice_items(text, url=url)
    news = None if slices is None else read_news(slices, known, url=url)
    if news is not None:
        return news
    first = read_document(text, url=url)
    if first.update is not None and not first.has_faults:
        return replace(first.update, items=seen_items(first.update, slices))
    if first.update is None and is_web_page(text, root=first.root):
        raise FeedUnreadable("a web page, not a feed", feed_urls=named_feeds(text, url=url))
    best = _better(first, read_document(without_faults(text), url=url))
    if best.update is not None and not best.is_short:
        return best.update
    return _rescued(text, best, url=url, cpu_seconds=cpu_seconds)


def _better(first: Reading, second: Reading) -> Reading:
    """The mended reading, unless mending lost something."""
    return second if second.update is not None and _count(second) >= _count(first) else first


def _count(reading: Reading) -> int:
    return -1 if reading.update is None else len(reading.update.episodes)


def _rescued(text: bytes, best: Reading, *, url: str, cpu_seconds: float) -> FeedUpdate:
    """Feedparser's reading where it found more, its episodes completed by ours; else ours."""
    try:
        loose = read_loosely(text, url=url, cpu_seconds=cpu_seconds) if _FEED_TAG.search(text) else None
    except FeedUnreadable:
        if best.update is None:
            raise
        loose = None
    if best.update is None:
        if loose is None:
            raise FeedUnreadable(what_it_is(text, root=best.root))
        return loose
    if loose is None or len(loose.episodes) <= len(best.update.episodes):
        return best.update
    ours = {episode.guid: episode for episode in best.update.episodes}
    episodes = tuple(ours.get(episode.guid, episode) for episode in loose.episodes)
    return replace(best.update, episodes=episodes, warnings=(*best.update.warnings, *loose.warnings))
