"""Texts, pieces and keyboards in Telegram's terms."""

from typing import Any

import pytest
from telegram import InlineKeyboardMarkup

from src.bot.rendering import clean, entities_of, keyboard, split, units, usable_link
from src.core.errors import UnusableInputError
from src.core.inbound import (
    ActionButton,
    CopyButton,
    DataButton,
    ProposalButton,
    Rows,
    Span,
    Style,
    Text,
    UrlButton,
    plain,
    text_of,
)


def bold(text: str) -> Span:
    return Span(text=text, style=Style.BOLD)


def shown(text: Text) -> list[dict[str, Any]]:
    return [entity.to_dict() for entity in entities_of(text)[1]]


def buttons(markup: InlineKeyboardMarkup | None) -> list[list[dict[str, Any]]]:
    assert markup is not None
    return [[button.to_dict() for button in row] for row in markup.inline_keyboard]


def test_offsets_count_utf16_units() -> None:
    text = (Span(text="🎬 кино "), bold("Носферату 🧛"), Span(text=" 1922", style=Style.CODE))
    assert entities_of(text)[0] == "🎬 кино Носферату 🧛 1922"
    assert shown(text) == [
        {"type": "bold", "offset": 8, "length": 12},
        {"type": "code", "offset": 20, "length": 5},
    ]


def test_neighbours_of_one_style_become_one_entity_and_plain_none() -> None:
    text = (bold("The "), bold(""), bold("General"), Span(text="!"), Span(text="", style=Style.ITALIC))
    assert shown(text) == [{"type": "bold", "offset": 0, "length": 11}]
    assert shown(plain("nothing")) == []
    assert entities_of(()) == ("", [])


def test_links_keep_their_address_and_two_links_stay_two() -> None:
    first = Span(text="a", style=Style.LINK, url="https://archive.org/1")
    second = Span(text="b", style=Style.LINK, url="https://archive.org/2")
    assert shown((first, second)) == [
        {"type": "text_link", "offset": 0, "length": 1, "url": "https://archive.org/1"},
        {"type": "text_link", "offset": 1, "length": 1, "url": "https://archive.org/2"},
    ]


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "ftp://archive.org/x",
        "https://",
        "https://localhost/",
        "http://[::1",
        "https://archive.org/a b",
        "https://archive.org/\n",
        "archive.org",
        "https://archive.org/\ud800",
        "https://...",
    ],
)
def test_a_link_telegram_would_refuse_is_plain_words(url: str | None) -> None:
    assert not usable_link(url)
    assert shown((Span(text="film", style=Style.LINK, url=url),)) == []


@pytest.mark.parametrize("url", ["https://archive.org/details/x", "http://127.0.0.1:8080/", "tg://user?id=1"])
def test_links_that_telegram_takes(url: str) -> None:
    assert usable_link(url)


def test_halves_of_surrogate_pairs_do_not_survive() -> None:
    words, entities = entities_of((bold("a\ud83d"), Span(text="\udfacb")))
    assert words == "a\ufffd\ufffdb"
    assert [(entity.offset, entity.length) for entity in entities] == [(0, 2)]
    assert clean("plain") == "plain"


def test_no_more_than_a_hundred_entities() -> None:
    text = tuple(span for number in range(130) for span in (bold(str(number)), Span(text=" ")))
    assert len(shown(text)) == 100


def test_short_texts_are_one_piece() -> None:
    text = (Span(text="The "), bold("General"))
    assert split(text) == [text]
    assert split(()) == []
    assert split(plain(" \n ")) == []


def test_pieces_end_at_paragraphs_then_lines_then_words() -> None:
    assert [text_of(piece) for piece in split(plain("aaaa aaaa\n\nbbbb\nbbbb"), 16)] == [
        "aaaa aaaa",
        "bbbb\nbbbb",
    ]
    assert [text_of(piece) for piece in split(plain("aaaa aaaa\nbbbb bbbb"), 16)] == [
        "aaaa aaaa",
        "bbbb bbbb",
    ]
    assert [text_of(piece) for piece in split(plain("aaaa aaaa bbbb bbbb"), 12)] == ["aaaa aaaa", "bbbb bbbb"]
    assert [text_of(piece) for piece in split(plain("a" * 25), 10)] == ["a" * 10, "a" * 10, "a" * 5]


def test_a_border_far_from_the_end_does_not_make_tiny_pieces() -> None:
    assert [text_of(piece) for piece in split(plain("x\n\n" + "a" * 20), 12)] == ["x\n\n" + "a" * 9, "a" * 11]


def test_indentation_after_a_cut_is_kept() -> None:
    pieces = split((Span(text="aaaa aaaa\n    code", style=Style.CODE),), 14)
    assert [text_of(piece) for piece in pieces] == ["aaaa aaaa", "    code"]


def test_a_style_goes_on_in_the_next_piece() -> None:
    pieces = split((Span(text="aa "), bold("bbbb bbbb bbbb"), Span(text=" cc")), 10)
    assert pieces == [
        (Span(text="aa "), bold("bbbb")),
        (bold("bbbb bbbb"),),
        (Span(text="cc"),),
    ]


def test_pieces_count_units_and_cut_no_emoji_apart() -> None:
    pieces = split(plain("🎬" * 10), 7)
    assert [text_of(piece) for piece in pieces] == ["🎬🎬🎬", "🎬🎬🎬", "🎬🎬🎬", "🎬"]
    family = "👨\u200d👩\u200d👧"
    assert [text_of(piece) for piece in split(plain("aaaaaa" + family), 11)] == ["aaaaaa", family]
    assert [text_of(piece) for piece in split(plain("aaaae\u0301"), 5)] == ["aaaa", "e\u0301"]


def test_pieces_hold_a_hundred_entities_and_lose_none() -> None:
    text = tuple(span for number in range(250) for span in (bold(str(number)), Span(text=" ")))
    pieces = split(text)
    assert [len(entities_of(piece)[1]) for piece in pieces] == [100, 100, 50]


def test_a_very_long_text_is_split_quickly() -> None:
    pieces = split(plain("слово " * 100_000))
    assert all(units(text_of(piece)) <= 4096 for piece in pieces)
    assert len(pieces) == 147


def test_every_button_kind() -> None:
    rows: Rows = (
        (DataButton(label="Качать", data="p:abc"), DataButton(label="Удалить", data="p:def", danger=True)),
        (CopyButton(label="Магнит", text="magnet:?xt=1"),),
        (UrlButton(label="Archive", url="https://archive.org/x"),),
    )
    assert buttons(keyboard(rows)) == [
        [
            {"text": "Качать", "callback_data": "p:abc"},
            {"text": "Удалить", "callback_data": "p:def", "style": "danger"},
        ],
        [{"text": "Магнит", "copy_text": {"text": "magnet:?xt=1"}}],
        [{"text": "Archive", "url": "https://archive.org/x"}],
    ]
    assert keyboard(()) is None
    assert keyboard(((),)) is None


def test_buttons_telegram_would_refuse_are_left_out() -> None:
    rows: Rows = (
        (CopyButton(label="long", text="x" * 257), CopyButton(label="empty", text="")),
        (UrlButton(label="bad", url="javascript:1"), DataButton(label=" ", data="x")),
        (DataButton(label="good", data="x"),),
    )
    assert buttons(keyboard(rows)) == [[{"text": "good", "callback_data": "x"}]]
    assert keyboard(rows[:2]) is None


def test_rows_are_at_most_eight_wide_and_keyboards_a_hundred_buttons() -> None:
    many = tuple(DataButton(label=str(number), data=str(number)) for number in range(60))
    made = buttons(keyboard((many, many)))
    assert max(len(row) for row in made) == 8
    assert sum(len(row) for row in made) == 100


@pytest.mark.parametrize(
    "button",
    [ActionButton(label="x", action="more"), ProposalButton(label="x", action="add", args="{}")],
)
def test_a_button_that_was_not_stored_cannot_be_sent(button: ActionButton | ProposalButton) -> None:
    with pytest.raises(UnusableInputError):
        keyboard(((button,),))
