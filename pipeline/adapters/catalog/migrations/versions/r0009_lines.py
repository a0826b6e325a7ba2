"""What the ticks ask for each minute, found without looking at anything else: due feeds by bucket, episodes in order.

Also how many readings of a feed were begun and never ended, and which episodes must be heard.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

from pipeline.domain.feed import bucket_of, host_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT_ONCE: Final = 10_000
_NOT_PAUSED: Final = sa.text("state != 'paused'")
_UNWELL: Final = sa.text("state != 'active'")
_WAITING: Final = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Say of every feed where it is read."""
    op.add_column("feed", sa.Column("host", sa.Text, nullable=False, server_default=""))
    op.add_column("feed", sa.Column("bucket", sa.Integer, nullable=False, server_default="0"))
    op.add_column("feed", sa.Column("unfinished", sa.Integer, nullable=False, server_default="0"))
    op.add_column("episode", sa.Column("is_unheard", sa.Boolean, nullable=False, server_default=sa.false()))
    _fill()
    op.drop_index("ix_feed_next_read", "feed")
    op.create_index(
        "ix_feed_bucket_next_read",
        "feed",
        ["bucket", "next_read"],
        sqlite_where=_NOT_PAUSED,
        postgresql_where=_NOT_PAUSED,
    )
    op.create_index("ix_feed_state", "feed", ["state"], sqlite_where=_UNWELL, postgresql_where=_UNWELL)
    op.create_index(
        "ix_episode_first_seen", "episode", ["first_seen"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_index(
        "ix_episode_is_unheard_backfill_came_out",
        "episode",
        ["is_unheard", "backfill", "came_out"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _fill() -> None:
    feed = sa.table("feed", sa.column("id"), sa.column("url"), sa.column("host"), sa.column("bucket"))
    change = sa.update(feed).where(feed.c.id == sa.bindparam("row_id"))
    connection, last = op.get_bind(), ""
    while True:
        query = sa.select(feed.c.id, feed.c.url).where(feed.c.id > last).order_by(feed.c.id).limit(_AT_ONCE)
        rows = connection.execute(query).all()
        if not rows:
            return
        places = [{"row_id": row.id, "host": host_of(row.url), "bucket": bucket_of(row.url)} for row in rows]
        connection.execute(change, places)
        last = rows[-1].id


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError
