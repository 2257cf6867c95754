"""What nobody should send: a clear sentence each time, nothing lost, nothing stopped."""

import re
from typing import Any

import libtorrent as lt
import pytest

from tests.flows.talk import ASKED, EN, IN, RU, TITLE, Scene, Talk
from tests.sandbox.telegram.records import Json, SentMessage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def still_well(talk: Talk) -> None:
    """The next title is answered as ever."""
    await talk.asks(ASKED, TITLE)


def no_bugs(scene: Scene) -> None:
    """Nothing ran into one of the catch-alls."""
    for event in ("turn.bug", "workflow.broke", "poll.store_failed", "follower.broke"):
        assert scene.bot.events(event) == []


def raw_message(talk: Talk, **fields: object) -> Json:
    """A message update as Telegram writes it, with any fields."""
    return {
        "message": {
            "message_id": 900_000,
            "date": 1_790_000_000,
            "from": talk.user.json(),
            "chat": talk.chat.state.json(),
            **fields,
        }
    }


async def test_an_edited_message_is_searched_anew(scene: Scene) -> None:
    talk = scene.person()
    said = await talk.says("metropolis 1927")
    await talk.hears(RU("nothing-found"))
    talk.mark()
    await talk.chat.edits(talk.user, said, ASKED)
    await talk.hears(TITLE)


async def test_an_old_message_edited_is_nobodys_business(scene: Scene) -> None:
    talk = scene.person()
    body = raw_message(talk, text=ASKED, edit_date=1_790_009_999)["message"]
    scene.stage.telegram.raw_update({"edited_message": body})
    await talk.asks("/help", RU("help"))
    assert len(talk.chat.bot_messages) == 1


@pytest.mark.parametrize("text", ["", " ", "\n\t\u200b", "\u202e\u2066"])
async def test_an_empty_text_is_told_apart(scene: Scene, text: str) -> None:
    talk = scene.person()
    talk.mark()
    scene.stage.telegram.raw_update(raw_message(talk, text=text))
    assert (await talk.hears()).text == RU("need-title")
    no_bugs(scene)


@pytest.mark.parametrize(
    "text",
    ["a" * 4_096, "ночь " * 819, "🎬🍿👻" * 600, "\x00\x01\x02\x7f\ufffd" * 20 + "x", "'; DROP TABLE inbox; --",
     "%s%n{0}{title}${x}", "(" * 1_000 + "AND OR NOT title:* ~", "\ud83c?", "﷽" * 400, "А̷" * 500],
    ids=["4096", "words", "emoji", "binary", "sql", "format", "query", "surrogate", "wide", "marks"],
)  # fmt: skip
async def test_odd_texts_get_an_answer(scene: Scene, text: str) -> None:
    talk = scene.person()
    talk.mark()
    scene.stage.telegram.raw_update(raw_message(talk, text=text))
    answer = await talk.hears()
    assert answer.text
    assert len(answer.text.splitlines()) <= 6
    no_bugs(scene)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_stickers_voice_photos_and_files_get_a_sentence(scene: Scene, language: str) -> None:
    talk = scene.person(language=language)
    for send in (talk.chat.sends_sticker, talk.chat.sends_voice, talk.chat.sends_photo):
        talk.mark()
        await send(talk.user)
        assert (await talk.hears()).text == IN[language]("only-text")
    await talk.sends_file("film.exe", b"MZ")
    assert (await talk.hears()).text == IN[language]("only-text")


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "/nonsense",
        "/start@concierge_bot",
        "/queue drop table",
        "/help\x00",
        "/" + "a" * 500,
        "//help",
        "/помощь",
    ],
)
async def test_odd_commands_get_a_sentence(scene: Scene, text: str) -> None:
    talk = scene.person("Ann", "en")
    assert (await talk.asks(text)).text
    no_bugs(scene)


MAGNETS = [
    "magnet:?",
    "magnet:?xt=urn:btih:",
    "magnet:?xt=urn:btih:zzzz",
    "magnet:?xt=urn:btih:" + "0" * 40,
    "magnet:?xt=urn:btih:" + "a" * 41,
    "magnet:?dn=no+hash&tr=http://127.0.0.1/announce",
    "magnet:?xt=urn:btmh:1220" + "a" * 64,
    "magnet:?xt=urn:btih:" + "a" * 40 + "&xt=urn:btih:" + "b" * 40,
    "magnet:?xt=urn:btih:" + "a" * 40 + "&tr=x" * 500,
]


@pytest.mark.requirement("SEEDBOX-004.1")
@pytest.mark.parametrize("magnet", MAGNETS, ids=range(len(MAGNETS)))
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_malformed_magnet_gets_a_clear_sentence(scene: Scene, magnet: str, language: str) -> None:
    talk = scene.person(language=language)
    answer = await talk.asks(magnet)
    clear(answer, language)
    assert await scene.sql("SELECT 1 FROM searches WHERE person = ?", talk.user.id) == []
    no_bugs(scene)


def clear(answer: SentMessage, language: str) -> None:
    """One sentence in the person's language that says what is wrong."""
    start = IN[language]("error-malformed-torrent", detail="|").split("|")[0].rstrip(" .")
    assert answer.text.startswith(start)
    assert answer.buttons == ()
    assert ".." not in answer.text
    if language == "ru":
        assert re.findall(r"[A-Za-z]{4,}", answer.text) == [], "half of the sentence is in another language"


def torrent(files: list[tuple[list[bytes], int]], name: bytes = b"x") -> bytes:
    """A .torrent that says what a hostile one might."""
    total = sum(size for _, size in files)
    info = {
        b"name": name,
        b"piece length": 16_384,
        b"pieces": b"\x11" * 20 * (-(-total // 16_384) or 1),
        b"files": [{b"length": size, b"path": path} for path, size in files],
    }
    whole: Any = {b"info": info, b"announce": b"http://127.0.0.1:1/announce"}
    return bytes(lt.bencode(whole))


TORRENTS = {
    "empty": b"",
    "text": b"<html>not a torrent</html>",
    "cut": torrent([([b"a.mkv"], 100)])[:-5],
    "deep": b"l" * 200_000,
    "deep-dict": b"d1:a" * 50_000,
    "parent": torrent([([b"..", b"..", b"etc", b"passwd"], 100)]),
    "absolute": torrent([([b"/etc/passwd"], 100)]),
    "name": torrent([([b"a.mkv"], 100)], name=b"../../evil"),
    "huge": torrent([([b"a.mkv"], 100)]).replace(b"6:lengthi100e", b"6:lengthi4611686018427387904e"),
    "string": b"99999999999999999999:x",
    "no-info": b"d8:announce3:xxxe",
    "many": torrent([([b"d"] * 40 + [b"f"], 1)]),
}


@pytest.mark.parametrize("name", TORRENTS)
async def test_a_malformed_torrent_file_gets_a_clear_sentence(scene: Scene, name: str) -> None:
    talk = scene.person()
    await talk.sends_file(f"{name}.torrent", TORRENTS[name])
    clear(await talk.hears(), "ru")
    no_bugs(scene)


async def test_a_torrent_file_that_is_too_large_is_refused_unread(scene: Scene) -> None:
    talk = scene.person()
    await talk.sends_file("large.torrent", b"d" + b"0" * (8 * 1024 * 1024))
    await talk.hears()
    assert await scene.sql("SELECT 1 FROM searches WHERE person = ?", talk.user.id) == []
    assert not any(call.params.get("file_id") for call in scene.stage.telegram.calls_of("file"))


async def test_a_sound_torrent_file_is_as_good_as_a_search_result(scene: Scene) -> None:
    talk = scene.person()
    await talk.sends_file("film.torrent", scene.film.torrent)
    card = await talk.hears(TITLE)
    assert RU("button-download") in card.labels


POISON: list[Json] = [
    {"message": {"message_id": "not a number", "chat": 5}},
    {"message": None},
    {"message": []},
    {"callback_query": {"id": 1}},
    {"my_chat_member": {"chat": {}}},
    {"stopped_message_generation": {"chat": "x"}},
    {"stopped_message_generation": 7},
    {"teleported_message": {"from": {"id": 1}, "from_the_future": True}},
    {},
    {"edited_message": {"message_id": 1, "date": 10**30, "chat": {"id": 10**30, "type": "hologram"}}},
    {
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 10**30, "type": "private"},
            "text": "x",
            "from": {"id": 10**30, "first_name": "x", "is_bot": False},
        }
    },
    {"my_chat_member": {"chat": {"id": "\ud83c", "type": "private"}}},
]


@pytest.mark.requirement("BOT-003.2")
async def test_an_update_from_the_future_does_not_stop_the_bot_and_those_after_it_are_answered(
    scene: Scene,
) -> None:
    talk = scene.person()
    for body in POISON:
        scene.stage.telegram.raw_update(dict(body))
        await still_well(talk) if body in POISON[:2] else None
    await still_well(talk)
    assert scene.bot.running
    rows = await scene.sql("SELECT count(*) FROM inbox WHERE state = 'quarantined'")
    assert 1 <= int(str(rows[0][0])) <= len(POISON)
    no_bugs(scene)


@pytest.mark.requirement("BOT-003.2")
async def test_a_person_with_an_odd_name_is_a_person(scene: Scene) -> None:
    talk = scene.person("\u202e</b>{name}\n" + "Ы" * 60, "xx-unknown")
    start = await talk.asks("/start")
    assert EN("notice") in start.text
    await still_well(talk)
