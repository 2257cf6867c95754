"""Every recording judged again offline, and the judgement itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.eval.dialogues import Dialogue, Line, load_dialogues
from tests.eval.recordings import RECORDINGS, Exchange, Message, Recording, judge, load, store, stored

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
CARD = Message(card="Метрополис (1927)\nЛучшее: 1080p\nInternet Archive: 3", buttons=("⬇ Лучшее",))
WORDS = Message(words="Бери 1080p, потому что «Метрополис» в нём целый.")
ASKED = Line(
    says="метрополис", tools=("find_releases",), avoids=("download",), shows=("1080p|720p",), buttons=("⬇",)
)
DIALOGUE = Dialogue(id="ru-00-sample", about="a sample", language="ru", lines=(ASKED,))


def test_every_recording_is_as_it_must_be() -> None:
    dialogues = {dialogue.id: dialogue for dialogue in load_dialogues()}
    recordings = {f"{path.parent.name}/{path.stem}": load(path) for path in stored()}
    judged = {name: judge(dialogues[recording.dialogue], recording) for name, recording in recordings.items()}
    assert {name: findings for name, findings in judged.items() if findings} == {}


def test_the_folder_of_recordings_says_how_they_come_about() -> None:
    """With no recording at all this is the one thing there is to see."""
    readme = (RECORDINGS / "README.md").read_text(encoding="utf-8")
    assert "make eval" in readme
    assert "cannot prove wit" in readme
    known = {dialogue.id for dialogue in load_dialogues()}
    assert {path.stem for path in stored()} <= known


def _recorded(*messages: Message, tools: tuple[str, ...] = ("find_title", "find_releases")) -> Recording:
    exchange = Exchange(line="метрополис", tools=tools, messages=messages)
    return Recording(dialogue=DIALOGUE.id, recorded_at=DAY, model="a model", exchanges=(exchange,))


def test_what_is_as_it_must_be_is_clean() -> None:
    assert judge(DIALOGUE, _recorded(CARD, WORDS)) == []


@dataclass(frozen=True)
class Wrong:
    recording: Recording
    finding: str


WRONG = (
    Wrong(_recorded(CARD, WORDS, tools=("find_title",)), "line 1: find_releases was not called"),
    Wrong(_recorded(CARD, WORDS, tools=("find_releases", "download")), "line 1: download was called"),
    Wrong(_recorded(), "line 1: nothing was answered"),
    Wrong(_recorded(WORDS), "line 1: no button: ⬇"),
    Wrong(_recorded(CARD.model_copy(update={"card": "Метрополис (1927)"})), "line 1: not shown: 1080p|720p"),
    Wrong(_recorded(CARD, Message(words="Конечно, вот она.")), "line 1: opener: Конечно"),
    Wrong(_recorded(CARD, Message(words="Уже качаю.")), "line 1: undone: качаю"),
    Wrong(_recorded(CARD, Message(words="Похоже на «Тень вампира».")), "line 1: unknown-title: Тень вампира"),
    Wrong(
        _recorded(CARD).model_copy(update={"exchanges": ()}),
        "the recording is of other lines: record it again",
    ),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.finding[:30])
def test_what_is_not_is_said(wrong: Wrong) -> None:
    assert wrong.finding in judge(DIALOGUE, wrong.recording)


def test_one_of_several_tools_is_enough_and_none_is_not() -> None:
    line = Line(says="метрополис", either=("why_not", "find_releases"))
    dialogue = DIALOGUE.model_copy(update={"lines": (line,)})
    assert judge(dialogue, _recorded(CARD)) == []
    assert judge(dialogue, _recorded(CARD, tools=())) == ["line 1: none of why_not, find_releases was called"]


def test_what_must_not_be_seen_is_found_in_cards_too() -> None:
    dialogue = DIALOGUE.model_copy(update={"lines": (Line(says="метрополис", hides=("internet archive",)),)})
    assert judge(dialogue, _recorded(CARD)) == ["line 1: shown: internet archive"]


def test_what_a_tool_or_a_press_did_may_be_said_from_then_on() -> None:
    lines = (Line(says="метрополис"), Line(presses="⬇ Лучшее"), Line(says="ну что"))
    claims = Message(words="Уже качаю.")
    exchanges = tuple(Exchange(line=line.says or line.presses or "", messages=(claims,)) for line in lines)
    recording = _recorded().model_copy(update={"exchanges": exchanges})
    findings = judge(DIALOGUE.model_copy(update={"lines": lines}), recording)
    assert findings == ["line 1: undone: качаю"]


def test_a_recording_is_kept_by_day_and_read_back(tmp_path: Path) -> None:
    recording = _recorded(CARD, WORDS)
    path = store(recording, tmp_path)
    assert path == tmp_path / "2026-11-20" / "ru-00-sample.json"
    assert stored(tmp_path) == [path]
    assert load(path) == recording
    store(recording.model_copy(update={"model": "another"}), tmp_path)
    assert [load(one).model for one in stored(tmp_path)] == ["another"]
