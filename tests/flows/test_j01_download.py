"""J1: a title in, real bytes on disk, by buttons."""

import asyncio

import pytest

from tests.flows.talk import ASKED, IN, RU, TITLE, Scene, Talk
from tests.sandbox.sources import Fault

pytestmark = pytest.mark.asyncio(loop_scope="module")

READY = {"ru": "Готово:", "en": "Ready:"}


async def first_download(scene: Scene, talk: Talk, language: str) -> None:
    """The whole journey of a person who never downloaded before."""
    card = await talk.asks(ASKED, TITLE)
    await talk.presses(card, IN[language]("get-best"))
    notice = await talk.hears(lambda message: IN[language]("button-accept") in message.labels)
    assert await scene.sql("SELECT 1 FROM followers WHERE person = ?", talk.user.id) == []
    await talk.presses(notice, IN[language]("button-accept"))
    again = await talk.hears(TITLE)
    await talk.presses(again, (0, 0))
    await talk.hears(READY[language], timeout=25)


# J1, in Russian
@pytest.mark.requirement("SAFE-001.1")
@pytest.mark.requirement("SEEDBOX-003.2")
@pytest.mark.quick
async def test_a_title_becomes_a_file_with_the_same_bytes(scene: Scene) -> None:
    talk = scene.person()
    await first_download(scene, talk, "ru")
    done = await talk.hears("Готово:")
    assert done.text.startswith(f"Готово: {TITLE}, 3 МБ.")
    assert scene.film.is_in(scene.downloads)
    assert sum("Готово:" in text for text in talk.said_by_bot()) == 1


# J1, in English: the same release for a second person, so the second one is only told
@pytest.mark.requirement("SEEDBOX-003.2")
async def test_the_same_in_english(scene: Scene) -> None:
    talk = scene.person("Ann", "en")
    await first_download(scene, talk, "en")
    assert scene.film.is_in(scene.downloads)
    assert len(await scene.sql("SELECT 1 FROM downloads WHERE infohash = ?", scene.film.infohash)) == 1


# J1: the card
@pytest.mark.requirement("SEARCH-006.1")
@pytest.mark.requirement("BOT-004.2")
async def test_the_card_names_three_picks_with_reasons_and_its_buttons_carry_random_ids_only(
    scene: Scene,
) -> None:
    talk = scene.person()
    card = await talk.asks(ASKED, TITLE)
    for words in ("Лучшее:", "Быстрее всех", "Меньше всех", "Internet Archive: ", "The Pirate Bay: "):
        assert words in card.text
    assert next(entity["type"] for entity in card.entities) == "bold"
    data = [button.callback_data for row in card.buttons for button in row]
    assert all(one is not None and len(one) == 18 and one[:2] in {"b:", "p:"} for one in data)
    assert not any(scene.film.infohash[:8] in str(one) for one in data)


# J1: the draft
async def test_the_first_visible_reaction_comes_within_a_second(scene: Scene) -> None:
    talk = scene.person()
    scene.stage.apibay.faults.add(Fault.HANG, times=1)
    said = await talk.says(ASKED)
    draft = await talk.chat.wait_for_draft(timeout=5)
    assert draft.at - said.at < 1.0
    assert draft.text == "night of the living dead: спрашиваю 2 источника…"
    await talk.says("/stop")
    await talk.hears(RU("stopped"))


# J1, while it runs
@pytest.mark.requirement("SEEDBOX-003.1")
@pytest.mark.slow
async def test_progress_is_one_message_that_is_edited(scene: Scene) -> None:
    slow = await scene.stage.offer("Nosferatu.1922.1080p.BluRay.x264-SANDBOX", 4_000_000)
    await scene.stage.swarm.set_rate(400_000)
    talk = scene.person()
    await talk.accepts_the_notice()
    card = await talk.asks("nosferatu 1922", "Nosferatu (1922)")
    await talk.presses(card, "⬇ Лучшее")
    progress = await talk.hears(lambda message: "%" in message.text, timeout=15)
    await talk.hears(
        lambda message: message.edited >= 2 and "▓" in message.text and "░" in message.text, timeout=15
    )
    await scene.stage.swarm.set_rate(0)
    done = await talk.hears("Готово:", timeout=25)
    last = await talk.chat.wait_for(
        lambda message: message.message_id == progress.message_id and "100 %" in message.text, 10
    )
    assert "▓▓▓▓▓▓▓▓▓▓ 100 %" in last.text
    frames = [version for version in talk.chat.history if version.message_id == progress.message_id]
    shown = [version.text.split("%")[0].split()[-1] for version in frames if "%" in version.text]
    assert len(frames) >= 4, "no progress was seen"
    assert [int(one) for one in shown] == sorted(int(one) for one in shown)
    about = [message for message in talk.chat.bot_messages if message.seq > card.seq]
    assert {message.message_id for message in about} == {progress.message_id, done.message_id}
    assert slow.is_in(scene.downloads)


# J1: a used button
@pytest.mark.requirement("AI-003.1")
async def test_a_used_download_button_says_that_it_is_being_taken_care_of(scene: Scene) -> None:
    talk = scene.person()
    await talk.accepts_the_notice()
    card = await talk.asks(ASKED, TITLE)
    await talk.presses(card, "⬇ Быстрое")
    await talk.hears("Готово:", timeout=25)
    before = len(scene.bot.events("download.adding"))
    await talk.presses(card, "⬇ Быстрое")
    again = await talk.hears("/queue")
    assert again.text == RU("already-taken", title=TITLE)
    assert len(scene.bot.events("download.adding")) == before


# J1: the picks of one card, pressed at once
async def test_two_presses_at_once_add_one_download(scene: Scene) -> None:
    await scene.stage.offer("The.General.1926.1080p.BluRay.x264-SANDBOX", 400_000)
    talk = scene.person()
    await talk.accepts_the_notice()
    card = await talk.asks("the general 1926", "General")
    talk.mark()
    presses = await asyncio.gather(*(talk.chat.press(talk.user, card, (0, 0)) for _ in range(5)))
    await asyncio.gather(*(press.answer() for press in presses))
    await talk.hears("Готово:", timeout=25)
    rows = await scene.sql(
        "SELECT count(*) FROM proposals WHERE person = ? AND action = 'download' AND state = 'done'",
        talk.user.id,
    )
    assert rows == [(1,)]
    assert sum("Готово:" in text for text in talk.said_by_bot()) == 1
