"""What each person likes and keeps, their own and nobody else's."""

import pytest
import sqlalchemy as sa

from src.concierge.preferences import WATCHLIST_LIMIT, Preferences, Watchlist
from src.concierge.tables import watchlist as table
from src.core.database import Database
from tests.core.conftest import ANNA, BORIS, NOON, ManualClock, rows_of


@pytest.fixture
def preferences(database: Database) -> Preferences:
    return Preferences(database)


@pytest.fixture
def watchlist(database: Database, clock: ManualClock) -> Watchlist:
    return Watchlist(database, clock)


async def test_a_preference_is_remembered_replaced_and_a_persons_own(preferences: Preferences) -> None:
    assert await preferences.of(ANNA) == {}
    await preferences.set(ANNA, "resolution", "1080p")
    await preferences.set(BORIS, "resolution", "2160p")
    await preferences.set(ANNA, "resolution", "720p")
    await preferences.set(ANNA, "other", "x")
    assert await preferences.of(ANNA) == {"resolution": "720p", "other": "x"}
    assert await preferences.of(BORIS) == {"resolution": "2160p"}


async def test_a_title_is_kept_once_newest_first_for_its_person(
    watchlist: Watchlist, clock: ManualClock
) -> None:
    for title, year in (
        ("Metropolis", 1927),
        ("Носферату", None),
        ("The General", 1926),
        ("Metropolis", 1999),
    ):
        await watchlist.add(ANNA, title, year)
        clock.turn(minutes=1)
    await watchlist.add(BORIS, "Sita Sings the Blues", 2008)
    assert await watchlist.titles(ANNA) == [("The General", 1926), ("Носферату", None), ("Metropolis", 1927)]
    assert await watchlist.titles(ANNA, limit=1) == [("The General", 1926)]
    assert await watchlist.titles(BORIS) == [("Sita Sings the Blues", 2008)]


async def test_only_ones_own_title_is_taken_off(watchlist: Watchlist) -> None:
    for person in (ANNA, BORIS):
        await watchlist.add(person, "Metropolis", 1927)
    await watchlist.remove(ANNA, "Metropolis")
    await watchlist.remove(ANNA, "never kept")
    assert await watchlist.titles(ANNA) == []
    assert await watchlist.titles(BORIS) == [("Metropolis", 1927)]


async def test_the_newest_five_hundred_stay(
    watchlist: Watchlist, database: Database, clock: ManualClock
) -> None:
    rows = [{"person": ANNA, "title": f"{n}", "year": n, "created_at": NOON} for n in range(WATCHLIST_LIMIT)]
    async with database.write() as connection:
        await connection.execute(sa.insert(table), rows)
    await watchlist.add(BORIS, "Metropolis", 1927)
    clock.turn(minutes=1)
    await watchlist.add(ANNA, "The General", 1926)
    assert len(await rows_of(database, table)) == WATCHLIST_LIMIT + 1
    assert (await watchlist.titles(ANNA))[0] == ("The General", 1926)
    assert await watchlist.titles(BORIS) == [("Metropolis", 1927)]
