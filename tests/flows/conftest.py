"""A bot for each test file: starting one costs seconds, so flows of one file share it and each has its own person."""

from collections.abc import AsyncIterator, Generator

import pytest
import pytest_asyncio

from tests.flows.talk import Scene, open_scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The file's bot, with the embedded engine and both sources."""
    async with open_scene(tmp_path_factory.mktemp("scene")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare_scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The file's bot without a seedbox."""
    async with open_scene(tmp_path_factory.mktemp("bare"), SEEDBOX_KIND="none") as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed flow shows the end of its bot's log."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for value in item.funcargs.values():
            if isinstance(value, Scene):
                log = [line[:500] for line in value.bot.lines if "httpcore" not in line][-40:]
                report.sections.append(("the bot's log", "\n".join([*value.bot.output[-5:], *log])))
    return report
