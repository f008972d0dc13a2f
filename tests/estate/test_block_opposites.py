"""What other places would cost for a block of teams: on paper, by brute force with all rules on, and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estate.asked import subjects
from estate.block_opposites import BlockOpposite
from estate.colocation import Problem
from estate.every_opposite import every_opposite
from estate.opposite_columns import block_table, with_opposites
from estate.opposites import Opposite, opposites
from estate.options import solve_options
from estate.plans import Plan
from estate.rules import Pin
from geodata.errors import DataError
from tests.estate.brute_years import cheapest_over_years, town_over_years
from tests.estate.test_limits import OFFICES, Town, town, town_problem  # noqa: F401 - a fixture
from tests.estate.town_facts import cheapest, random_town, with_rules


def solved(problem: Problem) -> Plan:
    """Return the joint plan, searched to the end."""
    return solve_options(problem, seconds=60.0, gap=1e-6)[-1]


def ends_of(problem: Problem, plan: Plan, row: int, kind: str) -> dict[int, list[int]]:
    """Return where a block may end when it is asked about."""
    home, place = int(problem.blocks["home"].iloc[row]), int(plan.decision.place[row])
    others = [at for at in range(len(problem.buildings)) if at not in (home, place)]
    return {row: [home] if kind == "stay" else others}


def test_a_block_that_moves_is_asked_what_staying_costs_on_paper(town: Town) -> None:  # noqa: F811
    """t3 alone empties A2: keeping it there keeps A2's ten years of 80,000 less the move of twenty people."""
    problem = town_problem(*town, rules=OFFICES)
    plan = solved(problem)
    (block,) = opposites(problem, plan, ["t3"])
    assert isinstance(block, BlockOpposite)
    stay = block.other("stay")
    assert stay is not None
    assert (stay.asset, stay.possible) == ("A2", True)
    assert stay.extra_gbp == pytest.approx(780_000)
    assert stay.least_extra_gbp == pytest.approx(780_000, rel=1e-3)
    told = " ".join(block.sentences())
    assert "Keeping it in Council office A2 instead would cost £780,000 more over the horizon, and at least" in told
    assert "So it moves, unless staying were worth about £78,000 a year." in told


@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_alternatives_of_blocks_equal_brute_force(seed: int) -> None:
    """Six buildings, seven blocks, all rules on: each alternative costs what the best plan of all with it costs."""
    problem = random_town(seed)
    plan = solved(problem)
    names = [str(problem.blocks.index[row]) for row in np.flatnonzero(problem.blocks["moves"])][:3]
    for row, block in zip(np.flatnonzero(problem.blocks["moves"]), opposites(problem, plan, names), strict=False):
        assert isinstance(block, BlockOpposite)
        for one in block.alternatives:
            best = cheapest(problem, ends=ends_of(problem, plan, int(row), one.kind))
            assert one.possible is bool(np.isfinite(best))
            if one.possible:
                assert plan.cost_gbp + one.extra_gbp == pytest.approx(best, rel=1e-6)
                assert one.least_extra_gbp <= one.extra_gbp + 1.0


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_what_no_body_may_pay_more_holds_for_opposites_too(seed: int) -> None:
    """With ceilings on what each body pays, opposites of buildings and blocks equal brute force under them."""
    problem = with_rules(random_town(seed), no_body_worse=True)
    plan = solved(problem)
    assert plan.ceilings
    ruled = (problem.buildings["must_keep"] | problem.buildings["must_release"]).to_numpy()
    row = int(np.flatnonzero(~ruled)[0])
    block_row = int(np.flatnonzero(problem.blocks["moves"])[0])
    building, block = opposites(
        problem, plan, [str(problem.buildings.index[row]), f"team:{problem.blocks.index[block_row]}"]
    )
    assert isinstance(building, Opposite)
    assert isinstance(block, BlockOpposite)
    best = cheapest(problem, stands={row: not plan.decision.kept[row]}, ceilings=plan.ceilings)
    assert building.possible is bool(np.isfinite(best))
    assert not building.possible or plan.cost_gbp + building.extra_gbp == pytest.approx(best, rel=1e-6)
    for one in block.alternatives:
        best = cheapest(problem, ends=ends_of(problem, plan, block_row, one.kind), ceilings=plan.ceilings)
        assert one.possible is bool(np.isfinite(best))
        assert not one.possible or plan.cost_gbp + one.extra_gbp == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("seed", [1, 4])
def test_alternatives_over_years_equal_brute_force(seed: int) -> None:
    """With dates, receipts and town limits, keeping a block at home costs what the best such plan of all costs."""
    problem = town_over_years(seed)
    plan = solved(problem)
    moving = np.flatnonzero((plan.decision.place != problem.blocks["home"].to_numpy()) & problem.blocks["moves"])
    rows = [*map(int, moving), *map(int, np.flatnonzero(problem.blocks["moves"]))][:1]
    for row in dict.fromkeys(rows):
        (block,) = opposites(problem, plan, [f"team:{problem.blocks.index[row]}"])
        assert isinstance(block, BlockOpposite)
        for one in block.alternatives:
            best = cheapest_over_years(problem, ends=ends_of(problem, plan, row, one.kind))
            assert one.possible is bool(np.isfinite(best))
            assert not one.possible or plan.cost_gbp + one.extra_gbp == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_small_effort_for_all_brackets_the_truth(seed: int) -> None:
    """Asked about all at once: what is proved never exceeds the best plan of all, what is found never undercuts it."""
    problem = random_town(seed)
    plan = solved(problem)
    every = every_opposite(problem, plan)
    ruled = (problem.buildings["must_keep"] | problem.buildings["must_release"]).to_numpy()
    for row, one in enumerate(every.found):
        if not ruled[row]:
            best = cheapest(problem, stands={row: not one.stands}) - plan.cost_gbp
            assert one.least_extra_gbp <= best + 1.0
            assert one.extra_gbp >= best - 1.0
            assert one.possible is not False or not np.isfinite(best)
    table = block_table(every.blocks)
    moves = with_opposites(plan, every.found, every.blocks).moves
    assert list(table["block"]) == [one.block for one in every.blocks]
    assert len(moves) == len(plan.moves)
    assert moves["stay"].isin(["found", "impossible", "none found", ""]).all()


def test_a_pin_on_a_team_is_told_with_its_price(town: Town) -> None:  # noqa: F811
    """Keeping t3 in A2 by a pin costs the 780,000 that moving it saves; a team that the list holds is only told."""
    problem = town_problem(*town, rules=replace(OFFICES, pins=(Pin("stay", team="t3", reason="a new lab"),)))
    plan = solved(problem)
    (block,) = opposites(problem, plan, ["t3"])
    assert isinstance(block, BlockOpposite)
    assert "a new lab" in block.fixed
    told = " ".join(block.sentences())
    assert "Without that rule, moving it to Council office A1 instead" in told
    assert "would save £780,000 more: that is the price of the rule" in told
    areas, assets, teams = town
    held = town_problem(areas, assets, teams.assign(may_move=teams.index != "t3"), rules=OFFICES)
    (fixed,) = opposites(held, solved(held), ["t3"])
    assert fixed.sentences()[0].endswith("the teams list says that it may not move.")
    assert len(fixed.sentences()) == 1


def test_names_that_mean_nothing_or_several_things_are_asked_about(town: Town) -> None:  # noqa: F811
    """All at once: a slip has its nearest name, a shared name its candidates, what is not decided about its reason."""
    areas, assets, teams = town
    twice = assets.assign(name=assets["name"].where(assets.index != "A2", "Council office A1"))
    problem = town_problem(areas, twice, teams, rules=OFFICES)
    with pytest.raises(DataError) as caught:
        subjects(problem, ["A11", "council office a1", "t99", "building:t3"])
    said = caught.value.message
    assert "No building and no team 'A11' is decided about. Did you mean 'A1'?" in said
    assert (
        "'council office a1' is the name of 2 things: building:A1 (Council office A1, Council) and building:A2" in said
    )
    assert "'t99'" in said
    assert "'t3' is decided about" in said
    outside = sorted(set(map(str, problem.register.index)) - set(map(str, problem.buildings.index)))[0]
    with pytest.raises(DataError, match=rf"Building '{outside}' is not decided about"):
        subjects(problem, [outside])
    assert subjects(problem, ["T3", "team:t3", "A1"])[0] == subjects(problem, ["t3"])[0]


def test_odd_names_and_none_are_told_as_they_are(town: Town) -> None:  # noqa: F811
    """A building without a name goes by its id, marks and quotes stay text, and what costs nothing is said so."""
    areas, assets, teams = town
    odd = assets.assign(name=['<b>"Town" Hall</b>', "O'Brien's", "", None, "=cmd()", '<b>"Town" Hall</b>'])
    problem = town_problem(areas, odd, teams)
    plan = solved(problem)
    (block,) = opposites(problem, plan, ["t3"])
    told = " ".join(block.sentences())
    assert "nan" not in told.split()
    assert "Keeping it in O'Brien's instead would cost £780,000 more" in told
    assert 'Moves 1.0 km to <b>"Town" Hall</b>' in told
    assert "So it moves, unless staying were worth about £78,000 a year." in told
    assert subjects(problem, ["o'brien's"])[0].building >= 0
    with pytest.raises(DataError, match="is the name of 2 things"):
        subjects(problem, ['<B>"Town" Hall</B>'])
