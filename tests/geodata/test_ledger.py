"""A file that is only added to is whole or as it was, the same each time, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from geodata.errors import SourceError
from geodata.files import sha256_of
from geodata.ledger import edited_by_hand, grow, layers_of, read_layer


def sites(*names: str) -> gpd.GeoDataFrame:
    """Return a layer of points."""
    return gpd.GeoDataFrame({"name": list(names)}, geometry=[Point(n, 0) for n in range(len(names))], crs=27700)


def test_rows_are_added_at_the_end_and_layers_replaced(tmp_path: Path) -> None:
    """Two saves, two kinds of table."""
    path = tmp_path / "new" / "county.gpkg"
    notes = pd.DataFrame({"version": [1], "note": ["first"]})
    grow(path, added={"history": sites("a"), "notes": notes}, replaced={"now": sites("a")})
    grow(path, added={"history": sites("b"), "notes": notes.assign(version=2)}, replaced={"now": sites("b", "c")})
    assert layers_of(path) == {"history", "notes", "now"}
    assert read_layer(path, "history")["name"].to_list() == ["a", "b"]
    assert read_layer(path, "now")["name"].to_list() == ["b", "c"]
    assert read_layer(path, "notes", where="version IN (2)")["version"].to_list() == [2]
    assert list(read_layer(path, "history", columns=["name"])) == ["name"]
    assert [one.name for one in path.parent.iterdir()] == ["county.gpkg"]


def test_a_failure_at_the_last_moment_changes_nothing(tmp_path: Path) -> None:
    """`ready` is asked when the copy is complete."""
    path = tmp_path / "county.gpkg"
    grow(path, added={"history": sites("a")})
    before = sha256_of(path)

    def refuse() -> None:
        raise SourceError("county.gpkg: somebody else began.")

    with pytest.raises(SourceError, match="somebody else began"):
        grow(path, added={"history": sites("b")}, ready=refuse)
    assert sha256_of(path) == before
    assert [one.name for one in tmp_path.iterdir()] == ["county.gpkg"]


def test_the_same_additions_give_the_same_bytes(tmp_path: Path) -> None:
    """GeoPackage would like to write the time into the file."""
    for name in ("a", "b"):
        grow(tmp_path / f"{name}.gpkg", added={"history": sites("a")}, replaced={"now": sites("x")})
        grow(tmp_path / f"{name}.gpkg", added={"history": sites("b")}, replaced={"now": sites("y")})
    assert sha256_of(tmp_path / "a.gpkg") == sha256_of(tmp_path / "b.gpkg")


def test_a_layer_edited_in_another_program_is_known(tmp_path: Path) -> None:
    """GDAL, and so QGIS, notes the time of the edit; we never do."""
    path = tmp_path / "county.gpkg"
    grow(path, added={"history": sites("a")}, replaced={"now": sites("a")})
    assert not edited_by_hand(path, "now")
    assert not edited_by_hand(path, "nothing")
    sites("b").to_file(path, layer="now", mode="a")
    assert edited_by_hand(path, "now")
    assert not edited_by_hand(path, "history")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing layer, another kind of file."""
    path = tmp_path / "county.gpkg"
    grow(path, added={"history": sites("a")})
    with pytest.raises(SourceError, match=r"is a broken GeoPackage\. Put back a copy of it"):
        read_layer(path, "past")
    (tmp_path / "list.gpkg").write_text("name,area\n")
    with pytest.raises(SourceError, match=r"is no GeoPackage\. Give another name"):
        layers_of(tmp_path / "list.gpkg")
