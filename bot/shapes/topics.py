"""The documented shape of what a channel wants to read."""

from bot.shapes.commands import Shape


class TopicsShape(Shape):
    """`podsift topics`: topics in members' words; `muted` ones are never posted."""

    channel: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    muted: tuple[str, ...]
