"""Whatever the text, Telegram's own rules find nothing wrong with what is rendered, and no word is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from src.bot.rendering import clean, entities_of, keyboard, split, units
from src.core.inbound import CopyButton, DataButton, Rows, Span, Style, Text, UrlButton, text_of
from tests.sandbox.telegram.checks import formatted, url_error, utf16_length
from tests.sandbox.telegram.keyboards import reply_markup
from tests.sandbox.telegram.params import Params

WORDS = st.text(
    st.one_of(
        st.sampled_from("a я\n\n  \t🎬👨\u200d👩\u0301\ufe0f🏽\ud83d\udfac\r\x00"),
        st.characters(),
    ),
    max_size=40,
)
URLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.from_regex(r"(https?|ftp|tg)://[a-z.\[\]: %]{0,12}(/[^ ]{0,5})?", fullmatch=True),
)
SPANS = st.builds(Span, text=WORDS, style=st.sampled_from(Style), url=URLS)
TEXTS: st.SearchStrategy[Text] = st.lists(SPANS, max_size=12).map(tuple)
MANY: st.SearchStrategy[Text] = st.lists(SPANS, min_size=100, max_size=160).map(tuple)


def accepted(text: Text) -> str:
    """The words as sent, after the stand-in's strict checks of them and their entities."""
    words, entities = entities_of(text)
    body = [entity.to_dict() for entity in entities]
    formatted(Params({"text": words, "entities": body}, {}, {}), words, "entities")
    return words


def pressed(text: str) -> str:
    return "".join(text.split())


def styles(text: Text) -> list[tuple[str, str, str | None]]:
    """Every visible character with its look."""
    words, entities = entities_of(text)
    look: dict[int, tuple[str, str | None]] = {}
    for entity in entities:
        for at in range(entity.offset, entity.offset + entity.length):
            look[at] = (entity.type, entity.url)
    at = 0
    seen = []
    for character in words:
        if not character.isspace():
            seen.append((character, *look.get(at, ("", None))))
        at += units(character)
    return seen


@given(TEXTS)
def test_entities_are_valid_for_any_text(text: Text) -> None:
    assert accepted(text) == clean(text_of(text))


@settings(max_examples=15)  # large lists are slow to make
@given(MANY)
def test_entities_are_valid_for_many_spans(text: Text) -> None:
    accepted(text)


@given(TEXTS, st.integers(min_value=2, max_value=60))
def test_pieces_fit_are_valid_and_lose_no_word(text: Text, limit: int) -> None:
    pieces = split(text, limit)
    for piece in pieces:
        words = accepted(piece)
        assert words.strip()
        assert utf16_length(words) <= limit
    assert pressed("".join(text_of(piece) for piece in pieces)) == pressed(clean(text_of(text)))


@given(TEXTS, st.integers(min_value=2, max_value=60))
def test_pieces_keep_every_style(text: Text, limit: int) -> None:
    assert [seen for piece in split(text, limit) for seen in styles(piece)] == styles(text)


@given(WORDS)
def test_lengths_are_telegrams(text: str) -> None:
    assert units(text) == utf16_length(text)


LABELS = st.text(max_size=10)
BUTTONS = st.one_of(
    st.builds(
        DataButton, label=LABELS, data=st.from_regex(r"[a-z]{1,20}", fullmatch=True), danger=st.booleans()
    ),
    st.builds(CopyButton, label=LABELS, text=st.text(max_size=300)),
    st.builds(UrlButton, label=LABELS, url=URLS.map(lambda url: url or "")),
)
ROWS: st.SearchStrategy[Rows] = st.lists(st.lists(BUTTONS, max_size=12).map(tuple), max_size=14).map(tuple)


@given(ROWS)
def test_keyboards_are_valid_for_any_buttons(rows: Rows) -> None:
    markup = keyboard(rows)
    if markup is not None:
        reply_markup(Params({"reply_markup": markup.to_dict()}, {}, {}))


@given(URLS)
def test_links_that_pass_are_links_telegram_takes(url: str | None) -> None:
    words, entities = entities_of((Span(text="x", style=Style.LINK, url=url),))
    assert words == "x"
    for entity in entities:
        assert entity.url is not None
        assert url_error(entity.url) is None
