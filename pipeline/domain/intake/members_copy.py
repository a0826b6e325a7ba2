"""An episode of a private feed without the addresses that may open it."""

from dataclasses import replace

from pipeline.domain.feed import FoundEpisode
from pipeline.domain.intake.keyed_address import page_to_show, without_keys


def may_be_shown(found: FoundEpisode) -> FoundEpisode:
    """The same episode with no more of its files' addresses than may be shown, and its page if that is no key."""
    return replace(
        found,
        link=page_to_show(found.link),
        enclosures=tuple(replace(one, url=without_keys(one.url)) for one in found.enclosures),
        alternates=tuple(replace(one, sources=tuple(map(without_keys, one.sources))) for one in found.alternates),
        transcripts=tuple(replace(one, url=without_keys(one.url)) for one in found.transcripts),
        chapters_url=None if found.chapters_url is None else without_keys(found.chapters_url),
        image=None if found.image is None else without_keys(found.image),
    )
