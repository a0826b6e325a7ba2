"""The form for a private show: its sign-in is typed where nobody else sees it, and no log holds it."""

from collections.abc import Iterator
from typing import Any, Final

import discord
from discord import ui

from bot.discord.counter import Counter
from bot.discord.fulfilling import Interaction
from bot.handover import Request

PRIVATE_SHOW: Final = "add-private-show"
"""The form's id: it is answered by this alone, so that a restart between opening and sending loses nothing."""
_ADDRESS: Final = "address"
_SIGN_IN: Final = "sign-in"
_LONGEST: Final = 2_000


class PrivateShow(ui.Modal):
    """The open form."""

    def __init__(self) -> None:
        super().__init__(title="Follow a private show", custom_id=PRIVATE_SHOW, timeout=None)
        self.add_item(_field(_ADDRESS, "Address of its feed", "Only this server sees the show.", "https://…"))
        about = "Kept encrypted, and sent to the show's own server only."
        self.add_item(_field(_SIGN_IN, "Sign-in, if it needs one", about, "name:password, or a token", required=False))
        self.stop()

    async def on_submit(self, interaction: Interaction) -> None:
        """Nothing: `take_form` hears of it too."""


def is_private_show(interaction: Interaction) -> bool:
    """Whether this is our form, sent."""
    is_form = interaction.type is discord.InteractionType.modal_submit
    return is_form and _data_of(interaction).get("custom_id") == PRIVATE_SHOW


async def take_form(interaction: Interaction, counter: Counter) -> None:
    """Follow the show of a form that was sent."""
    given = dict(_fields(_data_of(interaction).get("components") or ()))
    arguments: dict[str, Any] = {"address": given.get(_ADDRESS, ""), "private": True}
    if given.get(_SIGN_IN):
        arguments["credentials"] = given[_SIGN_IN]
    await counter.change(interaction, Request("add", arguments))


def _data_of(interaction: Interaction) -> dict[str, Any]:
    return dict(interaction.data or {})


def _field(name: str, label: str, about: str, example: str, *, required: bool = True) -> ui.Label[Any]:
    line: ui.TextInput[Any] = ui.TextInput(custom_id=name, placeholder=example, required=required, max_length=_LONGEST)
    return ui.Label(text=label, description=about, component=line)


def _fields(components: Any) -> Iterator[tuple[str, str]]:
    for component in components:
        if "value" in component:
            yield component["custom_id"], str(component["value"] or "").strip()
        yield from _fields(component.get("components") or ())
        yield from _fields([component["component"]] if component.get("component") else ())
