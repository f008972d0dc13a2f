"""Buildings that one body lists in two of its files: counted once, where it is certain.

Certain means: the same body, use and name; the same UPRN, or the same postcode and points close together with no two
UPRNs against it; and no size that differs. The row that says more stays, the other is set aside with what it said.
Within one file the reader sees to it; between bodies the same building is sharing that exists and both rows stay.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.identity import is_full_postcode
from estate.intake import AssetList
from estate.numbers import number
from estate.words import plain
from geodata.errors import Fault

NEAR_M = 100.0
SAME_SIZE = 0.01
RULE = "repeated_in_another_list"
REMEDY = "List each building once, or give its parts names of their own."
TELLING = ("nia_m2", "gia_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa", "backlog_gbp",
           "value_gbp", "energy_kwh_pa", "lease_end", "break_date")  # fmt: skip


def without_repeats(lists: Sequence[AssetList]) -> tuple[AssetList, ...]:
    """Return the lists without rows that repeat a building of another file of the same body.

    Parameters
    ----------
    lists
        Lists as read, in the order of place.toml.

    Returns
    -------
    tuple
        The same lists; a row that repeats another is moved from `accepted` to `set_aside`, with a fault. For each list
        ``rows_in`` stays ``len(accepted) + len(set_aside)``.
    """
    if len(lists) < 2:
        return tuple(lists)
    kept_for = _repeats(lists)
    return tuple(_moved(one, place, lists, kept_for) for place, one in enumerate(lists))


_Row = tuple[int, int]  # number of the list, number of the row in its accepted table


def _repeats(lists: Sequence[AssetList]) -> dict[_Row, _Row]:
    """Return the rows to set aside, each with the row that stays for it."""
    rows = pd.concat([_keys(one.accepted, place) for place, one in enumerate(lists)], ignore_index=True)
    rows = rows.sort_values(["said", "list", "row"], ascending=[False, True, True], kind="stable")
    gone: dict[_Row, _Row] = {}
    for columns in (["body", "use", "name", "uprn"], ["body", "use", "name", "postcode"]):
        known = rows[rows[columns[3]].ne("") & rows["name"].ne("")]
        known = known[known.duplicated(columns, keep=False)]
        for _, group in known.groupby(columns, sort=True):
            found = group.to_dict("records")
            for place, row in enumerate(found):
                first = next((one for one in found[:place] if _one_building(one, row, gone)), None)
                if first is not None and (row["list"], row["row"]) not in gone:
                    gone[row["list"], row["row"]] = (first["list"], first["row"])
    return gone


def _keys(assets: gpd.GeoDataFrame, place: int) -> pd.DataFrame:
    """Return what tells the rows of one list from others, and how much each says."""
    told = [assets[name].notna() for name in TELLING if name in assets]
    full = is_full_postcode(assets["postcode"])
    return pd.DataFrame(
        {
            "list": place,
            "row": np.arange(len(assets)),
            "body": assets["organisation"].to_numpy(),
            "use": assets["use"].to_numpy(),
            "name": assets["name"].map(plain).to_numpy(),
            "uprn": assets["uprn"].fillna("").to_numpy(),
            "postcode": assets["postcode"].where(full, "").to_numpy(),
            "x": assets.geometry.x.to_numpy(),
            "y": assets.geometry.y.to_numpy(),
            "nia": number(assets, "nia_m2").to_numpy(),
            "gia": number(assets, "gia_m2").to_numpy(),
            "said": sum((one.astype("int64") for one in told), start=pd.Series(0, index=assets.index)).to_numpy(),
        }
    )


def _one_building(
    first: Mapping[Hashable, object], second: Mapping[Hashable, object], gone: Mapping[_Row, _Row]
) -> bool:
    """Return True where two rows of one name, of different files, are one building; the first must stay itself."""
    if first["list"] == second["list"] or (first["list"], first["row"]) in gone:
        return False
    sizes = [(float(str(first[name])), float(str(second[name]))) for name in ("nia", "gia")]
    if any(abs(one - other) > SAME_SIZE * max(one, other) for one, other in sizes):  # False where one is missing
        return False
    if first["uprn"] and second["uprn"]:
        return first["uprn"] == second["uprn"]
    x, y = (float(str(first[axis])) - float(str(second[axis])) for axis in ("x", "y"))
    return float(np.hypot(x, y)) <= NEAR_M


def _moved(one: AssetList, place: int, lists: Sequence[AssetList], kept_for: Mapping[_Row, _Row]) -> AssetList:
    """Return one list with its repeats set aside."""
    rows = sorted(row for number_of_list, row in kept_for if number_of_list == place)
    if not rows:
        return one
    assets = one.accepted
    reasons = []
    for row in rows:
        other, at = kept_for[place, row]
        kept = lists[other].accepted.iloc[at]
        where = f"row {kept['source_row']} of {kept['source_file']}"
        reasons.append(f"The row repeats {where}, which says as much or more: the same name, use and place.")
    gone = assets.iloc[rows]
    aside = pd.DataFrame(
        {
            **{name: gone[name].to_numpy() for name in ("source_file", "source_sheet", "source_row")},
            "rule": RULE,
            "reason": reasons,
            "remedy": REMEDY,
            "cells": [_cells(row) for _, row in gone.drop(columns="geometry").iterrows()],
        }
    )
    faults = tuple(
        Fault(one.file, reason, REMEDY, RULE, sheet=str(sheet), row=int(number_of_row))
        for reason, sheet, number_of_row in zip(reasons, gone["source_sheet"], gone["source_row"], strict=True)
    )
    stays = np.setdiff1d(np.arange(len(assets)), rows)
    set_aside = pd.concat([one.set_aside, aside[list(one.set_aside.columns)]], ignore_index=True)
    return replace(one, accepted=assets.iloc[stays], set_aside=set_aside, faults=one.faults + faults)


def _cells(row: pd.Series) -> str:
    """Return what the register had read in a row as "column: value | ..."."""
    said = row.dropna().astype("str")
    return " | ".join(f"{name}: {value}" for name, value in said.items() if value and not str(name).endswith("_from"))
