"""A message as Discord panels: parts with Markdown, within Discord's limits. Pure; `layouts.py` builds the views."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from bot.discord.markdown import escaped, marked_up
from bot.message import (
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
    plain_text,
)

MOST_COMPONENTS: Final = 40
MOST_CHARACTERS: Final = 4_000
LONGEST_LABEL: Final = 80
BUTTONS_IN_A_ROW: Final = 5
_LONGEST_PIECE: Final = 900
"""A text that is longer is cut into pieces of so many characters, so that escaping never fills a panel alone."""
_NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Words:
    """Some lines of Markdown. With a `button` it stands beside them."""

    markdown: str
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two parts."""


@dataclass(frozen=True, slots=True)
class Row:
    """Up to five buttons side by side."""

    buttons: tuple[Button, ...]


Part = Words | Line | Row


@dataclass(frozen=True, slots=True)
class Panel:
    """One Discord message: parts in one container."""

    parts: tuple[Part, ...]

    @property
    def components(self) -> int:
        """How many components Discord counts, the container included."""
        return 1 + sum(_components(part) for part in self.parts)

    @property
    def characters(self) -> int:
        """How many characters Discord counts at most: markup, addresses and labels included."""
        return sum(_characters(part) for part in self.parts)


def panels(message: Message) -> tuple[Panel, ...]:
    """The message in as few panels as its length needs; nothing is lost."""
    filled: list[list[Part]] = [[]]
    for part in _with_buttons_beside(tuple(_parts(message))):
        if not _has_room(filled[-1], part):
            filled.append([])
        if filled[-1] or not isinstance(part, Line):
            filled[-1].append(part)
    kept = tuple(Panel(_without_last_line(parts)) for parts in filled if parts)
    return tuple(panel for panel in kept if panel.parts) or (_only(message.fallback),)


def one_panel(message: Message) -> Panel:
    """The message in a single panel: where it is too long the addresses give way first, then the longest texts."""
    while len(made := panels(message)) > 1:
        shorter = _shortened(message)
        if shorter == message:
            return made[0]
        message = shorter
    return made[0]


def _components(part: Part) -> int:
    match part:
        case Words(button=None) | Line():
            return 1
        case Words():
            return 3
        case Row(buttons):
            return 1 + len(buttons)


def _characters(part: Part) -> int:
    match part:
        case Words(markdown, button):
            return len(markdown) + (0 if button is None else len(button.label[:LONGEST_LABEL]))
        case Row(buttons):
            return sum(len(button.label[:LONGEST_LABEL]) for button in buttons)
        case Line():
            return 0


def _has_room(parts: Sequence[Part], part: Part) -> bool:
    panel = Panel((*parts, part))
    return panel.components <= MOST_COMPONENTS and panel.characters <= MOST_CHARACTERS


def _without_last_line(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(parts[:-1]) if parts and isinstance(parts[-1], Line) else tuple(parts)


def _only(words: str) -> Panel:
    return Panel((Words(escaped(words.strip()[:_LONGEST_PIECE]) or _NOTHING),))


def _parts(message: Message) -> Iterator[Part]:
    """Neighbouring texts become one part, as long as it stays short enough to move to the next panel."""
    for kind, blocks in groupby(message.blocks, key=_kind):
        if kind is Divider:
            yield Line()
        elif kind is Buttons:
            yield from _rows(block for block in blocks if isinstance(block, Buttons))
        else:
            yield from _texts(blocks)


def _kind(block: Block) -> type[Block]:
    return type(block) if isinstance(block, Divider | Buttons) else Paragraph


def _rows(blocks: Iterator[Buttons]) -> Iterator[Row]:
    for block in blocks:
        for first in range(0, len(block.buttons), BUTTONS_IN_A_ROW):
            yield Row(block.buttons[first : first + BUTTONS_IN_A_ROW])


def _texts(blocks: Iterator[Block]) -> Iterator[Words]:
    lines: list[str] = []
    for block in blocks:
        for line in _lines(block):
            if lines and sum(map(len, lines)) + len(lines) + len(line) > MOST_CHARACTERS // 2:
                yield Words("\n".join(lines))
                lines = []
            lines.append(line)
    if lines:
        yield Words("\n".join(lines))


def _lines(block: Block) -> Iterator[str]:
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
                yield from _marked(item, "- ")
        case Divider() | Buttons():
            return


def _marked(spans: Text, prefix: str) -> Iterator[str]:
    for piece in _pieces(spans):
        line = marked_up(piece).strip()
        if line.strip("\u200b"):
            yield f"{prefix}{line}"


def _pieces(spans: Text) -> Iterator[Text]:
    """A text in pieces that fit a panel whatever is in them; every piece closes its own styles."""
    piece: list[Span] = []
    room = _LONGEST_PIECE
    for span in spans:
        rest = span
        while rest.text:
            cost = len(rest.href or "")
            head = _head(rest.text, room - cost) if cost < room else ""
            if not head and piece:
                yield tuple(piece)
                piece, room = [], _LONGEST_PIECE
                continue
            # An address that leaves no room for its own words is dropped rather than the words.
            taken = replace(rest, text=head) if head else replace(rest, text=_head(rest.text, room), href=None)
            piece.append(taken)
            room -= len(taken.text) + len(taken.href or "")
            rest = replace(rest, text=rest.text[len(taken.text) :])
    if piece:
        yield tuple(piece)


def _head(words: str, room: int) -> str:
    if len(words) <= room:
        return words
    space = words.rfind(" ", 0, room)
    return words[: space + 1] if space > room // 2 else words[:room]


def _with_buttons_beside(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Buttons «1» to «5» move beside the items that they belong to, when each item is there."""
    numbers = {button.label: button for part in parts if isinstance(part, Row) for button in part.buttons}
    items = {str(n): at for at, part in enumerate(parts) if (n := _number(part)) is not None}
    if not numbers or not numbers.keys() <= items.keys():
        return parts
    beside = {items[label]: button for label, button in numbers.items()}
    moved = (
        Words(part.markdown, beside[at]) if at in beside and isinstance(part, Words) else part
        for at, part in enumerate(parts)
    )
    return tuple(part for part in moved if not isinstance(part, Row))


def _number(part: Part) -> int | None:
    """The number that opens an item: bold, as the posts write it."""
    if not isinstance(part, Words) or not part.markdown.startswith("**"):
        return None
    number = part.markdown[2:].lstrip("\u200b").partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() else None


def _shortened(message: Message) -> Message:
    """The message without its longest address; without addresses, with its longest text cut by a quarter."""
    spans = [span for block in message.blocks for span in _spans(block)]
    longest = max(spans, key=lambda span: (len(span.href or ""), len(span.text)), default=None)
    if longest is None or (longest.href is None and len(longest.text) < BUTTONS_IN_A_ROW):
        return message
    less = replace(longest, href=None)
    if longest.href is None:
        less = replace(longest, text=f"{longest.text[: len(longest.text) * 3 // 4].rstrip()}…")
    return replace(message, blocks=tuple(_replaced(block, longest, less) for block in message.blocks))


def _spans(block: Block) -> Text:
    if isinstance(block, Bullets):
        return tuple(span for item in block.items for span in item)
    return () if isinstance(block, Divider | Buttons) else block.text


def _replaced(block: Block, old: Span, new: Span) -> Block:
    if isinstance(block, Bullets):
        return Bullets(tuple(tuple(new if span == old else span for span in item) for item in block.items))
    if isinstance(block, Divider | Buttons):
        return block
    return replace(block, text=tuple(new if span == old else span for span in block.text))


def shown_words(panel: Panel) -> str:
    """The panel's Markdown as one text, for records and tests."""
    return "\n".join(part.markdown if isinstance(part, Words) else "" for part in panel.parts)


def numbered_text(spans: Text) -> str:
    """The words alone, on one line."""
    return plain_text(spans)
