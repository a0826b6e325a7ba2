"""`/podcast import`, `export` and `backfill`: lists of shows in and out as files, and older episodes."""

from typing import Any

import discord
from discord import app_commands

from bot.discord import phrases
from bot.discord.counter import Counter
from bot.discord.fulfilling import Interaction
from bot.discord.offers import Choices, Offers
from bot.handover import Request


def add_list_commands(group: app_commands.Group, counter: Counter, offers: Offers) -> None:
    """Add them to `/podcast`."""
    for command in (_import(counter), _export(counter), _backfill(counter, offers)):
        group.add_command(command)


def _import(counter: Counter) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name="import", description="Follow the shows of an OPML list")
    @app_commands.describe(
        file="the list, as another podcast app exports it",
        address="or where the list is",
        dry_run="only say what it has",
    )
    @app_commands.rename(dry_run="dry-run")
    async def import_list(
        interaction: Interaction, file: discord.Attachment | None = None, address: str = "", *, dry_run: bool = False
    ) -> None:
        request = Request("import", {"dry_run": dry_run})
        if (file is None) == (not address):
            await interaction.response.send_message(phrases.ONE_OF_BOTH, ephemeral=True)
        elif file is None:
            request.arguments["address"] = address
            await counter.change(interaction, request)
        else:
            await counter.take_list(interaction, file, request)

    return import_list


def _export(counter: Counter) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name="export", description="The shows of this channel as an OPML file")
    @app_commands.describe(private="with the private ones, without what opens them (curators)")
    async def export_list(interaction: Interaction, *, private: bool = False) -> None:
        await counter.read(interaction, Request("export", {"private": private}))

    return export_list


def _backfill(counter: Counter, offers: Offers) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name="backfill", description="Read older episodes of a show, or see what that would mean")
    @app_commands.describe(show="which one", number="how many of its older episodes", start="start now")
    async def backfill(
        interaction: Interaction, show: str, number: app_commands.Range[int, 1, 10_000], *, start: bool = False
    ) -> None:
        request = Request("backfill", {"name": show, "count": number, "confirmed": start})
        await counter.change(interaction, request)

    @backfill.autocomplete("show")
    async def _shows(interaction: Interaction, current: str) -> Choices:
        return await offers.shows(interaction, current)

    return backfill
