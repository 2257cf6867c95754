"""The one renderer: styles within the text at every moment of a draft, and no address of a model's making."""

import asyncio
import inspect
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.bot.rendering import entities_of, split
from src.bot.streaming import FrameStream, Pace
from src.concierge import talk
from src.core.inbound import Span, Style, Text, text_of
from src.core.markdown import render

DOCUMENT = """# Носферату 😀

**Лучшее**: *1080p*, `x264`, ~~нет~~ потому что __раздают охотно__ и ***всё сразу***.

1. Первое
   - вложенное **жирное 👨‍👩‍👧**
2. Второе

> цитата с `кодом`

| год | фильм |
|-----|-------|
| 1922 | **Носферату** |

```python
print("**не жирное**")
```
[слова](https://evil.example/?q=secret) и https://evil.example/x, ![картинка](http://evil.example/a.png)
"""

SIGNS = ["**", "*", "_", "`", "[", "](", ")", "~~", "||", "|", "😀", "<b>", "&lt;", "\\", "x", "слово"]
LINKS = ["http://", "evil.com", "/x"]
SPACES = ["```\n", "> ", "# ", "- ", "1. ", "\n", "\n\n", " ", "\x00", "\ud800", "\u202e"]
PIECES = st.sampled_from([*SIGNS, *LINKS, *SPACES])
MARKUP = st.lists(PIECES, max_size=40).map("".join)
AUTOLINK = re.compile(
    r"(?:https?|ftp)://\w|\bwww\.\w|\bt\.me/\w|evil\.(?:com|net|ru|example)/|evil\.(?:com|net|ru)\b",
    re.IGNORECASE,
)


def _sound(text: Text) -> None:
    """Everything that Telegram asks of a text and its entities."""
    for piece in split(text, 4096):
        words, entities = entities_of(piece)
        units = len(words.encode("utf-16-le")) // 2
        for entity in entities:
            assert entity.length > 0
            assert 0 <= entity.offset < entity.offset + entity.length <= units
            assert entity.type in ("bold", "italic", "code")
            assert entity.url is None
    assert all(span.text and span.url is None and span.style is not Style.LINK for span in text)


# Styles.


@pytest.mark.parametrize(
    ("markdown", "spans"),
    [
        ("plain", [("plain", Style.PLAIN)]),
        ("**bold**", [("bold", Style.BOLD)]),
        ("*slanted*", [("slanted", Style.ITALIC)]),
        ("`code`", [("code", Style.CODE)]),
        ("a **b** c", [("a ", Style.PLAIN), ("b", Style.BOLD), (" c", Style.PLAIN)]),
        ("**a *b* c**", [("a ", Style.BOLD), ("b", Style.BOLD), (" c", Style.BOLD)]),
        ("**Носферату 😀** год", [("Носферату 😀", Style.BOLD), (" год", Style.PLAIN)]),
        ("# Head", [("Head", Style.BOLD)]),
        ("```\nx = 1\n```", [("x = 1", Style.CODE)]),
        ("", []),
    ],
)
@pytest.mark.requirement("BOT-002")
def test_what_markdown_becomes(markdown: str, spans: list[tuple[str, Style]]) -> None:
    assert render(markdown) == tuple(Span(text=text, style=style) for text, style in spans)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("1 < 2 > 0", "1 ‹ 2 › 0"),
        ("<script>alert(1)</script>", "‹script›alert(1)‹/script›"),
        ("</foreign> ok", "‹/foreign› ok"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("2.5 ГБ, H.264, S.W.A.T., т.е. 7.5/10", "2.5 ГБ, H.264, S.W.A.T., т.е. 7.5/10"),
        ("в 21:00, 1080p/2160p, и/или", "в 21:00, 1080p/2160p, и/или"),
        ("что-то: 5", "что-то: 5"),
        ("метаdata: здесь, file: нет", "метаdata: здесь, file: нет"),
    ],
)
def test_plain_words_stay(markdown: str, words: str) -> None:
    assert text_of(render(markdown)) == words


# A draft at every moment.


@pytest.mark.requirement("BOT-002")
def test_every_prefix_of_a_document_is_sound() -> None:
    for end in range(len(DOCUMENT) + 1):
        _sound(render(DOCUMENT[:end]))


@pytest.mark.requirement("BOT-002")
@given(MARKUP, st.integers(0, 200))
def test_every_prefix_of_any_markup_is_sound(markdown: str, end: int) -> None:
    _sound(render(markdown[:end]))


@given(st.text(max_size=200))
def test_any_text_is_sound(text: str) -> None:
    _sound(render(text))


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), max_size=100))
def test_words_without_marks_are_not_lost(words: str) -> None:
    assert "".join(text_of(render(words)).split()) == "".join(words.split())


@given(MARKUP)
def test_the_same_text_is_the_same_every_time(markdown: str) -> None:
    assert render(markdown) == render(markdown)


# Addresses.

ADDRESSES = [
    "http://evil.example/?q=secret",
    "https://evil.example",
    "HTTPS://EVIL.example/x",
    "ftp://evil.example/x",
    "www.evil.com",
    "t.me/evilbot",
    "tg://resolve?domain=evilbot",
    "magnet:?xt=urn:btih:c0ffee",
    "javascript:alert(1)",
    "data:text/html,secret",
    "file:///etc/passwd",
    "mailto:evil@evil.com",
    "evil.com",
    "evil.com/secret",
    "evil.example/secret",
    "sub.evil.ru:8080/x",
    "someone@evil.com",
    "@evilbot",
    "зло.рф/тайна",
]
WRAPPINGS = [
    "{}",
    "see {} now",
    "({})",
    "«{}»",
    "**{}**",
    "*{}*",
    "`{}`",
    "```\n{}\n```",
    "> {}",
    "- {}",
    "[words]({})",
    "[{}](x)",
    "![words]({})",
    "<{}>",
    "[words][1]\n\n[1]: {}",
    "| a |\n|---|\n| {} |",
    "# {}",
    "~~{}~~",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.requirement("AI-003")
def test_no_address_of_the_models_survives(address: str) -> None:
    for wrapping in WRAPPINGS:
        shown = text_of(render(wrapping.format(address))).lower()
        assert address.lower() not in shown, wrapping
        for word in ("evil", "secret", "passwd", "c0ffee", "alert", "тайна"):
            assert word not in shown, wrapping


@pytest.mark.parametrize(
    "hidden",
    [
        "ht\x00tp://evil.net/secret",
        "ht\u200btps://evil.net/secret",
        "ht\ud800tp://evil.net/secret",
        "\u202ehttp://evil.net/secret",
        r"http\://evil.net/secret",
        r"http:\/\/evil.net\/secret",
        "http&#58;//evil.net/secret",
        "&#104;ttp://evil.net/secret",
        "http:&#x2f;&#x2f;evil.net&#x2f;secret",
        "ht[](x)tp://evil.net/secret",
        "ht**tp://evil.net/sec**ret",
        "evil**.net/sec**ret",
        "`http:`//evil.net/secret",
        "ev**il**.net/secret",
        "ht&#116;p://10.0.0.1/secret",
        "www**.**evil.net",
        "www&period;evil.net/secret",
        "[a](<http://evil.net/secret>)",
        "[a](http://evil.net/(secret))",
        "[http://evil.net/secret](http://evil.net/secret)",
    ],
)
@pytest.mark.requirement("AI-003")
def test_no_address_is_put_together_by_marks(hidden: str) -> None:
    assert not AUTOLINK.search(text_of(render(hidden)))


@pytest.mark.requirement("AI-003")
@given(
    st.lists(
        PIECES | st.sampled_from(["ht", "tp", "://", "http", ":", "//", "&#58;", "www", ".", "evil.net/s"]),
        max_size=25,
    ).map("".join)
)
def test_no_mixture_of_marks_puts_an_address_together(markdown: str) -> None:
    assert not AUTOLINK.search(text_of(render(markdown)))


def test_the_words_of_a_link_stay() -> None:
    assert text_of(render("see [the film](http://evil.net) now")) == "see the film now"


# Costs.


LONG = ["a", "a.", "%", "[", "*a", "*_", "> ", "|a", "<", "`", "@", "ht**tp://a** ", "http:", "&#58;", "a@"]


@pytest.mark.parametrize("text", [piece * (40_000 // len(piece)) for piece in LONG], ids=LONG)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    render(text)
    assert time.process_time() - started < 1.0


# One renderer.


@pytest.mark.requirement("BOT-002")
async def test_draft_and_final_look_the_same() -> None:
    frames: list[Text] = []

    async def send(frame: Text) -> bool:
        frames.append(frame)
        return True

    stream = FrameStream(send, Pace(floor=0.0), keep_alive=False)
    stream.say(DOCUMENT)
    while not frames:  # noqa: ASYNC110  the stream's own task, given its turn
        await asyncio.sleep(0)
    await stream.close()
    final = render(DOCUMENT)
    assert frames[-1][: len(final)] == final
    assert "render(reply.text)" in inspect.getsource(talk), "the final has the same renderer"
