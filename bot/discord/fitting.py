"""Making a message fit one panel: a digest is one post, whatever its titles and addresses are."""

from dataclasses import replace
from typing import Final

from bot.discord.panels import Panel, panels
from bot.message import Block, Bullets, Buttons, Divider, Message, Span, Text

_SHORTEST: Final = 5
"""Texts of fewer characters are not cut any more."""


def one_panel(message: Message) -> Panel:
    """The message in a single panel.

    Where it is too long the longest addresses give way first, then the longest texts, and in the end the last parts.
    """
    made = panels(message)
    while len(made) > 1 and (shorter := _shortened(message)) is not None:
        message, made = shorter, panels(shorter)
    return made[0]


def _shortened(message: Message) -> Message | None:
    """The message without its longest address, or else with its longest text cut; None when all of it is short."""
    spans = (span for block in message.blocks for span in _spans(block))
    longest = max(spans, key=lambda span: (len(span.href or ""), len(span.text)), default=None)
    if longest is None:
        return None
    if longest.href is not None:
        return _with(message, longest, replace(longest, href=None))
    if len(longest.text) < _SHORTEST:
        return None
    return _with(message, longest, replace(longest, text=f"{longest.text[: len(longest.text) * 3 // 4].rstrip()}…"))


def _with(message: Message, old: Span, new: Span) -> Message:
    return replace(message, blocks=tuple(_replaced(block, old, new) for block in message.blocks))


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
