"""What calls for a service, counted by area, from a table that somebody sends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geodata.errors import DataError, Fault, did_you_mean, examples
from geodata.files import read_table

CODE_HEADINGS = ("oa_code", "oa21cd", "oa11cd", "area", "area_code", "geography_code", "code")
HEADER_ROW = 1


def read_demand(path: Path, areas: pd.Index, *, counted: str) -> pd.Series:
    """Read a table of counts by area; areas it does not name have none.

    Parameters
    ----------
    path
        Table with a column of area codes (``oa_code``) and one of counts, headed ``demand`` or as `counted`. Several
        rows of one area are added up.
    areas
        Codes of the areas of the place.
    counted
        What is counted, such as "incidents".

    Returns
    -------
    Series
        Counts, indexed by the areas of the place.

    Raises
    ------
    DataError
        A column is missing, or rows have unknown areas or no count of at least 0; all rows at fault are told.
    """
    table = read_table(path)
    headings = {str(name).strip().casefold().replace(" ", "_"): name for name in table.columns}
    code = _column(path, headings, CODE_HEADINGS)
    count = _column(path, headings, ("demand", counted.casefold().replace(" ", "_"), "count"))
    codes = table[code].astype("str").str.strip()
    values = pd.to_numeric(table[count], errors="coerce")
    unknown, no_count = ~codes.isin(areas), ~(values >= 0) | ~np.isfinite(values)
    faults = [
        Fault(path.name, f"'{value}' {what}.", remedy, "demand", row=int(row), column=str(column), value=str(value))
        for column, bad, what, remedy in (
            (code, unknown, "is no area of the place", "Correct the code, or drop the row."),
            (count, no_count, "is no count", "Write a number from 0."),
        )
        for row, value in zip(np.flatnonzero(bad) + HEADER_ROW + 1, table[column][bad], strict=True)
    ]
    if faults:
        shown = examples([fault.sentence() for fault in faults], total=len(table))
        raise DataError(f"{path}: {shown}", faults=faults)
    return values.groupby(codes.to_numpy()).sum().reindex(areas).fillna(0.0).rename(counted)


def _column(path: Path, headings: dict[str, str], wanted: tuple[str, ...]) -> str:
    for name in wanted:
        if name in headings:
            return headings[name]
    known = ", ".join(str(name) for name in headings.values())
    hint = did_you_mean(wanted[0], headings)
    raise DataError(f"{path}: there is no column '{wanted[0]}'.{hint} It has {known}. Head a column '{wanted[0]}'.")
