"""A message as HTML: pure, and nobody's text is ever markup.

Every word is escaped and every address was checked by `Span`; there is no script and no style in what comes out.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Final
from urllib.parse import quote

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

_CARD: Final = "card:"
_NUMBERED: Final = re.compile(r"([1-9]\d?)\.\s*")
_GLUED: Final = re.compile(r" (?=· )|(?<=▶) ")
"""Spaces at which no line may break: a dot stays with what it ends, a play sign with its time."""
_THUMBS: Final = {"up": " More like this", "down": " Less like this"}


def html_of(message: Message, *, level: int = 2) -> str:
    """The message as a fragment. `level` is the rank (2 to 5) of its first headings.

    A numbered bold paragraph opens an item, as in the terminal; the button with the item's number becomes its number.
    """
    cards = _cards(message)
    shown: set[str] = set()
    parts: list[str] = []
    is_open = False
    for block in message.blocks:
        number = number_of(block)
        if is_open and (number or isinstance(block, Heading | Divider | Buttons)):
            parts.append("</div></div>")
            is_open = False
        if number and isinstance(block, Paragraph):
            parts.append(_opened(number, cards.get(number), block, level=level + 1))
            shown.add(number)
            is_open = True
        else:
            parts.append(_block(block, level=level, without=shown & set(cards)))
    return "".join([*parts, "</div></div>" if is_open else ""])


def number_of(block: Block) -> str | None:
    """The number of the item that this block opens, None when it opens none."""
    if not isinstance(block, Paragraph) or not block.text or not block.text[0].bold:
        return None
    found = _NUMBERED.match(block.text[0].text)
    return found[1] if found else None


def spans_of(words: Text) -> str:
    """A text as HTML inside a line."""
    return "".join(map(_span, words))


def card_address(insight_id: str) -> str:
    """Where the page shows an insight's card."""
    return f"/card/{quote(insight_id, safe='')}"


def _cards(message: Message) -> dict[str, str]:
    rows = (block.buttons for block in message.blocks if isinstance(block, Buttons))
    buttons = [button for row in rows for button in row if button.action.startswith(_CARD)]
    return {button.label: card_address(button.action.removeprefix(_CARD)) for button in buttons}


def _opened(number: str, card: str | None, block: Paragraph, *, level: int) -> str:
    first, *rest = block.text
    own = replace(first, text=_NUMBERED.sub("", first.text, count=1), bold=bool(rest))
    words = (own, *rest) if own.text else tuple(rest)
    sign = (
        f'<a class="number" href="{escape(card)}" aria-label="Evidence for no. {number}">{number}</a>'
        if card
        else f'<span class="number">{number}</span>'
    )
    # A headline stands alone; a number with its source is no headline.
    title = f"<h{level} dir=auto>{spans_of(words)}</h{level}>" if not rest else f"<p dir=auto>{spans_of(words)}</p>"
    return f'<div class="item">{sign}<div class="said">{title}'


def _block(block: Block, *, level: int, without: set[str]) -> str:
    match block:
        case Bullets(items):
            return "".join(["<ul>", *(f"<li dir=auto>{spans_of(item)}</li>" for item in items), "</ul>"])
        case Divider():
            return "<hr>"
        case Buttons(buttons):
            return _row([button for button in buttons if button.label not in without])
        case Heading(words) | Paragraph(words) | Small(words) | Quote(words):
            return _line(block, words, level=level)


def _line(block: Heading | Paragraph | Small | Quote, words: Text, *, level: int) -> str:
    if isinstance(block, Heading):
        return f"<h{level} dir=auto>{spans_of(words)}</h{level}>"
    if isinstance(block, Quote):
        return f"<blockquote><p dir=auto>{spans_of(words)}</p></blockquote>"
    return f"<p{' class=small' if isinstance(block, Small) else ''} dir=auto>{spans_of(words)}</p>"


def _row(buttons: list[Button]) -> str:
    return f'<div class="buttons">{"".join(map(_button, buttons))}</div>' if buttons else ""


def _button(button: Button) -> str:
    verb, _, key = button.action.partition(":")
    label = escape(button.label + _THUMBS.get(verb, ""))
    if verb == "card":
        return f'<a class="button" href="{escape(card_address(key))}">{label}</a>'
    return (
        '<form method="post" action="/press">'
        f'<button name="action" value="{escape(button.action)}">{label}</button></form>'
    )


def _span(span: Span) -> str:
    words = escape(_GLUED.sub("\u00a0", span.text))
    for name, wanted in _styles(span):
        words = f"<{name}>{words}</{name}>" if wanted else words
    return f'<a href="{escape(span.href)}" rel="noreferrer">{words}</a>' if span.href else words


def _styles(span: Span) -> Iterator[tuple[str, bool]]:
    yield "code", span.code
    yield "em", span.italic
    yield "strong", span.bold
