"""The stored conversation on both databases: sealed, in order, each to its own, and money counted once."""

import asyncio

import pytest
import sqlalchemy as sa

from src.ai.dialogue import KEPT, NOTES, READ, Dialogue, Handles, Notes, Spending
from src.ai.history import Entry, trimmed
from src.ai.ports import Usage
from src.ai.tables import dialogue as dialogue_table
from src.ai.tables import handles as handles_table
from src.ai.tables import notes as notes_table
from src.ai.tables import spending as spending_table
from src.core.database import Database
from src.core.errors import NotFoundError, SecretUnreadableError
from src.core.secrets import SecretBox
from tests.core.conftest import ANNA, BORIS, ELSEWHERE, HOME, ManualClock, rows_of

WORDS = "найди Носферату 1922"
USAGE = Usage(input=10, cache_write=20, cache_read=30, output=40)
SONNET = "claude-sonnet-5-5"


@pytest.fixture
def dialogue(database: Database, box: SecretBox, clock: ManualClock) -> Dialogue:
    return Dialogue(database, box, clock)


@pytest.fixture
def handles(database: Database, clock: ManualClock) -> Handles:
    return Handles(database, clock)


@pytest.fixture
def spending(database: Database, clock: ManualClock) -> Spending:
    return Spending(database, clock, daily=1.0, daily_person=0.5)


@pytest.fixture
def notes(database: Database, box: SecretBox, clock: ManualClock) -> Notes:
    return Notes(database, box, clock)


def _entry(turn: str, seq: int = 0, words: str = WORDS, role: str = "user") -> Entry:
    return Entry(turn, seq, role, ({"type": "text", "text": words},))


def _texts(entries: list[Entry]) -> list[str]:
    return [block["text"] for entry in entries for block in entry.blocks]


# Messages.


@pytest.mark.requirement("CONV-002")
async def test_a_message_comes_back_as_it_was(dialogue: Dialogue) -> None:
    blocks = (
        {"type": "thinking", "thinking": "…", "signature": "c2VhbA=="},
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "find_title",
            "input": {"query": "Носферату", "n": 1.5},
        },
    )
    entry = Entry("telegram:1", 1, "assistant", blocks, SONNET, 77, "print")
    await dialogue.put(HOME, ANNA, entry, extra={"stop": "tool_use", "views": []})
    assert await dialogue.get("telegram:1", 1) == (entry, {"stop": "tool_use", "views": []})
    assert await dialogue.entries(HOME, ANNA) == [entry]
    assert await dialogue.has("telegram:1", 1)
    assert not await dialogue.has("telegram:1", 2)
    with pytest.raises(NotFoundError):
        await dialogue.get("telegram:1", 2)


@pytest.mark.requirement("USER-002")
async def test_what_people_said_is_sealed_to_its_place(
    dialogue: Dialogue, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    await dialogue.put(HOME, ANNA, _entry("telegram:1"))
    await dialogue.put(HOME, ANNA, _entry("telegram:2"))
    rows = await rows_of(database, dialogue_table)
    for row in rows:
        assert "Носферату".encode() not in bytes(row["content"])
        assert row["key_id"] == box.key_id
    async with database.write() as connection:
        stolen = sa.update(dialogue_table).where(dialogue_table.c.turn == "telegram:2")
        await connection.execute(stolen.values(content=rows[0]["content"]))
    with pytest.raises(SecretUnreadableError):
        await dialogue.get("telegram:2", 0)
    foreign = Dialogue(database, SecretBox.from_keys([SecretBox.generate_key()]), clock)
    assert (
        await foreign.entries(HOME, ANNA) == []
    )  # a turn that cannot be read is left out, and the talk goes on
    assert [entry.turn for entry in await dialogue.entries(HOME, ANNA)] == ["telegram:1"]


async def test_messages_stand_in_their_order_each_with_its_person_and_conversation(
    dialogue: Dialogue,
) -> None:
    for number in range(5):
        await dialogue.put(HOME, ANNA, _entry(f"telegram:{number}", words=f"home {number}"))
        await dialogue.put(ELSEWHERE, ANNA, _entry(f"group:{number}", words=f"group {number}"))
        await dialogue.put(ELSEWHERE, BORIS, _entry(f"boris:{number}", words=f"boris {number}"))
    assert _texts(await dialogue.entries(HOME, ANNA)) == [f"home {n}" for n in range(5)]
    assert _texts(await dialogue.entries(ELSEWHERE, ANNA)) == [f"group {n}" for n in range(5)]
    assert _texts(await dialogue.entries(ELSEWHERE, BORIS)) == [f"boris {n}" for n in range(5)]
    assert await dialogue.entries(HOME, BORIS) == []


@pytest.mark.requirement("AI-001")
async def test_the_same_message_again_changes_nothing_and_costs_nothing(
    dialogue: Dialogue, spending: Spending
) -> None:
    await dialogue.put(HOME, ANNA, _entry("telegram:1", 1), paid=(SONNET, USAGE, 0.25), extra={"stop": "end"})
    await dialogue.put(
        HOME, ANNA, _entry("telegram:1", 1, "other words"), paid=(SONNET, USAGE, 0.25), extra={"stop": "x"}
    )
    assert _texts(await dialogue.entries(HOME, ANNA)) == [WORDS]
    assert await dialogue.extras("telegram:1") == [{"stop": "end"}]
    assert await spending.today() == 0.25


async def test_what_was_paid_is_written_in_full(dialogue: Dialogue, database: Database) -> None:
    await dialogue.put(HOME, ANNA, _entry("telegram:1", 1), paid=(SONNET, USAGE, 0.25))
    (row,) = await rows_of(database, spending_table)
    told = (row["input"], row["cache_write"], row["cache_read"], row["output"], row["model"], row["person"])
    assert told == (10, 20, 30, 40, SONNET, ANNA)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("half \ud83d alone", "half \ufffd alone"),
        ("\ud83d\ude00", "😀"),
        ("\udc00", "\ufffd"),
        ("nul \x00", "nul \x00"),
    ],
)
async def test_half_letters_can_be_kept(dialogue: Dialogue, words: str, kept: str) -> None:
    await dialogue.put(HOME, ANNA, _entry("telegram:1", words=words))
    assert _texts(await dialogue.entries(HOME, ANNA)) == [kept]


@pytest.mark.requirement("CONV-002")
async def test_of_a_long_conversation_the_newest_are_read_and_the_first_moves_in_steps(
    dialogue: Dialogue,
) -> None:
    firsts: list[str] = []
    for number in range(READ // 2 + 150):
        turn = f"telegram:{number:04}"
        await dialogue.put(HOME, ANNA, _entry(turn, 0, f"words {number}"))
        await dialogue.put(HOME, ANNA, _entry(turn, 1, f"answer {number}", "assistant"))
        if number % 10 == 9:
            entries = await dialogue.entries(HOME, ANNA)
            assert entries[-1].turn == turn
            assert len(entries) >= READ or len(firsts) < 20
            firsts.append(trimmed(entries)[0].turn)
    assert len(set(firsts)) <= 3, "a first message that moves each time makes every call full price"


async def test_a_forgotten_turn_leaves_the_conversation_but_can_still_be_taken_up(dialogue: Dialogue) -> None:
    await dialogue.put(HOME, ANNA, _entry("telegram:1"))
    await dialogue.put(HOME, ANNA, _entry("telegram:2"))
    await dialogue.put(HOME, ANNA, _entry("telegram:2", 1, "no", "assistant"), extra={"stop": "refusal"})
    await dialogue.forget_turn("telegram:2")
    assert [entry.turn for entry in await dialogue.entries(HOME, ANNA)] == ["telegram:1"]
    assert (await dialogue.get("telegram:2", 1))[1] == {"stop": "refusal"}


async def test_old_messages_are_forgotten(dialogue: Dialogue, clock: ManualClock) -> None:
    await dialogue.put(HOME, ANNA, _entry("telegram:1"))
    clock.turn(seconds=KEPT.total_seconds() - 1)
    await dialogue.put(HOME, ANNA, _entry("telegram:2"))
    await dialogue.prune()
    assert len(await dialogue.entries(HOME, ANNA)) == 2
    clock.turn(seconds=2)
    await dialogue.prune()
    assert [entry.turn for entry in await dialogue.entries(HOME, ANNA)] == ["telegram:2"]


# Handles.


@pytest.mark.requirement("CONV-001")
async def test_handles_are_short_and_the_same_for_the_same_thing(handles: Handles) -> None:
    assert await handles.give(HOME, ANNA, "t", ["Nosferatu", "Metropolis"]) == ["t1", "t2"]
    assert await handles.give(HOME, ANNA, "r", ["a release"]) == ["r1"]
    assert await handles.give(HOME, ANNA, "t", ["The General", "Nosferatu"]) == ["t3", "t1"]
    assert await handles.give(HOME, ANNA, "t", []) == []
    assert await handles.give(HOME, ANNA, "t", ["x", "x"]) == ["t4", "t4"]


@pytest.mark.requirement("CONV-001")
async def test_a_handle_stands_for_its_thing_after_weeks(handles: Handles, clock: ManualClock) -> None:
    await handles.give(HOME, ANNA, "r", ["a release"])
    given = clock.now()
    clock.turn(days=40)
    await handles.give(HOME, ANNA, "r", ["a release"])
    assert await handles.ref(HOME, ANNA, " R1 ") == ("a release", given)


@pytest.mark.requirement("BOT-005")
async def test_handles_belong_to_one_person_in_one_conversation(handles: Handles) -> None:
    await handles.give(HOME, ANNA, "t", ["Annas title"])
    await handles.give(ELSEWHERE, ANNA, "t", ["a title of the group", "another"])
    await handles.give(ELSEWHERE, BORIS, "t", ["Boriss title"])
    assert (await handles.ref(ELSEWHERE, BORIS, "t1"))[0] == "Boriss title"
    assert (await handles.ref(ELSEWHERE, ANNA, "t1"))[0] == "a title of the group"
    for conversation, person, handle in ((HOME, BORIS, "t1"), (HOME, ANNA, "t2"), (ELSEWHERE, BORIS, "t2")):
        with pytest.raises(NotFoundError):
            await handles.ref(conversation, person, handle)


@pytest.mark.parametrize(
    "handle", ["", "t99", "T", "t1\x00", "t1' OR 1=1", "т1", "1" * 500, "t1\n", "%", "t_"]
)
async def test_invented_handles_are_not_found(handles: Handles, handle: str) -> None:
    await handles.give(HOME, ANNA, "r", ["x"])
    with pytest.raises(NotFoundError) as caught:
        await handles.ref(HOME, ANNA, handle)
    assert len(str(caught.value)) < 120


@pytest.mark.requirement("AI-002")
async def test_tools_side_by_side_never_count_to_the_same_number(
    handles: Handles, database: Database
) -> None:
    given = await asyncio.gather(*(handles.give(HOME, ANNA, "t", [f"title {n}", "same"]) for n in range(12)))
    assert sorted(int(pair[0][1:]) for pair in given) == sorted({int(pair[0][1:]) for pair in given})
    assert len({pair[1] for pair in given}) == 1
    rows = await rows_of(database, handles_table)
    assert sorted(row["handle"] for row in rows) == sorted(f"t{n}" for n in range(1, 14))


# Money.


async def _paid(dialogue: Dialogue, turn: str, usd: float, *, person: int = ANNA, seq: int = 1) -> None:
    await dialogue.put(HOME, person, _entry(turn, seq), paid=(SONNET, USAGE, usd))


@pytest.mark.requirement("AI-001")
async def test_money_is_summed_by_day_person_turn_and_month(
    dialogue: Dialogue, spending: Spending, clock: ManualClock
) -> None:
    await _paid(dialogue, "telegram:1", 0.01)
    clock.turn(days=25)
    await _paid(dialogue, "telegram:2", 0.02)
    await _paid(dialogue, "telegram:2", 0.03, seq=3)
    await _paid(dialogue, "telegram:20", 0.04, person=BORIS)
    assert await spending.today() == pytest.approx(0.09)
    assert await spending.today(ANNA) == pytest.approx(0.05)
    assert await spending.of_turn("telegram:2") == pytest.approx(0.05)
    assert await spending.month(ANNA) == pytest.approx(0.06)
    clock.turn(days=6)
    assert await spending.month(ANNA) == pytest.approx(0.05)
    assert await spending.today() == 0.0


async def test_the_day_ends_at_midnight_utc(
    dialogue: Dialogue, spending: Spending, clock: ManualClock
) -> None:
    await _paid(dialogue, "telegram:1", 0.3)
    clock.turn(hours=11, minutes=59)
    assert await spending.room(ANNA) == pytest.approx(0.2)
    clock.turn(minutes=1)
    assert await spending.room(ANNA) == pytest.approx(0.5)


@pytest.mark.requirement("AI-001")
async def test_a_reservation_leaves_less_room_until_it_ends(dialogue: Dialogue, spending: Spending) -> None:
    assert await spending.reserve("a", ANNA, 0.4)
    assert await spending.room(ANNA) == pytest.approx(0.1)
    assert await spending.room(BORIS) == pytest.approx(0.5)
    assert not await spending.reserve("b", ANNA, 0.2)
    assert await spending.reserve("c", BORIS, 0.5)
    assert await spending.room(ANNA) == pytest.approx(0.1)
    assert not await spending.reserve("d", ANNA, 0.11)
    spending.release("a")
    spending.release("a")
    assert await spending.room(ANNA) == pytest.approx(0.5)


async def test_the_day_is_everybodys(spending: Spending) -> None:
    assert await spending.reserve("a", ANNA, 0.5)
    assert await spending.reserve("b", BORIS, 0.4)
    assert await spending.room(7) == pytest.approx(0.1)


@pytest.mark.requirement("AI-001")
async def test_of_calls_at_once_only_as_many_pass_as_there_is_money_for(spending: Spending) -> None:
    asked = await asyncio.gather(*(spending.reserve(f"call {n}", ANNA, 0.2) for n in range(10)))
    assert asked.count(True) == 2


async def test_without_limits_there_is_always_room(database: Database, clock: ManualClock) -> None:
    free = Spending(database, clock, daily=None, daily_person=None)
    assert await free.room(ANNA) is None
    assert await free.reserve("a", ANNA, 1_000.0)


# Notes.


@pytest.mark.requirement("USER-003")
async def test_notes_are_kept_once_in_order_and_sealed(notes: Notes, database: Database) -> None:
    await notes.add(ANNA, "call:1", "люблю немое кино")
    await notes.add(ANNA, "call:1", "люблю немое кино")
    await notes.add(ANNA, "call:2", "без дубляжа")
    await notes.add(BORIS, "call:3", "ужасы")
    assert [note.text for note in await notes.of(ANNA)] == ["люблю немое кино", "без дубляжа"]
    assert [note.text for note in await notes.of(BORIS)] == ["ужасы"]
    for row in await rows_of(database, notes_table):
        assert "кино".encode() not in bytes(row["text"])


async def test_the_oldest_notes_give_way(notes: Notes) -> None:
    await notes.add(BORIS, "boris", "stays")
    for number in range(NOTES + 5):
        await notes.add(ANNA, f"call:{number}", f"note {number}")
    kept = [note.text for note in await notes.of(ANNA)]
    assert kept == [f"note {number}" for number in range(5, NOTES + 5)]
    assert len(await notes.of(BORIS)) == 1


@pytest.mark.requirement("USER-003")
async def test_a_note_is_forgotten_by_its_own_person_only(notes: Notes) -> None:
    await notes.add(ANNA, "call:1", "x")
    (note,) = await notes.of(ANNA)
    await notes.forget(BORIS, note.id)
    assert await notes.of(ANNA) == [note]
    await notes.forget(ANNA, note.id)
    assert await notes.of(ANNA) == []
