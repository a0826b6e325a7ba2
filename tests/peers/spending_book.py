"""A SpendingLedger and a ReplyStore in memory."""

from datetime import datetime

from pipeline.domain.spending import Purpose, Spending, SpendingTotal


class SpendingBook:
    """Keeps every call in `calls`."""

    def __init__(self) -> None:
        self.calls: list[Spending] = []

    async def record(self, spending: Spending) -> None:
        self.calls.append(spending)

    async def total(
        self, *, since: datetime, subject: str | None = None, purpose: Purpose | None = None
    ) -> SpendingTotal:
        meant = [
            call
            for call in self.calls
            if call.at >= since and subject in {None, call.subject} and purpose in {None, call.purpose}
        ]
        return SpendingTotal(
            len(meant),
            sum(call.tokens_in for call in meant),
            sum(call.tokens_out for call in meant),
            sum(call.micros for call in meant),
            len({call.subject for call in meant}),
        )


class MemoryReplies:
    """Keeps every reply in `kept`, by key."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def load(self, key: str) -> str | None:
        return self.kept.get(key)

    async def save(self, key: str, reply: str, *, episode_id: str) -> None:
        assert episode_id
        self.kept[key] = reply
