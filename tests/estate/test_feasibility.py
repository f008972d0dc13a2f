"""What would free a plan where rules contradict pins: each remedy with its amount, in the user's order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from estate.limits import Presence
from estate.options import solve_options
from estate.rules import Pin, Rules
from geodata.errors import InfeasibleError
from tests.estate.test_limits import OFFICES, Town, town  # noqa: F401 - a fixture
from tests.estate.town_facts import PLAIN, town_problem

LEAVE_A2 = (Pin("release", asset="A2"),)


def refused(town: Town, rules: Rules, **more: object) -> str:  # noqa: F811
    """Return what is said of rules that no plan keeps."""
    with pytest.raises(InfeasibleError) as caught:
        solve_options(town_problem(*town, rules=rules, **more))
    return caught.value.message


def with_two_teams(town: Town) -> Town:  # noqa: F811
    """Return the town in which A2's twenty are two teams of ten, A1 has room for one of them, and B2 for both."""
    areas, assets, teams = town
    desks = assets["desks"].mask(assets.index == "A1", 60.0).mask(assets.index == "B2", 60.0)
    roomy = assets.assign(desks=desks, nia_m2=10.0 * desks)
    split = teams.assign(fte=teams["fte"].mask(teams.index == "t3", 10.0))
    split.loc["t8"] = {**split.loc["t3"], "service": "planning"}
    return areas, roomy, split


def test_a_building_too_far_away_is_named_with_its_distance(town: Town) -> None:  # noqa: F811
    """By arithmetic alone: A1 is a kilometre from A2, and C1 two from the front desk of A3."""
    near = replace(Rules(), max_move_km=0.5)
    said = refused(town, replace(near, pins=LEAVE_A2))
    assert (
        "the nearest that can, 'A1', is 1 km away. Drop the pin, or allow so much: [options] max_move_km = 1." in said
    )
    desk = refused(town, replace(Rules(), max_public_move_km=0.5, pins=(Pin("release", asset="A3"),)))
    assert "Council library front desk" in desk
    assert "'C1', is 2 km away. Drop the pin, or allow so much: [assumptions] max_public_move_km = 2." in desk


def test_the_least_distance_that_frees_a_plan_is_found(town: Town) -> None:  # noqa: F811
    """One team fits in A1, a kilometre off; the other needs B2, the root of five away: 2.3 km, and no less will do."""
    crowded = with_two_teams(town)
    said = refused(crowded, replace(OFFICES, max_move_km=1.2, pins=LEAVE_A2))
    assert "moves of other teams ([options] max_move_km) of up to 2.3 km instead of 1.2 km (Council " in said
    assert "from 'A2' to 'B2')" in said
    plans = solve_options(town_problem(*crowded, rules=replace(OFFICES, max_move_km=2.3, pins=LEAVE_A2)))
    assert "A2" in plans[-1].released


def test_people_who_must_stay_in_a_town_are_named_with_the_amount(town: Town) -> None:  # noqa: F811
    """The council keeps five people in Old Town; only A2 is there."""
    areas, assets, teams = town
    placed = assets.assign(locality=["Old Town" if key == "A2" else "New Town" for key in assets.index])
    rules = replace(OFFICES, presence=(Presence("Old Town", "Council", 5.0),), pins=LEAVE_A2)
    said = refused((areas, placed, teams), rules)
    assert "Any one of these would free a plan: 5.0 fewer of the 5 FTE that 'Council' must keep in Old Town;" in said


def test_a_town_limit_is_named_with_the_town(town: Town) -> None:  # noqa: F811
    """Two releases in a town and year where one is permitted."""
    areas, assets, teams = town
    pins = (*LEAVE_A2, Pin("release", asset="B2"))
    rules = replace(OFFICES, releases_per_town=1, pins=pins)
    assert "releases_per_town higher by 1 for Old Town" in refused(
        (areas, assets.assign(locality="Old Town"), teams), rules
    )


def test_what_a_body_would_have_to_pay_is_told(town: Town) -> None:  # noqa: F811
    """Moving ten people at 100,000 each costs a million; ten years of B2 cost the police 400,000 alone."""
    rules = replace(OFFICES, no_body_worse=True, pins=(Pin("release", asset="B2"),))
    said = refused(town, rules, costs=replace(PLAIN, move_gbp_per_fte=100_000.0))
    assert "'Police' paying £600,000 more than alone" in said


def test_classes_that_must_share_are_named_and_the_users_order_is_kept(town: Town) -> None:  # noqa: F811
    """Of two forbidden pairs only the police's stands in the way; what the user gives up first comes first."""
    areas, assets, teams = town
    named = teams.assign(service=teams["service"].mask(teams.index == "t6", "police"))
    pairs = (("police", "office"), ("library", "health"))
    pins = (Pin("release", asset="B2"), Pin("stay", team="t3"))
    rules = replace(OFFICES, uses=(), max_move_km=2.3, never_together=pairs, pins=pins)
    full = assets.assign(desks=assets["desks"].mask(assets.index == "B1", 34.0).mask(assets.index == "C1", 17.0))
    said = refused((areas, full, named), rules)
    assert "letting 'police' and 'office' share a building" in said
    assert "'library' and 'health'" not in said
    first = refused((areas, full, named), replace(rules, relax_first=("neighbours",)))
    assert "yours to give up first: letting 'police' and 'office' share a building" in first
