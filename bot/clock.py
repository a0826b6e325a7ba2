"""The real time."""

from datetime import UTC, datetime


class SystemClock:
    """Clock of this machine."""

    def now(self) -> datetime:
        """The aware UTC time."""
        return datetime.now(UTC)
