"""The conversation's tables."""

import sqlalchemy as sa

from src.core.database import UtcMoment
from src.core.tables import metadata

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

dialogue = sa.Table(
    "dialogue",
    metadata,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.Text, nullable=False),
    sa.Column("person", sa.BigInteger, nullable=False),
    sa.Column("turn", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),  # user, assistant
    sa.Column("content", sa.LargeBinary, nullable=False),  # encrypted JSON: blocks, model, stop, views
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),  # an estimate, for trimming
    sa.Column("created_at", UtcMoment, nullable=False),
    sa.UniqueConstraint("turn", "seq"),
    sa.Index("ix_dialogue_conversation_person_id", "conversation", "person", "id"),
)

handles = sa.Table(
    "handles",
    metadata,
    sa.Column("conversation", sa.Text, primary_key=True),
    sa.Column("person", sa.BigInteger, primary_key=True),
    sa.Column("handle", sa.Text, primary_key=True),  # t1, r3, d2
    sa.Column("ref", sa.Text, nullable=False),  # what it stands for, as JSON
    sa.Column("created_at", UtcMoment, nullable=False),
    sa.UniqueConstraint("conversation", "person", "ref"),
)

spending = sa.Table(
    "spending",
    metadata,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column(
        "key", sa.Text, nullable=False, unique=True
    ),  # turn and step: a repeated step is not counted twice
    sa.Column("person", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("input", sa.Integer, nullable=False),
    sa.Column("cache_write", sa.Integer, nullable=False),
    sa.Column("cache_read", sa.Integer, nullable=False),
    sa.Column("output", sa.Integer, nullable=False),
    sa.Column("usd", sa.Float, nullable=False),
    sa.Column("created_at", UtcMoment, nullable=False),
    sa.Index("ix_spending_created_at", "created_at"),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("person", sa.BigInteger, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),  # the call that wrote it
    sa.Column("text", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("created_at", UtcMoment, nullable=False),
    sa.Index("ix_notes_person", "person"),
)
