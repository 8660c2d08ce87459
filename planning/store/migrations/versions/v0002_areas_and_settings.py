"""Own study areas, and what the page remembers of an author."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "areas",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_areas"),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_areas_sha256"),
    )
    op.create_table(
        "settings",
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("author", "key", name="pk_settings"),
    )
