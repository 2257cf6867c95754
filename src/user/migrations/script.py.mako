"""${message}."""

import sqlalchemy as sa
from alembic import op

from src.core.database import UtcMoment

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
