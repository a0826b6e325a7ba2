"""A feed's element with its children by name: the view from which values are taken."""

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from pipeline.adapters.feeds.names import Names
from pipeline.adapters.feeds.plain_text import plain_text

LONGEST_FIELD: Final = 200_000
"""Characters of one field that are looked at."""

_MOST_CHILDREN: Final = 50_000
_MOST_ALIKE: Final = 200
"""Children of one name that are looked at."""

_LONGEST_ADDRESS: Final = 4_000
_WRAPPED: Final = re.compile(r"[\t\r\n]\s*| {2,}")
_SAYING_NOTHING: Final = frozenset({"feed", "feeds", "rss", "atom", "podcast", "index", "audio"})
_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"


class Node:
    """An element and the address that its relative ones are relative to."""

    def __init__(self, element: etree._Element, *, names: Names, base: str) -> None:
        self.element = element
        self.base = based(base, element)
        self._names = names
        self._children: dict[str, list[etree._Element]] = {}
        for child in islice(element.iterchildren(tag=etree.Element), _MOST_CHILDREN):
            alike = self._children.setdefault(names.of(child), [])
            if len(alike) < _MOST_ALIKE:
                alike.append(child)

    def all(self, *names: str) -> Iterator["Node"]:
        """The children of these names, name by name, in the order of the feed."""
        for name in names:
            for child in self._children.get(name, ()):
                yield Node(child, names=self._names, base=self.base)

    def attribute(self, *names: str) -> str:
        """The first of these attributes that is not empty, without surrounding space."""
        for name in names:
            value = self.element.get(name, "").strip()
            if value:
                return value[:LONGEST_FIELD]
        return ""

    def raw(self, *names: str) -> str:
        """The text of the first child of these names that has any, as it is written; may be HTML."""
        for name in names:
            for child in self._children.get(name, ()):
                found = raw_text(child).strip()
                if found:
                    return found[:LONGEST_FIELD]
        return ""

    def plain(self, *names: str) -> str:
        """The same as plain text."""
        return plain_text(self.raw(*names))

    def longest(self, *names: str) -> str:
        """The longest text of the children of these names, as plain text."""
        return plain_text(max((self.raw(name) for name in names), key=len, default=""))

    @property
    def text(self) -> str:
        """The element's own text as plain text."""
        return plain_text(raw_text(self.element)[:LONGEST_FIELD])

    def address(self, value: str) -> str | None:
        """`value` as a full address; None when it cannot be one."""
        return joined(self.base, value)

    def page(self, value: str) -> str | None:
        """`value` as the address of something people may open."""
        found = self.address(value)
        return found if found and found.lower().startswith(("http://", "https://")) else None


def raw_text(element: etree._Element) -> str:
    """All text below the element; inner elements (Atom's xhtml) stay markup, and unknown entities are named ones."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            parts.append(html.unescape(child.text or ""))
        else:
            parts.append(etree.tostring(child, encoding="unicode", with_tail=False))
        parts.append(child.tail or "")
    return "".join(parts)


def based(base: str, element: etree._Element) -> str:
    """The base address inside of `element`, when it is `base` outside of it."""
    return joined(base, element.get(_BASE, "")) or base


def named_after(url: str) -> str:
    """A title for what has none: the file's name in its address, or the host's."""
    parts = urlsplit(url)
    stem = unquote(parts.path).rstrip("/").rpartition("/")[2].rpartition(".")[0]
    return stem if stem and stem.lower() not in _SAYING_NOTHING else parts.hostname or ""


def joined(base: str, value: str) -> str | None:
    """`value` resolved against `base`, without the white space that wrapped lines leave in addresses."""
    address = _WRAPPED.sub("", value.strip())
    if not address or len(address) > _LONGEST_ADDRESS:
        return None
    if address.lower().startswith("www."):
        address = f"https://{address}"
    try:
        return urljoin(base, address)
    except ValueError:
        return None
