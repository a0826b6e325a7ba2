"""The podcast namespace: persons, transcripts, soundbites and alternate enclosures."""

from collections.abc import Iterator

from pipeline.adapters.feeds.node import Node
from pipeline.adapters.feeds.values import decimal, length, yes_or_no
from pipeline.domain.feed import AlternateEnclosure, Person, Soundbite, TranscriptOffer


def persons(node: Node) -> tuple[Person, ...]:
    """Everybody named here; role and group in small letters, since the namespace ignores their case."""
    return tuple(
        Person(
            name=name,
            role=person.attribute("role").lower() or "host",
            group=person.attribute("group").lower() or "cast",
            href=person.page(person.attribute("href")),
            img=person.page(person.attribute("img")),
        )
        for person in node.all("podcast:person")
        if (name := person.text or person.attribute("name"))
    )


def transcripts(node: Node) -> tuple[TranscriptOffer, ...]:
    """Every transcript on offer, in the order of the feed."""
    return tuple(
        TranscriptOffer(
            url=url,
            type=offer.attribute("type"),
            language=offer.attribute("language") or None,
            rel=offer.attribute("rel") or None,
        )
        for offer in node.all("podcast:transcript")
        if (url := offer.address(offer.attribute("url") or offer.text))
    )


def soundbites(node: Node) -> tuple[Soundbite, ...]:
    """Every stretch with a start and a length that can be read."""
    return tuple(
        Soundbite(start=start, duration=duration, title=bite.text)
        for bite in node.all("podcast:soundbite")
        if (start := decimal(bite.attribute("startTime"))) is not None
        and (duration := decimal(bite.attribute("duration"))) is not None
    )


def alternates(node: Node) -> tuple[AlternateEnclosure, ...]:
    """Every other version that names a source."""
    return tuple(
        AlternateEnclosure(
            sources=sources,
            type=other.attribute("type"),
            length=length(other.attribute("length")),
            bitrate=decimal(other.attribute("bitrate")),
            title=other.attribute("title") or None,
            language=other.attribute("lang", "language") or None,
            is_default=yes_or_no(other.attribute("default")) is True,
        )
        for other in node.all("podcast:alternateenclosure")
        if (sources := tuple(_sources(other)))
    )


def chapters(node: Node) -> tuple[str | None, str | None]:
    """The address of the chapters and their MIME type."""
    for offer in node.all("podcast:chapters"):
        url = offer.address(offer.attribute("url"))
        if url:
            return url, offer.attribute("type") or None
    return None, None


def _sources(other: Node) -> Iterator[str]:
    for source in other.all("podcast:source"):
        url = source.address(source.attribute("uri", "url"))
        if url:
            yield url
