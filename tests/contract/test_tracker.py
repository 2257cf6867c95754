"""The Tracker port, over every adapter: a new one joins by its line in RIGS."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest

from src.core.errors import (
    BlockedError,
    CredentialsError,
    RateLimitedError,
    ServiceError,
    ServiceTimeoutError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
)
from src.core.http import HttpService, open_http
from src.search.internet_archive import InternetArchive
from src.search.models import Release, ReleaseName, Wish
from src.search.piratebay import PirateBay
from src.search.ports import Tracker
from tests.sandbox.sources import ApibayStandIn, ArchiveStandIn, Fault, StandIn

TRACKERS = ("http://127.0.0.1:1/announce", "udp://127.0.0.1:1/announce")

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loopback speaks http: no need to read the authorities
NIGHT = Wish(title="Night of the Living Dead", year=1968)
HASH = "c0ffee" + "0123456789abcdef" * 2 + "ab"
SHORT = 0.15


class Rig(Protocol):
    """What the suite needs to know of one adapter."""

    @property
    def stand_in(self) -> StandIn: ...

    def tracker(self, http: HttpService) -> Tracker: ...

    def add(self, name: str, infohash: str) -> None:
        """One honest offer."""

    def body(self, rows: Sequence[object]) -> str:
        """The answer of a search that found these rows."""

    def rows(self, value: object) -> list[dict[str, object]]:
        """Honest rows, in each of which another field has this value."""


@dataclass
class ArchiveRig:
    stand_in: ArchiveStandIn

    def tracker(self, http: HttpService) -> Tracker:
        return InternetArchive(http, self.stand_in.url, trackers=TRACKERS)

    def add(self, name: str, infohash: str) -> None:
        self.stand_in.add(f"item-{infohash[:8]}", name, btih=infohash, size=700_000_000)

    def body(self, rows: Sequence[object]) -> str:
        return json.dumps({"response": {"numFound": len(rows), "docs": rows}})

    def rows(self, value: object) -> list[dict[str, object]]:
        doc: dict[str, object] = {
            "identifier": "odd-item",
            "title": "Night of the Living Dead",
            "btih": HASH,
            "item_size": 700_000_000,
            "publicdate": "2009-03-17T12:00:00Z",
            "format": ["h.264", "Archive BitTorrent"],
            "mediatype": "movies",
            "year": "1968",
            "date": "1968-10-01T00:00:00Z",
            "access-restricted-item": "false",
        }
        return [doc | {field: value} for field in doc]


@dataclass
class ApibayRig:
    stand_in: ApibayStandIn

    def tracker(self, http: HttpService) -> Tracker:
        return PirateBay(http, [self.stand_in.url], trackers=TRACKERS)

    def add(self, name: str, infohash: str) -> None:
        self.stand_in.add(name, infohash)

    def body(self, rows: Sequence[object]) -> str:
        return json.dumps(rows)

    def rows(self, value: object) -> list[dict[str, object]]:
        row: dict[str, object] = {
            "id": "12678054",
            "name": "Night of the Living Dead 1968",
            "info_hash": HASH.upper(),
            "seeders": "5",
            "leechers": "1",
            "size": "700000000",
            "added": "1446523607",
            "status": "vip",
            "category": "207",
        }
        return [row | {field: value} for field in row]


@asynccontextmanager
async def _archive() -> AsyncIterator[Rig]:
    async with ArchiveStandIn() as stand_in:
        yield ArchiveRig(stand_in)


@asynccontextmanager
async def _apibay() -> AsyncIterator[Rig]:
    async with ApibayStandIn() as stand_in:
        yield ApibayRig(stand_in)


RIGS = {
    "internet_archive": _archive,
    "piratebay": _apibay,
}


@pytest.fixture(params=list(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as opened:
        yield opened


@pytest.fixture
async def tracker(rig: Rig) -> AsyncIterator[Tracker]:
    async with open_http("Tracker", tls=NO_TLS) as http:
        yield rig.tracker(http)


async def _find(tracker: Tracker, wish: Wish = NIGHT, limit: int = 100) -> Sequence[Release]:
    return await tracker.search(wish, limit=limit, timeout=5)


async def test_an_offer_is_found_with_what_the_port_promises(rig: Rig, tracker: Tracker) -> None:
    rig.add("Night of the Living Dead (1968) 1080p", HASH.upper())
    rig.add("The General (1926)", "f" * 40)
    (release,) = await _find(tracker)
    assert release.tracker == tracker.name
    assert release.id
    assert release.infohash == HASH
    assert release.magnet is not None
    assert release.magnet.startswith(f"magnet:?xt=urn:btih:{HASH}")
    assert release.parsed.year == 1968
    assert release.parsed.resolution == "1080p"
    assert release.size_bytes
    assert release.size_bytes > 100_000_000
    assert release.added_at is not None
    assert release.added_at.utcoffset() is not None


async def test_nothing_found_is_an_empty_answer(tracker: Tracker) -> None:
    assert list(await _find(tracker)) == []


@pytest.mark.parametrize("title", ["", "   ", "!!!", "\x00", "\ud800"])
async def test_a_title_without_words_finds_nothing(rig: Rig, tracker: Tracker, title: str) -> None:
    rig.add("Night of the Living Dead (1968)", HASH)
    assert list(await _find(tracker, Wish(title=title))) == []


@pytest.mark.parametrize(
    "title",
    [
        'Who\'s "Afraid" of (Virginia) [Woolf]?',
        "a && b || !c ~d^2 e:f \\ / * -g +h {i}",
        "AND OR NOT",
        "<script>",
        "Ночь живых мертвецов",
        "夜" * 300,
        "word " * 300,
        "100% & more = less # ;",
        "title:(x) AND mediatype:(software)",
    ],
)
async def test_signs_in_a_title_do_not_change_the_question(rig: Rig, tracker: Tracker, title: str) -> None:
    rig.add("Night of the Living Dead (1968)", HASH)
    assert list(await _find(tracker, Wish(title=title))) == []


async def test_signs_in_a_title_still_find_it(rig: Rig, tracker: Tracker) -> None:
    rig.add("Sherlock Jr.: The Spider-Man's (and) Cat & Mouse 1924", HASH)
    found = await _find(tracker, Wish(title="Spider-Man's (and) Cat & Mouse"))
    assert [release.infohash for release in found] == [HASH]


async def test_no_more_than_the_limit(rig: Rig, tracker: Tracker) -> None:
    for number in range(1, 8):
        rig.add(f"Night of the Living Dead 1968 copy {number}", f"{number:08x}" * 5)
    assert len(await _find(tracker, limit=3)) == 3
    assert list(await _find(tracker, limit=0)) == []


ODD: tuple[object, ...] = (
    *(None, "", " ", "\x00\u202e", "0", "-1", "1e9", "NaN", "9" * 400, "../../etc", "x" * 70_000, "<b>&amp;"),
    *("²", "∞" * 300, 0, -1, 2**63, 2**200, 1.5, float("nan"), float("inf"), True, False),
    *([], {}, [None], [[]], [{}], [1, "a"], {"a": {"b": []}}),
)


async def test_rows_that_make_no_sense_are_left_out_or_repaired(rig: Rig, tracker: Tracker) -> None:
    """Every field with every odd value: nothing raises, and what comes back keeps the port's promises."""
    rows = [row for value in ODD for row in rig.rows(value)]
    async with _answering(rig.body(rows)) as other:
        rig.stand_in.faults.add(Fault.REDIRECT, to=other)
        found = await _find(tracker, limit=1000)
    assert len(rows) // 3 < len(found) < len(rows)
    for release in found:
        assert 0 < len(release.name) <= 1100
        assert release.name.isprintable()
        assert release.infohash is None or len(release.infohash) == 40
        assert release.size_bytes is None or 0 < release.size_bytes < 2**63
        assert release.seeds is None or release.seeds >= 0
        assert ".." not in f"{release.url}{release.torrent_url}"
        assert " " not in f"{release.url}{release.torrent_url}{release.magnet}"
        assert json.dumps(release.model_dump(mode="json"))


@pytest.mark.parametrize("row", [None, 1, "row", [], {}, [{}], {"id": {}}])
async def test_rows_that_are_no_rows(rig: Rig, tracker: Tracker, row: object) -> None:
    async with _answering(rig.body([row])) as other:
        rig.stand_in.faults.add(Fault.REDIRECT, to=other)
        assert list(await _find(tracker)) == []


@pytest.mark.parametrize(
    "body",
    ["{}", "null", "3", '{"response": {}}', '{"response": {"docs": {}}}', '{"error": "no"}', ""],
)
async def test_an_unknown_shape_is_named(rig: Rig, tracker: Tracker, body: str) -> None:
    async with _answering(body) as other:
        rig.stand_in.faults.add(Fault.REDIRECT, to=other)
        with pytest.raises(UnexpectedAnswerError):
            await _find(tracker)


@asynccontextmanager
async def _answering(body: str) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/"


FAULTS: tuple[tuple[Fault, dict[str, int], type[ServiceError]], ...] = (
    (Fault.HANG, {}, ServiceTimeoutError),
    (Fault.HANG_IN_BODY, {}, ServiceTimeoutError),
    (Fault.DRIP, {}, ServiceTimeoutError),
    (Fault.ENDLESS, {}, UnexpectedAnswerError),
    (Fault.HUGE, {}, UnexpectedAnswerError),
    (Fault.GZIP_BOMB, {}, UnexpectedAnswerError),
    (Fault.REDIRECT_BOMB, {}, UnexpectedAnswerError),
    (Fault.BROKEN_GZIP, {}, UnexpectedAnswerError),
    (Fault.REDIRECT_LOOP, {}, UnexpectedAnswerError),
    (Fault.CHALLENGE, {}, BlockedError),
    (Fault.CHALLENGE_200, {}, BlockedError),
    (Fault.HTML, {}, UnexpectedAnswerError),
    (Fault.CUT_JSON, {}, UnexpectedAnswerError),
    (Fault.DEEP_JSON, {}, UnexpectedAnswerError),
    (Fault.WRONG_CHARSET, {}, UnexpectedAnswerError),
    (Fault.WRONG_SHAPE, {}, UnexpectedAnswerError),
    (Fault.SHORT_BODY, {}, UnexpectedAnswerError),
    (Fault.RESET, {}, ServiceError),
    (Fault.NOT_HTTP, {}, UnexpectedAnswerError),
    (Fault.STATUS, {"status": 500}, ServiceUnavailableError),
    (Fault.STATUS, {"status": 502}, ServiceUnavailableError),
    (Fault.STATUS, {"status": 429}, RateLimitedError),
    (Fault.STATUS, {"status": 403}, BlockedError),
    (Fault.STATUS, {"status": 401}, CredentialsError),
    (Fault.STATUS, {"status": 404}, UnexpectedAnswerError),
)


@pytest.mark.parametrize(("fault", "how", "error"), FAULTS, ids=lambda v: str(v) if v else None)
async def test_every_fault_becomes_our_error_in_time(
    rig: Rig, tracker: Tracker, fault: Fault, how: dict[str, int], error: type[ServiceError]
) -> None:
    rig.stand_in.faults.add(fault, **how)  # type: ignore[arg-type]  # the only keyword in use is `status`
    patient = error is not ServiceTimeoutError
    started = time.monotonic()
    with pytest.raises(error) as caught:
        await tracker.search(NIGHT, limit=10, timeout=5 if patient else SHORT)
    assert caught.value.service == "Tracker"
    if not patient:
        assert time.monotonic() - started < SHORT + 0.3


async def test_a_source_that_is_not_there(rig: Rig, tracker: Tracker) -> None:
    await rig.stand_in.__aexit__(None, None, None)
    with pytest.raises(ServiceUnreachableError):
        await _find(tracker)


async def test_one_adapter_serves_many_at_once(rig: Rig, tracker: Tracker) -> None:
    rig.add("Night of the Living Dead (1968)", HASH)
    rig.add("Nosferatu (1922)", "f" * 40)
    wishes = [NIGHT, Wish(title="Nosferatu"), Wish(title="Metropolis")] * 5
    answers = await asyncio.gather(*(_find(tracker, wish) for wish in wishes))
    assert [len(answer) for answer in answers] == [1, 1, 0] * 5


async def test_leaving_in_the_middle_leaves_the_adapter_usable(rig: Rig, tracker: Tracker) -> None:
    rig.stand_in.faults.add(Fault.HANG, times=1)
    task = asyncio.create_task(tracker.search(NIGHT, limit=10, timeout=30))
    await rig.stand_in.asked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.add("Night of the Living Dead (1968)", HASH)
    assert len(await _find(tracker)) == 1


async def test_a_foreign_release_has_no_torrent_here(tracker: Tracker) -> None:
    foreign = Release(
        tracker="elsewhere",
        id="1",
        name="The General (1926)",
        parsed=ReleaseName(name="The General (1926)"),
        torrent_url="https://tracker.example/download/1/1_archive.torrent?passkey=secret",
    )
    assert await tracker.torrent(foreign, timeout=SHORT) is None
