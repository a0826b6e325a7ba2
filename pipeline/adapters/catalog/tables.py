"""The schema. Every row a reader can reach carries its audience, or the workspace it belongs to.

A change here needs a migration in `migrations/versions`, and its number in SCHEMA.
"""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from pipeline.adapters.catalog.columns import UtcTime, Words

SCHEMA: Final = "0010"
"""The newest migration."""

_NOT_PAUSED: Final = "state != 'paused'"
_UNWELL: Final = "state != 'active'"
_WAITING: Final = "state = 'waiting'"

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, default: str | None = None) -> Column[Any]:
    """A column that is never null with a default, and may be null without."""
    return Column(name, Words, nullable=default is None, server_default=default)


def _must(name: str, kind: Any = Words) -> Column[Any]:
    return Column(name, kind, nullable=False)


feed: Final = Table(
    "feed",
    metadata,
    Column("id", String(16), primary_key=True),
    # The id of the address the feed has now: differs from `id` once the feed has moved.
    Column("address", String(16), nullable=False, unique=True),
    # Of a private feed only what may be shown; all of it, which may be a key, is sealed.
    _must("url"),
    _text("sealed_url"),
    # Of the address: each host is read by one process at a time.
    _text("host", ""),
    Column("bucket", Integer, nullable=False, server_default="0"),
    _must("audience"),
    _text("title", ""),
    _text("link"),
    _text("language"),
    _text("image"),
    _must("state"),
    _text("reason", ""),
    Column("failures", Integer, nullable=False, server_default="0"),
    # Readings that were begun since the last that came to an end.
    Column("unfinished", Integer, nullable=False, server_default="0"),
    _text("etag"),
    _text("last_modified"),
    _text("body_hash"),
    Column("last_read", UtcTime),
    Column("next_read", UtcTime),
    # The address it seems to move to, of a private feed sealed.
    _text("move_url"),
    Column("move_since", UtcTime),
    Column("move_readings", Integer, nullable=False, server_default="0"),
    Column("move_by_feed", Boolean(create_constraint=False), nullable=False, server_default=false()),
    # The feed that it became a part of when it moved to an address that was followed already.
    Column("merged_into", String(16)),
    _must("added_at", UtcTime),
    Index(None, "bucket", "next_read", sqlite_where=text(_NOT_PAUSED), postgresql_where=text(_NOT_PAUSED)),
    Index(None, "state", sqlite_where=text(_UNWELL), postgresql_where=text(_UNWELL)),
)

# The items of a feed as the last reading saw them, packed: those that did not change are not parsed again.
feed_listing: Final = Table(
    "feed_listing",
    metadata,
    Column("feed_id", ForeignKey(feed.c.id, ondelete="CASCADE"), primary_key=True),
    _must("audience"),
    Column("seen", LargeBinary, nullable=False),
)

# What opens a private feed, sealed.
feed_key: Final = Table(
    "feed_key",
    metadata,
    Column("feed_id", ForeignKey(feed.c.id, ondelete="CASCADE"), primary_key=True),
    _must("audience"),
    _must("sealed"),
)

channel: Final = Table(
    "channel",
    metadata,
    Column("id", Words, primary_key=True),
    Column("workspace", Words, nullable=False, index=True),
    _must("name"),
    _must("zone"),
    _must("at"),
    Column("paused", Boolean(create_constraint=False), nullable=False),
    _must("more"),
    _must("less"),
    _must("muted"),
    _must("created_at", UtcTime),
)

follow: Final = Table(
    "follow",
    metadata,
    Column("channel_id", ForeignKey(channel.c.id, ondelete="CASCADE"), primary_key=True),
    Column("feed_id", ForeignKey(feed.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("workspace", Words, nullable=False, index=True),
    _must("added_by"),
    _must("added_at", UtcTime),
)

episode: Final = Table(
    "episode",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("feed_id", ForeignKey(feed.c.id, ondelete="CASCADE"), nullable=False),
    _must("audience"),
    # What the feed says: all of it as JSON, its hash, and beside it what identifies an episode without its guid.
    # Of a private feed only what may be shown; all of it, and the enclosure, which may be keys, are sealed.
    _must("found"),
    _text("sealed_found"),
    _must("found_hash", String(32)),
    _must("guid"),
    _must("title"),
    _text("enclosure"),
    Column("published", UtcTime),
    Column("duration", Float),
    _must("first_seen", UtcTime),
    # When it came out: the published time, but never later than we first saw it, however its feed changes the date.
    _must("came_out", UtcTime),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("backfill", Boolean(create_constraint=False), nullable=False),
    # Nobody published its words, this attempt found.
    Column("is_unheard", Boolean(create_constraint=False), nullable=False, server_default=false()),
    _text("reason", ""),
    # Tries by itself since somebody last let it go, and when the next one is due.
    Column("retries", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcTime),
    # When it was first missing from its feed.
    Column("left_at", UtcTime),
    Index(None, "feed_id", "came_out"),
    Index(None, "state", "retry_at"),
    Index(None, "state", "came_out"),
    # The lines of those that wait: each tick looks at their heads.
    Index(None, "first_seen", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
    Index(None, "is_unheard", "backfill", "came_out", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
)

# Every identity an episode was ever found under. Its primary key is what makes an episode come in once.
episode_identity: Final = Table(
    "episode_identity",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("episode_id", ForeignKey(episode.c.id, ondelete="CASCADE"), nullable=False, index=True),
    _must("audience"),
)

transcript: Final = Table(
    "transcript",
    metadata,
    Column("episode_id", ForeignKey(episode.c.id, ondelete="CASCADE"), primary_key=True),
    _must("audience"),
    _must("hash", String(32)),
    _must("basis"),
    _text("language"),
    _text("format", ""),
    Column("segments", LargeBinary, nullable=False),
    _must("warnings"),
    _must("saved_at", UtcTime),
)

insight_run: Final = Table(
    "insight_run",
    metadata,
    Column("episode_id", ForeignKey(episode.c.id, ondelete="CASCADE"), primary_key=True),
    _must("audience"),
    _must("source", String(32)),
    _must("version"),
    _must("rejected"),
    _must("created_at", UtcTime),
)

insight: Final = Table(
    "insight",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("episode_id", ForeignKey(episode.c.id, ondelete="CASCADE"), nullable=False, index=True),
    _must("audience"),
    _must("position", Integer),
    _must("headline"),
    _must("body"),
    _must("quote"),
    _must("first_segment", Integer),
    _must("last_segment", Integer),
    Column("start_seconds", Float),
    Column("end_seconds", Float),
    _text("speaker"),
    _must("certainty"),
    _must("kind"),
    _must("author"),
    _must("topics"),
    _must("evidence", Float),
    _must("specificity", Float),
    _must("worth", Float),
)

digest: Final = Table(
    "digest",
    metadata,
    Column("channel_id", ForeignKey(channel.c.id, ondelete="CASCADE"), primary_key=True),
    Column("local_date", Date, primary_key=True),
    Column("workspace", Words, nullable=False, index=True),
    _must("payload"),
    _must("built_at", UtcTime),
)

delivery: Final = Table(
    "delivery",
    metadata,
    Column("channel_id", ForeignKey(channel.c.id, ondelete="CASCADE"), primary_key=True),
    Column("local_date", Date, primary_key=True, index=True),
    Column("workspace", Words, nullable=False, index=True),
    _must("state"),
    _text("reference", ""),
    _text("note", ""),
    _must("at", UtcTime),
)

# What a member said about an insight: `vote` is 1, -1 or 0.
reaction: Final = Table(
    "reaction",
    metadata,
    Column("channel_id", ForeignKey(channel.c.id, ondelete="CASCADE"), primary_key=True),
    Column("insight_id", String(16), primary_key=True),
    Column("member", Words, primary_key=True),
    Column("workspace", Words, nullable=False, index=True),
    _must("vote", Integer),
    _text("reason"),
    Column("saved", Boolean(create_constraint=False), nullable=False),
    _must("at", UtcTime),
)

local_message: Final = Table(
    "local_message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _must("workspace"),
    _must("key"),
    _must("channel_id"),
    _must("body"),
    _must("posted", UtcTime),
    UniqueConstraint("workspace", "key"),
    Index(None, "workspace", "channel_id", "number"),
)
