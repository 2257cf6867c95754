"""Every command and the menu, in both languages; the queue and its proposals."""

from collections.abc import Callable

import pytest

from tests.flows.talk import ASKED, IN, RU, TITLE, Scene
from tests.sandbox.telegram.records import CommandScope, SentMessage

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWERS = {
    "/help": "help",
    "/queue": "queue-empty",
    "/watchlist": "watchlist-empty",
    "/stop": "stop-nothing",
    "/about": "about",
    "/privacy": "privacy",
    "/settings": "settings-title",
    "/start": "notice",
    "/nonsense": "unknown-command",
    "/HELP": "help",
}


def with_button(label: str) -> Callable[[SentMessage], bool]:
    """Whether a message has this button."""
    return lambda message: label in message.labels


@pytest.mark.requirement("BOT-001.1")
@pytest.mark.requirement("BOT-001.3")
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("command", "text"), ANSWERS.items())
async def test_every_command_answers_within_a_second_in_the_persons_language(
    scene: Scene, command: str, text: str, language: str
) -> None:
    talk = scene.person(language=language)
    said = await talk.says(command)
    answer = await talk.hears(IN[language](text))
    assert answer.at - said.at < 1.0
    assert len(talk.chat.bot_messages) == 1


@pytest.mark.requirement("BOT-001.1")
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_health_is_the_owners(scene: Scene, language: str) -> None:
    member = scene.person(language=language)
    assert (await member.asks("/health")).text == IN[language]("error-refused")
    owner = await scene.owner().asks("/health", "database")
    names = [line.split(":")[0] for line in owner.text.splitlines()]
    assert all(name.startswith("✓ ") for name in names)
    asked = {"database", "disk", "queues", "seedbox", "internet_archive", "piratebay"}
    assert asked <= {name.removeprefix("✓ ") for name in names}


@pytest.mark.requirement("BOT-001.2")
async def test_the_menu_is_set_for_each_language(scene: Scene) -> None:
    menus = await scene.stage.telegram.wait_until(
        lambda: scene.stage.telegram.commands if len(scene.stage.telegram.commands) == 3 else None, 10
    )
    for code, language in (("", "en"), ("en", "en"), ("ru", "ru")):
        menu = menus[CommandScope("default", language=code)]
        assert {one.command for one in menu} >= {
            "start",
            "help",
            "settings",
            "queue",
            "watchlist",
            "stop",
            "health",
        }
        assert all(one.description == IN[language](f"menu-{one.command}") for one in menu)


@pytest.mark.requirement("SAFE-001.4")
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_about_and_privacy_say_what_they_must(scene: Scene, language: str) -> None:
    talk = scene.person(language=language)
    about = await talk.asks("/about", "Media Concierge Bot")
    assert "This product uses the TMDB API but is not endorsed or certified by TMDB." in about.text
    assert "JustWatch" in about.text
    assert "Telegram" in (await talk.asks("/privacy", "Telegram")).text


async def test_a_title_is_kept_for_later_found_and_taken_off(scene: Scene) -> None:
    talk = scene.person()
    card = await talk.asks(ASKED, TITLE)
    await talk.presses(card, RU("button-watchlist"))
    await talk.hears(RU("watchlist-added", title="night of the living dead"))
    listed = await talk.asks("/watchlist", RU("watchlist-title"))
    assert listed.labels == ("night of the living…", "✕")
    await talk.presses(listed, (0, 0))
    await talk.hears(TITLE)
    await talk.presses(listed, "✕")
    gone = await talk.hears(RU("watchlist-empty"))
    assert gone.message_id == listed.message_id
    assert gone.buttons == ()


@pytest.mark.requirement("AI-003.1")
@pytest.mark.requirement("SEEDBOX-003.1")
@pytest.mark.slow
async def test_pause_resume_and_removal_of_data_by_proposals_that_ask_twice(scene: Scene) -> None:
    await scene.stage.swarm.set_rate(150_000)
    film = await scene.stage.offer("Big.Buck.Bunny.2008.1080p.BluRay.x264-SANDBOX", 2_500_000)
    talk = scene.person()
    await talk.accepts_the_notice()
    card = await talk.asks("big buck bunny 2008", "Big Buck Bunny")
    await talk.presses(card, "⬇ Лучшее")
    running = await talk.hears(with_button(RU("button-pause")), timeout=15)
    await talk.presses(running, RU("button-pause"))
    paused = await talk.hears(with_button(RU("button-resume")), timeout=15)
    assert RU("download-paused") in paused.text
    queue = await talk.asks("/queue", "Big Buck Bunny")
    assert RU("download-paused") in queue.text
    await talk.presses(paused, RU("button-resume"))
    again = await talk.hears(with_button(RU("button-pause")), timeout=15)
    assert again.message_id == running.message_id == paused.message_id
    await scene.stage.swarm.set_rate(0)
    await talk.hears("Готово:", timeout=30)
    assert film.is_in(scene.downloads)
    done = talk.chat.current(again)
    await talk.presses(done, RU("button-remove"))
    first = await talk.hears(with_button(RU("button-with-files")))
    await talk.presses(first, RU("button-with-files"))
    second = await talk.hears(with_button(RU("button-delete-files")))
    assert film.is_in(scene.downloads), "nothing is deleted before the second yes"
    assert second.buttons[0][0].style == "danger"
    await talk.presses(second, RU("button-delete-files"))
    await talk.hears(RU("removed", title="Big Buck Bunny (2008)"))
    assert not (scene.downloads / film.name).exists()
    await talk.asks("/queue", RU("queue-empty"))


@pytest.mark.requirement("AI-003.1")
async def test_removing_without_the_files_keeps_them_and_anothers_download_goes_on(scene: Scene) -> None:
    film = await scene.stage.offer("Metropolis.1927.720p.BluRay.x264-SANDBOX", 150_000)
    anna, boris = scene.person(), scene.person("Boris", "en")
    for talk, ready in ((anna, "Готово:"), (boris, "Ready:")):
        await talk.accepts_the_notice()
        card = await talk.asks("metropolis 1927", "Metropolis")
        await talk.presses(card, (0, 0))
        await talk.hears(ready, timeout=25)
    for talk, language, told in ((anna, "ru", "removed-others"), (boris, "en", "removed")):
        phrases = IN[language]
        queue = await talk.asks("/queue", "Metropolis")
        await talk.presses(queue, (0, 0))
        one = await talk.hears(with_button(phrases("button-remove")))
        await talk.presses(one, phrases("button-remove"))
        asked = await talk.hears(with_button(phrases("button-keep-files")))
        await talk.presses(asked, phrases("button-keep-files"))
        await talk.hears(phrases(told, title="Metropolis (1927)"))
    assert film.is_in(scene.downloads)
