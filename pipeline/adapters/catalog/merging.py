"""One show, one feed: a feed that moves to an address that is followed already becomes part of the feed there.

Its followers follow the other feed from now on, and what only it had is the other's. Both have the same audience, for
the name of an address holds it, so that the merger opens no fence.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline.adapters.catalog.database import CatalogDb
from pipeline.adapters.catalog.found_episodes import open_found
from pipeline.adapters.catalog.intake import KNOWN, known_episodes
from pipeline.adapters.catalog.revival import revive
from pipeline.adapters.catalog.tables import episode, episode_identity, feed, follow
from pipeline.adapters.sealing import Seal
from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import FeedState
from pipeline.domain.intake.identity_rules import match_episodes

ELSEWHERE: Final = "It is kept with the feed that its show was moved to."


async def merge_feeds(db: CatalogDb, connection: AsyncConnection, gone: str, into: str, *, now: datetime) -> None:
    """Make the feed with the id `gone` a part of the feed `into`, in the transaction of this connection.

    An episode that both have stays once: the copy that is ready, else that of `into`. Insights keep their ids, so that
    nothing is posted again. The episodes that change their feed go through their stages once more, for the index.
    """
    ours = (await connection.execute(select(episode).where(episode.c.feed_id == gone))).all()
    theirs = (await connection.execute(KNOWN, {"feed_ids": [into]})).all()
    both = _compare(ours, theirs, into, seal=db.seal)
    moving = [row for row in ours if _is_better(row, both.twins.get(row.id))]
    await _remember(db, connection, both.identities, audiences={row.id: row.audience for row in ours})
    await _give(connection, moving, both.twins, gone=gone, into=into)
    left = {row.id for row in ours if row not in moving} | {both.twins[r.id].id for r in moving if r.id in both.twins}
    await _hold(connection, left)
    await revive(connection, [row.id for row in moving if row.state == EpisodeState.READY.value])
    await _hand_on_followers(db, connection, gone=gone, into=into)
    await connection.execute(update(feed).where(feed.c.merged_into == gone).values(merged_into=into))
    await connection.execute(update(feed).where(feed.c.id == gone).values(merged_into=into, move_url=None))
    # The address was seen to give the show just now, whatever was wrong with it before.
    well = {"state": FeedState.ACTIVE.value, "reason": "", "failures": 0, "next_read": now}
    await connection.execute(update(feed).where(feed.c.id == into).values(well))


@dataclass(frozen=True, slots=True)
class _Both:
    """Which of our episodes the other feed has too, and under which identity each of ours will be found there."""

    twins: dict[str, Row[Any]]
    identities: dict[str, str]


def _compare(ours: Sequence[Row[Any]], theirs: Sequence[Row[Any]], into: str, *, seal: Seal | None) -> _Both:
    founds = {open_found(row.found, row.sealed_found, seal=seal): row.id for row in ours}
    by_id = {row.id: row for row in theirs}
    matches = match_episodes(into, tuple(founds), known_episodes(theirs, seal=seal)).matches
    return _Both(
        {founds[match.found]: by_id[match.episode_id] for match in matches if not match.is_new},
        {match.episode_id: founds[match.found] for match in matches if match.is_new},
    )


def _is_better(ours: Row[Any], theirs: Row[Any] | None) -> bool:
    ready = EpisodeState.READY.value
    return theirs is None or (ours.state == ready and theirs.state != ready)


async def _remember(
    db: CatalogDb, connection: AsyncConnection, identities: dict[str, str], *, audiences: dict[str, str]
) -> None:
    rows = [{"id": name, "episode_id": one, "audience": audiences[one]} for name, one in identities.items()]
    if rows:
        await connection.execute(db.insert(episode_identity).on_conflict_do_nothing(), rows)


async def _give(
    connection: AsyncConnection, moving: Sequence[Row[Any]], twins: dict[str, Row[Any]], *, gone: str, into: str
) -> None:
    """These episodes belong to the other feed now; their twins there leave it, and their guids are those of ours."""
    away = [{"old": twins[row.id].id, "new": row.id} for row in moving if row.id in twins]
    if away:
        at = update(episode_identity).where(episode_identity.c.episode_id == bindparam("old"))
        await connection.execute(at.values(episode_id=bindparam("new")), away)
        leave = update(episode).where(episode.c.id == bindparam("old")).values(feed_id=gone)
        await connection.execute(leave, [{"old": one["old"]} for one in away])
    if moving:
        here = update(episode).where(episode.c.id == bindparam("moved")).values(feed_id=into)
        await connection.execute(here, [{"moved": row.id} for row in moving])


async def _hold(connection: AsyncConnection, left: Collection[str]) -> None:
    """What waits twice is read once."""
    waiting = update(episode).where(episode.c.id == bindparam("left"), episode.c.state == EpisodeState.WAITING.value)
    if left:
        held = waiting.values(state=EpisodeState.HELD.value, reason=ELSEWHERE)
        await connection.execute(held, [{"left": one} for one in left])


async def _hand_on_followers(db: CatalogDb, connection: AsyncConnection, *, gone: str, into: str) -> None:
    rows = (await connection.execute(select(follow).where(follow.c.feed_id == gone))).all()
    if rows:
        new = [{**row._mapping, "feed_id": into} for row in rows]  # noqa: SLF001  SQLAlchemy's public name for it
        await connection.execute(db.insert(follow).on_conflict_do_nothing(), new)
    await connection.execute(delete(follow).where(follow.c.feed_id == gone))
