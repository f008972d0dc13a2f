"""Who is served where some neighbours keep some people away: the share of each cell of residents that comes.

A resident within the limit of a place is served there, unless a neighbour behind the same door keeps them away and no
place without it is within the limit too. Rules about the same residents add up.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estate.access import Cells
from estate.colocation import Problem
from estate.limits import Perception
from estate.segment_losses import ALL
from geodata.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Concern:
    """A rule of perception and the cells of residents that it is about, shape (n_cells,)."""

    rule: Perception
    cells: NDArray[np.bool_]


def concerns(problem: Problem, cells: Cells) -> list[Concern]:
    """Return the rules of perception about the service of some cells.

    Raises
    ------
    DataError
        Rules about the same residents add up to more than all of them.
    """
    rules = [rule for rule in problem.rules.perceptions if rule.service == cells.standard.service]
    found = [
        Concern(rule, cells.members(rule.segment) if rule.segment == ALL else cells.segment == rule.segment)
        for rule in rules
    ]
    away = sum((concern.rule.share_away * concern.cells for concern in found), np.zeros(len(cells.residents)))
    if np.any(away > 1 + 1e-9):
        raise DataError(
            f"perceptions: the rules about {cells.standard.service} keep away more than all residents of a segment. "
            "Lower share_away so that they add up to at most 1."
        )
    return found


def places_of(problem: Problem, name: str, place: NDArray[np.intp] | None = None) -> frozenset[str]:
    """Return the buildings in which a class of work is, where blocks are at their places (today by default)."""
    blocks, teams = problem.blocks, problem.teams
    of_class = teams["security_class"].eq(name) | teams["service"].eq(name)
    outside = teams.loc[of_class & ~teams["asset_id"].isin(problem.buildings.index), "asset_id"]
    mine = (blocks["security_class"].eq(name) | blocks["service"].eq(name)).to_numpy()
    at = blocks["home"].to_numpy(dtype=np.intp) if place is None else place
    return frozenset(map(str, [*outside, *problem.buildings.index[at[mine]]]))


def places_fixed(problem: Problem, name: str) -> frozenset[str]:
    """Return the buildings in which a class of work is whatever is decided."""
    blocks = problem.blocks
    mine = (blocks["security_class"].eq(name) | blocks["service"].eq(name)) & ~blocks["moves"]
    decided = places_of(problem, name) & set(problem.buildings.index)
    return (places_of(problem, name) - decided) | frozenset(map(str, blocks.loc[mine, "asset_id"]))


def served(
    problem: Problem, cells: Cells, open_sites: Collection[str], place: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Return the share of each cell that is served, shape (n_cells,).

    Parameters
    ----------
    problem
        The facts.
    cells
        The cells of a service.
    open_sites
        Where the service is delivered.
    place
        Where each block is, for the neighbours; today by default.
    """
    reached = cells.within(open_sites).astype(np.float64)
    shares = reached.copy()
    for concern in concerns(problem, cells):
        clear = cells.within(set(open_sites) - places_of(problem, concern.rule.beside, place)).astype(np.float64)
        shares -= concern.rule.share_away * concern.cells * (reached - clear)
    return shares
