"""What a stream of yearly money is worth today, by the Green Book.

The economic view only: real prices, no interest, no transfers. Year 0 is today and is not discounted; a yearly flow
falls at the end of its year unless said otherwise. Source of the rates: HM Treasury, The Green Book (2022), annex 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

GREEN_BOOK_RATE = 0.035
GREEN_BOOK_LONG_RATE = 0.03
LONG_TERM_FROM_YEAR = 30.0


def discount_factor(
    years: float | Sequence[float] | NDArray[np.float64],
    *,
    rate: float = GREEN_BOOK_RATE,
    long_rate: float | None = None,
) -> NDArray[np.float64]:
    """Return what one pound after so many years is worth today.

    ``(1 + rate) ** -min(t, 30) * (1 + long_rate) ** -max(t - 30, 0)`` (Green Book: 3.5 %, and 3.0 % after year 30).

    Parameters
    ----------
    years
        Time from today (years, 0 or more), any shape.
    rate
        Real discount rate a year up to year 30.
    long_rate
        Rate after year 30; by default 3.0 %, or ``rate`` where that is lower.

    Examples
    --------
    >>> discount_factor([0, 10]).round(4).tolist()
    [1.0, 0.7089]
    """
    t = np.asarray(years, dtype=np.float64)
    later = min(GREEN_BOOK_LONG_RATE, rate) if long_rate is None else long_rate
    early, late = np.minimum(t, LONG_TERM_FROM_YEAR), np.maximum(t - LONG_TERM_FROM_YEAR, 0.0)
    return np.asarray((1.0 + rate) ** -early * (1.0 + later) ** -late)


def annuity_factor(
    years: float | Sequence[float] | NDArray[np.float64], *, rate: float = GREEN_BOOK_RATE
) -> NDArray[np.float64]:
    """Return the present value of one pound a year for so many years, paid at the end of each year.

    A part of a year pays its part, at its end: 2.5 years are two pounds after 1 and 2 years and 50p after 2.5.

    Parameters
    ----------
    years
        How long the pound is paid (years, 0 or more), any shape.
    rate
        Real discount rate a year.

    Examples
    --------
    >>> annuity_factor([1, 10]).round(4).tolist()
    [0.9662, 8.3166]
    """
    t = np.asarray(years, dtype=np.float64)
    whole = np.floor(t).astype(np.intp)
    sums = np.concatenate([[0.0], np.cumsum(discount_factor(np.arange(1.0, whole.max(initial=0) + 1), rate=rate))])
    return np.asarray(sums[whole] + (t - whole) * discount_factor(t, rate=rate))


def present_value(flows: Sequence[float] | NDArray[np.float64], *, rate: float = GREEN_BOOK_RATE) -> float:
    """Return the present value of yearly flows; the first is today's, the next falls after one year.

    Parameters
    ----------
    flows
        Money by year (GBP, real), shape (n_years + 1,); costs are negative.
    rate
        Real discount rate a year.

    Examples
    --------
    Suffolk's six shared stations, in thousands: 1,620 of capital, then 188 a year for ten years.

    >>> round(present_value([-1620] + [188] * 10))
    -56
    """
    money = np.asarray(flows, dtype=np.float64)
    years = np.arange(len(money), dtype=np.float64)
    return float((money * discount_factor(years, rate=rate)).sum())
