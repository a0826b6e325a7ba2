"""Slack's places as ours: `slack:T1` is a team, `slack:T1/C2` a channel or a direct message in it."""

from typing import Final

from pipeline.domain.audience import WorkspaceId

PLATFORM: Final = "slack"


def workspace_id(team: str) -> WorkspaceId:
    """The workspace of a team."""
    return WorkspaceId(f"{PLATFORM}:{team}")


def team_of(workspace: WorkspaceId) -> str:
    """Slack's id of our workspace."""
    return workspace.partition(":")[2]


def channel_id(team: str, conversation: str) -> str:
    """Our id of a conversation."""
    return f"{workspace_id(team)}/{conversation}"


def conversation_of(our_id: str) -> str:
    """Slack's id of our channel."""
    return our_id.partition("/")[2]


def is_direct(conversation: str) -> bool:
    """Whether Slack's id is that of direct messages with one member."""
    return conversation.startswith("D")
