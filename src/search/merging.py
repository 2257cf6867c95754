"""The same torrent offered by several trackers becomes one release. Pure."""

from collections.abc import Iterable

from src.search.models import Release


def merge(releases: Iterable[Release]) -> tuple[Release, ...]:
    """Releases with the same infohash as one, in the order of first appearance.

    The one with the most seeds stays; untold ones count for more than none, for a server may feed them. What it
    does not know is taken from the others, earlier ones first; it is trusted if any is. Without an infohash a
    release is the same only if tracker and id are.
    """
    groups: dict[tuple[str, ...], list[Release]] = {}
    for release in releases:
        key = (release.infohash,) if release.infohash else (release.tracker, release.id)
        groups.setdefault(key, []).append(release)
    return tuple(_one(same) for same in groups.values())


def _one(same: list[Release]) -> Release:
    best = max(same, key=lambda r: 0.5 if r.seeds is None else r.seeds)
    if len(same) == 1:
        return best
    facts: dict[str, object] = {"trusted": any(r.trusted for r in same)}
    for field in ("magnet", "torrent_url", "size_bytes", "leeches", "added_at", "url"):
        if getattr(best, field) is None:
            facts[field] = next((v for r in same if (v := getattr(r, field)) is not None), None)
    return best.model_copy(update=facts)
