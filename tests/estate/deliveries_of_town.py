"""Deliveries of the small town's bodies, made without a file, for the tests of the register's history."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from estate.deliveries import Delivery
from estate.keeping import SET_ASIDE_COLUMNS
from estate.store import Source

Cells = dict[str, object]

BUILDING: Cells = {
    "organisation": "Council",
    "reference": "",
    "uprn": "010000481734",
    "name": "Town Hall",
    "address": "High Street",
    "postcode": "DE1 2AB",
    "use": "office",
    "nia_m2": 1250.5,
    "lease_end": pd.Timestamp("2030-03-31"),
    "public_facing": False,
    "step_free": True,
    "questions": "",
    "source_file": "list.csv",
    "source_row": 2,
    "east": 400_500.0,
    "north": 300_500.0,
}
KINDS = {"nia_m2": "float64", "lease_end": "datetime64[s]", "public_facing": "bool", "step_free": "boolean",
         "source_row": "int64"}  # fmt: skip


def building(number: int | str, **cells: object) -> Cells:
    """Return a building of the council with its reference; it differs from its neighbours in name and place."""
    own: Cells = {"reference": f"R{number}", "uprn": None, "name": f"Office {number}", "asset_id": f"council/R{number}"}
    if isinstance(number, int):
        own |= {"east": 400_000.0 + 10 * number}
    return {**BUILDING, **own, **cells}


def rows_of(*buildings: Cells) -> gpd.GeoDataFrame:
    """Return buildings as a table of assets with the kinds that the reader gives."""
    table = pd.DataFrame(list(buildings), columns=[*BUILDING, "asset_id"]).set_index("asset_id")
    points = gpd.points_from_xy(table.pop("east").astype(float), table.pop("north").astype(float))
    kinds = {name: KINDS.get(name, "str") for name in table}
    return gpd.GeoDataFrame(table.astype(kinds), geometry=points, crs=27700)


def aside_of(*reasons: str) -> pd.DataFrame:
    """Return rows set aside for these reasons."""
    rows = [("list.csv", "", n, "no_place", reason, "Mend it.", "Name: x") for n, reason in enumerate(reasons, start=9)]
    table = pd.DataFrame(rows, columns=list(SET_ASIDE_COLUMNS))
    return table.astype({name: "int64" if name == "source_row" else "str" for name in table})


def delivery(
    *buildings: Cells, aside: tuple[str, ...] = (), bodies: tuple[str, ...] = (), file: str = "list.csv"
) -> Delivery:
    """Return a delivery of these buildings and rows set aside."""
    rows, set_aside = rows_of(*buildings), aside_of(*aside)
    source = Source(file, "abc123", len(rows) + len(set_aside), len(rows), len(set_aside))
    return Delivery(rows, set_aside, (source,), bodies or tuple(dict.fromkeys(rows["organisation"])))
