"""Joins tests to prd.json through `@pytest.mark.requirement(...)` and writes what a full run proved.

A mark names a criterion ("SEARCH-004.1") or a requirement ("SEARCH-004": all its criteria). A criterion
passes when at least one test is marked with it and every test marked with it passed; a skipped test has not
passed. A requirement passes when all its criteria do and nothing blocks it. Only a full run (`--write-prd` or
WRITE_PRD=1, nothing selected, nothing left out) writes prd.json, and nobody else does.

`pytest --requirement SEARCH-004` runs what is marked with the requirement or one of its criteria.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

PRD = Path(__file__).resolve().parent.parent / "prd.json"
PROPERTY = "requirement"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Criterion(_Model):
    """One acceptance criterion; `key` is the requirement's id, a point and a number."""

    key: str
    text: str
    passes: bool


class Requirement(_Model):
    """One requirement of mission.md."""

    id: str
    title: str
    priority: int
    acceptance_criteria: list[Criterion]
    verification: list[str]
    passes: bool
    blocked: str | None


class Prd(_Model):
    """prd.json."""

    project: str
    rule: str
    requirements: list[Requirement]

    def names(self) -> set[str]:
        """Every name a mark may carry."""
        keys = {
            criterion.key
            for requirement in self.requirements
            for criterion in requirement.acceptance_criteria
        }
        return keys | {requirement.id for requirement in self.requirements}

    def dumps(self) -> str:
        """The file's text, always in the same shape."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def load_prd(path: Path = PRD) -> Prd:
    """prd.json as typed rows. Raises pydantic.ValidationError for another shape."""
    return Prd.model_validate_json(path.read_text(encoding="utf-8"))


@dataclass
class Outcomes:
    """What the tests marked with each name did, test by test."""

    passed: dict[str, set[str]] = field(default_factory=dict)
    not_passed: dict[str, set[str]] = field(default_factory=dict)

    def add(self, nodeid: str, names: Iterable[str], when: str, outcome: str) -> None:
        """Counts one phase of one test: every phase must pass, and the call must have happened."""
        for name in names:
            if outcome != "passed":
                self.not_passed.setdefault(name, set()).add(nodeid)
            elif when == "call":
                self.passed.setdefault(name, set()).add(nodeid)

    def proves(self, *names: str) -> bool:
        """True if tests marked with any of the names ran and all of them passed."""
        return any(self.passed.get(n) for n in names) and not any(self.not_passed.get(n) for n in names)


def judge(prd: Prd, outcomes: Outcomes) -> Prd:
    """prd.json as this run's outcomes make it."""
    judged = prd.model_copy(deep=True)
    for requirement in judged.requirements:
        for criterion in requirement.acceptance_criteria:
            criterion.passes = outcomes.proves(criterion.key, requirement.id)
        all_pass = all(criterion.passes for criterion in requirement.acceptance_criteria)
        requirement.passes = (
            all_pass and bool(requirement.acceptance_criteria) and requirement.blocked is None
        )
    return judged


def marked_names(item: pytest.Item) -> Iterator[str]:
    """The names of every requirement mark on the test, its class and its module."""
    for marker in item.iter_markers("requirement"):
        yield from marker.args


def _is_of(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted}.")


class Recorder:
    """Follows one session; on the controller it sees the reports of every worker."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.outcomes = Outcomes()
        self.unknown: set[str] = set()
        self.left_out: list[str] = []
        self.written: str | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Marks travel to the controller as properties of the reports; --requirement selects by them."""
        for item in items:
            item.user_properties.extend((PROPERTY, name) for name in marked_names(item))
        wanted = self.config.option.requirement
        if wanted:
            others = [item for item in items if not any(_is_of(name, wanted) for name in marked_names(item))]
            items[:] = [item for item in items if item not in others]
            self.config.hook.pytest_deselected(items=others)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """A run that leaves tests out proves nothing about the whole."""
        self.left_out.append(f"{len(items)} tests deselected")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts a phase of a test; a worker that died has lost its reports."""
        if report.when not in {"setup", "call", "teardown"}:
            self.left_out.append(f"a worker died in {report.nodeid}")
            return
        names = [str(value) for key, value in report.user_properties if key == PROPERTY]
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        self.outcomes.add(report.nodeid, names, report.when, outcome)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported has lost its tests."""
        if report.failed:
            self.left_out.append(f"{report.nodeid} was not collected")

    def _partial(self, exitstatus: int) -> str | None:
        """Why this was not a full run, or None."""
        if self.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
            return "tests were named on the command line"
        option = self.config.option
        if option.collectonly:
            return "tests were collected only"
        if option.keyword or option.markexpr or option.requirement:
            return "tests were selected by -k, -m or --requirement"
        if exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            return f"the run ended with exit status {int(exitstatus)}"
        return self.left_out[0] if self.left_out else None

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Writes prd.json where asked for and allowed."""
        asked = self.config.option.write_prd or os.environ.get("WRITE_PRD", "") not in {"", "0"}
        if not asked or hasattr(self.config, "workerinput"):
            return
        stopped = session.shouldfail or session.shouldstop
        reason = str(stopped) if stopped else self._partial(exitstatus)
        if reason is not None:
            self.written = f"prd.json not written: {reason}"
            return
        before = load_prd()
        after = judge(before, self.outcomes)
        if after != before:
            PRD.write_text(after.dumps(), encoding="utf-8")
        done = sum(requirement.passes for requirement in after.requirements)
        self.written = f"prd.json: {done} of {len(after.requirements)} requirements pass"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says in a line what became of prd.json."""
        if self.written is not None:
            terminalreporter.write_line(self.written)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --write-prd and --requirement."""
    parser.addoption("--requirement", metavar="ID", help="run the tests of one requirement or criterion")
    parser.addoption("--write-prd", action="store_true", help="write what this full run proved into prd.json")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the recorder of this session."""
    config.pluginmanager.register(Recorder(config), "concierge-requirements")
