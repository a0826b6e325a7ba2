"""Who asks, and what comes of it."""

from dataclasses import dataclass

from bot.handover import Reply
from bot.shapes.commands import ErrorShape, Shape
from bot.texts.message import Message
from bot.texts.message_json import to_json
from pipeline.domain.audience import WorkspaceId


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a channel. `is_owner` holds for the terminal of the machine that Podsift runs on."""

    workspace: WorkspaceId
    channel_id: str
    name: str
    is_curator: bool = False
    is_owner: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Data for programs, a message for people, and an exit code (0: done)."""

    data: Shape
    message: Message
    code: int = 0

    def to_reply(self) -> Reply:
        """The outcome in JSON types: `data` as `--json` prints it, `message` for `message_json`, `code`."""
        data = self.data.model_dump(mode="json")
        if isinstance(self.data, ErrorShape):
            data = {"error": data}
        return {"data": data, "message": to_json(self.message), "code": self.code}
