"""The object that `search --json` prints: the fields of docs/API.md, nothing that may hold a passkey."""

from datetime import UTC, datetime

from src.search.models import Found, Ranked, SourceReport
from src.search.reasons import reason_words
from src.search.release import release_fields


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
        "why": [reason_words(reason) for reason in ranked.why],
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


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
