"""One person at a time changes a file, and a dead program locks nobody out."""

from __future__ import annotations

import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from geodata import locking
from geodata.errors import SourceError
from geodata.locking import STALE_SECONDS, locked


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return the file to be changed."""
    return tmp_path / "county" / "register.gpkg"


def lock_file(target: Path, *, process: int, host: str = "", age_seconds: float = 0.0) -> Path:
    """Leave a lock as a program would."""
    target.parent.mkdir(parents=True)
    file = target.with_name(f".{target.name}.lock")
    about = {"holder": "Bob", "host": host or socket.gethostname(), "process": process, "since": "2026-03-31T09:00:00"}
    file.write_text(json.dumps(about))
    os.utime(file, (time.time() - age_seconds,) * 2)
    return file


def dead_process() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_the_lock_is_there_while_we_work_and_gone_after(target: Path) -> None:
    """Also where the work fails."""
    with locked(target, holder="Ann") as lock:
        assert json.loads(lock.path.read_text())["holder"] == "Ann"
        lock.check()
    assert list(target.parent.iterdir()) == []
    with pytest.raises(KeyError), locked(target):
        raise KeyError
    assert list(target.parent.iterdir()) == []


def test_who_comes_second_waits_and_is_told_by_whom(target: Path) -> None:
    """With what to do where nobody is at work any more."""
    with locked(target, holder="Ann"):
        start = time.monotonic()
        with (
            pytest.raises(SourceError, match=r"is being changed by Ann on .* since .*\. Nothing was saved") as told,
            locked(target, wait_seconds=0.2),
        ):
            pass
        assert time.monotonic() - start >= 0.2
        assert f"delete {target.with_name('.register.gpkg.lock')}." in str(told.value)


def test_who_waits_long_enough_gets_in(target: Path) -> None:
    """A save takes a second."""
    inside, done = threading.Event(), threading.Event()

    def work() -> None:
        with locked(target):
            inside.set()
            time.sleep(0.2)
            done.set()

    other = threading.Thread(target=work)
    other.start()
    assert inside.wait(10)
    with locked(target, wait_seconds=30):
        assert done.is_set()
    other.join()


@pytest.mark.parametrize("case", ["dead", "old", "older than its text"])
def test_the_lock_of_a_dead_program_is_taken_over(target: Path, case: str) -> None:
    """A power cut must not lock a county out of its register."""
    elsewhere = {"process": 1, "host": "another-computer", "age_seconds": STALE_SECONDS + 60}
    file = lock_file(target, **({"process": dead_process()} if case == "dead" else elsewhere))  # type: ignore[arg-type]
    if case == "older than its text":
        file.write_text("")
        os.utime(file, (time.time() - STALE_SECONDS - 60,) * 2)
    with locked(target, wait_seconds=5):
        pass
    assert list(target.parent.iterdir()) == []


def test_the_lock_of_another_computer_is_respected(target: Path) -> None:
    """Whether its program lives cannot be seen from here, so its age counts."""
    file = lock_file(target, process=dead_process(), host="another-computer", age_seconds=30)
    sentence = "is being changed by Bob on another-computer since 2026-03-31"
    with pytest.raises(SourceError, match=sentence), locked(target, wait_seconds=0.1):
        pass
    assert file.exists()


def test_who_was_taken_for_dead_is_told_before_anything_is_put_in_place(target: Path) -> None:
    """A laptop that slept for an hour in the middle of a save."""
    with locked(target) as lock:
        lock.path.write_text("somebody else's")
        with pytest.raises(SourceError, match=r"saving took so long that somebody else began\. Nothing was saved"):
            lock.check()
    assert lock.path.read_text() == "somebody else's"


def test_many_at_once_go_one_by_one(target: Path) -> None:
    """Eight threads add one each to a number in a file: none is lost."""
    counter = target.parent / "number"
    counter.parent.mkdir()
    counter.write_text("0")

    def add_one() -> None:
        with locked(target, wait_seconds=60):
            number = int(counter.read_text())
            time.sleep(0.01)
            counter.write_text(str(number + 1))

    people = [threading.Thread(target=add_one) for _ in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert counter.read_text() == "8"


@pytest.mark.parametrize("attempt", range(8))
def test_stale_locks_are_taken_over_by_one_only(attempt: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several find the dead lock at the same moment; still one by one.

    Each dawdles between seeing that the lock is dead and taking it away, which is when another may have taken it.
    """
    target = tmp_path / "county" / "register.gpkg"
    lock_file(target, process=dead_process())
    dawdle = random.Random(attempt)  # noqa: S311 - a dawdle is no secret
    content = locking._content

    def slow_content(file: Path) -> str | None:
        seen = content(file)
        time.sleep(dawdle.uniform(0.0, 0.02))
        return seen

    monkeypatch.setattr(locking, "_content", slow_content)
    inside: list[str] = []
    most: list[int] = []

    def work() -> None:
        with locked(target, wait_seconds=60):
            inside.append("x")
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    people = [threading.Thread(target=work) for _ in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert most == [1] * 6
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "file").write_text("")
    sentence = re.escape("register.gpkg: cannot be written (")
    with pytest.raises(SourceError, match=sentence), locked(tmp_path / "file" / "register.gpkg"):
        pass
