"""Which days of all channels are settled is found by the day."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index on the local date of a delivery."""
    op.create_index("ix_delivery_local_date", "delivery", ["local_date"])


def downgrade() -> None:
    """Not offered."""
    raise NotImplementedError
