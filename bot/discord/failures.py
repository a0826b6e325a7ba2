"""What Discord's refusals mean for a delivery: later, nobody knows, or gone for good."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import aiohttp
import discord

from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown, DestinationGone

FAILURES: Final = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""Everything that a call to Discord raises; `RuntimeError` would be ours."""
NEEDED: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    read_message_history=True,
    create_public_threads=True,
    send_messages_in_threads=True,
)
"""What a channel must allow."""
_BANNED_FOR: Final = 900.0
"""Seconds to leave Discord alone after it refused our address or our token."""
_GONE: Final = MappingProxyType(
    {
        10003: "the channel “{name}” is gone",
        10004: "the server of “{name}” is gone, or Podsift was removed from it",
        50001: "Podsift cannot see “{name}”; ask an admin to give it View Channel there",
        50013: "Podsift may not post in “{name}”; ask an admin to give it Send Messages and Read Message History there",
        50024: "“{name}” is not a text channel",
        50083: "the thread “{name}” is locked or archived",
    }
)


def delivery_error(error: BaseException, channel: Channel) -> DeliveryError:
    """The error of ours for a failed call about `channel`."""
    if isinstance(error, discord.RateLimited):
        return DeliveryDelayed("Discord asks us to slow down", retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _answered(error, channel)
    if isinstance(error, discord.LoginFailure):
        return DeliveryDelayed("Discord does not accept PODSIFT_DISCORD_TOKEN", retry_after=_BANNED_FOR)
    if isinstance(error, aiohttp.ClientConnectorError):
        return DeliveryDelayed("Discord cannot be reached")
    return DeliveryUnknown("The connection to Discord broke before it answered")


def missing_in(permissions: discord.Permissions) -> tuple[str, ...]:
    """The names, as Discord's settings write them, of what a channel does not allow Podsift."""
    lacking = (name for name, needed in NEEDED if needed and not getattr(permissions, name))
    return tuple(name.replace("_", " ").title().replace(" In ", " in ") for name in lacking)


def _answered(error: discord.HTTPException, channel: Channel) -> DeliveryError:
    if error.code in _GONE:
        return DestinationGone(f"Discord says that {_GONE[error.code].format(name=channel.name)}.")
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryUnknown(f"Discord answered {error.status}, which does not say whether the post arrived")
    if error.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED}:
        # Going on would count as invalid requests, and those end in a ban of our address.
        return DeliveryDelayed(f"Discord answered {error.status}", retry_after=_BANNED_FOR)
    if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        return DestinationGone(f"Discord does not let Podsift post in “{channel.name}” (code {error.code}).")
    return DeliveryDelayed(f"Discord did not accept the post (code {error.code})")
