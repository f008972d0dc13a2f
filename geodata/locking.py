"""Let one person at a time change a file: a lock file beside it, made atomically, with who holds it and since when.

It works on folders that several computers share. A lock whose program has died is taken over: at once where it died on
this computer, after ten minutes where it died elsewhere. Who is overtaken in that way is told before anything of theirs
is put in place (:meth:`Lock.check`).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geodata.errors import SourceError

STALE_SECONDS = 600.0
WAIT_SECONDS = 10.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that we hold.

    Parameters
    ----------
    target
        The file that nobody else may change.
    path
        The lock file.
    content
        What we wrote into it: who, where, since when, and a number of our own.
    """

    target: Path
    path: Path
    content: str

    def check(self) -> None:
        """Return where the lock is still ours; ask before putting anything in place.

        Raises
        ------
        SourceError
            Somebody took the lock over.
        """
        if _content(self.path) != self.content:
            raise SourceError(
                f"{self.target}: saving took so long that somebody else began. Nothing was saved; try again."
            )


@contextmanager
def locked(path: str | Path, *, holder: str = "", wait_seconds: float = WAIT_SECONDS) -> Iterator[Lock]:
    """Hold the lock of a file while the block runs.

    Parameters
    ----------
    path
        The file to be changed; it need not exist yet. Missing parent folders are created.
    holder
        Who holds it, for the message to others.
    wait_seconds
        How long to wait for somebody else (seconds).

    Raises
    ------
    SourceError
        Somebody else holds it, or no lock file can be written.
    """
    target = Path(path)
    file = target.with_name(f".{target.name}.lock")
    content = _said_of_us(holder)
    deadline = time.monotonic() + wait_seconds
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        while not _create(file, content):
            seen = _content(file)
            if seen is not None and _is_stale(file, seen):
                _take_away(file, seen)
            elif time.monotonic() >= deadline:
                raise _held(target, file, seen or "")
            else:
                time.sleep(POLL_SECONDS)
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(
            f"{target}: cannot be written ({error.strerror}). Check the folder and its rights."
        ) from error
    try:
        yield Lock(target, file, content)
    finally:
        if _content(file) == content:
            with suppress(OSError):
                file.unlink()


def _said_of_us(holder: str) -> str:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    about = {"holder": holder, "host": socket.gethostname(), "process": os.getpid(), "since": since}
    return json.dumps({**about, "token": secrets.token_hex(8)})


def _create(file: Path, content: str) -> bool:
    """Make the lock file unless it exists; the file system answers for it that only one of us can."""
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(content)
    except FileExistsError:
        return False
    return True


def _content(file: Path) -> str | None:
    """Return what stands in the lock file, or None where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _is_stale(file: Path, content: str) -> bool:
    """Return True where the program that made the lock has ended, or must have."""
    about = _about(content)
    process = about.get("process")
    if about.get("host") == socket.gethostname() and isinstance(process, int) and not _is_running(process):
        return True
    try:
        return time.time() - file.stat().st_mtime > STALE_SECONDS
    except FileNotFoundError:
        return False


def _is_running(process: int) -> bool:
    """Return False where no process of this computer has the number; True where that cannot be told."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _take_away(file: Path, seen: str) -> None:
    """Remove a stale lock, one of us at a time: who finds it dead too waits, looks again and finds it gone.

    The right to remove is a file of its own, named after what the dead lock says. Whoever has it looks once more before
    the hand falls, so a living lock that took the place of the dead one is never touched.
    """
    right = file.with_name(f"{file.name}.{hashlib.sha256(seen.encode()).hexdigest()[:16]}")
    if not _create(right, ""):
        _drop_if_old(right)
        time.sleep(POLL_SECONDS)
        return
    try:
        if _content(file) == seen and _is_stale(file, seen):
            file.unlink(missing_ok=True)
    finally:
        right.unlink(missing_ok=True)


def _drop_if_old(right: Path) -> None:
    """Remove the right to remove where the program that had it died while it had it."""
    with suppress(FileNotFoundError):
        if time.time() - right.stat().st_mtime > STALE_SECONDS:
            right.unlink()


def _held(target: Path, file: Path, content: str) -> SourceError:
    about = _about(content)
    who = about.get("holder") or "somebody"
    where = f" on {about['host']}" if about.get("host") else ""
    since = f" since {about['since']}" if about.get("since") else ""
    return SourceError(
        f"{target}: is being changed by {who}{where}{since}. Nothing was saved. Try again in a minute; "
        f"if nobody is at work, delete {file}."
    )


def _about(content: str) -> dict[str, object]:
    try:
        about = json.loads(content)
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}
