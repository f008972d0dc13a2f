"""Arrows between the packages point one way, and every room is named for its idea."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "geodata": {"geodata"},
    "segmentation": {"geodata", "segmentation"},
    "estate": {"geodata", "estate"},
    "maps": {"geodata", "segmentation", "estate", "maps"},
    "cli": {"geodata", "segmentation", "estate", "maps"},
}


def modules() -> list[Path]:
    """Return every module of ours."""
    return [ROOT / "cli.py", *(path for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py")))]


def imports_of(path: Path) -> set[str]:
    """Return the top-level names that a module imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_the_arrows_point_one_way() -> None:
    """`segmentation` and `estate` meet only as tables; the readers of the world know neither."""
    for path in modules():
        package = path.relative_to(ROOT).parts[0].removesuffix(".py")
        strange = (imports_of(path) & set(MAY_IMPORT)) - MAY_IMPORT[package]
        assert not strange, f"{path.relative_to(ROOT)} imports {strange}"


def test_there_is_one_door_to_each_heavy_library() -> None:
    """A library that is reached from one room can be replaced in one room."""
    libraries = ("pandera", "convertbng", "pyproj", "highspy", "sklearn", "matplotlib", "osmium", "numba", "valhalla",
                 "rasterio", "exactextract", "httpx")  # fmt: skip
    for library in libraries:
        rooms = [path.relative_to(ROOT).as_posix() for path in modules() if library in imports_of(path)]
        assert len(rooms) <= 1, f"{library} is imported by {rooms}"


def test_rooms_are_named_for_their_idea() -> None:
    """A drawer called `utils` fills itself."""
    nameless = {"utils", "util", "common", "helpers", "helper", "misc"}
    assert not [path for path in modules() if nameless & set(path.relative_to(ROOT).with_suffix("").parts)]
