"""A monotonic clock that stands still until a test moves it."""


class HandSeconds:
    """Seconds since whenever, as `time.monotonic` gives them."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """The seconds of this moment."""
        return self.now
