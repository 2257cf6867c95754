"""J11: killed with -9, the conversation goes on. The long crash suite is tests/crash."""

import pytest

from tests.flows.talk import ASKED, HELP, RU, TITLE, Scene
from tests.sandbox.sources import Fault

pytestmark = pytest.mark.asyncio(loop_scope="module")


# J11
@pytest.mark.requirement("BOT-003.1")
async def test_killed_in_the_middle_of_a_search_the_answer_comes_once_after_the_restart(scene: Scene) -> None:
    talk = scene.person()
    scene.stage.apibay.faults.add(Fault.HANG)
    scene.stage.archive.faults.add(Fault.HANG)
    await talk.says(ASKED)
    await scene.bot.wait_for_event("step.started")
    await scene.bot.kill()
    scene.stage.apibay.faults.clear()
    scene.stage.archive.faults.clear()
    await scene.restarted()
    await talk.hears(TITLE)
    await talk.asks("второй", TITLE)
    assert sum("Весь список (3)" in message.labels for message in talk.chat.bot_messages) == 1


# J11
@pytest.mark.requirement("BOT-003.1")
async def test_what_is_said_while_it_is_dead_is_answered_in_order(scene: Scene) -> None:
    talk = scene.person()
    await scene.bot.kill()
    await talk.says("/help")
    asked = talk.chat.history[-1]
    await talk.chat.says(talk.user, "/about")
    await talk.chat.says(talk.user, "/privacy")
    await scene.restarted()
    await talk.chat.wait_for(lambda message: message.text == RU("privacy"), 15, after=asked)
    after = [message.text for message in talk.chat.bot_messages if message.seq > asked.seq]
    assert [text for text in after if text != RU("queued")] == [HELP["ru"], RU("about"), RU("privacy")]


# J11
@pytest.mark.requirement("SEEDBOX-002.1")
@pytest.mark.requirement("SEEDBOX-003.2")
@pytest.mark.slow
async def test_killed_in_mid_download_it_finishes_with_the_same_bytes_and_tells_once(scene: Scene) -> None:
    talk = scene.person()
    await talk.accepts_the_notice()
    await scene.stage.swarm.set_rate(400_000)
    card = await talk.asks(ASKED, TITLE)
    await talk.presses(card, "⬇ Лучшее")
    await talk.hears(lambda message: "▓" in message.text, timeout=20)
    await scene.bot.kill()
    assert not scene.film.is_in(scene.downloads)
    talk.mark()
    await scene.restarted()
    await scene.stage.swarm.set_rate(0)
    done = await talk.hears("Готово:", timeout=40)
    assert done.text.startswith(f"Готово: {TITLE}")
    assert scene.film.is_in(scene.downloads)
    full = await talk.chat.wait_for(lambda message: "100 %" in message.text)
    assert full.edited > 0, "the progress message from before the kill is the one that went on"
    assert sum("Готово:" in text for text in talk.said_by_bot()) == 1
    assert await scene.added() == 1
