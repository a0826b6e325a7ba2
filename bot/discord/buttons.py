"""Buttons that work after any restart: what they do stands in their id."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.counter import Counter
from bot.discord.layouts import MARKED_ACTION
from bot.handover import Request
from bot.texts.replies import UNDO


def make_pressed(counter: Counter) -> type[ui.DynamicItem[Any]]:
    """The class that answers every press, privately, for `Client.add_dynamic_items`."""

    class Pressed(ui.DynamicItem[ui.Button[Any]], template=MARKED_ACTION):
        def __init__(self, item: ui.Button[Any], action: str) -> None:
            super().__init__(item)
            self._action = action

        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
        ) -> Self:
            if not isinstance(item, ui.Button):
                raise TypeError(f"only buttons carry actions, not {type(item).__name__}")
            return cls(item, match["action"])

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            verb, _, key = self._action.partition(":")
            if verb == UNDO:  # what was announced is taken back in public too
                await counter.change(interaction, Request(UNDO, {"feed": key}))
            else:
                await counter.press(interaction, self._action)

    return Pressed
