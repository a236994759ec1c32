from __future__ import annotations

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.durable import append, locked

ROOT = Path(__file__).parents[2]


def test_lines_are_appended_whole_and_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    append(path, [b"m\xe1\xbb\x99t", b"hai"])
    append(path, [b"ba"])
    assert path.read_bytes() == b"m\xe1\xbb\x99t\nhai\nba\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_after_a_torn_line_the_next_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntor")
    append(path, [b"two"])
    assert path.read_bytes() == b"one\ntor\ntwo\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on a file's size to stand for a full disk")
def test_where_the_disk_is_full_the_file_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    append(path, [b"one"])
    code = (
        "import resource, sys; from pathlib import Path; from bot.durable import append\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))\n"
        f"append(Path({str(path)!r}), [b'x' * 30, b'y' * 30])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "OSError" in done.stderr
    assert path.read_bytes() == b"one\n"


def test_a_lock_is_held_by_one_and_given_back(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with locked(path, 0.0), pytest.raises(BlockingIOError), locked(path, 0.01):
        pass
    with locked(path, 0.0):
        pass


def test_who_waits_for_a_lock_gets_it(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    held, wanted = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(path, 0.0):
            held.set()
            wanted.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    threading.Timer(0.05, wanted.set).start()
    with locked(path, 10.0):
        assert wanted.is_set()
    thread.join()
