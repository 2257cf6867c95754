"""The only road out: stored once, in order, with its buttons, until there is a receipt."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from src.core.database import Database
from src.core.inbound import (
    ActionButton,
    CopyButton,
    DataButton,
    Document,
    Outgoing,
    ProposalButton,
    Rows,
    UrlButton,
    plain,
    text_of,
)
from src.core.outbox import BUTTON_LIFE, PROPOSAL_LIFE, Letter, Outbox, button_context
from src.core.secrets import SecretBox
from src.core.tables import buttons, proposals
from src.core.tables import outbox as table
from tests.core.conftest import ANNA, ELSEWHERE, HOME, NOON, ManualClock, outgoing, rows_of

SHOW = ActionButton(label="Whole list", action="list", args='{"search":"s1"}')
GET = ProposalButton(label="Get", action="download", args='{"infohash":"aa"}')
WIPE = ProposalButton(label="Delete", action="remove", args='{"infohash":"aa"}', danger=True)


async def take(outbox: Outbox, conversation: str = HOME) -> Letter:
    letter = await outbox.take(conversation)
    assert letter is not None
    return letter


def data_of(rows: Rows) -> list[str]:
    return [button.data for row in rows for button in row if isinstance(button, DataButton)]


async def test_a_key_is_unique_for_ever(outbox: Outbox, database: Database) -> None:
    await outbox.put(outgoing("k", "first"))
    await outbox.put(outgoing("k", "second"), outgoing("k", "third"))
    letter = await take(outbox)
    assert text_of(letter.outgoing.text) == "first"
    await outbox.sent(letter, "77")
    await outbox.put(outgoing("k", "after it was sent"))
    assert await outbox.take(HOME) is None
    assert len(await rows_of(database, table)) == 1


async def test_a_failed_message_is_not_put_again_under_its_key(outbox: Outbox) -> None:
    await outbox.put(outgoing("k"))
    await outbox.failed(await take(outbox), "error-refused")
    await outbox.put(outgoing("k"))
    assert await outbox.take(HOME) is None


async def test_the_same_key_from_many_tasks_is_stored_once(outbox: Outbox, database: Database) -> None:
    await asyncio.gather(*(outbox.put(outgoing("k", rows=((SHOW,),))) for _ in range(10)))
    assert len(await rows_of(database, table)) == 1
    letter = await take(outbox)
    async with database.read() as connection:
        known = await connection.scalars(sa.select(buttons.c.id).where(buttons.c.outbox_key == "k"))
        assert data_of(letter.outgoing.rows)[0].removeprefix("b:") in set(known)


async def test_every_part_of_a_message_comes_out_as_it_went_in(outbox: Outbox) -> None:
    message = Outgoing(
        key="k",
        person=ANNA,
        conversation=HOME,
        text=plain("Тест ✓"),
        rows=(
            (CopyButton(label="Copy", text="magnet:?x"), UrlButton(label="Open", url="https://example.org/")),
        ),
        photo_url="https://example.org/poster.jpg",
        document=Document(name="a.torrent", content=bytes(range(256))),
    )
    await outbox.put(message)
    assert (await take(outbox)).outgoing == message


@pytest.mark.requirement("BOT-004.2")
async def test_buttons_travel_as_random_ids_and_what_they_mean_stays_here(
    outbox: Outbox, database: Database, box: SecretBox
) -> None:
    await outbox.put(outgoing("k", rows=((SHOW, GET), (WIPE,))))
    letter = await take(outbox)
    show, get, wipe = (button for row in letter.outgoing.rows for button in row)
    assert isinstance(show, DataButton)
    assert isinstance(get, DataButton)
    assert isinstance(wipe, DataButton)
    assert [show.label, get.label, wipe.label] == ["Whole list", "Get", "Delete"]
    assert [show.danger, get.danger, wipe.danger] == [False, False, True]
    assert all(len(data.encode()) <= 64 for data in data_of(letter.outgoing.rows))
    (action,) = await rows_of(database, buttons)
    assert show.data == f"b:{action['id']}"
    assert (action["action"], action["person"]) == ("list", ANNA)
    assert box.decrypt(action["args"], button_context(action["id"])) == b'{"search":"s1"}'
    assert (action["conversation"], action["outbox_key"]) == (HOME, "k")
    assert action["expires_at"] == NOON + BUTTON_LIFE
    found = {row["id"]: row for row in await rows_of(database, proposals)}
    ident = get.data.removeprefix("p:")
    assert box.decrypt(found[ident]["args"], button_context(ident)) == b'{"infohash":"aa"}'
    assert {row["state"] for row in found.values()} == {"open"}
    assert {row["expires_at"] for row in found.values()} == {NOON + PROPOSAL_LIFE}


async def test_ids_are_long_and_never_the_same(outbox: Outbox) -> None:
    many = tuple((SHOW.model_copy(update={"args": str(number)}),) for number in range(100))
    await outbox.put(outgoing("k", rows=many))
    ids = data_of((await take(outbox)).outgoing.rows)
    assert len(set(ids)) == 100
    assert min(map(len, ids)) >= 18  # 12 random bytes and the prefix


async def test_a_message_and_its_buttons_are_one_transaction(outbox: Outbox, database: Database) -> None:
    async def broken() -> None:
        async with database.write() as connection:
            await outbox.put_in(connection, outgoing("k", rows=((SHOW, GET),)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    for each in (table, buttons, proposals):
        assert await rows_of(database, each) == []


async def test_several_messages_are_stored_together_or_not_at_all(outbox: Outbox, database: Database) -> None:
    huge = outgoing("b").model_copy(update={"person": 2**70})
    with pytest.raises(Exception, match=r"(?i)large|range|overflow"):
        await outbox.put(outgoing("a", rows=((SHOW,),)), huge)
    assert await rows_of(database, table) == []
    assert await rows_of(database, buttons) == []


async def test_binding_again_gives_the_ids_that_were_given(
    outbox: Outbox, database: Database, clock: ManualClock
) -> None:
    message = outgoing("progress")
    first = await outbox.bind_rows(((SHOW, GET),), message)
    assert await outbox.bind_rows(((SHOW, GET),), message) == first
    other = await outbox.bind_rows(((SHOW, GET),), outgoing("another"))
    assert not set(data_of(other)) & set(data_of(first))
    clock.turn(hours=24)  # the proposal ran out, the button did not
    later = await outbox.bind_rows(((SHOW, GET),), message)
    assert data_of(later)[0] == data_of(first)[0]
    assert data_of(later)[1] != data_of(first)[1]


async def test_a_proposal_that_was_used_is_not_bound_again(outbox: Outbox, database: Database) -> None:
    message = outgoing("progress")
    first = await outbox.bind_rows(((GET,),), message)
    async with database.write() as connection:
        await connection.execute(sa.update(proposals).values(state="done"))
    assert await outbox.bind_rows(((GET,),), message) != first


@pytest.mark.requirement("USER-002.1")
async def test_a_payload_is_encrypted_and_blanked_when_sent(
    outbox: Outbox, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    await outbox.put(outgoing("k", "between the two of us"))
    (row,) = await rows_of(database, table)
    assert b"between" not in row["payload"]
    assert row["key_id"] == box.key_id
    clock.turn(seconds=2)
    await outbox.sent(await take(outbox), "77")
    (row,) = await rows_of(database, table)
    assert (row["payload"], row["state"], row["message"]) == (None, "sent", "77")
    assert row["sent_at"] == NOON + timedelta(seconds=2)
    assert await outbox.message_of("k") == "77"


async def test_a_payload_is_blanked_when_it_failed_for_good(outbox: Outbox, database: Database) -> None:
    await outbox.put(outgoing("k"))
    await outbox.failed(await take(outbox), "error-refused")
    (row,) = await rows_of(database, table)
    assert (row["payload"], row["state"], row["reason"]) == (None, "failed", "error-refused")
    assert await outbox.message_of("k") is None


async def test_a_conversation_is_emptied_in_order_and_others_are_their_own(outbox: Outbox) -> None:
    await outbox.put(outgoing("z", "1"), outgoing("elsewhere", "x", to=ELSEWHERE), outgoing("a", "2"))
    await outbox.put(outgoing("m", "3"))
    seen = []
    while (letter := await outbox.take(HOME)) is not None:
        seen.append(text_of(letter.outgoing.text))
        await outbox.sent(letter, letter.outgoing.key)
    assert seen == ["1", "2", "3"]
    assert text_of((await take(outbox, ELSEWHERE)).outgoing.text) == "x"


async def test_conversations_are_those_of_the_channel_with_something_pending(outbox: Outbox) -> None:
    await outbox.put(
        outgoing("a"),
        outgoing("b"),
        outgoing("c", to=ELSEWHERE),
        outgoing("d", to="terminal:1:0"),
        outgoing("e", to="telegramX:1:0"),
    )
    assert sorted(await outbox.conversations("telegram")) == sorted([HOME, ELSEWHERE])
    assert await outbox.conversations("terminal") == ["terminal:1:0"]
    assert await outbox.conversations("tele%") == []
    await take(outbox, ELSEWHERE)  # being sent is not pending
    assert await outbox.conversations("telegram") == [HOME]


async def test_an_edit_resolves_to_the_message_that_was_sent(outbox: Outbox) -> None:
    await outbox.put(outgoing("card"), outgoing("final", edits="card"))
    first = await take(outbox)
    assert first.edits is None
    await outbox.sent(first, "77")
    edit = await take(outbox)
    assert edit.edits == "77"
    await outbox.sent(edit, "77")
    assert await outbox.message_of("final") == "77"


async def test_an_edit_of_what_never_arrived_is_a_message_of_its_own(outbox: Outbox) -> None:
    await outbox.put(outgoing("card"), outgoing("final", edits="card"))
    await outbox.failed(await take(outbox), "error-refused")
    assert (await take(outbox)).edits is None


async def test_later_means_later_and_holds_up_what_is_behind_it(outbox: Outbox, clock: ManualClock) -> None:
    await outbox.put(outgoing("a"), outgoing("b"))
    await outbox.later(await take(outbox), 30.0, doubtful=False)
    early = await take(outbox)
    assert (early.outgoing.key, early.not_before) == ("a", NOON + timedelta(seconds=30))
    assert (await outbox.counts()).get("sending") is None
    clock.turn(seconds=30)
    due = await take(outbox)
    assert (due.outgoing.key, due.not_before, due.attempts, due.doubtful) == ("a", None, 2, 0)


async def test_doubt_is_counted_until_it_is_told(outbox: Outbox, clock: ManualClock) -> None:
    await outbox.put(outgoing("a"), outgoing("b", to=ELSEWHERE))
    for expected in (0, 1, 2):
        letter = await take(outbox)
        assert letter.doubtful == expected
        await outbox.later(letter, 0.0, doubtful=True)
    await outbox.sent(await take(outbox), "77")
    assert await outbox.counts() == {"sent": 1, "pending": 1, "doubtful": 3}


async def test_what_a_dead_process_was_sending_goes_out_again_in_doubt(
    outbox: Outbox, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    await outbox.put(outgoing("a", "1"), outgoing("b", "2"))
    await take(outbox)
    restarted = Outbox(database, box, clock, "here")
    assert await restarted.recover() == 1
    again = await take(restarted)
    assert (text_of(again.outgoing.text), again.attempts, again.doubtful) == ("1", 2, 1)
    await restarted.sent(again, "77")
    assert await restarted.recover() == 0
    assert (await take(restarted)).doubtful == 0


async def test_what_another_executor_sends_is_left_to_it_until_its_lease_runs_out(
    outbox: Outbox, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    await outbox.put(outgoing("a"))
    await take(outbox)
    other = Outbox(database, box, clock, "there")
    assert await other.recover() == 0
    assert await other.take(HOME) is None
    clock.turn(minutes=2, seconds=1)
    assert await other.recover() == 1


async def test_two_who_take_at_once_do_not_take_the_same(
    outbox: Outbox, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    await outbox.put(*(outgoing(f"{number}") for number in range(10)))
    other = Outbox(database, box, clock, "there")
    letters = await asyncio.gather(*(one.take(HOME) for one in (outbox, other) for _ in range(5)))
    taken = [letter.id for letter in letters if letter is not None]
    assert taken
    assert len(set(taken)) == len(taken)


async def test_old_buttons_and_receipts_are_forgotten_and_nothing_that_still_counts(
    outbox: Outbox, database: Database, clock: ManualClock
) -> None:
    await outbox.put(outgoing("sent", rows=((SHOW, GET),)), outgoing("waiting"))
    await outbox.sent(await take(outbox), "77")
    async with database.write() as connection:
        await connection.execute(sa.update(proposals).values(state="accepted"))
    clock.turn(days=59)
    await outbox.prune()
    assert len(await rows_of(database, buttons)) == 1
    assert await outbox.message_of("sent") == "77"
    clock.turn(days=4)
    await outbox.prune()
    assert await rows_of(database, buttons) == []
    assert [row["state"] for row in await rows_of(database, proposals)] == ["accepted"]
    assert [row["key"] for row in await rows_of(database, table)] == ["waiting"]


@pytest.mark.requirement("USER-002.2")
async def test_a_payload_that_does_not_open_holds_up_nothing_behind_it(
    outbox: Outbox, database: Database, clock: ManualClock
) -> None:
    lost = Outbox(database, SecretBox.from_keys([SecretBox.generate_key()]), clock, "here")
    await lost.put(outgoing("lost-1"), outgoing("lost-2"))
    await outbox.put(outgoing("readable"))
    assert (await take(outbox)).outgoing.key == "readable"
    for row in (await rows_of(database, table))[:2]:
        assert (row["state"], row["reason"]) == ("failed", "error-secret-unreadable")
        assert row["payload"] is not None  # for whoever finds the key


async def test_a_living_process_takes_back_what_it_was_sending_to_one_conversation_only(
    outbox: Outbox,
) -> None:
    await outbox.put(outgoing("here"), outgoing("there", to=ELSEWHERE))
    for conversation in (HOME, ELSEWHERE):
        assert await outbox.take(conversation) is not None
    assert await outbox.recover(HOME) == 1
    again = await outbox.take(HOME)
    assert again is not None
    assert (again.outgoing.key, again.doubtful) == ("here", 1)
    assert await outbox.take(ELSEWHERE) is None
