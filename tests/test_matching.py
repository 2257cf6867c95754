"""How people write titles, and which title is then meant: sixty ways, through a search that forgives nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.media.matching import (
    MOST_SPELLINGS,
    Choice,
    Key,
    Match,
    choose,
    match_name,
    spellings,
    split_year,
)
from src.media.models import Ids, MediaKind, TitleKind, TitleRef
from src.media.slips import (
    distance,
    in_cyrillic,
    in_latin,
    is_cyrillic,
    looks_like_words,
    nominatives,
    readings,
)
from tests.sandbox.metadata import TITLES, Made
from tests.sandbox.metadata.tmdb import WORD, fits, plain

KINDS: dict[str, TitleKind] = {"movie": MediaKind.FILM, "tv": MediaKind.SHOW}
NIGHT, REMAKE, LANG, RINTARO, MURNAU, HERZOG, GENERAL, FRIDAY, SITA, BUNNY, CHARADE, SHOW = (
    *range(1001, 1012),
    2001,
)


def ref(made: Made, language: str = "ru") -> TitleRef:
    return TitleRef(
        ids=Ids(tmdb=made.id),
        kind=KINDS[made.kind],
        title=made.titles.get(language, made.titles[made.original]),
        original_title=made.titles[made.original],
        year=int(made.date[:4]),
        popularity=made.popularity,
        votes=made.votes,
    )


def found(ask: str) -> list[TitleRef]:
    """What the stand-in's search finds, without the wire."""
    words = WORD.findall(plain(ask))
    return [ref(made) for made in sorted(TITLES, key=lambda m: -m.popularity) if fits(words, *made.names)]


def meant(typed: str, year: int | None = None) -> tuple[Choice, int]:
    """The choice, and how many searches it took."""
    best = Choice(None, (), Match.NONE)
    asked = 0
    for spelling in spellings(typed):
        asked += 1
        native = "ru" if is_cyrillic(spelling.means) else "en"
        names: dict[Key, tuple[str, ...]] = {
            (KINDS[made.kind], made.id): (made.titles.get(native, ""),) for made in TITLES
        }
        choice = choose(spelling.means, found(spelling.ask), year=year, names=names)
        best = max(best, choice, key=lambda one: one.match)
        if best.match >= Match.MAIN:
            break
    return best, asked


# What is typed, and the titles that it may be: one, or all that bear the name.
TABLE: list[tuple[str, set[int]]] = [
    # as it is called
    ("Charade", {CHARADE}),
    ("шарада", {CHARADE}),
    ("the general", {GENERAL}),
    ("General", {GENERAL}),
    ("GENERAL, The", {GENERAL}),
    ("Metropolis", {LANG, RINTARO}),
    ("Ночь живых мертвецов", {NIGHT, REMAKE}),
    ("night of the living dead!", {NIGHT, REMAKE}),
    ("его девушка пятница", {FRIDAY}),
    ("  his   girl\tfriday ", {FRIDAY}),
    ("Сита поёт блюз", {SITA}),
    ("сита поет блюз", {SITA}),
    ("Носферату, симфония ужаса", {MURNAU}),
    ("носферату симфония ужаса", {MURNAU}),
    ("Деревенщина из Беверли-Хиллз", {SHOW}),
    ("деревенщина из беверли хиллз", {SHOW}),
    ("Nosferatu: Phantom der Nacht", {HERZOG}),
    # the main title only
    ("носферату", {MURNAU, HERZOG}),
    # Russian in the English layout
    ("ifhflf", {CHARADE}),
    ("utythfk", {GENERAL}),
    ("Vtnhjgjkbc", {LANG, RINTARO}),
    ("yjcathfne", {MURNAU, HERZOG}),
    ("yjxm ;bds[ vthndtwjd", {NIGHT, REMAKE}),
    ("tuj ltdeirf gznybwf", {FRIDAY}),
    ("cbnf gjtn ,k.p", {SITA}),
    ("cbnf gj`n ,k.p", {SITA}),
    ("lthtdtyobyf bp ,tdthkb-[bkkp", {SHOW}),
    # English in the Russian layout
    ("срфкфву", {CHARADE}),
    ("еру путукфд", {GENERAL}),
    ("ьуекщзщдшы", {LANG, RINTARO}),
    ("ишп игсл игттн", {BUNNY}),
    ("ршы пшкд акшвфн", {FRIDAY}),
    ("рши пшкд акшвфн", {FRIDAY}),  # and a slip in it
    ("ышеф ыштпы еру идгуы", {SITA}),
    # by ear in Latin letters
    ("sharada", {CHARADE}),
    ("metropolis", {LANG, RINTARO}),
    ("noch zhivyh mertvecov", {NIGHT, REMAKE}),
    ("noch' zhivykh mertvetsov", {NIGHT, REMAKE}),
    ("ego devushka pyatnitsa", {FRIDAY}),
    ("ego devushka pyatnica", {FRIDAY}),
    ("sita poet blyuz", {SITA}),
    ("derevenshchina iz beverli-hillz", {SHOW}),
    # by ear in Russian letters
    ("чараде", {CHARADE}),
    ("биг бук банни", set()),  # too far from the English spelling: nothing, and nothing wrong
    # in the case of the noun that the sentence wants
    ("шараду", {CHARADE}),
    ("шарады", {CHARADE}),
    ("генерала", {GENERAL}),
    ("ночи живых мертвецов", {NIGHT, REMAKE}),
    ("его девушку пятницу", {FRIDAY}),
    ("деревенщину из беверли-хиллз", {SHOW}),
    # slips
    ("Metropolys", {LANG, RINTARO}),
    ("метропалис", {LANG, RINTARO}),
    ("метрополисс", {LANG, RINTARO}),
    ("шорада", set()),  # the first letters decide in a search by beginnings: nothing, and nothing wrong
    ("Chrade", set()),
    ("Charrade", {CHARADE}),
    ("ночь жывых мертвецов", {NIGHT, REMAKE}),
    ("nigth of the living daed", {NIGHT, REMAKE}),
    ("his gril friday", {FRIDAY}),
    ("sita sings the bluse", {SITA}),
    ("Big Buck Buny", {BUNNY}),
    ("big bukc bunny", {BUNNY}),
    ("beverly hilbillies", {SHOW}),
    ("генирал", {GENERAL}),
    ("носфирату симфония ужаса", {MURNAU}),
]


@pytest.mark.parametrize(("typed", "titles"), TABLE, ids=[typed for typed, _ in TABLE])
def test_the_table(typed: str, titles: set[int]) -> None:
    choice, asked = meant(typed)
    if not titles:
        assert choice.title is None
        assert choice.match < Match.MAIN
        return
    best = {one.ids.tmdb for one in choice.ranked[: len(titles)]}
    assert best == titles
    assert choice.match >= Match.MAIN
    assert (choice.title is not None) == (len(titles) == 1)
    assert asked <= MOST_SPELLINGS


def test_the_table_is_long_enough() -> None:
    assert len({typed for typed, titles in TABLE if titles}) >= 60


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("l.yf", "дюна"),
        ("L.yf", "дюна"),
        ("dyuna", "дюна"),
        ("diuna", "дюна"),
        ("дюну", "дюна"),
        ("дюны", "дюна"),
        ("вгту", "dune"),
        ("bynthcntkkfh", "интерстеллар"),
        ("interstellar", "интерстеллар"),
        ("solyaris", "солярис"),
        ("cjkzhbc", "солярис"),
        ("moskva slezam ne verit", "москва слезам не верит"),
        ("холодную осень", "холодная осень"),
        ("зелёная миля", "зеленая миля"),
        ("тихого", "тихий"),
    ],
)
def test_a_reading_is_among_the_spellings(typed: str, reading: str) -> None:
    assert reading in [spelling.ask for spelling in spellings(typed)] or reading.replace("ий", "ый") in [
        spelling.ask for spelling in spellings(typed)
    ]


def test_what_was_typed_comes_first_and_nothing_twice() -> None:
    for typed, _ in TABLE:
        asks = [spelling.ask.lower() for spelling in spellings(typed)]
        assert asks[0] == " ".join(typed.split()).lower()
        assert len(asks) == len(set(asks)) <= MOST_SPELLINGS


@pytest.mark.parametrize("typed", ["", "  ", "!!!", "...", "\u200b"])
def test_a_query_without_words_has_no_spelling(typed: str) -> None:
    assert spellings(typed) == ()


@pytest.mark.parametrize(
    ("query", "name", "how"),
    [
        ("Wall-E", "WALL·E", Match.EXACT),
        ("spiderman", "Spider-Man", Match.EXACT),
        ("The General", "General", Match.EXACT),
        ("Rocky II", "Rocky 2", Match.EXACT),
        ("ночью живых мертвецов", "Ночь живых мертвецов", Match.CLOSE),
        ("дюну", "Дюна", Match.DECLINED),
        ("Rocky 2", "Rocky 3", Match.NONE),
        ("Dune 1984", "Dune 2021", Match.NONE),
        ("Up", "Us", Match.NONE),
        ("Дюна", "Луна", Match.NONE),
        ("Dune", "Dune: Part Two", Match.MAIN),
        ("Dr. Strangelove", "Dr. Strangelove or: How I Learned", Match.MAIN),
        ("living dead", "Night of the Living Dead", Match.PART),
        ("метрополис фрица ланга", "Метрополис", Match.PART),
        ("it", "It Happened One Night", Match.NONE),
        ("", "Metropolis", Match.NONE),
        ("Metropolis", "!!!", Match.NONE),
    ],
)
def test_how_well_a_name_fits(query: str, name: str, how: Match) -> None:
    assert match_name(query, name) is how


BOTH = [ref(made) for made in TITLES if made.id in (LANG, RINTARO)]


@pytest.mark.parametrize(
    ("year", "ident"),
    [(1927, LANG), (1926, LANG), (1928, LANG), (2001, RINTARO), (2002, RINTARO), (1960, None), (None, None)],
)
def test_a_year_give_or_take_one_decides(year: int | None, ident: int | None) -> None:
    choice = choose("Метрополис", BOTH, year=year)
    assert (choice.title.ids.tmdb if choice.title else None) == ident
    assert len(choice.ranked) == 2


def test_the_very_year_wins_over_its_neighbour() -> None:
    one, two = (BOTH[0].model_copy(update={"year": year, "ids": Ids(tmdb=year)}) for year in (1926, 1927))
    choice = choose("Метрополис", [one, two], year=1927)
    assert choice.title == two


def test_a_year_makes_the_main_title_enough() -> None:
    refs = [ref(made) for made in TITLES if made.id in (MURNAU, HERZOG)]
    assert choose("носферату", refs).title is None
    assert (chosen := choose("носферату", refs, year=1979).title) is not None
    assert chosen.ids.tmdb == HERZOG


def test_a_kind_decides() -> None:
    film = BOTH[0]
    show = film.model_copy(update={"kind": MediaKind.SHOW})
    assert choose("Метрополис", [film, show]).title is None
    assert choose("Метрополис", [film, show], kind=MediaKind.SHOW).title == show


def test_an_unknown_namesake_is_no_rival_but_one_to_come_is() -> None:
    known = BOTH[0]
    unknown = known.model_copy(update={"ids": Ids(tmdb=7), "votes": 1, "popularity": 0.2})
    awaited = unknown.model_copy(update={"votes": 0, "popularity": 90.0})
    assert choose("Метрополис", [unknown, known]).title == known
    assert choose("Метрополис", [awaited, known]).title is None


def test_an_exact_name_wins_over_subtitles_and_parts() -> None:
    dune = BOTH[0].model_copy(update={"title": "Дюна", "original_title": "Dune"})
    second = dune.model_copy(
        update={"title": "Дюна: Часть вторая", "original_title": "Dune: Part Two", "ids": Ids(tmdb=2)}
    )
    assert choose("дюну", [second, dune]).title == dune
    assert choose("дюна часть вторая", [second, dune]).title == second


def test_a_part_of_a_name_is_never_enough() -> None:
    choice = choose("living dead", [ref(TITLES[0], "en")])
    assert choice.title is None
    assert choice.match is Match.PART
    assert len(choice.ranked) == 1


def test_names_in_other_languages_count_where_they_are_known() -> None:
    foreign = TitleRef(
        ids=Ids(tmdb=4), kind=MediaKind.FILM, title="Метрополис", original_title="メトロポリス"
    )
    assert choose("Metropolis", [foreign]).match is Match.NONE
    named = choose("Metropolis", [foreign], names={(MediaKind.FILM, 4): ("Metropolis",)})
    assert named.title == foreign


def test_the_same_row_twice_is_one_candidate() -> None:
    assert choose("Метрополис", [BOTH[0], BOTH[0]]).title == BOTH[0]


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("Metropolis 2001", ("Metropolis", 2001)),
        ("Метрополис (1927)", ("Метрополис", 1927)),
        ("Nosferatu, 1922 ", ("Nosferatu", 1922)),
        ("1917", None),
        ("Metropolis", None),
        ("Blade Runner 3049", None),
    ],
)
def test_a_year_at_the_end(query: str, parts: tuple[str, int] | None) -> None:
    assert split_year(query) == parts


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "abcd", 1),
        ("abc", "bc", 1),
        ("abc", "xyz", 3),
    ],
)
def test_distance(one: str, two: str, apart: int) -> None:
    assert distance(one, two, 3) == distance(two, one, 3) == apart
    assert distance(one, two, 0) == min(apart, 1)


def test_sounds_and_layouts_come_back() -> None:
    for word in ("метрополис", "шарада", "дюна", "генерал", "щука", "жизнь"):
        assert in_cyrillic(in_latin(word)).rstrip("ь") == word.rstrip("ь").replace("знь", "зн")
    assert readings("123") == readings("東京") == ()
    assert nominatives("Metropolis") == ()
    assert looks_like_words("ночь живых")
    assert not looks_like_words("вtn")
    assert not looks_like_words("l.yf")
    assert not looks_like_words("bcdfgh")


WORDS = ["l.yf", "dyuna", "дюну", "the", "2001", "(1927)", ":", "-", ",", "'", "Ё", "Щ", "夜", "\x00"]
SOUP = st.lists(st.sampled_from([*WORDS, "x" * 99]), max_size=8).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), SOUP), st.one_of(st.text(max_size=60), SOUP))
def test_any_texts_are_compared_and_read(query: str, name: str) -> None:
    read = spellings(query)
    assert len(read) <= MOST_SPELLINGS
    assert all(spelling.ask.strip() and spelling.means.strip() for spelling in read)
    title = TitleRef(ids=Ids(tmdb=1), kind=MediaKind.FILM, title=name)
    choice = choose(query, [title])
    assert choice.match is match_name(query, name)
    assert (choice.title is not None) == (choice.match >= Match.MAIN)
    split_year(query)
