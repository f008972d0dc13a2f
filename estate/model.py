"""The co-location model, first in words, then as arrays.

**Sets.** Blocks i of teams, each in its home building; buildings j that are decided about; the arcs (i, j) that the
rules permit, staying at home among them; services s with an access standard; cells k of areas that lie in one segment
and reach the same places; groups g of cells: all, and each segment.

**Decisions.** ``keep[j]`` is 1 where the building is kept, 0 where it is released. ``move[i, j]`` is 1 where block i
ends in building j (its home included). ``used[c, j]``: class c works in building j. ``open[s, j]``: service s is
delivered in building j. ``reached[s, k]``: share of cell k within the limit of service s. The last three are continuous
and follow from the others.

**Objective.** Least present value: keep[j] x keeping j + (1 - keep[j]) x leaving j + move[i, j] x moving i to j,
added over all buildings and arcs.

**Constraints.**

- *assign*: every block ends in exactly one building.
- *desks*, *floor space*: what the blocks in a building need fits in it; a released building has none.
- *links*: move[i, j] <= keep[j], one by one. They say nothing new about whole plans and very much about fractions.
- *apart*: move[i, j] <= used[c, j] for blocks of class c; used[a, j] + used[b, j] <= keep[j] for each forbidden pair.
- *access*: open[s, j] <= sum of move[i, j] over the front desks of s; reached[s, k] <= sum of open[s, j] over the
  places within the limit of k; residents reached in each group >= today's share less the permitted loss.
- pins and contracts fix keep[j].

Each body alone is the same model with fewer arcs: only teams in their own body's buildings move, and only to others of
their own body. Its plans are therefore plans of the joint model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from estate.access import Cells
from estate.colocation import Problem, in_class
from estate.programme import Floats, Indices, Model

SLACK = 1e-6
ROOM_ROWS = ("desks", "floor space")


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What is decided: where each block ends and which buildings are kept.

    Parameters
    ----------
    place
        Row of the building in which each block ends, shape (n_blocks,).
    kept
        True where a building is kept, shape (n_buildings,).
    """

    place: Indices
    kept: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Formulation:
    """The arrays of a problem and the way back from them.

    Parameters
    ----------
    problem
        The facts.
    model
        The arrays: first keep, then move, used, open and reached.
    arcs
        The arcs that are modelled, rows of ``problem.arcs`` in order.
    followers
        For each used, open and reached variable in order, the variables it follows: it is their sum, at most 1.
    """

    problem: Problem
    model: Model
    arcs: pd.DataFrame
    followers: tuple[Indices, ...]

    def values(self, decision: Decision) -> Floats:
        """Return the variables that stand for a decision."""
        n_buildings, n_arcs = len(self.problem.buildings), len(self.arcs)
        values = np.zeros(len(self.model.cost))
        values[:n_buildings] = decision.kept
        taken = decision.place[self.arcs["block"].to_numpy()] == self.arcs["building"].to_numpy()
        values[n_buildings : n_buildings + n_arcs] = taken
        for number, sources in enumerate(self.followers, start=n_buildings + n_arcs):
            values[number] = min(1.0, values[sources].sum())
        return values

    def decision(self, values: Floats) -> Decision:
        """Return the decision that variables stand for."""
        n_buildings = len(self.problem.buildings)
        taken = values[n_buildings : n_buildings + len(self.arcs)] > 0.5
        place = np.full(len(self.problem.blocks), -1, dtype=np.intp)
        place[self.arcs["block"].to_numpy()[taken]] = self.arcs["building"].to_numpy()[taken]
        return Decision(place, values[:n_buildings] > 0.5)


def as_today(problem: Problem) -> Decision:
    """Return the decision to change nothing, pinned releases included."""
    return Decision(problem.blocks["home"].to_numpy(dtype=np.intp), np.ones(len(problem.buildings), dtype=np.bool_))


def formulate(problem: Problem, *, alone: bool = False) -> Formulation:
    """Return the arrays of a problem.

    Parameters
    ----------
    problem
        The facts.
    alone
        True to let each body use its own buildings only.
    """
    arcs = problem.arcs[_own(problem)] if alone else problem.arcs
    arcs = arcs.reset_index(drop=True)
    build = _Builder(len(problem.buildings), len(arcs))
    _assign(build, problem, arcs)
    _room(build, problem, arcs, need="desks", family="desks")
    _room(build, problem, arcs, need="m2", family="floor space")
    _links(build, problem, arcs)
    _apart(build, problem, arcs)
    for cells in problem.cells:
        _reach(build, problem, arcs, cells)
    return Formulation(problem, build.model(problem, arcs), arcs, tuple(build.followers))


def _own(problem: Problem) -> NDArray[np.bool_]:
    """Return True for the arcs along which each body uses its own buildings only."""
    block, building = problem.arcs["block"].to_numpy(), problem.arcs["building"].to_numpy()
    owner = problem.buildings["organisation"].to_numpy(dtype=object)
    body = problem.blocks["organisation"].to_numpy(dtype=object)[block]
    home = problem.blocks["home"].to_numpy(dtype=np.intp)[block]
    return np.asarray(problem.arcs["stay"].to_numpy() | ((owner[building] == body) & (owner[home] == body)))


class _Builder:
    """Rows and columns as they are added."""

    def __init__(self, n_buildings: int, n_arcs: int) -> None:
        self.n_buildings = n_buildings
        self.arc_column = n_buildings + np.arange(n_arcs, dtype=np.intp)
        self.followers: list[Indices] = []
        self.n_rows = 0
        self._rows: list[Indices] = []
        self._columns: list[Indices] = []
        self._values: list[Floats] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._families: dict[str, list[Indices]] = {}

    def follower(self, sources: Iterable[Indices]) -> Indices:
        """Add continuous variables in [0, 1] that follow the sum of their sources; return their columns."""
        first = self.n_buildings + len(self.arc_column) + len(self.followers)
        self.followers += list(sources)
        return np.arange(first, self.n_buildings + len(self.arc_column) + len(self.followers), dtype=np.intp)

    def add(
        self, entries: tuple[Indices, Indices, ArrayLike], *, lower: ArrayLike, upper: ArrayLike, family: str
    ) -> None:
        """Add rows, numbered from 0, by entries (row, column, value) and bounds, one for each row."""
        row, column, value = entries
        low, high = np.broadcast_arrays(np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64))
        n_new = len(low)
        self._rows.append(np.asarray(row, dtype=np.intp) + self.n_rows)
        self._columns.append(np.asarray(column, dtype=np.intp))
        self._values.append(np.broadcast_to(np.asarray(value, dtype=np.float64), self._columns[-1].shape))
        self._lower.append(low)
        self._upper.append(high)
        self._families.setdefault(family, []).append(np.arange(self.n_rows, self.n_rows + n_new, dtype=np.intp))
        self.n_rows += n_new

    def at_most_zero(self, entries: tuple[Indices, Indices, ArrayLike], n_rows: int, family: str) -> None:
        """Add rows whose sum may not exceed 0."""
        self.add(entries, lower=np.full(n_rows, -np.inf), upper=np.zeros(n_rows), family=family)

    def model(self, problem: Problem, arcs: pd.DataFrame) -> Model:
        """Return what was added, with costs and bounds of the variables."""
        buildings = problem.buildings
        n_buildings, n_whole = self.n_buildings, self.n_buildings + len(self.arc_column)
        n_columns = n_whole + len(self.followers)
        cost, lower, upper = np.zeros(n_columns), np.zeros(n_columns), np.ones(n_columns)
        cost[:n_buildings] = buildings["keep_gbp"] - buildings["release_gbp"]
        cost[n_buildings:n_whole] = arcs["cost_gbp"]
        lower[:n_buildings] = buildings["must_keep"]
        upper[:n_buildings] = ~buildings["must_release"]
        entries = (np.concatenate(self._values), (np.concatenate(self._rows), np.concatenate(self._columns)))
        matrix = csr_matrix(entries, shape=(self.n_rows, n_columns))
        matrix.sort_indices()
        return Model(
            cost=cost,
            lower=lower,
            upper=upper,
            integer=np.arange(n_columns) < n_whole,
            matrix=matrix,
            row_lower=np.concatenate(self._lower),
            row_upper=np.concatenate(self._upper),
            offset=float(buildings["release_gbp"].sum()),
            families={name: np.concatenate(parts) for name, parts in self._families.items()},
        )


def _assign(build: _Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """Every block ends in exactly one building."""
    one = np.ones(len(problem.blocks))
    build.add((arcs["block"].to_numpy(), build.arc_column, 1.0), lower=one, upper=one, family="assign")


def _room(build: _Builder, problem: Problem, arcs: pd.DataFrame, *, need: str, family: str) -> None:
    """What the blocks in a building need fits in it, where it could ever not fit."""
    needed = problem.blocks[need].to_numpy(dtype=np.float64)[arcs["block"].to_numpy()]
    building = arcs["building"].to_numpy()
    limit = problem.buildings[f"{need}_limit"].to_numpy(dtype=np.float64)
    tight = np.bincount(building, weights=needed, minlength=len(limit)) > limit
    if need == "m2":
        tight &= ~_implied_by_desks(problem, arcs)
    row_of = np.cumsum(tight) - 1
    kept = np.flatnonzero(tight)
    arc = tight[building]
    rows = np.concatenate([row_of[building[arc]], row_of[kept]])
    columns = np.concatenate([build.arc_column[arc], kept])
    values = np.concatenate([needed[arc], -limit[kept]])
    build.at_most_zero((rows, columns, values), len(kept), family)


def _implied_by_desks(problem: Problem, arcs: pd.DataFrame) -> NDArray[np.bool_]:
    """Return True where blocks that fit the desks of a building always fit its floor space too."""
    desks = problem.blocks["desks"].to_numpy(dtype=np.float64)
    per_desk = np.divide(
        problem.blocks["m2"].to_numpy(dtype=np.float64), desks, where=desks > 0, out=np.full(len(desks), np.inf)
    )
    worst = np.zeros(len(problem.buildings))
    np.maximum.at(worst, arcs["building"].to_numpy(), per_desk[arcs["block"].to_numpy()])
    limits = problem.buildings[["desks_limit", "m2_limit"]].to_numpy(dtype=np.float64)
    return np.asarray(np.where(limits[:, 0] > 0, worst * limits[:, 0], 0.0) <= limits[:, 1])


def _links(build: _Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """No block in a released building: move <= keep, one row an arc."""
    loose = ~problem.buildings["must_keep"].to_numpy()[arcs["building"].to_numpy()]
    _at_most(build, build.arc_column[loose], arcs["building"].to_numpy()[loose], "links")


def _at_most(build: _Builder, smaller: Indices, larger: Indices, family: str) -> None:
    """Add smaller[n] - larger[n] <= 0, one row each."""
    n_new = len(smaller)
    rows = np.tile(np.arange(n_new), 2)
    values = np.repeat([1.0, -1.0], n_new)
    build.at_most_zero((rows, np.concatenate([smaller, larger]), values), n_new, family)


def _apart(build: _Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """Forbidden pairs of classes never share a building, except where they do today."""
    for pair in problem.rules.never_together:
        sources = [_class_arcs(build, problem, arcs, name) for name in pair]
        today = [problem.blocks.loc[in_class(problem.blocks, name), "home"] for name in pair]
        shared = sorted(set(sources[0]) & set(sources[1]) - set(np.intersect1d(*today)))
        used = []
        for by_building in sources:
            columns = build.follower(by_building[building] for building in shared)
            for building, column in zip(shared, columns, strict=True):
                _at_most(build, by_building[building], np.full(len(by_building[building]), column), "links")
            used.append(columns)
        columns = np.concatenate([*used, np.array(shared, dtype=np.intp)])
        values = np.repeat([1.0, 1.0, -1.0], len(shared))
        build.at_most_zero((np.tile(np.arange(len(shared)), 3), columns, values), len(shared), "apart")


def _class_arcs(build: _Builder, problem: Problem, arcs: pd.DataFrame, name: str) -> dict[int, Indices]:
    """Return the columns of the arcs of a class by building."""
    member = in_class(problem.blocks, name).to_numpy()[arcs["block"].to_numpy()]
    return _by_building(build.arc_column[member], arcs["building"].to_numpy()[member])


def _by_building(columns: Indices, building: Indices) -> dict[int, Indices]:
    """Return columns gathered by building, buildings in order."""
    order = np.argsort(building, kind="stable")
    numbers, first = np.unique(building[order], return_index=True)
    return {int(number): part for number, part in zip(numbers, np.split(columns[order], first[1:]), strict=True)}


def _reach(build: _Builder, problem: Problem, arcs: pd.DataFrame, cells: Cells) -> None:
    """No group of residents loses more access to a service than its standard permits."""
    sites, fixed = pd.Index(cells.sites), problem.fixed_sites(cells)
    always, today = cells.within(fixed), cells.within(problem.sites_today(cells))
    member = (problem.deliverers(cells) & problem.blocks["moves"]).to_numpy()[arcs["block"].to_numpy()]
    sources = _by_building(build.arc_column[member], arcs["building"].to_numpy()[member]) if member.any() else {}
    open_column = build.follower(sources.values())
    _below_sum(build, open_column, list(sources.values()))
    names = problem.buildings.index[list(sources)] if sources else pd.Index([])
    movable = cells.reach[:, sites.get_indexer(names)]
    changing = np.flatnonzero(~always & movable.any(axis=1))
    in_reach = [open_column[movable[cell]] for cell in changing]
    reached = build.follower(in_reach)
    _below_sum(build, reached, in_reach)
    for group in cells.groups():
        inside = cells.members(group)
        residents = cells.residents[inside].sum()
        floor = cells.residents[inside & today].sum() - (cells.standard.max_loss + SLACK) * residents
        floor -= cells.residents[inside & always].sum()
        chosen = inside[changing]
        if floor > 0:
            weights = cells.residents[changing][chosen] / residents
            entries = np.zeros(len(weights), dtype=np.intp), reached[chosen], weights
            build.add(entries, lower=[floor / residents], upper=[np.inf], family="access")


def _below_sum(build: _Builder, column: Indices, sources: list[Indices]) -> None:
    """Add column[n] - sum of sources[n] <= 0, one row each."""
    n_new = len(column)
    lengths = [len(part) for part in sources]
    rows = np.concatenate([np.arange(n_new), np.repeat(np.arange(n_new), lengths)])
    values = np.concatenate([np.ones(n_new), -np.ones(sum(lengths))])
    build.at_most_zero((rows, np.concatenate([column, *sources]), values), n_new, "reach")
