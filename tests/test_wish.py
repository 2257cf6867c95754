"""Understanding a typed line: title, year, season, quality, size and language in Russian and English."""

from typing import Any

import pytest

from src.core.errors import UnusableInputError
from src.search.models import Wish
from src.search.wish import LONGEST_TITLE, parse_wish

GIB = 1024**3


@pytest.mark.requirement("AI-004")
@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("ночь живых мертвецов 1080p", {"title": "ночь живых мертвецов", "resolution": "1080p"}),
        ("Ночь живых мертвецов", {"title": "Ночь живых мертвецов"}),
        ("metropolis 1927 4к", {"title": "metropolis", "year": 1927, "resolution": "2160p"}),
        ("метрополис в 4К", {"title": "метрополис", "resolution": "2160p"}),
        ("метрополис uhd", {"title": "метрополис", "resolution": "2160p"}),
        ("метрополис 1080р", {"title": "метрополис", "resolution": "1080p"}),
        ("метрополис full hd", {"title": "метрополис", "resolution": "1080p"}),
        ("метрополис в качестве 720p", {"title": "метрополис", "resolution": "720p"}),
        ("метрополис в хорошем качестве", {"title": "метрополис"}),
        ("медведь 3 сезон", {"title": "медведь", "season": 3}),
        ("3 сезон медведя", {"title": "медведя", "season": 3}),
        ("третий сезон медведя", {"title": "медведя", "season": 3}),
        ("медведь сезон 3 серия 5", {"title": "медведь", "season": 3, "episode": 5}),
        ("медведь 3 сезон 5 серия", {"title": "медведь", "season": 3, "episode": 5}),
        ("медведь 3-й сезон, 5-я серия", {"title": "медведь", "season": 3, "episode": 5}),
        ("the bear s03e02", {"title": "the bear", "season": 3, "episode": 2}),
        ("the bear 3x02", {"title": "the bear", "season": 3, "episode": 2}),
        ("the bear s03", {"title": "the bear", "season": 3}),
        ("the bear season 3 episode 2", {"title": "the bear", "season": 3, "episode": 2}),
        ("the bear 3rd season", {"title": "the bear", "season": 3}),
        ("метрополис до 2 гб", {"title": "метрополис", "max_size_bytes": 2 * GIB}),
        ("метрополис не больше 1,5 ГБ", {"title": "метрополис", "max_size_bytes": 3 * GIB // 2}),
        ("metropolis under 700 mb", {"title": "metropolis", "max_size_bytes": 700 * 1024**2}),
        ("metropolis <2gb", {"title": "metropolis", "max_size_bytes": 2 * GIB}),
        ("метрополис на английском", {"title": "метрополис", "language": "en"}),
        ("метрополис на русском языке", {"title": "метрополис", "language": "ru"}),
        ("метрополис с русской озвучкой", {"title": "метрополис", "language": "ru"}),
        ("metropolis in english", {"title": "metropolis", "language": "en"}),
        ("metropolis rus", {"title": "metropolis", "language": "ru"}),
        ("метрополис дубляж", {"title": "метрополис", "language": "ru"}),
        ("скачай 3 сезон Медведя в озвучке LostFilm", {"title": "Медведя", "season": 3, "language": "ru"}),
        ("найди Дюну в 4K", {"title": "Дюну", "resolution": "2160p"}),
        ("скачай метрополис", {"title": "метрополис"}),
        ("Найди, пожалуйста, метрополис!", {"title": "метрополис"}),
        ("хочу посмотреть метрополис", {"title": "метрополис"}),
        ("дай мне the kid", {"title": "the kid"}),
        ("а есть метрополис?", {"title": "метрополис"}),
        ("find nosferatu (1922) in 720p", {"title": "nosferatu", "year": 1922, "resolution": "720p"}),
        ("i want to watch the general", {"title": "the general"}),
        ("фильм метрополис", {"title": "метрополис"}),
        ("первый сезон сериала кухня", {"title": "кухня", "season": 1}),
        ("метрополис 1927 года", {"title": "метрополис", "year": 1927}),
        ("метрополис, 1927", {"title": "метрополис", "year": 1927}),
        (
            "хочу фильм «Метрополис» 1927 года в 4к",
            {"title": "Метрополис", "year": 1927, "resolution": "2160p"},
        ),
        ('"Metropolis" 1927', {"title": "Metropolis", "year": 1927}),
        ('найди "1917"', {"title": "1917"}),
        ("«Сезон 1»", {"title": "Сезон 1"}),
        ("1917", {"title": "1917"}),
        ("2012", {"title": "2012"}),
        ("720", {"title": "720"}),
        ("фильм 1984", {"title": "1984"}),
        ("1917 2019", {"title": "1917", "year": 2019}),
        ("2001 a space odyssey", {"title": "2001 a space odyssey"}),
        ("2001 a space odyssey 1968", {"title": "2001 a space odyssey", "year": 1968}),
        ("blade runner 2049", {"title": "blade runner 2049"}),
        ("blade runner 2049 2017", {"title": "blade runner 2049", "year": 2017}),
        ("class of 1984", {"title": "class of 1984"}),
        ("брат 2", {"title": "брат 2"}),
        ("район 9", {"title": "район 9"}),
        ("Season of the Witch", {"title": "Season of the Witch"}),
        ("А зори здесь тихие", {"title": "А зори здесь тихие"}),
        ("Get Out", {"title": "Get Out"}),
        ("Watchmen", {"title": "Watchmen"}),
        ("The Lego Movie", {"title": "The Lego Movie"}),
        ("По ту сторону", {"title": "По ту сторону"}),
        ("11.22.63", {"title": "11.22.63"}),
        ("я", {"title": "я"}),
        (
            "ночь живых мертвецов, 1968, в full hd, не больше 4 гб, с русской озвучкой",
            {
                "title": "ночь живых мертвецов",
                "year": 1968,
                "resolution": "1080p",
                "max_size_bytes": 4 * GIB,
                "language": "ru",
            },
        ),
    ],
)
def test_a_line_is_understood(text: str, fields: dict[str, Any]) -> None:
    assert parse_wish(text) == Wish(**fields)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t",
        "!!!",
        "«»",
        "---",
        "\x00",
        "🎬",
        "найди",
        "скачай!",
        "1080p",
        "4k",
        "на русском",
        "s01e02",
    ],
)
def test_a_line_without_a_title_is_refused(text: str) -> None:
    with pytest.raises(UnusableInputError):
        parse_wish(text)


def test_a_long_line_is_cut() -> None:
    wish = parse_wish("м" * 5000)
    assert wish.title == "м" * LONGEST_TITLE
    assert len(parse_wish("слово " * 1000).title) <= LONGEST_TITLE


def test_control_characters_do_not_reach_the_title() -> None:
    assert parse_wish("метро\x00полис\u202e 1927\r\n4k") == Wish(
        title="метро полис", year=1927, resolution="2160p"
    )
