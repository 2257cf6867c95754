"""Magnet links: what is understood, what is dropped, what is refused, and the writer's stable bytes."""

import base64

import pytest

from src.core.errors import MalformedTorrentError, UnusableInputError
from src.search.magnet import (
    COPY_BUTTON_LIMIT,
    MOST_TRACKERS,
    Magnet,
    build_magnet,
    clean_name,
    normal_infohash,
    parse_magnet,
    short_magnet,
    valid_trackers,
)

HASH = "0123456789abcdef0123456789abcdef01234567"
BASE32 = base64.b32encode(bytes.fromhex(HASH)).decode()
V2 = "urn:btmh:1220" + "ab" * 32
XT = f"magnet:?xt=urn:btih:{HASH}"


def test_all_parts_are_read() -> None:
    magnet = parse_magnet(
        f"{XT}&dn=Night%20of+the%20Living%20Dead&tr=udp%3A%2F%2Ftracker.example.org%3A1337%2Fannounce"
        "&tr=http://tracker.example.net/ann?magnet&ws=https%3A%2F%2Fexample.org%2Ffiles%2F&xl=1400000000"
    )
    assert magnet == Magnet(
        infohash=HASH,
        name="Night of the Living Dead",
        trackers=("udp://tracker.example.org:1337/announce", "http://tracker.example.net/ann?magnet"),
        web_seeds=("https://example.org/files/",),
    )


@pytest.mark.parametrize("spelled", [HASH, HASH.upper(), BASE32, BASE32.lower()])
def test_every_spelling_of_the_hash_is_one(spelled: str) -> None:
    assert parse_magnet(f"MAGNET:?xt=urn:btih:{spelled}").infohash == HASH
    assert normal_infohash(spelled) == HASH


@pytest.mark.parametrize(
    "text", [f"  {XT}\n", f"magnet:?dn=x&xt=urn:btih:{HASH}", f"magnet:?xt.1=urn:btih:{HASH}"]
)
def test_spaces_around_order_and_numbering_do_not_matter(text: str) -> None:
    assert parse_magnet(text).infohash == HASH


def test_a_hybrid_is_read_by_its_version_1_hash() -> None:
    assert parse_magnet(f"magnet:?xt={V2}&xt=urn:btih:{HASH}") == Magnet(HASH)


@pytest.mark.parametrize(
    "dropped",
    [
        "x.pe=10.0.0.1:6881",
        "xs=http://example.org/x.torrent",
        "as=http://example.org/x",
        "so=0-2",
        "kt=a+b",
        "mt=x",
    ],
)
def test_what_would_call_strangers_is_dropped(dropped: str) -> None:
    assert parse_magnet(f"{XT}&{dropped}") == Magnet(HASH)


@pytest.mark.parametrize(
    "tracker",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://",
        "http:///announce",
        "http://person:password@example.org/announce",
        "udp://example.org/announce",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://exa mple.org/",
        "http://[::1/",
        "http://[zz]/",
        "http://-example.org/",
        "http://example..org/",
        "http://пример.рф/",
        "http://example.org/" + "a" * 2000,
        "http://example.org/\r\nHost: other",
        "",
    ],
)
def test_bad_trackers_are_left_out(tracker: str) -> None:
    assert valid_trackers([tracker, "http://good.example.org/"]) == ("http://good.example.org/",)
    assert "tr=" not in build_magnet(HASH, None, [tracker])


@pytest.mark.parametrize(
    "tracker",
    [
        "http://example.org/ann?magnet",
        "https://10.0.0.1:8080/a",
        "udp://[2001:db8::1]:6969",
        "udp://a_b.example.org:80",
    ],
)
def test_good_trackers_are_kept(tracker: str) -> None:
    assert parse_magnet(build_magnet(HASH, None, [tracker])).trackers == (tracker,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "magnet:",
        "magnet:?",
        "magnet:?dn=only+a+name",
        "http://example.org/",
        HASH,
        f"magnet:?xt={V2}",
        "magnet:?xt=urn:btih:",
        f"magnet:?xt=urn:btih:{HASH[:-1]}",
        f"magnet:?xt=urn:btih:{HASH}0",
        f"magnet:?xt=urn:btih:{HASH[:-1]}g",
        f"magnet:?xt=urn:btih:{BASE32[:-1]}1",
        "magnet:?xt=urn:btih:" + "0" * 40,
        f"magnet:?xt=urn:sha1:{BASE32}",
        f"{XT}&xt=urn:btih:{HASH[::-1]}",
        f"{XT}&dn=a b",
        f"{XT}\x00",
        f"{XT}&dn=a\r\nb",
        f"{XT}&dn=" + "a" * 20_000,
        XT + "&tr=http://example.org/" * 400,
        f"x{XT}",
        "magnet:?xt=urn:btih:" + "０" * 40,
    ],
)
def test_malformed_links_are_refused(text: str) -> None:
    with pytest.raises(MalformedTorrentError) as caught:
        parse_magnet(text)
    assert isinstance(caught.value, UnusableInputError)
    assert str(caught.value).endswith(".")


def test_a_version_2_link_says_what_is_missing() -> None:
    with pytest.raises(MalformedTorrentError, match="version 2"):
        parse_magnet(f"magnet:?xt={V2}")


def test_names_are_cleaned_and_cut() -> None:
    assert parse_magnet(f"{XT}&dn=%00a%0D%0Ab%E2%80%AEc").name == "a b c"
    assert parse_magnet(f"{XT}&dn=%00%20").name is None
    assert parse_magnet(f"{XT}&dn=%FF%FE").name == "\ufffd\ufffd"
    assert len(clean_name("я" * 1000)) == 255
    assert clean_name("a\ud800b") == "a b"


def test_trackers_are_counted_once_and_capped() -> None:
    many = [f"http://t{number}.example.org/" for number in range(100)]
    magnet = parse_magnet(build_magnet(HASH, None, [*many, *many]))
    assert magnet.trackers == tuple(many[:MOST_TRACKERS])


def test_the_built_bytes_are_stable() -> None:
    assert build_magnet(
        HASH.upper(), "Ночь & день = 100%", ["udp://tracker.example.org:1337/announce"], ["https://example.org/a b", ]
    ) == (
        f"magnet:?xt=urn:btih:{HASH}&dn=%D0%9D%D0%BE%D1%87%D1%8C%20%26%20%D0%B4%D0%B5%D0%BD%D1%8C%20%3D%20100%25"
        "&tr=udp%3A%2F%2Ftracker.example.org%3A1337%2Fannounce"
    )  # fmt: skip
    with pytest.raises(MalformedTorrentError):
        build_magnet("not a hash", None)


@pytest.mark.requirement("SEEDBOX-004")
def test_a_short_link_fits_the_copy_button() -> None:
    trackers = tuple(f"udp://tracker{number}.example.org:1337/announce" for number in range(20))
    full = Magnet(HASH, "Night of the Living Dead (1968)", trackers)
    link = short_magnet(full)
    assert len(link) <= COPY_BUTTON_LIMIT
    short = parse_magnet(link)
    assert short.name == full.name
    assert short.trackers == trackers[: len(short.trackers)]
    assert short.trackers


def test_a_short_link_gives_up_trackers_then_the_name_but_never_the_hash() -> None:
    tracker = "http://example.org/" + "a" * 300
    assert short_magnet(Magnet(HASH, "Metropolis", (tracker,))) == f"{XT}&dn=Metropolis"
    assert short_magnet(Magnet(HASH, "Метрополис " * 20)) == XT
    assert short_magnet(Magnet(HASH, "Metropolis"), limit=10) == XT
    assert short_magnet(Magnet(HASH, None, (), ("https://example.org/",))) == XT


def test_addresses_stay_out_of_the_repr() -> None:
    magnet = parse_magnet(f"{XT}&tr=http://example.org/passkey123/announce&ws=http://example.org/passkey123/")
    assert "passkey123" not in repr(magnet)
