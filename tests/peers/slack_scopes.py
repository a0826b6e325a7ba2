"""Which permission each method of Slack's Web API wants, and what a workspace granted by installing a manifest."""

from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]  # it comes without types

_FOLDER: Final = Path(__file__).parents[2] / "bot" / "slack"
_WANTED: Final = {
    "assistant.threads.setStatus": "chat:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "chat.appendStream": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.startStream": "chat:write",
    "chat.stopStream": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "users.conversations": "groups:read",
    "users.info": "users:read",
}
_WANTED_BY_KIND: Final = {
    "conversations.history": "history",
    "conversations.info": "read",
    "conversations.replies": "history",
}
_FAMILIES: Final = {"channel": "channels", "group": "groups", "im": "im"}


def scope_of(method: str, *, kind: str) -> str:
    """The scope that a method wants in a place of that kind; empty for none."""
    if method in _WANTED_BY_KIND:
        return f"{_FAMILIES[kind]}:{_WANTED_BY_KIND[method]}"
    return _WANTED.get(method, "")


def granted_by(manifest: str, *, with_optional: bool = True) -> set[str]:
    """What the bot may do where this manifest was installed."""
    scopes = yaml.safe_load((_FOLDER / manifest).read_text(encoding="utf-8"))["oauth_config"]["scopes"]
    return {*scopes["bot"], *(scopes.get("bot_optional", []) if with_optional else [])}
