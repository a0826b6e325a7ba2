"""What is wrong with a setting, as a sentence that names it and what would be right."""

import difflib
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "PODSIFT_"


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that asks for the known name nearest to this one; empty when none is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def problem_sentence(location: tuple[int | str, ...], message: str, kind: str, *, names: Iterable[str]) -> str:
    """One of pydantic's complaints: where, what and of which kind. `names` are all settings."""
    said = message.removeprefix("Value error, ")
    if not location:
        return _full_stop(f"The settings do not fit together: {said}")
    name = str(location[0]).upper()
    full = name if name.startswith(PREFIX) else f"{PREFIX}{name}"
    if kind == "extra_forbidden":
        return f"{full} is not a setting{nearest(full, names) or '.'}"
    return f"{full} is wrong: {_full_stop(said)}"


def _full_stop(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."
