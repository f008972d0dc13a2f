"""The words that names of segments are made of: those of the package, and those of a place's own columns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf

from geodata.variables import Variable

MORE, FEWER = 1, -1


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words for having more, or fewer, of a variable than the place; see data/phrases.toml.

    `whole` are words that stand as they are, such as "more calls to the council": those of a place's own column.
    """

    variable: str
    direction: int
    theme: str
    who: str = ""
    adj: str = ""
    home: str = ""
    whole: str = ""
    leads: bool = True
    below: float = inf
    weight: float = 1.0

    @property
    def stands(self) -> bool:
        """True for words that can be a name alone; an adjective cannot."""
        return bool(self.who or self.home or self.whole)


@cache
def read_phrases() -> tuple[Phrase, ...]:
    """Return the phrases of the package."""
    entries = tomllib.loads((files("segmentation") / "data" / "phrases.toml").read_text(encoding="utf-8"))["phrase"]
    return tuple(
        Phrase(entry["variable"], direction, **entry[word])
        for entry in entries
        for word, direction in (("more", MORE), ("fewer", FEWER))
        if word in entry
    )


def own_phrases(variables: Iterable[Variable]) -> tuple[Phrase, ...]:
    """Return the words that a place gave for more, and for fewer, of its own columns.

    Examples
    --------
    >>> calls = Variable("calls", "own", "Calls", "calls", "", ("own_calls",), "own_calls_base", more="more calls")
    >>> own_phrases([calls])[0].whole
    'more calls'
    """
    return tuple(
        Phrase(one.name, direction, f"own {one.name}", whole=words)
        for one in variables
        if one.is_own
        for words, direction in ((one.more, MORE), (one.fewer, FEWER))
        if words
    )
