"""Columns of a place's own beside the census: service demand, deprivation, broadband, keyed by OA, LSOA or MSOA.

Each becomes a numerator and a denominator for every output area, like a census variable, so that sums over areas are
right. A value of a wider area is spread over its output areas by residents. A rank becomes the part of the list that
comes before it, because ranks cannot be added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.census import Census
from geodata.census_cells import cell_text, parse_numbers, refuse
from geodata.errors import CoverageError, DataError, Fault, did_you_mean, examples
from geodata.files import read_table
from geodata.place_variables import OwnColumn, VariableChoice
from geodata.variables import OWN_CELL, Variable, choose_variables, read_variables

LEVELS = ("oa_code", "lsoa_code", "msoa_code")
MOST_WITHOUT = 0.5
"""Share of the areas that may be without a value."""


def variables_of(choice: VariableChoice, *, vintage: int) -> tuple[Variable, ...]:
    """Return the variables of a place: those of the registry that it keeps, and its own.

    Raises
    ------
    DataError
        A name to drop is not in the registry, or an own name stands for two things.

    Examples
    --------
    >>> len(variables_of(VariableChoice(drop=("communal",)), vintage=2021))
    63
    """
    registry = read_variables(vintage)
    choose_variables(choice.drop, registry)
    kept = tuple(variable for variable in registry if variable.name not in choice.drop)
    names = [variable.name for variable in kept] + [one.name for one in choice.add]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"[variables]: {examples(twice)} stands for two variables. Give the own column another name, or drop the "
            "census variable."
        )
    return (*kept, *(variable_of(one) for one in choice.add))


def variable_of(column: OwnColumn) -> Variable:
    """Return an own column as a variable.

    Examples
    --------
    >>> calls = OwnColumn(name="calls", file="a.csv", area="oa", value="n", kind="rate", base="calls")
    >>> calls_variable = variable_of(calls)
    >>> calls_variable.sentence(23.4), calls_variable.source
    ('23 calls per 1,000 residents', 'own_calls / own_calls_base')
    """
    label = column.label or column.name.replace("_", " ").capitalize()
    base, says, unit = column.base or "residents", column.says or f"are counted under '{label}'", "share"
    if column.kind == "rate":
        base, unit = column.base or label.lower(), f"per {column.per:,.0f} {column.denominator or 'residents'}"
    if column.kind == "rank":
        base, says = column.base or "the ranked areas", column.says or f"come before it by {label.lower()}"
    return Variable(
        column.name,
        column.domain,
        label,
        base,
        says,
        (f"{OWN_CELL}{column.name}",),
        f"{OWN_CELL}{column.name}_base",
        unit=unit,
        more=column.more,
        fewer=column.fewer,
    )


def with_own_columns(census: Census, areas: pd.DataFrame, columns: Sequence[OwnColumn], *, base: Path) -> Census:
    """Return the census with the cells of the place's own columns.

    Parameters
    ----------
    census
        Counts of the areas.
    areas
        Indexed like the census, with ``lsoa_code`` and ``msoa_code``.
    columns
        What to add.
    base
        Folder that the files are relative to.

    Raises
    ------
    DataError
        A share has no base, a heading is not there, or values are at fault (all of one file at once).
    CoverageError
        Most areas are without a value: another census year, or another district.
    SourceError
        A file cannot be read.
    """
    for column in columns:
        census = _with_one(census, areas, column, base)
    return census


def _with_one(census: Census, areas: pd.DataFrame, column: OwnColumn, base: Path) -> Census:
    table = _read(column, base)
    level, keys = _level(areas.reindex(census.counts.index), table.index, column)
    residents = census.population().fillna(0.0)
    share_of_level = residents / residents.groupby(keys).transform("sum").replace(0.0, np.nan)
    spread = pd.Series(1.0, index=residents.index) if level == "oa_code" else share_of_level
    top, bottom = _sums(
        table.reindex(keys).set_axis(census.counts.index),
        column,
        residents,
        spread,
        last=float(column.of or table["value"].max()),
    )
    cells = {f"{OWN_CELL}{column.name}": top, f"{OWN_CELL}{column.name}_base": bottom}
    without = top.isna() | bottom.isna()
    if without.mean() > MOST_WITHOUT:
        raise CoverageError(
            f"{column.file}: {int(without.sum()):,} of {len(without):,} areas have no '{column.value}'. "
            f"Its codes are such as {table.index[0]}; check that they are of the census year of the place."
        )
    hidden = table["hidden"].reindex(keys).set_axis(census.counts.index).eq(True)
    blanks = [
        (str(code), cell, "suppressed" if hidden[code] else "missing")
        for cell, values in cells.items()
        for code in census.counts.index[values.isna()]
    ]
    return replace(
        census,
        counts=census.counts.assign(**cells),
        blanks=pd.concat([census.blanks, pd.DataFrame(blanks, columns=census.blanks.columns, dtype="str")]),
        sources=(*census.sources, column.file),
    )


def _read(column: OwnColumn, base: Path) -> pd.DataFrame:
    """Return value, base and whether it is suppressed, indexed by area code; every fault at once."""
    if column.kind == "share" and column.denominator is None:
        raise DataError(
            f"[variables] '{column.name}': a share needs its base. Add denominator = \"heading\", or use kind = "
            '"percent" where the file has percentages.'
        )
    raw = read_table(base / column.file)
    wanted = [column.area, column.value, *filter(None, (column.denominator,))]
    lacking = [heading for heading in wanted if heading not in raw.columns]
    if lacking:
        hints = "".join(did_you_mean(heading, map(str, raw.columns)) for heading in lacking)
        raise DataError(
            f"{column.file}: there is no column {', '.join(map(repr, lacking))}.{hints} "
            f"It has {', '.join(map(str, raw.columns))[:300]}."
        )
    codes = pd.Index(raw[column.area].map(cell_text), dtype="str")
    values, hidden = parse_numbers(raw[column.value])
    table = pd.DataFrame({"value": values, "hidden": hidden}, index=codes)
    if column.denominator is not None:
        table["base"] = parse_numbers(raw[column.denominator])[0]
    refuse(_faults(table, raw, column))
    return table[table.index != ""]


def _faults(table: pd.DataFrame, raw: pd.DataFrame, column: OwnColumn) -> list[Fault]:
    name, faults = column.file, []

    def fault(rows: pd.Series, said: str, remedy: str, rule: str, heading: str) -> None:
        if rows.any():
            message = f"'{heading}' {said} for {examples(list(table.index[rows]), total=len(table))}."
            faults.append(Fault(name, message, remedy, rule, column=heading))

    twice = table.index.duplicated() & (table.index != "")
    if twice.any():
        listed = examples(list(table.index[twice].unique()), total=len(table))
        faults.append(
            Fault(name, f"areas appear twice: {listed}.", "Keep one row per area.", "area_twice", column=column.area)
        )
    text = raw[column.value].map(cell_text).set_axis(table.index)
    words = table["value"].isna() & ~table["hidden"] & text.ne("")
    fault(words, "is not a number", "Write digits, or leave the cell empty.", "not_a_number", column.value)
    fault(table["value"] < 0, "is negative", "Correct the values.", "negative", column.value)
    if column.kind == "percent":
        fault(table["value"] > 100, "is more than 100 %", "Percentages lie between 0 and 100.", "over", column.value)
    if column.kind == "rank":
        fault(table["value"] < 1, "is no rank", "Ranks begin with 1.", "rank", column.value)
        beyond = table["value"] > (column.of or np.inf)
        fault(beyond, f"is more than {column.of}", "Correct 'of', or the ranks.", "rank_beyond", column.value)
    if column.kind == "share" and "base" in table:
        over = table["value"] > table["base"]
        fault(
            over, f"is more than '{column.denominator}'", "Take both of the same areas.", "share_over_one", column.value
        )
    return faults


def _level(areas: pd.DataFrame, codes: pd.Index, column: OwnColumn) -> tuple[str, pd.Series]:
    """Return the level whose codes the file has, and the code of each output area at it."""
    keys = {"oa_code": pd.Series(areas.index, index=areas.index)}
    keys |= {level: areas[level] for level in LEVELS[1:] if level in areas}
    known = {level: int(series.isin(codes).sum()) for level, series in keys.items()}
    best = max(known, key=lambda level: known[level])
    if not known[best]:
        raise CoverageError(
            f"{column.file}: none of its codes in '{column.area}' (such as {examples(list(codes[:1]))}) is an output "
            "area, LSOA or MSOA of the place. Check the heading, the census year and the district."
        )
    return best, keys[best]


def _sums(
    table: pd.DataFrame, column: OwnColumn, residents: pd.Series, spread: pd.Series, *, last: float
) -> tuple[pd.Series, pd.Series]:
    """Return numerator and denominator of every output area."""
    value = table["value"]
    if column.kind in ("share", "rate"):
        base = table["base"] * spread if "base" in table else residents
        return value * spread * (column.per if column.kind == "rate" else 1.0), base.where(value.notna())
    if column.kind == "percent":
        return value / 100 * residents, residents.where(value.notna())
    return (value - 1) / max(last - 1, 1.0) * residents, residents.where(value.notna())
