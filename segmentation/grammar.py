"""How phrases become a name: who leads it, where they live, and what there is more of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segmentation.phrases import Phrase

WORTH_SAYING = 0.35
"""Effect size below which it is not "many" but "somewhat more"."""
NEAR_AVERAGE = 0.6
"""Effect size below which a segment is close to the average of the place, and has "somewhat more" of things."""
MAJORITY = 0.5
ADJECTIVE = 0.6
"""Effect size from which people are called older, married, ..."""
TELLING = 0.4
"""Score, as part of the best, from which a phrase may lead a name or say where people live."""
MANY, SOMEWHAT = "many ", "somewhat more "
AMOUNTS = (MANY, SOMEWHAT)


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
    return composed(parts).text


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and of how many phrases it is made."""

    text: str
    n_phrases: int


def composed(parts: Sequence[Part]) -> Name:
    """Return a name: who leads it and where they live, then at most two phrases in all of what there is more of."""
    worthy = [part for part in parts if part.score >= TELLING * parts[0].score and part.phrase.stands]
    home = next((part for part in worthy if part.phrase.home), None)
    leader = next((part for part in worthy if part.is_majority and part.phrase.leads and part.phrase.who), None)
    others = [part for part in parts if part not in (home, leader)]
    if leader is not None:
        name = _led(leader, home, others)
    elif home is not None and home.is_majority:
        said = _counted([part for part in others if part.phrase.who or part.phrase.whole][:2], near=_is_near(parts))
        joint = " with " if said.startswith(AMOUNTS) else ", "
        name = Name(home.phrase.home + joint + said, 2) if said else Name(f"people in {home.phrase.home}", 1)
    else:
        several = sorted(worthy[:2], key=lambda part: bool(part.phrase.home))
        text = _counted(several, near=_is_near(parts))
        name = Name(f"{text} than elsewhere" if text.startswith(SOMEWHAT) else text, len(several))
    text = name.text.removeprefix("the ")
    return Name(text[:1].upper() + text[1:], name.n_phrases)


def _is_near(parts: Sequence[Part]) -> bool:
    """Return True where nothing that can be said differs much from the place."""
    return max((part.effect for part in parts if part.phrase.stands), default=0.0) < NEAR_AVERAGE


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


def _led(leader: Part, home: Part | None, others: Sequence[Part]) -> Name:
    """Return a name led by the people who are the most of the segment, with two more things said of them at most."""
    near = _is_near([part for part in (leader, home, *others) if part is not None])
    text, room = leader.phrase.who, 2
    if home is not None and home.is_majority:
        text, room = f"{text} in {home.phrase.home}", room - 1
    said: list[Part] = []
    for part in others:
        if room and part.phrase.adj and part.effect >= ADJECTIVE and not said:
            return Name(f"{part.phrase.adj} {text}", 4 - room)
        if room and (part.phrase.who or part.phrase.whole):
            said, room = [*said, part], room - 1
    text = ", ".join(filter(None, (text, _counted(said, near=near))))
    if home is not None and not home.is_majority and not said:
        return Name(f"{text}, many in {home.phrase.home}", 2)
    return Name(text, 3 - room)


def _joined(words: list[str]) -> str:
    words = list(dict.fromkeys(words))
    return " and ".join(words)
