"""A migrated database of either kind, its key, and a clock that a test turns."""

import asyncio
import importlib
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from src.core.database import Database, open_database
from src.core.inbound import Outgoing, Rows, plain
from src.core.inbox import Entry, Inbox
from src.core.outbox import Outbox
from src.core.secrets import SecretBox
from src.core.tables import metadata
from src.core.texts import Texts, read_texts
from src.user.migrate import migrate
from tests.daemons import fresh_database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA, BORIS = 1001, 1002
HOME = "telegram:1001:0"
ELSEWHERE = "telegram:-500:7"
SRC = Path(__file__).resolve().parents[2] / "src"
TEXTS = SRC / "bot" / "texts"

for module in sorted(SRC.rglob("tables.py")):  # every table on the one metadata
    importlib.import_module(".".join(module.relative_to(SRC.parent).with_suffix("").parts))


class ManualClock:
    """`core.clock.Clock` that a test turns. `stride` seconds pass at every look, where waiting would be idle."""

    def __init__(self, *, stride: float = 0.0) -> None:
        self._elapsed = 0.0
        self._stride = stride

    def now(self) -> datetime:
        """The current moment."""
        self._elapsed += self._stride
        return NOON + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds turned so far."""
        return self._elapsed

    def turn(self, **by: float) -> None:
        """Turn it: `turn(hours=2)`."""
        self._elapsed += timedelta(**by).total_seconds()


@pytest.fixture
def clock() -> ManualClock:
    """Stands at noon until turned."""
    return ManualClock()


@pytest.fixture
def executor() -> str:
    """Who we are among several machines."""
    return "here"


@pytest.fixture
def box() -> SecretBox:
    """A fresh key."""
    return SecretBox.from_keys([SecretBox.generate_key()])


async def _migrate(url: str) -> None:
    async with open_database(url) as database:
        await migrate(database, backups=None, now=NOON)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, migrated once: tests copy it."""
    file = tmp_path_factory.mktemp("template") / "app.db"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.daemon("postgres"))]
)
def template(request: pytest.FixtureRequest) -> Iterator[Path | str]:
    """A migrated database: a SQLite file to copy, or the URL of a PostgreSQL database to empty.

    Of the session, hence made before any test's loop is watched: migrations run before there is anything to block.
    """
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_template")
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        asyncio.run(_migrate(url))
        yield url


@pytest.fixture
def migrated_url(template: Path | str, tmp_path: Path) -> Iterator[str]:
    """As `database_url`, with every table in it, and every table empty."""
    if isinstance(template, Path):
        shutil.copy(template, tmp_path / "app.db")
        yield f"sqlite:///{tmp_path / 'app.db'}"
        return
    with psycopg.connect(template, autocommit=True) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}".encode())
    yield template


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """A migrated database, once on SQLite and once on PostgreSQL."""
    async with open_database(migrated_url) as opened:
        yield opened


@pytest.fixture
def inbox(database: Database, box: SecretBox, clock: ManualClock, executor: str) -> Inbox:
    """The inbox of this executor."""
    return Inbox(database, box, clock, executor)


@pytest.fixture
def outbox(database: Database, box: SecretBox, clock: ManualClock, executor: str) -> Outbox:
    """The outbox of this executor."""
    return Outbox(database, box, clock, executor)


@pytest.fixture(scope="session")
def texts() -> Texts:
    """The bot's own texts."""
    return read_texts(TEXTS)


def entry(key: str, body: bytes = b"{}", *, lane: str = HOME, quarantined: str | None = None) -> Entry:
    """An update of Anna's."""
    return Entry("telegram", key, lane, ANNA, HOME, "Words", body, quarantined)


def outgoing(
    key: str,
    text: str = "hello",
    *,
    to: str = HOME,
    rows: Rows = (),
    edits: str | None = None,
    notice: bool = False,
) -> Outgoing:
    """A message to Anna."""
    return Outgoing(
        key=key, person=ANNA, conversation=to, text=plain(text), rows=rows, edits=edits, notice=notice
    )


async def rows_of(database: Database, table: sa.Table) -> list[sa.RowMapping]:
    """Everything a table holds, in the order of its key."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    async with database.read() as connection:
        return list((await connection.execute(query)).mappings())
