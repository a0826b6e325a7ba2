"""What commands do, whoever asks: a terminal, a slash command, a message or another process.

Every operation takes the app, the member who asks and its arguments, and gives data for programs and a message for
people. This is the door: `perform`.
"""

import logging
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any, Final

from bot.app import App
from bot.handover import Report, Request
from bot.operations import episode, following, insights, lists, orientation, reading, running, scheduling, topics
from bot.operations.outcome import Member, Outcome
from bot.shapes.commands import ErrorShape
from bot.texts.replies import error_reply
from bot.texts.wording import FAILED, exit_code, explain, unexpected
from pipeline.domain.errors import BadInput, PodsiftError

__all__ = ["Member", "Outcome", "perform", "perform_unseen"]

Operation = Callable[[App, Member, dict[str, Any], Report], Awaitable[Outcome]]

_log = logging.getLogger(__name__)

_OPERATIONS: Final = MappingProxyType[str, Operation](
    {
        "add": following.add,
        "add-private": orientation.add_private,
        "remove": following.remove,
        "undo": orientation.undo,
        "list": following.list_feeds,
        "scan": following.scan,
        "import": lists.import_list,
        "export": lists.export_list,
        "backfill": lists.backfill,
        "digest": reading.digest,
        "top": reading.digest,
        "preview": reading.digest,
        "ask": reading.ask,
        "search": reading.search,
        "card": insights.card,
        "insights": episode.insights,
        "vote": insights.vote,
        "report": insights.report,
        "save": insights.save,
        "saved": insights.saved,
        "topics": topics.topics,
        "schedule": scheduling.schedule,
        "pause": scheduling.pause,
        "resume": scheduling.resume,
        "settings": orientation.settings,
        "setup": orientation.setup,
        "status": running.status,
        "retry": running.retry,
        "reindex": running.reindex,
        "doctor": running.doctor,
        "help": running.show_help,
    }
)
_FOR_CURATORS: Final = frozenset(
    {"add", "add-private", "remove", "undo", "import", "backfill", "schedule", "pause", "resume"}
)
_FOR_THE_OWNER: Final = frozenset({"scan", "retry", "reindex", "doctor"})


async def perform(app: App, member: Member, request: Request, report: Report) -> Outcome:
    """Carry out a request. What goes wrong is part of the outcome, in words for people."""
    try:
        _check(member, request.operation, is_look=request == Request("schedule"))
        return await _OPERATIONS[request.operation](app, member, request.arguments, report)
    except PodsiftError as error:
        _log.info("Refused a request.", extra={"operation": request.operation, "kind": type(error).__name__})
        return _told(explain(error), exit_code(error))
    except Exception as error:  # noqa: BLE001  the outermost door of a request: a bug is told, and the next one is served
        _log.exception("A request met a bug.", extra={"operation": request.operation})
        return _told(unexpected(error), FAILED)


def _told(error: ErrorShape, code: int) -> Outcome:
    return Outcome(error, error_reply(error), code)


async def perform_unseen(app: App, member: Member, request: Request) -> Outcome:
    """Carry out a request where nobody watches its progress."""
    return await perform(app, member, request, lambda _progress: None)


def _check(member: Member, operation: str, *, is_look: bool) -> None:
    if operation not in _OPERATIONS:
        raise BadInput(f"“{operation}” is not a command.")
    if operation in _FOR_THE_OWNER and not member.is_owner:
        raise BadInput(f"“{operation}” is for whoever runs Podsift, on its own machine.")
    if operation in _FOR_CURATORS and not (member.is_curator or is_look):
        raise BadInput(f"“{operation}” is for curators; ask one of them.")
