"""A real PostgreSQL server with PostGIS for the tests: found on the machine, started in a folder of its own, stopped.

``.ci/postgis.py`` installs one where there is none. Tests that need it ask for the fixture ``database``; it is skipped
only where no server can be had, and says why.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

USER = "estates"
PASSWORD = "p@ss/word's#1"  # noqa: S105 - of a server that lives as long as the tests, with signs that an address must encode
PASSWORD_IN_ADDRESS = "p%40ss%2Fword's%231"  # noqa: S105
STARTING_TRIES = 3
TEMPLATE = "with_postgis"

_NUMBERS = count()


def find_server() -> Path | None:
    """Return the folder of the newest PostgreSQL server that has PostGIS, or None."""
    named = shutil.which("pg_config")
    folders = [Path(_ask(named, "--bindir"))] if named else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of, reverse=True)
    folders += [Path(path).parent for path in [shutil.which("initdb")] if path]
    return next((folder for folder in folders if (folder / "initdb").exists() and _has_postgis(folder)), None)


def _has_postgis(folder: Path) -> bool:
    tool = folder / "pg_config"
    shared = Path(_ask(str(tool), "--sharedir")) if tool.exists() else None
    places = [shared] if shared else []
    places.append(Path("/usr/share/postgresql") / folder.parent.name)  # where Debian keeps it
    return any((place / "extension" / "postgis.control").exists() for place in places)


def _version_of(folder: Path) -> float:
    digits = folder.parent.name.replace(".", "", 1)
    return float(folder.parent.name) if digits.isdigit() else 0.0


def _ask(tool: str, question: str) -> str:
    return subprocess.run([tool, question], check=True, capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Parameters
    ----------
    folder
        Where its data and its socket are.
    port
        Port on the loopback address, where it asks for a password; on the socket it does not.
    """

    folder: Path
    port: int

    def address(self, database: str, *, password: str = PASSWORD_IN_ADDRESS, user: str = USER) -> str:
        """Return the address over the network."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{database}"

    def by_socket(self, database: str) -> str:
        """Return the address through the socket, where no password is asked for."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"


def _as_other(folder: Path) -> list[str]:
    """Return what to put before a command: the server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    known = {user.pw_name for user in pwd.getpwall()}
    other = next(name for name in ("postgres", "nobody") if name in known)
    shutil.chown(folder, other)
    return ["runuser", "-u", other, "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    # the server would keep our pipes open: it writes to its own log, and the tools to a file
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, check=False, stdout=said, stderr=said, stdin=subprocess.DEVNULL, text=True)
        said.seek(0)
        done.stdout = said.read()
    return done


def _start(binaries: Path, folder: Path) -> Server:
    """Make a cluster and start it; another port where somebody was faster."""
    other, data, secret = _as_other(folder), folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    made = _run(*other, binaries / "initdb", "-D", data, "-U", USER, "--pwfile", secret, "--encoding=UTF8",
                "--locale=C", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256")  # fmt: skip
    assert made.returncode == 0, made.stdout
    for _ in range(STARTING_TRIES):
        port = _free_port()
        settings = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c max_connections=30"
        started = _run(*other, binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", settings, "start")
        if started.returncode == 0:
            return Server(folder, port)
    pytest.fail(f"PostgreSQL does not start: {started.stdout} {(folder / 'log').read_text()}")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Give a running server, and stop it at the end."""
    binaries = find_server()
    if binaries is None:
        pytest.skip("no PostgreSQL server with PostGIS on this machine; .ci/postgis.py installs one")
    folder = Path(tempfile.mkdtemp(prefix="onetown-pg-"))  # a socket's path must be short, and others must get in
    folder.chmod(0o755)
    try:
        started = _start(binaries, folder)
        _tell(started.by_socket("postgres"), f"CREATE DATABASE {TEMPLATE}")
        _tell(started.by_socket(TEMPLATE), "CREATE EXTENSION postgis")
        yield started
        _run(*_as_other(folder), binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """Give the address of an empty database with PostGIS that is thrown away after the test."""
    name = f"town{next(_NUMBERS)}"
    _tell(server.by_socket("postgres"), f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield server.address(name)
    _tell(server.by_socket("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def _tell(address: str, sentence: str) -> None:
    import psycopg  # noqa: PLC0415 - only where the server is

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sentence.encode())
