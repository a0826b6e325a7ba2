"""What a chat platform brings in, and a thread so far."""

from dataclasses import dataclass

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
