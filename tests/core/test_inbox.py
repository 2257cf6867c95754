"""Stored before it is acknowledged, kept until it is answered, unreadable to anybody else."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from src.core.database import Database
from src.core.errors import SecretUnreadableError
from src.core.inbox import Entry, Inbox, Waiting
from src.core.secrets import SecretBox
from src.core.tables import cursors
from src.core.tables import inbox as table
from tests.core.conftest import ANNA, HOME, NOON, ManualClock, entry, rows_of


@pytest.mark.requirement("BOT-003.1")
async def test_the_same_key_twice_is_stored_once(inbox: Inbox, database: Database) -> None:
    assert await inbox.store([entry("001", b"first")]) == [Waiting("telegram", "001", HOME)]
    assert await inbox.store([entry("001", b"second"), entry("002")]) == [Waiting("telegram", "002", HOME)]
    assert len(await rows_of(database, table)) == 2
    stored = await inbox.read("telegram", "001")
    assert stored is not None
    assert stored.body == b"first"


@pytest.mark.requirement("BOT-003.1")
async def test_a_key_is_unique_within_its_source_and_its_batch(inbox: Inbox) -> None:
    other = Entry("terminal", "001", "terminal:1:0", ANNA, "terminal:1:0", "Words", b"{}")
    fresh = await inbox.store([entry("001"), other, entry("001")])
    assert fresh == [Waiting("telegram", "001", HOME), Waiting("terminal", "001", "terminal:1:0")]


async def test_an_answered_update_that_comes_again_is_not_new(inbox: Inbox) -> None:
    await inbox.store([entry("001")])
    await inbox.close("telegram", "001")
    assert await inbox.store([entry("001")]) == []
    assert await inbox.waiting() == []


@pytest.mark.requirement("BOT-003.1")
async def test_the_cursor_goes_with_its_rows(inbox: Inbox) -> None:
    assert await inbox.cursor("telegram") is None
    await inbox.store([entry("001")], cursor=("telegram", 2))
    await inbox.store([], cursor=("telegram", 3))
    assert await inbox.cursor("telegram") == 3
    assert await inbox.cursor("terminal") is None


@pytest.mark.requirement("BOT-003.1")
async def test_rows_that_cannot_be_stored_leave_the_cursor_where_it_was(
    inbox: Inbox, database: Database
) -> None:
    await inbox.store([], cursor=("telegram", 1))
    broken = Entry("telegram", "003", None, ANNA, HOME, "Words", b"{}")  # type: ignore[arg-type]  # no lane: NOT NULL
    with pytest.raises(DBAPIError):
        await inbox.store([entry("002"), broken], cursor=("telegram", 4))
    assert await inbox.cursor("telegram") == 1
    assert await rows_of(database, table) == []


@pytest.mark.requirement("BOT-003.1")
async def test_a_cursor_that_cannot_be_stored_takes_its_rows_back(inbox: Inbox, database: Database) -> None:
    with pytest.raises((DBAPIError, OverflowError)):
        await inbox.store([entry("001")], cursor=("telegram", 2**70))
    assert await rows_of(database, table) == []
    assert await rows_of(database, cursors) == []


@pytest.mark.requirement("USER-002.1")
async def test_a_body_is_encrypted_and_blanked_when_done(
    inbox: Inbox, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    await inbox.store([entry("001", b'{"text": "my password is hunter2"}')])
    (row,) = await rows_of(database, table)
    assert b"hunter2" not in row["body"]
    assert row["key_id"] == box.key_id
    stored = await inbox.read("telegram", "001")
    assert stored is not None
    assert stored.body == b'{"text": "my password is hunter2"}'
    assert stored.received_at == NOON

    clock.turn(seconds=3)
    await inbox.close("telegram", "001")
    (row,) = await rows_of(database, table)
    assert (row["body"], row["state"], row["done_at"]) == (None, "done", NOON + timedelta(seconds=3))
    assert await inbox.read("telegram", "001") is None


@pytest.mark.requirement("USER-002.1")
async def test_a_body_moved_to_another_row_does_not_open(inbox: Inbox, database: Database) -> None:
    await inbox.store([entry("001", b"Anna's"), entry("002", b"Boris's")])
    async with database.write() as connection:
        body = (await connection.execute(table.select().where(table.c.key == "002"))).mappings().one()["body"]
        await connection.execute(table.update().where(table.c.key == "001").values(body=body))
    with pytest.raises(SecretUnreadableError):
        await inbox.read("telegram", "001")


@pytest.mark.requirement("USER-002.2")
async def test_another_key_does_not_read_a_body(database: Database, inbox: Inbox, clock: ManualClock) -> None:
    await inbox.store([entry("001")])
    stranger = Inbox(database, SecretBox.from_keys([SecretBox.generate_key()]), clock, "here")
    with pytest.raises(SecretUnreadableError):
        await stranger.read("telegram", "001")


async def test_a_failed_entry_says_why_and_keeps_nothing(inbox: Inbox, database: Database) -> None:
    await inbox.store([entry("001")])
    await inbox.close("telegram", "001", failed="gave-up")
    (row,) = await rows_of(database, table)
    assert (row["state"], row["reason"], row["body"]) == ("failed", "gave-up", None)
    assert await inbox.count("failed") == 1


@pytest.mark.requirement("BOT-003.2")
async def test_what_cannot_be_parsed_is_quarantined_alone_with_its_body(
    inbox: Inbox, database: Database, box: SecretBox
) -> None:
    fresh = await inbox.store(
        [entry("001"), entry("002", b"\x00odd", quarantined="no update_id"), entry("003")],
        cursor=("telegram", 4),
    )
    assert [waiting.key for waiting in fresh] == ["001", "003"]
    assert [waiting.key for waiting in await inbox.waiting()] == ["001", "003"]
    assert await inbox.read("telegram", "002") is None
    row = (await rows_of(database, table))[1]
    assert (row["state"], row["reason"]) == ("quarantined", "no update_id")
    assert box.decrypt(row["body"], "inbox:telegram:002") == b"\x00odd"


async def test_what_a_turn_cannot_understand_keeps_its_body_too(
    inbox: Inbox, database: Database, box: SecretBox
) -> None:
    await inbox.store([entry("001", b"odd")])
    await inbox.close("telegram", "001", failed="error-unusable-input", quarantined=True)
    (row,) = await rows_of(database, table)
    assert (row["state"], row["reason"]) == ("quarantined", "error-unusable-input")
    assert box.decrypt(row["body"], "inbox:telegram:001") == b"odd"
    await inbox.close("telegram", "001")  # the lane closes it once more, which changes nothing
    assert await inbox.count("quarantined") == 1


async def test_what_waits_is_given_back_in_the_order_it_came(inbox: Inbox) -> None:
    for key in ("00000000000000000010", "00000000000000000009", "00000000000000000100"):
        await inbox.store([entry(key)])
    assert [waiting.key[-3:] for waiting in await inbox.waiting()] == ["009", "010", "100"]


async def test_the_lease_of_another_executor_is_respected_until_it_runs_out(
    database: Database, box: SecretBox, clock: ManualClock
) -> None:
    ours, theirs = (Inbox(database, box, clock, name) for name in ("here", "there"))
    await theirs.store([entry("001")])
    await ours.store([entry("002")])
    assert [waiting.key for waiting in await ours.waiting()] == ["002"]
    assert [waiting.key for waiting in await theirs.waiting()] == ["001"]
    clock.turn(minutes=2, seconds=1)
    assert [waiting.key for waiting in await ours.waiting()] == ["001", "002"]


@pytest.mark.requirement("BOT-003.1")
async def test_two_who_store_the_same_batch_at_once_store_it_once(inbox: Inbox, database: Database) -> None:
    batch = [entry(f"{number:03}") for number in range(20)]
    answers = await asyncio.gather(*(inbox.store(batch, cursor=("telegram", 20)) for _ in range(3)))
    assert sorted(waiting.key for answer in answers for waiting in answer) == [one.key for one in batch]
    assert len(await rows_of(database, table)) == 20


async def test_what_was_answered_a_week_ago_is_forgotten_and_nothing_else(
    inbox: Inbox, database: Database, clock: ManualClock
) -> None:
    await inbox.store(
        [entry("old-done"), entry("old-new"), entry("old-odd", quarantined="odd"), entry("old-failed")]
    )
    await inbox.close("telegram", "old-done")
    await inbox.close("telegram", "old-failed", failed="gave-up")
    clock.turn(days=7, seconds=1)
    await inbox.store([entry("young")])
    await inbox.close("telegram", "young")
    await inbox.prune()
    assert {row["key"] for row in await rows_of(database, table)} == {"old-new", "old-odd", "young"}
