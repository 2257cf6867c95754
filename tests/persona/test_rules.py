"""The rules against 120 replies judged by hand, and where their borders are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.persona.rules import Length, Rule, Style, tone_faults
from tests.persona.samples import Labelled, labelled_replies
from tests.persona.tokens import same_title
from tests.persona.wording import Deed

LABELLED = labelled_replies()
# Only Russian has ты and вы.
RUSSIAN_ONLY = {Rule.ADDRESS}


def _rules(reply: str, style: Style | None = None) -> set[Rule]:
    return {fault.rule for fault in tone_faults(reply, style or Style())}


@pytest.mark.requirement("AI-005.1")
@pytest.mark.parametrize("sample", [one for one in LABELLED if one.good], ids=lambda one: one.id)
def test_a_good_reply_has_no_fault(sample: Labelled) -> None:
    assert tone_faults(sample.reply, sample.style.style()) == []


@pytest.mark.requirement("AI-005.1")
@pytest.mark.parametrize("sample", [one for one in LABELLED if not one.good], ids=lambda one: one.id)
def test_a_bad_reply_is_caught_by_its_rule_and_by_no_other(sample: Labelled) -> None:
    faults = tone_faults(sample.reply, sample.style.style())
    assert {fault.rule for fault in faults} == {sample.rule}
    assert all(fault.found for fault in faults)


def test_the_labelled_replies_are_sixty_and_sixty_half_of_each_language() -> None:
    counts = Counter((one.good, one.style.language) for one in LABELLED)
    assert set(counts.values()) == {30}
    assert len(counts) == 4
    assert len({one.id for one in LABELLED}) == len({one.reply for one in LABELLED}) == 120
    assert all((one.rule is None) is one.good for one in LABELLED)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_rule_has_a_bad_reply_in_every_language(language: str) -> None:
    used = {one.rule for one in LABELLED if one.style.language == language}
    missing = set(Rule) - used
    assert missing == (RUSSIAN_ONLY if language == "en" else set())


@pytest.mark.requirement("AI-005.2")
@pytest.mark.parametrize(
    ("address", "reply", "faulty"),
    [
        ("ты", "Бери 1080p: ждать тебе недолго.", False),
        ("ты", "Возьмите 1080p.", True),
        ("вы", "Возьмите 1080p: ждать вам недолго.", False),
        ("вы", "Посмотри сначала второй.", True),
        ("вы", "Если хочешь, есть 720p.", True),
        ("вы", "Осталось лишь нажать кнопку, в графите и на сайте это видно.", False),
        (None, "Возьмите 1080p, раз ты спешишь.", True),
        (None, "Лучшее — 1080p.", False),
        ("вы", "Там «Скажи, что ты жив» первой строкой титров.", False),
    ],
)
def test_address_is_mirrored(address: str | None, reply: str, faulty: bool) -> None:
    style = Style(
        address="ты" if address == "ты" else "вы" if address == "вы" else None, labels=("Скажи, что ты жив",)
    )
    assert (Rule.ADDRESS in _rules(reply, style)) is faulty


@pytest.mark.requirement("AI-005.2")
@pytest.mark.parametrize(
    ("length", "words", "faulty"),
    [
        (Length.BRIEF, 45, False),
        (Length.BRIEF, 46, True),
        (Length.NORMAL, 100, False),
        (Length.NORMAL, 101, True),
        (Length.EXPANSIVE, 220, False),
        (Length.EXPANSIVE, 221, True),
    ],
)
def test_length_follows_what_was_asked_for(length: Length, words: int, faulty: bool) -> None:
    reply = " ".join(["слово"] * words)
    assert (Rule.LENGTH in _rules(reply, Style(length=length))) is faulty


@pytest.mark.requirement("AI-005.2")
@pytest.mark.parametrize(
    ("language", "reply", "faulty"),
    [
        ("ru", "Big Buck Bunny", False),
        ("ru", "Internet Archive пуст.", False),
        ("ru", "1080p BluRay, русский звук", False),
        ("ru", "The best copy is the first.", True),
        ("en", "«Метрополис», because it is restored.", False),
        ("en", "Бери первую, она лучше.", True),
        ("en", "The first копия из архива лучше остальных", True),
    ],
)
def test_language_is_the_persons_titles_and_terms_aside(language: str, reply: str, faulty: bool) -> None:
    style = Style(language="ru" if language == "ru" else "en", titles=("Big Buck Bunny", "Метрополис"))
    assert (Rule.LANGUAGE in _rules(reply, style)) is faulty


@pytest.mark.parametrize(
    ("reply", "deed"),
    [
        ("Уже качается.", Deed.STARTED),
        ("Поставил «Метрополис» на закачку.", Deed.STARTED),
        ("Sent it to your seedbox.", Deed.STARTED),
        ("The download has started.", Deed.STARTED),
        ("Скачал, можно смотреть.", Deed.FINISHED),
        ("It has been downloaded.", Deed.FINISHED),
        ("Запомню.", Deed.REMEMBERED),
        ("Noted, no horror.", Deed.REMEMBERED),
        ("Отложил на потом.", Deed.KEPT),
        ("Put it on your watchlist.", Deed.KEPT),
        ("Удалил вместе с файлами.", Deed.REMOVED),
        ("Deleted, files and all.", Deed.REMOVED),
        ("Теперь всегда 720p.", Deed.CHANGED),
        ("Changed your default to 720p.", Deed.CHANGED),
    ],
)
def test_what_was_not_done_is_not_claimed(reply: str, deed: Deed) -> None:
    language = "en" if reply.isascii() else "ru"
    style = Style(language="en" if language == "en" else "ru", titles=("Метрополис",))
    assert Rule.UNDONE in _rules(reply, style)
    assert Rule.UNDONE not in _rules(reply, replace(style, done=frozenset({deed})))


@pytest.mark.parametrize(
    "reply",
    [
        "Ещё не скачал.",
        "Пока не качается: кнопка ждёт.",
        "Удалил?",
        "Когда скачается, напишу.",
        "It is not downloaded yet.",
        "It hasn't been deleted.",
        "Once downloaded, it plays anywhere.",
        "Закачка начнётся с кнопки.",
    ],
)
def test_denials_questions_and_promises_claim_nothing(reply: str) -> None:
    assert Rule.UNDONE not in _rules(reply)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Метрополиса", "Метрополис", True),
        ("метрополис (1927)", "Метрополис", True),
        ("Кабинетом доктора Калигари", "Кабинет доктора Калигари", True),
        ("Потёмкин", "Потемкина", True),
        ("Metropolis", "Metropolitan", False),
        ("Генерал", "Генералы песчаных карьеров", False),
        ("Малыш", "Мальчик", False),
        ("The General", "the general", True),
        ("1917", "1917", True),
    ],
)
def test_titles_are_the_same_across_endings_case_and_marks(one: str, other: str, same: bool) -> None:
    assert same_title(one, other) is same


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        ("Вот файл metropolis.mkv, он цел.", Rule.RELEASE_NAME),
        ("Лежит на t.me/somewhere.", Rule.LINK),
        ("Смотри *Тень вампира*, тоже про него.", Rule.UNKNOWN_TITLE),
        ('<foreign origin="title">Метрополис</foreign>', Rule.INNARDS),
        ("```\nМетрополис\n```", Rule.MARKDOWN),
        ("Нашёл！", Rule.EXCLAMATION),
        ("Какую? Эту?!", Rule.QUESTIONS),
        ("Infohash QX3XJIVS7NBQ2JNTXMVZLKDHKPA7DJXY.", Rule.MAGNET),
    ],
)
def test_other_forms_of_the_same_faults(reply: str, rule: Rule) -> None:
    assert rule in _rules(reply, Style(titles=("Метрополис",)))


@pytest.mark.parametrize(
    "reply",
    [
        "«Что?» — спросит герой. Берём?",
        "Бери Sherlock Jr., он короче.",
        "Раздают 1 342 человека, хватит.",
        "С.-Петербург тут ни при чём, т.е. вообще.",
        "Звук 5.1, видео 1080p, субтитры русские.",
        "Слово «поменьше» понял буквально: 720p.",
    ],
)
def test_ordinary_prose_is_left_alone(reply: str) -> None:
    assert _rules(reply, Style(facts="1342 1080p 720p 5.1")) == set()


KNOWN = ("Метрополис", "Носферату", "Metropolis", "Nosferatu", "The General", "Ночь живых мертвецов")


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        (
            "ru",
            "«Метрополис» Фрица Ланга (1927): бери реставрацию, потому что в старых копиях сюжет потерян.",
        ),
        ("ru", "Понял буквально: «поменьше» — это 720p на 900 МБ."),
        ("ru", "Раздающих мало, зато звук русский. Если спешишь, третья придёт раньше."),
        ("ru", "Хороший вариант один: 1080p с русскими субтитрами."),
        ("ru", "Ладно бы просто копия, но её ещё и обрезали. Поэтому 1080p."),
        ("ru", "Ничего не качается. Последнее пришло вчера."),
        ("ru", "Отложенных два: «Метрополис» и «Носферату»."),
        ("ru", "Она снята с экрана, поэтому стоит ниже."),
        ("ru", "Не скачаю без твоего нажатия: кнопка под карточкой."),
        ("ru", "Удалять файлы или только убрать из списка?"),
        ("ru", "Internet Archive ответил, RuTracker просит капчу, The Pirate Bay лежит."),
        ("ru", "Дубляж LostFilm есть только у второго сезона."),
        ("ru", "Свободно 12 ГБ, а этот весит 14."),
        ("ru", "В 4К его нет ни у кого; 1080p — потолок."),
        ("ru", "Нужен сезон или весь сериал?"),
        ("ru", "Ищу под двумя названиями, английское богаче."),
        (
            "ru",
            "Ночь живых мертвецов (1968) — общественное достояние, лежит на Internet Archive совершенно открыто.",
        ),
        ("ru", "Мышь проскочит быстрее, чем эти два сида."),
        ("en", "It is public domain, so the Internet Archive has it in the open."),
        ("en", "The restoration (2010) adds 25 minutes; take that one."),
        ("en", "Okay is the word for the 720p; the 1080p is better."),
        ("en", "Good prints are rare: this one has 64 seeds."),
        ("en", "You blocked it; say the word and it comes back."),
        ("en", "Looking at 40 seeds, it should be here by nine."),
        ("en", "Perfectly watchable in 720p, which is all there is."),
        ("en", "Two sources answered; The Pirate Bay asks to wait."),
        ("en", "It finished at noon. Your files are where they always are."),
        ("en", "If it stalls again, the 720p is the fallback."),
        ("en", "Nosferatu (1922), because the remake is twice as long and half as pale."),
        ("en", "Searching under the German title found more: 88 seeds."),
        ("en", "The second is dubbed, the first is not."),
        ("en", "Remember the robot? She is in this cut for longer."),
    ],
)
def test_words_that_only_look_like_a_fault_pass(language: Literal["ru", "en"], reply: str) -> None:
    assert tone_faults(reply, Style(language=language, titles=KNOWN)) == []


@pytest.mark.parametrize(
    ("language", "reply", "rule"),
    [
        ("ru", "Я с радостью помогу тебе найти фильм.", Rule.OPENER),
        ("ru", "Замечательный выбор, классика.", Rule.FLATTERY),
        ("ru", "Вот ссылка: archive.org/details/x", Rule.LINK),
        ("ru", "Добавил «Метрополис» в закачки.", Rule.UNDONE),
        ("ru", "Файл добавлен в очередь загрузки.", Rule.UNDONE),
        ("ru", "Поставлено на закачку.", Rule.UNDONE),
        ("ru", "Загрузка началась.", Rule.UNDONE),
        ("ru", "Давай поищу?", Rule.ASKS_LEAVE),
        ("ru", "Мне поискать в 4K?", Rule.ASKS_LEAVE),
        ("ru", "Найти тебе раздачи?", Rule.ASKS_LEAVE),
        ("ru", "Надеюсь, вам понравится. Если будут вопросы, пишите.", Rule.FILLER),
        ("ru", "Скачивать фильмы с торрентов незаконно.", Rule.MORALISING),
        ("ru", "Помни, что авторам тоже надо есть.", Rule.MORALISING),
        ("ru", "Ого, у вас тонкий вкус.", Rule.FLATTERY),
        ("en", "I'd be glad to help with that.", Rule.OPENER),
        ("en", "It's been added to your queue.", Rule.UNDONE),
        ("en", "Downloading it now.", Rule.UNDONE),
        ("en", "I've started downloading it.", Rule.UNDONE),
        ("en", "Would you like me to look for a bigger one?", Rule.ASKS_LEAVE),
        ("en", "Just let me know.", Rule.FILLER),
        ("en", "Please note that downloading may violate laws in your country.", Rule.MORALISING),
        ("en", "As an AI, I can't watch films.", Rule.FILLER),
        ("en", "What a great choice.", Rule.FLATTERY),
        ("en", "I've saved that to memory.", Rule.UNDONE),
        ("en", "Got it — 720p it is.", Rule.OPENER),
        ("en", "It is on its way to your seedbox.", Rule.UNDONE),
        ("en", "Enjoy the film.", Rule.FILLER),
        ("ru", "Приятного просмотра.", Rule.FILLER),
        ("ru", "Файл Metropolis_1927_1080p.mkv цел.", Rule.RELEASE_NAME),
    ],
)
def test_faults_in_other_words_are_caught(language: Literal["ru", "en"], reply: str, rule: Rule) -> None:
    assert rule in _rules(reply, Style(language=language, titles=KNOWN))


def test_what_code_shows_is_no_fault_of_the_card() -> None:
    card = "Метрополис (1927)\n1080p · 11.2 ГБ · 64↑\n720p · 3.1 ГБ · 12↑\nMetropolis.1927.1080p.BluRay.x264-SANDBOX"
    assert {Rule.TABLE, Rule.RELEASE_NAME} <= _rules(card)
    assert _rules(card, Style(by_code=True)) == set()


@given(st.text(max_size=400), st.sampled_from(["ru", "en"]), st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_judged_and_always_the_same(reply: str, language: str, request: str, title: str) -> None:
    style = Style(
        "ru" if language == "ru" else "en", request=request, titles=(title,), blocked=(title,), facts="1"
    )
    assert tone_faults(reply, style) == tone_faults(reply, style)
