"""Readers of foreign fields, over values of every kind."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.search import fields

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=60)
VALUES = st.recursive(
    SCALARS,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=5), v, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_any_value_gives_something_sensible_or_none(value: object) -> None:
    shown = fields.text(value, limit=20)
    assert shown is None or (shown.isprintable() and 0 < len(shown) <= 20 and shown == shown.strip())
    assert shown is None or fields.text(shown, limit=20) == shown
    assert all(fields.text(one) == one for one in fields.texts(value))
    number = fields.count(value)
    assert number is None or 0 <= number < 2**63
    for moment in (fields.unix_moment(value), fields.iso_moment(value)):
        assert moment is None or moment.tzinfo is UTC
    assert fields.infohash(value) is None or len(str(fields.infohash(value))) == 40


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("The  General\n1926\t", "The General 1926"),
        ("right\u202eto\u200bleft", "righttoleft"),
        ("\ud800x", "x"),
        ("\u00a0", None),
        (1926, None),
    ],
)
def test_text_is_one_visible_line(value: object, shown: str | None) -> None:
    assert fields.text(value) == shown


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0", 0),
        (7, 7),
        ("9" * 19, None),
        (2**63 - 1, 2**63 - 1),
        (["12", "13"], 12),
        ("1 2", None),
        (True, None),
    ],
)
def test_numbers(value: object, number: int | None) -> None:
    assert fields.count(value) == number


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2009-03-17T12:00:00Z", datetime(2009, 3, 17, 12, tzinfo=UTC)),
        ("2009-03-17T12:00:00+03:00", datetime(2009, 3, 17, 9, tzinfo=UTC)),
        ("2009-03-17", datetime(2009, 3, 17, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("March", None),
    ],
)
def test_moments(value: object, moment: datetime | None) -> None:
    assert fields.iso_moment(value) == moment
