"""Tools that find: titles, releases, and why one was not offered."""

import re
from collections.abc import Sequence

from src.ai.context import ToolContext
from src.ai.tools import ToolResult, View, foreign, tool
from src.concierge import formats
from src.concierge.desk import until_asked
from src.concierge.preferences import Preferences
from src.concierge.searches import Search, Searches
from src.concierge.tools.refs import ReleaseRef, TitleRefStored, release_ref, title_ref
from src.core.access import Role
from src.core.errors import NotConfiguredError, NotFoundError, ServiceError, UnusableInputError
from src.media.models import Finding, MediaKind, Title, TitleKind, TitleRef
from src.media.service import MediaService
from src.search import fields
from src.search.models import Found, Ranked, Release, Resolution, SourceState, Wish
from src.search.ranking import estimated_seconds
from src.search.reasons import reason_words
from src.search.service import SearchService

LISTED = 8  # releases told to the model
CANDIDATES = 5
GIB = 1024**3
LARGEST_GB = 100_000
HANDLE = re.compile(r"t\d{1,5}", re.IGNORECASE)


class FindingTools:
    """find_title, title_details, find_releases, release_details, why_not."""

    def __init__(
        self, media: MediaService | None, service: SearchService, searches: Searches, preferences: Preferences
    ) -> None:
        self._media = media
        self._service = service
        self._searches = searches
        self._preferences = preferences

    @tool(needs=Role.GUEST)
    async def find_title(
        self, context: ToolContext, query: str, kind: TitleKind | None = None, year: int | None = None
    ) -> ToolResult:
        """Find which film or show is meant. Understands Russian and English titles, misspellings, wrong
        keyboard layout, transliteration. Several candidates come back where the name is ambiguous.

        Args:
            query: the title as the person gave it
            kind: film or show, only if they said so
            year: only if they said so
        """
        if self._media is None:
            ref = TitleRefStored(title=_words(query), year=year, kind=kind)
            (handle,) = await context.handle("t", [ref.model_dump_json()])
            note = "no metadata source is connected: the words are taken as they are"
            return ToolResult({"titles": [{"id": handle, "title": ref.title, "year": year}], "note": note})
        finding = await self._media.find(query, kind=kind, year=year, language=context.phrases.language)
        return await self._found(context, finding)

    async def _found(self, context: ToolContext, finding: Finding) -> ToolResult:
        refs = [finding.title] if finding.title else [one.ref for one in finding.candidates[:CANDIDATES]]
        handles = await context.handle("t", [_stored(ref).model_dump_json() for ref in refs])
        made_by = {one.ref.ids.tmdb: one.made_by for one in finding.candidates}
        rows = [
            _brief(handle, ref)
            | ({"by": foreign(", ".join(by), "tmdb")} if (by := made_by.get(ref.ids.tmdb)) else {})
            for handle, ref in zip(handles, refs, strict=True)
        ]
        data: dict[str, object] = {"titles": rows, "certain": finding.title is not None}
        if finding.corrected:
            data["understood_as"] = foreign(finding.spelling, "query")
        if not rows:
            data["note"] = "nothing of this name; another spelling, or the original title, may help"
        return ToolResult(data)

    @tool(needs=Role.GUEST)
    async def title_details(self, context: ToolContext, title: str) -> ToolResult:
        """Plot, cast, seasons, rating, running time and where to watch a title legally. Shows its card.

        Args:
            title: a title id (t...)
        """
        ref = await title_ref(context, title)
        details = await self._details(context, ref)
        if details is None:
            raise NotConfiguredError("TMDB_API_KEY", "Without it there are no details of titles.")
        view = View(kind="title", ref={"kind": ref.kind, "tmdb": ref.tmdb})
        return ToolResult(_told(title, details, context.phrases.language), views=(view,))

    async def _details(self, context: ToolContext, ref: TitleRefStored) -> Title | None:
        if self._media is None or ref.tmdb is None or ref.kind is None:
            return None
        return await self._media.details(ref.kind, ref.tmdb, language=context.phrases.language)

    @tool(needs=Role.GUEST, timeout=30.0)
    async def find_releases(
        self,
        context: ToolContext,
        title: str,
        resolution: Resolution | None = None,
        max_gb: float | None = None,
        season: int | None = None,
        episode: int | None = None,
        language: str | None = None,
    ) -> ToolResult:
        """Ask every torrent source for a title and rank what they have. Shows a card with the best, fastest
        and smallest and their buttons.

        Args:
            title: a title id (t...)
            resolution: 480p 576p 720p 1080p or 2160p (4K), only if asked for
            max_gb: largest size in gigabytes, only if asked for
            season: season number of a show
            episode: episode number
            language: audio language wanted, ISO 639-1, only if asked for
        """
        if not HANDLE.fullmatch(title.strip()):
            raise UnusableInputError("title takes an id (t...) from find_title")
        ref = await title_ref(context, title)
        known = await self._preferences.of(context.person.id)
        usual = next((one for one in ("720p", "1080p", "2160p") if one == known.get("resolution")), None)
        wish = Wish(
            title=ref.title,
            other_titles=await self._other_titles(context, ref),
            year=ref.year if ref.kind is not MediaKind.SHOW else None,
            season=season,
            episode=episode,
            resolution=resolution or _resolution(usual),
            max_size_bytes=_size(max_gb),
            language=language or context.phrases.language,
        )
        await context.surface.working(
            context.phrases("searching", n=len(self._service.names), title=formats.words(ref.title, 40))
        )
        found = await until_asked(context.stop, search_under_all_names(self._service, wish))
        if found is None:
            raise UnusableInputError("the person stopped the search")
        await self._searches.save(context.call, context.person.id, context.conversation, found)
        search = await self._searches.get(context.call, context.person.id)
        return await self._listed(context, search, ref)

    async def _other_titles(self, context: ToolContext, ref: TitleRefStored) -> tuple[str, ...]:
        """The film's names for trackers: original and English beside the localized one."""
        try:
            details = await self._details(context, ref)
        except (ServiceError, NotFoundError):
            return ()
        if details is None:
            return ()
        names = (details.english_title, details.ref.original_title, details.ref.title)
        return tuple(dict.fromkeys(name for name in names if name and name != ref.title))

    async def _listed(self, context: ToolContext, search: Search, title: TitleRefStored) -> ToolResult:
        found = search.found
        shown = list(enumerate(found.ranked[:LISTED]))
        picks = [(i, entry) for i, entry in enumerate(found.ranked) if entry.picks and i >= LISTED]
        refs = [ReleaseRef(search=search.id, index=index).model_dump_json() for index, _ in (*shown, *picks)]
        handles = await context.handle("r", refs)
        rows = [_release(handle, entry) for handle, (_, entry) in zip(handles, (*shown, *picks), strict=True)]
        data: dict[str, object] = {
            "releases": rows,
            "found": len(found.ranked),
            "sources": {report.name: _source(report.state, report.found) for report in found.sources},
        }
        if found.refused:
            data["refused"] = _refusals(found)
        view = View(kind="search", ref={"search": search.id, "kind": title.kind, "tmdb": title.tmdb})
        return ToolResult(data, views=(view,))

    @tool(needs=Role.GUEST)
    async def release_details(self, context: ToolContext, release: str) -> ToolResult:
        """Everything known of one release: audio, subtitles, translation, codec, uploader's trust. Shows
        its card with a button.

        Args:
            release: a release id (r...)
        """
        ref = await release_ref(context, release)
        search = await self._searches.get(ref.search, context.person.id)
        entry = search.release(ref.index)
        view = View(kind="release", ref={"search": ref.search, "index": ref.index})
        return ToolResult(_release(release, entry, whole=True), views=(view,))

    @tool(needs=Role.GUEST)
    async def why_not(self, context: ToolContext, release: str | None = None) -> ToolResult:
        """Why a release was placed lower than the best one; without an id: why releases of the last search
        were refused.

        Args:
            release: a release id (r...), or nothing for those that were refused
        """
        if release is None:
            search = await self._searches.latest(context.person.id, context.conversation)
            refused = [
                {"name": foreign(one.release.name, one.release.tracker, 120), "why": reason_words(one.why)}
                for one in search.found.refused[:LISTED]
            ]
            return ToolResult({"refused": refused, "in_all": len(search.found.refused)})
        ref = await release_ref(context, release)
        search = await self._searches.get(ref.search, context.person.id)
        entry, best = search.release(ref.index), search.release(0)
        return ToolResult(
            {
                "place": ref.index + 1,
                "this": [reason_words(reason) for reason in entry.why],
                "best": [reason_words(reason) for reason in best.why],
                "asked_for": search.found.wish.model_dump(
                    exclude_none=True, exclude={"other_titles", "title"}
                ),
            }
        )


async def search_under_all_names(service: SearchService, wish: Wish) -> Found:
    """One search under the first two names of a film, merged and ranked as one."""
    found = await service.search(wish)
    others = wish.other_titles[:1]
    if not others or len(found.ranked) >= LISTED:
        return found
    second = await service.search(wish.model_copy(update={"title": others[0], "other_titles": (wish.title,)}))
    return service.merged(wish, (found, second))


def _stored(ref: TitleRef) -> TitleRefStored:
    return TitleRefStored(kind=ref.kind, tmdb=ref.ids.tmdb, title=ref.title, year=ref.year)


def _brief(handle: str, ref: TitleRef) -> dict[str, object]:
    row = {
        "id": handle,
        "title": foreign(ref.title, "tmdb"),
        "original": foreign(ref.original_title, "tmdb") if ref.original_title != ref.title else None,
        "kind": str(ref.kind),
        "year": ref.year,
        "rating": round(ref.vote, 1) if ref.vote else None,
        "about": foreign(ref.overview, "tmdb", 160),
    }
    return {key: value for key, value in row.items() if value is not None}


def _told(handle: str, title: Title, language: str) -> dict[str, object]:
    country = "RU" if language == "ru" else "US"
    legal = title.providers_in(country)
    seasons = [{"season": one.number, "episodes": one.episodes} for one in title.seasons if one.number]
    row: dict[str, object | None] = {
        **_brief(handle, title.ref),
        "about": foreign(title.overview, "tmdb", 600),
        "minutes": title.runtime,
        "genres": list(title.genres) or None,
        "countries": list(title.countries) or None,
        "by": foreign(", ".join(title.made_by), "tmdb"),
        "cast": foreign(", ".join(member.name for member in title.cast[:8]), "tmdb", 300),
        "seasons": seasons or None,
        "watch_legally": [*legal.flatrate, *legal.free] if legal else None,
    }
    return {key: value for key, value in row.items() if value is not None}


def _release(handle: str, entry: Ranked, *, whole: bool = False) -> dict[str, object]:
    release = entry.release
    parsed = release.parsed
    seconds = estimated_seconds(release)
    row: dict[str, object | None] = {
        "id": handle,
        "quality": parsed.resolution,
        "source": parsed.source,
        "gb": round(release.size_bytes / GIB, 2) if release.size_bytes else None,
        "seeds": release.seeds,
        "minutes": round(seconds / 60) if seconds is not None else None,
        "languages": list(parsed.languages) or None,
        "voices": _voices(release) or None,
        "pick": [str(pick) for pick in entry.picks] or None,
        "why": [reason_words(reason) for reason in entry.why[:3]],
    }
    if whole:
        row |= {
            "name": foreign(release.name, release.tracker),
            "tracker": release.tracker,
            "codec": parsed.codec,
            "hdr": list(parsed.hdr) or None,
            "audio": list(parsed.audio) or None,
            "channels": parsed.channels,
            "subtitles": list(parsed.subtitles) or None,
            "trusted": release.trusted or None,
            "seasons": list(parsed.seasons) or None,
            "episodes": len(parsed.episodes) or None,
        }
    return {key: value for key, value in row.items() if value is not None}


def _voices(release: Release) -> list[str]:
    return [f"{one.kind} {one.studio}" if one.studio else one.kind for one in release.parsed.translations[:4]]


def _source(state: SourceState, found: int) -> object:
    return found if state in (SourceState.OK, SourceState.EMPTY) else f"failed: {state}"


def _refusals(found: Found) -> dict[str, int]:
    counts: dict[str, int] = {}
    for refused in found.refused:
        words = reason_words(refused.why).partition(":")[0]
        counts[words] = counts.get(words, 0) + 1
    return counts


def _size(max_gb: float | None) -> int | None:
    if max_gb is None:
        return None
    if not 0 < max_gb <= LARGEST_GB:
        raise UnusableInputError("max_gb is a size in gigabytes, above 0")
    return round(max_gb * GIB)


def _words(query: str) -> str:
    words = fields.text(query, limit=200) or ""
    if not any(char.isalnum() for char in words):
        raise UnusableInputError("the query has no words")
    return words


def _resolution(value: str | None) -> Resolution | None:
    known: Sequence[Resolution] = ("720p", "1080p", "2160p")
    return next((one for one in known if one == value), None)
