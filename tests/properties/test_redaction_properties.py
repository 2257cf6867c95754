"""Whatever stands around a secret, it does not survive; and cleaning twice is cleaning once."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from src.core.redaction import REMOVED, SHORTEST, Redactor

pytestmark = pytest.mark.requirement("INFRA-003")

BOT_TOKEN = "7103920488:AAH9f3kQzP0aLw7xYt2Mcanary_bot-token"
# Pieces that patterns are made of: random text alone would hardly ever come near one.
PIECES = (
    *(
        "token=",
        "password: '",
        '"secret": "',
        "bot",
        "sk-ant-",
        "Bearer ",
        "Authorization: Basic ",
        "Cookie: ",
    ),
    *(
        "://",
        "@",
        "/announce",
        "announce?",
        "?uk=",
        "%3Fuk%3D",
        "%26pk=",
        "gAAAA",
        "SID=",
        "b'",
        "', b'",
        '\\"',
    ),
    *(
        REMOVED,
        "[",
        "]",
        "removed",
        "%",
        "+",
        "=",
        "&",
        "\\",
        "\n",
        " ",
        "1234567:",
        "x" * 31,
        "0123456789abcdef",
    ),
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=8).map("".join)
secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=SHORTEST, max_size=40).filter(
    lambda text: len(text.strip()) >= SHORTEST and text.strip() not in REMOVED
)


@given(texts, secrets, texts)
def test_no_surroundings_save_a_known_secret(before: str, secret: str, after: str) -> None:
    cleaned = Redactor([secret]).redact(before + secret + after)
    # What is left may spell the secret again only by way of marks, which hold none of it.
    assert all(secret not in piece for piece in cleaned.split(REMOVED))


@given(texts, secrets, texts)
def test_no_spelling_of_a_known_secret_survives(before: str, secret: str, after: str) -> None:
    redactor = Redactor([secret])
    secret = secret.strip()
    spellings = (
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        base64.b64encode(secret.encode()).decode().rstrip("="),
    )
    for spelling in spellings:
        cleaned = redactor.redact(before + spelling + after)
        assert all(spelling not in piece for piece in cleaned.split(REMOVED))


@given(st.binary(max_size=9), secrets, st.binary(max_size=9))
def test_base64_around_a_secret_does_not_hide_it(before: bytes, secret: str, after: bytes) -> None:
    redactor = Redactor([secret])
    encoded = base64.b64encode(before + secret.strip().encode() + after).decode()
    assert REMOVED in redactor.redact(encoded)


@given(texts, texts)
def test_a_bot_token_goes_by_its_looks(before: str, after: str) -> None:
    assert BOT_TOKEN not in Redactor().redact(f"{before}{BOT_TOKEN}{after}")


@given(texts, st.lists(secrets, max_size=4))
@example("authorization: Bearer abcdef rest", [" abcdef", "password"])
@example("token=b'abcdef", ["'abcdef"])
@example("removed]x [removed] [removed", ["removed]", "[removed"])
def test_cleaning_twice_is_cleaning_once(text: str, known: list[str]) -> None:
    redactor = Redactor(known)
    once = redactor.redact(text)
    assert redactor.redact(once) == once


@given(texts)
def test_shortened_text_is_no_longer_than_asked(text: str) -> None:
    shortened = Redactor().shorten(text * 200, 64)
    assert len(shortened) <= 64 + 32


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3) | st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@given(nested, secrets)
def test_objects_come_back_clean_and_fit_for_json(value: object, secret: str) -> None:
    secret = secret.strip()
    redactor = Redactor([secret])
    planted = {"a": [value, {"b": secret, secret: (secret.encode(), value)}]}
    cleaned = redactor.redact_object(planted)
    shown = json.dumps(cleaned, allow_nan=False, default=repr, ensure_ascii=False)
    assert all(json.dumps(secret, ensure_ascii=False)[1:-1] not in piece for piece in shown.split(REMOVED))
    assert redactor.redact_object(cleaned) == cleaned
