"""Find LibreOffice, which recalculates workbooks and opens documents in the tests, or install it."""

from __future__ import annotations

import shutil
import sys

from packages import apt_get, can_install

PACKAGES = ("libreoffice-calc-nogui", "libreoffice-writer-nogui")


def main() -> int:
    """Return 0: without LibreOffice the tests that need it skip, and say so."""
    if shutil.which("soffice") is None and can_install():
        sys.stderr.write("No LibreOffice found: installing one for the tests of workbooks and documents.\n")
        apt_get("update", "-qq")
        apt_get("install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    found = shutil.which("soffice")
    sys.stderr.write(f"LibreOffice for the tests: {found or 'none; its tests will skip'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
