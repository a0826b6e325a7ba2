"""What a member finds under “Apps” on a message: ask about it, save its insight, report its insight."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import discord
from discord import app_commands

from bot.discord import phrases
from bot.discord.counter import Counter
from bot.discord.fulfilling import Interaction
from bot.discord.layouts import MARKED_ACTION
from bot.texts.cards import DOWN, REPORT, SAVE, UP
from bot.texts.message import Button, Buttons, Message, Paragraph, text
from bot.texts.posts import CARD

_LONGEST_QUESTION: Final = 1_000
_WITH_INSIGHT: Final = frozenset({CARD, UP, DOWN, SAVE})


def make_menus(counter: Counter) -> tuple[app_commands.ContextMenu, ...]:
    """The three entries. Asking also works where people brought the app along themselves."""

    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def ask_about(interaction: Interaction, message: discord.Message) -> None:
        await _ask_about(interaction, message, counter)

    async def save(interaction: Interaction, message: discord.Message) -> None:
        await _with_insight(interaction, message, counter, verb=SAVE)

    async def report(interaction: Interaction, message: discord.Message) -> None:
        await _with_insight(interaction, message, counter, verb=REPORT)

    return (
        app_commands.ContextMenu(name="Ask about this", callback=ask_about),
        app_commands.ContextMenu(name="Save insight", callback=save),
        app_commands.ContextMenu(name="Report insight", callback=report),
    )


async def _ask_about(interaction: Interaction, message: discord.Message, counter: Counter) -> None:
    found = dict(_insights_in(message.components))
    question = " ".join(message.clean_content.split())[:_LONGEST_QUESTION]
    if question:
        await counter.ask(interaction, question, private=True)
    elif len(found) == 1:
        await counter.press(interaction, f"{CARD}:{next(iter(found))}")
    else:
        await counter.say(interaction, _which(found, CARD) if found else phrases.one_line(phrases.NOT_WORDS))


async def _with_insight(interaction: Interaction, message: discord.Message, counter: Counter, *, verb: str) -> None:
    found = dict(_insights_in(message.components))
    if len(found) == 1:
        await counter.press(interaction, f"{verb}:{next(iter(found))}")
    else:
        await counter.say(interaction, _which(found, verb) if found else phrases.one_line(phrases.NO_INSIGHT))


def _which(found: dict[str, str], verb: str) -> Message:
    buttons = tuple(Button(label, f"{verb}:{insight}") for insight, label in found.items())
    return Message((Paragraph(text(phrases.WHICH)), Buttons(buttons)), phrases.WHICH)


def _insights_in(components: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The ids of the insights that a message's buttons belong to, with the button's label."""
    for component in components:
        action = MARKED_ACTION.fullmatch(getattr(component, "custom_id", None) or "")
        verb, _, key = action["action"].partition(":") if action else ("", "", "")
        if verb in _WITH_INSIGHT and key:
            yield key, component.label or "…"
        accessory = getattr(component, "accessory", None)
        yield from _insights_in([*getattr(component, "children", ()), *([accessory] if accessory else [])])
