"""Making a message fit one panel: a digest is one post, whatever its titles and addresses are."""

from dataclasses import replace
from typing import Final

from bot.discord.panels import Panel, panels
from bot.texts.message import Block, Bullets, Buttons, Divider, Message, Span, Text
from bot.texts.reading import shortened

_ADDRESSES: Final = (700, 400, 250, 150, 80, 0)
_WORDS: Final = (800, 500, 300, 180, 100, 50, 20, 5)
"""Step by step the longest address and the longest text that are kept."""


def one_panel(message: Message) -> Panel:
    """The message in a single panel.

    Where it is too long the longest addresses give way first, then the longest texts, and in the end the last parts.
    """
    made = panels(message)
    steps = [(address, None) for address in _ADDRESSES] + [(0, words) for words in _WORDS]
    for address, words in steps:
        if len(made) == 1:
            break
        made = panels(_cut(message, address=address, words=words))
    return made[0]


def _cut(message: Message, *, address: int, words: int | None) -> Message:
    return replace(message, blocks=tuple(_cut_block(block, address, words) for block in message.blocks))


def _cut_block(block: Block, address: int, words: int | None) -> Block:
    if isinstance(block, Bullets):
        return Bullets(tuple(_cut_text(item, address, words) for item in block.items))
    if isinstance(block, Divider | Buttons):
        return block
    return replace(block, text=_cut_text(block.text, address, words))


def _cut_text(spans: Text, address: int, words: int | None) -> Text:
    return tuple(_cut_span(span, address, words) for span in spans)


def _cut_span(span: Span, address: int, words: int | None) -> Span:
    kept = span if len(span.href or "") <= address else replace(span, href=None)
    return kept if words is None or len(kept.text) <= words else replace(kept, text=shortened(kept.text, words))
