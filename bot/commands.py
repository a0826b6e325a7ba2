"""One grammar for slash commands, direct messages and the prompt: text becomes a request."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from bot.handover import Request
from pipeline.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: how it is written, what it does, and whether only curators may use it."""

    name: str
    usage: str
    summary: str
    example: str
    read: Callable[[str], dict[str, Any]]
    is_for_curators: bool = False


def parse(text: str) -> Request:
    """The request that `text` (without `/podcast`) asks for; nothing at all asks for help.

    Raises BadInput with the nearest command and examples, or with what the command needs.
    """
    name, _, rest = text.strip().partition(" ")
    if not name:
        return Request("help")
    verb = next((verb for verb in VERBS if verb.name == name.lower()), None)
    if verb is None:
        raise BadInput(_unknown(name))
    return Request(verb.name, verb.read(rest.strip()))


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), [verb.name for verb in VERBS], n=1, cutoff=0.5)
    guess = f" Did you mean “{near[0]}”?" if near else ""
    examples = ", ".join(f"“{verb.example}”" for verb in VERBS[:3])
    return f"“{name}” is not a command.{guess} Try for example {examples}."


def _nothing(_rest: str) -> dict[str, Any]:
    return {}


def _preview(_rest: str) -> dict[str, Any]:
    return {"dry_run": True}


def _show(rest: str) -> dict[str, Any]:
    address, flags = _without_flags(rest, "--private")
    if not address:
        raise BadInput("Say which show, by its address or its name, for example “add https://example.org/feed.xml”.")
    return {"address": address, "private": "--private" in flags}


def _list(rest: str) -> dict[str, Any]:
    address, flags = _without_flags(rest, "--dry-run")
    if not address or " " in address:
        raise BadInput("Say where the list is, for example “import https://example.org/shows.opml --dry-run”.")
    return {"address": address, "dry_run": "--dry-run" in flags}


def _export(rest: str) -> dict[str, Any]:
    more, flags = _without_flags(rest, "--private")
    if more:
        raise BadInput("Say “export”, or “export --private” to have the private shows in it too.")
    return {"private": "--private" in flags}


def _older(rest: str) -> dict[str, Any]:
    words, flags = _without_flags(rest, "--yes")
    name, _, count = words.rpartition(" ")
    if not name or not count.isdecimal():
        raise BadInput("Say which show and how many older episodes, for example “backfill Ship It 20”.")
    return {"name": name.strip("“”\"' "), "count": int(count), "confirmed": "--yes" in flags}


def _without_flags(rest: str, *known: str) -> tuple[str, frozenset[str]]:
    """The words without the flags among them, and these. Raises BadInput for other flags."""
    words = rest.split()
    flags = frozenset(word for word in words if word.startswith("--"))
    if other := flags - set(known):
        raise BadInput(f"{min(other)} is not known here; it takes {' or '.join(known)} only.")
    text = " ".join(word for word in words if word not in flags).strip("“”\"' ")
    # Chat programs write an address between brackets, with a label behind a bar.
    return re.sub(r"(?<!\S)<([^<>|\s]+)(?:\|[^<>]*)?>(?!\S)", r"\1", text), flags


def _name(rest: str) -> dict[str, Any]:
    name = rest.strip("“”\"' ")
    if not name:
        raise BadInput("Say which show, by a part of its title or its address, for example “remove Ship It”.")
    return {"name": name}


def _question(rest: str) -> dict[str, Any]:
    if not rest:
        raise BadInput("Say what you want to know, for example “ask why do small models forget less?”.")
    return {"question": rest}


def _query(rest: str) -> dict[str, Any]:
    if not rest:
        raise BadInput("Say what to look for, for example “search code review”.")
    return {"query": rest}


def _number(rest: str) -> dict[str, Any]:
    if rest not in {"1", "2", "3", "4", "5"}:
        raise BadInput("Say which of today's insights, for example “card 2”.")
    return {"insight": rest}


def _wall_time(rest: str) -> dict[str, Any]:
    if not rest:
        return {}
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?:\s+(\S+))?", rest)
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 0)
    if found is None or hour > 23 or minute > 59:  # noqa: PLR2004  the last hour and minute of a day
        raise BadInput("Say a time of day and, if you like, a time zone, for example “schedule 08:30 Europe/Berlin”.")
    return {"at": time(hour, minute).isoformat(timespec="minutes"), "zone": found[3]}


def _topics(rest: str) -> dict[str, Any]:
    if not rest:
        return {}
    action, _, topic = rest.partition(" ")
    action = action.lower()
    if action not in _ASKED_OF_TOPICS or (action != "reset" and not topic.strip()):
        raise BadInput("Say “topics more TOPIC”, “less”, “mute” or “drop”, or “topics reset”; “topics” shows them.")
    return {"action": action, "topic": topic.strip()}


_ASKED_OF_TOPICS: Final = frozenset({"more", "less", "mute", "drop", "reset"})
_ADDED: Final = "add https://example.org/feed.xml"
_IMPORTED: Final = "import https://example.org/shows.opml"

VERBS: Final = (
    Verb("top", "top", "show today's insights", "top", _nothing),
    Verb("ask", "ask QUESTION", "answer from what was said", "ask why do small models forget less?", _question),
    Verb("add", "add SHOW [--private]", "follow a show by its address or its name", _ADDED, _show, True),
    Verb("add-private", "add-private", "follow a show that needs a sign-in", "add-private", _nothing, True),
    Verb("search", "search WORDS", "find passages", "search code review", _query),
    Verb("card", "card NUMBER", "show the evidence behind today's insight", "card 2", _number),
    Verb("saved", "saved", "show what you saved", "saved", _nothing),
    Verb("list", "list", "show the shows this channel follows", "list", _nothing),
    Verb("backfill", "backfill SHOW NUMBER [--yes]", "read older episodes", "backfill Ship It 20", _older, True),
    Verb("import", "import ADDRESS [--dry-run]", "follow the shows of an OPML list", _IMPORTED, _list, True),
    Verb("export", "export [--private]", "list the shows with their addresses", "export", _export),
    Verb("remove", "remove SHOW", "stop following a show", "remove Ship It", _name, True),
    Verb("topics", "topics [more|less|mute|drop TOPIC]", "what is posted here", "topics more code review", _topics),
    Verb("schedule", "schedule [HH:MM [ZONE]]", "show or set the daily post", "schedule 08:30", _wall_time, True),
    Verb("pause", "pause", "stop the daily post", "pause", _nothing, True),
    Verb("resume", "resume", "start the daily post again", "resume", _nothing, True),
    Verb("preview", "preview", "show what would be posted now", "preview", _preview),
    Verb("settings", "settings", "show this channel's settings", "settings", _nothing),
    Verb("setup", "setup", "show what is still to be set up", "setup", _nothing),
    Verb("status", "status", "show what waits and what failed", "status", _nothing),
    Verb("help", "help", "show these commands", "help", _nothing),
)
