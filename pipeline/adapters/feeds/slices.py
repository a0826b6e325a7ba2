"""The items of an RSS document as slices of its bytes, each with a hash: what did not change need not be parsed."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

_OPEN: Final = b"<item"
_CLOSE: Final = b"</item"
_AFTER_NAME: Final = frozenset({b" ", b"\t", b"\r", b"\n", b">"})
# What hides tags from a reader, and where it ends. Other declarations (a document type) are not for slicing.
_HIDING: Final = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_AN_INSTRUCTION: Final = re.compile(rb"<\?(?!xml[\s?-])")
# What items take from around them: namespaces and bases of the first tags, and the show's people with their names.
_AROUND: Final = re.compile(
    rb"<(?:[\w.-]{1,20}:)?(?:rss|rdf|channel|person)\b[^<>]*>[^<]{0,300}(?:<!\[CDATA\[[^\]]{0,300})?", re.IGNORECASE
)
_MOST_AROUND: Final = 500_000
"""Bytes outside of all items; a document with more is read in full."""

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
    if not borders or len(body) - sum(end - start for start, end in borders) > _MOST_AROUND:
        return None
    salt = sha256(_surroundings(body, borders, url=url)).digest()
    view = memoryview(body)
    return Slices(body, borders, tuple(_hash(salt, view[start:end]) for start, end in borders))


def _borders(body: bytes) -> tuple[tuple[int, int], ...] | None:
    found: list[tuple[int, int]] = []
    visible = _Visible(body)
    position = 0
    try:
        while True:
            start = _start(visible, position)
            if start is None:
                return tuple(found)
            position = _end(visible, start + len(_OPEN))
            found.append((start, position))
    except _NotForSlicing:
        return None


def _start(visible: "_Visible", position: int) -> int | None:
    """Where the next item begins, None when there is none."""
    while True:
        # An end without a beginning: an item stood inside of the last one, so its slice is not all of it.
        start = visible.find(_OPEN, position, but_no=_CLOSE)
        if start is None:
            return None
        position = start + len(_OPEN)
        following = visible.body[position : position + 1]
        if following in _AFTER_NAME:
            return start
        if following in {b"/", b""}:
            raise _NotForSlicing


def _end(visible: "_Visible", position: int) -> int:
    """Where the item is over whose name ends at `position`."""
    close = visible.find(_CLOSE, position)
    end = -1 if close is None else visible.body.find(b">", close)
    if close is None or end < 0 or visible.body[close + len(_CLOSE) : end].strip():
        raise _NotForSlicing
    return end + 1


class _NotForSlicing(Exception):
    """Bytes alone cannot tell what belongs to an item."""


class _Visible:
    """A body as a reader of tags sees it: what is in CDATA or a comment is not there. Asked from front to back."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._hidden = (-1, -1)

    def find(self, tag: bytes, position: int, *, but_no: bytes | None = None) -> int | None:
        """The next place of `tag`, None when there is none. Raises _NotForSlicing, also for `but_no` before it."""
        while position < len(self.body):
            hidden, past = self._next_hidden(position)
            found = self.body.find(tag, position, hidden)
            if but_no and self.body.find(but_no, position, found if found >= 0 else hidden) >= 0:
                raise _NotForSlicing
            if found >= 0:
                return found
            position = past
        return None

    def _next_hidden(self, position: int) -> tuple[int, int]:
        """Start and end of the next hidden stretch; behind the end of the body when there is none."""
        # Kept until it is passed: every byte is looked at a few times, however the questions are asked.
        if self._hidden[0] < position:
            start = self.body.find(b"<!", position)
            self._hidden = (len(self.body), len(self.body)) if start < 0 else (start, self._past(start))
        return self._hidden

    def _past(self, start: int) -> int:
        ending = next((end for begin, end in _HIDING if self.body.startswith(begin, start)), None)
        if ending is None:
            raise _NotForSlicing
        # One rare byte is found many times faster than a word; where it is not rare, the word is looked for.
        start = max(self.body.find(ending[:1], start + 4), start + 4)
        found = start if self.body.startswith(ending, start) else self.body.find(ending, start)
        if found < 0:
            raise _NotForSlicing
        return found + len(ending)


def _surroundings(body: bytes, borders: tuple[tuple[int, int], ...], *, url: str) -> bytes:
    parts = urlsplit(url)
    outside = b"".join(_outside(body, borders))
    said = [found[0] for found in _AROUND.finditer(outside)]
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
