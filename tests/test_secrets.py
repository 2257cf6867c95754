"""Secrets at rest: what opens, what does not, and where the key comes from."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from src.core.errors import NotConfiguredError, SecretUnreadableError
from src.core.secrets import KEY_FILE, SecretBox, load_box

# Fixed, so that every worker collects the same cases.
OLD = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0="
NEW = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0="
PLAIN = "correct horse battery staple"
HERE = "person:7:rutracker_password"

pytestmark = pytest.mark.requirement("USER-002")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("plain", [PLAIN, "пароль ✓", "", b"\x00\xff raw", b"x" * 100_000])
def test_what_was_encrypted_comes_back(plain: str | bytes) -> None:
    box = SecretBox.from_keys([NEW])
    token = box.encrypt(plain, HERE)
    assert box.decrypt(token, HERE) == (plain.encode() if isinstance(plain, str) else plain)
    assert box.decrypt(memoryview(token), HERE) == box.decrypt(token, HERE)  # type: ignore[arg-type]  # psycopg


def test_the_token_shows_neither_value_nor_context_and_is_never_the_same() -> None:
    box = SecretBox.from_keys([NEW])
    first, second = box.encrypt(PLAIN, HERE), box.encrypt(PLAIN, HERE)
    assert first != second
    assert PLAIN.encode() not in first
    assert b"rutracker" not in first


def test_the_first_key_encrypts_and_every_key_decrypts() -> None:
    old, new, both = SecretBox.from_keys([OLD]), SecretBox.from_keys([NEW]), SecretBox.from_keys([NEW, OLD])
    assert both.decrypt(old.encrypt(PLAIN, HERE), HERE) == PLAIN.encode()
    assert new.decrypt(both.encrypt(PLAIN, HERE), HERE) == PLAIN.encode()
    with pytest.raises(SecretUnreadableError):
        old.decrypt(both.encrypt(PLAIN, HERE), HERE)


def test_rotation_moves_a_row_to_the_first_key_and_may_be_repeated() -> None:
    old, new, both = SecretBox.from_keys([OLD]), SecretBox.from_keys([NEW]), SecretBox.from_keys([NEW, OLD])
    once = both.rotate(old.encrypt(PLAIN, HERE), HERE)
    twice = both.rotate(once, HERE)  # a crash between rows means that some rows are rotated again
    assert new.decrypt(once, HERE) == new.decrypt(twice, HERE) == PLAIN.encode()
    with pytest.raises(SecretUnreadableError):
        old.decrypt(once, HERE)


def test_rotation_interrupted_at_any_row_leaves_every_row_readable() -> None:
    old, both = SecretBox.from_keys([OLD]), SecretBox.from_keys([NEW, OLD])
    contexts = [f"person:{number}:password" for number in range(12)]
    for stop in range(len(contexts) + 1):
        rows = [(old.encrypt(c, c), old.key_id) for c in contexts]
        for index in range(stop):
            rows[index] = (both.rotate(rows[index][0], contexts[index]), both.key_id)
        assert [both.decrypt(t, c).decode() for (t, _), c in zip(rows, contexts, strict=True)] == contexts
        assert [key for _, key in rows].count(both.key_id) == stop


def test_rotation_refuses_what_it_cannot_vouch_for() -> None:
    both = SecretBox.from_keys([NEW, OLD])
    with pytest.raises(SecretUnreadableError):
        both.rotate(both.encrypt(PLAIN, HERE), "person:8:rutracker_password")


def test_the_key_id_names_the_encrypting_key_without_telling_it() -> None:
    both = SecretBox.from_keys([NEW, OLD])
    assert both.key_ids == (SecretBox.from_keys([NEW]).key_id, SecretBox.from_keys([OLD]).key_id)
    assert both.key_id == both.key_ids[0] != both.key_ids[1]
    assert len(both.key_id) == 8
    assert both.key_id not in NEW
    assert NEW not in repr(both)
    assert OLD not in str(both)


def test_the_same_key_twice_is_one_key() -> None:
    assert len(SecretBox.from_keys([NEW, f" {NEW} ", ""]).key_ids) == 1


def test_swapped_rows_do_not_open() -> None:
    box = SecretBox.from_keys([NEW])
    rows = {context: box.encrypt(context, context) for context in (HERE, "person:8:rutracker_password")}
    with pytest.raises(SecretUnreadableError) as caught:
        box.decrypt(rows["person:8:rutracker_password"], HERE)
    assert "person:8" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [("a", "ab"), ("ab", "a"), ("", "a"), ("a", ""), ("inbox:1", "inbox:11"), ("x\0\3abc", "x")],
)
def test_a_context_that_only_begins_alike_is_another_one(written: str, read: str) -> None:
    box = SecretBox.from_keys([NEW])
    with pytest.raises(SecretUnreadableError):
        box.decrypt(box.encrypt("b" + PLAIN, written), read)


def test_a_torn_or_changed_token_is_unreadable_at_every_length() -> None:
    box = SecretBox.from_keys([NEW])
    token = box.encrypt(PLAIN, HERE)
    for length in range(len(token)):
        with pytest.raises(SecretUnreadableError):
            box.decrypt(token[:length], HERE)
    for index in range(0, len(token) - 4, 7):  # the last characters are padding
        changed = token[:index] + (b"A" if token[index : index + 1] != b"A" else b"B") + token[index + 1 :]
        with pytest.raises(SecretUnreadableError):
            box.decrypt(changed, HERE)


@pytest.mark.parametrize("token", [b"", b"gAAAAA", b"\xff\xfe", PLAIN.encode(), b"A" * 1000])
def test_what_is_no_token_is_unreadable_and_the_error_says_nothing_of_it(token: bytes) -> None:
    with pytest.raises(SecretUnreadableError) as caught:
        SecretBox.from_keys([NEW]).decrypt(token, HERE)
    assert PLAIN not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "key", ["short", "ы" * 44, "A" * 44, OLD + "=", OLD[:-1] + "A", "!" * 43 + "=", OLD.replace("=", " =")]
)
def test_a_malformed_key_is_named_by_its_place_and_never_shown(key: str) -> None:
    with pytest.raises(NotConfiguredError) as caught:
        SecretBox.from_keys([NEW, key])
    assert "ENCRYPTION_KEY" in caught.value.missing
    assert "2 of 2" in caught.value.how
    assert "generate_key" in caught.value.how
    assert key not in str(caught.value)
    assert NEW not in str(caught.value)


@pytest.mark.parametrize("keys", [[], [""], [" ", ""]])
def test_no_key_says_how_to_make_one(keys: list[str]) -> None:
    with pytest.raises(NotConfiguredError, match=r"ENCRYPTION_KEY is not set.*generate_key"):
        SecretBox.from_keys(keys)


def test_the_first_start_makes_a_key_only_the_owner_can_read(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "data"
    before = os.umask(0)
    try:
        box = load_box(None, home, encrypted_rows_exist=False)
    finally:
        os.umask(before)
    assert mode(home) == 0o700
    assert mode(home / KEY_FILE) == 0o600
    assert [path.name for path in home.iterdir()] == [KEY_FILE]
    assert SecretBox.from_keys([(home / KEY_FILE).read_text()]).key_id == box.key_id


def test_the_second_start_reads_the_key_of_the_first(tmp_path: Path) -> None:
    token = load_box(None, tmp_path, encrypted_rows_exist=False).encrypt(PLAIN, HERE)
    again = load_box("", tmp_path, encrypted_rows_exist=True, probe=(token, HERE))
    assert again.decrypt(token, HERE) == PLAIN.encode()


def test_open_permissions_are_closed_at_the_next_start(tmp_path: Path) -> None:
    load_box(None, tmp_path, encrypted_rows_exist=False)
    tmp_path.chmod(0o755)
    (tmp_path / KEY_FILE).chmod(0o644)
    load_box(None, tmp_path, encrypted_rows_exist=True)
    assert (mode(tmp_path), mode(tmp_path / KEY_FILE)) == (0o700, 0o600)


def test_a_missing_key_with_rows_refuses_and_makes_nothing(tmp_path: Path) -> None:
    for rows in (True, lambda: True):
        with pytest.raises(NotConfiguredError, match="Encrypted rows exist") as caught:
            load_box(None, tmp_path, encrypted_rows_exist=rows)
        assert caught.value.missing == "ENCRYPTION_KEY"
        assert KEY_FILE in caught.value.how
    assert list(tmp_path.iterdir()) == []


def test_a_probe_row_is_a_row_even_where_nobody_counted_it(tmp_path: Path) -> None:
    token = SecretBox.from_keys([OLD]).encrypt(PLAIN, HERE)
    with pytest.raises(NotConfiguredError):
        load_box(None, tmp_path, encrypted_rows_exist=False, probe=(token, HERE))
    assert list(tmp_path.iterdir()) == []


def test_rows_are_not_asked_for_while_a_key_is_there(tmp_path: Path) -> None:
    def exist() -> bool:
        raise AssertionError("asked")

    assert load_box(NEW, tmp_path, encrypted_rows_exist=exist).key_id == SecretBox.from_keys([NEW]).key_id


def test_the_wrong_key_refuses_and_says_to_put_the_old_one_back(tmp_path: Path) -> None:
    token = SecretBox.from_keys([OLD]).encrypt(PLAIN, HERE)
    with pytest.raises(SecretUnreadableError, match="Put the key they were encrypted with back") as caught:
        load_box(NEW, tmp_path, encrypted_rows_exist=True, probe=(token, HERE))
    assert NEW not in str(caught.value)
    assert load_box(f"{NEW}, {OLD}", tmp_path, encrypted_rows_exist=True, probe=(token, HERE)).decrypt(
        token, HERE
    )


def test_a_lost_key_spoils_its_rows_only(tmp_path: Path) -> None:
    lost = SecretBox.from_keys([OLD]).encrypt(PLAIN, HERE)
    box = load_box(
        NEW, tmp_path, encrypted_rows_exist=True
    )  # the owner gave a new key and asked for no proof
    with pytest.raises(SecretUnreadableError):
        box.decrypt(lost, HERE)
    assert box.decrypt(box.encrypt("asked again", HERE), HERE) == b"asked again"


def test_the_setting_wins_and_the_key_file_still_opens_its_rows(tmp_path: Path) -> None:
    home_box = load_box(None, tmp_path, encrypted_rows_exist=False)
    token = home_box.encrypt(PLAIN, HERE)
    box = load_box(NEW, tmp_path, encrypted_rows_exist=True, probe=(token, HERE))
    assert box.key_ids == (SecretBox.from_keys([NEW]).key_id, home_box.key_id)
    assert SecretBox.from_keys([NEW]).decrypt(box.rotate(token, HERE), HERE) == PLAIN.encode()


@pytest.mark.parametrize("content", [b"", b"\n", b"torn", b"\xff\xfe\x00", NEW.encode()[:40]])
def test_a_damaged_key_file_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    for key in (None, NEW):
        with pytest.raises(NotConfiguredError, match="damaged"):
            load_box(key, tmp_path, encrypted_rows_exist=False)
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_data_dir_that_cannot_be_used_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotConfiguredError, match="DATA_DIR"):
        load_box(None, tmp_path / "file", encrypted_rows_exist=False)
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(NotConfiguredError, match="DATA_DIR"):
        load_box(None, tmp_path, encrypted_rows_exist=False)


def test_what_a_crashed_start_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / f"{KEY_FILE}.{os.getpid()}.new").write_text("half a k")
    load_box(None, tmp_path, encrypted_rows_exist=False)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


START = """
import pathlib, sys
from src.core.secrets import load_box
sys.stdin.readline()
print(load_box(None, pathlib.Path(sys.argv[1]), encrypted_rows_exist=False).key_id)
"""


def test_two_starts_at_once_get_the_same_key(tmp_path: Path) -> None:
    home = tmp_path / "data"
    command = [sys.executable, "-c", START, str(home)]
    pipe = subprocess.PIPE
    starts = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for start in starts:
        assert start.stdin is not None
        start.stdin.write("\n")
        start.stdin.flush()
    answers = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert len(answers) == 1
    assert answers != {""}
    assert [path.name for path in home.iterdir()] == [KEY_FILE]
