"""Answers of metadata sources, kept for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the cache."""
    op.create_table(
        "metadata_cache",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_metadata_cache"),
    )
    op.create_index("ix_metadata_cache_fetched_at", "metadata_cache", ["fetched_at"], unique=False)
