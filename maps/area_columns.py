"""Which figures of its areas a place can show on its map: census shares, and minutes to services today and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from estate.access import AccessStandard, sites_of
from estate.reach import minutes_of
from geodata.census import Census
from geodata.shares import Shares, compute_shares
from geodata.travel import MODE_WORDS
from geodata.variables import read_variables
from maps.columns import Column
from segmentation.describe import base_shares

if TYPE_CHECKING:
    from maps.study import Study

MOST_FIGURES = 65_000  # of all columns together: what keeps the page of a county under a megabyte
MINUTES = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0)
CHANGE_MIN = (-15.0, -5.0, -1.0, 1.0, 5.0, 15.0)


def columns_of(study: Study) -> tuple[Column, ...]:
    """Return what the map of a study can be coloured by: access first, then the census variables that tell most.

    Parameters
    ----------
    study
        The place; census shares need its geography, minutes its teams and travel times.
    """
    if study.geography is None:
        return ()
    n_areas = max(len(study.geography.areas), 1)
    found = (one for one in (*_minutes(study), *_census(study)) if one.figures.notna().any())
    return tuple(islice(found, max(MOST_FIGURES // n_areas, 1)))


def census_columns(census: Census, order: list[str] | None = None) -> list[Column]:
    """Return the census variables as columns, those named in `order` first.

    Parameters
    ----------
    census
        Counts of the areas.
    order
        Names of variables, the most telling first.
    """
    shares = compute_shares(census, read_variables(census.vintage))
    rank = {name: place for place, name in enumerate(order or [])}
    base = base_shares(shares)
    known = [one for one in shares.variables if one.name in shares.table and shares.table[one.name].notna().any()]
    chosen = sorted(known, key=lambda one: rank.get(one.name, len(rank)))
    return [_census_column(shares, one.name, float(base[one.name])) for one in chosen]


def _census_column(shares: Shares, name: str, base: float) -> Column:
    variable = next(one for one in shares.variables if one.name == name)
    times = 100.0 if variable.is_share else 1.0
    unit = f"% of {variable.base}" if variable.is_share else f"{variable.base} {variable.unit}"
    return Column(
        name=variable.label,
        group=f"Census {shares.vintage}: {variable.domain}",
        unit=unit,
        figures=shares.table[name] * times,
        note=f"{shares.vintage} Census. The whole place: {base * times:.3g} {unit}.",
        base=base * times,
    )


def _census(study: Study) -> list[Column]:
    """Return the census columns, those that part the segments most first."""
    if study.geography is None:
        return []
    order: list[str] = []
    if study.segments is not None:
        rows = study.segments.stands_out
        far = rows[rows["level"] == "sub"].groupby("variable")["difference_pp"].agg(lambda gap: gap.abs().max())
        order = [str(name) for name in far.sort_values(ascending=False, kind="stable").index]
    return census_columns(study.geography.census, order)


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
    return Column(name.capitalize(), "Access to services", "minutes", known, f"{note} Grey: out of reach.", MINUTES)


def _change_column(name: str, areas: pd.Index, then: np.ndarray, before: np.ndarray, note: str) -> Column:
    both = np.isfinite(then) & np.isfinite(before)
    change = pd.Series(np.where(both, np.where(both, then, 0) - np.where(both, before, 0), np.nan), index=areas)
    where = "Less than nought is nearer than today. Grey: out of reach today or after."
    return Column(
        name.capitalize(), "Access to services", "minutes more", change, f"{where} {note}", CHANGE_MIN, turning=True
    )
