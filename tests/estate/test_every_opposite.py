"""What the opposite would cost for every building: on paper, for hubs, in the table, and when it is stopped."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from estate.every_opposite import every_opposite
from estate.newcomers import with_hubs
from estate.opposite_columns import with_opposites
from estate.opposites import opposites
from estate.options import solve_options
from estate.rules import Pin
from geodata.place_options import Hub
from tests.estate.test_limits import HUB, OFFICES, Town, town, town_problem  # noqa: F401 - a fixture


def test_every_building_has_its_opposite_and_the_paper_agrees(town: Town) -> None:  # noqa: F811
    """Keeping A2 costs 780,000; A1 cannot go; what is proved never exceeds what was found."""
    problem = town_problem(*town, rules=OFFICES)
    plan = solve_options(problem)[2]
    every = every_opposite(problem, plan)
    table = with_opposites(plan, every.found, every.blocks).buildings
    assert [one.asset for one in every.found] == [str(asset) for asset in problem.buildings.index]
    assert table.index.equals(plan.buildings.index)
    assert table.loc["A2", "opposite_gbp"] == pytest.approx(780_000)
    assert table.loc["A2", "opposite_least_gbp"] == pytest.approx(780_000, rel=1e-3)
    assert table.loc["A1", "opposite"] == "impossible"
    assert table.loc[table["opposite"].eq("impossible"), ["opposite_gbp", "opposite_least_gbp"]].isna().all(axis=None)
    found = table[table["opposite"].eq("found")]
    assert (found["opposite_least_gbp"] <= found["opposite_gbp"] + 1.0).all()
    assert "no choice about Council office A1 (A1)" in " ".join(every.sentences())


def test_a_hub_is_spoken_of_as_built_or_not_built(town: Town) -> None:  # noqa: F811
    """Nobody releases what was never there, nor keeps it."""
    areas, assets, teams = town
    for capital, words in ((100_000.0, "Not building it instead"), (10_000_000.0, "Building it instead")):
        more = with_hubs(assets, [Hub(**{**HUB, "capital_gbp": capital})], use="office")
        problem = town_problem(areas, more, teams, rules=OFFICES)
        (hub,) = opposites(problem, solve_options(problem)[2], ["H1"])
        assert hub.hub
        assert hub.extra_gbp > 0
        assert words in " ".join(hub.sentences())


def test_the_ten_dearest_are_told_and_the_closest_call(town: Town) -> None:  # noqa: F811
    """Twelve answers in any order: the ten dearest in full, the cheapest as the closest call; a saving is told."""
    problem = town_problem(*town, rules=OFFICES)
    plan = solve_options(problem)[2]
    every = every_opposite(problem, plan)
    one = next(answer for answer in every.found if answer.possible)
    many = tuple(replace(one, asset=f"X{n}", name=f"Office {n}", extra_gbp=1_000.0 * n) for n in range(1, 13))
    said = replace(every, found=many, n_buildings=13, blocks=(), n_blocks=0).sentences()
    assert "Office 12 (X12)" in said[1]
    assert not any("Office 2 (X2)" in line for line in said)
    assert "The closest call is Office 1 (X1)" in said[-2]
    assert said[-1] == "Stopped after 12 of 13 buildings."
    better = replace(
        every, found=(*many, replace(many[0], extra_gbp=-5_000.0)), n_buildings=13, blocks=(), n_blocks=0
    ).sentences()
    assert "would even save £5,000" in better[-1]


def test_a_stop_keeps_what_is_done_and_leaves_the_others_open(town: Town) -> None:  # noqa: F811
    """Stopped at once: no answers, and the table says so rather than that nothing is possible."""
    problem = town_problem(*town, rules=OFFICES)
    plan = solve_options(problem)[2]
    calls, told = count(), list[tuple[int, int]]()
    none = every_opposite(problem, plan, stop=lambda: next(calls) >= 0, told=lambda done, of: told.append((done, of)))
    assert none.found == ()
    assert not told
    assert with_opposites(plan, none.found, none.blocks).buildings["opposite"].eq("").all()
    assert "Stopped after 0 of" in none.sentences()[-1]


def test_a_pin_is_told_as_a_rule_with_a_price_not_as_a_plan_that_was_missed(town: Town) -> None:  # noqa: F811
    """Keeping A2 by a pin costs 780,000; no one should be told to pin it the other way and run again."""
    rules = replace(OFFICES, pins=(Pin(rule="keep", asset="A2", reason="the council chamber"),))
    problem = town_problem(*town, rules=rules)
    plan = solve_options(problem)[2]
    every = every_opposite(problem, plan)
    pinned = next(one for one in every.found if one.asset == "A2")
    assert pinned.fixed == "the council chamber"
    assert pinned.extra_gbp == pytest.approx(-780_000)
    assert "That rule has a price: without it, releasing the building would save £780,000" in pinned.sentences()[1]
    said = " ".join(every.sentences())
    assert "the council chamber), £780,000" in said
    assert "pin it" not in said.casefold()
    assert with_opposites(plan, every.found, every.blocks).buildings.loc["A2", "opposite"] == "against a rule"
