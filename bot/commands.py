"""One grammar for slash commands, direct messages and the prompt: text becomes a request."""

import difflib
import re
import shlex
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


def _address(rest: str) -> dict[str, Any]:
    words = _words(rest)
    flags = {word for word in words if word.startswith("--")}
    addresses = [word.strip("<>") for word in words if not word.startswith("--")]
    if len(addresses) != 1 or flags - {"--private"}:
        raise BadInput("Say one address to add, for example “add https://example.org/feed.xml”.")
    return {"address": addresses[0], "private": "--private" in flags}


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


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:  # an apostrophe is no quotation
        return rest.split()


VERBS: Final = (
    Verb("top", "top", "show today's insights", "top", _nothing),
    Verb("ask", "ask QUESTION", "answer from what was said", "ask why do small models forget less?", _question),
    Verb("add", "add ADDRESS [--private]", "follow a feed", "add https://example.org/feed.xml", _address, True),
    Verb("search", "search WORDS", "find passages", "search code review", _query),
    Verb("card", "card NUMBER", "show the evidence behind today's insight", "card 2", _number),
    Verb("saved", "saved", "show what you saved", "saved", _nothing),
    Verb("list", "list", "show the shows this channel follows", "list", _nothing),
    Verb("remove", "remove SHOW", "stop following a show", "remove Ship It", _name, True),
    Verb("schedule", "schedule [HH:MM [ZONE]]", "show or set the daily post", "schedule 08:30", _wall_time, True),
    Verb("pause", "pause", "stop the daily post", "pause", _nothing, True),
    Verb("resume", "resume", "start the daily post again", "resume", _nothing, True),
    Verb("status", "status", "show what waits and what failed", "status", _nothing),
    Verb("help", "help", "show these commands", "help", _nothing),
)
