"""From a reading of a feed to the rows that it inserts and changes. No input or output: runs in a thread."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, exists, select

from pipeline.adapters.catalog.found_episodes import found_values, open_enclosure, open_found, with_kept_guids
from pipeline.adapters.catalog.tables import episode, episode_identity, transcript
from pipeline.adapters.sealing import Seal
from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import FoundEpisode, Listing
from pipeline.domain.intake.another_try import LATE_TRANSCRIPT, offers_more, offers_new_words
from pipeline.domain.intake.backlog import came_out, judge_new, taken_out
from pipeline.domain.intake.identity_rules import Known, Match, make_traits, match_episodes
from pipeline.domain.transcript import Basis

_OF_EPISODE: Final = transcript.c.episode_id == episode.c.id
_IS_STUCK: Final = (episode.c.state == EpisodeState.FAILED.value) & ~exists().where(_OF_EPISODE)
_IS_LEFT_ALONE: Final = episode.c.state.in_((EpisodeState.HELD.value, EpisodeState.FORGOTTEN.value))
_LACKS_PUBLISHED: Final = ~_IS_LEFT_ALONE & ~exists().where(_OF_EPISODE, transcript.c.basis == Basis.PUBLISHED.value)
KNOWN: Final[Select[Any]] = (
    select(
        episode.c.id,
        episode.c.feed_id,
        episode.c.audience,
        episode.c.guid,
        episode.c.title,
        episode.c.enclosure,
        episode.c.published,
        episode.c.duration,
        episode.c.first_seen,
        episode.c.came_out,
        episode.c.left_at,
        episode.c.state,
        episode.c.found_hash,
        episode_identity.c.id.label("identity"),
    )
    .join_from(episode, episode_identity)
    .where(episode.c.feed_id.in_(bindparam("feed_ids", expanding=True)))
)
"""The episodes of some feeds with what identifies them, one row for each identity."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a feed found. `audience` is the key that all its rows get.

    Without a `listing` nobody can say what else is in the feed. `last_read` is when the reading before was. A private
    feed needs its `seal`.
    """

    feed_id: str
    audience: str
    found: Sequence[FoundEpisode]
    now: datetime
    hold_after: int | None
    listing: Listing | None
    last_read: datetime | None
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows to insert and the episodes to change (`row_id` says which).

    `offered` is what the feed now says of those that change; `came_back` and `left` are in the feed again, and not any
    more.
    """

    inserts: list[dict[str, Any]] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    offered: list[tuple[str, FoundEpisode]] = field(default_factory=list)
    came_back: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def select_tried(episode_ids: Sequence[str], *, now: datetime) -> Select[Any]:
    """What these episodes offered when they were tried.

    `is_stuck` are those that failed without words, `is_wordless` those that were found lately and may still take a
    transcript of their publisher.
    """
    is_wordless = _LACKS_PUBLISHED & (episode.c.first_seen >= now - LATE_TRANSCRIPT)
    return select(
        episode.c.id,
        episode.c.found,
        episode.c.sealed_found,
        _IS_STUCK.label("is_stuck"),
        is_wordless.label("is_wordless"),
    ).where(episode.c.id.in_(episode_ids), _IS_STUCK | is_wordless)


def plan_intake(reading: Reading, rows: Sequence[Row[Any]]) -> Plan:
    """What is to be done so that the catalogue knows what the reading found."""
    by_id = {row.id: row for row in rows}
    unchanged = _unchanged(reading.listing, by_id)
    matching = match_episodes(
        reading.feed_id, reading.found, known_episodes(rows, seal=reading.seal), unchanged=unchanged
    )
    plan = Plan()
    plan.inserts.extend(_new_rows(reading, [m for m in matching.matches if m.is_new], by_id))
    for match in matching.matches:
        if not match.is_new:
            _plan_change(plan, match, by_id[match.episode_id], seal=reading.seal)
    plan.identities.extend(
        {"id": identity, "episode_id": episode_id, "audience": reading.audience}
        for identity, episode_id in matching.identities
    )
    present = unchanged | {match.episode_id for match in matching.matches}
    plan.came_back.extend(one for one in present if one in by_id and by_id[one].left_at is not None)
    if reading.listing is not None and reading.listing.is_whole:
        missing = taken_out({row.id: row.came_out for row in by_id.values()}, present)
        plan.left.extend(one for one in missing if by_id[one].left_at is None)
    return plan


def going_again(
    offered: Sequence[tuple[str, FoundEpisode]], rows: Sequence[Row[Any]], *, seal: Seal | None
) -> list[str]:
    """Which of these changed episodes get another try; `rows` are of `select_tried`."""
    by_id = {row.id: row for row in rows}
    return [one for one, found in offered if one in by_id and _goes_again(found, by_id[one], seal=seal)]


def count_known(feed_id: str, found: Sequence[FoundEpisode], rows: Sequence[Row[Any]], *, seal: Seal | None) -> int:
    """How many of these are among the rows of `KNOWN`."""
    kept = with_kept_guids(found, audience=rows[0].audience, seal=seal) if rows else found
    return sum(not match.is_new for match in match_episodes(feed_id, kept, known_episodes(rows, seal=seal)).matches)


def _unchanged(listing: Listing | None, by_id: dict[str, Row[Any]]) -> set[str]:
    """The episodes that the feed has as they were. One guid may have served several: then all of them are there."""
    guids = frozenset[str]() if listing is None else listing.unchanged
    return {row.id for row in by_id.values() if row.guid in guids} if guids else set()


def known_episodes(rows: Sequence[Row[Any]], *, seal: Seal | None) -> list[Known]:
    """The episodes in the rows of `KNOWN`. Raises SettingsError when their addresses cannot be opened."""
    identities: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        identities[row.id].add(row.identity)
    by_id = {row.id: row for row in rows}
    return [
        Known(
            row.id,
            frozenset(identities[row.id]),
            make_traits(
                row.title,
                enclosure=open_enclosure(row, seal=seal),
                published=row.published,
                duration=row.duration,
            ),
        )
        for row in by_id.values()
    ]


def _new_rows(reading: Reading, new: Sequence[Match], by_id: dict[str, Row[Any]]) -> list[dict[str, Any]]:
    newest = max((row.came_out for row in by_id.values()), default=None)
    intakes = judge_new(
        [m.found for m in new],
        now=reading.now,
        hold_after=reading.hold_after,
        newest_known=newest,
        last_read=reading.last_read,
    )
    return [
        {
            "id": match.episode_id,
            "feed_id": reading.feed_id,
            "audience": reading.audience,
            "first_seen": reading.now,
            "state": intake.state.value,
            "attempt": 1,
            "backfill": intake.backfill,
            "reason": "",
            **_content(match.found, audience=reading.audience, seal=reading.seal, first_seen=reading.now),
        }
        for match, intake in zip(new, intakes, strict=True)
    ]


def _content(found: FoundEpisode, *, audience: str, seal: Seal | None, first_seen: datetime) -> dict[str, Any]:
    return {
        **found_values(found, audience=audience, seal=seal),
        "published": found.published,
        "duration": found.duration,
        "came_out": came_out(found, first_seen),
    }


def _plan_change(plan: Plan, match: Match, row: Row[Any], *, seal: Seal | None) -> None:
    content = _content(match.found, audience=row.audience, seal=seal, first_seen=row.first_seen)
    if content["found_hash"] == row.found_hash:
        return
    plan.changes.append({"row_id": row.id, **content})
    plan.offered.append((row.id, match.found))


def _goes_again(found: FoundEpisode, row: Row[Any], *, seal: Seal | None) -> bool:
    before = open_found(row.found, row.sealed_found, seal=seal)
    return (row.is_stuck and offers_more(found, before)) or (row.is_wordless and offers_new_words(found, before))
