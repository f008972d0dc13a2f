"""Screening of variables before areas are grouped: which say the same, nearly nothing, or cannot be relied on.

A report, not a sieve: nothing is left out for it. Whoever reads it drops variables in place.toml, or keeps them and
knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import skew

from geodata.census import Census
from geodata.census_cells import HOUSEHOLDS, RESIDENTS
from geodata.census_labels import Cell, read_cells
from geodata.errors import examples
from geodata.shares import PERTURBED_BY, Shares

Row = tuple[str, str, str, int, int, float, float]
REDUNDANT = 0.9
"""Correlation (of either sign) from which two variables say nearly the same."""
MOSTLY_ZERO = 0.5
"""Share of areas with nobody, from which a variable is mostly zero."""
SKEWED = 3.0
"""Skewness from which a few areas stretch the whole scale."""
SAME_PEOPLE = 2.0
"""People or households by which two totals may differ on average and still count the same ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Screening:
    """What was found, by variable, by pair and by table.

    Parameters
    ----------
    table
        Indexed by ``variable``: ``label domain source n_areas overall lowest highest zero_share skewness n_missing
        n_suppressed n_over_whole redundant_with remarks``. Shares run from 0 to 1. `n_missing` counts areas without a
        share because a cell is missing or its base is 0, `n_suppressed` those with a suppressed cell, `n_over_whole`
        those where a part exceeds its whole.
    pairs
        Pairs of variables that say nearly the same: ``variable_a label_a variable_b label_b correlation``, the
        strongest first.
    sums
        Where counts should be equal: ``table title check n_areas n_differ mean_difference largest_difference`` (people
        or households); `check` is the parts against their total, or the total against that of the first table.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    sums: pd.DataFrame

    def sentences(self) -> tuple[str, ...]:
        """Return what is worth knowing, one sentence each; nothing where nothing is."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if len(self.pairs):
            first, n_pairs = self.pairs.iloc[0], len(self.pairs)
            yield (
                f"{n_pairs} {'pair of variables says' if n_pairs == 1 else 'pairs of variables say'} nearly the same "
                f"(correlation of {REDUNDANT:g} or more, of either sign), most of all '{first['label_a']}' and "
                f"'{first['label_b']}' ({first['correlation']:.2f}): such a thing counts double in the grouping; drop "
                "one of the two if you do not want that ([variables] drop)."
            )
        for column, said in (
            (self.table["zero_share"] >= MOSTLY_ZERO, "are zero in half of the areas or more"),
            (self.table["skewness"].abs() >= SKEWED, "are very uneven: a few areas stretch the scale"),
            (self.table["n_suppressed"] > 0, "have suppressed cells"),
            (self.table["n_missing"] > 0, "have areas without a value, which stand at the share of the place"),
        ):
            labels = list(self.table.loc[column, "label"])
            if labels:
                one = said.replace("are zero", "is zero").replace("are very", "is very").replace("have ", "has ", 1)
                yield f"{examples(labels)}: {one if len(labels) == 1 else said}."
        differ = self.sums[self.sums["n_differ"] > 0]
        if len(differ):
            worst = differ.sort_values("n_differ").iloc[-1]
            yield (
                f"Counts that should be equal differ in {len(differ)} of {len(self.sums)} comparisons, most often in "
                f"'{worst['title']}' ({worst['n_differ']:,} of {worst['n_areas']:,} areas, by "
                f"{worst['mean_difference']:.1f} on average and {worst['largest_difference']:,.0f} at most): published "
                "counts are perturbed to protect people, and small areas are the least sure."
            )


def screen(census: Census, shares: Shares) -> Screening:
    """Return the screening report of a place.

    Parameters
    ----------
    census
        Counts of the areas.
    shares
        The variables computed from them (:func:`geodata.shares.compute_shares`).
    """
    pairs = redundant_pairs(shares)
    rows = [_row(census, shares, variable.name, pairs) for variable in shares.variables]
    table = pd.DataFrame(rows).set_index("variable")
    return Screening(table, pairs, sums_of_tables(census))


def redundant_pairs(shares: Shares, *, least: float = REDUNDANT) -> pd.DataFrame:
    """Return pairs of variables whose values go together, or against each other, nearly always.

    Parameters
    ----------
    shares
        Of the areas.
    least
        Least absolute correlation (Pearson).
    """
    labels = {variable.name: variable.label for variable in shares.variables}
    matrix = shares.table.corr()
    values = matrix.to_numpy(dtype="float64")
    upper = np.triu(np.ones(matrix.shape, dtype=bool), k=1)
    found: list[tuple[str, str, float]] = []
    for i, j in zip(*np.nonzero(upper & (np.abs(values) >= least)), strict=True):
        a, b = sorted((str(matrix.index[i]), str(matrix.columns[j])))
        found.append((a, b, float(values[i, j])))
    found.sort(key=lambda pair: (-abs(pair[2]), pair[0], pair[1]))
    return pd.DataFrame(
        [(a, labels[a], b, labels[b], round(value, 4)) for a, b, value in found],
        columns=["variable_a", "label_a", "variable_b", "label_b", "correlation"],
    )


def sums_of_tables(census: Census) -> pd.DataFrame:
    """Return how well counts add up: parts to the total of their table, and totals of the same people between tables.

    Published counts are perturbed, so either may differ by a few; tables whose categories overlap are left out.
    """
    by_table: dict[str, list[Cell]] = {}
    for cell in read_cells(census.vintage):
        if cell.name in census.counts:
            by_table.setdefault(cell.table_code, []).append(cell)
    rows = [row for cells in by_table.values() for row in _parts_and_total(census, cells)]
    for people in (RESIDENTS, HOUSEHOLDS):
        rows += _totals(census, [cells[0].name for cells in by_table.values()], people[census.vintage])
    columns = ["table", "title", "check", "n_areas", "n_differ", "mean_difference", "largest_difference"]
    return pd.DataFrame(rows, columns=columns)


def _parts_and_total(census: Census, cells: list[Cell]) -> list[Row]:
    """Return one row where the categories of a table are the parts of its total."""
    published = [cell for cell in read_cells(census.vintage) if cell.table_code == cells[0].table_code]
    top = [cell for cell in published[1:] if ": " not in cell.label]
    parents = {cell.label.split(": ")[0] for cell in published[1:]}
    names = [cell.name for cell in top]
    if len(top) < 2 or {cell.label for cell in top} != parents or not {published[0].name, *names} <= set(census.counts):
        return []
    parts = census.counts[names].sum(axis=1, skipna=False)
    difference = (parts - census.counts[published[0].name]).abs().dropna()
    if difference.empty or difference.mean() > PERTURBED_BY * len(names) ** 0.5:
        return []  # they overlap, or are not all of it
    return [_differing(cells[0], "parts and total", difference)]


def _totals(census: Census, totals: list[str], base: tuple[str, ...]) -> list[Row]:
    """Return a row for each table with the same people or households as the base, counted anew."""
    named = {cell.name: cell for cell in read_cells(census.vintage)}
    first = next((name for name in base if name in census.counts), None)
    if first is None:
        return []
    rows = []
    for name in totals:
        difference = (census.counts[name] - census.counts[first]).abs().dropna()
        same = not difference.empty and difference.mean() <= SAME_PEOPLE
        if name != first and same:
            rows.append(_differing(named[name], f"total and {first}", difference))
    return rows


def _differing(cell: Cell, check: str, difference: pd.Series) -> Row:
    n_differ, mean, most = int((difference > 0).sum()), float(difference.mean()), float(difference.max())
    return (cell.table_code, cell.table, check, len(difference), n_differ, mean, most)


def _row(census: Census, shares: Shares, name: str, pairs: pd.DataFrame) -> dict[str, object]:
    """Return what is to be said of one variable."""
    variable = next(one for one in shares.variables if one.name == name)
    values, gaps = shares.table[name], shares.table[name].isna()
    cells = [cell for cell in variable.cells if cell in census.counts]
    hidden = census.blanks[census.blanks["cell"].isin(cells) & census.blanks["kind"].eq("suppressed")]["oa_code"]
    n_suppressed = int(hidden.nunique())
    over = 0
    if variable.is_share and len(cells) == len(variable.cells):
        parts = census.counts[list(variable.numerator)].sum(axis=1, skipna=False)
        over = int((parts > census.counts[str(variable.denominator)]).sum())
    others = [
        *pairs.loc[pairs["variable_a"] == name, "variable_b"],
        *pairs.loc[pairs["variable_b"] == name, "variable_a"],
    ]
    found = {
        "variable": name,
        "label": variable.label,
        "domain": variable.domain,
        "source": variable.source,
        "n_areas": int((~gaps).sum()),
        "overall": float(shares.overall()[name]),
        "lowest": float(values.min()),
        "highest": float(values.max()),
        "zero_share": float((values == 0).sum() / max(int((~gaps).sum()), 1)),
        "skewness": float(skew(values.dropna())) if values.max() > values.min() else 0.0,
        "n_missing": max(int(gaps.sum()) - n_suppressed, 0),
        "n_suppressed": n_suppressed,
        "n_over_whole": over,
        "redundant_with": ", ".join(others),
    }
    return {**found, "remarks": "; ".join(_remarks(found))}


def _remarks(found: dict[str, object]) -> Iterator[str]:
    """Yield the remarks on a variable, in words."""
    if found["redundant_with"]:
        yield f"says nearly the same as {found['redundant_with']}"
    if float(str(found["zero_share"])) >= MOSTLY_ZERO:
        yield "mostly zero"
    if abs(float(str(found["skewness"]))) >= SKEWED:
        yield "very uneven"
    for key, said in (
        ("n_missing", "without a value"),
        ("n_suppressed", "suppressed"),
        ("n_over_whole", "over its whole"),
    ):
        if found[key]:
            yield f"{said} in {found[key]:,} areas"
