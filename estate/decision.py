"""What is decided: where each block ends and when it moves, which buildings stand at the end and when the others go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estate.appraisal import discount_factor
from estate.colocation import Problem

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One whole answer to a problem.

    Parameters
    ----------
    place
        Row of the building in which each block ends, shape (n_blocks,).
    kept
        True where a building stands at the end: kept, or built where it is a new hub; shape (n_buildings,).
    moves_in
        Year at whose start each block moves, shape (n_blocks,); 0 for those that stay.
    left_in
        Year at whose start each building is released, shape (n_buildings,); 0 for those kept.
    """

    place: Indices
    kept: NDArray[np.bool_]
    moves_in: Indices
    left_in: Indices


def at_once(place: Indices, kept: NDArray[np.bool_]) -> Decision:
    """Return a decision in which everything happens at the start."""
    return Decision(place, kept, np.zeros(len(place), dtype=np.intp), np.zeros(len(kept), dtype=np.intp))


def as_today(problem: Problem) -> Decision:
    """Return the decision to change nothing, pins included; new hubs are not built."""
    return at_once(problem.blocks["home"].to_numpy(dtype=np.intp), ~problem.buildings["hub"].to_numpy())


def move_cost(problem: Problem, decision: Decision) -> NDArray[np.float64]:
    """Return what the move of each block costs (GBP, present value), shape (n_blocks,)."""
    arcs, cost = problem.arcs, np.zeros(len(problem.blocks))
    taken = decision.place[arcs["block"].to_numpy()] == arcs["building"].to_numpy()
    cost[arcs["block"].to_numpy()[taken]] = arcs["cost_gbp"].to_numpy()[taken]
    return np.asarray(cost * discount_factor(decision.moves_in.astype(np.float64), rate=problem.costs.discount_rate))


def total_cost(problem: Problem, decision: Decision, *, body: str | None = None) -> float:
    """Return the cost that is made as small as possible (GBP, present value), of one body where it is named."""
    buildings, blocks = problem.buildings, problem.blocks
    left = problem.release_gbp[np.arange(len(buildings)), decision.left_in]
    of_buildings = np.where(decision.kept, buildings["keep_gbp"], left)
    of_blocks = move_cost(problem, decision)
    if body is None:
        return float(of_buildings.sum() + of_blocks.sum())
    own, mine = (table["organisation"].eq(body).to_numpy() for table in (buildings, blocks))
    return float(of_buildings[own].sum() + of_blocks[mine].sum())


def cost_by_body(problem: Problem, decision: Decision) -> dict[str, float]:
    """Return :func:`total_cost` of every body that has a building or a block, in order of name."""
    return {body: total_cost(problem, decision, body=body) for body in bodies(problem)}


def bodies(problem: Problem) -> list[str]:
    """Return every body that has a building or a block, in order of name."""
    names: Iterable[object] = [*problem.buildings["organisation"], *problem.blocks["organisation"]]
    return sorted({str(name) for name in names})
