"""What each body of a joint plan should have, by every rule."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from estate.business_case import appraise
from estate.coalitions import sharers
from estate.colocation import Problem
from estate.flows import Terms
from estate.options import solve_options
from estate.partners import RULES, partner_shares, terms_of_plan
from estate.plan_flows import flows_of_plans
from estate.plans import Plan
from estate.terms import level
from geodata.errors import DataError
from tests.estate.town_facts import town_problem


@pytest.fixture
def joint(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> tuple[Problem, tuple[Plan, ...]]:
    """Return the small town and its plans, in which bodies share."""
    problem = town_problem(town_areas, town_assets, town_teams)
    return problem, solve_options(problem, seconds=5.0)


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"agreed"}))
def test_every_rule_gives_away_what_there_is(joint: tuple[Problem, tuple[Plan, ...]], rule: str) -> None:
    """Shares add up to the saving; payments to nothing."""
    problem, plans = joint
    flows = flows_of_plans(plans, source="town")
    case = appraise(flows, terms=Terms(horizon_years=12, rate=problem.costs.discount_rate), draws=100)
    found = partner_shares(problem, plans[-1], case.option("joint"), rule=rule, seconds=3.0)
    assert found.table["share_gbp"].sum() == pytest.approx(found.table["net_gbp"].sum(), abs=1.0)
    assert found.table["payment_gbp"].sum() == pytest.approx(0.0, abs=1.0)
    assert found.sentences()


def test_sharers_take_part_and_terms_name_host_and_guest(joint: tuple[Problem, tuple[Plan, ...]]) -> None:
    """Who moves in with another body pays that body."""
    problem, plans = joint
    terms = terms_of_plan(problem, plans[-1], level("collaboration"))
    assert len(terms)
    assert terms["host"].ne(terms["guest"]).all()
    assert set(terms["host"]) | set(terms["guest"]) <= set(sharers(problem, plans[-1]))
    assert terms["share"].between(0, 1).all()


def test_agreed_shares_are_checked_and_rules_named(joint: tuple[Problem, tuple[Plan, ...]]) -> None:
    """Did you mean."""
    problem, plans = joint
    case = appraise(flows_of_plans(plans, source="town"), terms=Terms(horizon_years=12), draws=100)
    with pytest.raises(DataError, match="Did you mean 'shapley'"):
        partner_shares(problem, plans[-1], case.option("joint"), rule="shaply")
    with pytest.raises(DataError, match="add up to 0"):
        partner_shares(problem, plans[-1], case.option("joint"), rule="agreed", agreed={})
