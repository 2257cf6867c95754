"""Who may do what: by numeric id, from the database, at every action."""

import asyncio
import itertools

import pytest
import sqlalchemy as sa

from src.core.access import STRANGERS_KEPT, Access, Role
from src.core.database import Database
from src.core.errors import RefusedError
from src.core.tables import persons, strangers
from tests.core.conftest import ANNA, BORIS, NOON, ManualClock, rows_of

VERA, STRANGER = 1003, 9009

pytestmark = pytest.mark.requirement("BOT-005.1")


@pytest.fixture
def access(database: Database, clock: ManualClock) -> Access:
    """Anna owns the bot by the settings, which let Boris in too."""
    return Access(database, clock, ANNA, [BORIS])


@pytest.fixture
def unowned(database: Database, clock: ManualClock) -> Access:
    return Access(database, clock, None, [])


async def stored(database: Database, ident: int, role: str) -> None:
    async with database.write() as connection:
        await connection.execute(
            sa.insert(persons).values(id=ident, role=role, name="", language="ru", created_at=NOON)
        )


def test_a_role_may_what_the_weaker_ones_may() -> None:
    strongest_first = [Role.OWNER, Role.MEMBER, Role.GUEST]
    for (place, role), (other_place, other) in itertools.product(enumerate(strongest_first), repeat=2):
        assert role.covers(other) == (place <= other_place)


async def test_the_settings_name_the_owner_and_the_members(access: Access) -> None:
    roles = [(await access.require(ident, Role.GUEST)).role for ident in (ANNA, BORIS)]
    assert roles == [Role.OWNER, Role.MEMBER]
    assert await access.person(STRANGER) is None
    assert await access.owner() == ANNA


@pytest.mark.parametrize(
    ("role", "may"),
    [("owner", False), ("member", True), ("guest", True), ("none", False), ("king", False), ("", False)],
)
async def test_the_database_knows_the_others_but_no_second_owner(
    access: Access, database: Database, role: str, may: bool
) -> None:
    await stored(database, VERA, role)
    person = await access.person(VERA)
    assert (person is not None) == may
    if person is not None:
        assert person.role == role


async def test_the_owner_of_the_settings_stands_over_the_stored_one(
    database: Database, clock: ManualClock
) -> None:
    await stored(database, VERA, "owner")
    assert await Access(database, clock, None, []).owner() == VERA
    named = Access(database, clock, ANNA, [])
    assert await named.owner() == ANNA
    assert (await named.require(ANNA, Role.OWNER)).role is Role.OWNER
    assert await named.person(VERA) is None
    with pytest.raises(RefusedError):
        await named.require(VERA, Role.GUEST)


@pytest.mark.parametrize("needed", list(Role))
async def test_what_needs_another_role_is_refused(access: Access, database: Database, needed: Role) -> None:
    await stored(database, VERA, "guest")
    for ident, role in ((ANNA, Role.OWNER), (BORIS, Role.MEMBER), (VERA, Role.GUEST)):
        if role.covers(needed):
            assert (await access.require(ident, needed)).id == ident
        else:
            with pytest.raises(RefusedError):
                await access.require(ident, needed)
    with pytest.raises(RefusedError):
        await access.require(STRANGER, needed)


@pytest.mark.requirement("BOT-005.3")
async def test_a_right_is_read_at_each_action(access: Access, database: Database) -> None:
    await stored(database, VERA, "member")
    await access.require(VERA, Role.MEMBER)
    async with database.write() as connection:
        await connection.execute(sa.update(persons).where(persons.c.id == VERA).values(role="none"))
    with pytest.raises(RefusedError):
        await access.require(VERA, Role.GUEST)


@pytest.mark.requirement("BOT-005.3")
async def test_whom_the_settings_no_longer_name_is_out(
    access: Access, database: Database, clock: ManualClock
) -> None:
    for ident in (ANNA, BORIS):
        await access.remember(ident, name="Name", language="ru")
    restarted = Access(database, clock, None, [])
    assert await restarted.person(BORIS) is None
    assert await restarted.person(ANNA) is None
    assert await restarted.owner() is None


async def test_a_name_is_kept_and_the_language_of_the_first_time(access: Access) -> None:
    await access.remember(BORIS, name="Boris", language="ru")
    await access.remember(BORIS, name="Boris the Second", language="en")
    person = await access.person(BORIS)
    assert person is not None
    assert (person.name, person.language, person.accepted_at) == ("Boris the Second", "ru", None)


@pytest.mark.requirement("BOT-006.2")
async def test_the_language_a_person_chose_stays_their_own(access: Access) -> None:
    for ident in (ANNA, BORIS):
        await access.remember(ident, name="Name", language="ru")
    await access.set_language(BORIS, "en")
    await access.remember(BORIS, name="Other name", language="ru")
    languages = [person.language for ident in (ANNA, BORIS) if (person := await access.person(ident))]
    assert languages == ["ru", "en"]


async def test_a_stranger_is_not_kept_among_the_persons(access: Access, database: Database) -> None:
    await access.remember(STRANGER, name="Nobody", language="ru")
    assert await rows_of(database, persons) == []


@pytest.mark.requirement("SAFE-001.1")
async def test_the_notice_is_accepted_once_by_each_person(access: Access, clock: ManualClock) -> None:
    for ident in (ANNA, BORIS):
        await access.remember(ident, name="Name", language="ru")
    await access.accept_notice(ANNA)
    clock.turn(days=3)
    await access.accept_notice(ANNA)
    anna, boris = await access.person(ANNA), await access.person(BORIS)
    assert anna is not None
    assert boris is not None
    assert (anna.accepted_at, boris.accepted_at) == (NOON, None)


@pytest.mark.requirement("BOT-005.2")
async def test_the_code_makes_its_bearer_the_owner_once(unowned: Access) -> None:
    code = await unowned.claim_code()
    assert code is not None
    assert await unowned.claim_code() == code
    assert not await unowned.claim(STRANGER, "0000000000", name="Nobody", language="ru")
    assert not await unowned.claim(STRANGER, "", name="Nobody", language="ru")
    assert not await unowned.claim(STRANGER, "к0д", name="Nobody", language="ru")
    assert await unowned.person(STRANGER) is None
    assert await unowned.claim(VERA, f"  {code}\n", name="Vera", language="en")
    owner = await unowned.require(VERA, Role.OWNER)
    assert (owner.name, owner.language) == ("Vera", "en")
    assert not await unowned.claim(STRANGER, code, name="Nobody", language="ru")
    assert await unowned.claim_code() is None
    assert await unowned.person(STRANGER) is None


@pytest.mark.requirement("BOT-005.2")
async def test_of_two_who_send_the_code_at_once_one_becomes_the_owner(
    unowned: Access, database: Database
) -> None:
    code = await unowned.claim_code() or ""
    claims = [unowned.claim(ident, code, name="", language="ru") for ident in range(1, 6)]
    assert sorted(await asyncio.gather(*claims)) == [False] * 4 + [True]
    assert [row["role"] for row in await rows_of(database, persons)] == ["owner"]


@pytest.mark.requirement("BOT-005.2")
async def test_there_is_no_code_where_there_is_an_owner(
    access: Access, unowned: Access, database: Database
) -> None:
    assert await access.claim_code() is None
    assert not await access.claim(STRANGER, "", name="", language="ru")
    code = await unowned.claim_code() or ""
    await stored(database, VERA, "owner")  # another process was quicker
    assert await unowned.claim_code() is None
    assert not await unowned.claim(STRANGER, code, name="", language="ru")


@pytest.mark.requirement("BOT-005.2")
async def test_a_code_is_of_its_process_and_hard_to_guess(database: Database, clock: ManualClock) -> None:
    codes = {await Access(database, clock, None, []).claim_code() for _ in range(20)}
    assert len(codes) == 20
    assert all(code is not None and len(code) >= 10 for code in codes)


async def test_a_member_who_claims_becomes_the_owner(database: Database, clock: ManualClock) -> None:
    access = Access(database, clock, None, [BORIS])
    await access.remember(BORIS, name="Boris", language="ru")
    assert await access.claim(BORIS, await access.claim_code() or "", name="Boris", language="ru")
    assert (await access.require(BORIS, Role.OWNER)).name == "Boris"


async def test_a_stranger_is_told_once_and_counted(access: Access, database: Database) -> None:
    assert await access.met_stranger(STRANGER)
    assert not await access.met_stranger(STRANGER)
    assert await access.met_stranger(STRANGER + 1)
    assert [(row["id"], row["seen"]) for row in await rows_of(database, strangers)] == [
        (STRANGER, 2),
        (STRANGER + 1, 1),
    ]


async def test_of_strangers_the_last_thousand_are_remembered(
    access: Access, database: Database, clock: ManualClock
) -> None:
    async with database.write() as connection:
        rows = [{"id": number, "seen": 1, "last_at": NOON} for number in range(STRANGERS_KEPT)]
        await connection.execute(sa.insert(strangers), rows)
    clock.turn(seconds=1)
    assert not await access.met_stranger(0)  # seen again: no longer the oldest
    clock.turn(seconds=1)
    for number in (5_001, 5_002):
        assert await access.met_stranger(number)
    kept = {row["id"] for row in await rows_of(database, strangers)}
    assert len(kept) == STRANGERS_KEPT
    assert {0, 5_001, 5_002} <= kept
