"""A SpendingLedger in memory."""

from datetime import datetime

from pipeline.domain.spending import Spending, SpendingTotal


class SpendingBook:
    """Keeps every call in `calls`."""

    def __init__(self) -> None:
        self.calls: list[Spending] = []

    async def record(self, spending: Spending) -> None:
        self.calls.append(spending)

    async def total(self, *, since: datetime, subject: str | None = None) -> SpendingTotal:
        meant = [call for call in self.calls if call.at >= since and subject in {None, call.subject}]
        return SpendingTotal(
            len(meant),
            sum(call.tokens_in for call in meant),
            sum(call.tokens_out for call in meant),
            sum(call.micros for call in meant),
        )
