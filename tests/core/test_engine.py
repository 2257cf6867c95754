"""The durable engine, for real: each test starts processes, one engine in each, and kills them."""

import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from src.core.engine import RECOVERY_ATTEMPTS
from tests.core.engine_worker import SECRET, Plan

WORKER = Path(__file__).with_name("engine_worker.py")
TEXT = '"Ночь ✓"'
WEEK_MS = 7 * 24 * 3600 * 1000


def environment(source: Path, *, measured: bool) -> dict[str, str]:
    """This process's own, with that source; a changed copy of the source is not measured by coverage."""
    names = [name for name in os.environ if measured or not name.startswith("COVERAGE_")]
    return {name: os.environ[name] for name in names} | {"PYTHONPATH": str(source)}


class Process:
    """What a worker did: its exit code, what became of its workflows, its log."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.outcomes = [json.loads(line) for line in done.stdout.splitlines()]
        self.log = done.stderr.splitlines()

    def outcome(self, ident: str) -> list[str]:
        """What became of a workflow, each time it was run."""
        return [str(one["outcome"]) for one in self.outcomes if one["ident"] == ident]


class Bench:
    """A folder with an engine's database and the journal of its steps."""

    def __init__(self, folder: Path, url: str, source: Path) -> None:
        self.folder = folder
        self.url = url
        self.source = source
        self.journal = folder / "journal"

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(self.url.removeprefix("sqlite:///"))

    def start(
        self,
        *runs: list[str],
        steps: str = "abc",
        die: str = "",
        answers: dict[str, str] | None = None,
        prune: bool = False,
        close: bool = False,
        source: Path | None = None,
    ) -> Process:
        """A process that runs these workflows, each with these steps, to its end."""
        plan: Plan = {
            "url": self.url,
            "journal": str(self.journal),
            "steps": list(steps),
            "runs": list(runs),
            "die": die,
            "answers": answers or {},
            "prune": prune,
            "close": close,
        }
        done = subprocess.run(
            [sys.executable, str(WORKER), json.dumps(plan)],
            cwd=self.folder,
            env=environment(source or self.source, measured=source is None),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Process(done)

    def journalled(self) -> list[str]:
        """Every line that a step or its caller wrote, without the results."""
        return [line.removesuffix(f" {TEXT}") for line in self.journal.read_text().splitlines()]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the SQLite file says."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(query).fetchall()

    def change(self, statement: str, *values: object) -> None:
        """Change the SQLite file, as a long time would have."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(statement, values)


@pytest.fixture
def bench(tmp_path: Path, root: Path) -> Bench:
    return Bench(tmp_path, f"sqlite:///{tmp_path / 'data' / 'engine.db'}", root)


def later_source(root: Path, folder: Path) -> Path:
    """The source of the next version: the same, but for its version's constant."""
    shutil.copytree(root / "src", folder / "src", ignore=shutil.ignore_patterns("*.pyc.*"))
    engine = folder / "src" / "core" / "engine.py"
    text, count = re.subn(
        r'^APPLICATION_VERSION = ".*"$',
        'APPLICATION_VERSION = "later"',
        engine.read_text(),
        flags=re.MULTILINE,
    )
    assert count == 1
    engine.write_text(text)
    return folder


@pytest.mark.requirement("BOT-003.1")
def test_a_finished_step_is_not_done_again_after_a_kill_in_a_later_one(
    database_url: str, tmp_path: Path, root: Path
) -> None:
    bench = Bench(tmp_path, database_url, root)
    killed = bench.start(["1"], die="b")
    assert (killed.code, killed.outcomes) == (-signal.SIGKILL, [])
    assert bench.journalled() == ["1 a", "1 a ->", "1 b"]

    restarted = bench.start(["1", "1"], ["1"])  # joined by two while it is recovered, and once more when done
    assert (restarted.code, restarted.outcome("1")) == (0, ["done", "done", "done"])
    # The step that was killed before its checkpoint runs twice, hence its natural key; the one before does not.
    assert bench.journalled()[3:] == ["1 a ->", "1 b", "1 b ->", "1 c", "1 c ->"]


def test_what_another_version_left_starts_again_under_the_same_id(bench: Bench, root: Path) -> None:
    assert bench.start(["1"], die="b").code == -signal.SIGKILL
    later = later_source(root, bench.folder / "later")

    restarted = bench.start(["1"], ["2"], steps="axy", die="", source=later)
    assert restarted.outcome("1") == ["done"]
    written = [line for line in bench.journalled() if line.startswith("1 ")]
    assert written[3:] == ["1 a", "1 a ->", "1 x", "1 x ->", "1 y", "1 y ->"]

    # The same version with other steps: told as broken, then started again.
    assert bench.start(["3"], steps="axy", die="x", source=later).code == -signal.SIGKILL
    changed = bench.start(["3"], ["3"], steps="pq", source=later)
    first, second = changed.outcome("3")
    assert first != "done"
    assert second == "done"
    assert bench.journalled()[-4:] == ["3 p", "3 p ->", "3 q", "3 q ->"]


@pytest.mark.requirement("INFRA-003.3")
def test_steps_answer_json_and_nothing_else_is_stored_or_logged(bench: Bench) -> None:
    answers = {kind: kind for kind in ("nested", "object", "bytes", "moment", "raise")}
    many = [f"n{number}" for number in range(12)]
    process = bench.start(list(answers), many, steps="ab", answers=answers, close=True)
    assert process.code == 0
    assert process.outcome("nested") == ["done"]
    for kind in ("object", "bytes", "moment"):
        (outcome,) = process.outcome(kind)
        assert re.match(
            r"\w+: (object|bytes|datetime) is not JSON: a step answers ids and plain values", outcome
        )
    assert process.outcome("raise") == [f"ZeroDivisionError: the password is {SECRET}"]
    assert [process.outcome(ident) for ident in many] == [["done"]] * 12
    assert 'nested a -> {"found": [1, 2.5, null, true, {"title": "Ночь"}]}' in bench.journalled()

    stored = bench.rows("SELECT inputs, output, error, serialization FROM workflow_status")
    stored += bench.rows("SELECT NULL, output, error, serialization FROM operation_outputs")
    assert len(stored) >= 17
    for *texts, serializer in stored:
        assert serializer == "concierge_json"
        for text in texts:
            if text is not None:
                json.loads(str(text))
    assert SECRET not in str(stored)
    assert not any(SECRET.encode() in path.read_bytes() for path in bench.file.parent.iterdir())

    records = [json.loads(line) for line in process.log]  # every line is ours, and an object
    assert any(record["logger"] == "dbos" for record in records)
    assert SECRET not in "\n".join(process.log)


def test_the_engines_file_is_private_and_written_ahead(bench: Bench) -> None:
    assert bench.start(["1"]).code == 0
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in bench.file.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert modes.keys() <= {"engine.db", "engine.db-wal", "engine.db-shm"}
    assert stat.S_IMODE(bench.file.parent.stat().st_mode) == 0o700
    assert bench.rows("PRAGMA journal_mode") == [("wal",)]

    # Of the finished ones, those older than a week are forgotten; what is unfinished never is.
    old = time.time_ns() // 1_000_000 - WEEK_MS - 60_000
    assert bench.start(["2"], ["3"], ["4"], die="b").code == -signal.SIGKILL
    bench.change(
        "UPDATE workflow_status SET created_at = ?, updated_at = ?, completed_at = CASE WHEN status = 'PENDING' "
        "THEN NULL ELSE ? END",
        *(old, old, old),
    )
    assert bench.start(["young"], steps="a", prune=True).code == 0
    left = {str(row[0]) for row in bench.rows("SELECT workflow_uuid FROM workflow_status")}
    assert left == {"work:2", "work:young"}


def test_who_kills_the_process_again_and_again_is_given_up(bench: Bench) -> None:
    assert bench.start(["1"], die="a").code == -signal.SIGKILL
    bench.change("UPDATE workflow_status SET recovery_attempts = ?", RECOVERY_ATTEMPTS + 1)
    process = bench.start(["1"], ["1"], ["2"], steps="a")
    assert process.code == 0
    assert process.outcome("1")[-1] == "gave up"
    assert "done" not in process.outcome("1")
    assert process.outcome("2") == ["done"]
    assert bench.journalled().count("1 a") == 1
