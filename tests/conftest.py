"""What every test gets: a clean environment, an empty folder, loop-blocking detection, real daemons."""

import inspect
import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import settings

from src.config import Settings
from tests.daemons import DAEMONS, fresh_database, postgres_cluster

pytest_plugins = ["tests.requirements_plugin"]

ROOT = Path(__file__).resolve().parent.parent
# Names of design that this part's Settings do not know yet would reach a started process all the same.
_LATER = (
    "ANTHROPIC_",
    "TMDB_",
    "KINOPOISK_",
    "POISKKINO_",
    "OMDB_",
    "RUTRACKER_",
    "TORZNAB_",
    "YTS_",
    "TRAKT_",
    "WEBHOOK_",
)


def _only_loopback(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0]).partition("%")[0]
        if host != "localhost" and not ip_address(host).is_loopback:
            raise RuntimeError(f"a test tried to reach {args[1]}: tests stay on loopback")


def pytest_configure() -> None:
    """Keeps this process on loopback, and the developer's own settings out of it and of what it starts."""
    sys.addaudithook(_only_loopback)
    ours = {name.upper() for name in Settings.model_fields}
    for name in list(os.environ):
        if name.upper() in ours or name.upper().startswith(_LATER):
            del os.environ[name]
    # A machine runs the same examples each time; whoever sits at one looks further.
    settings.register_profile("same", derandomize=True, deadline=None)
    if os.environ.get("CI"):
        settings.load_profile("same")
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([inherited] if inherited else [])])


WHOLE_PROCESSES = ("flows", "talking", "crash", "eval")
OF_THE_TESTS = (
    "test_sandbox_",
    "test_prd",
    "test_make",
    "test_bench",
)  # what tests our own tools and stand-ins


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole processes and tests of the tests are no part of the quick run, but for what is marked as `quick`."""
    for item in items:
        inside = item.path.is_relative_to(ROOT / "tests")
        place = item.path.relative_to(ROOT / "tests").parts[0] if inside else ""
        if place.startswith((*WHOLE_PROCESSES, *OF_THE_TESTS)) and item.get_closest_marker("quick") is None:
            item.add_marker(pytest.mark.slow)
    # The long ones first: a long file that begins last would keep one worker busy and the others idle.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's .env and data/ lie in the repository: no test, and no process it starts, works there."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _nothing_blocks_the_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """A blocking call (file, socket, sleep) made by src inside a running loop raises BlockingError."""
    test = getattr(request.node, "obj", None)
    if not inspect.iscoroutinefunction(test) or request.node.get_closest_marker("may_block"):
        yield
        return
    with blockbuster_ctx("src"):
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose daemon is not installed, by name; with REQUIRE_DAEMONS=1 that is a failure."""
    for marker in item.iter_markers("daemon"):
        for name in marker.args:
            daemon = DAEMONS[name]
            if daemon.path() is not None:
                continue
            reason = f"daemon {name} is not installed (apt-get install {daemon.package})"
            if os.environ.get("REQUIRE_DAEMONS", "") not in {"", "0"}:
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a private PostgreSQL cluster, one per xdist worker; mark the test `daemon("postgres")`."""
    with postgres_cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.daemon("postgres"))])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'app.db'}"
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield url
