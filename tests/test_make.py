"""What `make` sets up, and what it says where it cannot."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAYS = {
    "no ensurepip": ("has no ensurepip", "apt-get install python3-venv"),
    "too old": ("Python 3.11 or newer is needed", "apt-get install python3 python3-venv"),
}


def _make(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *args], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with the Makefile and what its set-up reads."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def _fake_environment(folder: Path, exit_code: int) -> Path:
    """A .venv whose python notes what it is asked for and ends with the code when it is the bot."""
    lines = [
        f'echo "$@" >> {folder}/asked',
        'case "$*" in',
        "  *pip\\ install*) echo installing ;;",
        f"  *src\\ run*) exit {exit_code} ;;",
        "esac",
    ]
    return _program(folder / ".venv" / "bin" / "python", "\n".join(lines))


@pytest.mark.requirement("INFRA-001.1")
@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        (
            'case "$*" in *ensurepip*) exit 1;; esac',
            "no ensurepip",
        ),
        (
            "exit 1",
            "too old",
        ),
    ],
)
def test_without_a_usable_python_one_line_says_what_to_install(
    made: Path, answers: str, problem: str
) -> None:
    python = _program(made / "bin" / "python", answers)
    done = _make(made, "test", f"PYTHON={python}")
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert all(part in lines[0] for part in SAYS[problem])
    assert done.returncode != 0


@pytest.mark.requirement("INFRA-001.1")
def test_the_set_up_is_done_once_and_again_when_the_lock_changes(made: Path) -> None:
    _fake_environment(made, 0)

    def installs() -> bool:
        done = _make(made, "run")
        assert done.returncode == 0, done.stderr
        return "Installing" in done.stdout

    assert installs()
    assert not installs()
    with (made / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert installs()
    assert "--require-hashes -r requirements.lock" in (made / "asked").read_text()


@pytest.mark.requirement("INFRA-001.1")
def test_make_run_shows_the_bots_own_exit_code(made: Path) -> None:
    _fake_environment(made, 78)
    done = _make(made, "run")
    assert "Error 78" in done.stderr
