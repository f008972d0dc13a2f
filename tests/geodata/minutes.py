"""What must hold of any table of minutes, whoever measured them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd


def assert_travel(table: pd.DataFrame, areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame) -> None:
    """One row a pair within reach, of known areas and buildings, with minutes of at least 0."""
    assert table.index.names == ["origin", "destination"]
    assert table.index.is_unique
    assert table.index.get_level_values("origin").isin(areas.index).all()
    assert table.index.get_level_values("destination").isin(assets.index).all()
    assert np.isfinite(table["travel_min"]).all()
    assert table["travel_min"].ge(0).all()
