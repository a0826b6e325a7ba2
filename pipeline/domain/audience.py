"""Who may see a feed and all that comes of it."""

from dataclasses import dataclass
from typing import Final, NewType

WorkspaceId = NewType("WorkspaceId", str)
"""A Slack team (`slack:T0123`), a Discord server (`discord:42`) or the owner of this machine (`local`)."""

LOCAL: Final = WorkspaceId("local")
_PUBLIC_KEY: Final = "public"


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody (`workspace=None`) or exactly one workspace."""

    workspace: WorkspaceId | None = None

    @property
    def key(self) -> str:
        """How the audience is stored in every row of the catalogue and the index."""
        return _PUBLIC_KEY if self.workspace is None else self.workspace

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.workspace is None

    def admits(self, workspace: WorkspaceId) -> bool:
        """Whether a member of `workspace` may see what carries this audience."""
        return self.workspace is None or self.workspace == workspace

    @classmethod
    def from_key(cls, key: str) -> "Audience":
        """The inverse of `key`."""
        return PUBLIC if key == _PUBLIC_KEY else cls(WorkspaceId(key))


PUBLIC: Final = Audience()


def keys_visible_to(workspace: WorkspaceId) -> tuple[str, str]:
    """The two stored audience keys that a member of `workspace` may read: the fence of every query."""
    return (_PUBLIC_KEY, workspace)
