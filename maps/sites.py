"""The layer of buildings: where each stands, whose it is, what is known of it and how it is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import lonlat_from_bng
from geodata.errors import CrsError
from maps.base import DataLayer
from maps.inert import Json, coded, numbers, packed_json, plain_text
from maps.style import FAMILIES, family_of

TEXTS = ("name", "address", "postcode", "uprn")
WORDS = ("organisation", "use", "tenure", "holding", "status", "condition", "epc", "services", "placed_by")
FIGURES = ("nia_m2", "gia_m2", "site_area_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa",
           "backlog_gbp", "value_gbp", "energy_kwh_pa")  # fmt: skip
DATES = ("lease_end", "break_date")
FLAGS = ("public_facing", "step_free")


def site_layer(assets: gpd.GeoDataFrame) -> DataLayer:
    """Return the layer of buildings.

    Parameters
    ----------
    assets
        Asset register in BNG, indexed by asset_id. Columns it lacks are not shown; a building without a point is in
        the table of the page, not on the map.

    Raises
    ------
    CrsError
        If the register is not in British National Grid.
    """
    if len(assets) and (assets.crs is None or assets.crs.to_epsg() != 27700):
        raise CrsError(
            f"assets: points are in {assets.crs or 'no CRS'}. A map wants British National Grid (EPSG:27700)."
        )
    lon, lat = _places(assets)
    uses = assets["use"].map(plain_text) if "use" in assets else pd.Series("other", index=assets.index)
    table: dict[str, Json] = {
        "id": [plain_text(key) for key in assets.index],
        "lon": numbers(lon, decimals=6),
        "lat": numbers(lat, decimals=6),
        "family": [family_of(use) for use in uses],
    }
    families: list[Json] = [
        {"name": family.name, "shape": family.shape, "colour": family.colour} for family in FAMILIES
    ]
    data: Json = {"table": packed_json(table | _columns(assets)), "families": families}
    return DataLayer("sites", data, rows=len(assets))


def _places(assets: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Return longitude and latitude (degrees, WGS84) of each building, NaN where it has no point."""
    east, north = np.full(len(assets), np.nan), np.full(len(assets), np.nan)
    points = np.array(assets.geometry.to_numpy(), dtype=object) if len(assets) else np.array([], dtype=object)
    placed = ~(shapely.is_missing(points) | shapely.is_empty(points))
    centres = shapely.centroid(points[placed])
    east[placed], north[placed] = shapely.get_x(centres), shapely.get_y(centres)
    lon, lat = np.full(len(assets), np.nan), np.full(len(assets), np.nan)
    if placed.any():
        lon[placed], lat[placed] = lonlat_from_bng(east[placed], north[placed])
    return pd.Series(lon, index=assets.index), pd.Series(lat, index=assets.index)


def _columns(assets: gpd.GeoDataFrame) -> dict[str, Json]:
    """Return every column the page knows and the register has; empty columns are left out."""
    result: dict[str, Json] = {}
    for name in (name for name in TEXTS if name in assets):
        result[name] = [plain_text(value) for value in assets[name]]
    for name in (name for name in WORDS if name in assets):
        result[name] = coded(assets[name])
    for name in (name for name in FIGURES if name in assets and assets[name].notna().any()):
        result[name] = numbers(assets[name])
        if f"{name}_from" in assets:
            result[f"{name}_from"] = coded(assets[f"{name}_from"])
    for name in (name for name in DATES if name in assets and assets[name].notna().any()):
        result[name] = [_day(value) for value in pd.to_datetime(assets[name])]
    for name in (name for name in FLAGS if name in assets and assets[name].notna().any()):
        result[name] = [None if pd.isna(value) else int(bool(value)) for value in assets[name]]
    return result


def _day(value: pd.Timestamp) -> str:
    """Return a date as a reader in Britain writes it, empty where there is none.

    Examples
    --------
    >>> _day(pd.Timestamp("2031-03-25")), _day(pd.NaT)
    ('25 March 2031', '')
    """
    return "" if pd.isna(value) else f"{value.day} {value.month_name()} {value.year}"
