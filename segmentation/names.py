"""Names for segments, proposed in plain words from what they have more of than the place.

A name is put together from phrases: people ("home owners"), what they are like ("older") and where they live ("detached
homes"). A phrase counts by the effect size of its variable, against the place and, for a sub-cluster, against its super
cluster too, so that siblings are told apart. People who are half of the segment or more lead: "Married home owners in
detached homes"; others are "many": "Terraced homes with many private renters". Where a segment differs little from the
place, smaller differences are said, as what they are: "Home owners, somewhat more tradespeople". A place's own columns
are said in its own words. The proposals are data, to be edited.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from math import inf, isnan

import pandas as pd

from geodata.variables import Variable

WORTH_SAYING = 0.35
"""Effect size below which it is not "many" but "somewhat more"."""
SMALLER = (0.2, 0.1, 0.02)
"""Effect sizes that are said where nothing larger, or nothing else that no other segment is called, is found."""
NEAR_AVERAGE = 0.6
"""Effect size below which a segment is close to the average of the place, and has "somewhat more" of things."""
AGAINST_PARENT = 0.8
"""Weight of the difference from the super cluster beside that from the place."""
MAJORITY = 0.5
SIZEABLE = 0.25
"""Share below which a kind of home is not worth a name."""
NOTICED = 0.03
"""Share below which people are too few for a name, however many times more of them there are."""
RURAL = 0.8
"""Effect size from which the density of an area makes it countryside."""
ADJECTIVE = 0.6
"""Effect size from which people are called older, married, ..."""
TELLING = 0.4
"""Score, as part of the best, from which a phrase may lead a name or say where people live."""
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
        return fitting if any(_stands(part.phrase) for part in fitting) else []


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


def _stands(phrase: Phrase) -> bool:
    """Return True for words that can be a name alone; an adjective cannot."""
    return bool(phrase.who or phrase.home or phrase.whole)


def compose(parts: Sequence[Part]) -> str:
    """Return one name made of the parts, the first the most telling; which of them it uses is a matter of grammar.

    Examples
    --------
    >>> owners = Part(Phrase("owned", 1, "tenure", who="home owners"), 1.0, 1.0, 0.8)
    >>> older = Part(Phrase("age_65_84", 1, "age", who="older people", adj="older"), 0.9, 0.9, 0.3)
    >>> detached = Part(Phrase("detached", 1, "home", home="detached homes"), 1.2, 1.2, 0.7)
    >>> renters = Part(Phrase("private_rented", 1, "tenure", who="private renters"), 1.2, 1.2, 0.4)
    >>> calls = Part(Phrase("calls", 1, "own calls", whole="more calls to the council"), 1.2, 1.2, 0.1)
    >>> compose([detached, owners, older])
    'Older home owners in detached homes'
    >>> compose([detached, renters])
    'Detached homes with many private renters'
    >>> compose([renters])
    'Many private renters'
    >>> compose([detached, calls])
    'Detached homes, more calls to the council'
    """
    return _composed(parts).text


@dataclass(frozen=True, slots=True)
class _Name:
    """A name, and of how many phrases it is made."""

    text: str
    n_phrases: int


def _composed(parts: Sequence[Part]) -> _Name:
    """Return a name: who leads it and where they live, then at most two phrases in all of what there is more of."""
    worthy = [part for part in parts if part.score >= TELLING * parts[0].score and _stands(part.phrase)]
    home = next((part for part in worthy if part.phrase.home), None)
    leader = next((part for part in worthy if part.is_majority and part.phrase.leads and part.phrase.who), None)
    others = [part for part in parts if part not in (home, leader)]
    if leader is not None:
        name = _led(leader, home, others)
    elif home is not None and home.is_majority:
        said = _counted([part for part in others if part.phrase.who or part.phrase.whole][:2], near=_is_near(parts))
        joint = " with " if said.startswith(AMOUNTS) else ", "
        name = _Name(home.phrase.home + joint + said, 2) if said else _Name(f"people in {home.phrase.home}", 1)
    else:
        several = sorted(worthy[:2], key=lambda part: bool(part.phrase.home))
        text = _counted(several, near=_is_near(parts))
        name = _Name(f"{text} than elsewhere" if text.startswith(SOMEWHAT) else text, len(several))
    text = name.text.removeprefix("the ")
    return _Name(text[:1].upper() + text[1:], name.n_phrases)


MANY, SOMEWHAT = "many ", "somewhat more "
AMOUNTS = (MANY, SOMEWHAT)


def _is_near(parts: Sequence[Part]) -> bool:
    """Return True where nothing that can be said differs much from the place."""
    return max((part.effect for part in parts if _stands(part.phrase)), default=0.0) < NEAR_AVERAGE


def _counted(parts: Sequence[Part], *, near: bool) -> str:
    """Return "many students and private renters"; what differs little is "somewhat more"."""
    pieces = []
    for amount in AMOUNTS:
        words = [
            part.phrase.who or part.phrase.home
            for part in parts
            if not part.phrase.whole and (SOMEWHAT if near or part.effect < WORTH_SAYING else MANY) == amount
        ]
        pieces += [amount + _joined(words)] if words else []
    return ", ".join(pieces + [part.phrase.whole for part in parts if part.phrase.whole])


def _led(leader: Part, home: Part | None, others: Sequence[Part]) -> _Name:
    """Return a name led by the people who are the most of the segment, with two more things said of them at most."""
    near = _is_near([part for part in (leader, home, *others) if part is not None])
    text, room = leader.phrase.who, 2
    if home is not None and home.is_majority:
        text, room = f"{text} in {home.phrase.home}", room - 1
    said: list[Part] = []
    for part in others:
        if room and part.phrase.adj and part.effect >= ADJECTIVE and not said:
            return _Name(f"{part.phrase.adj} {text}", 4 - room)
        if room and (part.phrase.who or part.phrase.whole):
            said, room = [*said, part], room - 1
    text = ", ".join(filter(None, (text, _counted(said, near=near))))
    if home is not None and not home.is_majority and not said:
        return _Name(f"{text}, many in {home.phrase.home}", 2)
    return _Name(text, 3 - room)


def _proposals(segment: _Segment, otherwise: str) -> Iterator[str]:
    """Yield names for a segment, the best first, without end; those made of one phrase only come last.

    `otherwise` is said where it does not differ from the place in anything that has words.
    """
    short = []
    for least in (WORTH_SAYING, *SMALLER):
        for chosen in _choices(segment.parts(least)):
            name = _composed(chosen)
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
        if left_out < len(parts) and any(_stands(part.phrase) for part in rest):
            yield rest


def _joined(words: list[str]) -> str:
    words = list(dict.fromkeys(words))
    return " and ".join(words)


def _row(frame: pd.DataFrame, key: tuple[str, int]) -> dict[str, float]:
    values = frame.loc[[key]].to_numpy(dtype="float64")[0]
    return dict(zip(frame.columns.astype("str"), values.tolist(), strict=True))
