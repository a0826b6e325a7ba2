"""A delivery book for one day, whose process may die at a moment that a test names."""

from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.domain.audience import WorkspaceId
from pipeline.domain.digest import Claim, Delivery, DeliveryState


class Died(Exception):
    """The process ended here."""


@dataclass
class OneDayBook:
    """A delivery book for one day; dies at the moments a test names."""

    delivery: Delivery | None = None
    dies_before_settling: int = 0
    claims: int = field(default=0)

    async def claim(self, channel_id: str, day: date, *, workspace: WorkspaceId, at: datetime) -> Claim:
        is_new = self.delivery is None
        self.delivery = self.delivery or Delivery(channel_id, day, DeliveryState.CLAIMED, at=at)
        self.claims += 1
        return Claim(is_new, self.delivery)

    async def settle(self, delivery: Delivery) -> None:
        if self.dies_before_settling:
            self.dies_before_settling -= 1
            raise Died
        self.delivery = delivery

    async def settled_days(self, *, since: date) -> dict[str, frozenset[date]]:
        raise NotImplementedError
