"""Shares of people and households in each area, with the sums they are made of.

A share is the sum of its numerator cells over its denominator. An area whose denominator is 0 has no share (0/0 says
nothing about anybody), nor has one with a missing or suppressed cell: its share is NaN, and whoever standardises the
table fills it and counts what was filled. Census counts are perturbed, each cell by itself, so a part may exceed its
whole by a few: up to three for every cell that is added it counts as all of the whole; more is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from geodata.census import Census
from geodata.census_cells import refuse
from geodata.errors import CoverageError, DataError, Fault, examples
from geodata.variables import Variable, read_stand_ins

PERTURBED_BY = 3
"""Residents or households by which one cell may exceed its whole."""
MAX_MISSING = 0.5
"""Share of the variables that may be missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """The variables of every area, and the sums behind them.

    Parameters
    ----------
    table
        Indexed by ``oa_code``, one column per variable: a share (0 to 1) or a density in its own unit; NaN where the
        area has none.
    numerators, denominators
        Same shape: numerator / denominator is the share. Of a density, people and the land they live on. Sums over
        areas are sums of these, never means of shares. NaN in both where the share is NaN.
    variables
        What the columns are.
    missing
        For each variable that could not be computed, the cells that are not there.
    stood_in
        For each variable that published percentages stand in for, what differs from the counts.
    vintage
        Year of the census.
    """

    table: pd.DataFrame
    numerators: pd.DataFrame
    denominators: pd.DataFrame
    variables: tuple[Variable, ...]
    missing: Mapping[str, tuple[str, ...]]
    stood_in: Mapping[str, str]
    vintage: int

    def of_areas(self, codes: Iterable[str]) -> Shares:
        """Return the shares of some of the areas, in the order given.

        Raises
        ------
        CoverageError
            An area has no shares.
        """
        index = pd.Index(list(codes), name="oa_code")
        unknown = index.difference(self.table.index)
        if len(unknown):
            raise CoverageError(f"shares: there is no area {examples(list(unknown))}. Check the codes and the census.")
        return replace(
            self,
            table=self.table.loc[index],
            numerators=self.numerators.loc[index],
            denominators=self.denominators.loc[index],
        )

    def overall(self) -> pd.Series:
        """Return each variable over all areas together: sum of numerators / sum of denominators."""
        return self.numerators.sum() / self.denominators.sum()


def compute_shares(census: Census, variables: Sequence[Variable]) -> Shares:
    """Compute the variables that the census has the cells for.

    Where cells are not there, a published percentage stands in if the census carries one; else the variable is
    missing and named in the result.

    Parameters
    ----------
    census
        Counts of the areas.
    variables
        What to compute, such as :func:`geodata.variables.read_variables`.

    Raises
    ------
    SchemaError
        A part is larger than its whole, or the counts of a variable are there without their total.
    CoverageError
        More than half of the variables are missing, or a variable has no value in any area.

    Examples
    --------
    >>> from geodata.census import Census
    >>> counts = pd.DataFrame({"ks1": [10.0, 0.0], "ks2": [4.0, 0.0]}, index=pd.Index(["A", "B"], name="oa_code"))
    >>> nothing = pd.DataFrame(columns=["oa_code", "cell", "kind"])
    >>> census = Census(counts, 2011, pd.DataFrame(index=counts.index), None, nothing, ("town.csv",))
    >>> no_car = Variable("no_car", "transport", "No car", "households", "have no car", ("ks2",), "ks1")
    >>> compute_shares(census, [no_car]).table["no_car"].tolist()
    [0.4, nan]
    """
    if not variables:
        raise DataError("variables: none was asked for. Name at least one.")
    absent = {v.name: tuple(cell for cell in v.cells if cell not in census.counts) for v in variables}
    given = census.percentages if census.percentages is not None else pd.DataFrame(index=census.counts.index)
    stand_ins = [v for v in variables if absent[v.name] and v.is_share and v.name in given]
    missing = {v.name: absent[v.name] for v in variables if absent[v.name] and v not in stand_ins}
    refuse(_without_whole([v for v in variables if v.name in missing], census))
    _check_enough(missing, len(variables), census)
    sums = {v.name: _sums(census, v) for v in variables if not absent[v.name]}
    refuse([fault for v in variables if v.name in sums for fault in _too_large(*sums[v.name], v, census)])
    sums |= {v.name: _standing_in(census, v, given[v.name]) for v in stand_ins}
    used = tuple(v for v in variables if v.name in sums)
    pairs = {v.name: _known(*sums[v.name], v) for v in used}
    numerators = pd.DataFrame({name: pair[0] for name, pair in pairs.items()}, index=census.counts.index)
    denominators = pd.DataFrame({name: pair[1] for name, pair in pairs.items()}, index=census.counts.index)
    _check_some(denominators, census)
    notes = {stand_in.variable: stand_in.note for stand_in in reversed(read_stand_ins(census.vintage))}
    return Shares(
        numerators / denominators,
        numerators,
        denominators,
        used,
        missing,
        {v.name: notes.get(v.name, "a published percentage") for v in stand_ins},
        census.vintage,
    )


def _sums(census: Census, variable: Variable) -> tuple[pd.Series, pd.Series]:
    """Return numerator and denominator of every area; of a density, people and land."""
    parts = census.counts[list(variable.numerator)].sum(axis=1, skipna=False)
    if variable.denominator is not None:
        return parts, census.counts[variable.denominator]
    people = census.counts[str(variable.weight)]
    return people, people / parts.where(parts > 0)


def _standing_in(census: Census, variable: Variable, share: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return a published share as numerator and denominator: of the households or the people of the area."""
    universe = {one.variable: one.universe for one in reversed(read_stand_ins(census.vintage))}
    households = universe.get(variable.name) == "households"
    whole = census.households() if households else census.population()
    return share * whole, whole


def _known(parts: pd.Series, whole: pd.Series, variable: Variable) -> tuple[pd.Series, pd.Series]:
    """Return both as NaN where the area has no share; a perturbed part is no more than its whole."""
    known = parts.notna() & (whole > 0)
    capped = parts.clip(upper=whole) if variable.is_share else parts
    return capped.where(known), whole.where(known)


def _too_large(parts: pd.Series, whole: pd.Series, variable: Variable, census: Census) -> list[Fault]:
    """Return a fault where a part exceeds its whole by more than perturbation explains."""
    allowed = PERTURBED_BY * len(variable.numerator)
    over = parts - whole > allowed
    if not variable.is_share or not over.any():
        return []
    area = str(over.idxmax())
    message = (
        f"'{variable.name}' is more than all of its whole in {examples(list(over.index[over]), total=len(over))}: "
        f"{variable.source} is {parts[area]:,.0f} / {whole[area]:,.0f} in {area}."
    )
    remedy = "Check that both tables are of the same census and the same areas."
    return [Fault(census.sources[0] if census.sources else "census", message, remedy, "share_over_one")]


def _without_whole(variables: Sequence[Variable], census: Census) -> list[Fault]:
    """Return a fault for each total that is not there although the counts that are parts of it are."""
    parts: dict[str, list[str]] = {}
    for one in variables:
        if one.denominator and one.denominator not in census.counts and set(one.numerator) <= set(census.counts):
            parts.setdefault(one.denominator, []).append(one.name)
    source = census.sources[0] if census.sources else "census"
    everything = json.dumps([name for names in parts.values() for name in names])
    return [
        Fault(
            source,
            f"the total is not there, of which {examples(names)} {'is a part' if len(names) == 1 else 'are parts'}.",
            f"Add the column, or leave them out: write in place.toml, under [variables]: drop = {everything}",
            "no_whole",
            column=whole,
        )
        for whole, names in parts.items()
    ]


def _check_enough(missing: Mapping[str, tuple[str, ...]], n_variables: int, census: Census) -> None:
    """Raise where too little is left to tell areas apart."""
    if len(missing) <= MAX_MISSING * n_variables:
        return
    cells = [cell for cells in missing.values() for cell in cells]
    raise CoverageError(
        f"{census.sources[0] if census.sources else 'census'}: {len(missing)} of {n_variables} variables cannot be "
        f"computed, more than half; cells such as {examples(list(dict.fromkeys(cells)))} are not there. "
        f"Add the tables of the {census.vintage} Census that hold them."
    )


def _check_some(denominators: pd.DataFrame, census: Census) -> None:
    """Raise where a variable has no value in any area."""
    empty = list(denominators.columns[denominators.isna().all()])
    if empty:
        raise CoverageError(
            f"{census.sources[0] if census.sources else 'census'}: {examples(empty)} cannot be computed for any area: "
            "every total is 0, missing or suppressed. Download the tables again, or leave these variables out."
        )
