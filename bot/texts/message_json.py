"""A message as JSON and back: for the local channel's store and for commands carried out by another process."""

from dataclasses import asdict
from typing import Any, Final

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

_TEXT_BLOCKS: Final[dict[str, type[Heading | Paragraph | Quote | Small]]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "quote": Quote,
    "small": Small,
}


def to_json(message: Message) -> dict[str, Any]:
    """The message in JSON types; every block names its kind."""
    return {
        "fallback": message.fallback,
        "key": message.key,
        "topics": list(message.topics),
        "blocks": [{"kind": type(block).__name__.lower(), **asdict(block)} for block in message.blocks],
    }


def from_json(stored: dict[str, Any]) -> Message:
    """The inverse of `to_json`; raises KeyError for what that never made."""
    blocks = tuple(_block(block) for block in stored["blocks"])
    return Message(blocks, stored["fallback"], stored["key"], tuple(stored["topics"]))


def _block(stored: dict[str, Any]) -> Block:
    kind = stored["kind"]
    if kind == "divider":
        return Divider()
    if kind == "bullets":
        return Bullets(tuple(_text(item) for item in stored["items"]))
    if kind == "buttons":
        return Buttons(tuple(Button(**button) for button in stored["buttons"]))
    return _TEXT_BLOCKS[kind](_text(stored["text"]))


def _text(stored: list[dict[str, Any]]) -> Text:
    return tuple(Span(**span) for span in stored)
