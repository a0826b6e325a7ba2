"""Prompts: the instruction, the fenced data, the instruction again."""

from importlib.resources import files
from string import Template
from typing import Final

from pipeline.adapters.openai_model.wire import Turn
from pipeline.domain.identity import stable_id
from pipeline.domain.talk.live_text import inert

PROMPTS: Final = "2"
"""The number in the names of the files that are read; a part of the version under which insights are stored."""

_LOOKALIKES: Final = str.maketrans("<>[]{}`", "\u2039\u203a()()'")
"""What could end a fence, open a role or pass for a line's number becomes its likeness; quotes are found without it."""


def instruction(name: str) -> str:
    """The text of a prompt file."""
    return files("pipeline.prompts").joinpath(f"{name}-{PROMPTS}.txt").read_text(encoding="utf-8").strip()


def prompt(name: str, *, most: int = 0, **data: str) -> tuple[Turn, ...]:
    """The two turns of a prompt. Each piece of `data` must have gone through `harmless`; it is put between fences.

    The fences' names follow from the data, so that nobody who speaks in it can know them.
    """
    system, _, user = instruction(name).partition("\n=====\n")
    seal = stable_id(name, *data.values())[:8]
    fields: dict[str, str] = {"most": str(most)}
    for key, value in data.items():
        fields |= {key: value or "(none)", f"open_{key}": f"<{key}-{seal}>", f"close_{key}": f"</{key}-{seal}>"}
    return Turn("system", system), Turn("user", Template(user).substitute(fields))


def harmless(text: str) -> str:
    """The text on one line, without hidden characters and without anything that looks like a fence or a tag."""
    return inert(text).translate(_LOOKALIKES)
