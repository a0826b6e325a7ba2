"""The addresses of private feeds, sealed, and which feed became part of another.

Opening the catalogue with its key seals the addresses that are there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for both."""
    op.add_column("feed", sa.Column("sealed_url", sa.Text))
    op.add_column("feed", sa.Column("merged_into", sa.String(16)))


def downgrade() -> None:
    """Not offered: the addresses would be lost."""
    raise NotImplementedError
