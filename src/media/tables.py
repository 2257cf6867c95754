"""Answers of metadata sources, kept for a while."""

import sqlalchemy as sa

from src.core.database import UtcMoment
from src.core.tables import metadata

metadata_cache = sa.Table(
    "metadata_cache",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # a digest: what people asked for is not readable here
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("fetched_at", UtcMoment, nullable=False),
    sa.Column("expires_at", UtcMoment, nullable=False),
    sa.Index("ix_metadata_cache_fetched_at", "fetched_at"),
)
