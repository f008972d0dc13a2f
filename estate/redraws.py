"""How sure a recommendation is when costs are not: the joint plan worked out again on drawn costs.

Each draw changes what every building costs, by how sure its figures are, and what moving costs everywhere, and lets the
optimiser choose anew: "this building is released in 34 of 40".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from estate.building_flows import building_costs, release_costs
from estate.colocation import Problem
from estate.decision import Decision, as_today, total_cost
from estate.numbers import number, origin
from estate.plans import Plan
from estate.sensitivity import RANGE_BY_CONFIDENCE
from estate.years import Limits, seek

DRAWN = ("running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa", "backlog_gbp", "value_gbp")
LEAST = 1e-12  # a triangle needs a base


@dataclass(frozen=True, slots=True, eq=False)
class Redraws:
    """What the optimiser chooses when costs are drawn anew.

    Parameters
    ----------
    table
        Index ``asset_id``: ``name``, ``organisation``, ``in_plan`` (released in the plan itself) and ``released`` (in
        so many draws); the most often released first, buildings that are never released left out.
    saving_gbp
        What the joint plan saves in each draw (GBP, present value of cost), shape (draws,).
    draws, seed
        Number of draws and seed.
    """

    table: pd.DataFrame
    saving_gbp: tuple[float, ...]
    draws: int
    seed: int

    def sentences(self) -> list[str]:
        """Return how firm the releases of the plan are."""
        planned = self.table[self.table["in_plan"]]
        firm = planned["released"].ge(0.9 * self.draws).sum()
        told = (
            f"Worked out again on {self.draws} draws of costs (seed {self.seed}): {firm} of the {len(planned)} "
            "buildings that the plan releases are released in at least nine draws of ten."
        )
        loose = planned[planned["released"] < 0.9 * self.draws].sort_values("released")
        times = zip(loose["name"], loose["released"], strict=True)
        return [told, *(f"{name} is released in {number} of {self.draws}." for name, number in times)]


def redraw(
    problem: Problem,
    plan: Plan,
    *,
    draws: int = 20,
    seed: int = 0,
    seconds: float = 2.0,
    by_confidence: Mapping[str, float] = RANGE_BY_CONFIDENCE,
) -> Redraws:
    """Return how often each building is released when the joint plan is worked out on drawn costs.

    Parameters
    ----------
    problem, plan
        The facts, and the plan whose firmness is asked about.
    draws
        Number of draws; 20 to 40 say enough.
    seed
        Seed of draws and searches.
    seconds
        Processor time of one search.
    by_confidence
        Share by which a recorded, estimated or assumed figure may be worse or better. Moving costs are assumed.

    Returns
    -------
    Redraws
        The counts and the savings.
    """
    random = np.random.default_rng(seed)
    planned = set(plan.released)
    counts, savings = np.zeros(len(problem.buildings), dtype=np.intp), []
    start = as_today(problem)
    for _ in range(draws):
        drawn = _drawn(problem, random, by_confidence)
        found = seek(drawn, starts=[as_today(drawn), start], limits=Limits(seed=seed, seconds=seconds, gap=1e-4))
        start = found.decision
        counts += ~found.decision.kept & ~drawn.buildings["hub"].to_numpy()
        savings.append(_saving(drawn, found.decision))
    table = pd.DataFrame(
        {
            "name": problem.buildings["name"], "organisation": problem.buildings["organisation"],
            "in_plan": problem.buildings.index.isin(planned), "released": counts,
        },
        index=problem.buildings.index,
    )  # fmt: skip
    shown = table[(table["released"] > 0) | table["in_plan"]]
    return Redraws(shown.sort_values("released", ascending=False, kind="stable"), tuple(savings), draws, seed)


def _saving(problem: Problem, decision: Decision) -> float:
    return total_cost(problem, as_today(problem)) - total_cost(problem, decision)


def _drawn(problem: Problem, random: np.random.Generator, by_confidence: Mapping[str, float]) -> Problem:
    """Return the problem with the costs of every building, and of moving, drawn anew."""
    chosen = problem.register.loc[problem.buildings.index].copy()
    for column in DRAWN:
        share = origin(chosen, column).map(dict(by_confidence)).astype("float64").fillna(0.0).to_numpy()
        chosen[column] = number(chosen, column) * random.triangular(1.0 - share - LEAST, 1.0, 1.0 + share + LEAST)
    apart = by_confidence["assumed"] + LEAST
    moving = random.triangular(1.0 - apart, 1.0, 1.0 + apart)
    costs = building_costs(chosen, problem.costs)
    return replace(
        problem,
        buildings=problem.buildings.assign(**{str(name): costs[name] for name in costs if name in problem.buildings}),
        release_gbp=release_costs(chosen, problem.costs, n_years=problem.n_years),
        arcs=problem.arcs.assign(cost_gbp=problem.arcs["cost_gbp"] * moving),
    )
