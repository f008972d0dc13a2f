"""Plans over years: against every plan there is, and laws that hold for any town."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate import years
from estate.colocation import build_problem
from estate.limits import Budget
from estate.option_tables import by_year, option_layers
from estate.options import OPTIONS, solve_options
from estate.rules import Pin
from estate.years import Limits, seek
from tests.estate.brute_years import cheapest_over_years, town_over_years
from tests.estate.town_facts import drive, random_town, with_rules

TINY = [(3, 2), (7, 2), (8, 2), (11, 2), (3, 3), (11, 3)]


@pytest.mark.parametrize(("seed", "n_years"), TINY)
def test_tiny_towns_over_years_equal_brute_force(seed: int, n_years: int) -> None:
    """Six buildings, all rules on: no plan that the independent check passes is cheaper, and the bound is valid."""
    problem = town_over_years(seed, years=n_years)
    best = cheapest_over_years(problem)
    nothing, alone, joint = solve_options(problem)
    assert joint.cost_gbp == pytest.approx(best, rel=1e-6)
    assert joint.bound_gbp <= best * (1 + 1e-9)
    assert nothing.cost_gbp >= alone.cost_gbp >= joint.cost_gbp


@pytest.mark.parametrize(("seed", "n_years"), TINY)
def test_the_relaxation_bounds_the_whole_model(monkeypatch: pytest.MonkeyPatch, seed: int, n_years: int) -> None:
    """The way large problems take: its bound is never above the best plan there is, its plan never below."""
    problem = town_over_years(seed, years=n_years)
    whole = seek(problem, limits=Limits(seconds=10.0))
    monkeypatch.setattr(years, "SMALL", 0)
    large = seek(problem, limits=Limits(seconds=10.0, rounds=5))
    assert whole.answer.status == "optimal"
    assert large.answer.bound <= whole.answer.objective * (1 + 1e-9)
    assert large.answer.objective >= whole.answer.objective * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_one_more_year_never_makes_the_best_plan_worse(seed: int) -> None:
    """More years are more freedom, and none is less than at once."""
    costs = [solve_options(with_rules(random_town(seed), years=n))[2].cost_gbp for n in (1, 2, 4)]
    assert costs == sorted(costs, reverse=True) or max(costs) - min(costs) <= 1e-6 * max(costs)


def test_a_budget_of_nothing_stops_every_move_and_receipts_free_them() -> None:
    """Without capital nobody moves; capital for all is as good as none asked."""
    problem = random_town(0)
    free = solve_options(with_rules(problem, years=3))[2]
    poor = solve_options(with_rules(problem, years=3, budgets=(Budget((0.0,)),), recycled_share=0.0))[2]
    rich = solve_options(with_rules(problem, years=3, budgets=(Budget((1e9,)),)))[2]
    assert free.moved > 0
    assert poor.moved == 0
    assert rich.cost_gbp == pytest.approx(free.cost_gbp, rel=1e-6)


def test_a_flooded_market_is_a_rule() -> None:
    """At most one release in a town and year: as many years as releases are needed, or fewer releases are made."""
    problem = with_rules(random_town(0), years=2)
    named = replace(problem, register=problem.register.assign(locality="Town"))
    limited = solve_options(with_rules(named, releases_per_town=1))[2]
    counts = limited.buildings.loc[limited.buildings["decision"] == "release", "year"].value_counts()
    assert (counts <= 1).all()


def test_a_work_limit_gives_the_same_plan_again() -> None:
    """Repeatable by seed and work, whatever the clock says."""
    problem = with_rules(random_town(2), years=3)
    one, two = (solve_options(problem, seconds=1e9, rounds=3)[2] for _ in range(2))
    assert (one.cost_gbp, one.bound_gbp, one.released) == (two.cost_gbp, two.bound_gbp, two.released)


def test_an_interrupted_search_still_gives_plans_with_their_proof() -> None:
    """Stopped before it began, the joint option is at least as good as doing nothing, and says that it was stopped."""
    problem = with_rules(random_town(0), years=3)
    nothing, alone, joint = solve_options(problem, stop=lambda: True)
    assert nothing.cost_gbp >= alone.cost_gbp >= joint.cost_gbp >= joint.bound_gbp
    assert joint.status in ("interrupted", "optimal")


@pytest.mark.parametrize("seed", range(3))
def test_more_options_lie_where_they_must(seed: int) -> None:
    """Do nothing >= do minimum >= each alone >= joint; within towns lies between doing nothing and joint."""
    problem = random_town(seed)
    towns = ["North", "South"] * 3
    named = replace(problem, register=problem.register.assign(locality=towns))
    plans = {plan.name: plan for plan in solve_options(with_rules(named, years=2), more=OPTIONS)}
    assert tuple(plans) == OPTIONS
    cost = {name: plan.cost_gbp for name, plan in plans.items()}
    assert cost["do nothing"] >= cost["do minimum"] >= cost["each alone"] >= cost["joint"]
    assert cost["do nothing"] >= cost["joint within towns"] >= cost["joint"]
    assert plans["do minimum"].moved == 0
    within = plans["joint within towns"].moves
    assert (
        within["from_asset"].map(named.register["locality"]) == within["to_asset"].map(named.register["locality"])
    ).all()


def test_what_happens_year_by_year_adds_up() -> None:
    """Releases and moves by year are those of the plan; cash by year is that of its flows; layers hold every row."""
    problem = with_rules(random_town(0), years=3)
    plans = solve_options(problem)
    table, layers = by_year(plans), option_layers(problem, plans)
    joint = plans[-1]
    mine = table[table["option"] == "joint"]
    assert mine["released"].sum() == len(joint.released)
    assert mine["moved"].sum() == joint.moved
    flows = joint.cash_flows[joint.cash_flows["line"] != "value kept"]["gbp"].sum()
    assert mine[["capital_gbp", "receipts_gbp", "revenue_gbp"]].to_numpy().sum() == pytest.approx(flows)
    assert len(layers["buildings"]) == 3 * len(problem.buildings)
    assert len(layers["moves"]) == sum(plan.moved for plan in plans)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(seed=st.integers(0, 11), freedom=st.sampled_from(["desk", "money", "pin", "names"]))
def test_laws_that_hold_for_any_town_over_years(seed: int, freedom: str) -> None:
    """One more desk never costs, scaled money scales the answer, a pin can only cost, names change nothing."""
    problem = with_rules(random_town(seed), years=2)
    before = solve_options(problem)[2]
    register, teams, costs, rules = problem.register, problem.teams, problem.costs, problem.rules
    if freedom == "desk":
        register = register.assign(desks=register["desks"] + 10.0)
    elif freedom == "money":
        money = [name for name in register if name.endswith(("_gbp", "_gbp_pa"))]
        prices = {name: 10.0 * getattr(costs, name) for name in PRICES}
        register, costs = register.assign(**{name: register[name] * 10.0 for name in money}), replace(costs, **prices)
    elif freedom == "pin":
        rules = replace(rules, pins=(*rules.pins, Pin("stay", team="t3")))
    else:
        names = {name: f"Z{number}" for number, name in enumerate(reversed(register.index))}
        pins = tuple(replace(pin, asset=names[pin.asset]) for pin in rules.pins)
        register, rules = register.rename(index=names), replace(rules, pins=pins)
        teams = teams.assign(asset_id=teams["asset_id"].map(names))
    travel = drive(problem.areas, register)
    areas, segments = problem.areas, problem.segments
    changed = build_problem(register, teams, areas=areas, travel=travel, segments=segments, rules=rules, costs=costs)
    after = solve_options(changed)[2]
    factor = 10.0 if freedom == "money" else 1.0
    near = pytest.approx(factor * before.cost_gbp, rel=2e-4)
    assert {
        "desk": after.cost_gbp <= before.cost_gbp * (1 + 2e-4),
        "pin": after.cost_gbp >= before.cost_gbp * (1 - 2e-4),
    }.get(freedom, after.cost_gbp == near)


PRICES = (
    "move_gbp_per_fte",
    "fit_out_gbp_per_fte",
    "ict_gbp_per_fte",
    "travel_gbp_per_fte_km",
    "dilapidations_gbp_per_m2",
)
