"""Install packages of the system where it has apt-get; quietly give up where it has not or may not."""

from __future__ import annotations

import os
import shutil
import subprocess


def can_install() -> bool:
    """Return True where the system has apt-get."""
    return shutil.which("apt-get") is not None


def apt_get(*words: str) -> None:
    """Run apt-get without questions, as root or by sudo without a password; it may fail quietly."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, "apt-get", *words], check=False, env=environment, stdin=subprocess.DEVNULL)
