"""The arithmetic of present value, on the figures of the published cases."""

from __future__ import annotations

import numpy as np
import pytest

from estate.appraisal import annuity_factor, discount_factor, present_value


@pytest.mark.parametrize(("saving", "expected"), [(188.0, -56), (185.0, -81)])
def test_suffolk_loses_by_a_hair_over_ten_years(saving: float, expected: int) -> None:
    """The published case claims 1,880 over ten years; discounted it does not pay back."""
    assert round(present_value([-1_620.0] + [saving] * 10)) == expected


def test_suffolk_gains_over_twenty_years() -> None:
    """Twice the horizon turns the sign: +1,052 on 188 a year."""
    assert round(present_value([-1_620.0] + [188.0] * 20)) == 1_052


@pytest.mark.parametrize(("saving", "expected"), [(1_570.0, 12_060), (1_700.0, 13_140)])
def test_west_cheshire_from_year_one(saving: float, expected: int) -> None:
    """Savings every year and 220 a year of one-off cost for five years: 12.06 to 13.14 million."""
    flows = np.array([0.0] + [saving] * 10)
    flows[1:6] -= 220.0
    assert present_value(flows) == pytest.approx(expected, abs=10)


@pytest.mark.parametrize(("saving", "expected"), [(1_570.0, 9_130), (1_700.0, 9_970)])
def test_west_cheshire_building_up(saving: float, expected: int) -> None:
    """With a five-year straight-line build-up: 9.13 to 9.97 million."""
    flows = np.array([0.0] + [saving * min(year, 5) / 5 for year in range(1, 11)])
    flows[1:6] -= 220.0
    assert present_value(flows) == pytest.approx(expected, abs=15)


def test_the_rate_falls_after_thirty_years() -> None:
    """The Green Book takes 3.5 % to year 30 and 3.0 % from year 31."""
    thirty, thirty_one = discount_factor([30, 31])
    assert thirty == pytest.approx(1.035**-30)
    assert thirty_one / thirty == pytest.approx(1 / 1.03)


def test_an_annuity_is_the_sum_of_its_years() -> None:
    """The factor must agree with adding year by year."""
    assert annuity_factor(40) == pytest.approx(discount_factor(np.arange(1.0, 41.0)).sum())


def test_part_of_a_year_pays_its_part() -> None:
    """Rent for two and a half years is two years and half a year, not three."""
    whole, half = annuity_factor(2), 0.5 * discount_factor(2.5)
    assert annuity_factor(2.5) == pytest.approx(whole + half)
    assert annuity_factor(0.0) == 0.0


def test_without_discounting_money_just_adds_up() -> None:
    """At a rate of nothing the factors are counts."""
    assert annuity_factor(7, rate=0.0) == 7.0
    assert present_value([-3.0, 1.0, 1.0, 1.0], rate=0.0) == 0.0
