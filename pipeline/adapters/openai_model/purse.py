"""What all calls are paid from: the caps are asked before one is made, and it is written down after."""

import logging

from pipeline.domain.errors import ModelQuota
from pipeline.domain.spending import Caps, Spending, cap_reached, day_start, month_start
from pipeline.ports import Clock, SpendingLedger

_log = logging.getLogger(__name__)


class Purse:
    """Keeps spending under the caps, calls under way included. Money is in micros."""

    def __init__(self, caps: Caps, *, ledger: SpendingLedger, clock: Clock) -> None:
        self._caps = caps
        self._ledger = ledger
        self._clock = clock
        self._under_way = 0
        self._problem = ""

    @property
    def problem(self) -> str:
        """Which cap stopped the last call, one sentence; empty when none did."""
        return self._problem

    async def reserve(self, most: int) -> int:
        """Set aside the most that a call may cost; what is set aside. Raises ModelQuota when a cap would be passed."""
        if not most or (self._caps.daily is None and self._caps.monthly is None):
            return 0
        now = self._clock.now()
        # Reserved before asking the ledger: a call that asks at the same time must see it.
        self._under_way += most
        try:
            today = await self._ledger.total(since=day_start(now))
            month = await self._ledger.total(since=month_start(now))
            reached = cap_reached(self._caps, today=today.micros, month=month.micros, more=self._under_way)
        except BaseException:
            self._under_way -= most
            raise
        self._note(reached)
        if reached is not None:
            self._under_way -= most
            raise ModelQuota(f"{reached} Raise PODSIFT_OPENAI_DAILY_CAP or PODSIFT_OPENAI_MONTHLY_CAP, or wait.")
        return most

    def release(self, reserved: int) -> None:
        """The call is over."""
        self._under_way -= reserved

    async def record(self, spending: Spending) -> None:
        """Write down what a call took."""
        await self._ledger.record(spending)

    def _note(self, reached: str | None) -> None:
        # Said once when it begins, not at every call that is not made.
        if reached is not None and not self._problem:
            _log.error("Calls that cost something are paused.", extra={"reason": reached})
        self._problem = reached or ""
