"""Fixed texts in Fluent: Russian and English, with right plurals."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("ru", "en")
FALLBACK = "en"


class Phrases:
    """The texts of one language: call it with an id and its variables."""

    def __init__(self, language: str, bundle: FluentBundle) -> None:
        self.language = language
        self._bundle = bundle

    def __call__(self, ident: str, **variables: str | float) -> str:
        """The text of `ident`. Raises KeyError where there is none: a test walks over all of them."""
        message = self._bundle.get_message(ident)
        if message.value is None:
            raise KeyError(ident)
        text, _errors = self._bundle.format_pattern(message.value, variables)
        return str(text)

    def has(self, ident: str) -> bool:
        """Whether there is a text of this id."""
        return bool(self._bundle.has_message(ident))


class Texts:
    """Every language's phrases."""

    def __init__(self, phrases: Mapping[str, Phrases]) -> None:
        self._phrases = dict(phrases)

    def of(self, language: str) -> Phrases:
        """The phrases of a language code as Telegram gives it ("ru", "en-GB"); others get English."""
        short = language.lower().split("-")[0]
        if short in ("be", "uk", "kk"):
            short = "ru"
        return self._phrases.get(short, self._phrases[FALLBACK])


async def load_texts(folder: Path) -> Texts:
    """The texts of `<folder>/<language>.ftl`."""
    return await asyncio.to_thread(read_texts, folder)


def read_texts(folder: Path) -> Texts:
    """As load_texts, for callers without a loop."""
    phrases = {}
    for language in LANGUAGES:
        bundle = FluentBundle([language], use_isolating=False)
        bundle.add_resource(FluentResource((folder / f"{language}.ftl").read_text(encoding="utf-8")))
        phrases[language] = Phrases(language, bundle)
    return Texts(phrases)
