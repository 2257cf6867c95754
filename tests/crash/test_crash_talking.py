"""The short ordeal by talking: killed at a model's, a tool's and a reply's step; and the audit's own eyes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.crash.ordeal import Kill
from tests.crash.talking import TalkingOrdeal, prepare_talking
from tests.crash.talking_audit import Asked, Life, TalkingAudit, paid
from tests.sandbox.claude import ClaudeStandIn
from tests.sandbox.stage import Stage

pytestmark = [pytest.mark.requirement("BOT-003"), pytest.mark.timeout(120)]


def quiet(_line: str) -> None:
    """The long run tells how far it is; a test does not."""


@asynccontextmanager
async def talking(folder: Path) -> AsyncIterator[TalkingOrdeal]:
    """One talker, two films, a model."""
    async with Stage(folder) as stage, ClaudeStandIn() as claude:
        yield await prepare_talking(stage, claude, seed=3, people=1, films=2, tell=quiet)


@pytest.mark.slow
@pytest.mark.requirement("AI-001.1")
async def test_two_kills_while_talking_lose_nothing_and_pay_nothing_twice(tmp_path: Path) -> None:
    async with talking(tmp_path) as ordeal:
        person = ordeal.talkers[0]
        await person.wants_film(person.films.pop())
        person.films.clear()
        await person.wants_nothing_known()
        await ordeal.life(Kill("model.answered", 2))
        await ordeal.life(Kill("outbox.delivered"))
        found = await ordeal.settle_talking()
        report = "\n".join([*found.lines(), *ordeal.log.errors])
        assert ordeal.log.killed.keys() >= {"model.answered", "outbox.delivered"}, report
        assert found.clean, report
        assert (found.answers, found.notes, found.model_answers) == (2, 1, 5), report
        assert found.again >= 1, "the answer that the first kill hit was not stored"


# The audit must see what it is there for.

TURN = "telegram:00000000000000000007"
FIRST, SECOND = (TURN, 1), (TURN, 3)


def asked(number: int, started: float) -> Asked:
    """A request of the turn's round."""
    return Asked(TURN, number, started, whole=True)


def test_the_audit_sees_an_answer_paid_twice() -> None:
    found = TalkingAudit()
    paid(found, [asked(0, 1.0), asked(0, 3.0), asked(1, 4.0)], [Life(2.0, frozenset({FIRST}))])
    assert (found.model_answers, found.again, found.paid_twice, found.clean) == (2, 0, 1, False)


def test_the_audit_explains_a_repeat_by_a_kill_before_the_commit() -> None:
    found = TalkingAudit()
    paid(found, [asked(1, 1.0), asked(1, 3.0)], [Life(2.0, frozenset({FIRST}))])
    assert (found.model_answers, found.again, found.paid_twice, found.clean) == (1, 1, 0, True)


def test_the_audit_sees_a_repeat_without_a_kill() -> None:
    found = TalkingAudit()
    paid(found, [asked(1, 1.0), asked(1, 3.0)], [Life(0.5, frozenset()), Life(4.0, frozenset({SECOND}))])
    assert (found.again, found.paid_twice, found.clean) == (0, 1, False)


def test_the_audit_is_not_clean_with_a_note_written_twice() -> None:
    assert TalkingAudit().clean
    assert not TalkingAudit(notes_twice=1).clean
    assert not TalkingAudit(notes_lost=1).clean
    assert not TalkingAudit(lost=1).clean
