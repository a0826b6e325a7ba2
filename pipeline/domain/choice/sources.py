"""What is one source: a show that is followed under two addresses, as a members' and a public feed, counts once."""

from collections.abc import Container, Sequence

from pipeline.domain.digest import Candidate
from pipeline.domain.episode import Episode


def show_of(episode: Episode) -> str:
    """The same for all feeds of a show, which is told by its title."""
    return _plain(episode.feed_title) or episode.feed_id


def sources_of(candidates: Sequence[Candidate], *, shown: Container[str]) -> frozenset[str]:
    """The ids of the candidates' episodes, each of them once however many feeds it is in.

    Of an episode in two feeds that one stays of which an insight is among the ids `shown`, else a public one. Episodes
    of one feed are never taken for each other.
    """
    aired = {c.episode.id for c in candidates if c.insight.id in shown}
    episodes = {c.episode.id: c.episode for c in candidates}.values()
    feeds: dict[tuple[str, ...], str] = {}
    kept: set[str] = set()
    for episode in sorted(episodes, key=lambda e: (e.id not in aired, not e.audience.is_public, e.feed_id, e.id)):
        if {feeds.setdefault(name, episode.feed_id) for name in _names(episode)} == {episode.feed_id}:
            kept.add(episode.id)
    return frozenset(kept)


def _names(episode: Episode) -> tuple[tuple[str, ...], ...]:
    """What two feeds call the same episode: any two of show, guid and title, since one alone may be a mere number."""
    show, title = show_of(episode), _plain(episode.title)
    by_guid = ("show and guid", show, episode.guid), ("title and guid", title, episode.guid)
    return (*by_guid, ("show and title", show, title)) if title else by_guid[:1]


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
