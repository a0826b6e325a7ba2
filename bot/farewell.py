"""How long the end may take: one time for all that is waited for, however many parts there are."""

import asyncio
from typing import Final

_SECONDS: Final = 15.0
"""With what comes before and after, connections and Python's own end, a process is gone within twenty seconds: many
who stop it kill it not much later."""


class Farewell:
    """The time that runs from when the service is told to stop; each part takes of it what the others have left."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def begin(self) -> None:
        """The time runs from now on; a second call changes nothing."""
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._seconds

    def left(self) -> float:
        """Seconds until all must be over, at least nothing; the time begins to run if it does not yet."""
        self.begin()
        return max(0.0, (self._until or 0.0) - asyncio.get_running_loop().time())
