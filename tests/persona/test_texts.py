"""The rules over everything that is said in a fixed form: the .ftl texts, the READMEs' transcript, the examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from src.ai.prompts import system_prompt
from src.core.texts import LANGUAGES, Phrases, read_texts
from tests.persona.rules import Length, Rule, Style, tone_faults
from tests.persona.samples import example_exchanges, transcript_lines
from tests.persona.tokens import CYRILLIC, LATIN, named_titles
from tests.persona.wording import Deed

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "src" / "bot" / "texts"
TITLES = {"ru": "Метрополис", "en": "Metropolis"}
LONG = ("start", "help", "about", "privacy")
# What a text must say by law or by mission, whatever the rule thinks of it.
OWED = {
    ("notice", Rule.MORALISING): "the sentence everybody accepts once",
    ("about", Rule.LANGUAGE): "TMDB's and JustWatch's required sentences",
}
COUNTS = (1, 2, 5, 21)
SAMPLES = {"name": "Анна", "id": "2001", "service": "Internet Archive", "size": "1.4 GB", "detail": "1080p"}


def _idents(language: str) -> list[str]:
    return re.findall(
        r"^([a-z][\w-]*) =", (TEXTS / f"{language}.ftl").read_text(encoding="utf-8"), re.MULTILINE
    )


def _variables(language: str, ident: str) -> list[str]:
    text = (TEXTS / f"{language}.ftl").read_text(encoding="utf-8")
    block = re.search(rf"^{re.escape(ident)} =.*\n(?:[ \t]+.*\n|\n(?=[ \t]))*", text + "\n", re.MULTILINE)
    return sorted(set(re.findall(r"\$(\w+)", block.group()))) if block else []


def _renderings(phrases: Phrases, ident: str) -> Iterator[str]:
    """The text with sample variables, once for each kind of plural."""
    names = _variables(phrases.language, ident)
    for count in COUNTS if "n" in names else COUNTS[:1]:
        values: dict[str, str | float] = {name: SAMPLES.get(name, "7") for name in names}
        if "title" in values:
            values["title"] = TITLES[phrases.language]
        if "n" in values:
            values["n"] = count
        yield phrases(ident, **values)


def _language(text: str) -> Literal["ru", "en"]:
    return "ru" if len(CYRILLIC.findall(text)) > len(LATIN.findall(text)) / 2 else "en"


def _fixed(language: str, ident: str) -> Style:
    return Style(
        language="ru" if language == "ru" else "en",
        length=Length.EXPANSIVE if ident in LONG else Length.BRIEF,
        address="ты" if language == "ru" else None,
        titles=(TITLES[language],),
        done=frozenset(Deed),
        by_code=True,
    )


@pytest.mark.requirement("AI-005.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_fixed_texts_speak_in_the_voice(language: str) -> None:
    phrases = read_texts(TEXTS).of(language)
    idents = _idents(language)
    faults = [
        f"{language}.ftl {ident}: {fault.rule}: {fault.found}"
        for ident in idents
        for text in _renderings(phrases, ident)
        for fault in tone_faults(text, _fixed(language, ident))
        if (ident, fault.rule) not in OWED
    ]
    assert faults == []
    assert len(idents) > 150


def test_every_plural_and_variable_is_rendered() -> None:
    for language in LANGUAGES:
        phrases = read_texts(TEXTS).of(language)
        for ident in _idents(language):
            assert [text for text in _renderings(phrases, ident) if "{" in text or not text.strip()] == [], (
                ident
            )


def test_what_is_owed_is_still_there() -> None:
    owed = {ident for ident, _ in OWED}
    assert owed <= set(_idents("ru")) & set(_idents("en"))
    law = read_texts(TEXTS).of("ru")("notice")
    assert {fault.rule for fault in tone_faults(law, _fixed("ru", "notice"))} <= {Rule.MORALISING}


@pytest.mark.requirement("AI-005.1")
@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_documented_transcript_speaks_in_the_voice(name: str) -> None:
    readme = (ROOT / name).read_text(encoding="utf-8")
    lines = list(transcript_lines(readme))
    language = _language("".join(lines))
    for line in lines:
        style = Style(language=language, done=frozenset(Deed), titles=tuple(named_titles(line)), by_code=True)
        assert tone_faults(line, style) == []
    # A transcript that is no longer found would pass unseen.
    assert len(lines) >= (1 if re.search(r"^(?:bot|бот) ", readme, re.MULTILINE) else 0)


@pytest.mark.requirement("AI-005.3")
def test_the_examples_of_the_prompt_speak_in_the_voice() -> None:
    exchanges = example_exchanges(system_prompt())
    assert 6 <= len(exchanges) <= 10
    languages = {_language(exchange.reply) for exchange in exchanges}
    assert languages == {"ru", "en"}
    for exchange in exchanges:
        assert tone_faults(exchange.reply, example_style(exchange.person, exchange.results)) == [], (
            exchange.reply
        )


def test_no_example_is_overlooked() -> None:
    prompt = system_prompt()
    assert len(example_exchanges(prompt)) == len(re.findall(r"^You:", prompt, re.MULTILINE))


def example_style(person: str, results: str) -> Style:
    """What an example's answer is measured by: only what its own brackets and the talk so far say."""
    talk = "\n".join(f"{one.person}\n{one.results}" for one in example_exchanges(system_prompt()))
    titles = [*re.findall(r"t\d [«\"]?([^«»\"]+?)[»\"]? (?:18|19|20)\d\d", talk), "Sita Sings the Blues"]
    done = {Deed.REMEMBERED} if "remember: saved" in results else set()
    return Style(
        language=_language(person),
        request=person,
        titles=tuple(dict.fromkeys(titles)),
        address="вы" if "будьте" in person else "ты" if _language(person) == "ru" else None,
        done=frozenset(done),
        facts=talk,
    )
