"""What tools asked to be shown, as cards: rendered by code from stored references, never from the model's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from src.ai.tools import View
from src.concierge import cards, formats
from src.concierge.arguments import Answer
from src.concierge.downloads import Downloads
from src.concierge.general import General
from src.concierge.searches import Searches
from src.core.capability import TurnContext
from src.core.errors import ConciergeError
from src.core.inbound import ActionButton, Rows, Span, Style, Text
from src.core.texts import Phrases
from src.media.models import MediaKind, Title
from src.media.service import MediaService

OVERVIEW = 280
QUESTION = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card: its text, buttons and poster."""

    text: Text = ()
    rows: Rows = ()
    photo_url: str | None = None


class Views:
    """Renders views. One whose thing is gone is left out: the words stand without it."""

    def __init__(
        self,
        *,
        searches: Searches,
        media: MediaService | None,
        downloads: Downloads,
        general: General,
        can_download: bool,
    ) -> None:
        self._searches = searches
        self._media = media
        self._downloads = downloads
        self._general = general
        self._can_download = can_download

    async def render(self, context: TurnContext, view: View) -> Rendered | None:
        """The card of a view; None where there is nothing to show (any more)."""
        try:
            match view.kind:
                case "search":
                    return await self._search(context, view.ref)
                case "release":
                    return await self._release(context, str(view.ref["search"]), int(view.ref["index"]))
                case "title":
                    return await self._title(context, view.ref)
                case "question":
                    return _question(str(view.ref["question"]), [str(one) for one in view.ref["options"]])
                case "queue" if context.inbound.private:
                    return Rendered(*await self._downloads.queue_card(context))
                case "watchlist" if context.inbound.private:
                    return Rendered(*await self._general.watchlist_card(context))
                case _:
                    return None
        except (ConciergeError, KeyError, ValueError):
            return None

    async def _search(self, context: TurnContext, ref: Mapping[str, Any]) -> Rendered | None:
        search = await self._searches.get(str(ref["search"]), context.person.id)
        if not search.found.ranked:
            text, rows = cards.empty_card(context.phrases, search)
            return Rendered(text, rows)
        title = await self._known(context, ref)
        facts = title_facts(context.phrases, title) if title is not None else ""
        text, rows = cards.result_card(context.phrases, search, can_download=self._can_download, facts=facts)
        return Rendered(text, rows, await self._poster(title) or search.found.ranked[0].release.poster_url)

    async def _known(self, context: TurnContext, ref: Mapping[str, Any]) -> Title | None:
        """The title behind a search, where it was resolved and its page can be had."""
        if self._media is None or ref.get("tmdb") is None:
            return None
        kind = MediaKind(ref["kind"])
        if kind is MediaKind.PERSON:
            return None
        try:
            return await self._media.details(kind, int(ref["tmdb"]), language=context.phrases.language)
        except ConciergeError:
            return None

    async def _poster(self, title: Title | None) -> str | None:
        if self._media is None or title is None:
            return None
        return await self._media.image_url(title.ref.poster_path)

    async def _release(self, context: TurnContext, ident: str, index: int) -> Rendered:
        search = await self._searches.get(ident, context.person.id)
        return Rendered(*cards.release_card(context.phrases, search, index, can_download=self._can_download))

    async def _title(self, context: TurnContext, ref: Mapping[str, Any]) -> Rendered | None:
        title = await self._known(context, ref)
        if title is None:
            return None
        return Rendered(title_card(context.phrases, title), (), await self._poster(title))


def title_facts(phrases: Phrases, title: Title) -> str:
    """ "★ 7.6 · 96 min · legally: Kanopy": rating, running time, where to watch; only what is known."""
    legal = _legal(phrases, title)
    facts = [
        f"★ {title.ref.vote:.1f}" if title.ref.vote else "",
        phrases("runtime", n=str(title.runtime)) if title.runtime else "",
        phrases("watch-legally", services=", ".join(legal[:2])) if legal else "",
    ]
    return " · ".join(fact for fact in facts if fact)


def _legal(phrases: Phrases, title: Title) -> list[str]:
    legal = title.providers_in("RU" if phrases.language == "ru" else "US")
    return [formats.words(name, 40) for name in (*legal.flatrate, *legal.free)] if legal else []


def title_card(phrases: Phrases, title: Title) -> Text:
    """A title with its year, facts, genres, makers and story."""
    ref = title.ref
    head = f"{formats.words(ref.title, 60)} ({ref.year})" if ref.year else formats.words(ref.title, 60)
    lines = [
        title_facts(phrases, title),
        formats.words(", ".join(title.genres[:3]), 60),
        formats.words(", ".join(title.made_by), 60),
        formats.words(title.overview or "", OVERVIEW),
    ]
    body = "\n".join(line for line in lines if line)
    return (Span(text=head, style=Style.BOLD), Span(text=f"\n{body}"))


def _question(question: str, options: list[str]) -> Rendered:
    rows: Rows = tuple(
        (ActionButton(label=formats.shorten(option, 40), action="answer", args=Answer(text=option).stored()),)
        for option in options
    )
    return Rendered((Span(text=formats.words(question, QUESTION)),), rows)
