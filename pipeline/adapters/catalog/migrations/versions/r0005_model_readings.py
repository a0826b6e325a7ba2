"""What the language model said about episodes, and which of its proposals did not pass."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "model_reply",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("episode_id", sa.String(16), sa.ForeignKey("episode.id", ondelete="CASCADE"), nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_model_reply_episode_id", "model_reply", ["episode_id"])
    op.create_table(
        "rejected_proposal",
        sa.Column("episode_id", sa.String(16), sa.ForeignKey("episode.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Not offered: what is in the tables would be lost."""
    raise NotImplementedError
