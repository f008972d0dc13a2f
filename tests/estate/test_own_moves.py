"""The user's own option: a table of moves, counted and checked like any other plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from estate.colocation import Problem
from estate.options import solve_options
from estate.own_moves import own_plan
from estate.plans import Plan
from geodata.errors import DataError
from tests.estate.town_facts import random_town


@pytest.fixture(scope="module")
def town() -> tuple[Problem, Plan, Plan]:
    """Return a town with its plans to do nothing and to share."""
    problem = random_town(3)
    plans = solve_options(problem, seconds=5.0)
    return problem, plans[0], plans[-1]


def write(folder: Path, rows: pd.DataFrame) -> Path:
    path = folder / "committee.csv"
    rows.to_csv(path, index=False)
    return path


def test_the_joint_plan_written_as_a_table_costs_the_same(town: tuple[Problem, Plan, Plan], tmp_path: Path) -> None:
    """Whoever copies a plan gets that plan."""
    problem, nothing, joint = town
    moves = pd.DataFrame({"Team": joint.moves.index, "To": joint.moves["to_asset"]})
    table = pd.concat([moves, pd.DataFrame({"Building": joint.released})], ignore_index=True)
    plan = own_plan(problem, write(tmp_path, table), nothing=nothing, joint=joint)
    assert plan.name == "committee"
    assert plan.cost_gbp == pytest.approx(joint.cost_gbp)
    assert set(plan.released) == set(joint.released)
    assert plan.bound_gbp <= plan.cost_gbp


def test_an_empty_table_changes_nothing(town: tuple[Problem, Plan, Plan], tmp_path: Path) -> None:
    """No row, no move."""
    problem, nothing, joint = town
    path = tmp_path / "none.csv"
    path.write_text("team,to\n", encoding="utf-8")
    assert own_plan(problem, path, nothing=nothing, joint=joint).cost_gbp == pytest.approx(nothing.cost_gbp)


def test_slips_are_told_at_once_and_broken_rules_named(town: tuple[Problem, Plan, Plan], tmp_path: Path) -> None:
    """Row, value, nearest name; then what the moves would break."""
    problem, nothing, joint = town
    team, building = str(problem.teams.index[0]), str(problem.buildings.index[0])
    bad = pd.DataFrame({"team": [f"{team}x", team, ""], "to": [building, "nowhere", ""], "year": ["", "9", "1"]})
    with pytest.raises(DataError) as caught:
        own_plan(problem, write(tmp_path, bad), nothing=nothing, joint=joint)
    assert {fault.row for fault in caught.value.faults} == {2, 3, 4}
    assert f"Did you mean '{team}'" in str(caught.value)
    housed = str(problem.buildings.index[int(problem.blocks["home"].iloc[0])])
    released = pd.DataFrame({"building": [housed]})
    with pytest.raises(DataError, match="the moves break rules"):
        own_plan(problem, write(tmp_path, released), nothing=nothing, joint=joint)
