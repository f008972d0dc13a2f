"""Laws of the whole model: five years and every rule on. Freedom never costs, names mean nothing, pounds are a unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.colocation import Problem, build_problem
from estate.decision import as_today
from estate.limits import Budget
from estate.newcomers import with_hubs
from estate.rules import Pin
from estate.segment_losses import SegmentLoss
from estate.years import Limits, seek
from geodata.place_options import Hub
from tests.estate.brute_years import town_over_years
from tests.estate.town_facts import drive

YEARS = 5
PRICES = (
    "move_gbp_per_fte",
    "fit_out_gbp_per_fte",
    "ict_gbp_per_fte",
    "travel_gbp_per_fte_km",
    "dilapidations_gbp_per_m2",
)
NEAR = 2e-6
TOWNS = st.sampled_from((3, 8, 11))


def whole_town(seed: int) -> Problem:
    """Return a town over five years with every rule on.

    Budgets, receipts, town limits, presence, perceptions, security, step-free desks, classes kept apart, access by
    segment and super cluster, pins on buildings and teams, and a hub.
    """
    base = town_over_years(seed, years=YEARS)
    random = np.random.default_rng(20_000 + seed)
    n = len(base.register)
    register = base.register.assign(
        secure_for=random.choice(["", "secure", "all"], n), step_free=random.random(n) < 0.7, rates_gbp_pa=1_000.0
    )
    register = with_hubs(register, [_hub("HUB", random)], use="office")
    losses = (SegmentLoss("Both", 0.3, ("0", "1")), SegmentLoss("1", float(random.choice([0.1, 0.5]))))
    first, second = (str(team) for team in random.choice(base.teams.index, 2, replace=False))
    rules = replace(
        base.rules,
        standards=tuple(replace(one, losses=losses) for one in base.rules.standards),
        secure_classes=("secure",),
        step_free_desks=bool(random.random() < 0.5),
        pins=(*base.rules.pins, Pin("apart", team=first, other=second)),
        recycling_years=1,
    )
    return built(base, register=register, rules=rules)


def _hub(name: str, random: np.random.Generator) -> Hub:
    """Return a candidate site somewhere in the town, ready in the second year."""
    east, north = (float(metres) for metres in random.integers(0, 6_000, 2))
    return Hub(
        id=name, name=name, organisation="Council", easting=400_000 + east, northing=300_000 + north, desks=80,
        nia_m2=900, capital_gbp=float(random.choice([20_000.0, 300_000.0])), running_cost_gbp_pa=9_000, town="North",
        secure_for=("secure",),
    )  # fmt: skip


def built(problem: Problem, **changes: object) -> Problem:
    """Return the problem built anew with other facts or rules, travel as the crow flies."""
    facts = {name: changes.get(name, getattr(problem, name)) for name in ("register", "teams", "areas", "segments")}
    register, teams = facts["register"], facts["teams"]
    assert isinstance(register, gpd.GeoDataFrame)
    return build_problem(
        register, teams, areas=facts["areas"], segments=facts["segments"], travel=drive(facts["areas"], register),
        rules=changes.get("rules", problem.rules), costs=changes.get("costs", problem.costs),
    )  # fmt: skip


def least_cost(problem: Problem) -> float:
    """Return the proved least cost."""
    answer = seek(problem, starts=[as_today(problem)], limits=Limits(seconds=300.0)).answer
    assert answer.status == "optimal"
    return answer.objective


@cache
def cost_of_town(seed: int) -> float:
    """Return the least cost of a town as it is."""
    return least_cost(whole_town(seed))


def one_more_site(problem: Problem, seed: int) -> Problem:
    """Return the problem with one more candidate hub."""
    hub = _hub("MORE", np.random.default_rng(seed))
    return built(problem, register=with_hubs(problem.register, [hub], use="office"))


def more_desks(problem: Problem, seed: int) -> Problem:
    """Return the problem with ten more desks in one building."""
    at = problem.register.index == f"H{seed % 6}"
    return built(problem, register=problem.register.assign(desks=problem.register["desks"] + 10.0 * at))


def one_more_year(problem: Problem, _: int) -> Problem:
    """Return the problem in which things may happen a year longer."""
    return built(problem, rules=replace(problem.rules, years=YEARS + 1))


def more_money(problem: Problem, _: int) -> Problem:
    """Return the problem with richer budgets."""
    richer = tuple(Budget(tuple(a + 10_000 for a in one.amounts_gbp), one.body) for one in problem.rules.budgets)
    return built(problem, rules=replace(problem.rules, budgets=richer))


def more_loss(problem: Problem, _: int) -> Problem:
    """Return the problem with ten points more of access to lose, for all and for each segment."""
    standards = tuple(one.eased(0.1) for one in problem.rules.standards)
    return built(problem, rules=replace(problem.rules, standards=standards))


def less_security(problem: Problem, _: int) -> Problem:
    """Return the problem in which no work needs a secure building."""
    return built(problem, rules=replace(problem.rules, secure_classes=()))


FREER = (one_more_site, more_desks, one_more_year, more_money, more_loss, less_security)


@pytest.mark.parametrize("freer", FREER)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=TOWNS)
def test_one_more_freedom_never_makes_the_best_plan_worse(freer: Callable[[Problem, int], Problem], seed: int) -> None:
    """Every plan there was is still there."""
    assert least_cost(freer(whole_town(seed), seed)) <= cost_of_town(seed) * (1 + NEAR)


@settings(max_examples=3, deadline=None, derandomize=True)
@given(seed=TOWNS, rule=st.sampled_from(["keep", "stay", "stay there", "together", "apart"]))
def test_a_pin_can_only_cost(seed: int, rule: str) -> None:
    """Whatever it is about; teams that are together stay together at no more than they would."""
    problem = whole_town(seed)
    asset, (team, other) = f"H{seed % 6}", problem.teams.index[:2]
    pin = {
        "keep": Pin("keep", asset=asset),
        "stay": Pin("stay", team=team),
        "stay there": Pin("stay", asset=asset),
        "together": Pin("apart", team=team, other=problem.teams.index[2]),
        "apart": Pin("apart", team=team, other=other),
    }[rule]
    pins = tuple(dict.fromkeys((*problem.rules.pins, pin)))
    assert least_cost(built(problem, rules=replace(problem.rules, pins=pins))) >= cost_of_town(seed) * (1 - NEAR)


@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=TOWNS)
def test_ten_times_the_money_costs_ten_times_as_much(seed: int) -> None:
    """Prices, budgets and the capital of hubs are all pounds."""
    problem = whole_town(seed)
    money = [name for name in problem.register if str(name).endswith(("_gbp", "_gbp_pa"))]
    register = problem.register.assign(**{str(name): 10.0 * problem.register[name] for name in money})
    costs = replace(problem.costs, **{name: 10.0 * getattr(problem.costs, name) for name in PRICES})
    budgets = tuple(Budget(tuple(10.0 * a for a in one.amounts_gbp), one.body) for one in problem.rules.budgets)
    dearer = built(problem, register=register, costs=costs, rules=replace(problem.rules, budgets=budgets))
    assert least_cost(dearer) == pytest.approx(10.0 * cost_of_town(seed), rel=NEAR)


@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=TOWNS)
def test_other_names_and_another_order_change_nothing(seed: int) -> None:
    """Of buildings, teams, areas and segments."""
    problem, random = whole_town(seed), np.random.default_rng(seed)
    assets = {str(name): f"Z{number}" for number, name in enumerate(reversed(problem.register.index))}
    teams = {str(name): f"q{number}" for number, name in enumerate(reversed(problem.teams.index))}
    segments = {"0": "older", "1": "families"}
    pins = tuple(
        replace(
            pin,
            asset=assets.get(pin.asset, ""),
            team=teams.get(pin.team, ""),
            other=teams.get(pin.other, ""),
        )
        for pin in problem.rules.pins
    )
    standards = tuple(
        replace(
            one,
            losses=tuple(
                replace(
                    loss, segment=segments.get(loss.segment, loss.segment), codes=tuple(segments[c] for c in loss.codes)
                )
                for loss in one.losses
            ),
        )
        for one in problem.rules.standards
    )
    perceptions = tuple(
        replace(one, segment=segments.get(one.segment, one.segment)) for one in problem.rules.perceptions
    )
    rules = replace(problem.rules, pins=pins, standards=standards, perceptions=perceptions)
    order = random.permutation(len(problem.register))
    people = problem.teams.rename(index=teams).assign(asset_id=problem.teams["asset_id"].map(assets).to_numpy())
    assert problem.segments is not None
    named = problem.segments.map(str).map(segments)
    areas = random.permutation(len(problem.areas))
    after = built(
        problem,
        register=problem.register.rename(index=assets).iloc[order],
        teams=people.iloc[random.permutation(len(people))],
        areas=problem.areas.iloc[areas],
        segments=pd.Series(named),
        rules=rules,
    )
    assert least_cost(after) == pytest.approx(cost_of_town(seed), rel=NEAR)
