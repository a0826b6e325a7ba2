"""The items of an RSS document as slices of its bytes, each with a hash: what did not change need not be parsed."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

_OPEN: Final = b"<item"
_CLOSE: Final = b"</item"
_AFTER_NAME: Final = frozenset(b" \t\r\n>")
# What hides tags from a reader, and where it ends. Other declarations (a document type) are not for slicing.
_HIDING: Final = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_AN_INSTRUCTION: Final = re.compile(rb"<\?(?!xml[\s?-])")
# What the items take from their surroundings: namespaces and bases of the first tags, and the show's people.
_SURROUNDINGS: Final = re.compile(
    rb"<(?:[\w.-]{1,20}:)?(?:rss|rdf|channel)\b[^>]*>|<[\w.-]{1,20}:person\b[^>]*/>|<([\w.-]{1,20}:person)\b.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_HEX_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Slices:
    """A body cut into items. `borders` are start and end of each, in order; `hashes` belong to them.

    A hash names the bytes of an item and all that an item takes from the rest of the document: equal hashes are equal
    episodes.
    """

    body: bytes
    borders: tuple[tuple[int, int], ...]
    hashes: tuple[str, ...]

    def without(self, known: Container[str]) -> bytes:
        """The document without the items whose hashes are known."""
        view = memoryview(self.body)
        kept: list[memoryview] = []
        start = 0
        for (first, end), name in zip(self.borders, self.hashes, strict=True):
            if name in known:
                kept.append(view[start:first])
                start = end
        return b"".join([*kept, view[start:]])


def slice_items(body: bytes, *, url: str) -> Slices | None:
    """Cut a UTF-8 document into its items; None where bytes alone cannot tell what belongs to an item.

    Only plain `<item>` elements are cut: Atom and items with a prefix are left to the parser, and so is everything
    with a document type or with items inside of items. `url` is where the document came from.
    """
    if _AN_INSTRUCTION.search(body, 0, max(body.find(_OPEN), 0)):
        return None
    borders = _borders(body)
    if not borders:
        return None
    salt = sha256(_surroundings(body, borders, url=url)).digest()
    view = memoryview(body)
    return Slices(body, borders, tuple(_hash(salt, view[start:end]) for start, end in borders))


def _borders(body: bytes) -> tuple[tuple[int, int], ...] | None:
    found: list[tuple[int, int]] = []
    position = 0
    while True:
        start = _start(body, position)
        if start is None:
            return None
        if _CLOSE in _between(body, position, len(body) if start < 0 else start):
            return None
        if start < 0:
            return tuple(found)
        end = _end(body, start)
        if end is None:
            return None
        found.append((start, end))
        position = end


def _start(body: bytes, position: int) -> int | None:
    """Where the next item begins, -1 when there is none, None when that cannot be told."""
    while True:
        start = _visible(body, _OPEN, position)
        if start is None or start < 0 or body[start + len(_OPEN)] in _AFTER_NAME:
            return start
        if body[start + len(_OPEN)] == ord("/"):
            return None
        position = start + len(_OPEN)


def _end(body: bytes, start: int) -> int | None:
    """Where the item that begins at `start` is over, None when that cannot be told."""
    close = _visible(body, _CLOSE, start + len(_OPEN))
    if close is None or close < 0 or _holds_an_item(body, start + len(_OPEN), close):
        return None
    end = body.find(b">", close)
    return end + 1 if end >= 0 and not body[close + len(_CLOSE) : end].strip() else None


def _visible(body: bytes, tag: bytes, position: int) -> int | None:
    """The next place of `tag` that is neither in CDATA nor in a comment, -1 for none, None for what we do not read."""
    found = body.find(tag, position)
    while found >= 0:
        hiding = body.find(b"<!", position, found)
        if hiding < 0:
            return found
        ending = next((end for begin, end in _HIDING if body.startswith(begin, hiding)), None)
        past = -1 if ending is None else body.find(ending, hiding + 4)
        if past < 0:
            return None
        position = past + 3
        if position > found:
            found = body.find(tag, position)
    return found


def _holds_an_item(body: bytes, start: int, end: int) -> bool:
    """Whether another item may begin between; a text about items counts too, it is only read in full."""
    place = body.find(_OPEN, start, end)
    while place >= 0 and body[place + len(_OPEN)] not in _AFTER_NAME:
        place = body.find(_OPEN, place + 1, end)
    return place >= 0


def _between(body: bytes, start: int, end: int) -> bytes:
    return body[start:end]


def _surroundings(body: bytes, borders: tuple[tuple[int, int], ...], *, url: str) -> bytes:
    parts = urlsplit(url)
    outside = b"".join(_outside(body, borders))
    said = [found[0] for found in _SURROUNDINGS.finditer(outside)]
    # A query in the document's own address has no part in resolving others, and is often a token that changes.
    return b"\0".join([f"{parts.scheme}://{parts.netloc}{parts.path}".encode(), *said])


def _outside(body: bytes, borders: tuple[tuple[int, int], ...]) -> Iterator[bytes]:
    start = 0
    for first, end in borders:
        yield body[start:first]
        start = end
    yield body[start:]


def _hash(salt: bytes, item: memoryview) -> str:
    digest = sha256(salt)
    digest.update(item)
    return digest.hexdigest()[:_HEX_DIGITS]
