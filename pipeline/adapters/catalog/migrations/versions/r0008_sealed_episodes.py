"""What private feeds say of their episodes, sealed: the addresses in it may open them.

Opening the catalogue with its key seals what is there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.add_column("episode", sa.Column("sealed_found", sa.Text))


def downgrade() -> None:
    """Not offered: the addresses would be lost."""
    raise NotImplementedError
