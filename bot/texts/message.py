"""A message without a platform: blocks of spans, so that nobody's text can ever be markup.

Drivers render it for Slack, Discord, the local page and the terminal; `plain` is the rendering for all others.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LONGEST_ACTION: Final = 100
"""Characters of a button's action: the least that all platforms carry."""
_LONGEST_HREF: Final = 2_000
_MARKS_IN_A_ROW: Final = 4
_JOINERS: Final = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style, safe by construction. `command` marks what can be typed to us as it stands.

    Control, format and direction characters go, line breaks become spaces, towers of accents are cut. A `href`
    that is not a plain http(s) address, or that carries a user name or password, is dropped.
    """

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str | None = None
    command: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", inert(self.text))
        object.__setattr__(self, "href", safe_href(self.href))


Text = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a message or of a part of it."""

    text: Text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Ordinary text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that somebody said."""

    text: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without numbers."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Small:
    """Text of lesser weight: sources, coverage, hints."""

    text: Text


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between two parts."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `action` is `verb:key` and holds all that is needed: it outlives a restart.

    Raises ValueError for an action that no platform would carry.
    """

    label: str
    action: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", inert(self.label))
        if not 0 < len(self.action) <= LONGEST_ACTION:
            raise ValueError(f"an action has 1 to {LONGEST_ACTION} characters: {self.action[:120]!r}")


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons side by side, at most five in a row on every platform."""

    buttons: tuple[Button, ...]


Block = Heading | Paragraph | Quote | Bullets | Small | Divider | Buttons


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted. `fallback` is the notification's text; `key` finds the message again, empty if nobody will.

    `topics` says what it is about, for places that file posts by subject; they are not shown otherwise.
    """

    blocks: tuple[Block, ...]
    fallback: str
    key: str = ""
    topics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "fallback", inert(self.fallback))


def text(*parts: str | Span | Text) -> Text:
    """Plain strings, spans and texts in a row as one text; empty ones are left out."""
    return tuple(span for part in parts for span in _spans(part) if span.text)


def bold(words: str) -> Span:
    """A bold span."""
    return Span(words, bold=True)


def italic(words: str) -> Span:
    """An italic span."""
    return Span(words, italic=True)


def code(words: str) -> Span:
    """A span in a fixed-width face."""
    return Span(words, code=True)


def link(words: str, href: str | None) -> Span:
    """A linked span, or a plain one where the address is missing or unsafe."""
    return Span(words, href=href)


def inert(raw: str) -> str:
    """`raw` on one line and without characters that hide, turn or stack text; the joiners of emoji stay."""
    kept = "".join(_kept(char) for char in raw)
    return re.sub(r" {2,}", " ", _thinned(kept))


def safe_href(href: str | None) -> str | None:
    """`href` when it is an http(s) address that may be shown, else None."""
    if not href or len(href) > _LONGEST_HREF or re.search(r"[\s<>|\"'`\\^{}]", href) or inert(href) != href:
        return None
    try:
        parts = urlsplit(href)
        host = parts.hostname
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and bool(host)
    return href if is_web and parts.username is None and parts.password is None else None


def shown_length(message: Message) -> int:
    """How many characters a reader sees, buttons included."""
    return sum(len(span.text) for span in _all_spans(message)) + sum(
        len(button.label) for block in message.blocks if isinstance(block, Buttons) for button in block.buttons
    )


def full_length(message: Message) -> int:
    """`shown_length` and the addresses behind the links: what counts against a platform's limit."""
    return shown_length(message) + sum(len(span.href or "") for span in _all_spans(message))


def plain(message: Message) -> str:
    """The message as lines of plain text, addresses in brackets after their words."""
    lines = (_plain_block(block) for block in message.blocks)
    return "\n".join(line for line in lines if line)


def plain_text(spans: Text) -> str:
    """The words alone."""
    return "".join(span.text for span in spans)


def _spans(part: str | Span | Text) -> Text:
    if isinstance(part, str):
        return (Span(part),)
    return (part,) if isinstance(part, Span) else part


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Zs", "Zl", "Zp"} or char in "\n\r\t\v\f":
        return " "
    return "" if category.startswith("C") and char not in _JOINERS else char


def _thinned(words: str) -> str:
    if words.isascii():
        return words
    out: list[str] = []
    marks = 0
    for char in words:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            out.append(char)
    return "".join(out)


def _all_spans(message: Message) -> Iterator[Span]:
    for block in message.blocks:
        if isinstance(block, Bullets):
            for item in block.items:
                yield from item
        elif not isinstance(block, Divider | Buttons):
            yield from block.text


def _plain_block(block: Block) -> str:
    match block:
        case Bullets(items):
            return "\n".join(f"- {_with_addresses(item)}" for item in items)
        case Quote(spans):
            return f"> {_with_addresses(spans)}"
        case Buttons(buttons):
            return " ".join(f"[{button.label}]" for button in buttons)
        case Divider():
            return "---"
        case Heading(spans) | Paragraph(spans) | Small(spans):
            return _with_addresses(spans)


def _with_addresses(spans: Text) -> str:
    return "".join(f"{span.text} ({span.href})" if span.href else span.text for span in spans)
