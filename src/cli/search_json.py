"""The object that `search --json` prints: the fields of docs/API.md, nothing that may hold a passkey."""

from datetime import UTC, datetime
from typing import Final

from src.search.models import Found, Ranked, Reason, ReasonKind, SourceReport
from src.search.release import release_fields

WORDS: Final[dict[ReasonKind, str]] = {
    ReasonKind.WANTED_RESOLUTION: "the resolution asked for",
    ReasonKind.BEST_RESOLUTION: "a high resolution",
    ReasonKind.LOWER_RESOLUTION: "a lower resolution",
    ReasonKind.UNKNOWN_RESOLUTION: "the resolution is not told",
    ReasonKind.GOOD_SOURCE: "a good source",
    ReasonKind.RUSSIAN_AUDIO: "Russian audio",
    ReasonKind.ORIGINAL_AUDIO: "original audio",
    ReasonKind.MANY_SEEDS: "many seeds",
    ReasonKind.FEW_SEEDS: "few seeds",
    ReasonKind.NO_SEEDS: "no seeds",
    ReasonKind.SMALLEST: "the smallest",
    ReasonKind.FASTEST: "the fastest",
    ReasonKind.TRUSTED: "a trusted uploader",
    ReasonKind.PROPER: "a corrected release",
    ReasonKind.WHOLE_SEASON: "the whole season",
    ReasonKind.OTHER_TITLE: "another title",
    ReasonKind.OTHER_YEAR: "another year",
    ReasonKind.OTHER_SEASON: "another season",
    ReasonKind.NOT_VIDEO: "not a video",
    ReasonKind.CINEMA_RECORDING: "recorded in a cinema",
    ReasonKind.ADULT: "adult material",
    ReasonKind.TOO_BIG: "larger than allowed",
    ReasonKind.NO_LINK: "neither magnet nor .torrent",
}


def search_object(found: Found) -> dict[str, object]:
    """`releases`, ranked best first, and `sources`, ready for json.dumps. Bytes; moments ISO 8601 in UTC."""
    return {
        "releases": [_release(ranked) for ranked in found.ranked],
        "sources": [_source(report) for report in found.sources],
    }


def _release(ranked: Ranked) -> dict[str, object]:
    release = ranked.release
    size = release.size_bytes if release.size_bytes is not None else release.parsed.size_bytes
    # named one by one on purpose: a field added to Release does not leak out by itself
    return release_fields(release.parsed) | {
        "name": release.name,
        "id": release.id,
        "tracker": release.tracker,
        "infohash": release.infohash,
        "magnet": release.magnet,
        "size_bytes": size,
        "seeds": release.seeds,
        "leeches": release.leeches,
        "added_at": _moment(release.added_at),
        "url": release.url,
        "why": [_words(reason) for reason in ranked.why],
        "pick": ranked.picks[0].value if ranked.picks else None,
    }


def _source(report: SourceReport) -> dict[str, object]:
    return {
        "name": report.name,
        "state": report.state.value,
        "seconds": report.seconds,
        "found": report.found,
        "reason": report.reason,
    }


def _words(reason: Reason) -> str:
    words = WORDS[reason.kind]
    return words if reason.value is None else f"{words}: {reason.value}"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
