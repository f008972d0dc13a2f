"""Savings with least harm, best access for the money, and the front: against every plan of small towns."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from estate.decision import as_today, at_once, total_cost
from estate.load import load_prices
from estate.model import formulate
from estate.options import do_nothing, solve_options
from estate.targets import Target, _harm, _served_by, front, reach, target_named
from geodata.errors import DataError, InfeasibleError
from geodata.place import read_place
from tests.estate.town_facts import random_town, with_rules


def every_plan(seed: int):
    """Return problem, formulation and all plans that keep the rules."""
    problem = random_town(seed)
    formulation = formulate(problem)
    places = [group["building"].tolist() for _, group in problem.arcs.groupby("block")]
    plans = []
    must = problem.buildings["must_keep"].to_numpy()
    for place in itertools.product(*places):
        held = must | np.isin(np.arange(len(must)), place)
        for choice in itertools.product([False, True], repeat=int((~held).sum())):
            kept = held.copy()
            kept[~held] = choice
            one = at_once(np.array(place, dtype=np.intp), kept)
            if not formulation.model.breaks(formulation.values(one)):
                plans.append(one)
    return problem, formulation, plans


@pytest.mark.parametrize("seed", [1, 3, 7])
def test_a_saving_is_reached_with_the_least_harm_there_is(seed: int) -> None:
    """Harm of the plan equals the least over all plans that save as much; too much is refused with what is possible."""
    problem, formulation, plans = every_plan(seed)
    nothing = do_nothing(problem)
    annual = problem.buildings["annual_gbp"].to_numpy()
    saving = {number: 1 - annual[one.kept].sum() / annual.sum() for number, one in enumerate(plans)}
    most = max(saving.values())
    if most < 0.02:
        pytest.skip("nothing can be saved in this town")
    today = _served_by(formulation, as_today(problem))
    harm = [float(_harm(formulation) @ formulation.values(one)) + today - _served_by(formulation, one) for one in plans]
    asked = most / 2
    found = reach(problem, Target("saving", asked), nothing=nothing)
    least = min(harm[number] for number, share in saving.items() if share >= asked - 1e-9)
    assert found.points == pytest.approx(least, abs=0.5)
    assert found.bound_points <= least + 0.5
    assert found.saving_share >= asked - 1e-9
    assert "about its own aim" in found.plan.sentence()
    with pytest.raises(InfeasibleError, match="the most found is"):
        reach(problem, Target("saving", min(most + 0.05, 1.0)), nothing=nothing)


def test_the_weight_of_a_kilometre_is_the_users_and_is_told() -> None:
    """Against every plan again, with kilometres that weigh nothing and some that weigh a hundred residents."""
    base, _, plans = every_plan(1)
    annual = base.buildings["annual_gbp"].to_numpy()
    saving = [1 - annual[one.kept].sum() / annual.sum() for one in plans]
    asked = max(saving) / 2
    for weight, words in (
        (0.0, "only residents no longer served count"),
        (100.0, "as much as 100 residents no longer"),
    ):
        problem = with_rules(base, residents_per_fte_km=weight)
        formulation = formulate(problem)
        today = _served_by(formulation, as_today(problem))
        harm = [
            float(_harm(formulation) @ formulation.values(one)) + today - _served_by(formulation, one) for one in plans
        ]
        found = reach(problem, Target("saving", asked), nothing=do_nothing(problem))
        least = min(one for one, share in zip(harm, saving, strict=True) if share >= asked - 1e-9)
        assert found.points == pytest.approx(least, abs=0.5)
        assert words in found.sentences()[-1]
        assert words in found.plan.assumptions[-1]


def test_place_toml_sets_the_weight_of_a_kilometre(tmp_path: Path) -> None:
    """Under [assumptions]; below 0 is refused by name."""
    path = tmp_path / "place.toml"
    path.write_text('[place]\nname = "X"\n[assumptions]\nresidents_per_fte_km = 2.5\n', encoding="utf-8")
    assert load_prices(read_place(path)).rules.residents_per_fte_km == 2.5
    path.write_text('[place]\nname = "X"\n[assumptions]\nresidents_per_fte_km = -1\n', encoding="utf-8")
    with pytest.raises(DataError, match="'residents_per_fte_km' is -1, below 0"):
        load_prices(read_place(path))


@pytest.mark.parametrize("seed", [1, 3])
def test_the_best_access_for_the_money_is_found(seed: int) -> None:
    """No plan within the budget serves more."""
    problem, formulation, plans = every_plan(seed)
    nothing = do_nothing(problem)
    found = reach(problem, Target("access", 50_000.0), nothing=nothing)
    within = [one for one in plans if total_cost(problem, one) <= nothing.cost_gbp + 50_000.0]
    best = max(_served_by(formulation, one) for one in within)
    assert found.points == pytest.approx(best, abs=0.5)
    assert found.bound_points >= best - 0.5


@pytest.mark.parametrize("seed", [1, 3])
def test_every_point_of_the_front_brackets_the_truth(seed: int) -> None:
    """Between bound and plan lies the least cost of all plans that serve as many; more access never costs less."""
    problem, formulation, plans = every_plan(seed)
    table = front(problem, nothing=do_nothing(problem), points=4)
    for row in table.itertuples():
        cheapest = min(
            total_cost(problem, one) for one in plans if _served_by(formulation, one) >= row.served_at_least - 1e-3
        )
        assert row.bound_gbp <= cheapest * (1 + 1e-6)
        assert row.cost_gbp >= cheapest * (1 - 1e-9)
        assert row.cost_gbp == pytest.approx(cheapest, rel=2e-4)
    assert table["bound_gbp"].is_monotonic_increasing or table["bound_gbp"].diff().min() > -1.0
    assert table["cost_gbp"].iloc[0] == pytest.approx(solve_options(problem)[2].cost_gbp, rel=2e-4)


def test_targets_are_read_as_users_write_them() -> None:
    """Slips are told with the form that is meant."""
    assert target_named("saving:20%") == Target("saving", 0.2)
    assert target_named("access:250,000") == Target("access", 250_000.0)
    for wrong in ("saving:0", "savings:20", "access:x"):
        with pytest.raises(DataError, match="write saving:20"):
            target_named(wrong)
