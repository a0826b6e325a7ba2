"""Why a member votes against an insight, or reports it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the reason."""
    op.add_column("reaction", sa.Column("reason", sa.Text))


def downgrade() -> None:
    """Not offered: the reasons would be lost."""
    raise NotImplementedError
