"""OPML in and out: the lists of feeds that podcast apps exchange."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from pipeline.domain.errors import BadInput
from pipeline.domain.intake.finding import web_address

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITY = re.compile(rb"&(?!#\d+;|#[xX][0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)(?:([A-Za-z]\w{1,31});)?")
_DECLARED = re.compile(rb"<\?xml[^>]*encoding", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """A feed in a list: its title (the address where the list gives none) and its address."""

    title: str
    url: str


def read_opml(body: bytes) -> tuple[OpmlFeed, ...]:
    """The feeds in the order of the list, out of all folders, each address once. Broken XML is read as far as it goes.

    Raises BadInput with a sentence for people when the file is no OPML.
    """
    root = _root(body)
    if root is None:
        raise BadInput("This file is not an OPML list: it cannot be read as XML.")
    outlines = [element for element in root.iter() if _local(element) == "outline"]
    if _local(root) != "opml" and not any(_address(outline) for outline in outlines):
        raise BadInput(_what_instead(root))
    found: dict[str, OpmlFeed] = {}
    for feed in _feeds(outlines):
        found.setdefault(feed.url, feed)
    return tuple(found.values())


def write_opml(feeds: Iterable[OpmlFeed], *, title: str) -> bytes:
    """An OPML 2.0 document in UTF-8; what XML cannot hold (control characters) is left out."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _NOT_XML.sub("", title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = _NOT_XML.sub("", feed.title)
        etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=_NOT_XML.sub("", feed.url))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _root(body: bytes) -> etree._Element | None:
    """The document element; what XML does not know (`&auml;`, a bare `&` in an address) is taken as it was meant."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _parsed(body)
    known = _ENTITY.sub(_reference, body.removeprefix(b"\xef\xbb\xbf").strip())
    try:
        text = known.decode()
    except UnicodeDecodeError:
        return _parsed(known if _DECLARED.match(known) else known.decode("cp1252", "replace").encode())
    return _parsed(_DECLARATION.sub("", text).encode())  # a wrong declaration would garble good UTF-8


def _reference(entity: re.Match[bytes]) -> bytes:
    meant = html5.get(f"{entity[1].decode()};", "") if entity[1] else ""
    return "".join(f"&#{ord(c)};" for c in meant).encode() or b"&amp;" + entity[0][1:]


def _parsed(text: bytes) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element | None = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _feeds(outlines: Iterable[etree._Element]) -> Iterator[OpmlFeed]:
    for outline in outlines:
        url = _address(outline)
        if url:
            named = _attributes(outline)
            title = named.get("text", "") or named.get("title", "")
            yield OpmlFeed(title=" ".join(title.split()) or url, url=url)


def _address(outline: etree._Element) -> str | None:
    named = _attributes(outline)
    given = named.get("xmlurl") or (named.get("url") if named.get("type", "").lower() in {"rss", "atom"} else None)
    return web_address(given.strip()) if given else None


def _attributes(outline: etree._Element) -> dict[str, str]:
    return {str(name).rsplit("}", 1)[-1].lower(): str(value) for name, value in outline.attrib.items()}


def _local(element: etree._Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1].lower()


def _what_instead(root: etree._Element) -> str:
    what = {"html": "a web page", "rss": "a feed itself; add its address instead", "feed": "a feed itself"}
    return f"This file is not an OPML list: it is {what.get(_local(root), 'other XML')}."
