"""Numbers in plain words: pounds, people and short lists, rounded so that the sentence around them stays true."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

Rounding = Literal["nearest", "down", "up"]
MILLION = 1_000_000.0
THOUSAND = 1_000.0


def pounds(amount: float, *, rounding: Rounding = "nearest") -> str:
    """Return an amount as people write it: millions with one decimal, then whole thousands, then pounds.

    Parameters
    ----------
    amount
        Money (GBP).
    rounding
        ``down`` for "at least", ``up`` for "at most"; both towards minus or plus infinity.

    Examples
    --------
    >>> pounds(12_345_678), pounds(84_600), pounds(-250.4)
    ('£12.3m', '£85,000', '-£250')
    >>> pounds(12_345_678, rounding="up")
    '£12.4m'
    """
    size = abs(amount)
    step = MILLION / 10 if size >= MILLION else THOUSAND if size >= 10 * THOUSAND else 1.0
    steps = {"nearest": round(amount / step), "down": math.floor(amount / step), "up": math.ceil(amount / step)}
    value = step * steps[rounding]
    sign = "-" if value < 0 else ""
    if abs(value) >= MILLION:
        return f"{sign}£{abs(value) / MILLION:,.1f}m"
    return f"{sign}£{abs(value):,.0f}"


def metres(distance_m: float) -> str:
    """Return a distance: metres below one kilometre, else kilometres.

    Examples
    --------
    >>> metres(420), metres(1_440)
    ('420 m', '1.4 km')
    """
    return f"{distance_m:,.0f} m" if distance_m < THOUSAND else f"{distance_m / THOUSAND:,.1f} km"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(number: int, word: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "team"), counted(3, "team")
    ('1 team', '3 teams')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"
