"""How long and how often a call is tried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """At most so many tries within so many seconds, with a pause between two that doubles from `first` to `most`."""

    tries: int = 5
    seconds: float = 900.0
    first: float = 2.0
    most: float = 60.0

    def pause(self, tried: int, *, spent: float, chance: float, retry_after: float | None) -> float | None:
        """Seconds until the next try after `tried` ones and `spent` seconds, None when it is time to give up.

        `chance` from 0 to 1 spreads the tries of many; a time that the server names is a lower limit.
        """
        if tried >= self.tries:
            return None
        backoff = min(self.most, self.first * 2.0 ** (tried - 1)) * (0.5 + 0.5 * chance)
        pause = max(backoff, (retry_after or 0.0) * (1.0 + 0.1 * chance))
        return pause if spent + pause < self.seconds else None
