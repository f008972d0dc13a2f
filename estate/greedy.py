"""A first plan in a moment: empty one building after another while that saves money and breaks no rule.

The plan proves nothing; it gives the search a good place to begin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estate.access import Cells
from estate.arcs import apart_pairs
from estate.decision import Decision, as_today, at_once
from estate.model import Formulation
from estate.perception import served
from estate.programme import Indices

NEEDS = ("desks", "m2")


def greedy_decision(formulation: Formulation) -> Decision:
    """Return a plan found by emptying buildings, the dearest per desk in use first, until nothing more is saved.

    Pinned releases are tried first but not enforced: a plan in which one did not succeed breaks that pin.
    """
    town = Town(formulation)
    improved = True
    while improved:
        improved = False
        for building in town.order():
            improved |= town.try_to_empty(int(building)).outcome == "possible"
    return at_once(town.place.copy(), town.kept.copy())


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of trying to empty a building.

    Parameters
    ----------
    outcome
        ``possible``, or what stands in the way: ``no room``, ``access``, or ``too dear``.
    spent_gbp
        What the moves would add to the cost (GBP in present value).
    gain_gbp
        What releasing the building would take off it.
    block
        Row of the block without a place (``no room``).
    service, segment, share_before, share_after
        The group of residents that would lose too much (``access``).
    """

    outcome: Literal["possible", "no room", "access", "too dear"]
    spent_gbp: float = 0.0
    gain_gbp: float = 0.0
    block: int = -1
    service: str = ""
    segment: str = ""
    share_before: float = 0.0
    share_after: float = 0.0


class Town:
    """Blocks and buildings while a plan is being made.

    Parameters
    ----------
    formulation
        The problem, with the arcs that may be used.
    decision
        Where to begin; as today where not given.
    """

    def __init__(self, formulation: Formulation, decision: Decision | None = None) -> None:
        self.problem = formulation.problem
        begin = decision or as_today(self.problem)
        self.place, self.kept = begin.place.copy(), begin.kept.copy()
        buildings, blocks = self.problem.buildings, self.problem.blocks
        self.need = blocks[list(NEEDS)].to_numpy(dtype=np.float64)
        self.limit = buildings[[f"{need}_limit" for need in NEEDS]].to_numpy(dtype=np.float64)
        self.load = np.zeros_like(self.limit)
        np.add.at(self.load, self.place, self.need)
        self.gain = buildings["keep_gbp"].to_numpy(dtype=np.float64) - self.problem.release_gbp.min(axis=1)
        self.wanted = buildings["must_release"].to_numpy(copy=True)
        arcs = formulation.arcs.sort_values(["block", "cost_gbp", "building"], kind="stable")
        ends = np.searchsorted(arcs["block"].to_numpy(), np.arange(1, len(blocks)))
        self.hosts = np.split(arcs["building"].to_numpy(dtype=np.intp), ends)
        self.cost = np.split(arcs["cost_gbp"].to_numpy(dtype=np.float64), ends)
        self.rivals = self._rivals()
        self.services = [
            (cells, np.flatnonzero(self.problem.deliverers(cells)), self.problem.fixed_sites(cells), self._today(cells))
            for cells in self.problem.cells
        ]

    def order(self) -> Indices:
        """Return the buildings that might be emptied, pinned releases first, then by gain per desk in use."""
        worth = np.where(self.wanted, np.inf, self.gain / np.maximum(self.load[:, 0], 1.0))
        free = ~self.problem.buildings["must_keep"].to_numpy()
        chosen = np.flatnonzero(self.kept & free & (worth > 0))
        return np.asarray(chosen[np.argsort(-worth[chosen], kind="stable")], dtype=np.intp)

    def try_to_empty(self, building: int) -> Attempt:
        """Move everyone out to the cheapest places with room; keep the change where it saves and breaks no rule."""
        before = self.place.copy(), self.load.copy()
        self.kept[building] = False
        attempt = self._move_out(building)
        if attempt.outcome == "possible":
            attempt = self._access_without() or attempt
        if attempt.outcome == "possible" and attempt.spent_gbp >= attempt.gain_gbp and not self.wanted[building]:
            attempt = replace(attempt, outcome="too dear")
        if attempt.outcome != "possible":
            self.kept[building] = True
            self.place, self.load = before
        return attempt

    def would_empty(self, building: int) -> Attempt:
        """Say what would come of emptying a building, and leave everything as it is."""
        before = self.place.copy(), self.load.copy()
        attempt = self.try_to_empty(building)
        self.kept[building] = True
        self.place, self.load = before
        return attempt

    def _move_out(self, building: int) -> Attempt:
        """Move each block, the largest first."""
        leavers = np.flatnonzero(self.place == building)
        spent, gain = 0.0, float(self.gain[building])
        for block in leavers[np.argsort(-self.need[leavers, 0], kind="stable")]:
            found = self._cheapest(block)
            if found is None:
                return Attempt("no room", spent, gain, block=int(block))
            host, extra = found
            spent += extra
            self.load[building] -= self.need[block]
            self.load[host] += self.need[block]
            self.place[block] = host
        return Attempt("possible", spent, gain)

    def _cheapest(self, block: int) -> tuple[int, float] | None:
        """Return the cheapest kept building with room for a block, and what the move adds to the cost."""
        hosts, cost = self.hosts[block], self.cost[block]
        room = np.all(self.load[hosts] + self.need[block] <= self.limit[hosts] + 1e-9, axis=1)
        for position in np.flatnonzero(room & self.kept[hosts]):
            host = int(hosts[position])
            if not np.isin(self.place[self.rivals[block]], host).any():
                return host, float(cost[position] - cost[np.flatnonzero(hosts == self.place[block])[0]])
        return None

    def _rivals(self) -> list[Indices]:
        """Return, for each block, the blocks it may not be with."""
        blocks = self.problem.blocks
        apart = np.zeros((len(blocks), len(blocks)), dtype=np.bool_)
        for one, other in apart_pairs(blocks, self.problem.rules):
            apart |= np.outer(one, other) | np.outer(other, one)
        np.fill_diagonal(apart, val=False)
        return [np.flatnonzero(row) for row in apart]

    def _today(self, cells: Cells) -> list[tuple[str, NDArray[np.bool_], float]]:
        """Return each group of residents and its share within the limit today."""
        today = served(self.problem, cells, self.problem.sites_today(cells))
        groups = [(group, cells.members(group)) for group in cells.groups()]
        return [(group, inside, _share(cells, inside * today, inside)) for group, inside in groups]

    def _access_without(self) -> Attempt | None:
        """Return the first group that would lose more access than the standards permit, or None."""
        names = self.problem.buildings.index
        for cells, deliverers, fixed, groups in self.services:
            comes = served(self.problem, cells, {*fixed, *names[self.place[deliverers]]}, self.place)
            for group, inside, before in groups:
                after = _share(cells, inside * comes, inside)
                if after < before - cells.max_loss(group) - 1e-9:
                    service = cells.standard.service
                    return Attempt("access", service=service, segment=group, share_before=before, share_after=after)
        return None


def _share(cells: Cells, shares: NDArray[np.float64], of: NDArray[np.bool_]) -> float:
    return float((cells.residents * shares).sum() / cells.residents[of].sum())
