"""Shares of a wider extent, such as England and Wales, on whose scale a place can be put.

Either a table of counts, read as that of the place is, or a table of percentages (0 to 100; densities in their unit)
whose columns are headed by the names of the variables or by their codes in the national classification.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geodata.census import read_census
from geodata.census_cells import refuse
from geodata.errors import CoverageError, Fault, examples
from geodata.files import read_table
from geodata.shares import compute_shares
from geodata.variables import Variable, cells_of

MOST = 100.5
"""A percentage may be so much; published ones are rounded."""


def read_reference(path: Path, *, vintage: int, variables: Sequence[Variable]) -> pd.DataFrame:
    """Read the shares of a wider extent.

    Parameters
    ----------
    path
        The table, or a folder of the tables of a 2011 pack.
    vintage
        Year of the census.
    variables
        Which variables are wanted.

    Returns
    -------
    DataFrame
        One row per area, one column per variable that is there: shares (0 to 1), densities in their own unit.

    Raises
    ------
    SchemaError
        A percentage is below 0 or above 100.
    CoverageError
        None of the variables is there.
    SourceError
        The file cannot be read.
    """
    if path.is_dir():
        return _shares_of_counts(path, vintage, variables)
    table = read_table(path)
    known = {str(column).strip().casefold(): column for column in table.columns}
    if cells_of(variables) & set(known):
        return _shares_of_counts(path, vintage, variables)
    codes = {one.name: one.code.casefold() for one in variables}
    headings = {one.name: known.get(one.name.casefold(), known.get(codes[one.name] or "-")) for one in variables}
    found = [(one, table[headings[one.name]]) for one in variables if headings[one.name] is not None]
    if not found:
        raise CoverageError(
            f"{path.name}: no column is a variable. It has {examples(list(table.columns))}. Head columns of "
            f"percentages with names ({variables[0].name}) or codes ({variables[0].code or 'v01'}), or give a table of "
            "counts."
        )
    numbers = {one.name: pd.to_numeric(column, errors="coerce") for one, column in found}
    refuse([fault for one, _ in found for fault in _no_percentages(path, one, numbers[one.name])])
    return pd.DataFrame({one.name: numbers[one.name] / (100.0 if one.is_share else 1.0) for one, _ in found})


def _shares_of_counts(path: Path, vintage: int, variables: Sequence[Variable]) -> pd.DataFrame:
    return compute_shares(read_census(path, vintage=vintage, variables=variables), variables).table


def _no_percentages(path: Path, variable: Variable, values: pd.Series) -> list[Fault]:
    most = MOST if variable.is_share else float("inf")
    wrong = (values < 0) | (values > most)
    if not wrong.any():
        return []
    first = float(values[wrong].iloc[0])
    message = f"{int(wrong.sum()):,} of {len(values):,} values are no percentages, such as {first:g}."
    remedy = "Percentages lie between 0 and 100; correct the column or take it out."
    return [Fault(path.name, message, remedy, "percentage", column=variable.name, value=f"{first:g}")]
