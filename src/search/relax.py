"""What would widen a search that found nothing, and how much each way would bring back. Pure."""

from collections import Counter
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from src.search.models import Found, Frozen, ReasonKind, Refused, SourceState, Wish


class RelaxationKind(StrEnum):
    """Which part of the wish is given up; the words are in the .ftl texts."""

    SIZE = "size"
    YEAR = "year"
    EPISODE = "episode"
    SEASON = "season"


class Relaxation(Frozen):
    """One way to widen: the wish as it would be, and how many refused releases come back by it."""

    kind: RelaxationKind
    wish: Wish
    count: int


class SourceAdvice(Frozen):
    """What could be done about the sources: those not enabled, and those that failed this time."""

    connect: tuple[str, ...] = ()
    retry: tuple[str, ...] = ()
    log_in: tuple[str, ...] = ()


GIVEN_UP: Final[dict[RelaxationKind, tuple[str, ...]]] = {
    RelaxationKind.SIZE: ("max_size_bytes",),
    RelaxationKind.YEAR: ("year",),
    RelaxationKind.EPISODE: ("episode",),
    RelaxationKind.SEASON: ("season", "episode"),
}
RETRIED = frozenset(
    {SourceState.TIMEOUT, SourceState.DOWN, SourceState.LIMITED, SourceState.BLOCKED, SourceState.CHANGED}
)


def relaxations(found: Found) -> tuple[Relaxation, ...]:
    """The ways that would bring something back, the most fruitful first; empty where none would.

    Resolution and language are no ways: nothing is refused because of them, they only move a release down.
    """
    wish = found.wish
    refused = Counter(refusal.why.kind for refusal in found.refused)
    counts = {
        RelaxationKind.SIZE: refused[ReasonKind.TOO_BIG] if wish.max_size_bytes is not None else 0,
        RelaxationKind.YEAR: refused[ReasonKind.OTHER_YEAR] if wish.year is not None else 0,
        RelaxationKind.EPISODE: sum(_other_episode(wish, refusal) for refusal in found.refused),
        RelaxationKind.SEASON: refused[ReasonKind.OTHER_SEASON] if wish.season is not None else 0,
    }
    if counts[RelaxationKind.SEASON] == counts[RelaxationKind.EPISODE]:
        counts[RelaxationKind.SEASON] = 0  # giving up the episode alone brings as much
    offered = [
        Relaxation(kind=kind, wish=wish.model_copy(update=dict.fromkeys(GIVEN_UP[kind])), count=count)
        for kind, count in counts.items()
        if count
    ]
    return tuple(sorted(offered, key=lambda way: -way.count))


def _other_episode(wish: Wish, refusal: Refused) -> bool:
    """Refused for its episode only: the season is the wanted one."""
    return (
        wish.episode is not None
        and refusal.why.kind is ReasonKind.OTHER_SEASON
        and (wish.season is None or wish.season in refusal.release.parsed.seasons)
    )


def source_advice(found: Found, known: Collection[str]) -> SourceAdvice:
    """What to do about the sources after this search; `known` are the names of all that there are."""
    asked = {report.name for report in found.sources}
    return SourceAdvice(
        connect=tuple(name for name in known if name not in asked),
        retry=tuple(report.name for report in found.sources if report.state in RETRIED),
        log_in=tuple(report.name for report in found.sources if report.state is SourceState.LOGIN),
    )
