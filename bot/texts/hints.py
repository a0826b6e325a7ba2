"""What can be typed, in our own sentences: in the terminal every command stands behind the program's name."""

import re
from dataclasses import replace
from typing import Final

from bot.texts.message import Block, Bullets, Buttons, Divider, Message, Span, Text, text

IN_TERMINAL: Final = frozenset({
    "add", "ask", "backfill", "card", "digest", "doctor", "export", "import", "insights", "list", "reindex", "remove",
    "retry", "run", "scan", "search", "status", "topics",
})  # fmt: skip
"""The commands that are the same in the terminal."""
_QUOTED: Final = re.compile(r"(?<=“)([^”]+)(?=”)")


def command(words: str) -> Span:
    """A command in a fixed-width face."""
    return Span(words, code=True, command=True)


def with_commands(sentence: str) -> Text:
    """A sentence of ours, in which quoted words are commands. Never for what feeds, speakers or members said."""
    parts = _QUOTED.split(sentence)
    return text(*(Span(words, command=bool(place % 2)) for place, words in enumerate(parts)))


def as_typed(message: Message) -> Message:
    """The message for a terminal, where «list» is typed as «podsift list»."""
    return replace(message, blocks=tuple(map(_typed_block, message.blocks)))


def _typed_block(block: Block) -> Block:
    if isinstance(block, Divider | Buttons):
        return block
    if isinstance(block, Bullets):
        return Bullets(tuple(map(_typed, block.items)))
    return replace(block, text=_typed(block.text))


def _typed(spans: Text) -> Text:
    return tuple(replace(span, text=f"podsift {span.text}") if _is_typed(span) else span for span in spans)


def _is_typed(span: Span) -> bool:
    return span.command and span.text.split(" ", 1)[0] in IN_TERMINAL
