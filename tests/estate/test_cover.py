"""Response cover: counts on paper, the five questions against brute force, and words."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.cover import BEYOND, GAINS, LOSES, STAYS, Ground, compare_cover
from estate.cover_choice import Pins, best_stations, solve_question
from estate.cover_telling import best_table, cover_sentences, tell_cover
from geodata.errors import CoverageError, DataError, InfeasibleError


def ground(minutes: list[list[float]], demand: list[float], today: list[bool], **changes: object) -> Ground:
    """Return a small ground; sites are A, B, C ..."""
    names = [chr(65 + number) for number in range(len(today))]
    sites = pd.DataFrame(
        {"name": names, "organisation": "Fire", "use": "fire station", "today": today}, index=pd.Index(names)
    )
    plain = Ground(
        areas=pd.Index([f"a{number}" for number in range(len(demand))], name="oa_code"),
        demand=np.array(demand, dtype=float),
        counted="residents",
        sites=sites,
        minutes=np.array(minutes, dtype=float),
        within_min=10.0,
        limit_min=60.0,
        indicative=True,
    )
    return replace(plain, **changes)


LINE = ground([[5, 12, 30], [9, 8, 20], [14, 6, 12], [30, 11, 4], [np.nan, np.nan, 40]], [100, 50, 200, 80, 10],
              [True, True, False])  # fmt: skip


def random_ground(seed: int, n: int = 14, m: int = 7) -> Ground:
    """Return areas and sites at random places, three of them stations today."""
    random = np.random.default_rng(seed)
    distance = np.linalg.norm(random.random((n, 1, 2)) - random.random((1, m, 2)), axis=2) * 30
    distance[distance > 27] = np.nan
    return ground(distance.tolist(), random.integers(0, 90, n).tolist(), [True] * 3 + [False] * (m - 3))


def choices(pins: Pins, sizes: range) -> list[np.ndarray]:
    """Return every choice of stations that keeps the pins."""
    m = len(pins.required)
    masks = [np.isin(np.arange(m), chosen) for size in sizes for chosen in combinations(range(m), size)]
    return [mask for mask in masks if not (pins.required & ~mask).any() and not (pins.forbidden & mask).any()]


def some_pins(m: int = 7) -> Pins:
    """Return pins that require the second and forbid the fourth site."""
    return Pins(np.arange(m) == 1, np.arange(m) == 3)


def test_who_comes_newly_within_is_counted_by_hand() -> None:
    """A and B today; C opens and A closes: a0 falls out, a3 comes in."""
    change = compare_cover(LINE, np.array([False, True, True]))
    assert change.areas["change"].tolist() == [LOSES, STAYS, STAYS, GAINS, BEYOND]
    assert (change.before, change.after) == (350, 330)
    assert (change.demand_of(GAINS), change.demand_of(LOSES)) == (80, 100)
    assert change.stations["role"].tolist() == ["closes", "stays", "opens"]
    assert change.stations["within"].tolist() == [150, 250, 80]
    assert change.stations["only_it"].tolist() == [0, 250, 80]
    assert change.before_mean_min == pytest.approx((100 * 5 + 50 * 8 + 200 * 6 + 80 * 11 + 10 * 60) / 440)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 5_000), n_open=st.integers(1, 5))
def test_every_question_is_answered_as_by_trying_all(seed: int, n_open: int) -> None:
    """Each with its own measure, over all choices that keep the pins."""
    facts, pins = random_ground(seed), some_pins()
    if facts.total == 0:
        return
    best = {one.question: one for one in best_stations(facts, n_open, pins, seconds=20)}
    of_n, any_size = choices(pins, range(n_open, n_open + 1)), choices(pins, range(8))
    assert best["reach"].value == max(facts.reached(mask) for mask in of_n)
    assert best["mean"].value == pytest.approx(min(facts.mean_min(mask) for mask in of_n))
    today = facts.reached(facts.today)
    enough = [mask.sum() for mask in any_size if today and facts.reached(mask) >= today]
    assert ("as today" in best) == bool(enough)
    if enough:
        assert best["as today"].value == min(enough)
    every = facts.reached(~pins.forbidden)
    assert best["all"].value == min(mask.sum() for mask in any_size if facts.reached(mask) >= every)
    asked = (facts.demand > 0) & np.isfinite(facts.nearest(~pins.forbidden))
    longest = min(facts.nearest(mask)[asked].max() for mask in of_n) if asked.any() else np.inf
    assert ("farthest" in best) == bool(np.isfinite(longest))
    if np.isfinite(longest):
        assert best["farthest"].value == pytest.approx(longest)
    for one in best.values():
        assert one.status == "optimal"
        assert one.bound == pytest.approx(one.value)
        assert not (one.opened & pins.forbidden).any()
        assert (one.opened | ~pins.required).all()


def test_of_equal_choices_the_one_that_keeps_todays_stations_is_taken() -> None:
    """Two sites reach the same people; the station of today stays."""
    facts = ground([[5, 5], [5, 5]], [10, 10], [False, True])
    free = Pins(np.zeros(2, dtype=bool), np.zeros(2, dtype=bool))
    for question in ("reach", "as today", "all"):
        best = solve_question(facts, question, 1, free)  # type: ignore[arg-type]
        assert best is not None
        assert best.opened.tolist() == [False, True]


def test_one_more_candidate_never_makes_the_best_choice_worse() -> None:
    """More freedom, no less cover."""
    for seed in range(10):
        facts = random_ground(seed)
        none, last = np.zeros(7, dtype=bool), np.arange(7) == 6
        more = solve_question(facts, "reach", 3, Pins(none, none))
        fewer = solve_question(facts, "reach", 3, Pins(none, last))
        assert more is not None
        assert fewer is not None
        assert more.value >= fewer.value


def test_the_sentences_say_what_is_proved_and_that_it_is_indicative() -> None:
    """Read as a user would."""
    change = compare_cover(LINE, np.array([True, True, True]))
    free = Pins(np.zeros(3, dtype=bool), np.zeros(3, dtype=bool))
    best = best_stations(LINE, 2, free)
    lines = cover_sentences(LINE, change, best, 2)
    assert lines[0] == (
        "Today, 2 stations: 350 of 440 residents (79.5%) are within 10 minutes of one; 8.1 minutes on average."
    )
    assert lines[1].startswith("After C opens: 430 of 440 residents (97.7%)")
    assert any("Most residents with 2 of 3 sites: 350" in line and "(proved)" in line for line in lines)
    assert any("1 area with residents lie" in line or "1 area with residents lies" in line for line in lines)
    assert "indicative" in lines[-1]
    told = tell_cover(LINE, change, best, 2)
    assert told["newly_within"] == 80
    assert {row["question"] for row in told["best"]} == {"reach", "as today", "all", "mean", "farthest"}
    assert len(best_table(LINE, best, 2)) == 5


def test_where_there_is_no_station_today_nothing_is_said_of_today() -> None:
    """Which fire stations should host ambulances, where the register has no ambulance station."""
    facts = ground([[5, 12], [12, 5]], [10, 20], [False, False])
    free = Pins(np.zeros(2, dtype=bool), np.zeros(2, dtype=bool))
    best = best_stations(facts, 1, free)
    lines = cover_sentences(facts, compare_cover(facts, facts.today), best, 1)
    assert lines[0] == "There is no station today."
    assert "as today" not in {one.question for one in best}
    assert "It opens B." in lines[1]


def test_impossible_questions_are_refused_in_words() -> None:
    """A table too short, nobody at all, no site, too many required."""
    with pytest.raises(CoverageError, match="up to 5 minutes, but the cover asks about 10"):
        replace(LINE, limit_min=5)
    with pytest.raises(DataError, match="no area has any residents"):
        replace(LINE, demand=np.zeros(5))
    with pytest.raises(DataError, match="no station and no candidate"):
        replace(LINE, sites=LINE.sites[:0])
    with pytest.raises(InfeasibleError, match="3 sites are required"):
        best_stations(LINE, 2, Pins(np.ones(3, dtype=bool), np.zeros(3, dtype=bool)))
