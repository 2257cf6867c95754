"""The Pirate Bay's JSON interface: `q.php`, every value a string, one odd row for "nothing found"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aiohttp import web

from .chaos import StandIn

NOTHING: dict[str, object] = {
    "id": "0",
    "name": "No results returned",
    "info_hash": "0" * 40,
    "leechers": "0",
    "seeders": "0",
    "num_files": "0",
    "size": "0",
    "username": "",
    "added": "0",
    "status": "member",
    "category": "0",
    "imdb": "",
}
MOST = 100


class ApibayStandIn(StandIn):
    """Rows are added by the test or demo; `q.php` finds those whose name has every word of `q`."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self._rows: list[dict[str, object]] = []

    def add(
        self,
        name: str,
        infohash: str,
        *,
        size: int = 1_500_000_000,
        seeders: int = 10,
        leechers: int = 1,
        category: int = 207,
        status: str = "member",
        added: int = 1_446_523_607,
    ) -> str:
        """One honest row; returns its id."""
        number = str(70_000_000 + len(self._rows))
        self.add_row(
            {
                "id": number,
                "name": name,
                "info_hash": infohash.upper(),
                "leechers": str(leechers),
                "seeders": str(seeders),
                "num_files": "1",
                "size": str(size),
                "username": "uploader",
                "added": str(added),
                "status": status,
                "category": str(category),
                "imdb": "",
            }
        )
        return number

    def add_row(self, row: Mapping[str, object]) -> None:
        """A row just as given, however odd."""
        self._rows.append(dict(row))

    def routes(self) -> Iterable[web.RouteDef]:
        return (web.get("/q.php", self._query), web.get("/mirror/q.php", self._query))

    async def _query(self, request: web.Request) -> web.Response:
        wanted = _words(request.query.get("q", ""))
        categories = {c for c in request.query.get("cat", "").split(",") if c.strip("0")}
        found = [row for row in self._rows if wanted and wanted <= _words(str(row.get("name", "")))]
        if categories:
            found = [row for row in found if _within(str(row.get("category", "")), categories)]
        found.sort(key=_seeders, reverse=True)
        return web.json_response(found[:MOST] or [NOTHING])


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower().replace("_", " ")))


def _within(category: str, wanted: set[str]) -> bool:
    return category in wanted or (category[:1] + "00") in wanted


def _seeders(row: Mapping[str, object]) -> int:
    text = str(row.get("seeders", ""))
    return int(text) if text.isdecimal() else 0
