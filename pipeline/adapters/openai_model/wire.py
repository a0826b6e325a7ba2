"""One request and one reply, as this package sees them; and what the server may say instead of a reply."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pipeline.domain.errors import ModelBusy, ModelError, ModelRefused


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation with the model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `options` are the fields that not every server knows; `seconds` is the total time for one try."""

    model: str
    turns: tuple[Turn, ...]
    options: dict[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply. `is_cut` says that it ended at the token limit; the token counts are None when nobody said them."""

    text: str
    is_cut: bool = False
    is_filtered: bool = False
    refusal: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None


class Ear(Protocol):
    """Hears a reply while it is written."""

    @property
    def is_committed(self) -> bool:
        """Whether something of the reply was shown: no other reply may take its place any more."""
        ...

    def hear(self, text: str) -> None:
        """The reply as far as it is; it begins anew when the request is made again."""
        ...


class Throttled(ModelBusy):
    """Too many requests: the server is well and says when to come back."""


class RequestRefused(ModelError):
    """The server does not take this form of request; `said` is its complaint."""

    def __init__(self, problem: str, *, said: str) -> None:
        self.said = said
        super().__init__(problem)


class ContextTooLong(ModelRefused):
    """More text than the model reads at once."""


class Declined(ModelRefused):
    """The model or its filter would not do it."""


class Unusable(ModelRefused):
    """No reply in the shape that was asked for, even after a repair turn."""
