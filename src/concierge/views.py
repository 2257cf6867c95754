"""What tools asked to be shown, as cards: rendered by code from stored references, never from the model's words."""

from dataclasses import dataclass

from src.ai.tools import View
from src.concierge import cards, formats
from src.concierge.arguments import Answer
from src.concierge.downloads import Downloads
from src.concierge.general import General
from src.concierge.searches import Searches
from src.core.capability import TurnContext
from src.core.errors import ConciergeError
from src.core.inbound import ActionButton, Rows, Span, Style, Text
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
                    poster = await self._poster_of_title(context, view)
                    return await self._search(context, str(view.ref["search"]), poster)
                case "release":
                    return await self._release(context, str(view.ref["search"]), int(view.ref["index"]))
                case "title":
                    return await self._title(context, MediaKind(view.ref["kind"]), int(view.ref["tmdb"]))
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

    async def _search(self, context: TurnContext, ident: str, poster: str | None) -> Rendered | None:
        search = await self._searches.get(ident, context.person.id)
        if not search.found.ranked:
            text, rows = cards.empty_card(context.phrases, search)
            return Rendered(text, rows)
        text, rows = cards.result_card(context.phrases, search, can_download=self._can_download)
        return Rendered(text, rows, poster or search.found.ranked[0].release.poster_url)

    async def _poster_of_title(self, context: TurnContext, view: View) -> str | None:
        """The poster of the title that was searched for; None without one, for a card does not wait for it."""
        kind, tmdb = view.ref.get("kind"), view.ref.get("tmdb")
        if kind is None or tmdb is None:
            return None
        try:
            card = await self._title(context, MediaKind(kind), int(tmdb))
        except ConciergeError:
            return None
        return card.photo_url if card is not None else None

    async def _release(self, context: TurnContext, ident: str, index: int) -> Rendered:
        search = await self._searches.get(ident, context.person.id)
        return Rendered(*cards.release_card(context.phrases, search, index, can_download=self._can_download))

    async def _title(self, context: TurnContext, kind: MediaKind, tmdb: int) -> Rendered | None:
        if self._media is None or kind is MediaKind.PERSON:
            return None
        title = await self._media.details(kind, tmdb, language=context.phrases.language)
        path = title.ref.poster_path
        photo = await self._media.image_url(path) if path else None
        return Rendered(title_card(context, title), (), photo)


def title_card(context: TurnContext, title: Title) -> Text:
    """A title with its year, rating, running time, makers, story, and where it can be watched legally."""
    phrases, ref = context.phrases, title.ref
    head = f"{formats.words(ref.title, 60)} ({ref.year})" if ref.year else formats.words(ref.title, 60)
    facts = [
        f"★ {ref.vote:.1f}" if ref.vote else "",
        phrases("runtime", n=str(title.runtime)) if title.runtime else "",
        ", ".join(title.genres[:2]),
    ]
    lines = [" · ".join(fact for fact in facts if fact), formats.words(", ".join(title.made_by), 60)]
    if title.overview:
        lines.append(formats.words(title.overview, OVERVIEW))
    legal = title.providers_in("RU" if phrases.language == "ru" else "US")
    services = [formats.words(name, 40) for name in (*legal.flatrate, *legal.free)][:4] if legal else []
    if services:
        lines.append(phrases("watch-legally", services=", ".join(services)))
    body = "\n".join(line for line in lines if line)
    return (Span(text=head, style=Style.BOLD), Span(text=f"\n{body}"))


def _question(question: str, options: list[str]) -> Rendered:
    rows: Rows = tuple(
        (ActionButton(label=formats.shorten(option, 40), action="answer", args=Answer(text=option).stored()),)
        for option in options
    )
    return Rendered((Span(text=formats.words(question, QUESTION)),), rows)
