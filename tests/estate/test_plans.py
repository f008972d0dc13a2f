"""Plans: their money, words, tables and proof; how rules change the small town; and what the check catches."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from estate.access import AccessStandard
from estate.colocation import Problem
from estate.costs import CostRules
from estate.options import solve_options
from estate.plans import Plan
from estate.recheck import breaches
from estate.rules import Pin, Rules
from geodata.errors import InfeasibleError
from tests.estate.town_facts import PLAIN, random_town, town_problem, with_rules

Town = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]
ALL_USES = Rules(max_public_move_km=25.0)


@pytest.fixture
def town(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> Town:
    """Return areas, assets and teams of the small town."""
    return town_areas, town_assets, town_teams


@pytest.fixture
def sides(town_areas: gpd.GeoDataFrame) -> pd.Series:
    """Return west and east as segments."""
    return town_areas["locality"]


def joint(problem: Problem) -> Plan:
    """Return the joint plan."""
    return solve_options(problem, seconds=20.0)[2]


def test_the_whole_town_on_paper(town: Town) -> None:
    """A1 takes A2 and B2 (70 of 90 desks); B1 takes library and clinic (50 of 54): 200,000 a year of 360,000.

    Fifty people move at 1,000 each: ten years of 160,000 and 50,000. Alone: A2 into A1, B2 into B1.
    """
    nothing, alone, together = solve_options(town_problem(*town, rules=ALL_USES))
    assert (nothing.cost_gbp, alone.cost_gbp, together.cost_gbp) == (3_600_000, 2_430_000, 1_650_000)
    assert alone.released == ("A2", "B2")
    assert together.released == ("A2", "A3", "B2", "C1")
    assert (together.saving_gbp_pa, together.npv_gbp, together.one_off_gbp) == (200_000, 1_950_000, 50_000)
    assert together.moves["to_asset"].to_dict() == {"t3": "A1", "t4": "B1", "t6": "A1", "t7": "B1"}
    assert {plan.status for plan in (alone, together)} == {"optimal"}


@pytest.mark.parametrize(
    ("rules", "released", "cost"),
    [
        (replace(ALL_USES, pins=(Pin("keep", asset="A2"),)), ("A3", "B2", "C1"), 2_430_000),
        (replace(ALL_USES, never_together=(("police", "health"),)), ("A2", "A3", "B2"), 2_135_000),
        (replace(ALL_USES, usable_share=0.7), ("A2", "A3", "B2"), 2_135_000),
        (replace(ALL_USES, fixed_services=("library",)), ("A2", "B2", "C1"), 1_945_000),
        (replace(ALL_USES, max_move_km=1.5), ("A2", "B2"), 2_430_000),
    ],
)
def test_each_rule_changes_the_answer_as_on_paper(
    town: Town, rules: Rules, released: tuple[str, ...], cost: float
) -> None:
    """One rule at a time, each with a sum that can be done in the head."""
    plan = joint(town_problem(*town, rules=rules))
    assert plan.released == released
    assert plan.cost_gbp == pytest.approx(cost)


def test_access_by_segment_holds_what_the_average_would_let_go(town: Town, sides: pd.Series) -> None:
    """From B1 as many residents are within 2.5 km of the library as from A3, but western ones for eastern ones.

    Kept for the east, the library stays in A3, and only the clinic moves: 45 people, 190,000 a year.
    """
    rules = replace(ALL_USES, standards=(AccessStandard("library", 2.5, 0.0),))
    assert "A3" in joint(town_problem(*town, rules=rules)).released
    kept = joint(town_problem(*town, rules=rules, segments=sides))
    assert kept.released == ("A2", "B2", "C1")
    assert kept.cost_gbp == 1_945_000
    assert (
        "the share of residents of segment East within the limit for library would fall from"
        in (kept.buildings.loc["A3", "reason"])
    )


def test_access_before_and_after_is_told_by_segment(town: Town, sides: pd.Series) -> None:
    """Two thirds of all before and after; every eastern resident before, a third of them after."""
    rules = replace(ALL_USES, standards=(AccessStandard("library", 2.5, 1.0),))
    access = joint(town_problem(*town, rules=rules, segments=sides)).access.set_index("segment")
    assert access.loc["all", ["share_within_before", "share_within_after"]].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert access.loc["East", ["share_within_before", "share_within_after"]].tolist() == pytest.approx([1, 1 / 3])


@pytest.mark.parametrize("seed", range(6))
def test_figures_of_a_plan_agree_with_each_other(seed: int) -> None:
    """Money lines add up; cost, saving and value given up tell one story; tables have a row for everything."""
    problem = random_town(seed)
    nothing, alone, together = solve_options(problem)
    for plan in (nothing, alone, together):
        given_up = problem.buildings.loc[list(plan.released), "value_given_up_gbp"].sum()
        assert plan.money["gbp"].sum() == pytest.approx(plan.npv_gbp)
        assert plan.npv_gbp - given_up == pytest.approx(nothing.cost_gbp - plan.cost_gbp)
        assert plan.annual_cost_gbp + plan.saving_gbp_pa == pytest.approx(nothing.annual_cost_gbp)
        assert plan.buildings["saving_gbp_pa"].sum() == pytest.approx(plan.saving_gbp_pa)
        assert plan.bound_gbp <= plan.cost_gbp
        assert plan.gap == pytest.approx((plan.cost_gbp - plan.bound_gbp) / plan.cost_gbp, abs=1e-12)
        assert plan.buildings.index.equals(problem.buildings.index)
        assert (plan.buildings["desks_used_after"] <= plan.buildings["desks_limit"] + 1e-6).all()
        assert set(plan.released) == set(plan.buildings.index[plan.buildings["decision"] == "release"])
        assert plan.buildings["reason"].str.len().min() > 10
        assert len(plan.moves) == plan.moved
        assert (plan.moves["from_asset"] != plan.moves["to_asset"]).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "freedom",
    [
        {"max_move_km": 25.0},
        {"max_public_move_km": 25.0},
        {"usable_share": 1.0},
        {"never_together": ()},
        {"pins": ()},
        {"front_desk_m2": 0.0},
        {"standards": ()},
    ],
)
def test_more_freedom_never_makes_the_best_plan_worse(seed: int, freedom: dict[str, object]) -> None:
    """Loosening any rule keeps every plan there was."""
    problem = random_town(seed)
    before, after = joint(problem), joint(with_rules(problem, **freedom))
    assert after.cost_gbp <= before.cost_gbp * (1 + 1e-6)


def test_one_more_building_for_nothing_never_makes_it_worse(town: Town) -> None:
    """An empty building that costs nothing to have is only one more choice."""
    areas, assets, teams = town
    extra = assets.loc[["A1"]].rename(index={"A1": "X1"})
    extra = extra.assign(fte=0.0, running_cost_gbp_pa=0.0, rent_gbp_pa=0.0, public_facing=True)
    more = gpd.GeoDataFrame(pd.concat([assets, extra]), crs=assets.crs)
    before = joint(town_problem(areas, assets, teams, rules=ALL_USES))
    after = joint(town_problem(areas, more, teams, rules=ALL_USES))
    assert after.cost_gbp <= before.cost_gbp


def test_each_alone_gives_up_only_what_it_cannot_do(town: Town) -> None:
    """The library has no other public building of the council: alone its release is not asked, joint it happens."""
    rules = replace(ALL_USES, pins=(Pin("release", asset="A3"),))
    nothing, alone, together = solve_options(town_problem(*town, rules=rules))
    assert nothing.released == ()
    assert "A3" not in alone.released
    assert any("Not possible for a body alone" in line and "A3" in line for line in alone.assumptions)
    assert "A3" in together.released


def test_a_release_that_costs_is_told_as_a_cost(town: Town) -> None:
    """Dilapidations far above the rent: the plan costs money, and says so with its proof."""
    dear = replace(PLAIN, dilapidations_gbp_per_m2=10_000.0)
    rules = Rules(uses=("office",), pins=(Pin("release", asset="B2"),))
    plan = joint(town_problem(*town, rules=rules, costs=dear))
    assert plan.released == ("B2",)
    assert plan.cost_saving_gbp == pytest.approx(400_000 - 10_000 - 2_000_000)
    assert "it costs £1.7m more than doing nothing" in plan.sentence()


def test_sentences_promise_only_what_is_proved(town: Town) -> None:
    """Rounded towards caution: savings down, what others could save up; "optimal" never without proof."""
    plan = joint(town_problem(*town, rules=ALL_USES))
    open_ended = replace(plan, status="time limit", bound_gbp=plan.cost_gbp - 120_001.0)
    assert open_ended.sentence().endswith("No plan under these rules can save more than £2.1m (proved).")
    assert "it saves £1.9m" in open_ended.sentence()
    assert "(proved)" in plan.sentence()
    assert "optimal" not in open_ended.sentence()


def test_nothing_worth_changing_is_said_plainly(town: Town) -> None:
    """When every move costs more than it saves, the plan is to stay."""
    plan = joint(town_problem(*town, costs=replace(PLAIN, move_gbp_per_fte=1e6)))
    assert plan.released == ()
    assert plan.sentence() == "Finds nothing worth changing. No plan under these rules can save more (proved)."
    assert "moving the people out would cost" in plan.buildings.loc["A2", "reason"]


def test_tables_hold_the_plan(town: Town) -> None:
    """Other programs read these."""
    tables = joint(town_problem(*town, rules=ALL_USES)).tables()
    assert list(tables) == ["summary", "buildings", "moves", "access", "money", "cash_flows", "assumptions"]
    assert tables["summary"]["released"].tolist() == [4]
    assert tables["summary"]["npv_gbp"].tolist() == [1_950_000]
    assert len(tables["assumptions"]) > 5


def test_progress_only_ever_narrows() -> None:
    """What is shown while waiting: cost falls, bound rises, option by option, and both meet the plans."""
    told: list[tuple[str, float, float]] = []
    plans = solve_options(random_town(4), progress=lambda *line: told.append(line))
    for plan in plans[1:]:
        costs, bounds = zip(*[(cost, bound) for name, cost, bound in told if name == plan.name], strict=True)
        assert list(costs) == sorted(costs, reverse=True)
        assert list(bounds) == sorted(bounds)
        assert costs[-1] >= plan.cost_gbp - 1.0
        assert bounds[-1] <= plan.cost_gbp + 1.0


def test_merged_teams_move_together_and_share_the_cost(town: Town) -> None:
    """A block is one decision but every team has its row."""
    areas, assets, teams = town
    roomy = assets.assign(desks=assets["desks"].where(assets.index != "B1", 200.0), public_facing=True)
    roomy = roomy.assign(nia_m2=roomy["nia_m2"].where(roomy.index != "B1", 3_000.0))
    plan = joint(town_problem(areas, roomy, teams, rules=ALL_USES))
    pair = plan.moves.loc[["t1", "t2"]]
    assert pair["block"].tolist() == ["t1", "t1"]
    assert pair["to_asset"].tolist() == ["B1", "B1"]
    assert pair["cost_gbp"].tolist() == pytest.approx([30_000, 10_000])


def test_rules_that_cannot_be_kept_say_what_would_free_a_plan(town: Town) -> None:
    """B1 is 16 desks and 10 m2 short of its own thirty and the forty of A1; C1 8 desks of the twenty of A2."""
    rules = replace(ALL_USES, pins=(Pin("release", asset="A1"), Pin("release", asset="A2")))
    with pytest.raises(InfeasibleError) as caught:
        solve_options(town_problem(*town, rules=rules))
    message = str(caught.value)
    assert "while 'A1' and 'A2' must be released" in message
    assert "together these would: 24.0 more usable desks (B1, C1) and 10 m2 more floor space (B1)" in message


def test_one_rule_that_would_free_a_plan_is_named_with_the_amount(town: Town) -> None:
    """With floor space to spare in B1, the desks alone stand in the way."""
    areas, assets, teams = town
    roomy = assets.assign(nia_m2=assets["nia_m2"].where(assets.index != "B1", 900.0))
    rules = replace(ALL_USES, pins=(Pin("release", asset="A1"),))
    with pytest.raises(InfeasibleError, match=r"Any one of these would free a plan: 16\.0 more usable desks \(B1\)"):
        solve_options(town_problem(areas, roomy, teams, rules=rules))


def test_access_that_stands_in_the_way_is_named(town: Town, sides: pd.Series) -> None:
    """The library must leave A3, and the clinic is out of reach of the rule on moves: only loosening access helps."""
    rules = replace(
        ALL_USES,
        standards=(AccessStandard("library", 2.5, 0.0),),
        pins=(Pin("release", asset="A3"), Pin("release", asset="C1")),
    )
    with pytest.raises(
        InfeasibleError, match=r"access standards that permit more points of loss: \d+\.\d points for library for"
    ):
        solve_options(town_problem(*town, rules=rules, segments=sides))


def test_the_check_catches_every_kind_of_broken_plan(town: Town) -> None:
    """Each rule broken once by hand; the check works from the tables alone."""
    rules = Rules(
        standards=(AccessStandard("library", 2.5, 0.0),),
        pins=(Pin("keep", asset="A2"), Pin("release", asset="B2"), Pin("stay", team="t7")),
        never_together=(("police", "library"),),
        max_move_km=2.5,
        max_public_move_km=2.5,
    )
    problem = town_problem(*town, rules=rules)
    today = problem.teams["asset_id"].to_dict()
    changes = {"t3": "A1", "t4": "B1", "t7": "A1", "t6": "C1", "t1": "B2"}
    found = " | ".join(
        breaches(problem, {**today, **changes}, frozenset({"A2", "A3", "C1"}), cost_gbp=1.0, scope="alone")
    )
    for part in (
        "team 't6' is in the released building 'C1'",
        "'A2' is released, though building 'A2' must be kept",
        "'B2' is kept, though building 'B2' must be released",
        "team 't7' moves, but must stay",
        "front desk 't7' moves to 'A1', which is not open to the public",
        "team 't4' moves further than 2.5 km",
        "team 't6' moves to or from a building of another body",
        "'B2' would hold work for 30.0 desks",
        "'police' and 'library' would share 'B1'",
        "GBP, not 1",
    ):
        assert part in found
    assert breaches(problem, {"t1": "A1"}, frozenset(), cost_gbp=0.0)[0].startswith("these teams end nowhere")


def test_the_check_catches_lost_access_and_wrong_money(town: Town, sides: pd.Series) -> None:
    """A segment that loses, and a cost that is a hundred pounds out."""
    problem = town_problem(
        *town, rules=replace(ALL_USES, standards=(AccessStandard("library", 2.5, 0.0),)), segments=sides
    )
    where = {**problem.teams["asset_id"].to_dict(), "t4": "B1"}
    found = breaches(problem, where, frozenset({"A3"}), cost_gbp=3_305_100.0)
    assert found == [
        "access to 'library' falls from 100.0% to 33.3% for segment East",
        "the plan costs 3,305,000 GBP, not 3,305,100",
    ]


def test_residual_value_is_in_the_cost_but_not_in_the_cash(town: Town) -> None:
    """A2 as a freehold worth a million: cash gains the receipt, cost counts what is given up."""
    areas, assets, teams = town
    owned = assets.assign(tenure="freehold", value_gbp=np.where(assets.index == "A2", 1e6, 0.0))
    costs = CostRules(start_year=2026.0)
    rules = Rules(uses=("office",), pins=(Pin("keep", asset="B2"),))
    plan = joint(town_problem(areas, owned, teams, rules=rules, costs=costs))
    assert plan.released == ("A2",)
    receipt = 1e6 * 0.9 * 0.975 / 1.035
    empty = 0.2 * 40_000 / 1.035  # running cost until it is sold, after a year
    cash = 80_000 * costs.annuity + receipt - empty - 20 * (250 + 1_250 * 1.24 + 60)
    assert plan.npv_gbp == pytest.approx(cash)
    assert plan.cost_saving_gbp == pytest.approx(cash - 1e6 / 1.035**10)


def test_an_option_judged_by_the_straight_line_says_indicative(town: Town) -> None:
    """No option built on fallback minutes is shown without the word; one built on roads, or on none, has it not."""
    rules = replace(ALL_USES, standards=(AccessStandard("library", 30.0, 1.0),))
    problem = town_problem(*town, rules=rules)
    nothing, alone, together = solve_options(problem)
    assert "indicative minutes" in together.sentence()
    assert "indicative minutes" in alone.sentence()
    assert "indicative" not in nothing.sentence()
    measured = replace(together, access=together.access.assign(quality="measured"))
    assert "indicative" not in measured.sentence()
    assert "indicative" not in joint(town_problem(*town, rules=ALL_USES)).sentence()
