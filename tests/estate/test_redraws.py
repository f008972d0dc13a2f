"""How firm a plan is when costs are drawn anew."""

from __future__ import annotations

import pytest

from estate.options import solve_options
from estate.redraws import redraw
from tests.estate.town_facts import random_town


def test_without_doubt_every_draw_gives_the_plan_again() -> None:
    """Where nothing varies, the plan is released so many times of so many."""
    problem = random_town(3)
    nothing, _, joint = solve_options(problem, seconds=5.0)
    found = redraw(
        problem, joint, draws=3, seconds=3.0, by_confidence=dict.fromkeys(("recorded", "estimated", "assumed"), 0.0)
    )
    assert set(found.table.index[found.table["released"] == 3]) == set(joint.released)
    assert found.saving_gbp == pytest.approx([nothing.cost_gbp - joint.cost_gbp] * 3, abs=1.0)


def test_the_same_seed_gives_the_same_counts_and_doubt_spreads_savings() -> None:
    """Draws differ from each other, runs do not."""
    problem = random_town(5)
    joint = solve_options(problem, seconds=5.0)[-1]
    first, again = (redraw(problem, joint, draws=4, seed=7, seconds=3.0) for _ in range(2))
    assert first.table.equals(again.table)
    assert first.saving_gbp == again.saving_gbp
    assert len(set(first.saving_gbp)) > 1
    assert first.table["released"].between(0, 4).all()
    assert first.sentences()
