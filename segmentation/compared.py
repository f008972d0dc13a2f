"""What a segment has more and fewer of than the base, in words, and what a place's own columns come to in it.

The words are those of the variables ("more home owners", "fewer households without a car"); columns of the place's own
speak in the words that the place gave them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from geodata.variables import Variable

SAID = 3
"""How many things are said of each direction."""
LEAST_EFFECT = 0.2
"""Effect size below which a segment is called much like the base."""


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """What one of the place's own columns comes to in a segment.

    Parameters
    ----------
    label
        Of the column.
    sentence
        The figure with its base, in words.
    index
        100 is like the base; None where the base does not tell.
    reading
        The place's words for more or fewer, or "about the same".
    """

    label: str
    sentence: str
    index: float | None
    reading: str


def compared_words(variables: Iterable[Variable], effects: pd.Series, base: str) -> str:
    """Return what a segment has more of, what it has fewer of, and the place's own columns; the most unusual first.

    Parameters
    ----------
    variables
        Those to speak of.
    effects
        Effect sizes of the segment against the base, indexed by variable; what is missing is not spoken of.
    base
        Name of the base.

    Examples
    --------
    >>> owners = Variable("o", "d", "", "homes", "owned", ("a",), "b", more="more home owners", fewer="fewer owners")
    >>> cars = Variable("c", "d", "", "homes", "have cars", ("c",), "b", more="more cars", fewer="fewer cars")
    >>> compared_words([owners, cars], pd.Series({"o": 0.5, "c": -0.9}), "Derbyshire")
    'Compared with Derbyshire: more home owners; fewer cars.'
    >>> compared_words([owners, cars], pd.Series({"o": 0.1, "c": float("nan")}), "Derbyshire")
    'Much like Derbyshire in all that was counted.'
    """
    about = {variable.name: variable for variable in variables}
    known = effects.reindex(list(about)).dropna()
    known = known[known.abs() >= LEAST_EFFECT].sort_values(key=abs, ascending=False, kind="stable")
    own = pd.Series([about[str(name)].is_own for name in known.index], index=known.index, dtype="bool")
    parts = (known[~own & (known > 0)][:SAID], known[~own & (known < 0)][:SAID], known[own])
    clauses = (", ".join(about[str(name)].direction(effect) for name, effect in part.items()) for part in parts)
    said = "; ".join(filter(None, clauses))
    return f"Compared with {base}: {said}." if said else f"Much like {base} in all that was counted."


def own_figures(
    variables: Sequence[Variable], shares: pd.Series, effects: pd.Series, *, base: str, base_shares: pd.Series
) -> tuple[OwnFigure, ...]:
    """Return what each of the place's own columns comes to in a segment.

    Parameters
    ----------
    variables
        All variables; those of the place's own are taken.
    shares, effects
        Of the segment, indexed by variable.
    base, base_shares
        Name and shares of what it is held against; NaN where the base does not tell.
    """
    return tuple(
        _figure(one, float(shares[one.name]), float(effects.get(one.name, float("nan"))), base,
                float(base_shares.get(one.name, float("nan"))))
        for one in variables
        if one.is_own
    )  # fmt: skip


def _figure(variable: Variable, share: float, effect: float, base: str, base_share: float) -> OwnFigure:
    if isnan(share):
        return OwnFigure(variable.label, "not known here", None, "")
    index = None if isnan(base_share) or not base_share else 100 * share / base_share
    beside = f"not known for {base}" if isnan(base_share) else f"{variable.figure(base_share)} in {base}"
    reading = "" if isnan(effect) else "about the same" if abs(effect) < LEAST_EFFECT else variable.direction(effect)
    return OwnFigure(variable.label, f"{variable.sentence(share)} ({beside})", index, reading)
