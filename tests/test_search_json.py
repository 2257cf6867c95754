"""The object of `search --json`: the exact fields of the design, and nothing secret."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from src.cli.search_json import search_object
from src.search.models import (
    Found,
    Pick,
    Ranked,
    Reason,
    ReasonKind,
    Refused,
    Release,
    ReleaseName,
    SourceReport,
    SourceState,
    Translation,
    Wish,
)
from src.search.reasons import WORDS

NAME = "Nosferatu 1922 1080p"
RELEASE_FIELDS = {
    *("name", "title", "alt_titles", "year", "seasons", "episodes", "absolute_episodes", "episodes_total"),
    *("date", "resolution", "source", "inferred", "codec", "bit_depth", "hdr", "audio", "channels"),
    *("languages", "subtitles", "translations", "group", "edition", "proper", "repack", "complete", "part"),
    *("container", "size_bytes", "video"),
}
OFFER_FIELDS = {
    *("id", "tracker", "infohash", "magnet", "size_bytes", "seeds", "leeches", "added_at", "url", "why"),
    "pick",
}


def _release(**facts: object) -> Release:
    parsed = ReleaseName(name="as parsed", year=1922, size_bytes=7, translations=(Translation(kind="dub"),))
    return Release.model_validate({"tracker": "t", "id": "1", "name": NAME, "parsed": parsed} | facts)


def _one(ranked: Ranked) -> dict[str, object]:
    found = search_object(Found(wish=Wish(title="Nosferatu"), ranked=(ranked,)))
    decoded = json.loads(json.dumps(found))
    (release,) = decoded["releases"]
    assert isinstance(release, dict)
    return release


def test_the_fields_are_exactly_those_of_the_design() -> None:
    release = _one(Ranked(release=_release()))
    assert set(release) == RELEASE_FIELDS | OFFER_FIELDS
    report = SourceReport(name="t", state=SourceState.TIMEOUT, seconds=1.5, found=0, reason="no answer")
    refused = Refused(release=_release(), why=Reason(kind=ReasonKind.ADULT))
    found = Found(wish=Wish(title="x"), ranked=(), refused=(refused,), sources=(report,))
    assert search_object(found) == {
        "releases": [],
        "sources": [{"name": "t", "state": "timeout", "seconds": 1.5, "found": 0, "reason": "no answer"}],
    }


def test_an_address_that_may_hold_a_passkey_never_appears() -> None:
    url = "https://tracker.example/dl/1?passkey=planted-secret"
    text = json.dumps(_one(Ranked(release=_release(torrent_url=url))))
    assert "planted-secret" not in text
    assert "torrent_url" not in text


def test_values() -> None:
    moscow = timezone(timedelta(hours=3))
    release = _one(
        Ranked(
            release=_release(size_bytes=99, seeds=0, added_at=datetime(2024, 5, 1, 3, tzinfo=moscow)),
            why=(
                Reason(kind=ReasonKind.WANTED_RESOLUTION, value="1080p"),
                Reason(kind=ReasonKind.TRUSTED),
            ),
            picks=(Pick.FASTEST, Pick.SMALLEST),
        )
    )
    assert release["name"] == NAME
    assert release["size_bytes"] == 99
    assert release["seeds"] == 0
    assert release["leeches"] is None
    assert release["added_at"] == "2024-05-01T00:00:00Z"
    assert release["why"] == ["the resolution asked for: 1080p", "a trusted uploader"]
    assert release["pick"] == "fastest"
    assert release["year"] == 1922
    assert release["translations"] == [{"kind": "dub", "studio": None}]
    assert release["episodes"] == []


def test_what_is_absent_is_null() -> None:
    release = _one(Ranked(release=_release(added_at=None)))
    assert release["pick"] is None
    assert release["why"] == []
    assert release["added_at"] is None
    assert release["magnet"] is None
    assert release["size_bytes"] == 7  # only the name tells it


@pytest.mark.parametrize("kind", list(ReasonKind))
def test_every_reason_has_words(kind: ReasonKind) -> None:
    assert WORDS[kind]
    assert len(set(WORDS.values())) == len(ReasonKind)


def test_moments_are_in_utc() -> None:
    release = _one(Ranked(release=_release(added_at=datetime(2024, 5, 1, tzinfo=UTC))))
    assert release["added_at"] == "2024-05-01T00:00:00Z"
