"""Layers whose shapes cannot be made."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from shapely.geometry import Point

from geodata.errors import SourceError
from geodata.files import read_sheets


def test_a_ring_of_two_points_is_told(tmp_path: Path) -> None:
    """A polygon of two corners has no inside; the file needs mending where it was made, not a traceback here."""
    ring = {"type": "Polygon", "coordinates": [[[0, 0], [0, 0]]]}
    layer = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, "geometry": ring}]}
    path = tmp_path / "sites.geojson"
    path.write_text(json.dumps(layer))
    with pytest.raises(SourceError) as error:
        read_sheets(path)
    assert str(error.value).endswith(
        "holds a shape that cannot be drawn (Invalid number of points in LinearRing found 2 - must be 0 or >= 3). "
        "Mend it in your mapping system (check geometries) and export the layer again."
    )


def test_a_damaged_crs_is_told(tmp_path: Path) -> None:
    """A projection in a GeoParquet file that is none."""
    path = tmp_path / "sites.parquet"
    gpd.GeoDataFrame({"name": ["Library"]}, geometry=[Point(-1.5, 53.0)], crs="EPSG:4326").to_parquet(path)
    table = pq.read_table(path)
    described = {name: text.replace(b"datum", b"dutam") for name, text in table.schema.metadata.items()}
    pq.write_table(table.replace_schema_metadata(described), path)
    with pytest.raises(SourceError, match=r"sites\.parquet: is a broken Parquet file\. Export or download it again\."):
        read_sheets(path)
