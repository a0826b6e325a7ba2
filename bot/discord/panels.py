"""A message as Discord panels: parts with Markdown, within Discord's limits. Pure; `layouts.py` builds the views."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from bot.discord.lines import lines_of
from bot.discord.markdown import escaped
from bot.texts.message import Block, Button, Buttons, Divider, Message, Paragraph

MOST_COMPONENTS: Final = 40
MOST_CHARACTERS: Final = 4_000
LONGEST_LABEL: Final = 80
BUTTONS_IN_A_ROW: Final = 5
_LONGEST_FALLBACK: Final = 1_500
_NOTHING: Final = "–"
_BOLD: Final = "**"


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
    return Panel((Words(escaped(words.strip()[:_LONGEST_FALLBACK]) or _NOTHING),))


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
        for line in lines_of(block):
            if lines and sum(map(len, lines)) + len(lines) + len(line) > MOST_CHARACTERS // 2:
                # The head of an item stays with what it is the head of.
                head = lines[-1:] if len(lines) > 1 and lines[-1].startswith(_BOLD) else []
                yield Words("\n".join(lines[: len(lines) - len(head)]))
                lines = head
            lines.append(line)
    if lines:
        yield Words("\n".join(lines))


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
    if not isinstance(part, Words) or not part.markdown.startswith(_BOLD):
        return None
    number = part.markdown[2:].lstrip("\u200b").partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() else None
