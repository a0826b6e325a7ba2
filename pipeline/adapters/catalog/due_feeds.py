"""The question which feeds are due: its cost grows with those that are, never with all of them."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from pipeline.adapters.catalog.columns import UtcTime
from pipeline.adapters.catalog.tables import feed, follow
from pipeline.domain.feed import BUCKETS, FeedState

_IN_TURN: Final = 20
"""Feeds of one host before those of the next: a host that has many and does not answer delays no other."""

_NEVER_READ: Final = feed.c.next_read.is_(None)
_OVERDUE: Final = feed.c.next_read <= bindparam("now", type_=UtcTime)
_TOO_FAR_OFF: Final = feed.c.next_read > bindparam("farthest", type_=UtcTime)
"""It was read while the clock went wrong."""
_WHENEVER_DUE: Final = (_NEVER_READ, _OVERDUE, _TOO_FAR_OFF)


def _read_now(when: ColumnElement[bool], bucket: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    """In the words of the index: a database takes that one only for the very same condition."""
    not_paused = feed.c.state != literal_column(f"'{FeedState.PAUSED.value}'")
    return feed.c.bucket == bucket, not_paused, when, exists().where(follow.c.feed_id == feed.c.id)


def _due() -> Select[Any]:
    """Asked in parts, each a stretch of the index: for “never read, or overdue” databases look at everything."""
    columns = (feed.c.id, feed.c.url, feed.c.host, feed.c.next_read, feed.c.unfinished)
    bucket = bindparam("bucket", type_=Integer)
    found = union_all(*(select(*columns).where(*_read_now(when, bucket)) for when in _WHENEVER_DUE))
    due = found.subquery()
    waiting_longest = (due.c.next_read.asc().nulls_first(), due.c.id)
    place = func.row_number(type_=Integer).over(partition_by=due.c.host, order_by=waiting_longest)
    placed = select(due.c.id, due.c.url, due.c.unfinished, due.c.next_read, place.label("place")).subquery()
    return (
        select(placed.c.id, placed.c.url, placed.c.unfinished)
        .order_by((placed.c.place - 1) // _IN_TURN, placed.c.next_read.asc().nulls_first(), placed.c.id)
        .limit(bindparam("limit"))
    )


def _due_buckets() -> Any:
    """The first due feed of a bucket is enough."""
    some = (
        select(literal(bucket).label("bucket")).where(
            or_(*(exists().where(*_read_now(when, literal(bucket))) for when in _WHENEVER_DUE))
        )
        for bucket in range(BUCKETS)
    )
    return union_all(*some)


DUE: Final = _due()
DUE_BUCKETS: Final = _due_buckets()
