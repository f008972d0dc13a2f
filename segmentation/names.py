"""Names for segments, proposed in plain words from what they have more of than the place.

A name is put together from phrases: people ("home owners"), what they are like ("older") and where they live ("detached
homes"). A phrase counts by the effect size of its variable, against the place and, for a sub-cluster, against its super
cluster too, so that siblings are told apart. People who are half of the segment or more lead: "Married home owners in
detached homes"; others are "many": "Terraced homes with many private renters". Where a segment differs little from the
place, smaller differences are said, as what they are: "Home owners, somewhat more tradespeople". A place's own columns
are said in its own words. The proposals are data, to be edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import isnan

import pandas as pd

from segmentation.grammar import MAJORITY, WORTH_SAYING, Part, composed
from segmentation.phrases import Phrase, read_phrases

SMALLER = (0.2, 0.1, 0.02)
"""Effect sizes that are said where nothing larger, or nothing else that no other segment is called, is found."""
AGAINST_PARENT = 0.8
"""Weight of the difference from the super cluster beside that from the place."""
SIZEABLE = 0.25
"""Share below which a kind of home is not worth a name."""
NOTICED = 0.03
"""Share below which people are too few for a name, however many times more of them there are."""
RURAL = 0.8
"""Effect size from which the density of an area makes it countryside."""


def propose_names(
    effects: pd.DataFrame,
    shares: pd.DataFrame,
    parents: Mapping[int, int],
    *,
    place: str = "the whole place",
    per_km2: float = 1.0,
    own: Sequence[Phrase] = (),
) -> dict[tuple[str, int], str]:
    """Return a name for every segment, each different from all others.

    The only sub-cluster of a super cluster is the same people and is called so.

    Parameters
    ----------
    effects
        Effect sizes against the place, indexed by ``level`` and ``segment``, one column per variable.
    shares
        Shares (0 to 1), and the density, in the same shape.
    parents
        Super cluster of each sub-cluster.
    place
        Name of the place, for the segment that is all of it.
    per_km2
        Residents per square kilometre that one unit of the density stands for: 100 where it is per hectare.
    own
        Words for columns of the place's own.

    Returns
    -------
    dict
        Name by level ("super", "sub") and number.
    """
    names: dict[tuple[str, int], str] = {}
    taken: set[str] = set()
    keys = [(str(level), int(number)) for level, number in effects.index]
    for level, number in sorted(keys, key=lambda key: (key[0] != "super", key[1])):
        above = _row(effects, ("super", parents[number])) if level == "sub" else None
        segment = _Segment(_row(effects, (level, number)), _row(shares, (level, number)), above, per_km2, tuple(own))
        if level == "sub" and list(parents.values()).count(parents[number]) == 1:
            proposals = iter([f"{names['super', parents[number]]} (not divided further)"])
        else:
            is_whole = level == "super" and sum(key[0] == "super" for key in keys) == 1
            proposals = _proposals(segment, f"All residents of {place}" if is_whole else f"Much like {place}")
        names[level, number] = next(name for name in proposals if name.casefold() not in taken)
        taken.add(names[level, number].casefold())
    return names


@dataclass(frozen=True, slots=True)
class _Segment:
    """What a name is made from: see :func:`fitting_parts`."""

    effects: Mapping[str, float]
    shares: Mapping[str, float]
    parent: Mapping[str, float] | None
    per_km2: float
    own: tuple[Phrase, ...]

    def parts(self, least: float) -> list[Part]:
        """Return the phrases that fit from an effect size on and can stand in a name by themselves."""
        fitting = fitting_parts(self.effects, self.shares, self.parent, per_km2=self.per_km2, own=self.own, least=least)
        return fitting if any(part.phrase.stands for part in fitting) else []


def fitting_parts(
    effects: Mapping[str, float],
    shares: Mapping[str, float],
    parent: Mapping[str, float] | None = None,
    *,
    per_km2: float = 1.0,
    own: Sequence[Phrase] = (),
    least: float = WORTH_SAYING,
) -> list[Part]:
    """Return the phrases that fit a segment, the most telling first, one per theme.

    Parameters
    ----------
    effects, shares
        Of the segment, by variable.
    parent
        Effect sizes of its super cluster.
    per_km2
        Residents per square kilometre that one unit of the density stands for.
    own
        Words for columns of the place's own.
    least
        Effect size below which nothing is said.
    """
    parts = [
        _part(phrase, effects[phrase.variable], shares[phrase.variable], (parent or {}).get(phrase.variable, 0.0))
        for phrase in (*read_phrases(), *own)
        if phrase.variable in effects
    ]
    crowd = shares.get("density", 0.0) * per_km2
    fitting = [part for part in parts if _is_worth_saying(part, least) and crowd < part.phrase.below]
    best: dict[str, Part] = {}
    for part in sorted(fitting, key=lambda part: (-part.score, part.phrase.variable)):
        best.setdefault(part.phrase.theme, part)
    return list(best.values())


def _part(phrase: Phrase, effect: float, share: float, parent: float) -> Part:
    """Return how a phrase fits; being above the super cluster counts at most as much as being above the place."""
    effect, share = effect * phrase.direction, share if phrase.direction > 0 else 1 - share
    beyond = 0.0 if isnan(parent) else min(effect - parent * phrase.direction, effect)
    share = MAJORITY if phrase.variable == "density" else share
    return Part(phrase, phrase.weight * (effect + AGAINST_PARENT * beyond), effect, share)


def _is_worth_saying(part: Part, least: float) -> bool:
    """Return True where a part is above the place by enough, and true of enough people or homes."""
    phrase = part.phrase
    if part.effect < (RURAL if phrase.variable == "density" else least) or part.score <= 0:
        return False
    return bool(phrase.whole) or part.share >= (SIZEABLE if phrase.home else NOTICED)


def _proposals(segment: _Segment, otherwise: str) -> Iterator[str]:
    """Yield names for a segment, the best first, without end; those made of one phrase only come last.

    `otherwise` is said where it does not differ from the place in anything that has words.
    """
    short = []
    for least in (WORTH_SAYING, *SMALLER):
        for chosen in _choices(segment.parts(least)):
            name = composed(chosen)
            if name.n_phrases > 1:
                yield name.text
            else:
                short.append(name.text)
    yield from short
    alike = short[0] if short else otherwise
    yield alike
    for number in count(2):
        yield f"{alike}, group {number}"


def _choices(parts: list[Part]) -> Iterator[list[Part]]:
    """Yield the parts, then the parts with one left out, the least telling of those that matter first."""
    if parts:
        yield parts
    for left_out in (2, 1, 3, 0):
        rest = parts[:left_out] + parts[left_out + 1 :]
        if left_out < len(parts) and any(part.phrase.stands for part in rest):
            yield rest


def _row(frame: pd.DataFrame, key: tuple[str, int]) -> dict[str, float]:
    values = frame.loc[[key]].to_numpy(dtype="float64")[0]
    return dict(zip(frame.columns.astype("str"), values.tolist(), strict=True))
