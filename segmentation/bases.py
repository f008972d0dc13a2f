"""What segments are held against: the place, or a county or country given as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.census import read_census
from geodata.errors import CoverageError, Fault, SchemaError, did_you_mean, examples
from geodata.files import read_table
from geodata.shares import Shares, compute_shares
from geodata.variables import Variable
from segmentation.describe import base_shares


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """An extent that segments are held against.

    Parameters
    ----------
    name
        What sentences call it.
    shares
        Share of each variable over all of it, 0 to 1 (a density in its unit), indexed by variable; NaN where the base
        does not tell.
    """

    name: str
    shares: pd.Series

    def missing(self) -> tuple[str, ...]:
        """Return the variables that the base does not tell."""
        return tuple(str(name) for name in self.shares.index[self.shares.isna()])


def place_base(shares: Shares, name: str) -> Base:
    """Return the place itself as the base."""
    return Base(name, base_shares(shares))


def read_base(path: Path, *, name: str, variables: Sequence[Variable], vintage: int) -> Base:
    """Read the shares of a wider extent.

    Parameters
    ----------
    path
        Census counts of its areas, of any size, or a table with the columns ``variable`` and ``share`` (0 to 1) or
        ``percent`` (0 to 100).
    name
        What sentences call it.
    variables
        Variables wanted.
    vintage
        Census year of the counts.

    Raises
    ------
    SchemaError
        A share is no share, or a variable stands in the table twice.
    CoverageError
        None of the variables is in the table.
    SourceError
        The file cannot be read.
    """
    wanted = [variable.name for variable in variables]
    if path.is_dir():
        return _of_counts(path, name, variables, vintage)
    table = read_table(path)
    headings = {str(heading).strip().lower(): heading for heading in table.columns}
    if "variable" not in headings:
        return _of_counts(path, name, variables, vintage)
    unit = next((word for word in ("share", "percent") if word in headings), None)
    if unit is None:
        raise SchemaError(f"{path}: there is no column 'share' (0 to 1) or 'percent' (0 to 100). Add one of them.")
    values = pd.to_numeric(table[headings[unit]], errors="coerce")
    values = values if unit == "share" else values / 100
    shares = values.set_axis(table[headings["variable"]].astype("str").str.strip())
    _check_shares(shares, {variable.name for variable in variables if variable.is_share}, str(path))
    if not set(shares.index) & set(wanted):
        hint = did_you_mean(str(shares.index[0]), wanted) if len(shares) else ""
        raise CoverageError(f"{path}: none of its variables is known ({examples(list(shares.index))}).{hint}")
    densities = [variable.name for variable in variables if not variable.is_share]
    if unit == "percent":
        shares = shares.mask(shares.index.isin(densities), shares * 100)
    return Base(name, shares.reindex(wanted).astype("float64"))


def _of_counts(path: Path, name: str, variables: Sequence[Variable], vintage: int) -> Base:
    shares = compute_shares(read_census(path, vintage=vintage), variables)
    return Base(name, base_shares(shares).reindex([variable.name for variable in variables]))


def _check_shares(shares: pd.Series, are_shares: set[str], source: str) -> None:
    faults = []
    repeated = shares.index[shares.index.duplicated()].unique()
    if len(repeated):
        message = f"'variable' is repeated: {examples(list(repeated))}."
        faults.append(Fault(source, message, "Keep one row for each variable.", "repeated_variable"))
    mine = shares[shares.index.isin(are_shares)]
    wrong = mine[mine.isna() | ~mine.between(0, 1)]
    if len(wrong):
        message = f"no share lies between 0 and 1 for {examples(list(wrong.index), total=len(mine))}."
        faults.append(Fault(source, message, "Head the column percent where it holds percentages.", "share"))
    if faults:
        raise SchemaError(" ".join(f"{source}: {fault.message} {fault.remedy}" for fault in faults), faults=faults)
