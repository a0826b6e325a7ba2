"""What becomes of a stage that ran: the next stage, a pause, or a failure with its sentence."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from pipeline.domain.errors import (
    CatalogUnavailable,
    DeliveryUnknown,
    DiskNearlyFull,
    IndexUnavailable,
    ModelQuota,
    PodsiftError,
)

_PAUSES: Final[tuple[tuple[type[PodsiftError], float], ...]] = (
    (ModelQuota, 3_600.0),
    (IndexUnavailable, 120.0),
    (CatalogUnavailable, 120.0),
    (DiskNearlyFull, 600.0),
)
"""What is no fault of the episode: it waits so many seconds, and then the stage is run again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`following` is the next stage, `problem` a sentence for people, `pause` the seconds until the next run."""

    following: str | None = None
    problem: str | None = None
    may_go_well_later: bool = False
    pause: float | None = None

    def as_result(self) -> dict[str, Any]:
        """As JSON, which survives a crash word for word."""
        return asdict(self)

    @classmethod
    def of_result(cls, result: dict[str, Any]) -> "Verdict":
        """From JSON."""
        return cls(**result)


def verdict_on(error: BaseException) -> Verdict:
    """What becomes of the stage after its last try raised this."""
    for kind, seconds in _PAUSES:
        if isinstance(error, kind):
            return Verdict(problem=str(error), pause=seconds)
    if isinstance(error, PodsiftError):
        return Verdict(problem=str(error), may_go_well_later=error.retryable)
    return Verdict(problem=f"An unexpected {type(error).__name__} stopped it; the log says where.")


def last_of(error: Exception) -> BaseException:
    """Why the last try failed, where the engine made several."""
    tries: list[Exception] = getattr(error, "errors", None) or [error]
    return tries[-1]


def is_worth_sending_again(error: BaseException) -> bool:
    """Eleven tries span the hours in which a late post is still wanted; each looks for the post before it sends."""
    return isinstance(error, DeliveryUnknown) or (isinstance(error, PodsiftError) and error.retryable)
