"""J16: in a group it reacts to a command, a mention or a reply only, and keeps private what is private."""

import pytest

from tests.flows.talk import ASKED, RU, TITLE, Scene, Talk
from tests.sandbox.telegram.person import Chat

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS = iter(range(-1003000000001, -1003000000100, -1))


def group_of(scene: Scene, *people: Talk, forum: bool = False) -> Chat:
    """A supergroup of these people, where the bot sees everything that is said."""
    scene.stage.telegram.privacy_mode = False
    return scene.stage.telegram.group(
        next(NUMBERS), title="Кино", members=[person.user for person in people], forum=forum
    )


# J16
async def test_it_reacts_to_a_command_a_mention_or_a_reply_and_to_nothing_else(scene: Scene) -> None:
    anna = scene.person()
    group = group_of(scene, anna)
    talk = Talk(group, anna.user)
    for text in (ASKED, "второй", "/help@another_bot", "привет всем", "@concierge_botty metropolis"):
        await talk.says(text)
    await group.sends_sticker(anna.user)
    card = await talk.asks(f"@concierge_bot {ASKED}", TITLE)
    assert [message.message_id for message in group.bot_messages] == [card.message_id]
    await talk.says("второй", reply_to=card)
    second = await talk.hears("№2")
    command = await talk.asks("/help@concierge_bot", RU("help"))
    assert [message.message_id for message in group.bot_messages] == [
        card.message_id, second.message_id, command.message_id,
    ]  # fmt: skip
    assert group.draft_frames == [], "drafts exist in private chats only"
    assert group.actions, "a group sees it typing"


# J16
async def test_a_stranger_in_a_group_gets_nothing(scene: Scene) -> None:
    anna, stranger = scene.person(), scene.stranger(777_001)
    group = group_of(scene, anna, stranger)
    await Talk(group, stranger.user).says(f"@concierge_bot {ASKED}")
    await Talk(group, anna.user).asks("/help", RU("help"))
    assert len(group.bot_messages) == 1
    assert stranger.chat.bot_messages == []


# J16
@pytest.mark.requirement("AI-003.2")
async def test_only_the_asker_may_press_and_their_own_list_is_meant(scene: Scene) -> None:
    anna, boris = scene.person(), scene.person("Борис")
    group = group_of(scene, anna, boris)
    hers, his = Talk(group, anna.user), Talk(group, boris.user)
    card = await hers.asks(f"@concierge_bot {ASKED}", TITLE)
    press = await group.press(boris.user, card, "⬇ Лучшее")
    assert (await press.answer()).text == RU("press-refused")
    await his.says("второй", reply_to=card)
    meant = await his.hears()
    assert "№2" not in meant.text, "the second of whose list?"


# J16
@pytest.mark.parametrize(
    ("command", "told"),
    [("/queue", "queue-empty"), ("/watchlist", "watchlist-empty"), ("/settings", "settings-title")],
)
async def test_queue_watchlist_and_settings_are_answered_in_private(
    scene: Scene, command: str, told: str
) -> None:
    anna = scene.person()
    group = group_of(scene, anna)
    await Talk(group, anna.user).asks(command, RU("sent-privately"))
    await anna.hears(RU(told))
    assert [message.text for message in group.bot_messages] == [RU("sent-privately")]


# J16
async def test_topics_are_kept(scene: Scene) -> None:
    anna = scene.person()
    group = group_of(scene, anna, forum=True)
    films, other = group.topic("Фильмы"), group.topic("Прочее")
    talk = Talk(group, anna.user)
    await talk.says(f"@concierge_bot {ASKED}", thread=films)
    card = await talk.hears(TITLE)
    await talk.says("/help", thread=other)
    helped = await talk.hears(RU("help"))
    assert (card.thread, helped.thread) == (films, other)
    await talk.presses(card, "Весь список")
    assert (await talk.hears("Весь список")).thread == films
    await talk.says("@concierge_bot второй", thread=other)
    assert (await talk.hears()).text.startswith("второй"), "another topic is another conversation"


# J16
@pytest.mark.requirement("SEEDBOX-003.2")
@pytest.mark.slow
async def test_a_group_that_becomes_a_supergroup_is_followed_by_the_notice(scene: Scene) -> None:
    await scene.stage.swarm.set_rate(500_000)
    await scene.stage.offer("Metropolis.1927.1080p.BluRay.x264-SANDBOX", 2_500_000)
    anna = scene.person()
    await anna.accepts_the_notice()
    old = scene.stage.telegram.basic_group(-4_000_001, title="Старая", members=[anna.user])
    talk = Talk(old, anna.user)
    card = await talk.asks("@concierge_bot metropolis 1927", "Metropolis")
    await talk.presses(card, "⬇ Лучшее")
    await talk.hears("%", timeout=15)
    new = await old.migrate_to_supergroup(-1_004_000_001)
    seen = len(old.bot_messages)
    await scene.stage.swarm.set_rate(0)
    moved = Talk(new, anna.user)
    await moved.hears("Готово:", timeout=25)
    assert len(old.bot_messages) == seen
    await moved.asks("/help", RU("help"))


# J16
@pytest.mark.slow
async def test_after_a_403_notices_stop_and_come_again_when_let_in(scene: Scene) -> None:
    await scene.stage.swarm.set_rate(500_000)
    await scene.stage.offer("Sita.Sings.the.Blues.2008.1080p.WEB-DL.x264-SANDBOX", 2_500_000)
    talk = scene.person()
    await talk.accepts_the_notice()
    card = await talk.asks("sita sings the blues 2008", "Sita")
    await talk.presses(card, "⬇ Лучшее")
    await talk.hears("%", timeout=15)
    scene.stage.telegram.block(talk.user)
    await scene.stage.swarm.set_rate(0)
    done = "SELECT state, reason FROM outbox WHERE person = ? AND key LIKE 'download:%:done'"
    await scene.until([("failed", "error-refused")], done, talk.user.id)
    calls = len(scene.stage.telegram.calls_of("sendMessage", talk.user.id))
    scene.stage.telegram.unblock(talk.user)
    await talk.asks("/help", RU("help"))
    assert len(scene.stage.telegram.calls_of("sendMessage", talk.user.id)) == calls + 1
    assert not any("Готово:" in text for text in talk.said_by_bot())
