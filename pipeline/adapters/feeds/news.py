"""Reading only what is new or changed in a feed whose other items were seen before."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.adapters.feeds.document import read_document
from pipeline.adapters.feeds.slices import Slices
from pipeline.domain.feed import FeedUpdate, FoundEpisode, SeenItem


def read_news(slices: Slices, known: Sequence[SeenItem], *, url: str) -> FeedUpdate | None:
    """What the document says of the show, and its new and changed episodes.

    The XML parser sees the document without its known items. None when it finds another number of items than the
    bytes have, faults, or a guid twice: then everything has to be read.
    """
    by_hash = {item.hash: item for item in known}
    fresh = sum(name not in by_hash for name in slices.hashes)
    if fresh == len(slices.hashes):
        return None
    reading = read_document(slices.without(by_hash), url=url)
    update = reading.update
    if update is None or reading.has_faults or update.warnings or len(update.episodes) != fresh:
        return None
    found = iter(update.episodes)
    items = tuple(by_hash.get(name) or _seen(name, next(found)) for name in slices.hashes)
    return replace(update, items=items) if _each_once(items) else None


def seen_items(update: FeedUpdate, slices: Slices | None) -> tuple[SeenItem, ...]:
    """What a full reading without faults saw; nothing where the slices are not the very items that it read."""
    if slices is None or update.warnings or len(update.episodes) != len(slices.hashes):
        return ()
    return tuple(_seen(name, episode) for name, episode in zip(slices.hashes, update.episodes, strict=True))


def _seen(name: str, episode: FoundEpisode) -> SeenItem:
    return SeenItem(name, episode.guid, episode.published)


def _each_once(items: tuple[SeenItem, ...]) -> bool:
    return len({item.guid for item in items}) == len(items)
