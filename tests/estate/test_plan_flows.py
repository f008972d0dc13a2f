"""Plans as cash flows and as games between bodies."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import pandas as pd
import pytest

from estate.business_case import appraise
from estate.coalitions import only_among, saving_of_coalitions
from estate.decision import bodies
from estate.flows import Terms
from estate.options import solve_options
from estate.plan_flows import flows_of_plans
from estate.sharing import shapley
from tests.estate.town_facts import random_town, town_problem


@pytest.mark.parametrize("seed", range(6))
def test_the_case_of_a_plan_is_worth_what_the_optimiser_says(seed: int) -> None:
    """One saving, two reckonings: cash flows by body and year, and the optimiser's own cost."""
    problem = random_town(seed)
    plans = solve_options(problem, seconds=5.0)
    flows = flows_of_plans(plans, source="town")
    last = max(10, int(flows.table["last_year"].max())) if len(flows.table) else 10
    terms = Terms(horizon_years=last, rate=problem.costs.discount_rate)
    case = appraise(flows, terms=terms, draws=100)
    for plan in plans[1:]:
        worth = case.option(plan.name).measures.npv_gbp if plan.name in flows.options() else 0.0
        assert worth == pytest.approx(plans[0].cost_gbp - plan.cost_gbp, abs=1.0)


@pytest.mark.parametrize("seed", [0, 3])
def test_larger_coalitions_save_at_least_as_much(seed: int) -> None:
    """Whoever joins may always do nothing; all together save what the joint plan saves."""
    problem = random_town(seed)
    saving = saving_of_coalitions(problem, seconds=5.0)
    names = bodies(problem)
    worth = {
        frozenset(some): saving(frozenset(some)) for size in range(len(names) + 1) for some in combinations(names, size)
    }
    for some, value in worth.items():
        for name in set(names) - some:
            assert worth[some | {name}] >= value - 1.0
    nothing, _, joint = solve_options(problem, seconds=5.0)
    assert worth[frozenset(names)] == pytest.approx(nothing.cost_gbp - joint.cost_gbp, abs=1.0)
    assert shapley(names, worth.__getitem__).value.sum() == pytest.approx(worth[frozenset(names)])


def test_outsiders_stay_as_they_are(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Nobody who is not in the coalition moves, receives or gives up."""
    problem = town_problem(town_areas, town_assets, town_teams)
    alone = only_among(problem, ["Police"])
    moving = alone.arcs[~alone.arcs["stay"]]
    assert set(problem.blocks["organisation"].iloc[moving["block"]]) <= {"Police"}
    assert set(problem.buildings["organisation"].iloc[moving["building"]]) <= {"Police"}
    assert alone.buildings.loc[~alone.buildings["organisation"].eq("Police"), "must_keep"].all()
