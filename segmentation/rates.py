"""Counts held against what was expected: index, Byar's interval, exact Poisson probabilities, false discoveries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, poisson

Floats = NDArray[np.float64]


def index_of(observed: Floats, expected: Floats) -> Floats:
    """Return 100 x observed / expected; not-a-number where nothing was expected.

    Examples
    --------
    >>> index_of(np.array([12.0, 3.0]), np.array([8.0, 0.0])).tolist()
    [150.0, nan]
    """
    return 100.0 * observed / np.where(expected > 0, expected, np.nan)


def byar_interval(observed: Floats, expected: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the limits of the index within which the true one lies, by Byar's approximation to the Poisson.

    low = O (1 - 1/(9 O) - z/(3 sqrt(O)))^3 / E, high = (O+1) (1 - 1/(9 (O+1)) + z/(3 sqrt(O+1)))^3 / E, times 100
    (Breslow and Day 1987, p. 69).

    Parameters
    ----------
    observed, expected
        Counts and expected counts, any shape.
    level
        How often the interval holds the truth, 0 to 1.

    Examples
    --------
    >>> low, high = byar_interval(np.array([100.0]), np.array([100.0]))
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([81.4], [121.6])
    """
    z = float(norm.ppf(0.5 + level / 2))
    some, more = np.where(observed > 0, observed, np.nan), observed + 1.0
    low = some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    high = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return index_of(np.where(observed == 0, 0.0, low), expected), index_of(high, expected)


def poisson_p(observed: Floats, expected: Floats) -> Floats:
    """Return how often chance alone gives a count as far from the expected one as this, on either side (exact).

    Twice the smaller tail, at most 1; not-a-number where nothing was expected.

    Examples
    --------
    >>> poisson_p(np.array([0.0, 5.0]), np.array([5.0, 5.0])).round(4).tolist()
    [0.0135, 1.0]
    """
    known = np.where(expected > 0, expected, np.nan)
    tails = np.minimum(poisson.cdf(observed, known), poisson.sf(observed - 1, known))
    p: Floats = np.minimum(1.0, 2.0 * tails)
    return p


def false_discovery(p: Floats) -> Floats:
    """Return q: the share of false discoveries among all that are at least as striking (Benjamini, Hochberg 1995).

    Parameters
    ----------
    p
        Probabilities of independent tests, shape (n,); not-a-number takes no part.

    Examples
    --------
    >>> false_discovery(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    q = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(1.0, np.minimum.accumulate(raised[::-1])[::-1])
    return q
