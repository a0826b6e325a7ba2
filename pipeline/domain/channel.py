"""A channel: a place that gets the day's five, and when it wants them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.domain.audience import WorkspaceId

LATE_BY: Final = timedelta(hours=4)
"""A digest that was missed (the service was down) is still sent this late; then its day is skipped."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A place in Slack, Discord or the local page.

    `id` is unique over all platforms (`slack:T1/C2`, `local:main`). `zone` is an IANA name, `at` the wall time
    of the daily post. `more` and `less` are topic words its members asked for, `muted` those they never want.
    """

    id: str
    workspace: WorkspaceId
    name: str
    zone: str = "UTC"
    at: time = time(9, 0)
    paused: bool = False
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()

    def local_date(self, now: datetime) -> date:
        """The channel's calendar day at the aware time `now`."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def post_time(self, day: date) -> datetime:
        """When that day's digest is due, in UTC.

        A wall time that the clock change skips moves forward by the length of the gap; one that occurs twice
        means the first.
        """
        local = datetime.combine(day, self.at, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(ZoneInfo("UTC"))

    def day_end(self, day: date) -> datetime:
        """When that local calendar day is over, in UTC."""
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(self.zone))
        return midnight.astimezone(ZoneInfo("UTC"))

    def next_post(self, now: datetime) -> datetime:
        """The first post time after `now`, in UTC."""
        day = self.local_date(now)
        due = self.post_time(day)
        return due if due > now else self.post_time(day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class DueDigest:
    """One channel's digest that must go out now, or be skipped because it is too late."""

    channel_id: str
    day: date
    is_too_late: bool


def due_digest(channel: Channel, now: datetime, settled: frozenset[date]) -> DueDigest | None:
    """The digest that `channel` is owed at `now`; None when nothing is due.

    `settled` holds the recent local dates whose digest was sent or skipped. Only today and yesterday count: a
    post due before midnight may be sent late after it.
    """
    if channel.paused:
        return None
    today = channel.local_date(now)
    for day in (today - timedelta(days=1), today):
        late = now - channel.post_time(day)
        if day in settled or late < timedelta(0):
            continue
        if day == today or late <= LATE_BY:
            return DueDigest(channel.id, day, is_too_late=late > LATE_BY)
    return None
