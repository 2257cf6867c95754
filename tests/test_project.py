"""The project's own promises: locks, settings, arrows, sizes, and the house of the tests."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from src.config import Settings
from tests import sizes

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
LINT = (
    "import sys; from importlinter.cli import lint_imports; "
    "sys.exit(lint_imports(no_logo=True, no_cache=True))"
)


def _run(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )


# --- locks


def _pins(lock: str) -> dict[str, str]:
    """Name (with extras) to version, from a lock whose every entry is checked to be pinned and hashed."""
    pins: dict[str, str] = {}
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = re.fullmatch(
            r"([a-z0-9.-]+(?:\[[a-z,]+\])?)==(\S+)(?: ; [^#]+?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)", line
        )
        assert entry is not None, f"{lock}: not pinned by hash: {line[:80]}"
        pins[entry[1]] = entry[2]
    return pins


@pytest.mark.requirement("INFRA-001.2")
@pytest.mark.parametrize("lock", LOCKS)
def test_lock_is_pinned_by_hash_and_names_no_place(lock: str) -> None:
    pins = _pins(lock)
    assert len(pins) > 30
    comments = [line for line in (ROOT / lock).read_text().splitlines() if "#" in line]
    assert not [line for line in comments if re.search(r"://|(^|\s)/|index-url|find-links", line)]


@pytest.mark.requirement("INFRA-001.2")
def test_dev_lock_contains_the_runtime_lock() -> None:
    runtime, dev = (_pins(lock) for lock in LOCKS)
    assert runtime.items() <= dev.items()


@pytest.mark.requirement("INFRA-001.2")
def test_an_extra_never_stands_without_its_bare_name() -> None:
    # pip 23.0, Debian 12's, refuses the whole lock otherwise
    for lock in LOCKS:
        pins = _pins(lock)
        for name, version in pins.items():
            assert pins[name.partition("[")[0]] == version


@pytest.mark.requirement("INFRA-001.2")
def test_every_dependency_is_in_its_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {LOCKS[0]: project["dependencies"], LOCKS[1]: project["optional-dependencies"]["dev"]}
    for lock, requirements in wanted.items():
        locked = {name.partition("[")[0] for name in _pins(lock)}
        names = {
            re.split(r"[\[<>=~! ]", requirement)[0].replace(".", "-").lower() for requirement in requirements
        }
        assert names <= locked


# --- settings


def _documented_settings() -> dict[str, bool]:
    """Every name of .env.example, and whether the file offers it for use."""
    found = re.findall(r"^(#?)([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    return {name: not commented for commented, name in found}


@pytest.mark.requirement("INFRA-002.4")
def test_env_example_offers_exactly_what_is_read() -> None:
    offered = {name for name, used in _documented_settings().items() if used}
    assert offered == {name.upper() for name in Settings.model_fields}


@pytest.mark.requirement("INFRA-002.4")
def test_env_example_says_what_is_not_used_yet() -> None:
    blocks = (ROOT / ".env.example").read_text().split("\n\n")
    unused = [block for block in blocks if re.search(r"^#[A-Z][A-Z0-9_]+=", block, re.MULTILINE)]
    assert unused
    assert all("Not used yet" in block for block in unused)


@pytest.mark.requirement("INFRA-002.1")
def test_env_example_is_accepted_as_it_is(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    assert Settings() == Settings(_env_file=None)


# --- arrows and sizes


@pytest.mark.requirement("INFRA-001.3")
def test_arrows() -> None:
    done = _run(sys.executable, "-c", LINT, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.requirement("INFRA-001.3")
def test_a_stranger_who_imports_an_owned_module_breaks_the_contract(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "adapter": "import telegram",
        "stranger": "from pack import adapter",
    }.items():
        (package / f"{name}.py").write_text(text)
    config = (
        "[importlinter]\nroot_package = pack\ninclude_external_packages = true\n"
        "contract_types =\n    owned: tests.import_owners.OwnedContract\n"
        "[importlinter:contract:one]\nname = one\ntype = owned\n"
        "owned =\n    pack.adapter\n    absent.*\nowners =\n    pack.{}\n"
        "[importlinter:contract:two]\nname = two\ntype = owned\n"
        "owned =\n    telegram\nowners =\n    pack.adapt*\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    results = {}
    for owner in ("nobody", "stranger"):
        (tmp_path / ".importlinter").write_text(config.format(owner))
        results[owner] = _run(sys.executable, "-c", LINT, cwd=tmp_path, PYTHONPATH=path)
    assert results["nobody"].returncode == 1
    assert "pack.stranger imports pack.adapter" in results["nobody"].stdout
    assert "two KEPT" in results["nobody"].stdout
    assert results["stranger"].returncode == 0


def test_no_module_and_no_function_is_too_long() -> None:
    assert [sentence for path in sorted(sizes.SRC.rglob("*.py")) for sentence in sizes.too_long(path)] == []


def test_too_long_is_noticed(tmp_path: Path) -> None:
    long = tmp_path / "long.py"
    long.write_text("def f() -> None:\n" + "    g()\n" * 60 + "x = 1\n" * 540)
    assert [sentence.split(": ", 1)[1] for sentence in sizes.too_long(long)] == [
        "601 lines, at most 600",
        "61 lines, at most 60",
    ]


# --- the tests' own house


@pytest.mark.requirement("TEST-001.1")
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "10.0.0.1"])
def test_the_suite_cannot_leave_loopback(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(RuntimeError, match="loopback"):
        client.connect((address, 9))


def test_settings_of_the_developer_do_not_reach_tests(tmp_path: Path) -> None:
    assert Path.cwd() == tmp_path
    assert not {name.upper() for name in Settings.model_fields} & set(os.environ)


@pytest.mark.requirement("TEST-001.2")
@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_a_missing_daemon_is_a_named_skip_or_a_failure(tmp_path: Path, required: str, outcome: str) -> None:
    test = tmp_path / "test_absent.py"
    test.write_text("import pytest\n@pytest.mark.daemon('absent')\ndef test_it(): pass\n")
    plugin = tmp_path / "plugin.py"
    plugin.write_text(
        "from tests.conftest import *\nfrom tests.daemons import DAEMONS, Daemon\n"
        "DAEMONS['absent'] = Daemon('absent', 'no-such-program', 'no-such-package')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = daemon(name)\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    command = (sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "-p", "plugin", str(test))
    done = _run(*command, cwd=tmp_path, REQUIRE_DAEMONS=required, PYTHONPATH=path)
    assert outcome in done.stdout
    assert "daemon absent is not installed (apt-get install no-such-package)" in done.stdout


async def test_a_database_is_fresh_and_answers(database_url: str) -> None:
    assert database_url.startswith(("sqlite:////", "postgresql://tester:"))


# --- documents


def _texts(*names: str) -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


@pytest.mark.requirement("DOC-001.1")
@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_readme_leads_with_the_bot_and_starts_in_two_commands(name: str) -> None:
    text = _texts(name)
    assert text.index("```text") < text.index("\n## ")
    quick_start = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert quick_start is not None
    commands = [line.split("#")[0].strip() for line in quick_start[1].splitlines()]
    assert commands == ["make demo", "make test"]
    assert text.index("## ") < quick_start.start()


@pytest.mark.requirement("DOC-001.1")
def test_both_readmes_have_the_same_shape() -> None:
    shapes = []
    for name in ("README.md", "README.ru.md"):
        text = _texts(name)
        links = re.findall(r"\]\(((?!README)[^)]+)\)", text)
        code = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        shapes.append((re.findall(r"^#+ ", text, re.MULTILINE), links, sorted(code), text.count("\n- ")))
    assert shapes[0] == shapes[1]


@pytest.mark.requirement("DOC-001.3")
@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README.ru.md",
        "CLAUDE.md",
        *(f"docs/{n}.md" for n in ("ARCHITECTURE", "API", "DEPLOYMENT")),
    ],
)
def test_files_and_make_targets_that_a_document_names_exist(name: str) -> None:
    text = _texts(name)
    files = set(re.findall(r"(?<![\w/.])((?:src|tests|docs|bench)/[\w./-]*\w)", text))
    files |= {link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link}
    absent = [
        file for file in files if not (ROOT / file).exists() and not ((ROOT / name).parent / file).exists()
    ]
    assert absent == []
    targets = set(re.findall(r"^([a-z]+):", _texts("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`(?:[A-Z]+=1 )?make ([a-z]+)", text)) <= targets


@pytest.mark.requirement("DOC-001.3")
def test_deployment_names_every_setting() -> None:
    named = set(re.findall(r"^\| ([A-Z_]+) \|", _texts("docs/DEPLOYMENT.md"), re.MULTILINE))
    assert named == {field.upper() for field in Settings.model_fields}
