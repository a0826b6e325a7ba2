"""The circuit breaker: a server that is down or has no credit for us is left alone for a while."""

import logging
from collections.abc import Callable
from typing import Final

from pipeline.domain.errors import ModelBusy, ModelError, ModelQuota

FAILURES: Final = 5
"""Failures in a row after which the server counts as down."""
PAUSE: Final = 60.0
QUOTA_PAUSE: Final = 600.0
"""Seconds: credit does not come back by itself, but somebody may top it up, in whichever process it was missed."""

_log = logging.getLogger(__name__)


class Breaker:
    """One for each service, shared by all who call it. After a pause one call tries whether the server is back.

    `what` names it in the log; after so many `failures` in a row it is left alone for `pause` seconds.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        what: str = "the language model",
        failures: int = FAILURES,
        pause: float = PAUSE,
    ) -> None:
        self._monotonic = monotonic
        self._what = what
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._problem: ModelError | None = None
        self._until = 0.0
        self._is_probing = False

    @property
    def problem(self) -> str:
        """Why calls are not made now, one sentence; empty when they are."""
        return "" if self._problem is None else str(self._problem)

    def admit(self) -> None:
        """Let a call through. Raises ModelBusy or ModelQuota without asking the server while it is left alone."""
        if self._problem is None:
            return
        left = self._until - self._monotonic()
        if left > 0 or self._is_probing:
            if isinstance(self._problem, ModelQuota):
                raise ModelQuota(str(self._problem))
            raise ModelBusy(str(self._problem), retry_after=max(left, 1.0))
        self._is_probing = True

    def succeeded(self) -> None:
        """The server answered, if only to say no."""
        if self._problem is not None:
            _log.info("Calls are made again.", extra={"of": self._what})
        self._failures, self._problem, self._is_probing = 0, None, False

    def failed(self, error: ModelBusy) -> None:
        """The server did not answer, or with its own error."""
        self._failures += 1
        self._is_probing = False
        if self._failures >= self._most:
            self._open(error, self._pause)

    def ran_dry(self, error: ModelQuota) -> None:
        """There is no credit: everything pauses."""
        self._is_probing = False
        self._open(error, QUOTA_PAUSE)

    def end_pause(self) -> None:
        """Somebody says that it works again: all calls are made, until one finds that it does not."""
        self._failures, self._problem, self._is_probing = 0, None, False

    def let_go(self) -> None:
        """The call was given up from outside; another one may try."""
        self._is_probing = False

    def _open(self, error: ModelError, pause: float) -> None:
        # Said once when it begins, not at every call that is not made.
        if self._problem is None or type(self._problem) is not type(error):
            said = {"of": self._what, "reason": str(error), "seconds": pause}
            _log.error("Calls are paused.", extra=said)
        self._problem, self._until = error, self._monotonic() + pause
