"""One item or entry becomes a FoundEpisode."""

from collections.abc import Iterator
from datetime import datetime

from pipeline.adapters.feeds import podcast_tags
from pipeline.adapters.feeds.dates import published
from pipeline.adapters.feeds.node import Node, named_after
from pipeline.adapters.feeds.values import length, number, seconds, whole, yes_or_no
from pipeline.domain.feed import Enclosure, FoundEpisode
from pipeline.domain.identity import content_hash


def found_episode(item: Node) -> FoundEpisode:
    """All that the item says. Without a guid the enclosure's address, the link or the content names the episode."""
    attached = enclosures(item)
    link = page_link(item)
    title = item.plain("title", "itunes:title", "media:title")
    chapters_url, chapters_type = podcast_tags.chapters(item)
    return FoundEpisode(
        guid=_guid(item) or (attached[0].url if attached else None) or link or _named_by_content(item, title),
        title=title or (named_after(attached[0].url) if attached else ""),
        published=_published(item),
        link=link,
        summary=item.longest("description", "content:encoded", "summary", "itunes:summary", "content", "subtitle"),
        enclosures=attached,
        alternates=podcast_tags.alternates(item),
        transcripts=podcast_tags.transcripts(item),
        persons=podcast_tags.persons(item),
        soundbites=podcast_tags.soundbites(item),
        chapters_url=chapters_url,
        chapters_type=chapters_type,
        duration=_duration(item),
        season=whole(item.raw("podcast:season", "itunes:season")),
        number=number(item.raw("podcast:episode", "itunes:episode")),
        episode_type=item.plain("itunes:episodetype").lower() or None,
        explicit=yes_or_no(item.raw("itunes:explicit", "googleplay:explicit")),
        image=image(item),
        author=author(item),
    )


def page_link(node: Node) -> str | None:
    """The page of the episode or the show: RSS's link, Atom's alternate, or a guid that is a permalink."""
    for link in node.all("link"):
        found = node.page(link.text) if not link.attribute("href") else None
        if found:
            return found
    for link in node.all("link"):
        if link.attribute("rel").lower() in {"", "alternate"} and (found := link.page(link.attribute("href"))):
            return found
    for guid in node.all("guid"):
        if guid.attribute("isPermaLink").lower() != "false" and guid.text.lower().startswith(("http://", "https://")):
            return guid.page(guid.text)
    return None


def image(node: Node) -> str | None:
    """The address of the artwork, from whichever element has one."""
    for picture in node.all("itunes:image", "podcast:image", "googleplay:image", "media:thumbnail"):
        found = picture.page(picture.attribute("href", "url"))
        if found:
            return found
    for picture in node.all("image"):
        found = picture.page(picture.raw("url") or picture.attribute("href", "url") or picture.text)
        if found:
            return found
    for group in node.all("media:group", "media:content"):
        found = image(group)
        if found:
            return found
    for several in node.all("podcast:images"):
        return several.page(several.attribute("srcset").split(",")[0].split(" ")[0])
    return node.page(node.raw("logo", "icon", "itunes:image"))


def author(node: Node) -> str | None:
    """Who made it, by name where the feed gives one beside the mail address."""
    named = node.plain("itunes:author")
    for person in node.all("author"):
        named = named or person.plain("name") or person.text
    named = named or node.plain("dc:creator", "googleplay:author", "managingeditor")
    address, bracket, rest = named.partition(" (")
    return rest[:-1] if bracket and rest.endswith(")") and "@" in address else named or None


def enclosures(item: Node) -> tuple[Enclosure, ...]:
    """Everything attached, each address once."""
    found: dict[str, Enclosure] = {}
    for enclosure in (*_attached(item), *_media(item)):
        found.setdefault(enclosure.url, enclosure)
    return tuple(found.values())


def _attached(item: Node) -> Iterator[Enclosure]:
    links = (link for link in item.all("link") if link.attribute("rel").lower() == "enclosure")
    for attached in (*item.all("enclosure", "enc:enclosure"), *links):
        resource = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
        url = attached.address(attached.attribute("url", "href", resource))
        if url:
            kind = attached.attribute("type", "{http://purl.oclc.org/net/rss_2.0/enc#}type")
            size = attached.attribute("length", "{http://purl.oclc.org/net/rss_2.0/enc#}length")
            yield Enclosure(url, kind, length(size))


def _media(item: Node) -> Iterator[Enclosure]:
    """Audio and video of Media RSS, for feeds that attach it this way only."""
    grouped = (content for group in item.all("media:group") for content in group.all("media:content"))
    for media in (*item.all("media:content"), *grouped):
        kind = media.attribute("type")
        is_heard = kind.startswith(("audio/", "video/")) or media.attribute("medium") in {"audio", "video"}
        url = media.address(media.attribute("url"))
        if is_heard and url:
            yield Enclosure(url, kind, length(media.attribute("fileSize")))


def _guid(item: Node) -> str:
    return " ".join(item.raw("guid", "id", "dc:identifier").split())[:2_000]


def _named_by_content(item: Node, title: str) -> str:
    return "content:" + content_hash((title or item.raw("description", "summary", "content")).encode())


def _published(item: Node) -> datetime | None:
    for name in ("pubdate", "published", "issued", "dc:date", "updated", "modified", "dcterms:created", "date"):
        found = published(item.raw(name))
        if found is not None:
            return found
    return None


def _duration(item: Node) -> float | None:
    spoken = seconds(item.raw("itunes:duration")) or seconds(item.raw("duration"))
    if spoken is not None:
        return spoken
    lengths = (seconds(media.attribute("duration")) for media in item.all("media:content"))
    return next((length for length in lengths if length is not None), None)
