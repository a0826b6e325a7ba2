"""XML names as people write them: `title`, `itunes:duration`, `podcast:transcript`, whatever the declaration says."""

from typing import Final

from lxml import etree

_PREFIXES: Final = {
    "www.w3.org/2005/atom": "",
    "purl.org/atom/ns#": "",
    "purl.org/rss/1.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss2": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "podcastindex.org/namespace/1.0": "podcast",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "search.yahoo.com/mrss": "media",
    "www.google.com/schemas/play-podcasts/1.0": "googleplay",
    "purl.oclc.org/net/rss_2.0/enc#": "enc",
    "www.w3.org/1999/xhtml": "xhtml",
}
_KNOWN: Final = frozenset(_PREFIXES.values()) - {""}
_PLAIN: Final = frozenset({"rss", "atom", "a10"})
"""Prefixes that stand for no namespace where they were never declared."""


class Names:
    """Gives each element its name in small letters; remembers them, since a feed repeats few names often."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, element: etree._Element) -> str:
        """`prefix:local` for a namespace we read, `local` for the feed's own, else something nobody asks for."""
        tag = str(element.tag)
        name = self._known.get(tag)
        if name is None:
            name = self._known[tag] = _name(tag, element.prefix)
        return name


def _name(tag: str, written: str | None) -> str:
    uri, _, local = tag.rpartition("}")
    if not uri:
        prefix, _, local = tag.rpartition(":")
        prefix = "" if prefix.lower() in _PLAIN else prefix
    else:
        # A publisher who mistypes the address of a namespace still writes its usual prefix.
        prefix = _PREFIXES.get(_bare(uri[1:]), written if written in _KNOWN else f"{{{uri[1:]}")
    return (f"{prefix}:{local}" if prefix else local).lower()


def _bare(uri: str) -> str:
    """The address without scheme and last slash, in small letters: publishers differ in all of them."""
    return uri.strip().lower().partition("://")[2].rstrip("/")
