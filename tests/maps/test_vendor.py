"""What we did not write is listed, unchanged and licensed."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

VENDOR = files("maps") / "vendor"


def test_every_vendored_file_is_in_the_manifest_with_its_checksum() -> None:
    """A changed or stray file in vendor/ is a file nobody answers for."""
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    listed = {file["path"]: file["sha256"] for package in manifest["packages"] for file in package["files"]}
    present = {entry.name for entry in VENDOR.iterdir() if entry.is_file()} - {"manifest.json", ".gitattributes"}
    present |= {f"images/{entry.name}" for entry in (VENDOR / "images").iterdir()}
    assert set(listed) == present
    for path, checksum in listed.items():
        assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == checksum


def test_every_package_states_version_licence_and_source() -> None:
    """Who made it, which version, under which terms."""
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    for package in manifest["packages"]:
        assert package["version"] in (VENDOR / "leaflet.js").read_text(encoding="utf-8")
        assert package["licence"] == "BSD-2-Clause"
        assert "Redistribution and use" in (VENDOR / package["licence_file"]).read_text(encoding="utf-8")
        assert package["source"].startswith("https://github.com/Leaflet/")
