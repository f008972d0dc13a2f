"""Which figures of its areas a place can show on its map: census shares, and minutes to services today and after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.access import AccessStandard, sites_of
from estate.reach import minutes_of
from geodata.census import Census
from geodata.own_columns import variables_of
from geodata.shares import Shares, compute_shares
from geodata.travel import MODE_WORDS
from geodata.variables import Variable
from maps.columns import Column
from segmentation.describe import base_shares

if TYPE_CHECKING:
    from maps.study import Study

MOST_FIGURES = 110_000  # of all columns together: what keeps the page of a county under a megabyte
MINUTES = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0)
CHANGE_MIN = (-15.0, -5.0, -1.0, 1.0, 5.0, 15.0)


def columns_of(study: Study) -> tuple[Column, ...]:
    """Return what the page of a study can be coloured by: the first of :func:`all_columns`, as many as a page carries.

    Parameters
    ----------
    study
        The place; census shares need its geography, minutes its teams and travel times.
    """
    return tuple(all_columns(study)[: most_columns(study)])


def most_columns(study: Study) -> int:
    """Return how many columns the page of a study carries; one at least."""
    return 1 if study.geography is None else max(MOST_FIGURES // max(len(study.geography.areas), 1), 1)


def all_columns(study: Study) -> list[Column]:
    """Return every figure of the areas of a study: access first, then the variables that tell most."""
    if study.geography is None:
        return []
    return [one for one in (*_minutes(study), *_census(study)) if one.figures.notna().any()]


def with_figures(areas: gpd.GeoDataFrame, columns: Sequence[Column]) -> gpd.GeoDataFrame:
    """Return areas with the figures of columns, each under its short name; a name that areas have already is kept."""
    taken = {str(name).lower() for name in areas.columns}
    figures = {one.key: one.figures.reindex(areas.index) for one in columns if one.key not in taken}
    return gpd.GeoDataFrame(areas.join(pd.DataFrame(figures, index=areas.index)))


def figures_told(columns: Sequence[Column], *, on_page: int) -> pd.DataFrame:
    """Return what the columns of areas are: heading, unit, the whole place, source, and whether the map has them.

    Parameters
    ----------
    columns
        As :func:`all_columns` gives them.
    on_page
        How many of them, from the first, the page carries.
    """
    rows = [
        {"column": one.key, "heading": one.name, "about": one.group, "unit": one.unit, "whole_place": one.base,
         "on_the_map": place < on_page, "note": one.note}
        for place, one in enumerate(columns)
    ]  # fmt: skip
    names = ["column", "heading", "about", "unit", "whole_place", "on_the_map", "note"]
    return pd.DataFrame(rows, columns=names).astype({"whole_place": float}).rename_axis("number")


def census_columns(census: Census, variables: Sequence[Variable], order: Sequence[str] = ()) -> list[Column]:
    """Return variables as columns, those named in `order` first.

    Parameters
    ----------
    census
        Counts of the areas.
    variables
        Of the census, and the place's own.
    order
        Names of variables, the most telling first.
    """
    there = drawable(census, variables)
    if not there:
        return []
    shares = compute_shares(census, there)
    rank = {name: place for place, name in enumerate(order)}
    base = base_shares(shares)
    known = [one for one in shares.variables if one.name in shares.table and shares.table[one.name].notna().any()]
    chosen = sorted(known, key=lambda one: rank.get(one.name, len(rank)))
    return [_census_column(shares, one, float(base[one.name])) for one in chosen]


def drawable(census: Census, variables: Sequence[Variable]) -> list[Variable]:
    """Return the variables that a census has the cells for, or a percentage that may stand in."""
    given = set() if census.percentages is None else set(census.percentages.columns)
    return [one for one in variables if one.name in given or all(cell in census.counts for cell in one.cells)]


def _census_column(shares: Shares, variable: Variable, base: float) -> Column:
    times = 100.0 if variable.is_share else 1.0
    unit = f"% of {variable.base}" if variable.is_share else f"{variable.base} {variable.unit}"
    source = "Of the place's own" if variable.is_own else f"{shares.vintage} Census"
    return Column(
        name=variable.label,
        group=f"{source if variable.is_own else f'Census {shares.vintage}'}: {variable.domain}",
        unit=unit,
        figures=shares.table[variable.name] * times,
        note=f"{source}. The whole place: {base * times:.3g} {unit}.",
        base=base * times,
        key=variable.name,
    )


def _census(study: Study) -> list[Column]:
    """Return the columns of census and place, those that part the segments most first."""
    if study.geography is None:
        return []
    order: list[str] = []
    if study.segments is not None:
        rows = study.segments.stands_out
        far = rows[rows["level"] == "sub"].groupby("variable")["difference_pp"].agg(lambda gap: gap.abs().max())
        order = [str(name) for name in far.sort_values(ascending=False, kind="stable").index]
    chosen = variables_of(study.place.variables, vintage=study.geography.census.vintage)
    return census_columns(study.geography.census, chosen, order)


def _minutes(study: Study) -> Iterator[Column]:
    """Yield minutes to the nearest place of each service, today and under the last option, and their difference."""
    if study.travel is None or study.teams is None or study.geography is None:
        return
    standards = [AccessStandard(one.service, one.limit_min, one.max_loss) for one in study.place.access.standards]
    areas, travel = study.geography.areas.index, study.travel
    today = sites_of(study.teams, standards)
    plan = next((one for one in reversed(study.plans) if one.moved), None)
    after = {} if plan is None else sites_of(study.teams.assign(asset_id=_moved(study.teams, plan.moves)), standards)
    note = f"To the nearest place of the service, {MODE_WORDS[travel.mode]}; {travel.sentence()}"
    for service in today:
        before = minutes_of(travel, areas, today[service])
        column = _minute_column(f"minutes to {service}", areas, before, note)
        today_name = column.name
        yield column
        if plan is None or set(after[service]) == set(today[service]):
            continue
        then = minutes_of(travel, areas, after[service])
        after_name = f"minutes to {service}, {plan.name}"
        yield replace(_minute_column(after_name, areas, then, note), before=today_name)
        yield _change_column(f"change in minutes to {service}, {plan.name}", areas, then, before, note)


def _moved(teams: pd.DataFrame, moves: pd.DataFrame) -> pd.Series:
    where = teams["asset_id"].astype(object).copy()
    where.update(moves["to_asset"])
    return where


def _minute_column(name: str, areas: pd.Index, minutes: np.ndarray, note: str) -> Column:
    known = pd.Series(np.where(np.isfinite(minutes), minutes, np.nan), index=areas)
    return Column(
        name.capitalize(),
        "Access to services",
        "minutes",
        known,
        f"{note} Grey: out of reach.",
        MINUTES,
        key=key_of(name),
    )


def _change_column(name: str, areas: pd.Index, then: np.ndarray, before: np.ndarray, note: str) -> Column:
    both = np.isfinite(then) & np.isfinite(before)
    change = pd.Series(np.where(both, np.where(both, then, 0) - np.where(both, before, 0), np.nan), index=areas)
    where = "Less than nought is nearer than today. Grey: out of reach today or after."
    return Column(
        name.capitalize(),
        "Access to services",
        "minutes more",
        change,
        f"{where} {note}",
        CHANGE_MIN,
        turning=True,
        key=key_of(name),
    )


def key_of(name: str) -> str:
    """Return the short name of a column.

    Examples
    --------
    >>> key_of("Minutes to library, joint")
    'minutes_to_library_joint'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
