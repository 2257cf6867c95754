"""Magnet links: a strict reader and a byte-stable writer. No I/O.

Only version 1 hashes (40 hex digits or 32 base32 characters) are understood, because only those are handed to
download clients. Of the other parameters the name, trackers and web seeds are kept; peers (`x.pe`) and
exact sources (`xs`, `as`) are dropped, for they would make a client call addresses of a stranger's
choosing.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit

from src.core.errors import MalformedTorrentError

LONGEST_MAGNET: Final = 16_384
MOST_PARAMETERS: Final = 300
MOST_TRACKERS: Final = 50
MOST_WEB_SEEDS: Final = 20
LONGEST_URL: Final = 1_000
LONGEST_NAME: Final = 255
COPY_BUTTON_LIMIT: Final = 256
"""Characters that Telegram's copy button holds."""

_TRACKER_SCHEMES: Final = frozenset({"http", "https", "udp"})
_WEB_SCHEMES: Final = frozenset({"http", "https"})
_HEX = re.compile(r"[0-9a-fA-F]{40}")
_BASE32 = re.compile(r"[A-Za-z2-7]{32}")
_FORBIDDEN = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?"
)


@dataclass(frozen=True, slots=True)
class Magnet:
    """A magnet link's content. `infohash` is 40 lower-case hex digits; the addresses are checked URLs.

    Addresses may hold a passkey, so they stay out of the repr.
    """

    infohash: str
    name: str | None = None
    trackers: tuple[str, ...] = field(default=(), repr=False)
    web_seeds: tuple[str, ...] = field(default=(), repr=False)


def parse_magnet(text: str) -> Magnet:
    """Reads a magnet link, spaces around it allowed. Raises MalformedTorrentError for anything else."""
    text = text.strip()
    if len(text) > LONGEST_MAGNET:
        raise MalformedTorrentError("The magnet link is too long.")
    if not text[:8].lower().startswith("magnet:?"):
        raise MalformedTorrentError("This is not a magnet link.")
    if _FORBIDDEN.search(text):
        raise MalformedTorrentError("The magnet link holds spaces or control characters.")
    parameters = list(_parameters(text[8:]))
    return Magnet(
        infohash=_exact_topic(value for key, value in parameters if key == "xt"),
        name=next((name for key, value in parameters if key == "dn" and (name := clean_name(value))), None),
        trackers=valid_trackers(value for key, value in parameters if key == "tr"),
        web_seeds=valid_web_seeds(value for key, value in parameters if key == "ws"),
    )


def build_magnet(
    infohash: str, name: str | None, trackers: Iterable[str] = (), web_seeds: Iterable[str] = ()
) -> str:
    """The magnet link of these parts, the same bytes each time; unusable addresses are left out.

    Raises MalformedTorrentError where `infohash` is none.
    """
    parts = [f"magnet:?xt=urn:btih:{normal_infohash(infohash)}"]
    cleaned = clean_name(name or "")
    if cleaned:
        parts.append(f"dn={quote(cleaned, safe='')}")
    parts += [f"tr={quote(url, safe='')}" for url in valid_trackers(trackers)]
    parts += [f"ws={quote(url, safe='')}" for url in valid_web_seeds(web_seeds)]
    return "&".join(parts)


def short_magnet(magnet: Magnet, limit: int = COPY_BUTTON_LIMIT) -> str:
    """The magnet link in at most `limit` characters (web seeds are left out to begin with).

    Trackers go first, last one first, then the name. The hash always stays: the least is 60 characters.
    """
    kept = magnet.trackers
    link = build_magnet(magnet.infohash, magnet.name, kept)
    while len(link) > limit and kept:
        kept = kept[:-1]
        link = build_magnet(magnet.infohash, magnet.name, kept)
    return link if len(link) <= limit else build_magnet(magnet.infohash, None)


def normal_infohash(text: str) -> str:
    """40 lower-case hex digits from 40 hex digits or 32 base32 characters; else MalformedTorrentError."""
    if _HEX.fullmatch(text):
        normal = text.lower()
    elif _BASE32.fullmatch(text):
        try:
            normal = base64.b32decode(text.upper()).hex()
        except binascii.Error as exc:
            raise MalformedTorrentError("The hash of the torrent is not base32.") from exc
    else:
        raise MalformedTorrentError("The hash of the torrent must be 40 hex digits or 32 base32 characters.")
    if not normal.strip("0"):
        raise MalformedTorrentError("The hash of the torrent is all zeros.")
    return normal


def clean_name(text: str) -> str:
    """A display name on one line: control and direction characters become spaces, at most 255 characters."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:LONGEST_NAME].strip()


def valid_trackers(urls: Iterable[str]) -> tuple[str, ...]:
    """The usable tracker addresses (http, https, udp), each once, at most 50."""
    return _valid(urls, _TRACKER_SCHEMES, MOST_TRACKERS)


def valid_web_seeds(urls: Iterable[str]) -> tuple[str, ...]:
    """The usable web seed addresses (http, https), each once, at most 20."""
    return _valid(urls, _WEB_SCHEMES, MOST_WEB_SEEDS)


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    pieces = query.split("&")
    if len(pieces) > MOST_PARAMETERS:
        raise MalformedTorrentError("The magnet link has too many parameters.")
    for piece in pieces:
        key, _, value = piece.partition("=")
        # "tr.1" and "xt.2" are the numbered spelling of the same parameters
        bare = key.lower().partition(".")
        yield (
            bare[0] if bare[2].isdigit() or not bare[1] else key.lower(),
            unquote_plus(value, errors="replace"),
        )


def _exact_topic(topics: Iterable[str]) -> str:
    found: set[str] = set()
    other = False
    for topic in topics:
        kind, _, value = topic.rpartition(":")
        if kind.lower() == "urn:btih":
            found.add(normal_infohash(value))
        other = other or kind.lower() == "urn:btmh"
    if len(found) > 1:
        raise MalformedTorrentError("The magnet link names several torrents.")
    if found:
        return found.pop()
    if other:
        raise MalformedTorrentError("The magnet link has a version 2 hash only; a version 1 hash is needed.")
    raise MalformedTorrentError("The magnet link has no BitTorrent hash.")


def _valid(urls: Iterable[str], schemes: frozenset[str], most: int) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for url in urls:
        if len(kept) >= most:
            break
        if _is_usable(url, schemes):
            kept[url] = None
    return tuple(kept)


def _is_usable(url: str, schemes: frozenset[str]) -> bool:
    if len(url) > LONGEST_URL or not url.isascii() or _FORBIDDEN.search(url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if (
        parts.scheme.lower() not in schemes
        or not host
        or parts.username is not None
        or parts.password is not None
    ):
        return False
    return port != 0 and (port is not None or parts.scheme.lower() != "udp") and _is_host(host)


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    return _HOST.fullmatch(host) is not None
