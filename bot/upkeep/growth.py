"""What keeps the data folder from growing for ever: room that stays free, and words that are forgotten in time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.upkeep.disk_room import DiskRoom
from pipeline.ports import Clock, Index, KeptWords
from pipeline.steps.forget import forget_old_words


class Forgetter(Protocol):
    """Starts the forgetting of a day, once. The engine is one."""

    async def start_forgetting(self, *, day: str) -> None:
        """Forget what was said in old episodes, on an ISO date."""
        ...


@dataclass(frozen=True, slots=True)
class Upkeep:
    """`keep_days` 0 keeps everything."""

    room: DiskRoom
    words: KeptWords
    index: Index
    clock: Clock
    keep_days: int

    async def start_due(self, engine: Forgetter) -> None:
        """Start the forgetting of this day (UTC), whoever else does so too."""
        if self.keep_days:
            await engine.start_forgetting(day=f"{self.clock.now():%Y-%m-%d}")

    async def forget_old(self) -> None:
        """Forget what was said in episodes that are old enough. Raises IndexUnavailable."""
        if self.keep_days:
            before = self.clock.now() - timedelta(days=self.keep_days)
            await forget_old_words(before, words=self.words, index=self.index)
