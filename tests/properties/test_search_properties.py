"""Properties of the pure heart of search: any string is read, what is written is read back, order does not matter."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from src.core.errors import MalformedTorrentError, UnusableInputError
from src.search.magnet import Magnet, build_magnet, parse_magnet, short_magnet, valid_trackers
from src.search.models import Pick, Release, Resolution, Wish
from src.search.ranking import rank
from src.search.release import parse_release, release_fields
from src.search.torrent_file import read_bencode, read_torrent
from src.search.wish import parse_wish
from tests.test_torrent_file import bencode, single

QUICK = settings(max_examples=100, deadline=None)
TEXT = (
    "Night of the Living Dead|1968|1080p|BluRay|S01E02|S01-S03|Сезон: 1|Серии: 1-3 из 3|[|]|(|)|/| / |.|-| |_|MVO"
    "|(LostFilm)|Sub|Rus|Eng|+|Dub|[2021, США|2160p|HDR10+|DDP5.1|x265-GRP|.mkv|12|1x02|из|FLAC|OST|v1.2|\x00|İ|ё|📼"
)
WORDS = TEXT.split("|")
SOUP = st.lists(st.sampled_from(WORDS), max_size=25).map("".join)
NAMES = st.one_of(st.text(max_size=200), SOUP, st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
HASHES = st.binary(min_size=20, max_size=20).map(bytes.hex).filter(lambda text: text.strip("0") != "")
HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?\.(org|example)", fullmatch=True)
TRACKERS = st.builds("{}://{}:{}/{}".format, st.sampled_from(["http", "https", "udp"]), HOSTS, st.integers(1, 65535),
                     st.from_regex(r"[a-z0-9?=&%+-]{0,20}", fullmatch=True))  # fmt: skip
VALUES: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.integers(-(2**60), 2**60), st.binary(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.binary(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@QUICK
@given(NAMES)
def test_any_name_is_read(name: str) -> None:
    parsed = parse_release(name)
    fields = release_fields(parsed)
    assert json.loads(json.dumps(fields)) == fields
    assert parse_release(name) == parsed
    assert parsed.title is None or parsed.title.strip()
    assert list(parsed.seasons) == sorted(set(parsed.seasons))
    assert list(parsed.episodes) == sorted(set(parsed.episodes))
    assert set(parsed.inferred) <= {name for name, value in fields.items() if value}


@QUICK
@given(st.one_of(NAMES, st.text(max_size=2000)))
def test_any_line_is_a_wish_or_refused(text: str) -> None:
    try:
        wish = parse_wish(text)
    except UnusableInputError:
        return
    assert 0 < len(wish.title) <= 200
    assert wish.title == wish.title.strip()
    assert any(char.isalnum() for char in wish.title)


@QUICK
@given(
    HASHES,
    st.one_of(st.none(), st.text(max_size=400)),
    st.lists(TRACKERS, max_size=6),
    st.lists(TRACKERS, max_size=3),
)
def test_a_built_magnet_is_read_back(
    infohash: str, name: str | None, trackers: list[str], web_seeds: list[str]
) -> None:
    link = build_magnet(infohash, name, trackers, web_seeds)
    magnet = parse_magnet(link)
    assert link.isascii()
    assert magnet.infohash == infohash
    assert magnet.trackers == valid_trackers(trackers) == tuple(dict.fromkeys(trackers))
    assert build_magnet(magnet.infohash, magnet.name, magnet.trackers, magnet.web_seeds) == link
    short = short_magnet(magnet)
    assert len(short) <= 256
    assert parse_magnet(short).infohash == infohash


@QUICK
@given(st.text(max_size=100), st.sampled_from(["", "magnet:?", "magnet:?xt=urn:btih:" + "a" * 40 + "&"]))
def test_any_link_is_read_or_refused(text: str, head: str) -> None:
    try:
        magnet = parse_magnet(head + text)
    except MalformedTorrentError:
        return
    assert isinstance(magnet, Magnet)
    assert len(magnet.infohash) == 40


@QUICK
@given(VALUES)
def test_bencode_is_read_back(value: object) -> None:
    assert read_bencode(bencode(value)) == value


@QUICK
@given(st.data())
def test_a_damaged_torrent_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(bencode(single()))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        if data.draw(st.booleans()):
            body[place] = data.draw(st.integers(0, 255))
        else:
            del body[place : place + data.draw(st.integers(1, 30))]
        if not body:
            break
    try:
        torrent = read_torrent(bytes(body))
    except MalformedTorrentError:
        return
    assert torrent.size == sum(entry.size for entry in torrent.files) > 0
    assert not any(part in {"", ".", ".."} for entry in torrent.files for part in entry.path.split("/"))


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (read_bencode, read_torrent):
        try:
            read(data)
        except MalformedTorrentError:
            continue


OFFERS = st.builds(
    lambda part, seeds, size, trusted, ident: Release(
        tracker="a", id=str(ident), name=part, parsed=parse_release(f"Metropolis.1927.{part}"), infohash="a" * 40,
        seeds=seeds, size_bytes=size, trusted=trusted,
    ),
    st.sampled_from(["1080p.BluRay", "720p", "2160p.WEB-DL.RUS", "DVDRip", "HDCAM", "S01E02.480p", "PROPER.1080p"]),
    st.one_of(st.none(), st.integers(-3, 5000)), st.one_of(st.none(), st.integers(0, 10**11)), st.booleans(),
    st.integers(0, 10**6),
)  # fmt: skip


@QUICK
@given(
    st.lists(OFFERS, max_size=8, unique_by=lambda offer: offer.id),
    st.randoms(),
    st.sampled_from([None, "720p"]),
)
def test_the_ranking_does_not_depend_on_the_order(
    offers: list[Release], shuffler: Random, resolution: Resolution | None
) -> None:
    wish = Wish(title="Metropolis", resolution=resolution)
    ranked, refused = rank(wish, offers)
    shuffled = list(offers)
    shuffler.shuffle(shuffled)
    assert rank(wish, shuffled) == (ranked, refused)
    assert len(ranked) + len(refused) == len(offers)
    picks = [pick for item in ranked for pick in item.picks]
    assert len(picks) == len(set(picks))
    assert not ranked or Pick.BEST in ranked[0].picks
    alive = [item for item in ranked if item.release.seeds is None or item.release.seeds > 0]
    assert not alive or ranked[0] in alive
