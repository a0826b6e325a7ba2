"""Discord's numbers and our names: servers are workspaces, text channels are channels."""

from typing import Final

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.errors import UnknownChannel

DIRECT: Final = 0
"""Stands for the server of direct messages."""
_PLATFORM: Final = "discord:"


def workspace_of(guild_id: int) -> WorkspaceId:
    """`discord:<guild>`."""
    return WorkspaceId(f"{_PLATFORM}{guild_id}")


def guild_of(workspace: WorkspaceId) -> int:
    """The server's number, DIRECT for direct messages."""
    return int(workspace.removeprefix(_PLATFORM))


def channel_id_of(guild_id: int, channel_id: int) -> str:
    """`discord:<guild>/<channel>`."""
    return f"{_PLATFORM}{guild_id}/{channel_id}"


def numbers_of(channel_id: str) -> tuple[int, int]:
    """The server's and the channel's number. Raises UnknownChannel for what is no channel of Discord."""
    guild, _, channel = channel_id.removeprefix(_PLATFORM).partition("/")
    if not (channel_id.startswith(_PLATFORM) and guild.isdecimal() and channel.isdecimal()):
        raise UnknownChannel(channel_id)
    return int(guild), int(channel)
