"""How a delivery is laid down as rows, the same in every store, and how a version is put together from them.

Three tables: versions (one row each, what it says of itself as JSON in `about`), history (one row per building and
delivery, its cells as one line of JSON, its point beside) and set aside (one row per row set aside). Rows are only ever
added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import pandas as pd

from estate.archive import kinds_of, lines_of, table_of
from estate.store import Contents, Entry, Part, Source, Version, current_parts
from geodata.errors import DataError

BNG = "EPSG:27700"
SET_ASIDE_COLUMNS = ("source_file", "source_sheet", "source_row", "rule", "reason", "remedy", "cells")

About = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Laid:
    """A delivery as rows of the three tables.

    Parameters
    ----------
    version
        One row: `version`, `saved_at`, `saved_by`, `note`, `bodies`, `about` (JSON).
    history
        `version`, `place` (position in the list), `organisation`, `asset_id`, `row` (JSON) and the point.
    set_aside
        `version`, `place`, `row` (JSON).
    """

    version: pd.DataFrame
    history: gpd.GeoDataFrame
    set_aside: pd.DataFrame


def lay_down(entry: Entry, number: int) -> Laid:
    """Return a delivery as rows, under the number of its version."""
    rows = pd.DataFrame(entry.rows.drop(columns=entry.rows.active_geometry_name)).reset_index()
    about = {
        **{name: [_plain(one) for one in getattr(entry, name)] for name in ("sources", "parts")},
        "columns": kinds_of(rows),
        "columns_set_aside": kinds_of(entry.set_aside),
    }
    version = {
        "version": number,
        "saved_at": entry.when,
        "saved_by": entry.who,
        "note": entry.note,
        "bodies": "; ".join(part.organisation for part in entry.parts),
        "about": json.dumps(about, ensure_ascii=True),
    }
    history = {
        "version": number,
        "place": range(len(rows)),
        "organisation": rows["organisation"].to_numpy(),
        "asset_id": rows["asset_id"].to_numpy(),
        "row": lines_of(rows),
    }
    aside = {"version": number, "place": range(len(entry.set_aside)), "row": lines_of(entry.set_aside)}
    return Laid(
        pd.DataFrame([version]),
        gpd.GeoDataFrame(_typed(history), geometry=entry.rows.geometry.to_numpy(), crs=BNG),
        _typed(aside),
    )


def versions_of(table: pd.DataFrame, store: str) -> tuple[Version, ...]:
    """Return the versions from the rows of their table, oldest first.

    Raises
    ------
    DataError
        The table is not as it was written.
    """
    return tuple(_version(row, store) for row in table.sort_values("version").to_dict("records"))


def wanted_versions(versions: Sequence[Version], number: int | None) -> tuple[int, ...]:
    """Return the versions whose rows the register at a version is made of."""
    return tuple(sorted(set(current_parts(versions, number).values())))


def contents_of(
    versions: Sequence[Version],
    number: int | None,
    *,
    table: pd.DataFrame,
    history: gpd.GeoDataFrame,
    set_aside: pd.DataFrame,
) -> Contents:
    """Return the register at a version.

    Parameters
    ----------
    versions
        All versions.
    number
        The version; None for the last.
    table, history, set_aside
        Rows of the three tables, at least those of :func:`wanted_versions`, in the order in which they were kept.
    """
    abouts = {int(row["version"]): _about(row) for row in table.to_dict("records")}
    parts = current_parts(versions, number)
    buildings, points, aside = [], [], []
    for version in wanted_versions(versions, number):
        bodies = [body for body, delivered in parts.items() if delivered == version]
        kept = history[history["version"].eq(version) & history["organisation"].isin(bodies)]
        buildings.append(table_of(kept["row"].tolist(), abouts[version]["columns"]))
        points.append(pd.Series(kept.geometry.to_numpy()))
        lines = set_aside.loc[set_aside["version"].eq(version), "row"].tolist()
        aside.append(table_of(lines, abouts[version]["columns_set_aside"]))
    aside = [rows for rows in aside if len(rows)] or [pd.DataFrame(columns=list(SET_ASIDE_COLUMNS))]
    return Contents(_assets(buildings, points), pd.concat(aside, ignore_index=True))


def _assets(tables: Sequence[pd.DataFrame], points: Sequence[pd.Series]) -> gpd.GeoDataFrame:
    """Return the rows of several deliveries as one table of assets, delivery after delivery."""
    filled = [(rows, shapes) for rows, shapes in zip(tables, points, strict=True) if len(rows)]
    if not filled:
        empty = pd.DataFrame({"asset_id": pd.Series(dtype="str"), "organisation": pd.Series(dtype="str")})
        filled = [(empty, pd.Series(dtype=object))]
    rows = pd.concat([table for table, _ in filled], ignore_index=True)
    shapes = pd.concat([shape for _, shape in filled], ignore_index=True)
    return gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, crs=BNG)).set_index("asset_id")


def _typed(columns: Mapping[str, object]) -> pd.DataFrame:
    """Return a table whose columns have their kind even where it has no row."""
    table = pd.DataFrame(columns)
    return table.astype({name: "int64" if name in {"version", "place"} else "str" for name in table})


def _plain(one: Source | Part) -> dict[str, object]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _about(row: Mapping[Any, Any]) -> About:
    about: About = json.loads(row["about"])
    return about


def _version(row: Mapping[Any, Any], store: str) -> Version:
    try:
        about = _about(row)
        sources = tuple(Source(**one) for one in about["sources"])
        parts = tuple(Part(**one) for one in about["parts"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{store}: version {row['version']} is not as onetown wrote it. Put back a copy of the register."
        ) from error
    return Version(int(row["version"]), row["saved_at"] or "", row["saved_by"] or "", row["note"] or "", sources, parts)
