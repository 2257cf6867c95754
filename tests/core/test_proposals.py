"""A press acts for its own person, in its own place, on its own message, in time, and once."""

import asyncio

import pytest
import sqlalchemy as sa

from src.core.database import Database
from src.core.errors import ExpiredError, NotFoundError, RefusedError
from src.core.inbound import ActionButton, Button, DataButton, Press, ProposalButton
from src.core.outbox import Outbox
from src.core.proposals import Proposals
from src.core.secrets import SecretBox
from src.core.tables import proposals as table
from tests.core.conftest import ANNA, BORIS, ELSEWHERE, HOME, NOON, ManualClock, outgoing, rows_of

SHOW = ActionButton(label="Whole list", action="list", args='{"search":"s1"}')
GET = ProposalButton(label="Get", action="download", args='{"infohash":"aa"}')

pytestmark = pytest.mark.requirement("BOT-004.2")


@pytest.fixture
def proposals(database: Database, box: SecretBox, clock: ManualClock, executor: str) -> Proposals:
    return Proposals(database, box, clock, executor)


async def delivered(outbox: Outbox, button: Button, *, key: str = "card", message: str = "77") -> Press:
    """Sends a message with this button; the press of it."""
    await outbox.put(outgoing(key, rows=((button,),)))
    letter = await outbox.take(HOME)
    assert letter is not None
    await outbox.sent(letter, message)
    ((sent,),) = letter.outgoing.rows
    assert isinstance(sent, DataButton)
    return Press(sent.data, message)


async def states(database: Database) -> list[str]:
    return [row["state"] for row in await rows_of(database, table)]


@pytest.mark.parametrize(("button", "kind"), [(SHOW, "action"), (GET, "proposal")])
async def test_a_press_finds_what_was_stored(
    outbox: Outbox, proposals: Proposals, button: ActionButton | ProposalButton, kind: str
) -> None:
    press = await delivered(outbox, button)
    pressed = await proposals.find(press, ANNA, HOME)
    assert (pressed.kind, pressed.action, pressed.args) == (kind, button.action, button.args)
    assert (pressed.outbox_key, pressed.expired, pressed.used) == ("card", False, False)
    assert press.payload.endswith(pressed.id)


@pytest.mark.requirement("AI-003.2")
@pytest.mark.parametrize("button", [SHOW, GET], ids=["action", "proposal"])
async def test_a_foreign_press_is_refused_and_changes_nothing(
    outbox: Outbox, proposals: Proposals, database: Database, button: Button
) -> None:
    press = await delivered(outbox, button)
    await delivered(outbox, SHOW, key="another", message="78")
    with pytest.raises(RefusedError, match="somebody else's"):
        await proposals.find(press, BORIS, HOME)
    with pytest.raises(RefusedError, match="somebody else's"):
        await proposals.find(press, ANNA, ELSEWHERE)
    with pytest.raises(RefusedError, match="another message"):
        await proposals.find(Press(press.payload, "78"), ANNA, HOME)
    assert "accepted" not in await states(database)


@pytest.mark.requirement("AI-003.2")
@pytest.mark.parametrize(
    "payload",
    [
        "p:AAAAAAAAAAAAAAAA",
        "b:AAAAAAAAAAAAAAAA",
        "",
        "p:",
        "x:1",
        "download",
        "p:' OR 1=1 --",
        "p:\U0001f600",
    ],
)
async def test_a_forged_id_is_no_button(outbox: Outbox, proposals: Proposals, payload: str) -> None:
    await delivered(outbox, GET)
    with pytest.raises(NotFoundError):
        await proposals.find(Press(payload, "77"), ANNA, HOME)


async def test_an_action_is_not_taken_for_a_proposal(outbox: Outbox, proposals: Proposals) -> None:
    press = await delivered(outbox, SHOW)
    with pytest.raises(NotFoundError):
        await proposals.find(Press(press.payload.replace("b:", "p:", 1), "77"), ANNA, HOME)


async def test_a_double_of_a_doubtful_send_is_genuine(outbox: Outbox, proposals: Proposals) -> None:
    await outbox.put(outgoing("card", rows=((GET,),)))
    first = await outbox.take(HOME)
    assert first is not None
    await outbox.later(first, 0.0, doubtful=True)  # it arrived as 77, but we never heard of it
    second = await outbox.take(HOME)
    assert second is not None
    await outbox.sent(second, "78")
    ((sent,),) = second.outgoing.rows
    assert isinstance(sent, DataButton)
    assert second.outgoing.rows == first.outgoing.rows
    for message in ("77", "78"):
        assert (await proposals.find(Press(sent.data, message), ANNA, HOME)).action == "download"


async def test_a_press_that_overtakes_its_receipt_counts(outbox: Outbox, proposals: Proposals) -> None:
    await outbox.put(outgoing("card", rows=((GET,),)))
    letter = await outbox.take(HOME)
    assert letter is not None
    ((sent,),) = letter.outgoing.rows
    assert isinstance(sent, DataButton)
    assert (await proposals.find(Press(sent.data, "77"), ANNA, HOME)).action == "download"


@pytest.mark.requirement("BOT-004.3")
async def test_an_expired_button_still_says_what_it_was_for(
    outbox: Outbox, proposals: Proposals, clock: ManualClock
) -> None:
    show, get = await delivered(outbox, SHOW), await delivered(outbox, GET, key="other", message="78")
    clock.turn(hours=24)
    assert not (await proposals.find(show, ANNA, HOME)).expired
    assert (await proposals.find(get, ANNA, HOME)).expired
    clock.turn(hours=24)
    pressed = await proposals.find(show, ANNA, HOME)
    assert (pressed.expired, pressed.args) == (True, SHOW.args)


async def test_what_was_used_is_told_as_used(outbox: Outbox, proposals: Proposals) -> None:
    press = await delivered(outbox, GET)
    pressed = await proposals.find(press, ANNA, HOME)
    await proposals.accept(pressed.id, ANNA)
    again = await proposals.find(press, ANNA, HOME)
    assert (again.used, again.expired) == (True, False)


# Accepting.


async def open_proposal(outbox: Outbox) -> str:
    return (await delivered(outbox, GET)).payload.removeprefix("p:")


@pytest.mark.requirement("AI-003.1")
async def test_accepting_again_answers_what_was_accepted(
    outbox: Outbox, proposals: Proposals, database: Database, clock: ManualClock
) -> None:
    ident = await open_proposal(outbox)
    first = await proposals.accept(ident, ANNA)
    assert (first.state, first.action, first.args) == ("accepted", "download", GET.args)
    assert (first.person, first.conversation, first.outbox_key) == (ANNA, HOME, "card")
    clock.turn(days=2)
    assert await proposals.accept(ident, ANNA) == first
    (row,) = await rows_of(database, table)
    assert row["accepted_at"] == NOON
    await proposals.close(ident)
    assert (await proposals.accept(ident, ANNA)).state == "done"


@pytest.mark.requirement("AI-003.1")
async def test_many_presses_at_once_accept_once(
    outbox: Outbox, proposals: Proposals, database: Database
) -> None:
    ident = await open_proposal(outbox)
    answers = await asyncio.gather(*(proposals.accept(ident, ANNA) for _ in range(10)))
    assert {answer.state for answer in answers} == {"accepted"}
    assert await states(database) == ["accepted"]


@pytest.mark.requirement("AI-003.2")
async def test_nobody_else_accepts_and_nothing_forged_is_accepted(
    outbox: Outbox, proposals: Proposals, database: Database
) -> None:
    ident = await open_proposal(outbox)
    with pytest.raises(RefusedError):
        await proposals.accept(ident, BORIS)
    with pytest.raises(ExpiredError):
        await proposals.accept("forged", ANNA)
    assert await states(database) == ["open"]


async def test_what_ran_out_is_not_accepted(
    outbox: Outbox, proposals: Proposals, database: Database, clock: ManualClock
) -> None:
    ident = await open_proposal(outbox)
    clock.turn(hours=24)
    with pytest.raises(ExpiredError):
        await proposals.accept(ident, ANNA)
    assert await states(database) == ["open"]


async def test_a_failed_proposal_stays_failed(
    outbox: Outbox, proposals: Proposals, database: Database
) -> None:
    ident = await open_proposal(outbox)
    await proposals.accept(ident, ANNA)
    await proposals.close(ident, failed="error-no-space")
    (row,) = await rows_of(database, table)
    assert (row["state"], row["reason"], row["done_at"]) == ("failed", "error-no-space", NOON)
    assert (await proposals.accept(ident, ANNA)).state == "failed"
    assert await proposals.accepted() == []


async def test_what_was_accepted_and_did_not_act_is_taken_up_by_the_next_start(
    outbox: Outbox, proposals: Proposals, database: Database, box: SecretBox, clock: ManualClock
) -> None:
    idents = []
    for number in range(3):
        idents.append((await delivered(outbox, GET, key=f"{number}", message=f"{number}")).payload[2:])
        clock.turn(seconds=1)
        await proposals.accept(idents[-1], ANNA)
    await proposals.close(idents[1])
    assert await Proposals(database, box, clock, "here").accepted() == [idents[0], idents[2]]
    other = Proposals(database, box, clock, "there")
    assert await other.accepted() == []
    clock.turn(minutes=2, seconds=1)
    assert await other.accepted() == [idents[0], idents[2]]


@pytest.mark.requirement("BOT-005.3")
async def test_revoking_closes_what_a_person_could_still_press(
    outbox: Outbox, proposals: Proposals, database: Database
) -> None:
    first = await delivered(outbox, GET)
    second = await delivered(outbox, GET, key="other", message="78")
    await proposals.accept(second.payload[2:], ANNA)
    async with database.write() as connection:
        await outbox.put_in(connection, outgoing("hers", rows=((GET,),)).model_copy(update={"person": BORIS}))
    await proposals.revoke(ANNA)
    assert (await proposals.find(first, ANNA, HOME)).used
    assert (await proposals.accept(first.payload[2:], ANNA)).state == "failed"
    assert (await proposals.get(second.payload[2:])).state == "accepted"
    async with database.read() as connection:
        kept = await connection.scalar(sa.select(table.c.state).where(table.c.person == BORIS))
    assert kept == "open"


async def test_an_unknown_proposal_is_not_found(proposals: Proposals) -> None:
    with pytest.raises(NotFoundError):
        await proposals.get("never")
