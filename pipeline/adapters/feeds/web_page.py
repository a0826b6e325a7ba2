"""Telling what the bytes are when they are no feed, and finding the feed that a web page names."""

import re
from typing import Final

from lxml import etree

from pipeline.adapters.feeds.node import joined

_PAGE_ROOTS: Final = frozenset({"html", "head", "body", "xhtml:html"})
_PAGE_START: Final = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT: Final = 300_000
_FEED_TYPES: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})


def is_web_page(body: bytes, *, root: str) -> bool:
    """Whether the document with this first element is a page for people."""
    return root in _PAGE_ROOTS or _PAGE_START.match(body[:4_000]) is not None


def named_feeds(body: bytes, *, url: str) -> tuple[str, ...]:
    """The feed addresses in a page's head, in its order."""
    try:
        page = etree.fromstring(body[:_LOOKED_AT], etree.HTMLParser(encoding="utf-8", no_network=True))
    except etree.LxmlError:
        return ()
    links = [] if page is None else page.iter("link")
    found = (
        joined(url, str(link.get("href", "")))
        for link in links
        if "alternate" in str(link.get("rel", "")).lower() and str(link.get("type", "")).lower() in _FEED_TYPES
    )
    return tuple(dict.fromkeys(address for address in found if address))[:20]


def what_it_is(body: bytes, *, root: str) -> str:
    """A few words for bytes that are neither feed nor page."""
    start = body.lstrip()[:1]
    if not start:
        return "an empty document"
    if root and root not in {"rss", "feed", "rdf:rdf"}:
        return f"an XML document of another kind ({root.rpartition('}')[2][:40]})"
    if start in b"{[":
        return "a JSON document, not a feed"
    return "text that is no XML" if start != b"<" else "XML too damaged to be read"
