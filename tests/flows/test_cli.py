"""The command line from outside: what it prints, and how it ends."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.flows.talk import RU, command
from tests.sandbox.sources import Fault
from tests.sandbox.stage import OWNER, Stage
from tests.sandbox.swarm import SeededTorrent

pytestmark = pytest.mark.asyncio(loop_scope="module")

RELEASE_FIELDS = {
    *("name", "title", "alt_titles", "year", "seasons", "episodes", "absolute_episodes", "episodes_total"),
    *("date", "resolution", "source", "inferred", "codec", "bit_depth", "hdr", "audio", "channels"),
    *("languages", "subtitles", "translations", "group", "edition", "proper", "repack", "complete", "part"),
    *("container", "size_bytes", "video"),
}
OFFER_FIELDS = {
    *(
        "id",
        "tracker",
        "infohash",
        "magnet",
        "size_bytes",
        "seeds",
        "leeches",
        "added_at",
        "url",
        "why",
        "pick",
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage without a running bot."""
    async with Stage(tmp_path_factory.mktemp("cli")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(stage: Stage) -> SeededTorrent:
    """The usual films, on offer."""
    return await stage.offer_films()


@pytest.mark.requirement("INFRA-002.2")
@pytest.mark.parametrize("module", [("src", "run"), ("src.bot.main",)], ids=["run", "bot.main"])
async def test_nothing_configured_ends_with_78_and_says_what_is_missing(
    tmp_path: Path, module: tuple[str, ...]
) -> None:
    ran = await command("-m", *module, settings={}, folder=tmp_path)
    assert ran.code == 78
    assert "TELEGRAM_BOT_TOKEN" in ran.err
    assert "@BotFather" in ran.err
    assert "Traceback" not in ran.err
    assert await asyncio.to_thread(os.listdir, tmp_path) == [], (
        "nothing is made before it is known what to make"
    )


@pytest.mark.requirement("INFRA-002.2")
async def test_a_wrong_value_is_named_and_not_shown(tmp_path: Path) -> None:
    ran = await command("-m", "src", "run", settings={"OWNER_ID": "not-a-number-4711"}, folder=tmp_path)
    assert ran.code == 78
    assert "OWNER_ID" in ran.err
    assert "4711" not in ran.err + ran.out


@pytest.mark.requirement("INFRA-002.1")
async def test_settings_are_read_on_first_use(tmp_path: Path) -> None:
    code = "from src.config import settings; print(settings.owner_id, settings.sources, settings.telegram_bot_token)"
    values = {"OWNER_ID": "42", "TELEGRAM_BOT_TOKEN": "1:secret-of-nobody-at-all-0000000000"}
    ran = await command("-c", code, settings=values, folder=tmp_path)
    assert (ran.code, ran.out.strip()) == (0, "42 ('internet_archive',) **********")


@pytest.mark.requirement("INFRA-002.1")
async def test_an_import_reads_nothing(tmp_path: Path) -> None:
    ran = await command("-c", "import src.config, src.app", settings={"OWNER_ID": "wrong"}, folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.requirement("SEARCH-005.1")
async def test_release_reads_names_from_arguments_and_standard_input(tmp_path: Path) -> None:
    name = "Night.of.the.Living.Dead.1968.1080p.BluRay.x264-GROUP"
    for arguments, stdin in (((name,), ""), ((), f"{name}\nМетрополис (1927) 720p\r\n")):
        ran = await command(
            "-m", "src", "release", "--json", *arguments, settings={}, folder=tmp_path, stdin=stdin
        )
        rows = [json.loads(line) for line in ran.out.splitlines()]
        assert ran.code == 0
        assert len(rows) == (1 if arguments else 2)
        assert all(set(row) == RELEASE_FIELDS for row in rows)
        assert (rows[0]["title"], rows[0]["year"], rows[0]["resolution"]) == (
            "Night of the Living Dead",
            1968,
            "1080p",
        )


@pytest.mark.requirement("SEARCH-004.2")
async def test_search_prints_one_object(stage: Stage, film: SeededTorrent, tmp_path: Path) -> None:
    stage.archive.faults.add(Fault.STATUS, status=503)
    arguments = ("-m", "src", "search", "night of the living dead", "--limit", "2", "--json")
    ran = await command(*arguments, settings=stage.settings | {"LOG_LEVEL": "INFO"}, folder=tmp_path)
    stage.archive.faults.clear()
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert set(found) == {"releases", "sources"}
    assert len(found["releases"]) == 2
    assert all(set(row) == RELEASE_FIELDS | OFFER_FIELDS for row in found["releases"])
    assert {row["pick"] for row in found["releases"]} <= {"best", "fastest", "smallest", None}
    states = {row["name"]: row["state"] for row in found["sources"]}
    assert states == {"internet_archive": "down", "piratebay": "ok"}
    assert all(set(row) == {"name", "state", "seconds", "found", "reason"} for row in found["sources"])


@pytest.mark.requirement("SEARCH-004.1")
async def test_search_asks_only_the_tracker_named_and_refuses_one_that_is_off(
    stage: Stage, film: SeededTorrent, tmp_path: Path
) -> None:
    arguments = ("-m", "src", "search", "night of the living dead 1080p", "--json", "--tracker")
    ran = await command(*arguments, "piratebay", settings=stage.settings, folder=tmp_path)
    found = json.loads(ran.out)
    assert [row["name"] for row in found["sources"]] == ["piratebay"]
    assert film.infohash in {row["infohash"] for row in found["releases"]}
    ran = await command(*arguments, "yts", settings=stage.settings, folder=tmp_path)
    assert ran.code == 78
    assert "yts" in ran.err


async def test_chat_once_prints_the_card_and_leaves(
    stage: Stage, film: SeededTorrent, tmp_path: Path
) -> None:
    settings = stage.settings | {
        "LOG_LEVEL": "INFO",
        "SEEDBOX_KIND": "none",
        "DATA_DIR": str(tmp_path / "data"),
    }
    ran = await command(
        "-m", "src", "chat", "--once", "night of the living dead 1080p", settings=settings, folder=tmp_path
    )
    assert ran.code == 0, ran.err
    assert "Night of the Living Dead (1968)" in ran.out or "Ночь живых мертвецов (1968)" in ran.out
    assert f"[1] {RU('get-best')}" in ran.out
    stranger = await command(
        "-m", "src", "chat", "--once", "/help", "--user", "9", settings=settings, folder=tmp_path
    )
    assert stranger.code == 1
    assert "ALLOWED_IDS" in stranger.err
    owner = await command(
        "-m", "src", "chat", "--once", "/help", "--user", str(OWNER), settings=settings, folder=tmp_path
    )
    assert RU("help").splitlines()[-1] in owner.out


async def test_chat_talks_until_the_input_ends_and_numbers_are_buttons(
    stage: Stage, film: SeededTorrent, tmp_path: Path
) -> None:
    settings = stage.settings | {
        "LOG_LEVEL": "INFO",
        "SEEDBOX_KIND": "none",
        "DATA_DIR": str(tmp_path / "data"),
    }
    said = "/start\n1\nnight of the living dead 1080p\nвторой\n1\n\n"
    ran = await command("-m", "src", "chat", settings=settings, folder=tmp_path, stdin=said)
    assert ran.code == 0, ran.err
    assert "№2" in ran.out
    assert RU("magnet-copy") in ran.out or RU("magnet-file") in ran.out


async def test_doctor_names_each_service_and_ends_with_1_where_a_required_one_is_wrong(
    stage: Stage, film: SeededTorrent, tmp_path: Path
) -> None:
    well = await command("-m", "src", "doctor", "--json", settings=stage.settings, folder=tmp_path)
    rows = json.loads(well.out)
    assert well.code == 0, well.err
    assert all(set(row) == {"name", "state", "detail", "fix"} for row in rows)
    states = {row["name"]: row["state"] for row in rows}
    assert {"telegram", "database", "disk", "seedbox", "internet_archive", "piratebay"} <= set(states)
    assert set(states.values()) == {"ok"}
    wrong = stage.settings | {"TELEGRAM_BOT_TOKEN": "4242424242:AAE-another_token_of_nobody_at_all0"}
    ran = await command("-m", "src", "doctor", "--json", settings=wrong, folder=tmp_path)
    assert ran.code == 1
    telegram = next(row for row in json.loads(ran.out) if row["name"] == "telegram")
    assert telegram["state"] == "wrong"
    assert "TELEGRAM_BOT_TOKEN" in telegram["detail"]
    assert "@BotFather" in telegram["fix"]
    assert "another_token" not in ran.out + ran.err


async def test_an_unknown_command_or_option_is_told(tmp_path: Path) -> None:
    for arguments in (("dance",), ("search",), ("release", "--nonsense")):
        ran = await command("-m", "src", *arguments, settings={}, folder=tmp_path)
        assert ran.code == 2
        assert "Usage:" in ran.err
        assert "Traceback" not in ran.err
