"""Find a PostgreSQL server with PostGIS for the tests, or install one; say which, or why its tests will be skipped."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from packages import apt_get, can_install

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.postgres_server import find_server


def install_server() -> None:
    """Try the system's package manager; each step may fail quietly."""
    if not can_install():
        return
    apt_get("update", "-qq")
    apt_get("install", "-y", "-qq", "postgresql")
    versions = sorted((path.name for path in Path("/usr/lib/postgresql").glob("*")), key=float)
    if versions:
        apt_get("install", "-y", "-qq", f"postgresql-{versions[-1]}-postgis-3")


def main() -> int:
    """Return 0 when a server is there in the end, or where it may be missing: anywhere but in CI."""
    if find_server() is None:
        sys.stderr.write("No PostgreSQL server with PostGIS found: installing one for the tests.\n")
        install_server()
    server = find_server()
    if server is None:
        sys.stderr.write(
            "The tests of the database need PostgreSQL with PostGIS and none could be installed: they will be skipped. "
            "On Debian and Ubuntu: apt-get install postgresql postgresql-15-postgis-3 (or the version you have).\n"
        )
        return int(os.environ.get("CI") == "true")
    sys.stderr.write(f"PostgreSQL with PostGIS for the tests: {server}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
