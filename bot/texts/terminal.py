"""A message in a terminal: readable with and without colour, and never interpreting anybody's text.

Every word becomes a `rich.text.Text`; the library's markup strings are never used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.style import Style
from rich.text import Text as RichText

from bot.texts.message import (
    Block,
    Bullets,
    Buttons,
    Divider,
    Heading,
    Message,
    Paragraph,
    Quote,
    Small,
    Text,
    plain_text,
)

WIDEST: Final = 100
"""Longer lines are hard to read, however wide the window."""
_NUMBERED: Final = re.compile(r"(\d{1,3})\. ?")
_MARGIN: Final = 2
_HANG: Final = 3
_NARROWEST: Final = 10
_ACCENT: Final = Style(bold=True, color="cyan")
_DIM: Final = Style(dim=True)
_QUOTE: Final = Style(italic=True)
_CODE: Final = Style(color="green")
_LINK: Final = Style(color="cyan")
_GLUE: Final = "\ue000"
"""Stands for a space at which no line may break; spans cannot hold it, since they drop private characters."""
_PLAINER: Final = str.maketrans({
    "▶": ">", "·": "-", "•": "-", "│": "|", "─": "-", "–": "-", "—": "-", "…": "...",
    "“": '"', "”": '"', "\u2018": "'", "’": "'", "👍": "+", "👎": "-",
})  # fmt: skip


def show(message: Message, *, console: Console) -> None:
    """Print the message, at most `WIDEST` columns wide.

    Links are live where the console writes styles; else their words stand there alone. Signs that the console's
    encoding lacks are replaced by plainer ones.
    """
    lines = _Lines(console.encoding)
    console.print()
    for part in lines.of(message):
        console.print(part, width=min(WIDEST, console.width), highlight=False)
    console.print()


def drawn(message: Message, *, console: Console) -> RenderableType:
    """The message as `show` prints it, for a place that is drawn again and again."""
    return Constrain(Group(RichText(), *_Lines(console.encoding).of(message)), WIDEST)


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """Words on as many lines as they need, the first line behind `first`, the others behind `rest`."""

    first: RichText
    rest: RichText
    words: RichText

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(_NARROWEST, options.max_width - self.first.cell_len - _MARGIN)
        for number, line in enumerate(self.words.wrap(console, width)):
            line.rstrip()
            line.plain = line.plain.replace(_GLUE, " ")
            yield (self.rest if number else self.first) + line


@dataclass(frozen=True, slots=True)
class _Lines:
    encoding: str

    def of(self, message: Message) -> Iterator[_Wrapped | RichText]:
        """A numbered bold paragraph opens an item: what follows stands under its words until the item ends."""
        before: Block | None = None
        inside = False
        for block in (block for block in message.blocks if not isinstance(block, Buttons)):
            number = _number_of(block)
            inside = number is not None or (inside and not isinstance(block, Heading | Divider))
            if before is not None and _is_apart(before, block):
                yield RichText("")
            yield from self._block(block, left=_MARGIN + _HANG if inside else _MARGIN, number=number)
            before = block

    def _block(self, block: Block, *, left: int, number: str | None) -> Iterator[_Wrapped]:
        match block:
            case Heading(spans):
                title = self._words(spans, _ACCENT)
                yield self._wrapped(title)
                yield self._wrapped(self._said("─" * title.cell_len, _DIM))
            case Paragraph(spans) if number is not None:
                words = self._words(spans)
                yield self._wrapped(words[words.plain.index(".") + 1 :], sign=number, left=left - _HANG)
            case Paragraph(spans):
                yield self._wrapped(self._words(spans), left=left)
            case Quote(spans):
                yield self._wrapped(self._words(spans, _QUOTE), bar="│ ", left=left)
            case Bullets(items):
                for item in items:
                    yield self._wrapped(self._words(item), sign="•", left=left)
            case Small(spans):
                yield self._wrapped(self._words(spans, _DIM), left=left)
            case Buttons() | Divider():  # nobody can press a button here: the commands do the same
                return

    def _wrapped(self, words: RichText, *, left: int = _MARGIN, sign: str = "", bar: str = "") -> _Wrapped:
        space = RichText(" " * left)
        hang = RichText(" " * _HANG if sign else "")
        first = self._said(f"{sign} ".ljust(_HANG) if sign else bar, _ACCENT if sign.isdigit() else _DIM)
        return _Wrapped(space + first, space + (hang if sign else self._said(bar, _DIM)), _stripped(words))

    def _words(self, spans: Text, style: Style | None = None) -> RichText:
        line = RichText(style=style or "")
        for span in spans:
            own = Style(bold=span.bold or None, italic=span.italic or None) + (_CODE if span.code else Style())
            line.append(_glued(self._sayable(span.text)), own + _LINK + Style(link=span.href) if span.href else own)
        return line

    def _said(self, words: str, style: Style) -> RichText:
        return RichText(self._sayable(words), style=style)

    def _sayable(self, words: str) -> str:
        if self.encoding.startswith("utf"):
            return words
        return words.translate(_PLAINER).encode(self.encoding, "replace").decode(self.encoding)


def _glued(words: str) -> str:
    """A dot between two parts stays at the end of a line, a play sign with its time."""
    return re.sub(r" (?=[·-] )|(?<=[▶>]) ", _GLUE, words)


def _number_of(block: Block) -> str | None:
    if not isinstance(block, Paragraph) or not block.text or not block.text[0].bold:
        return None
    found = _NUMBERED.match(plain_text(block.text))
    return found[1] if found else None


def _is_apart(before: Block, block: Block) -> bool:
    """Whether an empty line stands between the two."""
    if isinstance(before, Divider) or isinstance(block, Divider):
        return isinstance(before, Divider)
    opens = isinstance(before, Heading) or (isinstance(before, Paragraph) and all(span.bold for span in before.text))
    if opens or _number_of(before) is not None:
        return False
    return not isinstance(block, Small) or (isinstance(before, Small) and _number_of(block) is not None)


def _stripped(words: RichText) -> RichText:
    spaces = len(words.plain) - len(words.plain.lstrip())
    return words[spaces:] if spaces < len(words.plain) else words
