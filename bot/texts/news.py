"""What a channel is told in one public line: that somebody changed it."""

from typing import Final

from bot.handover import Request
from bot.operations.outcome import Outcome
from bot.shapes.commands import AddedShape
from bot.shapes.lists import SeveralAddedShape
from bot.texts.replies import UNDO

_CHANGES: Final = frozenset({"add", "backfill", "import", "pause", "remove", "resume", "schedule", "topics", UNDO})


def is_news(request: Request, outcome: Outcome) -> bool:
    """Whether the request changed the channel; a look, a dry run and a show that was followed before did not."""
    if outcome.code or request.operation not in _CHANGES:
        return False
    if isinstance(outcome.data, AddedShape):
        return outcome.data.is_new
    if isinstance(outcome.data, SeveralAddedShape):
        return any(one.is_new for one in outcome.data.added)
    if request.arguments.get("dry_run"):
        return False
    if request.operation == "backfill":
        return bool(request.arguments.get("confirmed"))
    return request.operation not in {"schedule", "topics"} or bool(request.arguments)
