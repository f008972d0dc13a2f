"""The cells of one sheet as a table of text under its headings, with the row numbers a spreadsheet shows.

Every later step works on text, so that what stood in a cell can always be said again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.files import Cell, Sheet


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet below its header.

    Parameters
    ----------
    file, sheet
        Where the rows come from; `sheet` is empty for files that have one only.
    names
        Headings as the file spells them, made unique ("Notes", "Notes (2)", "column 7").
    cells
        Text of every cell, one column per heading, index = row number as a spreadsheet shows it. Blank rows are left
        out: they are no rows.
    points
        Shapes of a geographic file aligned with `cells`, or None.
    n_blank
        Number of blank rows below the header.
    """

    file: str
    sheet: str
    names: tuple[str, ...]
    cells: pd.DataFrame
    points: gpd.GeoSeries | None
    n_blank: int


def cell_text(cell: Cell) -> str:
    r"""Return a cell as text: whole numbers without a decimal point, dates in ISO form, no-break spaces as spaces.

    Examples
    --------
    >>> cell_text(54250.0), cell_text(None), cell_text(date(2027, 3, 31)), cell_text(" BS40\xa07RL ")
    ('54250', '', '2027-03-31', 'BS40 7RL')
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "").replace("\u2212", "-").strip()
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return "" if cell != cell else str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR0124
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def grid_below(sheet: Sheet, *, header: Sequence[str], first_row: int) -> Grid:
    """Return the rows of a sheet from `first_row` on (counted from 0) under the given headings.

    Rows longer than the header get further columns named after their place; shorter ones are filled with blanks.
    """
    body = sheet.rows[first_row:]
    width = max([len(header), *(len(row) for row in body)], default=len(header))
    names = unique_names([*header, *[""] * (width - len(header))])
    numbers = pd.RangeIndex(first_row + 1, first_row + 1 + len(body), name="row")
    columns = {
        name: _column([row[place] if place < len(row) else None for row in body], numbers)
        for place, name in enumerate(names)
    }
    cells = pd.DataFrame(columns, index=numbers, columns=list(names), dtype="str")
    filled = (cells != "").any(axis=1).to_numpy() if len(cells) else np.zeros(0, dtype=bool)
    points = None
    if sheet.points is not None:
        shapes = sheet.points.iloc[: len(body)]
        filled = filled | ~np.asarray(shapes.is_empty | shapes.isna())
        points = gpd.GeoSeries(shapes[filled].set_axis(numbers[filled]), crs=sheet.points.crs)
    used = [name for name in names if cells[name].ne("").any() or not name.startswith("column ")]
    return Grid(sheet.file, sheet.name, tuple(used), cells.loc[filled, used], points, int((~filled).sum()))


def _column(cells: Sequence[Cell], rows: pd.Index) -> pd.Series:
    """Return one column as text: at once where all cells are text already, as in a CSV file, else cell by cell."""
    words = ["" if cell is None else cell for cell in cells if cell is None or isinstance(cell, str)]
    if len(words) < len(cells):
        return pd.Series([cell_text(cell) for cell in cells], index=rows, dtype="str")
    text = pd.Series(words, index=rows, dtype="str")
    odd = text.str.contains("[\u00a0\u200b\ufeff\u2212]", regex=True)
    return text.mask(odd, text[odd].map(cell_text)).str.strip() if odd.any() else text.str.strip()


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return headings that differ: unnamed columns get their number, repeated ones a count.

    Examples
    --------
    >>> unique_names(["Site", "", "Site"])
    ('Site', 'column 2', 'Site (2)')
    """
    seen: dict[str, int] = {}
    names = []
    for place, heading in enumerate(header):
        name = " ".join(heading.split()) or f"column {place + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def original_cells(cells: pd.DataFrame) -> pd.Series:
    """Return every row as "heading: value | heading: value", blanks left out, for the list of rows set aside.

    Examples
    --------
    >>> original_cells(pd.DataFrame({"Site": ["Town Hall"], "Area": [""]})).tolist()
    ['Site: Town Hall']
    >>> original_cells(pd.DataFrame(index=[2])).tolist()  # a layer of outlines without a column
    ['']
    """
    parts = [
        [f"{name}: {' '.join(value.split())}" if value else "" for value in cells[name].tolist()] for name in cells
    ]
    joined = [" | ".join(part for part in row if part) for row in zip(*parts, strict=True)] or [""] * len(cells)
    return pd.Series(joined, index=cells.index, dtype="str")
