"""Desks for new teams by town, as West Cheshire asked for them: 10, 23.5, 9, 90, 172 and 8 people in six towns."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from estate.colocation import Problem
from estate.newcomers import with_hubs, with_new_teams
from estate.options import solve_options
from estate.recheck import breaches
from estate.rules import Pin, Rules
from geodata.errors import InfeasibleError
from geodata.place_options import Hub, NewTeam
from tests.estate.town_facts import town_problem

Town = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]
PEOPLE = {"Chester": 10, "Ellesmere Port": 23.5, "Frodsham": 9, "Northwich": 90, "Winsford": 172, "Neston": 8}
#: Usable desks that stand free in the one office of each town; people need 0.8 desks each.
FREE = {"Chester": 40, "Ellesmere Port": 18.8, "Frodsham": 7, "Northwich": 100, "Winsford": 120, "Neston": 6.4}


@pytest.fixture
def county(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> Town:
    """Return the small town as six towns with an office each, so many desks of which are free."""
    held = (town_teams["fte"] * town_teams["desks_per_fte"]).groupby(town_teams["asset_id"]).sum()
    held = held.reindex(town_assets.index).fillna(0.0)
    desks = held + [float(free) for free in FREE.values()]
    named = town_assets.assign(locality=list(PEOPLE), use="office", desks=desks, nia_m2=10_000.0)
    return town_areas, named, town_teams.assign(may_move=False)


def problem_of(county: Town, *, pins: tuple[Pin, ...] = (), hubs: tuple[Hub, ...] = ()) -> Problem:
    """Return the problem with the six teams, each in space rented for 4,000 a desk and year."""
    areas, assets, teams = county
    wanted = [NewTeam(team=f"New {town}", organisation="Council", fte=n, town=town) for town, n in PEOPLE.items()]
    both = with_new_teams(with_hubs(assets, hubs, use="office"), teams, wanted, use="office", gbp_per_desk_pa=4_000.0)
    return town_problem(areas, *both, rules=Rules(uses=("office",), usable_share=1.0, pins=pins))


def test_each_new_team_finds_room_in_its_own_town_or_rents_it(county: Town) -> None:
    """18.8 desks fit exactly; 7.2 are more than 7; 137.6 are more than 120, though Northwich next door has room."""
    nothing, _, joint = solve_options(problem_of(county))
    assets = county[1]
    placed = {team: assets["locality"][to] for team, to in joint.moves["to_asset"].items()}
    assert placed == {f"New {town}": town for town in ("Chester", "Ellesmere Port", "Northwich", "Neston")}
    desks = 0.8 * sum(PEOPLE.values())
    rented = 0.8 * (9 + 172)
    assert nothing.annual_cost_gbp - assets[["running_cost_gbp_pa", "rent_gbp_pa"]].sum().sum() == pytest.approx(
        4_000 * desks
    )
    assert joint.saving_gbp_pa == pytest.approx(4_000 * (desks - rented))
    reason = joint.buildings.loc["new space for New Winsford", "reason"]
    assert "no other building that is kept in Winsford" in reason
    assert "137.6 desks together (the most that is free in one is 120)" in reason


def test_a_hub_in_the_town_takes_the_team_that_fits_nowhere(county: Town) -> None:
    """A hub of 140 desks in Winsford for 100,000 a year replaces 550,400 of rent; in Neston it would not help."""
    hub = {"id": "H", "name": "Jobs hub", "organisation": "Council", "easting": 401_500.0, "northing": 301_500.0}
    hub |= {"desks": 140.0, "nia_m2": 2_000.0, "capital_gbp": 0.0, "running_cost_gbp_pa": 100_000.0, "ready_year": 0}
    for town, built in (("Winsford", ("H",)), ("Neston", ())):
        joint = solve_options(problem_of(county, hubs=(Hub(**hub, town=town),)))[2]
        assert joint.built == built


def test_a_new_team_outside_its_town_is_caught_and_refused(county: Town) -> None:
    """By the check, and before any search where a pin asks for it."""
    problem = problem_of(county)
    where = {**problem.teams["asset_id"].to_dict(), "New Winsford": "A1"}
    assert "team 'New Winsford' moves to 'A1', which is not in Winsford" in breaches(problem, where, [], cost_gbp=0.0)
    with pytest.raises(InfeasibleError, match="it is needed in Frodsham, and the building is not there"):
        solve_options(problem_of(county, pins=(Pin("move", team="New Frodsham", asset="A1"),)))


def test_teams_without_a_town_go_anywhere(county: Town) -> None:
    """Only the new teams are tied: the others may leave their towns as before."""
    areas, assets, teams = county
    free = teams.assign(may_move=True)
    problem = problem_of((areas, assets, free))
    others = problem.blocks["only_town"].eq("")
    towns = problem.buildings["town"].to_numpy()
    block, building = problem.arcs["block"].to_numpy(), problem.arcs["building"].to_numpy()
    leaves = towns[building] != towns[problem.blocks["home"].to_numpy()[block]]
    assert leaves[others.to_numpy()[block]].any()
    assert not leaves[~others.to_numpy()[block]].any()
