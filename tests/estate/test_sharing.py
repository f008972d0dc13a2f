"""Rules for sharing a saving, against what is known of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.sharing import by_agreement, in_proportion, nucleolus, objections, shapley, side_payments
from geodata.errors import DataError

NAMES = ["Council", "Police", "Fire", "Health"]


def convex(some: frozenset[str]) -> float:
    """Return a saving that grows faster than the number of bodies: its Shapley value is in the core."""
    return float(len(some) ** 2 - 1) if some else 0.0


@given(st.lists(st.floats(0, 100), min_size=15, max_size=15))
@settings(max_examples=30, deadline=None)
def test_shares_add_up_to_the_saving_of_all(worth: list[float]) -> None:
    """Efficiency: nothing is lost and nothing made up, whatever the coalitions save."""
    groups = [frozenset(group) for size in range(1, 5) for group in combinations(NAMES, size)]
    saving = dict(zip(groups, worth, strict=True))
    assert shapley(NAMES, saving.__getitem__).value.sum() == pytest.approx(saving[frozenset(NAMES)], abs=1e-6)
    assert nucleolus(NAMES, saving.__getitem__).sum() == pytest.approx(saving[frozenset(NAMES)], abs=1e-6)


def test_bodies_that_add_the_same_get_the_same_and_a_dummy_gets_nothing() -> None:
    """Symmetry and dummy, the other axioms of Shapley."""

    def saving(some: frozenset[str]) -> float:
        return 12.0 if {"Council", "Police"} <= some else 0.0

    for shares in (shapley(NAMES, saving).value, nucleolus(NAMES, saving)):
        assert shares["Council"] == pytest.approx(6.0)
        assert shares["Police"] == pytest.approx(6.0)
        assert shares["Fire"] == pytest.approx(0.0, abs=1e-6)


def test_the_nucleolus_of_a_bankruptcy_is_the_talmuds() -> None:
    """Aumann and Maschler (1985): claims of 100, 200 and 300 on 200 are paid 50, 75 and 75."""
    claims = {"a": 100.0, "b": 200.0, "c": 300.0}

    def saving(some: frozenset[str]) -> float:
        return max(200.0 - sum(claim for name, claim in claims.items() if name not in some), 0.0)

    assert nucleolus(list(claims), saving).round(6).to_dict() == {"a": 50.0, "b": 75.0, "c": 75.0}


def test_sampled_shares_are_near_the_truth_and_say_how_near() -> None:
    """Ten bodies: too many orders to count, so a standard error is told."""
    names = [f"body {place}" for place in range(10)]
    weight = {name: float(place) for place, name in enumerate(names)}

    def saving(some: frozenset[str]) -> float:
        return sum(weight[name] for name in some) ** 2 / 100

    found = shapley(names, saving, orders=300, seed=1)
    truth = np.array([weight[name] * sum(weight.values()) / 100 for name in names])
    assert not found.exact
    assert (np.abs(found.value.to_numpy() - truth) <= 4 * found.standard_error.to_numpy() + 1e-9).all()
    assert found.value.sum() == pytest.approx(saving(frozenset(names)))


def test_the_core_test_names_who_could_do_better() -> None:
    """A sharing by staff may leave two bodies with less than they could save by themselves."""
    assert objections(shapley(NAMES, convex).value.to_dict(), convex).empty
    unfair = objections({"Council": 15.0, "Police": 0.0, "Fire": 0.0, "Health": 0.0}, convex)
    assert unfair.loc[0, "bodies"] == "Fire + Health + Police"
    assert unfair.loc[0, "short_gbp"] == pytest.approx(8.0)


def test_side_payments_leave_nobody_worse_off() -> None:
    """Losers are made whole; winners pay in proportion."""
    net = {"Health": 24_413.0, "Fire": -11.0, "RSL": -209.0, "Police": 7_147.0}
    paid = side_payments(net)
    after = {
        name: value - paid.loc[paid["payer"].eq(name), "gbp"].sum() + paid.loc[paid["payee"].eq(name), "gbp"].sum()
        for name, value in net.items()
    }
    assert min(after.values()) == pytest.approx(0.0, abs=1e-9)
    assert sum(after.values()) == pytest.approx(sum(net.values()))


def test_agreed_shares_must_add_to_one() -> None:
    """All faults at once: a stranger, a negative share and a wrong sum."""
    with pytest.raises(DataError, match=r"'Polise' takes no part. Did you mean 'Police'.*Fire is -0.1.*add up to 0.9"):
        by_agreement(100.0, {"Polise": 0.5, "Fire": -0.1, "Council": 0.5}, NAMES)
    with pytest.raises(DataError, match="negative or missing for Fire -1"):
        in_proportion(100.0, {"Council": 1.0, "Fire": -1.0})
