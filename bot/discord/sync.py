"""Telling Discord our commands, and only when they changed: it counts how often one does."""

import asyncio
import hashlib
import json
import logging
from pathlib import Path

import discord
from discord import app_commands

_log = logging.getLogger(__name__)


async def sync_if_changed(
    tree: app_commands.CommandTree[discord.Client], *, remembered: Path, guild: int | None = None
) -> bool:
    """Send the commands, to one server at once or to all, unless the file says that Discord has just these.

    Returns whether they were sent. Raises what `FAILURES` names.
    """
    target = None if guild is None else discord.Object(guild)
    if target is not None:
        tree.copy_global_to(guild=target)
    commands = [command.to_dict(tree) for command in tree.get_commands(guild=target)]
    said = {"application": tree.client.application_id, "guild": guild, "commands": commands}
    fingerprint = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    if await asyncio.to_thread(_read, remembered) == fingerprint:
        return False
    await tree.sync(guild=target)
    await asyncio.to_thread(_write, remembered, fingerprint)
    _log.info("Told Discord our commands.", extra={"guild": guild, "commands": len(commands)})
    return True


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(path: Path, fingerprint: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(fingerprint, encoding="utf-8")
