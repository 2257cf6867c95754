"""Each person hears their own language, and keeps it."""

import pytest

from tests.flows.talk import ASKED, EN, HELP, RU, TITLE, Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.requirement("BOT-006.2")
@pytest.mark.parametrize(
    ("code", "russian"),
    [("ru", True), ("uk", True), ("be", True), ("en-GB", False), ("de", False), (None, False)],
)
async def test_the_first_language_follows_the_persons_own(
    scene: Scene, code: str | None, russian: bool
) -> None:
    assert (await scene.person(language=code).asks("/help")).text == HELP["ru" if russian else "en"]


@pytest.mark.requirement("BOT-006.2")
async def test_a_language_is_chosen_by_button_shown_at_once_and_kept_over_a_restart(scene: Scene) -> None:
    talk = scene.person()
    shown = await talk.asks("/settings", RU("settings-title"))
    assert "• Русский" in shown.labels
    await talk.presses(shown, "English")
    changed = await talk.hears(EN("settings-title"))
    assert changed.message_id == shown.message_id
    assert "• English" in changed.labels
    await talk.asks("/help", EN("help"))
    await scene.restarted()
    await talk.asks("/help", EN("help"))
    card = await talk.asks(ASKED, TITLE)
    assert EN("get-best") in card.labels
    await talk.presses(talk.chat.current(changed), "Русский")
    await talk.hears(RU("settings-title"))


async def test_the_same_choice_twice_is_harmless(scene: Scene) -> None:
    talk = scene.person()
    shown = await talk.asks("/settings", RU("settings-title"))
    await talk.presses(shown, "1080p")
    now = await talk.hears(lambda message: "• 1080p" in message.labels)
    await talk.presses(now, "1080p")
    await talk.asks("/help", RU("help"))
    same = "message is not modified"
    refused = [call for call in scene.stage.telegram.calls_of("editMessageText", talk.user.id) if not call.ok]
    assert all(same in str(call.answer) for call in refused)
    assert [event for event in scene.bot.events("outbox.mishap") if str(talk.user.id) in str(event)] == []


@pytest.mark.requirement("AI-004.2")
async def test_the_quality_chosen_in_the_settings_ranks_the_next_search(scene: Scene) -> None:
    talk = scene.person()
    before = await talk.asks("night of the living dead", "(1968)")
    shown = await talk.asks("/settings", RU("settings-title"))
    await talk.presses(shown, "720p")
    await talk.hears(lambda message: "• 720p" in message.labels)
    after = await talk.asks("night of the living dead", "(1968)")
    assert after.text.splitlines()[2].startswith("720p")
    assert not before.text.splitlines()[2].startswith("720p")


async def test_two_people_hear_two_languages_about_one_search(scene: Scene) -> None:
    anna, ann = scene.person("Анна", "ru"), scene.person("Ann", "en")
    assert RU("get-best") in (await anna.asks(ASKED, TITLE)).labels
    assert EN("get-best") in (await ann.asks(ASKED, TITLE)).labels
