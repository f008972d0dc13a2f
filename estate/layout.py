"""Where each decision stands among the variables, and how decisions and variables turn into each other.

The order is: keep, one for each building; move, one for each arc; then, where years matter, release by building and
year, leave by block and year, and enter by arc and year for the arcs that are modelled year by year; then the
followers, continuous variables that follow from the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.colocation import Problem
from estate.decision import Decision
from estate.programme import Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The columns of each kind of variable.

    Parameters
    ----------
    keep
        Shape (n_buildings,).
    move
        One for each arc, shape (n_arcs,).
    release
        Shape (n_buildings, n_years); no years where time does not matter.
    leave
        Shape (n_blocks, n_years); no years where time does not matter.
    enter
        Shape (n_arcs, n_years); no years where only blocks and buildings are dated.
    """

    keep: Indices
    move: Indices
    release: Indices
    leave: Indices
    enter: Indices

    @property
    def size(self) -> int:
        """Number of variables before the followers."""
        return sum(part.size for part in (self.keep, self.move, self.release, self.leave, self.enter))

    @property
    def dated(self) -> bool:
        """True where releases and leaving have years."""
        return self.release.size > 0

    @property
    def detailed(self) -> bool:
        """True where every arc has years."""
        return self.enter.size > 0


def lay_out(problem: Problem, arcs: pd.DataFrame, *, dated: bool, detailed: bool) -> Layout:
    """Return the columns for a problem and the arcs that are modelled."""
    n_buildings, n_blocks, n_arcs = len(problem.buildings), len(problem.blocks), len(arcs)
    years = problem.n_years if dated else 0
    shapes = [(n_buildings,), (n_arcs,), (n_buildings, years), (n_blocks, years), (n_arcs, years if detailed else 0)]
    parts, first = [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        parts.append(np.arange(first, first + size, dtype=np.intp).reshape(shape))
        first += size
    return Layout(*parts)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Who is where in one year: block n is in building m where one of the columns of that pair is 1.

    Parameters
    ----------
    column, block, building
        One entry for each column that says so.
    standing
        Columns of which one is 1 where the building stands, and their buildings.
    """

    column: Indices
    block: Indices
    building: Indices
    standing: tuple[Indices, Indices]


def end_state(layout: Layout, arcs: pd.DataFrame) -> State:
    """Return who is where when everything is done."""
    block, building = (arcs[name].to_numpy(dtype=np.intp) for name in ("block", "building"))
    return State(layout.move, block, building, (layout.keep, np.arange(len(layout.keep), dtype=np.intp)))


def state_in(layout: Layout, arcs: pd.DataFrame, year: int) -> State:
    """Return who is where after the moves of a year: those who entered by then, and those who leave home later."""
    stay = arcs["stay"].to_numpy()
    block, building = (arcs[name].to_numpy(dtype=np.intp) for name in ("block", "building"))
    entered = layout.enter[~stay, : year + 1]
    later = layout.leave[block[stay], year + 1 :]
    columns = [entered.ravel(), layout.move[stay], later.ravel()]
    repeats = [np.repeat(np.flatnonzero(~stay), entered.shape[1]), np.flatnonzero(stay)]
    arc = np.concatenate([*repeats, np.repeat(np.flatnonzero(stay), later.shape[1])])
    gone_later = layout.release[:, year + 1 :]
    standing = np.concatenate([layout.keep, gone_later.ravel()])
    number = np.arange(len(layout.keep), dtype=np.intp)
    of = np.concatenate([number, np.repeat(number, gone_later.shape[1])])
    return State(np.concatenate(columns), block[arc], building[arc], (standing, of))


@dataclass(frozen=True, slots=True, eq=False)
class Follower:
    """A continuous variable: base and sum of its sources, at most 1, less the sum of what hinders it, at least 0."""

    sources: Indices
    hindrances: Indices
    base: float = 0.0


def values_of(layout: Layout, arcs: pd.DataFrame, followers: tuple[Follower, ...], decision: Decision) -> Floats:
    """Return the variables that stand for a decision."""
    values = np.zeros(layout.size + len(followers))
    block, building = arcs["block"].to_numpy(), arcs["building"].to_numpy()
    taken = decision.place[block] == building
    values[layout.keep], values[layout.move] = decision.kept, taken
    moved = np.zeros(len(decision.place), dtype=np.bool_)
    moved[block[taken & ~arcs["stay"].to_numpy()]] = True
    if layout.dated:
        values[layout.release[~decision.kept, decision.left_in[~decision.kept]]] = 1.0
        values[layout.leave[moved, decision.moves_in[moved]]] = 1.0
    if layout.detailed:
        entering = taken & ~arcs["stay"].to_numpy()
        values[layout.enter[entering, decision.moves_in[block[entering]]]] = 1.0
    for number, follower in enumerate(followers, start=layout.size):
        reached = min(1.0, follower.base + values[follower.sources].sum())
        values[number] = max(0.0, reached - values[follower.hindrances].sum())
    return values


def decision_of(layout: Layout, arcs: pd.DataFrame, values: Floats, n_blocks: int) -> Decision:
    """Return the decision that variables stand for."""
    taken = values[layout.move] > 0.5
    place = np.full(n_blocks, -1, dtype=np.intp)
    place[arcs["block"].to_numpy()[taken]] = arcs["building"].to_numpy()[taken]
    kept = values[layout.keep] > 0.5
    return Decision(
        place,
        kept,
        moves_in=_first_year(layout.leave, values, n_blocks),
        left_in=np.where(kept, 0, _first_year(layout.release, values, len(kept))),
    )


def _first_year(columns: Indices, values: Floats, n: int) -> NDArray[np.intp]:
    return np.asarray(np.argmax(values[columns], axis=1) if columns.size else np.zeros(n), dtype=np.intp)
