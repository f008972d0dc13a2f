"""Find a browser for the browser tests, or install one; say which, and fail with a remedy when neither works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from packages import apt_get, can_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def find_browser() -> str | None:
    """Return the path of a Chromium-family browser, or None."""
    named = os.environ.get("ONETOWN_CHROMIUM")
    if named and Path(named).exists():
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or find_playwright_browser()


def find_playwright_browser() -> str | None:
    """Return the path of the browser that Playwright installed for itself, or None."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only when nothing else was found

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_browser() -> None:
    """Try the system's package manager, then Playwright's own download; each may fail quietly."""
    if can_install():
        apt_get("update", "-qq")
        apt_get("install", "-y", "-qq", "chromium")
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Return 0 when a browser is there in the end."""
    if find_browser() is None:
        sys.stderr.write("No Chromium found: installing one for the browser tests.\n")
        install_browser()
    browser = find_browser()
    if browser is None:
        sys.stderr.write(
            "The browser tests need Chromium or Chrome and none could be installed. "
            "Install one, or set ONETOWN_CHROMIUM to its path; `make check` runs everything else.\n"
        )
        return 1
    sys.stderr.write(f"Browser for the tests: {browser}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
