"""What the cells of a column look like, and which columns they name where no heading does.

Pairs of coordinates need both halves: a heading that only resembles "coord y" gives way to two columns whose values are
coordinates. Which of two columns of metres is the easting is settled later, by where the rows then stand
(:mod:`estate.orientation`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from estate.shapes import SHAPES
from estate.words import is_word_of

SAMPLE = 400
SURE_BY_VALUES = 0.8  # values alone name a column when so many of them have the shape
VOCABULARIES = ("tenure", "holding", "status")
VOCABULARY_SHARE = 0.7  # so many cells are words of a vocabulary, whatever the heading says
PAIRS = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
SHAPE_OF = {"coordinates": "sure_pair", "postcode": "sure_postcode", "uprn": "long_uprn",
            "grid_reference": "grid_reference", "latitude": "sure_latitude", "longitude": "sure_longitude",
            "easting": "metres", "northing": "metres", "x": "metres", "y": "metres"}  # fmt: skip
WEAK_HALF = 0.65  # half a pair that is told no surer than this gives way
ROUND = 0.5  # where more numbers than this are whole thousands, they are sums of money and no places


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a column's filled cells.

    Parameters
    ----------
    shares
        Share of the cells that have each shape of :mod:`estate.shapes`.
    filled
        Number of cells looked at.
    distinct
        Share of them that differ.
    words
        Share of them that are words of each vocabulary: "tenure", "holding", "status".
    """

    shares: Mapping[str, float]
    filled: int
    distinct: float
    words: Mapping[str, float] = field(default_factory=dict)

    def vocabulary(self) -> str:
        """Return the vocabulary that most cells belong to, or ""."""
        best = max(self.words, key=lambda name: self.words[name], default="")
        return best if best and self.filled >= 2 and self.words[best] >= VOCABULARY_SHARE else ""


def evidence_of(column: pd.Series) -> Evidence:
    """Return what the cells of a column look like, a few hundred of them."""
    filled = column[column.ne("")]
    if len(filled) > SAMPLE:
        filled = filled.iloc[:: len(filled) // SAMPLE]
    cells = Counter(filled.tolist())
    n = max(len(filled), 1)
    shares = {shape: sum(times for cell, times in cells.items() if test(cell)) / n for shape, test in SHAPES.items()}
    words = {name: sum(times for cell, times in cells.items() if is_word_of(cell, name)) / n for name in VOCABULARIES}
    return Evidence(shares, len(filled), len(cells) / n, words)


def weak_halves(chosen: Mapping[str, tuple[str, float]]) -> list[str]:
    """Return the columns taken for half a pair of coordinates, weakly and without the other half.

    Parameters
    ----------
    chosen
        Column -> field and confidence.

    Examples
    --------
    >>> weak_halves({"Coord A": ("y", 0.51), "Easting": ("easting", 1.0)})
    ['Coord A']
    """
    fields = {name for name, _ in chosen.values()}
    other = {name: pair[1 - place] for pair in PAIRS for place, name in enumerate(pair)}
    return [
        column
        for column, (name, sure) in chosen.items()
        if name in other and other[name] not in fields and sure < WEAK_HALF
    ]


def told_by_values(
    names: tuple[str, ...], taken: set[str], free: list[str], evidence: Mapping[str, Evidence]
) -> dict[str, tuple[str, float]]:
    """Return column -> field and share of fitting cells, for columns that no heading named.

    Parameters
    ----------
    names
        All headings in order.
    taken
        Fields that a heading named.
    free
        Columns that no heading named, filled, in order.
    evidence
        What each column looks like.
    """
    told = _Told(names, list(free), set(taken), evidence, {})
    for first, second in PAIRS:
        if len({first, second} & told.taken) == 1:
            told.claim(second if first in told.taken else first)
    placed = any(set(pair) <= told.taken for pair in PAIRS) or "coordinates" in told.taken
    if not placed:
        told.claim("coordinates")
    told.claim("postcode")
    told.claim("uprn")
    if not placed and "coordinates" not in told.taken:
        told.claim_place()
    told.claim_tenure()
    return told.found


@dataclass(frozen=True, slots=True)
class _Told:
    """Columns without a heading that says anything, and what has been made of them so far."""

    names: tuple[str, ...]
    free: list[str]
    taken: set[str]
    evidence: Mapping[str, Evidence]
    found: dict[str, tuple[str, float]]

    def take(self, name: str, field_name: str, share: float) -> None:
        """Settle what a column is."""
        self.found[name] = (field_name, share)
        self.free.remove(name)
        self.taken.add(field_name)

    def claim(self, field_name: str) -> None:
        """Take the first of the columns that look most like a field, if they do."""
        shape = SHAPE_OF[field_name]
        name = max(self.free, key=lambda name: self.evidence[name].shares[shape], default="")
        share = self.evidence[name].shares[shape] if name else 0.0
        if field_name not in self.taken and share >= SURE_BY_VALUES:
            self.take(name, field_name, share)

    def claim_place(self) -> None:
        """Take degrees, grid references or two columns of metres, whichever there are."""
        self.claim("latitude")
        if "latitude" in self.taken:
            self.claim("longitude")
            return
        self.claim("grid_reference")
        for name, field_name in zip(_metres(self.names, self.free, self.evidence), PAIRS[0], strict=False):
            self.take(name, field_name, self.evidence[name].shares["metres"])

    def claim_tenure(self) -> None:
        """Take a column that holds nothing but tenures."""
        name = next((name for name in self.free if self.evidence[name].vocabulary() == "tenure"), "")
        if name and "tenure" not in self.taken:
            self.take(name, "tenure", self.evidence[name].words["tenure"])


def _metres(names: tuple[str, ...], free: list[str], evidence: Mapping[str, Evidence]) -> tuple[str, ...]:
    """Return the two columns of metres that stand nearest to each other, or nothing."""
    fit = [
        name
        for name in free
        if evidence[name].shares["metres"] >= SURE_BY_VALUES and evidence[name].shares["thousands"] < ROUND
    ]
    places = {name: names.index(name) for name in fit}
    pairs = [(places[b] - places[a], a, b) for at, a in enumerate(fit) for b in fit[at + 1 :]]
    return min(pairs, key=lambda pair: pair[0])[1:] if pairs else ()
