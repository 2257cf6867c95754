"""prd.json and the plugin that writes it."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements_plugin import Criterion, Outcomes, Prd, Requirement, judge, load_prd

ROOT = Path(__file__).resolve().parent.parent
# mission.md's table of requirements: how many each family has, in its order.
FAMILIES = {
    "INFRA": 3,
    "BOT": 6,
    "AI": 5,
    "SEARCH": 6,
    "MEDIA": 4,
    "SEEDBOX": 4,
    "LIB": 1,
    "SYNC": 2,
    "USER": 4,
    "ONBOARD": 1,
    "CONV": 2,
    "MON": 3,
    "SAFE": 1,
    "DEPLOY": 1,
    "TEST": 1,
    "DOC": 1,
}


def _marked_names() -> Iterator[tuple[str, str]]:
    """(file, name) of every requirement mark written in the tests."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
                for argument in node.args:
                    yield str(path.relative_to(ROOT)), str(ast.literal_eval(argument))


def test_prd_has_every_requirement_of_the_mission_in_order() -> None:
    expected = [
        f"{family}-{number:03}" for family, count in FAMILIES.items() for number in range(1, count + 1)
    ]
    assert [requirement.id for requirement in load_prd().requirements] == expected


def test_prd_keys_count_from_one_and_nothing_is_empty() -> None:
    for requirement in load_prd().requirements:
        criteria = requirement.acceptance_criteria
        assert [c.key for c in criteria] == [f"{requirement.id}.{n}" for n in range(1, len(criteria) + 1)]
        assert 2 <= len(criteria) <= 5
        assert requirement.title
        assert requirement.verification
        assert requirement.priority in {1, 2, 3}


def test_prd_is_written_in_the_plugins_shape() -> None:
    assert load_prd().dumps() == (ROOT / "prd.json").read_text(encoding="utf-8")


def test_prd_never_calls_a_blocked_requirement_passed() -> None:
    for requirement in load_prd().requirements:
        criteria = all(criterion.passes for criterion in requirement.acceptance_criteria)
        assert requirement.passes == (criteria and requirement.blocked is None)


def test_every_mark_names_a_requirement_or_a_criterion() -> None:
    names = load_prd().names()
    marks = list(_marked_names())
    assert marks
    assert [(file, name) for file, name in marks if name not in names] == []


def _two_requirements() -> Prd:
    def requirement(name: str, criteria: int, blocked: str | None = None) -> Requirement:
        keys = [Criterion(key=f"{name}.{n}", text="x", passes=True) for n in range(1, criteria + 1)]
        return Requirement(
            id=name,
            title="x",
            priority=1,
            acceptance_criteria=keys,
            verification=[],
            passes=True,
            blocked=blocked,
        )

    return Prd(
        project="x", rule="x", requirements=[requirement("A-001", 2), requirement("B-001", 1, "later")]
    )


def _judged(*tests: tuple[str, str]) -> tuple[list[bool], list[bool]]:
    """What passes of A-001.1, A-001.2, B-001.1 and of A-001, B-001 after tests given as (mark, outcome)."""
    outcomes = Outcomes()
    for number, (name, outcome) in enumerate(tests):
        when = "setup" if outcome == "skipped" else "call"
        outcomes.add(f"test_{number}", [name], when, outcome)
    prd = judge(_two_requirements(), outcomes)
    criteria = [
        criterion.passes for requirement in prd.requirements for criterion in requirement.acceptance_criteria
    ]
    return criteria, [requirement.passes for requirement in prd.requirements]


def test_nothing_passes_without_a_test() -> None:
    assert _judged() == ([False, False, False], [False, False])


def test_a_partly_covered_requirement_does_not_pass() -> None:
    assert _judged(("A-001.1", "passed")) == ([True, False, False], [False, False])
    assert _judged(("A-001.1", "passed"), ("A-001.2", "passed")) == ([True, True, False], [True, False])


def test_the_plain_id_covers_every_criterion() -> None:
    assert _judged(("A-001", "passed")) == ([True, True, False], [True, False])


@pytest.mark.parametrize("outcome", ["failed", "skipped", "xfailed"])
def test_one_test_that_did_not_pass_takes_its_criterion_with_it(outcome: str) -> None:
    assert _judged(("A-001", "passed"), ("A-001.2", outcome)) == ([True, False, False], [False, False])


def test_a_blocked_requirement_shows_its_criteria_but_does_not_pass() -> None:
    assert _judged(("B-001", "passed")) == ([False, False, True], [False, False])


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A project of its own with the plugin, a prd.json of two requirements and three tests."""
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "__init__.py").touch()
    shutil.copy(ROOT / "tests" / "requirements_plugin.py", tests)
    (tests / "conftest.py").write_text('pytest_plugins = ["tests.requirements_plugin"]\n')
    (tests / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.requirement('A-001.1')\n"
        "def test_one(): pass\n"
        "@pytest.mark.requirement('A-001.2')\n"
        "@pytest.mark.parametrize('wrong', [False, False])\n"
        "def test_two(wrong): assert not wrong\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nmarkers = requirement(name)\n")
    (tmp_path / "prd.json").write_text(_two_requirements().dumps())
    return tmp_path


def _pytest(project: Path, *args: str) -> tuple[str, Prd]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout, load_prd(project / "prd.json")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_full_run_writes_prd(small_project: Path, workers: str) -> None:
    printed, prd = _pytest(small_project, "-n", workers, "--write-prd")
    assert "prd.json: 1 of 2 requirements pass" in printed
    assert [requirement.passes for requirement in prd.requirements] == [True, False]


def test_a_failure_is_written_too(small_project: Path) -> None:
    test = small_project / "tests" / "test_it.py"
    test.write_text(test.read_text().replace("[False, False]", "[False, True]"))
    _, prd = _pytest(small_project, "-n", "2", "--write-prd")
    assert [c.passes for c in prd.requirements[0].acceptance_criteria] == [True, False]
    assert not prd.requirements[0].passes


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["-k", "one"], "selected"),
        (["--requirement", "A-001.1"], "selected"),
        (["tests/test_it.py"], "named on the command line"),
        (["--collect-only"], "collected only"),
    ],
)
def test_a_partial_run_writes_nothing(small_project: Path, args: list[str], why: str) -> None:
    printed, prd = _pytest(small_project, *args, "--write-prd")
    assert "prd.json not written" in printed
    assert why in printed
    assert prd == _two_requirements()


def test_nobody_else_writes_prd(small_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WRITE_PRD", raising=False)  # this very run may be one that writes
    _, prd = _pytest(small_project)
    assert prd == _two_requirements()
