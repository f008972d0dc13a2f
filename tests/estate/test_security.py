"""Work that needs a secure building goes only to one that offers it: rules, lists, check, words and brute force."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from estate.building_notes import add_building_notes
from estate.colocation import Problem
from estate.limits import Budget
from estate.load import load_prices
from estate.newcomers import with_hubs
from estate.options import solve_options
from estate.plans import Plan
from estate.recheck import breaches
from estate.rules import Pin, Rules
from geodata.errors import DataError, InfeasibleError
from geodata.place import read_place
from geodata.place_buildings import BuildingNote
from tests.estate.brute_years import cheapest_over_years, town_over_years
from tests.estate.conftest import ReadList
from tests.estate.test_limits import HUB, Hub
from tests.estate.town_facts import cheapest, random_town, town_problem, with_rules

Town = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]
OFFICES = Rules(uses=("office",), secure_classes=("custody",))


@pytest.fixture
def town(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> Town:
    """Return the small town with t6, ten police officers in B2, at work in custody."""
    work = town_teams["security_class"].where(town_teams.index != "t6", "custody")
    return town_areas, town_assets, town_teams.assign(security_class=work)


def secure(town: Town, **buildings: str) -> Town:
    """Return the town with buildings recorded as secure for some classes."""
    areas, assets, teams = town
    return areas, assets.assign(secure_for=pd.Series(buildings, dtype=object).reindex(assets.index)), teams


def joint(town: Town, rules: Rules = OFFICES) -> Plan:
    """Return the joint plan."""
    return solve_options(town_problem(*town, rules=rules))[2]


@pytest.mark.parametrize(
    ("recorded", "released"),
    [
        ({}, ()),
        ({"A2": "custody"}, ("B2",)),
        ({"A1": "Custody; safeguarding"}, ("B2",)),
        ({"A1": "all"}, ("B2",)),
        ({"A1": "safeguarding"}, ()),
    ],
)
def test_custody_moves_only_where_the_register_says_secure(
    town: Town, recorded: dict[str, str], released: tuple[str, ...]
) -> None:
    """With A2 kept and roomy, B2 can be left wherever its custody may go."""
    areas, assets, teams = town
    mine = assets.index == "A2"
    roomy = assets.assign(desks=assets["desks"].mask(mine, 60.0), nia_m2=assets["nia_m2"].mask(mine, 600.0))
    rules = replace(OFFICES, pins=(Pin("keep", asset="A2"),))
    assert joint(secure((areas, roomy, teams), **recorded), rules).released == released


def test_without_the_rule_records_change_nothing(town: Town) -> None:
    """A column that nobody asks about is no rule."""
    free = replace(OFFICES, secure_classes=())
    assert joint(secure(town, A2="custody"), free).cost_gbp == joint(town, free).cost_gbp
    assert joint(town, free).released == ("A2", "B2")


def secure_town(seed: int, problem: Problem) -> Problem:
    """Return a random town in which some buildings are secure for "secure" work, for libraries or for all."""
    random = np.random.default_rng(5_000 + seed)
    words = random.choice(
        ["", "secure", "Library; secure", "all", "open"], len(problem.register), p=[0.4, 0.2, 0.2, 0.1, 0.1]
    )
    recorded = replace(problem, register=problem.register.assign(secure_for=words))
    return with_rules(recorded, secure_classes=("secure", "library"), never_together=())


@pytest.mark.parametrize("seed", range(6))
def test_secure_towns_equal_brute_force(seed: int) -> None:
    """Every plan tried; only the independent check, which shares no code with the arcs, says which may be."""
    problem = secure_town(seed, random_town(seed))
    _, alone, together = solve_options(problem)
    assert together.cost_gbp == pytest.approx(cheapest(problem), rel=1e-6)
    assert alone.cost_gbp == pytest.approx(cheapest(problem, alone=True), rel=1e-6)
    free = solve_options(with_rules(problem, secure_classes=()))[2]
    assert free.cost_gbp <= together.cost_gbp * (1 + 1e-6)


@pytest.mark.parametrize("seed", [3, 8])
def test_secure_towns_over_years_equal_brute_force(seed: int) -> None:
    """With budgets, town limits, presence and perceptions on as well."""
    problem = secure_town(seed, town_over_years(seed))
    joint_plan = solve_options(problem)[2]
    assert joint_plan.cost_gbp == pytest.approx(cheapest_over_years(problem), rel=1e-6)


def test_the_check_catches_custody_in_an_open_building(town: Town) -> None:
    """Named with team, building and class."""
    problem = town_problem(*secure(town, A2="custody"), rules=OFFICES)
    where = {**problem.teams["asset_id"].to_dict(), "t6": "A1"}
    assert "team 't6' moves to 'A1', not recorded as secure for 'custody'" in breaches(problem, where, [], cost_gbp=0.0)
    assert not any("secure" in line for line in breaches(problem, {**where, "t6": "A2"}, [], cost_gbp=0.0))


def test_the_class_without_a_secure_home_is_named_before_any_search(town: Town) -> None:
    """B2 must be released; its custody has nowhere to go. The same for a pin that sends it to an open building."""
    rules = replace(OFFICES, pins=(Pin("release", asset="B2"),))
    with pytest.raises(
        InfeasibleError, match=r"'B2' must be released, but no building recorded as secure for 'custody'"
    ):
        joint(town, rules)
    assert "B2" in joint(secure(town, A1="custody"), rules).released
    with pytest.raises(
        InfeasibleError, match=r"'t6' must move to building 'A1', but .* not recorded as secure for 'cu"
    ):
        joint(town, replace(OFFICES, pins=(Pin("move", team="t6", asset="A1"),)))


def test_security_that_stands_in_the_way_is_a_rule_to_relax(town: Town) -> None:
    """A2 is secure and large enough for ten, but not beside the twenty of t3, who stay: 9.7 desks are free."""
    areas, assets, teams = secure(town, A2="custody")
    tight = assets.assign(desks=assets["desks"].mask(assets.index == "A2", 33.0))
    rules = replace(OFFICES, pins=(Pin("release", asset="B2"), Pin("stay", team="t3")))
    with pytest.raises(InfeasibleError, match="letting custody move into buildings not recorded as secure for it"):
        joint((areas, tight, teams), rules)
    first = replace(rules, relax_first=("security",))
    with pytest.raises(InfeasibleError, match="yours to give up first: letting custody move"):
        joint((areas, tight, teams), first)


def test_notes_say_which_class_has_no_secure_building_and_who_works_outside_one(town: Town) -> None:
    """Told with every plan, before anybody asks."""
    (none,) = [note for note in town_problem(*town, rules=OFFICES).notes if "secure" in note]
    assert none.startswith("No building is recorded as secure for 'custody': its 10.0 FTE stay where they are.")
    one, outside = [note for note in town_problem(*secure(town, A1="custody"), rules=OFFICES).notes if "secure" in note]
    assert one == "1 building of 3 is recorded as secure for 'custody' (A1)."
    assert outside == "'custody' works today in B2, not recorded as secure for it; it may stay there."


def test_slips_are_named(town: Town) -> None:
    """In the rule and in the register; another class of a team is no slip."""
    with pytest.raises(DataError) as caught:
        town_problem(
            *secure(town, A1="custdy", A2="standard"), rules=replace(OFFICES, secure_classes=("custody", "custod"))
        )
    assert "secure_classes names 'custod', which is neither a security class nor a service. Did you mean" in str(
        caught.value
    )
    assert "secure_for of A1 names 'custdy'. Did you mean 'custody'?" in str(caught.value)
    assert "A2" not in str(caught.value)


def test_a_list_and_a_note_say_what_a_building_is_secure_for(read_list: ReadList) -> None:
    """Yes is every class; several classes are told apart by any usual mark; a note wins over the list."""
    head = ["Ref", "Name", "Easting", "Northing", "Use", "Tenure", "Secure for"]
    cells = ["Yes", "no", "Custody / Restricted records", "safeguarding, custody", ""]
    rows = [
        [f"R{n}", f"House {n}", 400_100 + 50 * n, 300_100, "Office", "Freehold", cell] for n, cell in enumerate(cells)
    ]
    assets = read_list([head, *rows], organisation="Council").accepted
    assert assets["secure_for"].tolist() == ["all", "", "Custody; Restricted records", "safeguarding; custody", ""]
    notes = [BuildingNote(asset=str(assets.index[0]), secure_for=()), BuildingNote(asset="R1", secure_for=("custody",))]
    assert add_building_notes(assets, notes, source="place.toml")["secure_for"].tolist()[:2] == ["", "custody"]


def test_place_toml_names_secure_classes_and_a_hub_offers_them(town: Town, tmp_path: Path) -> None:
    """From the file to the plan: a hub that is secure takes the custody."""
    path = tmp_path / "place.toml"
    path.write_text(
        '[place]\nname = "X"\n[options]\nsecure_classes = ["custody"]\nuses = ["office"]\n', encoding="utf-8"
    )
    rules = load_prices(read_place(path)).rules
    assert rules.secure_classes == ("custody",)
    assert "'custody' moves only into buildings recorded as secure for it." in rules.sentences()
    areas, assets, teams = town
    for offers, home in ((("custody",), "H1"), ((), "B2")):
        more = with_hubs(assets, [Hub(**HUB, secure_for=offers)], use="office")
        plan = joint((areas, more, teams), replace(rules, budgets=(Budget((1e9,)),)))
        assert {**teams["asset_id"], **plan.moves["to_asset"]}["t6"] == home
