"""Blocks as lines of Markdown, none longer than a message of plain content carries."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from bot.discord.markdown import marked_up
from bot.texts.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Heading,
    Message,
    Paragraph,
    Quote,
    Small,
    Span,
    Text,
)

LONGEST_CHUNK: Final = 1_900
_NUMBER: Final = re.compile(r"(\d{1,3})\. ")
_LONGEST_LINE: Final = 1_850
_MARKS: Final = 12
"""Characters that the marks of one span need at most."""


def lines_of(block: Block) -> Iterator[str]:
    """The block's lines with their marks; a longer text is continued on the next line with the same mark."""
    match block:
        case Heading(spans):
            yield from _marked(spans, "## ")
        case Paragraph(spans):
            yield from _marked(spans, "")
        case Quote(spans):
            yield from _marked(spans, "> ")
        case Small(spans):
            yield from _marked(spans, "-# ")
        case Bullets(items):
            for item in items:
                number, words = _numbered(item)
                yield from _marked(words, number or "- ")
        case Divider() | Buttons():
            return


def chunks(message: Message) -> tuple[str, ...]:
    """The message as plain contents of at most `LONGEST_CHUNK` characters: the way out when components are refused."""
    lines = (line for block in message.blocks for line in lines_of(block))
    return pieces(lines) or tuple(lines_of(Paragraph((Span(message.fallback.strip() or "–"),))))


def pieces(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines, none longer than a chunk, filled into as few chunks as they need."""
    filled: list[str] = []
    for line in lines:
        if filled and len(filled[-1]) + 1 + len(line) <= LONGEST_CHUNK:
            filled[-1] += f"\n{line}"
        else:
            filled.append(line)
    return tuple(filled)


def all_buttons(message: Message) -> tuple[Button, ...]:
    """Every button of the message, in order."""
    return tuple(button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons)


def _numbered(item: Text) -> tuple[str, Text]:
    """An item that begins with its number, as Discord writes such lists: the number, and the rest."""
    found = _NUMBER.match(item[0].text) if item else None
    if found is None:
        return "", item
    return f"{found[1]}. ", (replace(item[0], text=item[0].text[found.end() :]), *item[1:])


def _marked(spans: Text, prefix: str) -> Iterator[str]:
    for piece in _pieces(spans):
        line = marked_up(piece).strip(" \u200b")
        if line:
            yield f"{prefix}{line}"


def _pieces(spans: Text) -> Iterator[Text]:
    """The text in pieces that fit a line however much of them must be escaped; each closes its own styles."""
    piece: list[Span] = []
    room = _LONGEST_LINE
    for span in spans:
        rest = span
        while rest.text:
            # An address that leaves no room for its own words is dropped rather than the words.
            kept = rest if len(rest.href or "") < _LONGEST_LINE // 2 else replace(rest, href=None)
            head = _head(rest.text, (room - _MARKS - len(kept.href or "")) // 2)
            if not head:
                yield tuple(piece)
                piece, room = [], _LONGEST_LINE
                continue
            piece.append(replace(kept, text=head))
            room -= 2 * len(head) + len(kept.href or "") + _MARKS
            rest = replace(rest, text=rest.text[len(head) :])
    if piece:
        yield tuple(piece)


def _head(words: str, room: int) -> str:
    if len(words) <= room:
        return words
    space = words.rfind(" ", 0, max(room, 0))
    return words[: space + 1] if space > room // 2 else words[: max(room, 0)]
