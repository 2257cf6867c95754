"""Internet Archive's items: fields of every shape, questions, and the .torrent behind a redirect."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from src.core.errors import NotFoundError, UnexpectedAnswerError
from src.core.http import HttpService, open_http
from src.search.internet_archive import InternetArchive, lucene_query
from src.search.models import Release, ReleaseName, Wish
from tests.sandbox.sources import ArchiveStandIn, Fault

TRACKERS = ("http://127.0.0.1:1/announce", "udp://127.0.0.1:1/announce")

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loopback speaks http: no need to read the authorities
HASH = "ab" * 20
NIGHT = Wish(title="Night of the Living Dead")


@pytest.fixture
async def http() -> AsyncIterator[HttpService]:
    async with open_http("Internet Archive", tls=NO_TLS) as service:
        yield service


@pytest.fixture
async def ia() -> AsyncIterator[ArchiveStandIn]:
    async with ArchiveStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def archive(http: HttpService, ia: ArchiveStandIn) -> InternetArchive:
    return InternetArchive(http, ia.url, trackers=TRACKERS)


async def _find(archive: InternetArchive, wish: Wish = NIGHT) -> list[Release]:
    return list(await archive.search(wish, limit=50, timeout=5))


async def test_an_item(archive: InternetArchive, ia: ArchiveStandIn) -> None:
    ia.add("Night_Living_Dead", "Night of the Living Dead", year=1968, btih=HASH.upper(), size=4_700_000_000)
    (release,) = await _find(archive)
    assert release.id == "Night_Living_Dead"
    assert release.name == "Night of the Living Dead (1968)"
    assert release.parsed.title == "Night of the Living Dead"
    assert release.parsed.year == 1968
    assert release.size_bytes == 4_700_000_000
    assert release.added_at == datetime(2009, 3, 17, 12, tzinfo=UTC)
    assert release.url == f"{ia.url}/details/Night_Living_Dead"
    assert release.torrent_url == f"{ia.url}/download/Night_Living_Dead/Night_Living_Dead_archive.torrent"
    assert release.seeds is None
    assert release.leeches is None
    assert release.infohash == HASH
    assert release.magnet is not None
    assert release.magnet.count("&tr=") == len(TRACKERS)
    assert "&ws=" in release.magnet


@pytest.mark.parametrize(
    ("doc", "name"),
    [
        ({"title": ["Night of the Living Dead"]}, "Night of the Living Dead"),
        (
            {"title": ["Night of the Living Dead", "Ночь живых мертвецов", "Night of the Living Dead"]},
            "Night of the Living Dead / Ночь живых мертвецов",
        ),
        ({"year": ["1968"]}, "Night of the Living Dead (1968)"),
        ({"year": 1968}, "Night of the Living Dead (1968)"),
        ({"date": "1968-10-01T00:00:00Z"}, "Night of the Living Dead (1968)"),
        ({"year": "n.d.", "date": ["1968"]}, "Night of the Living Dead (1968)"),
        ({"year": "1968", "title": "Night of the Living Dead 1968 HD"}, "Night of the Living Dead 1968 HD"),
        ({"year": "2012", "title": "Night of the Living Dead (1968)"}, "Night of the Living Dead (1968)"),
        ({"year": "19", "date": ""}, "Night of the Living Dead"),
        ({"title": "Night\tof the\u202e Living \x07Dead"}, "Night of the Living Dead"),
    ],
)
async def test_the_name(
    archive: InternetArchive, ia: ArchiveStandIn, doc: dict[str, object], name: str
) -> None:
    ia.add_doc({"identifier": "x", "title": "Night of the Living Dead", "btih": HASH} | doc)
    assert [release.name for release in await _find(archive)] == [name]


@pytest.mark.parametrize(
    "doc",
    [
        {"identifier": "../../etc"},
        {"identifier": ".."},
        {"identifier": ".hidden"},
        {"identifier": "a/b"},
        {"identifier": "a?b"},
        {"identifier": "имя"},
        {"identifier": "x" * 201},
        {"identifier": None},
        {"mediatype": "software"},
        {"access-restricted-item": "true"},
        {"access-restricted-item": ["true"]},
        {"access-restricted-item": True},
    ],
)
async def test_items_that_are_not_offered(
    archive: InternetArchive, ia: ArchiveStandIn, doc: dict[str, object]
) -> None:
    ia.add_doc({"identifier": "x", "title": "Night of the Living Dead", "btih": HASH} | doc)
    ia.add("good-one", "Night of the Living Dead", btih=HASH)
    assert [release.id for release in await _find(archive)] == ["good-one"]


async def test_an_item_without_a_torrent_has_no_link(archive: InternetArchive, ia: ArchiveStandIn) -> None:
    """It is still told: the ranking refuses it and says why."""
    ia.add("a", "Night of the Living Dead", formats=("h.264", "Metadata"), downloads=3)
    ia.add("b", "Night of the Living Dead", formats=("h.264", "Archive BitTorrent"), downloads=2)
    ia.add_doc({"identifier": "c", "title": "Night of the Living Dead", "btih": "none", "downloads": 1})
    links = {release.id: (release.magnet, bool(release.torrent_url)) for release in await _find(archive)}
    assert links == {"a": (None, False), "b": (None, True), "c": (None, True)}


async def test_the_torrent_comes_from_behind_the_redirect(
    archive: InternetArchive, ia: ArchiveStandIn
) -> None:
    ia.add("item", "Night of the Living Dead", btih=HASH, torrent=b"d4:infod4:name1:xee")
    (release,) = await _find(archive)
    assert await archive.torrent(release, timeout=5) == b"d4:infod4:name1:xee"
    assert [seen.path for seen in ia.requests[1:]] == [
        "/download/item/item_archive.torrent",
        "/0/items/item/item_archive.torrent",
    ]


async def test_a_torrent_that_is_none(archive: InternetArchive, ia: ArchiveStandIn) -> None:
    ia.add("item", "Night of the Living Dead", btih=HASH, torrent=b"d4:infodee")
    ia.add("gone", "Night of the Living Dead", btih=HASH, downloads=1)
    there, gone = await _find(archive)
    with pytest.raises(NotFoundError):
        await archive.torrent(gone, timeout=5)
    ia.faults.add(Fault.HTML, path="/download/*", times=1)
    with pytest.raises(UnexpectedAnswerError, match="something else came"):
        await archive.torrent(there, timeout=5)
    ia.faults.add(Fault.HUGE, path="/download/*", times=1)
    with pytest.raises(UnexpectedAnswerError, match="larger"):
        await archive.torrent(there, timeout=5)
    assert await archive.torrent(there, timeout=5) == b"d4:infodee"


async def test_whose_torrents_are_fetched(archive: InternetArchive, ia: ArchiveStandIn) -> None:
    """Our own by its id; another tracker's only by an address that is ours to the letter."""
    ia.add("item", "Night of the Living Dead", torrent=b"d4:infodee")
    ours = f"{ia.url}/download/item/item_archive.torrent"

    def release(tracker: str, id: str, url: str | None) -> Release:  # noqa: A002  the field's name
        return Release(tracker=tracker, id=id, name="x", parsed=ReleaseName(name="x"), torrent_url=url)

    got = {
        "merged": await archive.torrent(release("piratebay", "7", ours), timeout=5),
        "own, old address": await archive.torrent(
            release("internet_archive", "item", "http://old.example/x"), timeout=5
        ),
        "no torrent": await archive.torrent(release("internet_archive", "item", None), timeout=5),
        "odd id": await archive.torrent(release("internet_archive", "../x", ours), timeout=5),
        "longer": await archive.torrent(release("piratebay", "7", ours + "?x"), timeout=5),
        "elsewhere": await archive.torrent(release("piratebay", "7", ours.replace("127", "126")), timeout=5),
    }
    assert got == {
        "merged": b"d4:infodee",
        "own, old address": b"d4:infodee",
        "no torrent": None,
        "odd id": None,
        "longer": None,
        "elsewhere": None,
    }


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Metropolis", "title:(metropolis) AND mediatype:(movies)"),
        ("The General", "title:(the AND general) AND mediatype:(movies)"),
        ("Sherlock Jr.", "title:(sherlock AND jr.) AND mediatype:(movies)"),
        ("Spider-Man's", r"title:(spider\-man's) AND mediatype:(movies)"),
        ("Who? (Me)", r"title:(who\? AND \(me\)) AND mediatype:(movies)"),
        ("dead AND NOT alive", "title:(dead AND and AND not AND alive) AND mediatype:(movies)"),
        (r"a\b", r"title:(a\\b) AND mediatype:(movies)"),
        ("cat & mouse", "title:(cat AND mouse) AND mediatype:(movies)"),
        ("1 < 2", "title:(1 AND 2) AND mediatype:(movies)"),
        ("Ночь живых", "title:(ночь AND живых) AND mediatype:(movies)"),
        ("...", None),
        ("", None),
    ],
)
def test_the_question(title: str, query: str | None) -> None:
    assert lucene_query(title) == query


async def test_the_year_comes_first_and_is_given_up_where_it_finds_nothing(
    archive: InternetArchive, ia: ArchiveStandIn
) -> None:
    """Titles of common words would otherwise drown in what is downloaded most."""
    ia.add("hospital", "The General Hospital", downloads=9_000)
    ia.add("general-1926", "The General", year=1926, downloads=5)
    ia.add("general-1927", "The General", year=1927, downloads=4)
    ia.add("general-told", "The General (1926) restored", downloads=3)
    wish = Wish(title="The General", year=1926)
    assert [r.id for r in await _find(archive, wish)] == ["general-1926", "general-1927", "general-told"]
    assert len(ia.requests) == 1
    other = await _find(archive, wish.model_copy(update={"year": 1950}))
    assert [r.id for r in other] == ["hospital", "general-1926", "general-1927", "general-told"]
    assert len(ia.requests) == 3


async def test_what_is_asked_for(archive: InternetArchive, ia: ArchiveStandIn) -> None:
    for number in range(5):
        ia.add(f"item-{number}", "Night of the Living Dead", downloads=number)
    found = await archive.search(NIGHT, limit=2, timeout=5)
    assert [release.id for release in found] == ["item-4", "item-3"]
    (seen,) = ia.requests
    assert seen.query["rows"] == ["2"]
    assert seen.query["output"] == ["json"]
    assert {"identifier", "title", "btih", "item_size", "publicdate"} <= set(seen.query["fl[]"])
