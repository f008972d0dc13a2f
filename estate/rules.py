"""What the user may vary: which buildings are looked at, what is decided beforehand, and what no plan may do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from estate.access import AccessStandard
from geodata.errors import DataError

FEW = 5
PinRule = Literal["keep", "release", "stay"]


@dataclass(frozen=True, slots=True)
class Pin:
    """One decision taken beforehand.

    Parameters
    ----------
    rule
        ``keep`` or ``release`` a building; ``stay``: a team, or everyone in a building, remains where it is.
    asset, team
        The building or the team it is about (one of the two).
    reason
        Why, in the user's words; shown with the plan.
    """

    rule: PinRule
    asset: str = ""
    team: str = ""
    reason: str = ""

    def sentence(self) -> str:
        """Return the pin in words.

        Examples
        --------
        >>> Pin("keep", asset="A1").sentence()
        "building 'A1' must be kept"
        """
        verb = {"keep": "must be kept", "release": "must be released", "stay": "must stay"}[self.rule]
        return f"team '{self.team}' {verb}" if self.team else f"building '{self.asset}' {verb}"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a plan.

    Parameters
    ----------
    uses
        Only buildings of these uses are decided about; the others stay as they are, but the services in them still
        count for access. Empty: all uses.
    standards
        Access standards, at most one per service.
    pins
        Decisions taken beforehand.
    never_together
        Pairs of classes of work (a security class or a service) that may not share a building. A pair that shares
        one today is tolerated there, but nobody of either class may join it.
    max_move_km
        No team moves further than this in a straight line (km). A rule, not a shortcut: every proof is about plans
        that keep it.
    max_public_move_km
        No team with a front desk moves further than this in a straight line (km): a service that residents visit stays
        in its town. Assumed.
    usable_share
        Share of a building's desks that may be filled; the rest are for visitors and growth. A building that is
        fuller today may stay so, but no plan makes it fuller.
    m2_per_desk
        Space standard: net internal area a desk needs, with its share of meeting rooms and ways through (m2).
    front_desk_m2
        Public area a front desk needs besides (m2), unless the team says that its service needs more.
    statuses_out
        Statuses of buildings on their way out: nobody moves into one, and one with nobody in is not decided about.
    fixed_services
        Services whose teams never move, because they need a building made for them.
    """

    uses: tuple[str, ...] = ()
    standards: tuple[AccessStandard, ...] = ()
    pins: tuple[Pin, ...] = ()
    never_together: tuple[tuple[str, str], ...] = ()
    max_move_km: float = 25.0
    max_public_move_km: float = 2.0
    usable_share: float = 0.9
    m2_per_desk: float = 8.0
    front_desk_m2: float = 50.0
    statuses_out: tuple[str, ...] = ("sold", "closed", "transfer", "surplus", "vacant")
    fixed_services: tuple[str, ...] = ("fire", "ambulance", "justice", "depot")

    def __post_init__(self) -> None:
        faults = [
            f"'{name}' is {getattr(self, name):g}, below 0"
            for name in (field.name for field in fields(self) if field.type == "float")
            if not getattr(self, name) >= 0
        ]
        if not 0 < self.usable_share <= 1:
            faults.append(f"'usable_share' is {self.usable_share:g}, not a share between 0 and 1")
        services = [standard.service for standard in self.standards]
        faults += [f"'{name}' has two access standards" for name in sorted(set(services)) if services.count(name) > 1]
        faults += [f"'{one}' is to be kept apart from itself" for one, other in self.never_together if one == other]
        if faults:
            raise DataError(f"rules: {'; '.join(faults)}. Correct the settings in place.toml.")

    def reach_km(self, *, public: bool) -> float:
        """Return how far a team may move in a straight line (km); `public` where it has a front desk.

        Examples
        --------
        >>> Rules().reach_km(public=True), Rules(max_move_km=1).reach_km(public=True)
        (2.0, 1)
        """
        return min(self.max_move_km, self.max_public_move_km) if public else self.max_move_km

    def sentences(self) -> tuple[str, ...]:
        """Return the rules in words, for the papers."""
        space = (
            f"At most {self.usable_share:.0%} of a building's desks are filled; a desk needs {self.m2_per_desk:g} m2, "
            f"a front desk {self.front_desk_m2:g} m2 more. A building that is fuller today may stay so, but no fuller."
        )
        told = [
            (
                f"No team moves further than {self.max_move_km:g} km in a straight line, and no front desk more than "
                f"{self.reach_km(public=True):g} km."
            ),
            space,
        ]
        if self.fixed_services:
            told.append(f"Teams of these services stay where they are: {', '.join(self.fixed_services)}.")
        told += [
            f"'{one}' and '{other}' never share a building, unless they do today." for one, other in self.never_together
        ]
        told += [standard.sentence() for standard in self.standards]
        return (*told, *_pins_in_words(self.pins))


def _pins_in_words(pins: tuple[Pin, ...]) -> list[str]:
    """Return a sentence for each pin; where there are many, how many of each kind."""
    if len(pins) <= FEW:
        return [f"Decided beforehand: {pin.sentence()}{f' ({pin.reason})' if pin.reason else ''}." for pin in pins]
    words = {"keep": "to keep", "release": "to release", "stay": "to stay"}
    counts = {text: sum(pin.rule == rule for pin in pins) for rule, text in words.items()}
    told = ", ".join(f"{count} {text}" for text, count in counts.items() if count)
    return [f"Decided beforehand: {told}; the reasons stand with each building."]
