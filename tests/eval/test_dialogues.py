"""The dialogues themselves, `make eval` without a key, and the driver against the real process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from src.ai.prompts import system_prompt
from tests.eval.dialogues import Line, load_dialogues
from tests.persona.tokens import CYRILLIC

ROOT = Path(__file__).resolve().parents[2]


def _eval(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("ANTHROPIC_")}
    return subprocess.run(
        [sys.executable, "-m", "tests.eval", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_there_are_forty_dialogues_half_of_each_language() -> None:
    dialogues = load_dialogues()
    assert Counter(dialogue.language for dialogue in dialogues) == {"ru": 20, "en": 20}
    assert len({dialogue.id for dialogue in dialogues}) == 40
    assert all(dialogue.id.startswith(f"{dialogue.language}-") for dialogue in dialogues)
    assert {dialogue.address for dialogue in dialogues} == {None, "ты", "вы"}


def test_every_dialogue_can_fail() -> None:
    for dialogue in load_dialogues():
        for line in dialogue.lines:
            must = (*line.tools, *line.either, *line.avoids, *line.shows, *line.hides, *line.buttons)
            assert must, f"{dialogue.id}: {line.says or line.presses}"


def test_dialogues_ask_for_tools_that_the_prompt_knows() -> None:
    known = set(re.findall(r"\b([a-z]+(?:_[a-z]+)*)(?=:)", system_prompt()))
    named = {
        tool
        for dialogue in load_dialogues()
        for line in dialogue.lines
        for tool in (*line.tools, *line.either, *line.avoids)
    }
    assert len(named) >= 9
    assert named <= known


def test_persons_write_in_their_language() -> None:
    for dialogue in load_dialogues():
        if dialogue.language == "en":
            assert not any(CYRILLIC.search(line.says or "") for line in dialogue.lines)


@pytest.mark.parametrize("fields", [{}, {"says": "a", "presses": "b"}, {"says": "a", "unknown": 1}])
def test_a_line_says_or_presses_one_thing(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Line.model_validate(fields)


def test_dialogues_are_chosen_by_how_their_id_begins() -> None:
    assert [one.id for one in load_dialogues(("ru-01", "en-2"))] == ["ru-01-brief", "en-20-source-down"]
    assert load_dialogues(("fr",)) == []


@pytest.mark.requirement("AI-005.3")
def test_without_a_key_it_says_what_it_would_do() -> None:
    done = _eval()
    assert done.returncode == 0, done.stderr
    assert "ANTHROPIC_API_KEY is not set" in done.stdout
    assert "40 dialogues" in done.stdout
    assert "Rules cannot prove wit" in done.stdout


def test_an_unknown_dialogue_is_named() -> None:
    done = _eval("fr-01")
    assert done.returncode == 2
    assert "fr-01" in done.stderr
