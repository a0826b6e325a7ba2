"""Where our app is installed, and installations that were begun."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "installation",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False, server_default=""),
        sa.Column("sealed", sa.Text),
        sa.Column("bot", sa.Text, nullable=False, server_default=""),
        sa.Column("installer", sa.Text, nullable=False, server_default=""),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_installation_organisation", "installation", ["organisation"])
    op.create_table(
        "install_state",
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Not offered: what is in the tables would be lost."""
    raise NotImplementedError
