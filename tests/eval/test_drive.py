"""The driver against the real bot process, with a stand-in for the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.eval.dialogues import Dialogue, Line
from tests.eval.drive import play
from tests.eval.recordings import judge
from tests.sandbox.claude import KEY, ClaudeStandIn, Reply, ToolCall

LINES = (
    Line(says="metropolis 1080p", tools=("find_releases",), shows=("Metropolis",), buttons=("⬇",)),
    Line(presses="⬇ Best", shows=("Metropolis",)),
)
DIALOGUE = Dialogue(id="en-00-sample", about="a sample", language="en", titles=("Metropolis",), lines=LINES)
WORDS = "The 1080p, because it is the only one."


@pytest.mark.slow
async def test_a_dialogue_is_played_through_the_real_process_and_recorded(tmp_path: Path) -> None:
    """The model's words stand apart from code's card, the tools are named, no key is kept."""
    async with ClaudeStandIn() as claude:
        claude.script(
            Reply(tools=[ToolCall("find_title", {"query": "metropolis"})]),
            Reply(tools=[ToolCall("find_releases", {"title": "t1"})]),
            Reply(WORDS),
        )
        settings = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": claude.url}
        recording = await play(DIALOGUE, tmp_path, settings)
    asked, pressed = recording.exchanges
    assert asked.line == "metropolis 1080p"
    assert asked.tools == ("find_title", "find_releases")
    (message,) = asked.messages
    assert message.words == WORDS
    assert message.card.startswith("Metropolis (1927)\n")
    assert any("Metropolis" in message.card + message.words for message in pressed.messages)
    assert judge(DIALOGUE, recording) == []
    assert KEY not in recording.model_dump_json()
