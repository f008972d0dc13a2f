"""The options: answers worked out on paper, against every plan there is, and laws that hold for any town."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from estate.access import AccessStandard
from estate.colocation import Problem, build_problem
from estate.options import solve_options
from estate.plans import Plan
from estate.recheck import breaches
from estate.rules import Pin, Rules
from geodata.errors import DataError, InfeasibleError
from tests.estate.town_facts import PLAIN, cheapest, drive, random_town, town_problem

OFFICES = Rules(uses=("office",))
SECONDS = 20.0


def _plans(problem: Problem) -> dict[str, Plan]:
    return {plan.name: plan for plan in solve_options(problem, seconds=SECONDS)}


def test_town_is_answered_as_on_paper(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Alone, the council empties A2 into A1 (80,000 a year); together the police leave B2 for A1 too (120,000).

    Twenty and thirty people move at 1,000 each; leases can be left today; ten years without discounting.
    """
    plans = _plans(town_problem(town_areas, town_assets, town_teams, rules=OFFICES))
    told = {name: (plan.released, plan.saving_gbp_pa, plan.npv_gbp) for name, plan in plans.items()}
    assert told == {
        "do nothing": ((), 0.0, 0.0),
        "each alone": (("A2",), pytest.approx(80_000), pytest.approx(780_000)),
        "joint": (("A2", "B2"), pytest.approx(120_000), pytest.approx(1_170_000)),
    }
    assert plans["joint"].status == "optimal"
    assert plans["joint"].moves["to_asset"].unique().tolist() == ["A1"]
    assert sorted(plans["joint"].moves.index) == ["t3", "t6"]


def test_reasons_name_buildings_and_money(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """A person must be able to follow each decision without the program."""
    joint = _plans(town_problem(town_areas, town_assets, town_teams, rules=OFFICES))["joint"]
    assert joint.buildings.loc["A1", "decision"] == "host"
    assert joint.buildings.loc["A2", "decision"] == "release"
    assert "£80,000" in joint.buildings.loc["A2", "reason"]
    assert "Council office A1" in joint.moves.loc["t3", "reason"]
    assert "£120,000 a year" in joint.sentence()
    assert "No plan under these rules can save more (proved)" in joint.sentence()


@pytest.mark.parametrize("seed", range(12))
def test_random_towns_equal_brute_force(seed: int) -> None:
    """Six buildings, seven blocks, all rules on: no plan that the independent check passes is cheaper."""
    problem = random_town(seed)
    plans = _plans(problem)
    joint = plans["joint"]
    assert joint.cost_gbp == pytest.approx(cheapest(problem), rel=1e-6)
    assert plans["each alone"].cost_gbp == pytest.approx(cheapest(problem, alone=True), rel=1e-6)
    assert joint.bound_gbp <= joint.cost_gbp * (1 + 1e-9)
    assert plans["do nothing"].cost_gbp >= plans["each alone"].cost_gbp >= joint.cost_gbp


def test_a_pin_can_only_cost(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Taking a decision beforehand never makes the best plan cheaper."""
    free = _plans(town_problem(town_areas, town_assets, town_teams, rules=OFFICES))["joint"]
    for pin in (Pin("keep", asset="A2"), Pin("release", asset="B2"), Pin("stay", team="t3")):
        bound = _plans(town_problem(town_areas, town_assets, town_teams, rules=replace(OFFICES, pins=(pin,))))["joint"]
        assert bound.cost_gbp >= free.cost_gbp - 1e-6


def test_kept_and_released_pins_hold(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """What was decided beforehand stands in the plan, with the user's reason."""
    pins = (Pin("keep", asset="A2", reason="the council chamber is here"), Pin("release", asset="B2"))
    joint = _plans(town_problem(town_areas, town_assets, town_teams, rules=replace(OFFICES, pins=pins)))["joint"]
    assert joint.released == ("B2",)
    assert "the council chamber is here" in joint.buildings.loc["A2", "reason"]


def test_more_desks_never_make_it_worse(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """One more desk is one more freedom."""
    before = _plans(town_problem(town_areas, town_assets, town_teams, rules=OFFICES))["joint"]
    roomier = town_assets.assign(desks=town_assets["desks"] + 10.0)
    after = _plans(town_problem(town_areas, roomier, town_teams, rules=OFFICES))["joint"]
    assert after.cost_gbp <= before.cost_gbp + 1e-6


def test_names_and_order_do_not_matter(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """The same town under other names and in another order costs the same."""
    before = _plans(town_problem(town_areas, town_assets, town_teams, rules=OFFICES))["joint"]
    names = {asset: f"Z{number}" for number, asset in enumerate(reversed(town_assets.index))}
    assets = town_assets.rename(index=names).iloc[::-1]
    teams = town_teams.assign(asset_id=town_teams["asset_id"].map(names)).iloc[::-1]
    after = _plans(town_problem(town_areas, assets, teams, rules=OFFICES))["joint"]
    assert after.cost_gbp == pytest.approx(before.cost_gbp, rel=1e-9)
    assert sorted(after.released) == sorted(names[asset] for asset in before.released)


def test_money_scales(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> None:
    """Pounds or thousands of pounds: the same plan, the answer scaled."""
    before = _plans(town_problem(town_areas, town_assets, town_teams, rules=OFFICES))["joint"]
    money = ["running_cost_gbp_pa", "rent_gbp_pa"]
    dearer = town_assets.assign(**{name: town_assets[name] * 10.0 for name in money})
    costs = replace(PLAIN, move_gbp_per_fte=PLAIN.move_gbp_per_fte * 10.0)
    after = _plans(town_problem(town_areas, dearer, town_teams, rules=OFFICES, costs=costs))["joint"]
    assert after.released == before.released
    assert after.npv_gbp == pytest.approx(10.0 * before.npv_gbp)


def test_same_seed_gives_the_same_plan() -> None:
    """A figure that is defended before a committee must come out again."""
    one, two = (_plans(random_town(3))["joint"] for _ in range(2))
    assert (one.cost_gbp, one.released) == (two.cost_gbp, two.released)
    pd.testing.assert_frame_equal(one.buildings, two.buildings)


def test_a_library_stays_where_residents_need_it(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """A3 could be emptied into the clinic two kilometres north; the south would lose its library."""
    everything = Rules(max_public_move_km=25.0, fixed_services=("police", "health"), front_desk_m2=0.0)
    guarded = replace(everything, standards=(AccessStandard("library", 1.5, 0.0),))
    south = pd.Series([0] * 4 + [1] * 8, index=town_areas.index)
    free = _plans(town_problem(town_areas, town_assets, town_teams, rules=guarded))["joint"]
    kept = _plans(town_problem(town_areas, town_assets, town_teams, rules=guarded, segments=south))["joint"]
    assert "A3" in free.released  # as many residents of the north gain a library as residents of the south lose one
    assert "A3" not in kept.released
    assert (kept.access["share_within_after"] >= kept.access["share_within_before"]).all()


def test_a_service_takes_its_space_with_it(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """A library of five desks needs room for its shelves: 450 m2 fit into no other building here."""
    rules = Rules(max_public_move_km=25.0, fixed_services=("police", "health"), front_desk_m2=0.0)
    light = _plans(town_problem(town_areas, town_assets, town_teams, rules=rules))["joint"]
    shelves = town_teams.assign(service_m2=pd.Series({"t4": 450.0})).fillna({"service_m2": 0.0})
    heavy = _plans(town_problem(town_areas, town_assets, shelves, rules=rules))["joint"]
    assert "A3" in light.released
    assert "A3" not in heavy.released


def test_front_desks_stay_in_their_town(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """The nearest public building is two kilometres off: one metre less and the library stays."""
    rules = Rules(fixed_services=("police", "health"), front_desk_m2=0.0)
    near = replace(rules, max_public_move_km=1.999)
    assert "A3" in _plans(town_problem(town_areas, town_assets, town_teams, rules=rules))["joint"].released
    assert "A3" not in _plans(town_problem(town_areas, town_assets, town_teams, rules=near))["joint"].released


def test_an_area_without_travel_times_stops_the_plan(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Missing minutes must never look like a saving."""
    travel = drive(town_areas, town_assets)
    holes = replace(travel, table=travel.table.drop("T05", level="origin"))
    rules = replace(OFFICES, standards=(AccessStandard("library", 3.0),))
    with pytest.raises(DataError, match="T05"):
        build_problem(town_assets, town_teams, areas=town_areas, travel=holes, rules=rules, costs=PLAIN)


def test_every_slip_in_pins_is_named_at_once(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Unknown names with the likely one, and pins that contradict each other."""
    pins = (Pin("keep", asset="A1"), Pin("release", asset="A1"), Pin("keep", asset="A22"), Pin("stay", team="t33"))
    with pytest.raises(DataError, match=r"A22.*[Dd]id you mean 'A2'") as raised:
        town_problem(town_areas, town_assets, town_teams, rules=replace(OFFICES, pins=pins))
    assert "t33" in str(raised.value)
    assert "A1" in str(raised.value)


def test_impossible_release_says_what_bites(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """A1's forty people fit nowhere else: the message names the building and what would free it."""
    rules = replace(OFFICES, pins=(Pin("release", asset="A1"),))
    with pytest.raises(InfeasibleError, match=r"'A1' must be released.*Drop the pin"):
        solve_options(town_problem(town_areas, town_assets, town_teams, rules=rules), seconds=SECONDS)


def test_independent_check_catches_a_broken_plan(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame
) -> None:
    """Everybody into B2 (eighteen usable desks): the check counts desks by itself."""
    problem = town_problem(town_areas, town_assets, town_teams, rules=OFFICES)
    where = {team: "B2" if asset in ("A1", "A2", "B2") else asset for team, asset in town_teams["asset_id"].items()}
    found = breaches(problem, where, frozenset({"A1", "A2"}), cost_gbp=0.0)
    assert any("B2" in breach and "desks" in breach for breach in found)
