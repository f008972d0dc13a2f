"""The rows of a model about years and money: when blocks leave, when buildings go, and what may be spent by when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estate.builder import Builder
from estate.building_flows import building_flows
from estate.colocation import Problem
from estate.limits import Budget
from estate.programme import Floats, Indices, RowLabel


def add_dates(build: Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """Date what happens: a building is kept or goes in one year, a block stays or leaves in one, and leaves first."""
    layout, n_years = build.layout, problem.n_years
    n_buildings, n_blocks = layout.release.shape[0], layout.leave.shape[0]
    rows = np.tile(np.arange(n_buildings), n_years + 1)
    columns = np.concatenate([layout.keep, layout.release.T.ravel()])
    build.add((rows, columns, 1.0), lower=np.ones(n_buildings), upper=1.0, family="dates")
    stay = arcs["stay"].to_numpy()
    of_block = arcs["block"].to_numpy(dtype=np.intp)
    rows = np.concatenate([of_block[stay], np.tile(np.arange(n_blocks), n_years)])
    columns = np.concatenate([layout.move[stay], layout.leave.T.ravel()])
    build.add((rows, columns, 1.0), lower=np.ones(n_blocks), upper=1.0, family="dates")
    home = problem.blocks["home"].to_numpy(dtype=np.intp)
    for year in range(n_years - 1):
        gone, left = layout.release[home, : year + 1], layout.leave[:, : year + 1]
        rows = np.repeat(np.arange(n_blocks), year + 1)
        entries = np.tile(rows, 2), np.concatenate([gone.ravel(), left.ravel()]), np.repeat([1.0, -1.0], len(rows))
        build.at_most_zero(entries, n_blocks, "dates")


def add_entering(build: Builder, arcs: pd.DataFrame) -> None:
    """Date each arc: it is entered in one year where it is taken, and in the year in which its block leaves."""
    layout = build.layout
    moving = np.flatnonzero(~arcs["stay"].to_numpy())
    n_years = layout.enter.shape[1]
    enter = layout.enter[moving]
    rows = np.concatenate([np.repeat(np.arange(len(moving)), n_years), np.arange(len(moving))])
    columns = np.concatenate([enter.ravel(), layout.move[moving]])
    values = np.concatenate([np.ones(enter.size), -np.ones(len(moving))])
    build.add((rows, columns, values), lower=np.zeros(len(moving)), upper=0.0, family="dates")
    block = arcs["block"].to_numpy(dtype=np.intp)[moving]
    of_row = (block[:, None] * n_years + np.arange(n_years)).ravel()
    n_rows = layout.leave.size
    rows = np.concatenate([of_row, np.arange(n_rows)])
    columns = np.concatenate([enter.ravel(), layout.leave.ravel()])
    values = np.concatenate([np.ones(enter.size), -np.ones(n_rows)])
    build.add((rows, columns, values), lower=np.zeros(n_rows), upper=0.0, family="dates")


def add_hub_dates(build: Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """Nobody enters a new hub before it is ready: whoever goes there leaves no earlier."""
    ready = problem.buildings["ready"].to_numpy()[arcs["building"].to_numpy()]
    late = np.flatnonzero((ready > 0) & ~arcs["stay"].to_numpy())
    years = [np.arange(ready[arc], problem.n_years) for arc in late]
    blocks = arcs["block"].to_numpy(dtype=np.intp)[late]
    sources = [build.layout.leave[block, when] for block, when in zip(blocks, years, strict=True)]
    build.below_sum(build.layout.move[late], sources, "dates")


def add_town_limits(build: Builder, problem: Problem) -> None:
    """At most so many buildings are released in one town and year."""
    limit = problem.rules.releases_per_town
    if limit is None:
        return
    buildings = problem.buildings
    counted = ~buildings["hub"].to_numpy() & buildings["town"].ne("").to_numpy()
    for town in sorted(set(buildings["town"][counted])):
        inside = np.flatnonzero(counted & buildings["town"].eq(town).to_numpy())
        if len(inside) <= limit:
            continue
        columns = build.layout.release[inside].T
        rows = np.repeat(np.arange(problem.n_years), len(inside))
        upper = np.full(problem.n_years, float(limit))
        about = RowLabel(town)
        build.add((rows, columns.ravel(), 1.0), lower=-np.inf, upper=upper, family="town limit", about=about)


def add_budgets(build: Builder, problem: Problem) -> None:
    """Capital of moves and hubs, less receipts spent again, stays within each budget."""
    for budget in problem.rules.budgets:
        _add_budget(build, problem, budget)


def _add_budget(build: Builder, problem: Problem, budget: Budget) -> None:
    columns, when, amounts = _spending(build, problem, budget)
    for year in range(problem.n_years):
        counted = when <= year if problem.rules.carry_over else when == year
        given = sum(budget.amount_gbp(past) for past in range(year + 1) if problem.rules.carry_over or past == year)
        scale = max(given, 1_000.0)
        entries = np.zeros(int(counted.sum()), dtype=np.intp), columns[counted], amounts[counted] / scale
        build.add(entries, lower=[-np.inf], upper=[given / scale], family="budget")


def _spending(build: Builder, problem: Problem, budget: Budget) -> tuple[Indices, Indices, Floats]:
    """Return the columns that spend or bring capital, the year in which they do, and how much (GBP, real)."""
    layout, blocks, buildings, n_years = build.layout, problem.blocks, problem.buildings, problem.n_years
    mine = np.flatnonzero(_of(blocks, budget.body))
    own = np.flatnonzero(_of(buildings, budget.body))
    years = np.arange(n_years)
    moving = (
        layout.leave[mine],
        np.tile(years, (len(mine), 1)),
        _by_year(blocks["capital_gbp"].to_numpy()[mine], n_years),
    )
    capital, receipts = capital_and_receipts(problem)
    built = layout.keep[own, None], buildings["ready"].to_numpy()[own, None], capital[own, None]
    lag = problem.costs.lag_years + problem.rules.recycling_years
    back = -problem.rules.recycled_share * receipts[own]
    sold = layout.release[own], np.tile(years + lag, (len(own), 1)), _by_year(back, n_years)
    parts = [np.concatenate([kind[part].ravel() for kind in (moving, built, sold)]) for part in range(3)]
    used = parts[2] != 0
    return parts[0][used].astype(np.intp), parts[1][used].astype(np.intp), parts[2][used].astype(np.float64)


def capital_and_receipts(problem: Problem) -> tuple[Floats, Floats]:
    """Return the capital of building each hub and the receipt from each sale (GBP, real), shape (n_buildings,)."""
    chosen = problem.register.loc[problem.buildings.index]
    kept, left = (building_flows(chosen, problem.costs, leaving=when) for when in (None, 0))
    hub = problem.buildings["hub"].to_numpy()
    spent = sum(
        (-kept[line].sum(axis=1) for line in ("new hubs", "optimism bias") if line in kept), np.zeros(len(chosen))
    )
    return np.where(hub, spent, 0.0), left["receipts"].sum(axis=1)


def _by_year(amounts: Floats, n_years: int) -> Floats:
    return np.repeat(np.asarray(amounts, dtype=np.float64)[:, None], n_years, axis=1)


def _of(table: pd.DataFrame, body: str) -> pd.Series:
    return table["organisation"].eq(body) if body else pd.Series(True, index=table.index)
