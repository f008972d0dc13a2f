"""The rules beside room and access: pins on teams, budgets, presence, perception, hubs and new teams, each on paper."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from estate.access import AccessStandard
from estate.limits import Budget, Perception, Presence
from estate.loosened import loosened
from estate.newcomers import with_hubs, with_new_teams
from estate.opposites import opposites
from estate.options import solve_options
from estate.plans import Plan
from estate.rules import Pin, Rules
from geodata.errors import DataError, InfeasibleError
from geodata.place_options import Hub, NewTeam
from tests.estate.town_facts import PLAIN, town_problem

Town = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]
OFFICES = Rules(uses=("office",))


@pytest.fixture
def town(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> Town:
    """Return areas, assets and teams of the small town."""
    return town_areas, town_assets, town_teams


def joint(town: Town, rules: Rules, **more: object) -> Plan:
    """Return the joint plan of the small town."""
    return solve_options(town_problem(*town, rules=rules, **more))[2]


def test_a_team_is_sent_where_a_pin_says(town: Town) -> None:
    """Free, t6 moves from B2 to A1; sent to A2 it goes there, and A2 is kept for it."""
    plan = joint(town, replace(OFFICES, pins=(Pin("move", team="t6", asset="A2"),)))
    assert plan.moves["to_asset"].to_dict() == {"t6": "A2"}
    assert plan.released == ("B2",)


def test_a_team_that_cannot_be_where_a_pin_sends_it_is_told_before_any_search(town: Town) -> None:
    """Twenty desks do not fit into the eighteen of B2."""
    with pytest.raises(InfeasibleError, match=r"'t3' must move to building 'B2'.*20.0 desks.*18.0"):
        joint(town, replace(OFFICES, pins=(Pin("move", team="t3", asset="B2"),)))


def test_teams_that_never_share_are_kept_apart(town: Town) -> None:
    """t3 (20) and t6 (30) would both go to A1; apart, only the one that saves more does."""
    plan = joint(town, replace(OFFICES, pins=(Pin("apart", team="t3", other="t6"),)))
    ends = town[2]["asset_id"].astype(object)
    ends.update(plan.moves["to_asset"])
    assert ends["t3"] != ends["t6"]
    assert plan.released == ("A2",)


def test_teams_that_stay_together_end_in_one_building(town: Town) -> None:
    """t1 and t3 are in A1 and A2: together they end in one."""
    plan = joint(town, replace(OFFICES, pins=(Pin("together", team="t1", other="t3"), Pin("keep", asset="A2"))))
    ends = town[2]["asset_id"].astype(object)
    ends.update(plan.moves["to_asset"])
    assert ends["t1"] == ends["t3"]


def test_a_body_keeps_its_people_in_a_town(town: Town) -> None:
    """The police would leave B2 in the north for A1 in the south; ten of its thirty must stay."""
    areas, assets, teams = town
    named = assets.assign(locality=["South", "South", "South", "North", "North", "North"])
    free = joint((areas, named, teams), OFFICES)
    held = joint((areas, named, teams), replace(OFFICES, presence=(Presence("North", "Police", 10.0),)))
    assert "B2" in free.released
    assert "B2" not in held.released


def test_a_class_that_shares_with_no_other_stays_by_itself(town: Town) -> None:
    """A secure team in B2 may not join A1."""
    areas, assets, teams = town
    secure = teams.assign(security_class=teams["security_class"].where(teams.index != "t6", "secure"))
    assert "B2" in joint((areas, assets, secure), OFFICES).released
    assert "B2" not in joint((areas, assets, secure), replace(OFFICES, separate_classes=("secure",))).released


def test_people_who_stay_away_from_a_shared_door_count_as_lost(town: Town) -> None:
    """The library could join the police in B1; if half its readers stay away there, access forbids it."""
    base = Rules(max_public_move_km=25.0, standards=(AccessStandard("library", 2.5, 0.1),))
    free = joint(town, base)
    wary = joint(town, replace(base, perceptions=(Perception("library", "police", 0.5),)))
    assert free.moves.loc["t4", "to_asset"] == "B1"
    assert "t4" not in wary.moves.index or wary.moves.loc["t4", "to_asset"] != "B1"
    assert (wary.access["share_served_after"] >= wary.access["share_served_before"] - 0.1 - 1e-6).all()


def test_step_free_entrances_are_asked_of_front_desks(town: Town) -> None:
    """B1 faces the public but is not step-free: the library stays where it is."""
    rules = Rules(max_public_move_km=25.0)
    assert "t4" in joint(town, rules).moves.index
    assert "t4" not in joint(town, replace(rules, step_free_desks=True)).moves.index


def test_no_body_pays_more_than_alone_where_that_is_asked(town: Town) -> None:
    """Each body's own money, from the same independent reckoning, never exceeds its plan alone."""
    rules = replace(Rules(max_public_move_km=25.0), no_body_worse=True)
    _, alone, together = solve_options(town_problem(*town, rules=rules))
    paid = [-plan.cash_flows.groupby("body")["gbp"].sum() for plan in (alone, together)]  # prices are not discounted
    assert (paid[1] <= paid[0].reindex(paid[1].index) + 1.0).all()


HUB = {"id": "H1", "name": "Town hub", "organisation": "Council", "easting": 401_500.0, "northing": 301_500.0}
HUB |= {"desks": 200.0, "nia_m2": 2_000.0, "capital_gbp": 100_000.0, "running_cost_gbp_pa": 20_000.0, "ready_year": 0}


def test_a_hub_is_built_where_it_pays_and_not_where_it_does_not(town: Town) -> None:
    """Twenty thousand a year and a hundred thousand once replace three offices; ten millions do not."""
    areas, assets, teams = town
    rules = OFFICES
    for capital, built in ((100_000.0, ("H1",)), (10_000_000.0, ())):
        more = with_hubs(assets, [Hub(**{**HUB, "capital_gbp": capital})], use="office")
        plan = joint((areas, more, teams), rules)
        assert plan.built == built
        assert plan.buildings.loc["H1", "decision"] == ("build" if built else "not built")
        assert "H1" not in plan.released


def test_a_hub_is_entered_once_it_is_ready(town: Town) -> None:
    """Ready in the third year of three: moves into it happen then."""
    areas, assets, teams = town
    more = with_hubs(assets, [Hub(**{**HUB, "ready_year": 2})], use="office")
    plan = joint((areas, more, teams), replace(OFFICES, years=3))
    into = plan.moves[plan.moves["to_asset"] == "H1"]
    assert len(into)
    assert (into["year"] == 2).all()


def test_a_new_team_finds_room_in_its_town(town: Town) -> None:
    """Ten people need eight desks: there is room in A1, so no space is rented for 32,000 a year."""
    areas, assets, teams = town
    named = assets.assign(locality="Town")
    newcomer = NewTeam(team="New", organisation="Council", fte=10, town="Town")
    both = with_new_teams(named, teams, [newcomer], use="office", gbp_per_desk_pa=4_000.0)
    nothing, _, together = solve_options(town_problem(areas, *both, rules=OFFICES))
    assert "New" in together.moves.index
    assert "new space for New" in together.released
    assert nothing.annual_cost_gbp == pytest.approx(220_000 + 32_000)


def test_slips_in_hubs_and_new_teams_are_named() -> None:
    """Taken ids and unknown towns."""
    assets = gpd.GeoDataFrame({"locality": ["Buxton"]}, index=["H1"], geometry=gpd.points_from_xy([1.0], [1.0]))
    with pytest.raises(DataError, match="'H1' is taken"):
        with_hubs(assets, [Hub(**HUB)], use="office")
    team = NewTeam(team="t", organisation="x", fte=1, town="Buxtn")
    with pytest.raises(DataError, match=r"no town 'Buxtn'\. Did you mean 'Buxton'"):
        with_new_teams(
            assets, pd.DataFrame(index=pd.Index([], name="team_id")), [team], use="office", gbp_per_desk_pa=1.0
        )


def test_names_that_nobody_knows_are_told_at_once(town: Town) -> None:
    """Bodies, towns, classes and segments of the rules, each with the nearest known."""
    areas, assets, teams = town
    rules = replace(
        OFFICES,
        budgets=(Budget((1.0,), "Polise"),),
        presence=(Presence("Nowhere", "Council", 1.0),),
        separate_classes=("secret",),
        standards=(AccessStandard("library", 2.0),),
        perceptions=(Perception("library", "polices", 0.5, "Pensioners"),),
    )
    with pytest.raises(DataError) as caught:
        town_problem(areas, assets, teams, rules=rules)
    for part in ("'Polise'", "Did you mean 'Police'", "'Nowhere'", "'secret'", "'polices'", "'Pensioners'"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("pins", "message"),
    [
        ((Pin("move", team="t3"),), "'move' needs one building and one team"),
        ((Pin("move", team="t3", asset="A1"), Pin("move", team="t3", asset="B2")), "t3 must be in two places"),
        ((Pin("together", team="t1", other="t3"), Pin("apart", team="t3", other="t1")), "together and apart at once"),
        ((Pin("move", team="t3", asset="A1"), Pin("release", asset="A1")), "A1 must be kept and released at once"),
        ((Pin("move", team="t3", asset="C1"),), "nobody can move into C1"),
        ((Pin("apart", team="t3", other="t33"),), "there is no team 't33'. Did you mean 't3'"),
    ],
)
def test_pins_on_teams_that_cannot_be_are_told(town: Town, pins: tuple[Pin, ...], message: str) -> None:
    """Before any search."""
    with pytest.raises(DataError, match=message):
        town_problem(*town, rules=replace(OFFICES, pins=pins))


def test_the_opposite_is_solved_again_and_costs_what_it_costs_on_paper(town: Town) -> None:
    """Keeping A2 costs ten years of 80,000 less twenty moves; A1 cannot be released at all."""
    problem = town_problem(*town, rules=OFFICES)
    plan = solve_options(problem)[2]
    kept, stuck = opposites(problem, plan, ["A2", "Council office A1"])
    assert kept.extra_gbp == pytest.approx(780_000)
    assert kept.least_extra_gbp == pytest.approx(780_000, rel=1e-3)
    assert kept.a_year_gbp == pytest.approx(78_000)
    assert "unless it cost about £78,000 a year less" in " ".join(kept.sentences())
    assert stuck.possible is False
    assert "impossible" in " ".join(stuck.sentences())
    with pytest.raises(DataError, match=r"'A22' is decided about\. Did you mean"):
        opposites(problem, plan, ["A22"])


def test_the_rules_that_bind_say_what_one_unit_more_would_save(town: Town) -> None:
    """With a budget that pays for one move, more money frees the other; distance does not bind."""
    costs = replace(PLAIN, move_gbp_per_fte=0.0, fit_out_gbp_per_fte=1_000.0)
    problem = town_problem(*town, rules=replace(OFFICES, budgets=(Budget((20_000.0,)),)), costs=costs)
    plan = solve_options(problem)[2]
    assert plan.released == ("A2",)
    found = {one.words: one.saves_gbp for one in loosened(problem, plan)}
    assert found["£100,000 a year more of capital for all bodies"] == pytest.approx(390_000)
    assert found["Moves of one kilometre more"] == 0.0


def test_budgets_that_cannot_pay_for_a_pin_say_what_is_needed_in_the_users_order(town: Town) -> None:
    """Releasing A2 moves twenty people at 1,000 of capital; the budget gives 5,000."""
    costs = replace(PLAIN, move_gbp_per_fte=0.0, fit_out_gbp_per_fte=1_000.0)
    rules = replace(OFFICES, pins=(Pin("release", asset="A2"),), budgets=(Budget((5_000.0,)),))
    with pytest.raises(InfeasibleError, match=r"'A2' must be released.*the moves need at least £20,000 in all"):
        joint(town, rules, costs=costs)
    ordered = replace(rules, relax_first=("budget",))
    with pytest.raises(InfeasibleError, match=r"yours to give up first: more capital"):
        joint(town, ordered, costs=costs)


@pytest.mark.parametrize(
    ("value_gbp", "lag", "wait", "moves"),
    [
        (20_000.0, 1.0, 1, {"t6": 2}),
        (30_000.0, 1.0, 1, {"t3": 2}),
        (40_000.0, 1.0, 1, {"t3": 2, "t6": 2}),
        (40_000.0, 1.0, 2, {"t3": 3, "t6": 3}),
        (40_000.0, 0.0, 1, {"t3": 1, "t6": 1}),
        (40_000.0, 2.5, 1, {}),
    ],
)
def test_receipts_pay_for_moves_once_they_have_come_in(
    town: Town, value_gbp: float, lag: float, wait: int, moves: dict[str, int]
) -> None:
    """Capital is only what an empty freehold brings, less haircut and fee (87.75 %): 1,000 for each who moves."""
    areas, assets, teams = town
    empty = assets.loc[["A2"]].rename(index={"A2": "E1"})
    empty = empty.assign(tenure="freehold", value_gbp=value_gbp, fte=0.0, desks=0.0, running_cost_gbp_pa=9_000.0)
    more = gpd.GeoDataFrame(pd.concat([assets.assign(value_gbp=float("nan")), empty]), crs=assets.crs)
    costs = replace(PLAIN, move_gbp_per_fte=0.0, fit_out_gbp_per_fte=1_000.0, receipt_lag_years=lag)
    rules = replace(OFFICES, years=4, budgets=(Budget((0.0,)),), recycling_years=wait)
    plan = joint((areas, more, teams), rules, costs=costs)
    assert plan.moves["year"].to_dict() == moves
    assert plan.buildings.loc["E1", "year"] == 0
