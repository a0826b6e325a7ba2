"""When a feed is read next, and what becomes of it after a reading or a failure.

A feed is read about twenty-four times between two of its episodes, at least once a day and at most four times an
hour. Failures make the pauses longer; what needs a person stops the reading, with a sentence that says why.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from statistics import median
from typing import Final

from pipeline.domain.errors import (
    AddressRefused,
    FeedDeadly,
    FeedUnreadable,
    HttpStatus,
    PodsiftError,
    TooLarge,
    TooSlow,
    Unreachable,
)
from pipeline.domain.feed import Feed, FeedState, FeedUpdate, Validators

SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
FARTHEST: Final = LONGEST + timedelta(hours=1)
"""No next reading lies farther ahead, as long as the clocks of all machines agree to the hour."""

_UNKNOWN_RHYTHM: Final = timedelta(hours=1)
_READS_PER_EPISODE: Final = 24
_RECENT: Final = 12
_SAME_RELEASE: Final = timedelta(hours=1)
"""Episodes that came out this close together are one release."""

_QUIET_GROWTH: Final = 1.03
"""What a reading without news adds to the pause, so that a show that ended is read less and less."""

_STRIKES: Final = 3
_AT_ONCE: Final = timedelta(0)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


def rhythm(published: Iterable[datetime | None], *, now: datetime) -> timedelta:
    """How long to wait between two readings of a feed whose episodes came out then, from SHORTEST to LONGEST."""
    past = sorted({when for when in published if when is not None and when <= now}, reverse=True)[:_RECENT]
    if not past:
        return _UNKNOWN_RHYTHM
    gaps = [newer - older for newer, older in pairwise(past) if newer - older > _SAME_RELEASE]
    typical = timedelta(seconds=median(gap.total_seconds() for gap in gaps)) if gaps else timedelta(0)
    return _within(max(typical, now - past[0]) / _READS_PER_EPISODE)


def after_reading(
    feed: Feed,
    *,
    now: datetime,
    jitter: float,
    validators: Validators,
    update: FeedUpdate | None = None,
    max_age: float | None = None,
) -> Feed:
    """The feed after it was read well; `update` is None when it had not changed.

    `jitter` from 0 to 1 spreads the readings, `max_age` in seconds is how long the server asks us to wait.
    """
    pause = _quiet_pause(feed) if update is None else rhythm(update.release_times, now=now)
    read = replace(
        feed,
        state=FeedState.ACTIVE,
        reason="",
        failures=0,
        unfinished=0,
        validators=validators,
        last_read=now,
        next_read=now + _spread(pause, jitter=jitter, at_least=max_age),
    )
    if update is None:
        return read
    return replace(
        read,
        title=update.title or feed.title,
        link=update.link or feed.link,
        language=update.language or feed.language,
        image=update.image or feed.image,
    )


def after_failure(feed: Feed, error: PodsiftError, *, now: datetime, jitter: float) -> Feed:
    """The feed after a failed reading: tried again after a growing pause, or left to a person."""
    failures = feed.failures + 1
    verdict = _verdict(error)
    if not isinstance(error, FeedDeadly):
        feed = replace(feed, unfinished=0)  # it came to an end
    if _is_over(feed, failures, verdict.patience, now=now):
        reason = f"{verdict.sentence} It is no longer read: give its new address or remove it."
        return replace(feed, state=FeedState.PAUSED, reason=reason, failures=failures, next_read=None)
    wish = error.retry_after if isinstance(error, HttpStatus) else None
    return replace(
        feed,
        state=FeedState.FAILING,
        reason=f"{verdict.sentence} It is tried again by itself.",
        failures=failures,
        next_read=now + _spread(_backoff(failures), jitter=jitter, at_least=wish),
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a failure means for people, and for how long it is borne (None: for ever)."""

    sentence: str
    patience: timedelta | None


def _verdict(error: PodsiftError) -> _Verdict:
    if isinstance(error, HttpStatus):
        return _status_verdict(error.status)
    if isinstance(error, FeedUnreadable):
        return _Verdict(f"What this address gives is {error.reason}.", _DAY)
    if isinstance(error, TooSlow | FeedDeadly):
        return _Verdict("Its server did not answer in time." if isinstance(error, TooSlow) else str(error), None)
    if isinstance(error, Unreachable):
        return _Verdict(f"Its server could not be reached: {error.problem}.", None)
    if isinstance(error, AddressRefused | TooLarge):
        return _Verdict(f"Its address cannot be read: {error.problem}.", _DAY)
    return _Verdict("It could not be read.", None)


def _status_verdict(status: int) -> _Verdict:
    known: dict[int, _Verdict] = {
        HTTPStatus.GONE: _Verdict("The publisher says that this feed is gone for good (410).", _AT_ONCE),
        HTTPStatus.NOT_FOUND: _Verdict("There is nothing at its address any more (404).", _WEEK),
        HTTPStatus.UNAUTHORIZED: _Verdict("Its server wants a user name and a password, or other ones (401).", _WEEK),
        HTTPStatus.FORBIDDEN: _Verdict("Its server turns us away (403).", _WEEK),
        HTTPStatus.TOO_MANY_REQUESTS: _Verdict("Its server asks us to come less often (429).", None),
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _Verdict(f"Its server is in trouble ({status}).", None)
    return known.get(status, _Verdict(f"Its server refused the request ({status}).", _WEEK))


def _is_over(feed: Feed, failures: int, patience: timedelta | None, *, now: datetime) -> bool:
    """Whether it has gone on for too long: since the last good reading or, without one, by the pauses so far."""
    if patience is None:
        return False
    if patience == _AT_ONCE:
        return True
    waited = sum((_backoff(n) for n in range(1, failures)), timedelta(0))
    since = waited if feed.last_read is None else now - feed.last_read
    return failures >= _STRIKES and since >= patience


def _backoff(failures: int) -> timedelta:
    """15 minutes, 30, 60 and so on, up to a day."""
    return min(SHORTEST * (1 << min(failures - 1, 10)), LONGEST)


def _quiet_pause(feed: Feed) -> timedelta:
    """The pause before this reading, a little longer."""
    if feed.failures or feed.last_read is None or feed.next_read is None:
        return _UNKNOWN_RHYTHM
    return _within((feed.next_read - feed.last_read) * _QUIET_GROWTH)


def _spread(pause: timedelta, *, jitter: float, at_least: float | None) -> timedelta:
    """The pause moved by up to a tenth, never below what the server asks for, never over a day."""
    asked = timedelta(seconds=min(max(at_least or 0.0, 0.0), LONGEST.total_seconds()))
    return max(_within(pause * (0.9 + 0.2 * jitter)), asked)


def _within(pause: timedelta) -> timedelta:
    return min(max(pause, SHORTEST), LONGEST)
