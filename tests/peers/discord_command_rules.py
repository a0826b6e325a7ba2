"""What Discord refuses in an application's commands, written down from its documentation."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

_NAME: Final = re.compile(r"[-_'\w]{1,32}")
_SLASH, _USER, _MESSAGE = 1, 2, 3
_MOST: Final = {_SLASH: 100, _USER: 15, _MESSAGE: 15}
_SUBCOMMAND, _GROUP, _STRING, _INTEGER, _NUMBER = 1, 2, 3, 4, 10


def problems_of_commands(commands: list[Json]) -> list[str]:
    """Every reason to refuse these commands, empty for good ones."""
    kinds = Counter(command.get("type", _SLASH) for command in commands)
    problems = [f"more than {most} commands of type {kind}" for kind, most in _MOST.items() if kinds[kind] > most]
    names = Counter((command.get("type", _SLASH), command["name"]) for command in commands)
    problems += [f"“{name}” occurs twice" for (_, name), number in names.items() if number > 1]
    for command in commands:
        problems += [f"{command['name']}: {problem}" for problem in _of_command(command)]
    return problems


def _of_command(command: Json) -> Iterator[str]:
    if command.get("type", _SLASH) == _SLASH:
        yield from _of_name(command["name"])
        yield from _of_description(command)
        yield from _of_options(command.get("options") or [], depth=0)
        if _length(command) > 8_000:
            yield f"{_length(command)} characters in all are more than 8000"
    else:
        if not 0 < len(command["name"]) <= 32:
            yield "a name of 1 to 32 characters"
        if command.get("description") or command.get("options"):
            yield "an entry of a menu has neither description nor options"
    if not set(command.get("contexts") or []) <= {0, 1, 2} or not set(command.get("integration_types") or []) <= {0, 1}:
        yield "contexts or installs that are not there"
    rights = command.get("default_member_permissions")
    if rights is not None and not str(rights).isdecimal():
        yield "rights are a number"


def _of_options(options: list[Json], *, depth: int) -> Iterator[str]:
    if len(options) > 25:
        yield "more than 25 options"
    if len({option["name"] for option in options}) < len(options):
        yield "an option occurs twice"
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        yield "what is required comes first"
    has_verbs = {option["type"] in {_SUBCOMMAND, _GROUP} for option in options}
    if len(has_verbs) > 1:
        yield "verbs and values side by side"
    for option in options:
        yield from _of_name(option["name"])
        yield from _of_description(option)
        if option["type"] in {_SUBCOMMAND, _GROUP}:
            if depth > (0 if option["type"] == _GROUP else 1):
                yield "verbs too deep"
            yield from _of_options(option.get("options") or [], depth=depth + 1)
        else:
            yield from _of_value(option)


def _of_value(option: Json) -> Iterator[str]:
    choices = option.get("choices") or []
    if len(choices) > 25:
        yield "more than 25 choices"
    if any(not 0 < len(c["name"]) <= 100 or len(str(c["value"])) > 100 for c in choices):
        yield "a choice of more than 100 characters"
    if choices and option.get("autocomplete"):
        yield "choices and autocompletion"
    if option.get("autocomplete") and option["type"] not in {_STRING, _INTEGER, _NUMBER}:
        yield "nothing to complete"
    if option["type"] == _STRING and not 0 <= option.get("min_length", 0) <= option.get("max_length", 6_000) <= 6_000:
        yield "lengths that cannot be"
    if option.get("min_value", 0) > option.get("max_value", option.get("min_value", 0)):
        yield "values that cannot be"


def _of_name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name) or name != name.lower():
        yield f"“{name}” is no name: 1 to 32 small letters, figures, - and _"


def _of_description(thing: Json) -> Iterator[str]:
    if not 0 < len(thing.get("description") or "") <= 100:
        yield f"“{thing['name']}” has a description of 1 to 100 characters"


def _length(thing: Json) -> int:
    own = len(thing["name"]) + len(thing.get("description") or "")
    choices = sum(len(c["name"]) + len(str(c["value"])) for c in thing.get("choices") or [])
    return own + choices + sum(_length(option) for option in thing.get("options") or [])
