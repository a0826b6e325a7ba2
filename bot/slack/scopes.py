"""What the app asks Slack's permission for, and why: the manifests and the installation of hosted workspaces agree."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

NEEDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "app_mentions:read": "hearing mentions",
        "assistant:write": "suggesting questions",
        "channels:history": "follow-up questions in threads, and finding a post before it is sent twice",
        "channels:read": "channel names, and noticing invitations and archived channels",
        "chat:write": "posting and answering",
        "commands": "/podcast and “Ask about this”",
        "groups:history": "follow-up questions in private channels, and finding a post before it is sent twice",
        "groups:read": "the names of private channels, and noticing invitations and archived channels",
        "im:history": "direct messages",
        "im:write": "handing over files in direct messages",
        "users:read": "who is an admin, and the time zone of whoever invites the app",
    }
)
"""Every scope of the whole app with what it is for."""
OPTIONAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "files:read": "a list of shows sent along with “import”",
        "files:write": "“export” as a file",
    }
)
"""Scopes that a workspace may leave out; without them lists come and go as addresses and words."""
INDISPENSABLE: Final = frozenset(
    {"app_mentions:read", "channels:read", "chat:write", "commands", "groups:read", "im:history"}
)
"""What even the manifest for mentions only asks for."""


def lacking(granted: Collection[str]) -> tuple[str, ...]:
    """The scopes, optional ones left out, that are not among the granted ones."""
    return tuple(scope for scope in NEEDED if scope not in granted)


def how_to_add(scope: str) -> str:
    """What whoever runs the app does about a scope that is missing, in two sentences."""
    purpose = NEEDED.get(scope) or OPTIONAL.get(scope) or ""
    named = f"the permission {scope}{f' ({purpose})' if purpose else ''}" if scope else "a permission"
    return (
        f"The app lacks {named}. Add it at api.slack.com/apps under “OAuth & Permissions”, then install the app again."
    )
