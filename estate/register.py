"""Bring the lists of all bodies into one register, and see the estate as one.

Each body owns its rows. The same building under two bodies is not a fault: it is shared already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from estate.asset_ids import told_apart
from estate.funnel import funnel, funnel_rules, in_stage
from estate.identity import slug
from estate.intake import AssetList
from estate.pipeline import status_questions
from estate.repeats import without_repeats
from estate.same_building import add_buildings, match_buildings
from geodata.errors import DataError, Fault, examples
from geodata.schema import check_assets

__all__ = ["Register", "build_register", "funnel", "funnel_rules", "in_stage", "shared_buildings"]


@dataclass(frozen=True, slots=True)
class Register:
    """All assets of all bodies, with the account of where every row went.

    Parameters
    ----------
    assets
        Accepted rows of all lists in British National Grid, index `asset_id` (unique); rows of one building have the
        same `building`.
    set_aside
        Rows set aside, with file, sheet, row, reason, remedy and the cells as they stood.
    faults
        Everything found, list by list, worst first within a list.
    account
        One row per file and sheet: `file`, `sheet`, `organisation` (or "several"), `rows_in`, `accepted`, `set_aside`,
        `questions`.
    shared
        Buildings that two or more bodies list: `building`, `n_bodies`, `organisations`, `asset_ids`, `how`.
    matches
        Pairs of rows of different bodies that are, or may be, one building, with score and reason.
    mapping
        What every column of every file was taken for: `file`, `column`, `field` ("" for not used), `confidence`, `why`.
    """

    assets: gpd.GeoDataFrame
    set_aside: pd.DataFrame
    faults: tuple[Fault, ...]
    account: pd.DataFrame
    shared: pd.DataFrame
    matches: pd.DataFrame
    mapping: pd.DataFrame


def build_register(lists: Sequence[AssetList]) -> Register:
    """Join the lists into one register.

    Parameters
    ----------
    lists
        One per file, as :func:`estate.intake.read_asset_list` gives them. A body may have several files; rows of the
        second that carry a reference of the first are told apart by file and row, and a building that stands in two of
        its files is counted once (:mod:`estate.repeats`).

    Raises
    ------
    DataError
        If there is no list, a file is given twice, or a body is spelled in two ways; all at once.
    SchemaError
        If a row is not what the register promises (:func:`geodata.schema.check_assets`): from here on it is trusted.
    """
    _check_lists(lists)
    for one in lists:
        _check_account(one)
    lists = without_repeats(lists)
    accepted = [one.accepted for one in lists]
    assets = gpd.GeoDataFrame(pd.concat(accepted) if len(accepted) > 1 else accepted[0], crs="EPSG:27700")
    assets, clashes = _unique_ids(assets)
    matches = match_buildings(assets)
    assets = check_assets(add_buildings(assets, matches), source="register")
    faults = tuple(fault for one in lists for fault in one.faults) + clashes + status_questions(assets)
    set_aside = pd.concat([one.set_aside for one in lists], ignore_index=True)
    return Register(assets, set_aside, faults, _account(lists), shared_buildings(assets), matches, _mapping(lists))


def shared_buildings(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the buildings that several bodies list: sharing that exists today.

    Parameters
    ----------
    assets
        Register with the column `building` (:func:`estate.same_building.add_buildings`).

    Returns
    -------
    DataFrame
        `building`, `n_bodies`, `organisations` and `asset_ids` (";"-separated), `how` ("UPRN" where all rows have the
        same, else "name, address and place"); most bodies first.
    """
    several = assets[assets.groupby("building")["organisation"].transform("nunique") >= 2]
    rows = [
        (
            building,
            group["organisation"].nunique(),
            "; ".join(sorted(group["organisation"].unique())),
            "; ".join(group.index),
            "UPRN"
            if len(set(group["uprn"].fillna(""))) == 1 and group["uprn"].notna().all()
            else "name, address and place",
        )
        for building, group in several.groupby("building", sort=True)
    ]
    table = pd.DataFrame(rows, columns=["building", "n_bodies", "organisations", "asset_ids", "how"])
    return table.sort_values("n_bodies", ascending=False, kind="stable", ignore_index=True)


def _check_account(one: AssetList) -> None:
    """Raise where a list lost a row: a slip of ours."""
    if one.rows_in != len(one.accepted) + len(one.set_aside):
        raise ValueError(
            f"{one.file}: {one.rows_in} rows in, {len(one.accepted)} accepted, {len(one.set_aside)} set aside"
        )


def _check_lists(lists: Sequence[AssetList]) -> None:
    """Raise where there is nothing to register, or a file or a body stands twice."""
    if not lists:
        raise DataError("There is no asset list. Name at least one under [[assets]] in place.toml.")
    slips = []
    paths = [one.file for one in lists]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        slips.append(f"{examples(twice)}: the file is given twice. Name each list once.")
    spellings: dict[str, set[str]] = {}
    for one in lists:
        for name in one.accepted["organisation"].unique():
            spellings.setdefault(slug(name), set()).add(name)
    for names in spellings.values():
        if len(names) > 1:
            listed = " and ".join(f"'{name}'" for name in sorted(names))
            slips.append(f"A body is named twice, as {listed}. Give it one spelling.")
    if slips:
        raise DataError(" ".join(slips))


def _unique_ids(assets: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Fault, ...]]:
    """Return the assets with unique identifiers: one used in two files of a body gets a code of its content added."""
    if assets.index.is_unique:
        return assets, ()
    own = pd.Series(assets.index.to_numpy(), dtype="str")
    of_list = pd.Series(pd.factorize(assets["source_file"] + "\x1f" + assets["source_sheet"])[0])
    ids = pd.Index(told_apart(own, assets.reset_index(drop=True), of_list=of_list).to_numpy(), name="asset_id")
    again = ids.to_numpy() != assets.index.to_numpy()
    faults = tuple(
        Fault(
            str(row.source_file),
            f"The reference of '{row.name}' is used in another list of {row.organisation} too; it becomes '{new}'.",
            "If it is the same building, list it once; else give it a reference of its own.",
            "reference_in_two_lists",
            sheet=str(row.source_sheet),
            row=int(row.source_row),
            severity="question",
        )
        for (_, row), new in zip(assets[again].iterrows(), ids[again], strict=True)
    )
    return assets.set_axis(ids), faults


def _mapping(lists: Sequence[AssetList]) -> pd.DataFrame:
    rows = [
        (one.file, match.column, match.field, match.confidence, match.why) for one in lists for match in one.mapping
    ]
    return pd.DataFrame(rows, columns=["file", "column", "field", "confidence", "why"])


def _account(lists: Sequence[AssetList]) -> pd.DataFrame:
    """Return the account per file and sheet; lists without rows are in it too."""
    rows = []
    for one in lists:
        accepted, aside = one.accepted, one.set_aside
        sheets = dict.fromkeys([*accepted["source_sheet"], *aside["source_sheet"]]) or {"": None}
        for sheet in sheets:
            mine = accepted[accepted["source_sheet"].eq(sheet)]
            bodies = mine["organisation"].unique()
            n_aside = int(aside["source_sheet"].eq(sheet).sum())
            body = bodies[0] if len(bodies) == 1 else "several" if len(bodies) else ""
            asked = int(mine["questions"].ne("").sum())
            rows.append((one.file, sheet, body, len(mine) + n_aside, len(mine), n_aside, asked))
    columns = ["file", "sheet", "organisation", "rows_in", "accepted", "set_aside", "questions"]
    return pd.DataFrame(rows, columns=columns)
