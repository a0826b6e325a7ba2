"""Commands in running text: «list» and «add https://…» are commands in a mention or a direct message too."""

from typing import Final

from bot.commands import VERBS, parse
from bot.handover import Request

_WITH_ARGUMENTS: Final = frozenset(
    {"add", "ask", "backfill", "card", "import", "remove", "schedule", "search", "topics"}
)


def request_in(text: str) -> Request | None:
    """The command that a message holds, None for a question; nothing at all asks for help. Raises BadInput."""
    line = text.strip().removeprefix("/podcast").strip()
    verb, _, rest = line.partition(" ")
    verb = verb.lower()
    is_lone = not rest and verb in {known.name for known in VERBS}
    if line and not is_lone and not _is_order(verb, rest):
        return None
    return command(line)


def command(line: str) -> Request:
    """The request of a command line without `/podcast`. Raises BadInput."""
    request = parse(line)
    if request.operation != "top":
        return request
    # Whoever looks at the day's insights does not want to post them.
    return Request("top", {**request.arguments, "dry_run": True})


def _is_order(verb: str, rest: str) -> bool:
    if verb not in _WITH_ARGUMENTS or not rest:
        return False
    if verb in {"add", "import"}:
        return "." in rest.split(maxsplit=1)[0]
    return verb == "ask" or not rest.rstrip().endswith("?")
