"""A talking bot for each test file. What the stand-in of the model refused fails the test that caused it."""

from collections.abc import AsyncIterator, Generator, Iterator

import pytest
import pytest_asyncio

from tests.talking.scene import TalkingScene, open_talking


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TalkingScene]:
    """The file's bot with a model, metadata and the embedded engine."""
    async with open_talking(tmp_path_factory.mktemp("talking"), MODEL_AWAY_SECONDS="0") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _the_model_was_asked_rightly(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every request kept the API's rules, everything scripted was asked for, and nothing is left for the next."""
    yield
    for value in list(request.node.funcargs.values()):
        if isinstance(value, TalkingScene):
            refused = [(one.status, one.message) for one in value.claude.refused]
            left, unscripted = value.claude.left, list(value.claude.unscripted)
            value.claude.reset()
            value.claude.brain = None
            assert not refused
            assert not unscripted
            assert left == 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed flow shows the end of its bot's log and of the conversation with the model."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for value in item.funcargs.values():
            if isinstance(value, TalkingScene):
                log = [line[:500] for line in value.bot.lines if '"httpcore' not in line][-40:]
                report.sections.append(("the bot's log", "\n".join([*value.bot.output[-5:], *log])))
                asked = [str(one.request.turns[-1])[:600] for one in value.claude.requests[-6:]]
                report.sections.append(("asked of the model", "\n".join(asked)))
    return report
