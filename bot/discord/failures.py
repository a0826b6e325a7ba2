"""What Discord's refusals mean: later, nobody knows, or gone for good; and what to ask an admin for."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import aiohttp
import discord

from bot.discord.brake import HeldBack
from pipeline.domain.channel import Channel
from pipeline.domain.errors import DeliveryDelayed, DeliveryError, DeliveryUnknown, DestinationGone

FAILURES: Final = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""Everything that a call to Discord raises; `RuntimeError` would be ours."""
INVALID_BODY: Final = 50035
NEEDED: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    read_message_history=True,
    create_public_threads=True,
    send_messages_in_threads=True,
)
"""What a channel must allow."""
_NEEDED_IN_FORUMS: Final = discord.Permissions(
    view_channel=True, send_messages=True, read_message_history=True, send_messages_in_threads=True
)
_NAMES: Final = MappingProxyType({"read_messages": "View Channel"})
"""Where discord.py's name is not the one of Discord's settings."""
_NAMES_IN_FORUMS: Final = MappingProxyType(
    {"send_messages": "Create Posts", "send_messages_in_threads": "Send Messages in Posts"}
)
_BANNED_FOR: Final = 900.0
"""Seconds to leave Discord alone after it refused our address or our token."""
_GONE: Final = MappingProxyType(
    {
        10003: "the channel “{name}” is gone",
        10004: "the server of “{name}” is gone, or Podsift was removed from it",
        40067: "posts in the forum “{name}” need a tag, and it has none that Podsift may use; ask an admin to add one",
        50001: "Podsift cannot see “{name}”; ask an admin to give it View Channel there",
        50013: "Podsift may not post in “{name}”; ask an admin to give it Send Messages (in a forum: Create Posts) and "
        "Read Message History there",
        50024: "“{name}” is no channel for text",
        50083: "the thread “{name}” is archived",
        160005: "the thread “{name}” is locked",
    }
)
_HINDRANCES: Final = MappingProxyType(
    {
        50001: "I need View Channel in {place}; ask an admin to give it to me there.",
        50013: "I need Send Messages, Read Message History and, in threads and posts, Send Messages in Threads in "
        "{place}; ask an admin to give them to me there.",
        50083: "{place} is archived; ask a moderator to open it again.",
        160005: "{place} is locked; ask a moderator to unlock it.",
    }
)


def delivery_error(error: BaseException, channel: Channel) -> DeliveryError:
    """The error of ours for a failed call about `channel`."""
    if isinstance(error, discord.RateLimited):
        return DeliveryDelayed("Discord asks us to slow down", retry_after=error.retry_after)
    if isinstance(error, HeldBack):
        return DeliveryDelayed(str(error), retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _answered(error, channel)
    if isinstance(error, discord.LoginFailure):
        return DeliveryDelayed("Discord does not accept PODSIFT_DISCORD_TOKEN", retry_after=_BANNED_FOR)
    if isinstance(error, aiohttp.ClientConnectorError):
        return DeliveryDelayed("Discord cannot be reached")
    return DeliveryUnknown("The connection to Discord broke before it answered")


def hindrance(error: BaseException, place: str) -> str:
    """Why an answer could not be written in `place` and who can help; empty when it may work later."""
    return _HINDRANCES.get(getattr(error, "code", 0), "").format(place=place)


def missing_in(permissions: discord.Permissions, *, is_forum: bool = False) -> tuple[str, ...]:
    """The names, as Discord's settings write them, of what a channel does not allow Podsift."""
    needed = _NEEDED_IN_FORUMS if is_forum else NEEDED
    lacking = (name for name, is_needed in needed if is_needed and not getattr(permissions, name))
    names = {**_NAMES, **(_NAMES_IN_FORUMS if is_forum else {})}
    return tuple(names.get(name) or name.replace("_", " ").title().replace(" In ", " in ") for name in lacking)


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
