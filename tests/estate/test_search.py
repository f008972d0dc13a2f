"""The long search, hurried: each of its steps must keep every row and never promise more than is true."""

from __future__ import annotations

import numpy as np
import pytest

from estate import search
from estate.decision import as_today
from estate.greedy import Town, greedy_decision
from estate.model import formulate
from estate.search import search_mip
from estate.solver import solve_mip
from estate.years import strategy_for
from tests.estate.town_facts import random_town


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the first step no work, so that relaxing, caution and rounds must do it."""
    monkeypatch.setattr(search, "WHOLE_WORK", 1)
    monkeypatch.setattr(search, "FEW_FIRST", 0)
    monkeypatch.setattr(search, "SMALLEST", 3)
    monkeypatch.setattr(search, "PATIENCE", 4)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("seed", range(8))
def test_rounds_and_relaxation_bracket_the_answer(seed: int) -> None:
    """The plan keeps all rows and is no cheaper than the best; the bound is no dearer; rounds find nearly the best."""
    formulation = formulate(random_town(seed))
    best = solve_mip(formulation.model).objective
    today = formulation.values(as_today(formulation.problem))
    answer = search_mip(formulation.model, strategy_for(formulation), starts=[today], seed=seed, rounds=40)
    assert not formulation.model.breaks(answer.values)
    assert answer.bound <= best * (1 + 1e-6)
    assert best * (1 - 1e-6) <= answer.objective <= best * 1.05
    assert answer.objective == pytest.approx(formulation.model.objective(answer.values))


@pytest.mark.usefixtures("hurried")
def test_the_same_seed_and_rounds_give_the_same_bytes() -> None:
    """Rounds, not the clock, end this search."""
    formulation = formulate(random_town(1))
    today = formulation.values(as_today(formulation.problem))
    one, two = (
        search_mip(formulation.model, strategy_for(formulation), starts=[today], seed=7, rounds=10) for _ in range(2)
    )
    assert one.values.tobytes() == two.values.tobytes()
    assert (one.objective, one.bound, one.status) == (two.objective, two.bound, two.status)


def test_no_time_at_all_returns_the_start() -> None:
    """A time limit never yields a plan worse than doing nothing."""
    formulation = formulate(random_town(2))
    today = formulation.values(as_today(formulation.problem))
    answer = search_mip(formulation.model, strategy_for(formulation), starts=[today], seconds=0.0)
    assert answer.objective <= formulation.model.objective(today)


def test_progress_narrows_and_never_contradicts_the_answer() -> None:
    """Costs told are plans that exist; bounds told are bounds."""
    formulation = formulate(random_town(3))
    told: list[tuple[float, float]] = []
    answer = search_mip(
        formulation.model,
        strategy_for(formulation),
        starts=[formulation.values(as_today(formulation.problem))],
        progress=lambda cost, bound: told.append((cost, bound)),
    )
    assert told
    assert all(cost >= answer.bound - 1.0 and bound <= answer.objective + 1.0 for cost, bound in told)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("alone", [False, True])
def test_the_greedy_plan_keeps_every_rule_and_never_costs_more_than_today(seed: int, *, alone: bool) -> None:
    """It is only a place to begin, but a plan that breaks a rule would be no place at all."""
    formulation = formulate(random_town(seed), scope="alone" if alone else "joint")
    values = formulation.values(greedy_decision(formulation))
    assert not formulation.model.breaks(values)
    today = formulation.values(as_today(formulation.problem))
    assert formulation.model.objective(values) <= formulation.model.objective(today)


def test_trying_to_empty_a_building_leaves_everything_as_it_was() -> None:
    """Reasons are asked of a finished plan, which must not change by being asked."""
    formulation = formulate(random_town(0))
    town = Town(formulation)
    before = town.place.copy(), town.kept.copy(), town.load.copy()
    for building in np.flatnonzero(~formulation.problem.buildings["must_keep"].to_numpy()):
        town.would_empty(int(building))
    for was, now in zip(before, (town.place, town.kept, town.load), strict=True):
        np.testing.assert_array_equal(was, now)
