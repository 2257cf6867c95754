"""What is sent of a conversation: large steps, whole pairs, own thinking, the same bytes in between. Pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.ai.history import (
    KEPT_TOKENS,
    OLD_RESULT,
    TRIMMED_TO,
    Entry,
    Fingerprint,
    answered,
    compact,
    estimate,
    in_turns,
    marks,
    messages,
    trimmed,
)
from src.ai.ports import Block, Message

SYSTEM = "You find films."
TOOLS = [{"name": "look"}]
SONNET, OPUS = "claude-sonnet-5-5", "claude-opus-5-5"


def _text(words: str) -> Block:
    return {"type": "text", "text": words}


def _thought(words: str) -> Block:
    return {"type": "thinking", "thinking": words, "signature": f"seal of {words}"}


def _call(ident: str) -> Block:
    return {"type": "tool_use", "id": ident, "name": "look", "input": {"word": ident}}


def _result(ident: str, size: int = 20) -> Block:
    return {"type": "tool_result", "tool_use_id": ident, "content": f"{ident}:".ljust(size, "x")}


def _entry(turn: str, seq: int, role: str, *blocks: Block, model: str | None = None) -> Entry:
    return Entry(turn, seq, role, blocks, model, estimate(blocks))


def _turn(name: str, *, size: int = 20, model: str = SONNET, calls: int = 1) -> list[Entry]:
    """Words, calls with a thought, their results, an answer."""
    idents = [f"{name}-{number}" for number in range(calls)]
    return [
        _entry(name, 0, "user", _text(f"words of {name}")),
        _entry(name, 1, "assistant", _thought(name), *map(_call, idents), model=model),
        _entry(name, 2, "user", *(_result(ident, size) for ident in idents)),
        _entry(name, 3, "assistant", _text(f"answer to {name}"), model=model),
    ]


def _before() -> Fingerprint:
    return Fingerprint(SYSTEM, TOOLS)


def _live(turns: Sequence[Sequence[Entry]]) -> Iterator[tuple[list[Entry], list[Message]]]:
    """The conversation as it is lived: before every answer what is stored and what is sent; answers get bound."""
    stored: list[Entry] = []
    for turn in turns:
        for entry in turn:
            if entry.role == "assistant":
                before = _before()
                sent = messages(answered(trimmed(stored, entry.turn)), entry.model or SONNET, before)
                yield list(stored), sent
                stored.append(replace(entry, bound=before.now()))
            else:
                stored.append(entry)


def _bytes(sent: Sequence[Message]) -> list[str]:
    """Every block, with the role where it changes: what a cache compares."""
    return [
        json.dumps([message.role if not place else "", block])
        for message in sent
        for place, block in enumerate(message.content)
    ]


def _sizes(count: int = 40, size: int = 6_000) -> list[list[Entry]]:
    return [_turn(f"t{number:03}", size=size) for number in range(count)]


# Trimming.


@pytest.mark.requirement("CONV-002")
def test_a_short_conversation_is_sent_whole() -> None:
    entries = [entry for turn in _sizes(3) for entry in turn]
    assert trimmed(entries) == entries


@pytest.mark.requirement("CONV-002")
def test_the_sent_prefix_stays_the_same_for_many_turns_byte_for_byte() -> None:
    steps, calls = 0, 0
    for (_, earlier), (_, later) in pairwise(_live(_sizes())):
        calls += 1
        before, after = _bytes(earlier), _bytes(later)
        if after[: len(before)] != before:
            steps += 1
    assert calls == 79
    assert 1 <= steps <= 8, f"{steps} steps in {calls} calls: every one makes a call full price"


@pytest.mark.requirement("CONV-002")
def test_what_is_sent_stays_bounded_however_long_the_conversation() -> None:
    most = max(sum(estimate(message.content) for message in sent) for _, sent in _live(_sizes(60)))
    assert most < KEPT_TOKENS + 4_000
    assert most > TRIMMED_TO


def test_a_step_never_falls_within_a_turn() -> None:
    turns = [_turn(f"t{number}", size=6_000, calls=5) for number in range(12)]
    prefix: list[str] = []
    for stored, sent in _live(turns):
        current = stored[-1].turn
        if stored[-1].seq == 0:
            prefix = _bytes(sent)
        else:
            assert _bytes(sent)[: len(prefix)] == prefix, f"{current} was trimmed while it was under way"


def test_the_newest_turn_is_kept_whatever_its_size() -> None:
    turns = [*_turn("old", size=50_000), *_turn("now", size=200_000)]
    kept = trimmed([*turns[:4], *turns[4:7]], "now")
    assert [entry for entry in kept if entry.turn == "now"] == turns[4:7]


@given(
    st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 4)), min_size=1, max_size=25),
    st.integers(0, 3),
)
def test_pairs_stay_whole_and_roles_take_turns(shape: list[tuple[int, int]], cut: int) -> None:
    turns = [_turn(f"t{n}", size=size, calls=calls) for n, (size, calls) in enumerate(shape)]
    turns[-1] = turns[-1][: 1 + cut]  # the process may have died anywhere in the last one
    entries = [entry for turn in turns for entry in turn if entry.blocks]
    _check_sendable(messages(answered(trimmed(entries)), SONNET, _before()))


def _check_sendable(sent: Sequence[Message]) -> None:
    assert sent[0].role == "user"
    assert not any(block["type"] == "tool_result" for block in sent[0].content)
    assert all(one.role != other.role for one, other in pairwise(sent))
    open_calls: set[str] = set()
    for message in sent:
        results = [block["tool_use_id"] for block in message.content if block["type"] == "tool_result"]
        assert set(results) == open_calls
        assert len(results) == len(open_calls)
        places = [block["type"] == "tool_result" for block in message.content]
        assert places == sorted(places, reverse=True), "results come first"
        open_calls = {block["id"] for block in message.content if block["type"] == "tool_use"}
    assert not open_calls or sent[-1].role == "assistant"


# Turns that overlap: a pressed answer begins one while another runs.


def test_overlapping_turns_are_told_one_after_the_other() -> None:
    first, second = _turn("a"), _turn("b")
    mixed = [*first[:2], second[0], second[1], first[2], second[2], first[3], second[3]]
    assert in_turns(mixed) == [first, second]
    _check_sendable(messages(answered(trimmed(mixed)), SONNET, _before()))


@pytest.mark.parametrize(("current", "told"), [("a", ["a"]), ("b", ["a", "b"])])
def test_the_turn_that_is_answered_stands_last_and_what_began_later_is_left_out(
    current: str, told: list[str]
) -> None:
    first, second = _turn("a"), _turn("b")
    mixed = [*first[:2], *second[:2], first[2], second[2]]
    assert [turn[0].turn for turn in in_turns(mixed, current)] == told
    sent = messages(answered(trimmed(mixed, current)), SONNET, _before())
    _check_sendable(sent)
    assert sent[-1].content[-1]["tool_use_id"] == f"{current}-0"


def test_a_turn_whose_beginning_is_gone_is_left_out() -> None:
    entries = [*_turn("a")[2:], *_turn("b")]
    assert {entry.turn for entry in trimmed(entries)} == {"b"}
    _check_sendable(messages(answered(trimmed(entries)), SONNET, _before()))


# Thinking.


def _thinking(sent: Sequence[Message]) -> list[str]:
    return [block["thinking"] for message in sent for block in message.content if block["type"] == "thinking"]


def test_own_thinking_is_sent_back() -> None:
    *_, (_, sent) = _live(_sizes(3, 20))
    assert _thinking(sent) == ["t000", "t001", "t002"]


@pytest.mark.requirement("AI-001")
def test_another_models_thinking_is_left_out_and_comes_back_with_its_model() -> None:
    models = (SONNET, OPUS, SONNET)
    seen = [
        _thinking(sent)
        for stored, sent in _live([_turn(f"t{n}", model=model) for n, model in enumerate(models)])
        if stored[-1].seq == 2
    ]
    assert seen == [["t0"], ["t1"], ["t0", "t2"]]


@pytest.mark.requirement("AI-001")
def test_thinking_is_left_out_once_something_before_it_changed() -> None:
    stored = [entry for entries, _ in _live([*_sizes(2, 20), *_sizes(1)]) for entry in entries[:8]][-8:]
    assert _thinking(messages(stored, SONNET, _before())) == ["t000", "t001"]
    assert _thinking(messages(stored, SONNET, Fingerprint("You find books.", TOOLS))) == []
    assert _thinking(messages(stored, SONNET, Fingerprint(SYSTEM, [{"name": "search"}]))) == []
    assert _thinking(messages(stored[4:], SONNET, _before())) == []


def test_thinking_does_not_outlive_the_step_that_trimmed_what_was_before_it() -> None:
    for stored, sent in _live(_sizes()):
        first = next(block["text"] for block in sent[0].content if block["type"] == "text")
        if first != "words of t000" and stored[-1].seq == 0:
            kept = {
                entry.turn for entry in stored if f"words of {entry.turn}" in json.dumps(sent[-1].content)
            }
            assert kept == {stored[-1].turn}
            assert "t000" not in _thinking(sent)


def test_a_message_of_nothing_but_foreign_thinking_is_not_sent() -> None:
    entries = [_entry("a", 0, "user", _text("x")), _entry("a", 1, "assistant", _thought("y"), model=OPUS)]
    assert [message.role for message in messages(entries, SONNET, _before())] == ["user"]


def test_prints_tell_apart_what_differs_and_pass_over_thinking() -> None:
    def printed(*entries: Entry) -> str:
        before = _before()
        for entry in entries:
            before.add(entry)
        return before.now()

    plain = _entry("a", 1, "assistant", _text("x"), model=SONNET)
    assert printed(plain) == printed(replace(plain, blocks=(_thought("y"), _text("x"))))
    others = [replace(plain, role="user"), replace(plain, blocks=(_text("y"),)), replace(plain, blocks=())]
    assert len({printed(), printed(plain), *map(printed, others)}) == 5


# Results, open calls, marks.


def test_old_results_are_cut_to_what_later_turns_need() -> None:
    long, short = _result("a", 5_000), _result("b")
    cut, kept, text = compact((long, short, _text("x" * 5_000)))
    assert cut["content"].startswith(long["content"][:OLD_RESULT])
    assert len(cut["content"]) < OLD_RESULT + 30
    assert (cut["type"], cut["tool_use_id"]) == ("tool_result", "a")
    assert kept == short
    assert text == _text("x" * 5_000)


def test_compacting_twice_changes_nothing_more() -> None:
    once = compact((_result("a", 5_000),))
    assert len(compact(once)[0]["content"]) <= len(once[0]["content"])


def test_open_calls_are_answered_as_not_done() -> None:
    entries = [
        _entry("a", 0, "user", _text("x")),
        _entry("a", 1, "assistant", _call("one"), _call("two"), model=SONNET),
        _entry("b", 0, "user", _text("still there?")),
    ]
    sent = messages(answered(entries), SONNET, _before())
    _check_sendable(sent)
    assert [block.get("is_error") for block in sent[-1].content] == [True, True, None]


def test_only_what_is_missing_is_answered() -> None:
    entries = [
        _entry("a", 0, "user", _text("x")),
        _entry("a", 1, "assistant", _call("one"), _call("two"), model=SONNET),
        _entry("a", 2, "user", _result("two")),
    ]
    sent = messages(answered(entries), SONNET, _before())
    _check_sendable(sent)
    assert [block["tool_use_id"] for block in sent[-1].content] == ["one", "two"]


def test_answering_what_is_answered_changes_nothing() -> None:
    entries = [entry for turn in _sizes(2) for entry in turn]
    assert answered(entries) == entries


def test_marks_stand_after_the_last_two_messages_of_the_persons_side() -> None:
    *_, (_, sent) = _live(_sizes(2, 20))
    places = marks(sent)
    assert len(places) == 2
    assert places[-1] == len(sent) - 1
    assert all(sent[place].role == "user" for place in places)
    assert marks(sent[:1]) == (0,)
    assert marks([]) == ()


def test_the_mark_of_the_call_before_is_among_them() -> None:
    for (_, earlier), (_, later) in pairwise(_live(_sizes(3, 20))):
        assert marks(earlier)[-1] in marks(later)
