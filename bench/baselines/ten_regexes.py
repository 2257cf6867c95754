"""The least that reading a release's name can cost: ten compiled expressions, each searched once.

A lower bound of work, not a parser: no conflicts solved, no titles cut, no studios known.
"""

import re
from collections.abc import Iterable

TEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(19|20)\d{2}\b",
        r"\b(480|576|720|1080|2160)[pi]\b",
        r"\bs(\d{1,2})(?:e(\d{1,3}))?\b",
        r"\b(web-?dl|webrip|blu-?ray|bdrip|hdtv|dvdrip|remux|cam|ts)\b",
        r"\b(x264|x265|h\.?264|h\.?265|hevc|av1|xvid)\b",
        r"\b(hdr10\+?|hdr|dv|dolby vision|sdr)\b",
        r"\b(aac|ac3|e-?ac3|dts(?:-hd)?|truehd|atmos|flac|mp3)\b",
        r"\b([257]\.[01])\b",
        r"\b(proper|repack|complete|extended|unrated|director'?s cut)\b",
        r"-([a-z0-9]+)$",
    )
)


def read_names(names: Iterable[str]) -> int:
    """How many of the ten were found in all of them."""
    return sum(1 for name in names for expression in TEN if expression.search(name))
