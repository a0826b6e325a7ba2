"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _feed()
    _feed_listing()
    _feed_key()
    _channel()
    _follow()
    _episode()
    _episode_identity()
    _transcript()
    _insight_run()
    _insight()
    _digest()
    _delivery()
    _reaction()
    _local_message()


def downgrade() -> None:
    """Not offered: what is in the tables would be lost."""
    raise NotImplementedError


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("address", sa.String(16), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("link", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("image", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        _time("last_read", nullable=True),
        _time("next_read", nullable=True),
        sa.Column("move_url", sa.Text),
        _time("move_since", nullable=True),
        sa.Column("move_readings", sa.Integer, nullable=False, server_default="0"),
        sa.Column("move_by_feed", sa.Boolean, nullable=False, server_default=sa.false()),
        _time("added_at"),
        sa.UniqueConstraint("address"),
    )
    op.create_index("ix_feed_next_read", "feed", ["next_read"])


def _feed_listing() -> None:
    op.create_table(
        "feed_listing",
        sa.Column("feed_id", sa.String(16), _owner("feed.id"), primary_key=True),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("seen", sa.LargeBinary, nullable=False),
    )


def _feed_key() -> None:
    op.create_table(
        "feed_key",
        sa.Column("feed_id", sa.String(16), sa.ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("more", sa.Text, nullable=False),
        sa.Column("less", sa.Text, nullable=False),
        sa.Column("muted", sa.Text, nullable=False),
        _time("created_at"),
    )
    op.create_index("ix_channel_workspace", "channel", ["workspace"])


def _follow() -> None:
    op.create_table(
        "follow",
        sa.Column("channel_id", sa.Text, _owner("channel.id"), primary_key=True),
        sa.Column("feed_id", sa.String(16), _owner("feed.id"), primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        _time("added_at"),
    )
    op.create_index("ix_follow_feed_id", "follow", ["feed_id"])
    op.create_index("ix_follow_workspace", "follow", ["workspace"])


def _episode() -> None:
    op.create_table(
        "episode",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("feed_id", sa.String(16), _owner("feed.id"), nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("found_hash", sa.String(32), nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("enclosure", sa.Text),
        _time("published", nullable=True),
        sa.Column("duration", sa.Float),
        _time("first_seen"),
        _time("came_out"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("backfill", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("retries", sa.Integer, nullable=False, server_default="0"),
        _time("retry_at", nullable=True),
        _time("left_at", nullable=True),
    )
    op.create_index("ix_episode_feed_id_came_out", "episode", ["feed_id", "came_out"])
    op.create_index("ix_episode_state_retry_at", "episode", ["state", "retry_at"])
    op.create_index("ix_episode_state_came_out", "episode", ["state", "came_out"])


def _episode_identity() -> None:
    op.create_table(
        "episode_identity",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("episode_id", sa.String(16), _owner("episode.id"), nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
    )
    op.create_index("ix_episode_identity_episode_id", "episode_identity", ["episode_id"])


def _transcript() -> None:
    op.create_table(
        "transcript",
        sa.Column("episode_id", sa.String(16), _owner("episode.id"), primary_key=True),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("format", sa.Text, nullable=False, server_default=""),
        sa.Column("segments", sa.LargeBinary, nullable=False),
        sa.Column("warnings", sa.Text, nullable=False),
        _time("saved_at"),
    )


def _insight_run() -> None:
    op.create_table(
        "insight_run",
        sa.Column("episode_id", sa.String(16), _owner("episode.id"), primary_key=True),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("rejected", sa.Text, nullable=False),
        _time("created_at"),
    )


def _insight() -> None:
    op.create_table(
        "insight",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("episode_id", sa.String(16), _owner("episode.id"), nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("first_segment", sa.Integer, nullable=False),
        sa.Column("last_segment", sa.Integer, nullable=False),
        sa.Column("start_seconds", sa.Float),
        sa.Column("end_seconds", sa.Float),
        sa.Column("speaker", sa.Text),
        sa.Column("certainty", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("evidence", sa.Float, nullable=False),
        sa.Column("specificity", sa.Float, nullable=False),
        sa.Column("worth", sa.Float, nullable=False),
    )
    op.create_index("ix_insight_episode_id", "insight", ["episode_id"])


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("channel_id", sa.Text, _owner("channel.id"), primary_key=True),
        sa.Column("local_date", sa.Date, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        _time("built_at"),
    )
    op.create_index("ix_digest_workspace", "digest", ["workspace"])


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("channel_id", sa.Text, _owner("channel.id"), primary_key=True),
        sa.Column("local_date", sa.Date, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False, server_default=""),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        _time("at"),
    )
    op.create_index("ix_delivery_workspace", "delivery", ["workspace"])


def _reaction() -> None:
    op.create_table(
        "reaction",
        sa.Column("channel_id", sa.Text, _owner("channel.id"), primary_key=True),
        sa.Column("insight_id", sa.String(16), primary_key=True),
        sa.Column("member", sa.Text, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("vote", sa.Integer, nullable=False),
        sa.Column("saved", sa.Boolean, nullable=False),
        _time("at"),
    )
    op.create_index("ix_reaction_workspace", "reaction", ["workspace"])


def _local_message() -> None:
    op.create_table(
        "local_message",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        _time("posted"),
        sa.UniqueConstraint("workspace", "key"),
    )
    op.create_index(
        "ix_local_message_workspace_channel_id_number", "local_message", ["workspace", "channel_id", "number"]
    )


def _owner(column: str) -> sa.ForeignKey:
    return sa.ForeignKey(column, ondelete="CASCADE")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
