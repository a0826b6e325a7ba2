"""From a reading of a feed to the rows that it inserts and changes. No input or output: runs in a thread."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, case, exists, select

from pipeline.adapters.catalog.codecs import found_from_json, found_to_json
from pipeline.adapters.catalog.tables import episode, episode_identity, transcript
from pipeline.domain.backlog import came_out, judge_new
from pipeline.domain.episode import EpisodeState
from pipeline.domain.feed import FoundEpisode
from pipeline.domain.identity import content_hash
from pipeline.domain.identity_rules import Known, Match, make_traits, match_episodes, traits_of

_STUCK: Final = (episode.c.state == EpisodeState.FAILED.value) & ~exists().where(
    transcript.c.episode_id == episode.c.id
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a feed found. `audience` is the key that all its rows get."""

    feed_id: str
    audience: str
    found: Sequence[FoundEpisode]
    now: datetime
    hold_after: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows to insert, the episodes to change (`row_id` says which), and those that get another try."""

    inserts: list[dict[str, Any]] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)


def select_known(feed_id: str) -> Select[Any]:
    """The feed's episodes, one row for each identity; `stuck` is what those offered that failed without words."""
    columns = [c for c in episode.c if c.name not in {"found", "audience", "reason"}]
    stuck = case((_STUCK, episode.c.found)).label("stuck")
    return (
        select(*columns, stuck, episode_identity.c.id.label("identity"))
        .join_from(episode, episode_identity)
        .where(episode.c.feed_id == feed_id)
    )


def plan_intake(reading: Reading, rows: Sequence[Row[Any]]) -> Plan:
    """What is to be done so that the catalogue knows what the reading found."""
    by_id = {row.id: row for row in rows}
    matching = match_episodes(reading.feed_id, reading.found, _known(rows))
    plan = Plan()
    plan.inserts.extend(_new_rows(reading, [m for m in matching.matches if m.is_new], by_id))
    for match in matching.matches:
        if not match.is_new:
            _plan_change(plan, match, by_id[match.episode_id])
    plan.identities.extend(
        {"id": identity, "episode_id": episode_id, "audience": reading.audience}
        for identity, episode_id in matching.identities
    )
    return plan


def _known(rows: Sequence[Row[Any]]) -> list[Known]:
    identities: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        identities[row.id].add(row.identity)
    by_id = {row.id: row for row in rows}
    return [
        Known(
            row.id,
            frozenset(identities[row.id]),
            make_traits(row.title, enclosure=row.enclosure, published=row.published, duration=row.duration),
        )
        for row in by_id.values()
    ]


def _new_rows(reading: Reading, new: Sequence[Match], by_id: dict[str, Row[Any]]) -> list[dict[str, Any]]:
    newest = max((row.came_out for row in by_id.values()), default=None)
    intakes = judge_new([m.found for m in new], now=reading.now, hold_after=reading.hold_after, newest_known=newest)
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
            **_content(match.found, found_to_json(match.found), first_seen=reading.now),
        }
        for match, intake in zip(new, intakes, strict=True)
    ]


def _content(found: FoundEpisode, text: str, *, first_seen: datetime) -> dict[str, Any]:
    return {
        "found": text,
        "found_hash": content_hash(text.encode()),
        "title": found.title,
        "enclosure": found.enclosures[0].url if found.enclosures else None,
        "published": found.published,
        "duration": found.duration,
        "came_out": came_out(found, first_seen),
    }


def _plan_change(plan: Plan, match: Match, row: Row[Any]) -> None:
    text = found_to_json(match.found)
    if content_hash(text.encode()) == row.found_hash:
        return
    plan.changes.append({"row_id": row.id, **_content(match.found, text, first_seen=row.first_seen)})
    if row.stuck is not None and _offers_more(match.found, found_from_json(row.stuck)):
        plan.revived.append(row.id)


def _offers_more(now: FoundEpisode, before: FoundEpisode) -> bool:
    """Whether there is a transcript or audio that was not there when the episode failed."""
    had = {offer.url for offer in before.transcripts}
    is_other_audio = bool(now.enclosures) and traits_of(now).enclosure != traits_of(before).enclosure
    return is_other_audio or any(offer.url not in had for offer in now.transcripts)
