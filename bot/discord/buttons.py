"""Buttons that work after any restart: what they do stands in their id."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord import phrases
from bot.discord.desk import Desk
from bot.discord.layouts import MARKED_ACTION
from bot.discord.members import Members
from bot.discord.replying import defer, fulfil


def make_pressed(desk: Desk, members: Members) -> type[ui.DynamicItem[Any]]:
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
            with desk.work.doing():
                await press(interaction, self._action, desk=desk, members=members)

    return Pressed


async def press(interaction: discord.Interaction[Any], action: str, *, desk: Desk, members: Members) -> None:
    """Answer a press where only the one who pressed reads it."""
    if not await defer(interaction, private=True):
        return
    member = await members.who(interaction.user, interaction.channel)
    if member is None:
        reply = phrases.one_line(phrases.NOT_SET_UP if interaction.guild_id else phrases.NO_SERVER)
    else:
        reply = await desk.reception.press(action, member)
    await fulfil(interaction, reply, private=True)
