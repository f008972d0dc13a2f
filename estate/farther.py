"""By how much the rules on distance would have to give so that there is a plan, and who would go so far."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from estate.arcs import METRES_A_KM
from estate.colocation import Problem, with_rules
from estate.decision import Decision
from estate.model import Formulation, formulate
from estate.programme import Answer, Model
from estate.solver import solve_mip
from geodata.errors import SolverError, examples

ANYWHERE_KM = 1e6
SECONDS_EACH = 5.0
#: Whose moves may be longer, and how that is told.
WHO = {
    "front desks": "moves of front desks ([assumptions] max_public_move_km)",
    "others": "moves of other teams ([options] max_move_km)",
    "all": "moves (max_move_km and max_public_move_km)",
}


def farther(problem: Problem, seed: int) -> Iterator[str]:
    """Say how far moves would have to be allowed, in words; nothing where no distance frees a plan.

    Front desks and other teams are each tried alone, then both together; the distance is the least that will do.
    """
    anywhere = anywhere_of(problem)
    found = [words for who in ("front desks", "others") if (words := _least(problem, anywhere, who, seed))]
    if not found and (words := _least(problem, anywhere, "all", seed)):
        found.append(words)
    yield from found


def anywhere_of(problem: Problem) -> Problem:
    """Return the problem in which everybody may move as far as they like."""
    free = replace(problem.rules, max_move_km=ANYWHERE_KM, max_public_move_km=ANYWHERE_KM)
    return with_rules(problem, free)


def kilometres_up(metres: float) -> float:
    """Return a distance in kilometres, rounded up to a tenth, so that a rule of so many lets the move through.

    Examples
    --------
    >>> kilometres_up(3_310.0)
    3.4
    """
    return math.ceil(metres / METRES_A_KM * 10.0 - 1e-9) / 10.0


def _least(problem: Problem, anywhere: Problem, who: str, seed: int) -> str:
    """Return the least distance that frees a plan where only some may go so far, in words; empty where none does."""
    arcs = anywhere.arcs
    desk = anywhere.blocks["front_desk"].to_numpy(dtype=np.bool_)[arcs["block"].to_numpy()]
    metres = arcs["distance_m"].to_numpy(dtype=np.float64)
    limits = [METRES_A_KM * problem.rules.reach_km(public=public) for public in (False, True)]
    limit = np.where(desk, limits[1], limits[0]) + 1e-6
    concerned = {"front desks": desk, "others": ~desk, "all": np.ones(len(desk), dtype=np.bool_)}[who]
    steps = np.unique(metres[concerned & (metres > limit)])
    found: tuple[float, Decision] | None = None
    low, high = 0, len(steps) - 1
    while low <= high:  # halves the distances each time, the longest first
        middle = high if found is None else (low + high) // 2
        allowed = (metres <= limit) | (concerned & (metres <= steps[middle])) | arcs["pinned"].to_numpy()
        part = formulate(replace(anywhere, arcs=arcs[allowed].reset_index(drop=True)))
        decision = some_plan(part, seed)
        if decision is not None:
            found, high = (float(steps[middle]), decision), middle - 1
        elif found is None:
            return ""
        else:
            low = middle + 1
    if found is None:
        return ""
    now = limits[1] if who == "front desks" else min(limits) if who == "all" and limits[0] == 0 else limits[0]
    far = _who_goes_far(anywhere, found[1], limits)
    words = f"{WHO[who]} of up to {kilometres_up(found[0]):g} km instead of {now / METRES_A_KM:g} km"
    return f"{words} ({examples(far)})" if far else words


def _who_goes_far(problem: Problem, decision: Decision, limits: list[float]) -> list[str]:
    """Return the blocks that go further than the rules permit, and where to."""
    arcs, blocks = problem.arcs, problem.blocks
    taken = arcs[decision.place[arcs["block"].to_numpy()] == arcs["building"].to_numpy()]
    told = []
    for row, to, metres in zip(taken["block"], taken["building"], taken["distance_m"], strict=True):
        block = blocks.iloc[int(row)]
        if metres > limits[int(block["front_desk"])] + 1e-6:
            name = f"{block['organisation']} {block['service']}{' front desk' if block['front_desk'] else ''}"
            told.append(f"{name} from '{block['asset_id']}' to '{problem.buildings.index[int(to)]}'")
    return told


def some_plan(formulation: Formulation, seed: int) -> Decision | None:
    """Return some plan that satisfies the rules; None where there is none, or none was found in a few seconds."""
    model = formulation.model
    answer = solved_briefly(replace(model, cost=np.zeros(len(model.cost)), offset=0.0), seed)
    return None if answer is None or answer.status == "infeasible" else formulation.decision(answer.values)


def solved_briefly(model: Model, seed: int) -> Answer | None:
    """Return the answer of a few seconds, or None where nothing was found in them."""
    try:
        return solve_mip(model, seed=seed, seconds=SECONDS_EACH, gap=0.01)
    except SolverError:
        return None
