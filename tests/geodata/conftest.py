"""Boundary files of the small town, written where a test can spoil them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

WriteLayer = Callable[..., Path]


@pytest.fixture
def write_layer(tmp_path: Path) -> WriteLayer:
    """Return a function that writes shapes with their codes as a layer and returns its path."""

    def write(shapes: gpd.GeoSeries, *, heading: str = "OA21CD", name: str = "areas.gpkg", **columns: object) -> Path:
        path = tmp_path / name
        frame = gpd.GeoDataFrame({heading: shapes.index, **columns}, geometry=shapes.to_numpy(), crs=shapes.crs)
        frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
        return path

    return write


@pytest.fixture
def town_census(town_areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the census brings along for the small town."""
    return pd.DataFrame({"msoa21cd": "M1", "lad22cd": "D1", "lad22nm": "Smalltown"}, index=town_areas.index)
