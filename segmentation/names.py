"""Names for segments, proposed in plain words from what they have more of than the place.

A name is put together from phrases: people ("home owners"), what they are like ("older") and where they live ("detached
homes"). A phrase counts by the effect size of its variable, against the place and, for a sub-cluster, against its super
cluster too, so that siblings are told apart. People who are half of the segment or more lead: "Married home owners in
detached homes"; others are "many": "Terraced homes with many private renters". The proposals are data, to be edited.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf, isnan

import pandas as pd

WORTH_SAYING = 0.35
"""Effect size below which nothing is said."""
NEAR_AVERAGE = 0.6
"""Effect size below which a segment is close to the average of the place."""
AGAINST_PARENT = 0.8
"""Weight of the difference from the super cluster beside that from the place."""
MAJORITY = 0.5
SIZEABLE = 0.25
"""Share below which a kind of home is not worth a name."""
RURAL = 0.8
"""Effect size from which the density of an area makes it countryside."""
ADJECTIVE = 0.6
"""Effect size from which people are called older, married, ..."""
TELLING = 0.4
"""Score, as part of the best, from which a phrase may lead a name or say where people live."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words for having more, or fewer, of a variable than the place; see data/phrases.toml."""

    variable: str
    direction: int
    theme: str
    who: str = ""
    adj: str = ""
    home: str = ""
    leads: bool = True
    below: float = inf
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase that fits a segment: how telling it is, and of what share of the segment it is true."""

    phrase: Phrase
    score: float
    effect: float
    share: float

    @property
    def is_majority(self) -> bool:
        """True where it holds for half of the segment or more."""
        return self.share >= MAJORITY


@cache
def read_phrases() -> tuple[Phrase, ...]:
    """Return the phrases of the package."""
    entries = tomllib.loads((files("segmentation") / "data" / "phrases.toml").read_text(encoding="utf-8"))["phrase"]
    return tuple(
        Phrase(entry["variable"], direction, **entry[word])
        for entry in entries
        for word, direction in (("more", 1), ("fewer", -1))
        if word in entry
    )


def propose_names(
    effects: pd.DataFrame,
    shares: pd.DataFrame,
    parents: Mapping[int, int],
    *,
    place: str = "the whole place",
    per_km2: float = 1.0,
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
        Name of the place, for segments close to its average.
    per_km2
        Residents per square kilometre that one unit of the density stands for: 100 where it is per hectare.

    Returns
    -------
    dict
        Name by level ("super", "sub") and number.
    """
    names: dict[tuple[str, int], str] = {}
    keys = [(str(level), int(number)) for level, number in effects.index]
    for level, number in sorted(keys, key=lambda key: (key[0] != "super", key[1])):
        if level == "sub" and list(parents.values()).count(parents[number]) == 1:
            names[level, number] = f"{names['super', parents[number]]}, undivided"
            continue
        above = _row(effects, ("super", parents[number])) if level == "sub" else None
        own, shown = _row(effects, (level, number)), _row(shares, (level, number))
        parts = fitting_parts(own, shown, above, per_km2=per_km2)
        names[level, number] = next(name for name in _proposals(parts, place) if name not in names.values())
    return names


def fitting_parts(
    effects: Mapping[str, float],
    shares: Mapping[str, float],
    parent: Mapping[str, float] | None = None,
    *,
    per_km2: float = 1.0,
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
    """
    parts = [
        _part(phrase, effects[phrase.variable], shares[phrase.variable], (parent or {}).get(phrase.variable, 0.0))
        for phrase in read_phrases()
        if phrase.variable in effects
    ]
    crowd = shares.get("density", 0.0) * per_km2
    fitting = [part for part in parts if _is_worth_saying(part) and crowd < part.phrase.below]
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


def _is_worth_saying(part: Part) -> bool:
    """Return True where a part is above the place by enough, and a kind of home common enough."""
    least = RURAL if part.phrase.variable == "density" else WORTH_SAYING
    return part.effect >= least and part.score > 0 and (part.share >= SIZEABLE or not part.phrase.home)


def compose(parts: Sequence[Part]) -> str:
    """Return one name made of the parts, the first the most telling; which of them it uses is a matter of grammar.

    Examples
    --------
    >>> owners = Part(Phrase("owned", 1, "tenure", who="home owners"), 1.0, 1.0, 0.8)
    >>> older = Part(Phrase("age_65_84", 1, "age", who="older people", adj="older"), 0.9, 0.9, 0.3)
    >>> detached = Part(Phrase("detached", 1, "home", home="detached homes"), 1.2, 1.2, 0.7)
    >>> renters = Part(Phrase("private_rented", 1, "tenure", who="private renters"), 1.2, 1.2, 0.4)
    >>> compose([detached, owners, older])
    'Older home owners in detached homes'
    >>> compose([detached, renters])
    'Detached homes with many private renters'
    >>> compose([renters])
    'Many private renters'
    """
    worthy = [part for part in parts if part.score >= TELLING * parts[0].score]
    home = next((part for part in worthy if part.phrase.home), None)
    leader = next((part for part in worthy if part.is_majority and part.phrase.leads and part.phrase.who), None)
    others = [part for part in parts if part not in (home, leader)]
    if leader is not None:
        text = _led(leader, home, others)
    elif home is not None and home.is_majority:
        who = _joined([part.phrase.who for part in others if part.phrase.who][:2])
        text = f"{home.phrase.home} with many {who}" if who else f"people in {home.phrase.home}"
    else:
        said = [part.phrase for part in worthy if part.phrase.who or part.phrase.home][:2]
        who = _joined([phrase.who or phrase.home for phrase in sorted(said, key=lambda phrase: bool(phrase.home))])
        text = f"many {who}"
    text = text.removeprefix("the ")
    return text[:1].upper() + text[1:]


def _led(leader: Part, home: Part | None, others: list[Part]) -> str:
    """Return a name led by the people who are the most of the segment, with two more things said of them at most."""
    text, room = leader.phrase.who, 2
    if home is not None and home.is_majority:
        text, room = f"{text} in {home.phrase.home}", room - 1
    for part in others:
        if room and part.phrase.adj and part.effect >= ADJECTIVE and ", " not in text:
            text, room = f"{part.phrase.adj} {text}", 0
        elif room and part.phrase.who:
            text, room = (
                f"{text}, many {part.phrase.who}" if ", " not in text else f"{text} and {part.phrase.who}",
                room - 1,
            )
    if room and home is not None and not home.is_majority:
        text += f", many in {home.phrase.home}" if ", " not in text else f" or in {home.phrase.home}"
    return text


def _proposals(parts: list[Part], place: str) -> Iterator[str]:
    """Yield names for a segment, the best first, without end."""
    sayable = [part for part in parts if part.phrase.who or part.phrase.home]
    near = max((part.effect for part in sayable), default=0.0) < NEAR_AVERAGE
    if not sayable:
        yield f"Close to the average of {place}"
    for chosen in _choices(sayable):
        yield f"{compose(chosen)}, close to average" if near else compose(chosen)
    number = 2
    while True:
        yield f"{compose(sayable) if sayable else f'Close to the average of {place}'}, group {number}"
        number += 1


def _choices(parts: list[Part]) -> Iterator[list[Part]]:
    """Yield the parts, then the parts with one left out, the least telling of those that matter first."""
    if parts:
        yield parts
    for left_out in (2, 1, 3, 0):
        if left_out < len(parts) and len(parts) > 1:
            yield parts[:left_out] + parts[left_out + 1 :]


def _joined(words: list[str]) -> str:
    words = list(dict.fromkeys(words))
    return " and ".join(words)


def _row(frame: pd.DataFrame, key: tuple[str, int]) -> dict[str, float]:
    values = frame.loc[[key]].to_numpy(dtype="float64")[0]
    return dict(zip(frame.columns.astype("str"), values.tolist(), strict=True))
