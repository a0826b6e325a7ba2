"""Commands in running text: «list» and «add https://…» are commands in a mention or a direct message too."""

import re
from typing import Final

from bot.commands import VERBS, parse
from bot.handover import Request

_WITH_ARGUMENTS: Final = frozenset(
    {"add", "ask", "backfill", "card", "import", "remove", "schedule", "search", "topics"}
)
_TODAY: Final = re.compile(
    r"(?:what(?:['’]s|\s+is)\s+new(?:\s+(?:here|today))*|what(?:['’]s|\s+is|\s+do\s+you\s+have)(?:\s+(?:in|there|for))*\s+today"
    r"|(?:what\s+(?:are|is)\s+|show\s+(?:me\s+)?)?today['’]s\s+(?:insights|post|digest|news|five)|(?:any\s+)?news\s+today)"
    r"\s*[?!.]*",
    re.IGNORECASE,
)
"""Whoever asks so wants the day's post, not passages about «new» and «today»."""


def request_in(text: str) -> Request | None:
    """The command that a message holds, None for a question; nothing at all asks for help. Raises BadInput."""
    line = text.strip().removeprefix("/podcast").strip()
    verb, _, rest = line.partition(" ")
    verb = verb.lower()
    is_lone = not rest and verb in {known.name for known in VERBS}
    if _TODAY.fullmatch(line):
        return command("top")
    if line and not is_lone and not _is_order(verb, rest):
        return None
    return command(line)


def command(line: str) -> Request:
    """The request of a command line without `/podcast`. Raises BadInput."""
    request = parse(line)
    if request.operation == "ask" and _TODAY.fullmatch(str(request.arguments["question"])):
        request = parse("top")
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
