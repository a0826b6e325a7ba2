"""Rows of the tables as values of the domain, and the columns that those need."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from typing import Any, Final

from sqlalchemy import Row, Select, literal_column, select

from pipeline.adapters.catalog.codecs import found_from_json, words_from_json, words_to_json
from pipeline.adapters.catalog.feed_addresses import kept_move, opened
from pipeline.adapters.catalog.found_episodes import open_found
from pipeline.adapters.catalog.tables import episode, feed, insight
from pipeline.adapters.sealing import Seal
from pipeline.domain.audience import Audience, WorkspaceId
from pipeline.domain.channel import Channel
from pipeline.domain.digest import Candidate
from pipeline.domain.episode import Episode, EpisodeState
from pipeline.domain.errors import SettingsError
from pipeline.domain.feed import Feed, FeedState, Move, Validators
from pipeline.domain.insight import Author, Certainty, Insight, Kind
from pipeline.domain.intake.keyed_address import page_to_show
from pipeline.domain.overview import Tally

_NOT_OF_EPISODE: Final = frozenset(
    ("found_hash", "sealed_found", "guid", "title", "enclosure", "published", "duration", "came_out", "is_unheard")
)
_EPISODE: Final = tuple(c.label(f"e_{c.name}") for c in episode.c if c.name not in _NOT_OF_EPISODE)
WAITS: Final = episode.c.state == literal_column(f"'{EpisodeState.WAITING.value}'")
"""Waiting episodes, in the words of their index: a database takes that one only for the very same condition."""
_FEED_OF_EPISODE: Final = (
    feed.c.url.label("feed_url"),
    feed.c.title.label("feed_title"),
    feed.c.language.label("feed_language"),
)


def select_feeds() -> Select[Any]:
    """Rows for `to_feed`."""
    return select(feed)


def select_episodes() -> Select[Any]:
    """Rows for `to_episode`: episodes with their feed's address, title and language."""
    return select(*_EPISODE, *_FEED_OF_EPISODE).join_from(episode, feed)


def select_whole_episodes() -> Select[Any]:
    """Rows for `to_whole_episode`."""
    return select_episodes().add_columns(episode.c.sealed_found)


def select_insights() -> Select[Any]:
    """Rows for `to_insight`."""
    return select(insight)


def select_candidates() -> Select[Any]:
    """Rows for `to_candidates`: insights with their episodes."""
    return select(insight, *_EPISODE, *_FEED_OF_EPISODE).join_from(insight, episode).join(feed)


def to_feed(row: Row[Any], *, seal: Seal | None) -> Feed:
    """A row of `select_feeds`. Raises SettingsError when the address is sealed with another key."""
    url, move_url = opened(row, seal=seal)
    return _to_feed(row, url=url, move_url=move_url)


def to_shown_feed(row: Row[Any], *, seal: Seal | None) -> Feed:
    """The same for people: where the key is lost, with what may be shown of the address, so that it can be removed."""
    try:
        return to_feed(row, seal=seal)
    except SettingsError:
        return _to_feed(row, url=row.url, move_url=None)


def _to_feed(row: Row[Any], *, url: str, move_url: str | None) -> Feed:
    return Feed(
        id=row.id,
        url=url,
        audience=Audience.from_key(row.audience),
        title=row.title,
        link=row.link,
        language=row.language,
        image=row.image,
        state=FeedState(row.state),
        reason=row.reason,
        failures=row.failures,
        validators=Validators(row.etag, row.last_modified, row.body_hash),
        last_read=row.last_read,
        next_read=row.next_read,
        move=_to_move(row, move_url),
        unfinished=row.unfinished,
    )


def _to_move(row: Row[Any], url: str | None) -> Move | None:
    if url is None or row.move_since is None:
        return None
    return Move(url, since=row.move_since, readings=row.move_readings, by_feed=row.move_by_feed)


def feed_values(value: Feed, *, seal: Seal | None) -> dict[str, Any]:
    """The columns that a reading of the feed may change, but for its address. Raises SettingsError without a seal."""
    return {
        "title": value.title,
        "link": value.link if value.audience.is_public else page_to_show(value.link),
        "language": value.language,
        "image": value.image if value.audience.is_public else page_to_show(value.image),
        "state": value.state.value,
        "reason": value.reason,
        "failures": value.failures,
        "unfinished": value.unfinished,
        "etag": value.validators.etag,
        "last_modified": value.validators.last_modified,
        "body_hash": value.validators.body_hash,
        "last_read": value.last_read,
        "next_read": value.next_read,
        "move_url": kept_move(None if value.move is None else value.move.url, value.audience, seal=seal),
        "move_since": None if value.move is None else value.move.since,
        "move_readings": 0 if value.move is None else value.move.readings,
        "move_by_feed": value.move is not None and value.move.by_feed,
    }


def to_episode(row: Row[Any]) -> Episode:
    """A row of `select_episodes`: of a private feed's episode what may be shown."""
    return Episode(
        id=row.e_id,
        feed_id=row.e_feed_id,
        feed_url=row.feed_url,
        feed_title=row.feed_title,
        audience=Audience.from_key(row.e_audience),
        found=found_from_json(row.e_found),
        first_seen=row.e_first_seen,
        state=EpisodeState(row.e_state),
        attempt=row.e_attempt,
        backfill=row.e_backfill,
        reason=row.e_reason,
        retries=row.e_retries,
        retry_at=row.e_retry_at,
        left_at=row.e_left_at,
        feed_language=row.feed_language,
    )


def to_whole_episode(row: Row[Any], *, seal: Seal | None) -> Episode:
    """A row of `select_whole_episodes`, with all addresses. Raises SettingsError when they cannot be opened."""
    shown = to_episode(row)
    return (
        shown
        if row.sealed_found is None
        else replace(shown, found=open_found(row.e_found, row.sealed_found, seal=seal))
    )


def to_insight(row: Row[Any]) -> Insight:
    """A row of `select_insights` or `select_candidates`."""
    return Insight(
        id=row.id,
        episode_id=row.episode_id,
        headline=row.headline,
        body=row.body,
        quote=row.quote,
        first_segment=row.first_segment,
        last_segment=row.last_segment,
        start=row.start_seconds,
        end=row.end_seconds,
        speaker=row.speaker,
        certainty=Certainty(row.certainty),
        kind=Kind(row.kind),
        author=Author(row.author),
        topics=words_from_json(row.topics),
        evidence=row.evidence,
        specificity=row.specificity,
        worth=row.worth,
    )


def insight_values(value: Insight, *, audience: str, position: int) -> dict[str, Any]:
    """All columns of an insight; `position` is its place in the proposer's order."""
    return {
        "id": value.id,
        "episode_id": value.episode_id,
        "audience": audience,
        "position": position,
        "headline": value.headline,
        "body": value.body,
        "quote": value.quote,
        "first_segment": value.first_segment,
        "last_segment": value.last_segment,
        "start_seconds": value.start,
        "end_seconds": value.end,
        "speaker": value.speaker,
        "certainty": value.certainty.value,
        "kind": value.kind.value,
        "author": value.author.value,
        "topics": words_to_json(value.topics),
        "evidence": value.evidence,
        "specificity": value.specificity,
        "worth": value.worth,
    }


def to_candidates(rows: Iterable[Row[Any]]) -> tuple[Candidate, ...]:
    """Rows of `select_candidates`; insights of one episode share its value."""
    episodes: dict[str, Episode] = {}
    result = []
    for row in rows:
        if row.e_id not in episodes:
            episodes[row.e_id] = to_episode(row)
        result.append(Candidate(to_insight(row), episodes[row.e_id]))
    return tuple(result)


def to_channel(row: Row[Any]) -> Channel:
    """A row of the channel table."""
    return Channel(
        id=row.id,
        workspace=WorkspaceId(row.workspace),
        name=row.name,
        zone=row.zone,
        at=time.fromisoformat(row.at),
        paused=row.paused,
        more=words_from_json(row.more),
        less=words_from_json(row.less),
        muted=words_from_json(row.muted),
    )


def channel_values(value: Channel) -> dict[str, Any]:
    """The columns that a channel's settings may change."""
    return {
        "name": value.name,
        "zone": value.zone,
        "at": value.at.isoformat(),
        "paused": value.paused,
        "more": words_to_json(value.more),
        "less": words_to_json(value.less),
        "muted": words_to_json(value.muted),
    }


def to_tally(counts: Iterable[tuple[str, int]]) -> Tally:
    """Numbers of episodes by state."""
    return Tally(**dict(counts))
