"""Reasons in plain English, for the command line and the model; people read the .ftl texts. Pure."""

from typing import Final

from src.search.models import Reason, ReasonKind

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


def reason_words(reason: Reason) -> str:
    """The reason with its value: "many seeds: 342"."""
    words = WORDS[reason.kind]
    return words if reason.value is None else f"{words}: {reason.value}"
