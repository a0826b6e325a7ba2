"""What a chat platform brings in, a thread so far, and where our app is installed."""

from dataclasses import dataclass, field

from pipeline.domain.audience import WorkspaceId


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something that arrived. `event_id` is the same for every delivery of it; `attempt` counts from 1."""

    workspace: WorkspaceId
    event_id: str
    body: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread so far: the last questions, oldest first, who asked last, and who spoke last (empty: we did)."""

    questions: tuple[str, ...] = ()
    asker: str = ""
    last_speaker: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """Our app in one team of a platform, or in a whole organisation (`team` is empty). `token` is a secret.

    `organisation` is empty for a team outside of one. `bot` is our own user id there, `installer` who installed us.
    """

    platform: str
    organisation: str
    team: str
    token: str = field(repr=False)
    bot: str = ""
    installer: str = ""
