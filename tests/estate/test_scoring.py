"""One framework for all options: scores, ranks, and what would change them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.options import solve_options
from estate.scoring import CRITERIA, rank, score_options
from geodata.errors import DataError
from tests.estate.town_facts import random_town

VALUES = st.lists(st.floats(0, 100).map(lambda value: round(value, 3)), min_size=3, max_size=3)


@given(VALUES, VALUES, VALUES, st.lists(st.floats(1, 50), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_at_its_switching_weight_another_option_comes_level(
    money: list[float], access: list[float], carbon: list[float], weights: list[float]
) -> None:
    """The word means: just there, the two change places."""
    raw = pd.DataFrame({"money": money, "access": access, "carbon": carbon}, index=["a", "b", "c"])
    found = rank(raw, pd.Series(dict(zip(raw, weights, strict=True))))
    for row in found.switches.to_dict("records"):
        rest = found.weights.drop(row["criterion"])
        moved = rest / rest.sum() * (100.0 - row["switch_weight"])
        moved[row["criterion"]] = row["switch_weight"]
        score = (found.scaled * moved).sum(axis=1)
        assert score[row["to"]] == pytest.approx(score[found.table.index[0]], abs=1e-6)


def test_scale_and_order_of_options_do_not_matter() -> None:
    """Pounds or millions, whichever comes first in the table."""
    raw = pd.DataFrame({"money": [1.0, 5.0, 3.0], "disruption": [0.0, 9.0, 2.0]}, index=["x", "y", "z"])
    weights = pd.Series({"money": 50.0, "disruption": 50.0})
    first, second = rank(raw, weights), rank((raw * [1e6, 1.0]).iloc[::-1], weights)
    assert first.table["score"].to_dict() == pytest.approx(second.table["score"].to_dict())


def test_all_options_of_a_town_are_scored_by_one_framework() -> None:
    """Doing nothing disrupts nobody; the joint plan saves most."""
    problem = random_town(3)
    plans = solve_options(problem, seconds=5.0)
    found = score_options(problem, plans, willing=sorted(set(problem.register["organisation"])))
    assert set(found.table.index) == {plan.name for plan in plans}
    assert found.raw["money"].idxmax() == "joint"
    assert found.raw.loc["do nothing", ["staff travel", "disruption"]].tolist() == [0.0, 0.0]
    assert found.table["score"].between(0, 100).all()
    only_money = score_options(problem, plans, weights={"money": 1.0})
    assert only_money.table.index[0] == "joint"
    assert found.sentences()


def test_wrong_weights_and_bodies_are_told_at_once() -> None:
    """Did you mean."""
    problem = random_town(3)
    plans = solve_options(problem, seconds=5.0)
    with pytest.raises(DataError, match=r"'acess' is no criterion. Did you mean 'access'.*money is -1"):
        score_options(problem, plans, weights={"acess": 5.0, "money": -1.0})
    with pytest.raises(DataError, match="is no body of this place"):
        score_options(problem, plans, willing=["Nobody"])
    with pytest.raises(DataError, match="All weights are nothing"):
        score_options(problem, plans, weights=dict.fromkeys(CRITERIA, 0.0))
