"""The facts of a problem: blocks, limits, musts and permitted places of the small town, and every refusal."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from estate.access import AccessStandard
from estate.colocation import Problem
from estate.costs import CostRules
from estate.decision import as_today
from estate.model import formulate
from estate.rules import Pin, Rules
from geodata.errors import DataError
from tests.estate.town_facts import PLAIN, random_town, town_problem

Town = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]
FREE = Rules(max_public_move_km=25.0)


@pytest.fixture
def town(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> Town:
    """Return areas, assets and teams of the small town."""
    return town_areas, town_assets, town_teams


def places(problem: Problem, block: str) -> list[str]:
    """Return the buildings in which a block may end."""
    number = problem.blocks.index.get_loc(block)
    return list(problem.buildings.index[problem.arcs.loc[problem.arcs["block"] == number, "building"]])


def test_teams_of_one_body_service_and_building_make_one_block(town: Town) -> None:
    """t1 and t2 sit together and do the same: forty desks that move whole."""
    problem = town_problem(*town)
    assert list(problem.blocks.index) == ["t1", "t3", "t4", "t5", "t6", "t7"]
    assert problem.blocks.loc["t1", "teams"] == ("t1", "t2")
    assert problem.blocks.loc["t1", "desks"] == 40.0


@pytest.mark.parametrize("column", ["organisation", "service", "security_class", "front_desk", "may_move"])
def test_what_tells_teams_apart_splits_a_block(town: Town, column: str) -> None:
    """Another body, service, class, counter or freedom to move is another block."""
    areas, assets, teams = town
    other = {"organisation": "Police", "service": "legal", "security_class": "secure"}
    value = other.get(column, not teams.loc["t2", column])
    changed = teams.assign(**{column: teams[column].where(teams.index != "t2", value)})
    assert "t2" in town_problem(areas, assets, changed).blocks.index


def test_limits_leave_a_share_of_desks_free(town: Town) -> None:
    """Nine tenths of the desks may be filled, all of the floor space."""
    buildings = town_problem(*town).buildings
    assert buildings.loc["A1", ["desks_limit", "m2_limit"]].tolist() == [90.0, 1_000.0]


def test_a_building_that_is_too_full_today_may_stay_so_but_no_fuller(town: Town) -> None:
    """Fifty people at forty desks: the limit is fifty, nobody can join, and a note says so."""
    areas, assets, teams = town
    crowded = teams.assign(fte=teams["fte"].where(teams.index != "t3", 50.0))
    problem = town_problem(areas, assets, crowded)
    assert problem.buildings.loc["A2", "desks_limit"] == 50.0
    assert problem.buildings["crowded"].sum() == 1
    assert any("more staff today than their usable desks" in note and "A2" in note for note in problem.notes)


def test_front_desks_go_only_where_the_public_may_come(town: Town) -> None:
    """B1 and C1 face the public; a step-free entrance opens A2 too."""
    areas, assets, teams = town
    assert places(town_problem(*town, rules=FREE), "t4") == ["A3", "B1", "C1"]
    opened = assets.assign(step_free=[False, True, False, False, False, False])
    assert places(town_problem(areas, opened, teams, rules=FREE), "t4") == ["A2", "A3", "B1", "C1"]


def test_nobody_moves_further_than_the_rule(town: Town) -> None:
    """A1 is one kilometre from A2; nothing else is that near."""
    assert places(town_problem(*town, rules=Rules(max_move_km=1.0)), "t3") == ["A1", "A2"]


def test_a_block_goes_only_where_it_fits(town: Town) -> None:
    """Forty desks fit into B1 (54 usable), not into A2 (36)."""
    assert places(town_problem(*town), "t1") == ["A1", "B1"]


def test_who_may_not_move_holds_the_building(town: Town) -> None:
    """By the teams table, by service or by a pin; the reason is told."""
    areas, assets, teams = town
    tied = teams.assign(may_move=teams.index != "t3")
    problem = town_problem(
        areas, assets, tied, rules=Rules(fixed_services=("library",), pins=(Pin("stay", team="t6"),))
    )
    assert list(problem.buildings.index[problem.buildings["must_keep"]]) == ["A2", "A3", "B2"]
    assert "20.0 FTE here may not move (t3)" in problem.buildings.loc["A2", "why"]


def test_a_building_nobody_is_recorded_in_is_not_called_empty(town: Town) -> None:
    """A list without its teams must not look like a building to sell; only a recorded nought does."""
    areas, assets, teams = town
    unknown = town_problem(areas, assets, teams.drop("t6")).buildings
    empty = town_problem(
        areas, assets.assign(fte=assets["fte"].where(assets.index != "B2", 0.0)), teams.drop("t6")
    ).buildings
    assert "no team is on record here" in unknown.loc["B2", "why"]
    assert not empty.loc["B2", "must_keep"]


def test_nobody_moves_into_a_building_on_its_way_out(town: Town) -> None:
    """A closed building with nobody in is not decided about; one with people in may only lose them."""
    areas, assets, teams = town
    closed = assets.assign(status=["closed", "", "", "", "closed", ""])
    problem = town_problem(areas, closed, teams.drop("t6"), rules=FREE)
    assert list(problem.buildings.index) == ["A1", "A2", "A3", "B1", "C1"]
    assert places(problem, "t3") == ["A2", "B1", "C1"]
    assert any("B2 (1 of 6) closed or on the way out" in note for note in problem.notes)


def test_a_pfi_building_is_held_until_its_contract_ends(town: Town) -> None:
    """Unknown ends hold too."""
    areas, assets, teams = town
    pfi = assets.assign(tenure=assets["tenure"].where(~assets.index.isin(["A2", "B2", "C1"]), "PFI"))
    ends = pd.to_datetime(pd.Series({"A2": "2040-01-01", "B2": "2020-01-01"})).reindex(assets.index)
    buildings = town_problem(areas, pfi.assign(lease_end=ends), teams).buildings
    assert buildings.loc["A2", "why"] == "its PFI contract runs until 2040"
    assert buildings.loc["C1", "why"] == "its PFI contract has no end on record"
    assert not buildings.loc["B2", "must_keep"]


def test_forbidden_neighbours_who_never_move_repel(town: Town) -> None:
    """The police stay in B1, so health may not go there."""
    rules = replace(FREE, never_together=(("police", "health"),), fixed_services=("police",))
    assert places(town_problem(*town, rules=rules), "t7") == ["C1"]


def test_forbidden_neighbours_of_today_are_tolerated_but_not_joined(town: Town) -> None:
    """Legal moves in with the council of A1 on paper: both may stay, no third may come."""
    areas, assets, teams = town
    shared = teams.assign(service=teams["service"].where(teams.index != "t2", "legal"))
    problem = town_problem(areas, assets, shared, rules=Rules(never_together=(("legal", "office"),)))
    assert "A1" not in places(problem, "t3")
    assert "A1" in places(problem, "t1")
    model = formulate(problem)
    assert not model.model.breaks(model.values(as_today(problem)))


def test_buildings_outside_the_choice_still_deliver_their_service(town: Town) -> None:
    """Only offices are decided about; the library is where it is."""
    rules = Rules(uses=("office",), standards=(AccessStandard("library", 3.0),))
    problem = town_problem(*town, rules=rules)
    assert list(problem.buildings.index) == ["A1", "A2", "B2"]
    assert problem.fixed_sites(problem.cells[0]) == ("A3",)


def test_every_fault_of_the_facts_is_told_at_once(town: Town) -> None:
    """A person corrects a list once, not once per fault."""
    areas, assets, teams = town
    bad_assets = assets.assign(
        desks=assets["desks"].where(assets.index != "A1"),
        rent_gbp_pa=assets["rent_gbp_pa"].where(assets.index != "A2", -1.0),
    )
    bad_teams = teams.assign(
        asset_id=teams["asset_id"].where(teams.index != "t1").where(teams.index != "t3", "A22"),
        fte=teams["fte"].where(teams.index != "t7", -1.0),
    )
    rules = Rules(uses=("office", "librery"), never_together=(("polise", "health"),))
    with pytest.raises(DataError) as caught:
        town_problem(
            areas, bad_assets, bad_teams.assign(fte=teams["fte"].where(teams.index != "t7", -1.0)), rules=rules
        )
    message = str(caught.value)
    for part in (
        "no building has the use 'librery'. Did you mean 'library'?",
        "desks ('desks') is missing for A1 (1 of 3)",
        "'rent_gbp_pa' is negative for A2",
        "teams: t1 (1 of 7) have no building",
        "such as 'A22'. Did you mean 'A2'?",
        "'fte' is missing or negative for t7",
        "never_together names 'polise', which is neither a security class nor a service. Did you mean 'police'?",
    ):
        assert part in message


def test_a_row_that_stands_twice_is_named(town: Town) -> None:
    """Ids are keys."""
    areas, assets, teams = town
    with pytest.raises(DataError, match="assets: A1 stand"):
        town_problem(areas, pd.concat([assets, assets.loc[["A1"]]]), teams)


@pytest.mark.parametrize(
    ("pins", "message"),
    [
        ((Pin("release", team="t1"),), "'release' needs one building"),
        ((Pin("keep", asset="A1"), Pin("release", asset="A1")), "A1 must be kept and released at once"),
        ((Pin("stay", asset="A2"), Pin("release", asset="A2")), "A2 must be kept and released at once"),
        ((Pin("stay", team="t3"), Pin("release", asset="A2")), "'A2' cannot be released, because t3 may not move"),
        (
            (Pin("release", asset="C1"),),
            "C1 cannot be released, because buildings of that use or status are not decided about",
        ),
        ((Pin("release", asset="B2"),), "B2 cannot be released before the PFI contract ends"),
    ],
)
def test_pins_that_cannot_be_are_told(town: Town, pins: tuple[Pin, ...], message: str) -> None:
    """Decisions that contradict each other or the facts are named before any search."""
    areas, assets, teams = town
    pfi = assets.assign(tenure=assets["tenure"].where(assets.index != "B2", "PFI"))
    with pytest.raises(DataError, match=message):
        town_problem(areas, pfi, teams, rules=Rules(uses=("office",), pins=pins))


def test_rules_out_of_range_are_told_at_once() -> None:
    """Two standards for one service, a class apart from itself, shares and distances that cannot be."""
    with pytest.raises(DataError) as caught:
        Rules(
            standards=(AccessStandard("x", 1.0), AccessStandard("x", 2.0)),
            never_together=(("a", "a"),),
            usable_share=1.5,
            max_move_km=-1.0,
        )
    for part in (
        "'x' has two access standards",
        "'a' is to be kept apart",
        "'usable_share' is 1.5",
        "'max_move_km' is -1",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize("seed", range(5))
def test_doing_nothing_is_always_a_plan(seed: int) -> None:
    """Whatever the rules, today keeps them: all of them are about making things worse."""
    problem = random_town(seed)
    for alone in (True, False):
        formulation = formulate(problem, scope="alone" if alone else "joint")
        today = as_today(problem)
        values = formulation.values(today)
        assert not formulation.model.breaks(values)
        assert formulation.model.objective(values) == pytest.approx(problem.buildings["keep_gbp"].sum())
        again = formulation.decision(values)
        assert again.place.tolist() == today.place.tolist()
        assert again.kept.tolist() == today.kept.tolist()


def test_nothing_given_is_changed(town: Town) -> None:
    """Tables go in and stay as they were."""
    areas, assets, teams = town
    before = areas.copy(), assets.copy(), teams.copy()
    town_problem(areas, assets, teams, costs=CostRules(), rules=Rules(standards=(AccessStandard("library", 3.0),)))
    for table, copy in zip(town, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_prices_of_a_move_are_people_and_kilometres(town: Town) -> None:
    """Twenty people, one kilometre: 20 x (1,000 + 60)."""
    problem = town_problem(*town, costs=replace(PLAIN, travel_gbp_per_fte_km=60.0))
    number = problem.blocks.index.get_loc("t3")
    to_a1 = problem.arcs[(problem.arcs["block"] == number) & (problem.arcs["building"] == 0)]
    assert to_a1["cost_gbp"].tolist() == pytest.approx([21_200.0])
    assert to_a1["distance_m"].tolist() == pytest.approx([1_000.0])
