"""Read one body's asset list: any file, any headings, every row accounted for.

The way of a list: sheets -> header -> columns -> values -> places -> checks -> accepted rows, rows set aside, faults.
Rows in = accepted + set aside, always. A row is anything below the header that is not blank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from estate.asset_ids import asset_ids
from estate.columns import PLACE_FIELDS, ColumnMatch, columns_of, match_columns
from estate.findings import as_faults, findings, first_reason, joined
from estate.grid import Grid, original_cells
from estate.ground import Ground
from estate.header import find_grid
from estate.identity import postcode_in, repeated_rows, row_keys, scattered_points, shared_points
from estate.location import place_rows
from estate.notes import notes_among
from estate.position import PostcodeTable, postcode_table
from estate.records import NUMBERS, add_uses, build_record, net_over_gross, without_zero_sizes
from estate.to_copy import line_to_copy
from estate.words import file_use_of, not_a_property, uses
from geodata.errors import DataError, Fault, did_you_mean, nearest_word
from geodata.files import Sheet, read_sheets
from geodata.inputs import DatabaseAddress, Named, StandardInput
from geodata.rows import plain_heading
from geodata.uprns import UprnTable

BNG = "EPSG:27700"
ASSET_COLUMNS = (
    "organisation", "uprn", "name", "address", "postcode", "use", "tenure", "holding", "gia_m2", "nia_m2",
    "site_area_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa", "backlog_gbp", "value_gbp",
    "lease_end", "break_date", "condition", "epc", "energy_kwh_pa", "public_facing", "services", "step_free", "status",
    "placed_by", "source_file", "source_sheet", "source_row",
)  # fmt: skip
KEPT_COLUMNS = ("reference", "use_recorded", "tenure_recorded", "tenure_detail", "holding_recorded",
                "condition_recorded", "status_recorded", "status_since", "next_step", "planning",
                "secure_for", "questions")  # fmt: skip
SET_ASIDE_COLUMNS = ("source_file", "source_sheet", "source_row", "rule", "reason", "remedy", "cells")


@dataclass(frozen=True, slots=True)
class ListSettings:
    """How one asset list is to be read; everything but the path may be left to the list itself.

    Parameters
    ----------
    path
        File to read.
    organisation
        The body that owns the list; "" takes it from the list.
    use, services
        What every building of the list is used for, where the list does not say.
    columns
        Overrides of the column recognition, field -> heading.
    sheet
        Sheet or layer to read; None reads all that hold assets.
    national
        True for a list of the whole country: rows outside the place are set aside, not questioned.
    only
        Headings and the value wanted there; rows with another value are set aside.

    Raises
    ------
    DataError
        If `use` is no word of the register.
    """

    path: Named | DatabaseAddress | StandardInput
    organisation: str = ""
    use: str = ""
    services: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    national: bool = False
    only: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the use."""
        if self.use and self.use not in uses():
            known = ", ".join(uses())
            raise DataError(
                f"{self.path}: use '{self.use}' is not known.{did_you_mean(self.use, uses())} Use one of: {known}."
            )


@dataclass(frozen=True, slots=True)
class AssetList:
    """One list as read: rows accepted, rows set aside, and what was found.

    Parameters
    ----------
    file
        Path as the user gave it.
    accepted
        Assets in British National Grid, index `asset_id`; the contract's columns, the words as recorded, and
        `questions` (open questions about the row, or "").
    set_aside
        One row per row set aside: source_file, source_sheet, source_row, rule, reason, remedy, cells (the whole row as
        "heading: value | ...").
    faults
        What is wrong, worst first.
    rows_in
        Rows found below the headers; always ``len(accepted) + len(set_aside)``.
    mapping
        What each column was taken for, all sheets in order.
    """

    file: str
    accepted: gpd.GeoDataFrame
    set_aside: pd.DataFrame
    faults: tuple[Fault, ...]
    rows_in: int
    mapping: tuple[ColumnMatch, ...]


def read_asset_list(
    settings: ListSettings,
    *,
    postcodes: pd.DataFrame | PostcodeTable | None = None,
    place_extent: BaseGeometry | None = None,
    place_name: str = "",
    uprns: UprnTable | None = None,
) -> AssetList:
    """Read an asset list and account for every row.

    Parameters
    ----------
    settings
        The file and what is known about it.
    postcodes
        Centres of postcodes: columns `easting`, `northing` (metres, BNG), index postcode; or the prepared table, which
        saves time when many lists are read.
    place_extent
        Outline of the place (BNG); None asks nothing about rows outside.
    place_name
        Name of the place, for messages.
    uprns
        Points of UPRNs, as :func:`geodata.uprns.read_uprns` gives them: they place rows without coordinates and check
        the others.

    Raises
    ------
    SourceError
        If the file is missing or cannot be read.
    DataError
        If no sheet has a column with coordinates, postcodes or UPRNs, or an override names no column.
    """
    table = postcode_table(postcodes) if isinstance(postcodes, pd.DataFrame) else postcodes
    ground = Ground(table, place_extent, place_name or "the place", uprns)
    grids = _grids(settings)
    parts: list[_Part] = []
    passed_over = []
    for grid in grids:
        matches = match_columns(
            grid, overrides=settings.columns if settings.sheet or len(grids) == 1 else _known(settings, grid)
        )
        if _has_place(grid, matches):
            parts.append(_read_sheet(grid, matches, settings, ground, earlier=parts, last=grid is grids[-1]))
        else:
            passed_over.append(grid)
    if not parts:
        raise DataError(_no_place_columns(settings, grids))
    return _joined(settings, parts, [_passed_over_fault(grid) for grid in passed_over])


def _grids(settings: ListSettings) -> list[Grid]:
    """Return the tables of the chosen sheets; the cells as Python objects, several times as large, are let go."""
    found = (find_grid(sheet) for sheet in _chosen_sheets(settings))
    return [grid for grid in found if grid is not None]


def _chosen_sheets(settings: ListSettings) -> tuple[Sheet, ...]:
    sheets = read_sheets(settings.path)
    if settings.sheet is None:
        return sheets
    chosen = tuple(sheet for sheet in sheets if sheet.name == settings.sheet)
    if not chosen:
        names = [sheet.name for sheet in sheets if sheet.name]
        listed = ", ".join(f"'{name}'" for name in names) or "one sheet without a name"
        raise DataError(
            f"{settings.path}: there is no sheet '{settings.sheet}'.{did_you_mean(settings.sheet, names)} "
            f"It has {listed}."
        )
    return chosen


def _known(settings: ListSettings, grid: Grid) -> dict[str, str]:
    """Return the overrides that concern this sheet, where a file has several."""
    here = {" ".join(name.lower().split()) for name in grid.names}
    return {name: head for name, head in settings.columns.items() if " ".join(head.lower().split()) in here}


def _has_place(grid: Grid, matches: tuple[ColumnMatch, ...]) -> bool:
    """Return True where rows can be placed: by shapes, by columns of places, or by postcodes inside addresses."""
    if grid.points is not None or any(match.field in PLACE_FIELDS for match in matches):
        return True
    return any(postcode_in(grid.cells[column]).ne("").any() for column in columns_of(matches, "address"))


def _no_place_columns(settings: ListSettings, grids: list[Grid]) -> str:
    headings = [name for grid in grids for name in grid.names][:12]
    if not headings:
        return f"{settings.path}: there is not one filled cell in it. Ask for the list again."
    listed = ", ".join(f"'{name[:40]}'" for name in headings) or "none"
    return (
        f"{settings.path}: has no column with coordinates, postcodes or UPRNs, so its buildings cannot be placed. "
        f"Headings found: {listed}. Add such a column, or name it in place.toml, for example "
        'columns = { postcode = "Zip" }.'
    )


def _passed_over_fault(grid: Grid) -> Fault:
    return Fault(
        grid.file,
        "The sheet has no column with coordinates, postcodes or UPRNs and is not read as a list of assets.",
        "Nothing to do if it holds notes.",
        "sheet_without_places",
        sheet=grid.sheet,
        severity="note",
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet as read."""

    accepted: gpd.GeoDataFrame
    set_aside: pd.DataFrame
    faults: tuple[Fault, ...]
    rows_in: int
    mapping: tuple[ColumnMatch, ...]
    keys: Mapping[str, str]


def _read_sheet(
    grid: Grid,
    matches: tuple[ColumnMatch, ...],
    settings: ListSettings,
    ground: Ground,
    *,
    earlier: Sequence[_Part],
    last: bool,
) -> _Part:
    """Read one sheet: values, uses, places, checks, identifiers; what earlier sheets listed is not listed again."""
    stem = Path(settings.path).name.split(".")[0]
    record = build_record(grid.cells, matches, organisation=settings.organisation)
    rows, use_found = add_uses(
        _with_body(record.rows, settings, stem), use=settings.use, promised=file_use_of(stem) or file_use_of(grid.sheet)
    )
    rows, zero_found = without_zero_sizes(rows)
    if settings.services:
        rows = rows.assign(services=settings.services)
    rows = _named(rows)
    points, place_found = place_rows(grid, matches, rows, ground=ground, national=settings.national)
    listed = {key: where for part in earlier for key, where in part.keys.items()}
    repeats = [repeated_rows(rows, points, earlier=listed), shared_points(rows, points), scattered_points(rows, points)]
    found = joined(
        [
            _not_asked_for(grid, settings),
            notes_among(grid, matches),
            record.found,
            use_found,
            zero_found,
            net_over_gross(rows),
            _non_properties(rows),
            place_found,
            *repeats,
        ]
    )
    kept = rows[~rows.index.isin(first_reason(found).index)]
    taken = frozenset(asset for part in earlier for asset in part.accepted.index)
    ids, id_found = asset_ids(kept, stem=_stem(stem, grid), taken=taken)
    found = joined([found, id_found, _list_findings(record.rows, settings, rows)])
    part = _part(grid, kept, points, ids, found, mapping=matches)
    return part if last else replace(part, keys=_keys(kept, points, grid))


def _keys(kept: pd.DataFrame, points: pd.DataFrame, grid: Grid) -> dict[str, str]:
    """Return what tells the accepted rows of a sheet from others, with where they stand."""
    keys = row_keys(kept, points.loc[kept.index])
    return {key: f"row {row} of sheet '{grid.sheet}'" for row, key in keys.items() if key}


def _stem(stem: str, grid: Grid) -> str:
    return f"{stem}-{grid.sheet}" if grid.sheet and grid.sheet.lower() not in {"sheet1", stem.lower()} else stem


def _with_body(rows: pd.DataFrame, settings: ListSettings, stem: str) -> pd.DataFrame:
    """Return the rows with a body each: the list's, else the one most rows have, else the file's name in words."""
    body = rows["organisation"]
    named = body[body.ne("")]
    one_body = len(named) > 0 and bool((named == named.iloc[0]).all())
    fallback = settings.organisation or (str(named.iloc[0]) if one_body else _title(stem))
    return rows.assign(organisation=body.where(body.ne(""), fallback))


def _title(stem: str) -> str:
    words = stem.replace("_", " ").replace("-", " ").split()
    return " ".join(words).capitalize() or "Unnamed body"


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a name each: what it is used for and where, when the list gives none."""
    where = rows["address"].where(rows["address"].ne(""), rows["postcode"])
    made = rows["use"].str.capitalize() + (", " + where).where(where.ne(""), "")
    return rows.assign(name=rows["name"].where(rows["name"].ne(""), made))


def _not_asked_for(grid: Grid, settings: ListSettings) -> pd.DataFrame:
    """Return findings for rows that the settings leave out by the value of a column.

    Raises
    ------
    DataError
        If the list has no such column.
    """
    found = []
    for heading, wanted in settings.only.items():
        column = next((name for name in grid.names if plain_heading(name) == plain_heading(heading)), None)
        if column is None:
            raise DataError(
                f"{settings.path}: there is no column '{heading}' to choose rows by."
                f"{did_you_mean(heading, grid.names)} "
                "Correct it in place.toml, under the [[assets]] of this list: "
                f"{line_to_copy('only', {nearest_word(heading, grid.names) or heading: wanted})}"
            )
        cells = grid.cells[column].str.strip()
        other = cells.str.casefold().ne(wanted.strip().casefold())
        found.append(
            findings(
                grid.cells.index[other],
                rule="not_asked_for",
                message=f"Only rows with '{wanted}' in '{heading}' were asked for.",
                remedy=f"Nothing to do: place.toml asks for it with {line_to_copy('only', {heading: wanted})}",
                severity="set_aside",
                column=column,
                value=cells,
            )
        )
    return joined(found)


def _non_properties(rows: pd.DataFrame) -> pd.DataFrame:
    words = not_a_property(rows["name"])
    for other in ("use_recorded", "reference"):
        words = words.where(words.ne(""), not_a_property(rows[other]))
    hit = words.ne("")
    return findings(
        rows.index[hit],
        rule="not_a_property",
        message="'"
        + rows["name"].where(rows["name"].ne("Other"), rows["reference"])[hit].str.slice(0, 80)
        + "' is no land or building ("
        + words[hit]
        + ").",
        remedy="Leave such rows out of the list of properties.",
        severity="set_aside",
        value=rows["name"],
    )


def _list_findings(given: pd.DataFrame, settings: ListSettings, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what is to be asked about the whole list: whose it is."""
    nobody = given.index[given["organisation"].eq("")]
    if not len(nobody) or settings.organisation:
        return joined([])
    body = str(rows["organisation"].loc[nobody[0]])
    return findings(
        nobody,
        rule="no_organisation",
        message=f"The list does not say whose building it is; '{body}' is used.",
        remedy="Add a column with the body's name, or say it with --organisation when the list is checked.",
        severity="note",
    )


def _part(
    grid: Grid,
    rows: pd.DataFrame,
    points: pd.DataFrame,
    ids: pd.Series,
    found: pd.DataFrame,
    *,
    mapping: tuple[ColumnMatch, ...],
) -> _Part:
    """Divide the rows into accepted and set aside."""
    aside, faults = _set_aside(grid, found), as_faults(found, file=grid.file, sheet=grid.sheet)
    kept = rows if rows.index.equals(ids.index) else rows.loc[ids.index]
    asked = found[found["severity"].eq("question") & found["row"].isin(ids.index)]
    questions = asked.groupby("row")["message"].agg(" ".join).reindex(ids.index).fillna("")
    table = kept.assign(
        placed_by=points.loc[ids.index, "placed_by"],
        source_file=Path(grid.file).name,
        source_sheet=grid.sheet,
        source_row=kept.index.astype("int64"),
        questions=questions.astype("str"),
    )
    provenance = [f"{name}_from" for name in NUMBERS]
    at = points.loc[ids.index]
    accepted = gpd.GeoDataFrame(
        table[[*ASSET_COLUMNS, *provenance, *KEPT_COLUMNS]].set_axis(pd.Index(ids, name="asset_id")),
        geometry=gpd.points_from_xy(at["easting"], at["northing"]),
        crs=BNG,
    )
    return _Part(accepted, aside, faults, len(grid.cells), mapping, {})


def _set_aside(grid: Grid, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are set aside, with reason, remedy and all their cells."""
    reasons = first_reason(found)
    return pd.DataFrame(
        {
            "source_file": Path(grid.file).name,
            "source_sheet": grid.sheet,
            "source_row": reasons.index.astype("int64"),
            "rule": reasons["rule"].to_numpy(),
            "reason": reasons["reason"].to_numpy(),
            "remedy": reasons["remedy"].to_numpy(),
            "cells": original_cells(grid.cells.loc[reasons.index]).to_numpy(),
        },
        columns=list(SET_ASIDE_COLUMNS),
    )


def _joined(settings: ListSettings, parts: list[_Part], passed_over: list[Fault]) -> AssetList:
    rows_in = sum(part.rows_in for part in parts)
    faults = [fault for part in parts for fault in part.faults] + passed_over
    if rows_in == 0:
        faults.append(
            Fault(str(settings.path), "The list has a header and no rows.", "Ask for the list again.", "no_rows",
                  severity="question")
        )  # fmt: skip
    accepted = parts[0].accepted if len(parts) == 1 else pd.concat([part.accepted for part in parts])
    return AssetList(
        str(settings.path),
        gpd.GeoDataFrame(accepted, crs=BNG),
        pd.concat([part.set_aside for part in parts], ignore_index=True),
        tuple(faults),
        rows_in,
        tuple(match for part in parts for match in part.mapping),
    )
