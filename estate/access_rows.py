"""The rows of a model that keep services within reach of residents, and of those whom some neighbours keep away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.access import Cells
from estate.builder import NONE, Builder, by_building
from estate.colocation import Problem
from estate.layout import Follower, State
from estate.perception import concerns, places_fixed, served
from estate.programme import Floats, Indices, RowLabel
from estate.segment_losses import ALL

SLACK = 1e-6
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """How many residents of each cell a service reaches, as a constant and columns.

    Parameters
    ----------
    always
        Share of each cell served whatever is decided, shape (n_cells,).
    cell, column, weight
        Entries: a column that is 1 adds its weight to the share of a cell.
    """

    always: Floats
    cell: Indices
    column: Indices
    weight: Floats


def add_access(build: Builder, problem: Problem, state: State, cells: Cells) -> Served:
    """Add the rule that no group of residents loses more access to a service than its standard permits."""
    reach = _Reach(build, problem, state, cells)
    found = reach.served()
    today = served(problem, cells, problem.sites_today(cells))
    for group in cells.groups():
        inside = cells.members(group)
        residents = cells.residents[inside].sum()
        floor = float((cells.residents * today)[inside].sum()) - (cells.max_loss(group) + SLACK) * residents
        floor -= float((cells.residents * found.always)[inside].sum())
        chosen = inside[found.cell]
        if floor > 0:
            weights = cells.residents[found.cell[chosen]] * found.weight[chosen] / residents
            entries = np.zeros(len(weights), dtype=np.intp), found.column[chosen], weights
            who = "all residents" if group == ALL else f"segment {group}"
            about = RowLabel(f"{cells.standard.service} for {who}", 100.0)
            build.add(entries, lower=[floor / residents], upper=[np.inf], family="access", about=about)
    return found


class _Reach:
    """The places of one service in one state, and who reaches them."""

    def __init__(self, build: Builder, problem: Problem, state: State, cells: Cells) -> None:
        self.build, self.problem, self.state, self.cells = build, problem, state, cells
        self.sites = pd.Index(cells.sites)
        self.fixed = frozenset(problem.fixed_sites(cells))
        member = (problem.deliverers(cells) & problem.blocks["moves"]).to_numpy()
        sources = self._sources(member)
        columns = build.follow(sources.values())
        build.below_sum(columns, list(sources.values()), "reach")
        self.open = dict(zip(self._names(sources), columns, strict=True))
        self.sources = dict(zip(self._names(sources), sources.values(), strict=True))

    def served(self) -> Served:
        """Return the share served of each cell, with everything that keeps people away."""
        found = concerns(self.problem, self.cells)
        away = sum((one.rule.share_away * one.cells for one in found), np.zeros(len(self.cells.residents)))
        parts = [self._within(self.fixed, self.open, 1.0 - away)]
        parts += [self._within(*self._clear(one.rule.beside), one.rule.share_away * one.cells) for one in found]
        always = np.sum([part.always for part in parts], axis=0)
        cell, column, weight = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("cell", "column", "weight")
        )
        return Served(always, cell, column, weight)

    def _within(self, fixed: frozenset[str], open_columns: dict[str, int], weight: NDArray[np.floating[Any]]) -> Served:
        """Return who is within the limit of places that are fixed or open, with the weight of each cell."""
        always = self.cells.within(fixed)
        names, columns = list(open_columns), np.array(list(open_columns.values()), dtype=np.intp)
        movable = self.cells.reach[:, self.sites.get_indexer(pd.Index(names, dtype=object))]
        changing = np.flatnonzero(~always & movable.any(axis=1) & (weight > 0))
        in_reach = [columns[movable[cell]] for cell in changing]
        reached = self.build.follow(in_reach)
        self.build.below_sum(reached, in_reach, "reach")
        return Served(np.asarray(np.where(always, weight, 0.0)), changing, reached, np.asarray(weight[changing]))

    def _clear(self, beside: str) -> tuple[frozenset[str], dict[str, int]]:
        """Return the places without a neighbour: those that are so whatever is decided, and columns for the others."""
        blocks = self.problem.blocks
        near = (blocks["security_class"].eq(beside) | blocks["service"].eq(beside)).to_numpy()
        sources = self._sources(near & blocks["moves"].to_numpy())
        coming = dict(zip(self._names(sources), sources.values(), strict=True))
        spoiled = places_fixed(self.problem, beside)
        fixed = frozenset(self.fixed - spoiled - set(coming))
        columns = {}
        for name in self.sites:
            if name in spoiled or name in fixed or (name not in self.fixed and name not in self.open):
                continue
            columns[name] = self._unless(name, coming[name]) if name in coming else self.open[name]
        return fixed, columns

    def _unless(self, name: str, neighbours: Indices) -> int:
        """Return a column that is 1 where the service is in a place and none of the neighbours is."""
        build = self.build
        (used,) = build.follow([neighbours])
        build.at_most(neighbours, np.full(len(neighbours), used), "links")
        sure = name in self.fixed
        (clear,) = build.follow_unless(
            [Follower(NONE if sure else self.sources[name], np.array([used], dtype=np.intp), base=float(sure))]
        )
        if not sure:
            build.at_most(np.array([clear]), np.array([self.open[name]]), "reach")
        rows, columns = np.zeros(2, dtype=np.intp), np.array([clear, used], dtype=np.intp)
        build.add((rows, columns, 1.0), lower=[-np.inf], upper=[1.0], family="reach")
        return int(clear)

    def _sources(self, member: Mask) -> dict[int, Indices]:
        chosen = member[self.state.block]
        return by_building(self.state.column[chosen], self.state.building[chosen]) if chosen.any() else {}

    def _names(self, sources: dict[int, Indices]) -> list[str]:
        return [str(self.problem.buildings.index[number]) for number in sources]
