"""The 26 asset lists as the bodies of Peakshire send them: six layouts, each with its own headings and manners."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.crs import lonlat_from_bng
from geodata.demo_estate import TODAY
from geodata.demo_names import read_table
from geodata.demo_sites import Body, read_bodies
from geodata.demo_spoil import Cell, Entry, Row, SpoiledRow, as_entries, spoil_facts, spoil_rows, spoil_writing
from geodata.demo_workbooks import sheets_bytes, workbook_bytes

SWAPPED_COLUMNS = "Lathe Homes"
"""The body whose list has longitudes under "Latitude" and latitudes under "Longitude"."""
TENURE_WORDS = {
    "tenure": {"freehold": "Freehold", "leasehold": "Leasehold", "licence": "Licence", "PFI": "PFI"},
    "tenure_short": {"freehold": "Owned", "leasehold": "Leased in", "licence": "Licence to occupy", "PFI": "PFI"},
}
CONDITION_WORDS = {"A": "A - Good", "B": "B - Satisfactory", "C": "C - Poor", "D": "D - Bad"}
ACRES_PER_HECTARE = 2.47105
SUFFIXES = {"national": ".csv", "semicolon": ".csv", "utf16": ".txt", "geojson": ".geojson", "workbook": ".xlsx",
            "sheets": ".xlsx"}  # fmt: skip


def write_lists(assets: pd.DataFrame, folder: Path, *, seed: int) -> tuple[dict[str, str], pd.DataFrame]:
    """Write the asset list of every body, spoiled, and say what was done to which row.

    Parameters
    ----------
    assets
        The clean register, with ``fte``.
    folder
        Where the lists go.
    seed
        Seed of all random choices.

    Returns
    -------
    tuple
        File name by organisation; and one row per spoiled row: ``organisation file sheet row asset_id fault field
        expect``, with row numbers as a spreadsheet shows them.
    """
    rng = np.random.default_rng((seed, 11))
    words = _use_words()
    names: dict[str, str] = {}
    log: list[pd.DataFrame] = []
    for number, body in enumerate(read_bodies()):
        ours = assets[assets["organisation"] == body.name]
        entries = _entries(rng, body, ours, words, first=number)
        data, marks = _LAYOUTS[body.layout](body, entries)
        names[body.name] = f"{_initials(body)}-assets{SUFFIXES[body.layout]}"
        (folder / names[body.name]).write_bytes(data)
        log.append(marks.assign(organisation=body.name, file=names[body.name]))
    columns = ["organisation", "file", "sheet", "row", "asset_id", "fault", "field", "expect"]
    return names, pd.concat(log, ignore_index=True)[columns]


def _initials(body: Body) -> str:
    """Return the first letters of a body's name: what bodies call their files.

    Examples
    --------
    >>> _initials(read_bodies()[0])
    'pcc'
    """
    return "".join(word[0] for word in body.slug.split("-"))


def _use_words() -> dict[str, list[str]]:
    """Return the words that lists use for each use and kind of holding."""
    words = {row["use"]: row["words"].split(",") for row in read_table("demo_uses.tsv")}
    return words | {row["holding"]: row["words"].split(",") for row in read_table("demo_holdings.tsv")}


def _entries(
    rng: np.random.Generator, body: Body, assets: pd.DataFrame, words: dict[str, list[str]], *, first: int
) -> list[Entry]:
    """Return the rows of one body's list: facts spoiled, written in its manner, writing and rows spoiled."""
    swapped = body.name == SWAPPED_COLUMNS
    rows = [_facts(row, words) for _, row in assets.iterrows()]
    facts = as_entries(rows, assets) if swapped else spoil_facts(rng, rows, assets, first=first)
    styles = {row["field"]: row["style"] for row in layout_columns(body.layout)}
    written = _written(facts, styles, swapped=swapped)
    return spoil_rows(rng, spoil_writing(rng, written, assets, first=first), kind=body.kind)


def _facts(asset: pd.Series, words: dict[str, list[str]]) -> Row:
    """Return the plain cells of one asset by field; missing ones are None."""
    row: Row = {str(field): None if pd.isna(cell) or cell == "" else cell for field, cell in asset.items()}
    choices = words[str(asset["kind"])]
    return row | {
        "use": choices[int(asset["number"]) % len(choices)],
        "street_address": f"{asset['number']} {asset['street']}",
        "address": f"{asset['number']} {asset['street']}, {asset['town']}",
        "crs": "EPSG:27700",
        "today": pd.Timestamp(TODAY),
        "nia_true": row["nia_m2"],
        "running_true": row["running_cost_gbp_pa"],
    }


def _written(entries: list[Entry], styles: dict[str, str], *, swapped: bool) -> list[Entry]:
    """Return the entries with every cell in the manner of the layout, and the other ways to say where."""
    place = [(entry.cells["easting"], entry.cells["northing"]) for entry in entries]
    numbers = np.array([(np.nan, np.nan) if east is None else (east, north) for east, north in place], dtype=np.float64)
    zero = (numbers == 0).all(axis=1)
    degrees = np.column_stack(lonlat_from_bng(*numbers.T))
    degrees[zero] = 0.0
    for entry, (east, north), (lon, lat) in zip(entries, place, degrees[:, ::-1] if swapped else degrees, strict=True):
        row = entry.cells
        for field, style in styles.items():
            if field in row:
                row[field] = _STYLES[style](row[field])
        row["coordinates"] = None if east is None else f"{east},{north}"
        row["longitude"], row["latitude"] = (None if np.isnan(angle) else f"{angle:.6f}" for angle in (lon, lat))
    return entries


def layout_columns(layout: str) -> list[dict[str, str]]:
    """Return the columns of a layout in order: heading, field, style and group.

    Examples
    --------
    >>> [row["heading"] for row in layout_columns("semicolon")[:3]]
    ['Asset Ref', 'Unique Property Reference Number', 'Premises']
    """
    return [row for row in read_table("demo_layouts.tsv") if row["layout"] == layout]


# --------------------------------------------------------------------------------------------- manners of writing


def _number(cell: Cell) -> Cell:
    return int(cell) if isinstance(cell, float) and cell == int(cell) else cell


def _comma(cell: Cell) -> Cell:
    return None if cell is None else f"{cell:.1f}".replace(".", ",")


def _pounds(cell: Cell) -> Cell:
    return None if cell is None else f"£{cell:,.0f}"


def _hectares(cell: Cell) -> Cell:
    return round(cell / 10_000, 4) if isinstance(cell, float) else None


def _comma_hectares(cell: Cell) -> Cell:
    hectares = _hectares(cell)
    return f"{hectares:.4f}".replace(".", ",") if isinstance(hectares, float) else None


def _both_areas(cell: Cell) -> Cell:
    hectares = _hectares(cell)
    if not isinstance(hectares, float):
        return None
    return f"{hectares:.4f} hectares ({hectares * ACRES_PER_HECTARE:.3f} acres)"


def _date(form: str) -> Callable[[Cell], Cell]:
    return lambda cell: cell.strftime(form) if isinstance(cell, pd.Timestamp) else None


def _yes_no(cell: Cell) -> Cell:
    return None if cell is None else "Yes" if cell else "No"


_STYLES: dict[str, Callable[[Cell], Cell]] = {
    "text": lambda cell: cell,
    "number": _number,
    "digits": lambda cell: None if cell is None else str(_number(cell)),
    "figure": lambda cell: int(str(cell)),
    "decimal_comma": _comma,
    "pounds": _pounds,
    "hectares": _hectares,
    "hectares_comma": _comma_hectares,
    "both_areas": _both_areas,
    "date": lambda cell: cell,
    "date_iso": _date("%Y-%m-%d"),
    "date_uk": _date("%d/%m/%Y"),
    "date_long": _date("%d %B %Y"),
    "yes_no": _yes_no,
    "degrees": lambda cell: cell,
    "use": lambda cell: cell,
    "tenure": lambda cell: TENURE_WORDS["tenure"][str(cell)],
    "tenure_short": lambda cell: TENURE_WORDS["tenure_short"][str(cell)],
    "condition_long": lambda cell: CONDITION_WORDS[str(cell)],
}


# ------------------------------------------------------------------------------------------------------- layouts


def _marks(entries: list[Entry], *, first: int, sheet: str = "") -> pd.DataFrame:
    """Return one row per spoiled entry with its row number; ``first`` is the number of the first entry's row."""
    found = [(sheet, first + place, entry.spoiled) for place, entry in enumerate(entries) if entry.spoiled]
    return pd.DataFrame(
        [(sheet, row, mark.asset_id, mark.fault, mark.field, mark.expect) for sheet, row, mark in found],
        columns=["sheet", "row", "asset_id", "fault", "field", "expect"],
    )


def _cells(entry: Entry, columns: list[dict[str, str]]) -> list[Cell]:
    return [entry.cells.get(column["field"]) for column in columns]


def _delimited(body: Body, entries: list[Entry], *, delimiter: str, encoding: str) -> tuple[bytes, pd.DataFrame]:
    columns = layout_columns(body.layout)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([column["heading"] for column in columns])
    writer.writerows([["" if cell is None else cell for cell in _cells(entry, columns)] for entry in entries])
    return text.getvalue().encode(encoding, errors="replace"), _marks(entries, first=2)


def _national(body: Body, entries: list[Entry]) -> tuple[bytes, pd.DataFrame]:
    return _delimited(body, entries, delimiter=",", encoding="utf-8")


def _semicolon(body: Body, entries: list[Entry]) -> tuple[bytes, pd.DataFrame]:
    return _delimited(body, entries, delimiter=";", encoding="cp1252")


def _utf16(body: Body, entries: list[Entry]) -> tuple[bytes, pd.DataFrame]:
    data, marks = _delimited(body, entries, delimiter="\t", encoding="utf-16")
    if body.name == SWAPPED_COLUMNS:
        whole = SpoiledRow("", "swapped_columns", "longitude", "accepted")
        marks = pd.concat([_marks([Entry("", {}, whole)], first=1), marks], ignore_index=True)
    return data, marks


def _geojson(body: Body, entries: list[Entry]) -> tuple[bytes, pd.DataFrame]:
    columns = layout_columns(body.layout)
    features = []
    for entry in entries:
        lon, lat = entry.cells.get("longitude"), entry.cells.get("latitude")
        point = {"type": "Point", "coordinates": [float(str(lon)), float(str(lat))]} if lon is not None else None
        cells = dict(zip([column["heading"] for column in columns], _cells(entry, columns), strict=True))
        features.append({"type": "Feature", "geometry": point, "properties": cells})
    layer = f"{body.name} (made up)"
    text = json.dumps({"type": "FeatureCollection", "name": layer, "features": features}, ensure_ascii=False, indent=0)
    return f"{text}\n".encode(), _marks(entries, first=2, sheet=layer)


def _workbook(body: Body, entries: list[Entry]) -> tuple[bytes, pd.DataFrame]:
    columns = layout_columns(body.layout)
    rows = [_cells(entry, columns) for entry in entries]
    total: Row = {"reference": "Total", "running_cost_gbp_pa": _sum_of(rows, columns, "running_cost_gbp_pa")}
    last = Entry("", total, SpoiledRow("", "totals_row", "", "set aside"))
    data = workbook_bytes(f"{body.name} (made up): property terrier", columns, [*rows, _cells(last, columns)])
    return data, _marks([*entries, last], first=6, sheet="Terrier")


def _sum_of(rows: list[list[Cell]], columns: list[dict[str, str]], field: str) -> float:
    place = [column["field"] for column in columns].index(field)
    return sum(float(cell) for row in rows if isinstance(cell := row[place], int | float))


def _sheets(body: Body, entries: list[Entry]) -> tuple[bytes, pd.DataFrame]:
    columns = layout_columns(body.layout)
    middle = max(1, len(entries) * 2 // 3)
    parts = {"Operational": entries[:middle], "Other property": entries[middle:]}
    tables = {name: [_cells(entry, columns) for entry in part] for name, part in parts.items()}
    marks = [_marks(part, first=2, sheet=name) for name, part in parts.items()]
    return sheets_bytes(f"{body.name} (made up)", columns, tables), pd.concat(marks, ignore_index=True)


_LAYOUTS: dict[str, Callable[[Body, list[Entry]], tuple[bytes, pd.DataFrame]]] = {
    "national": _national,
    "semicolon": _semicolon,
    "utf16": _utf16,
    "geojson": _geojson,
    "workbook": _workbook,
    "sheets": _sheets,
}
