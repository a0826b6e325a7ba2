"""What the language model cost."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of spending."""
    op.create_table(
        "spending",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("micros", sa.Integer, nullable=False),
    )
    op.create_index("ix_spending_at", "spending", ["at"])
    op.create_index("ix_spending_subject", "spending", ["subject"])


def downgrade() -> None:
    """Not offered: what is in the table would be lost."""
    raise NotImplementedError
