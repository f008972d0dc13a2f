"""What the user may vary: which buildings are looked at, what is decided beforehand, and what no plan may do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from estate.access import AccessStandard
from estate.limits import Budget, Perception, Presence
from geodata.errors import DataError

FEW = 5
PinRule = Literal["keep", "release", "stay", "move", "together", "apart"]


@dataclass(frozen=True, slots=True)
class Pin:
    """One decision taken beforehand.

    Parameters
    ----------
    rule
        ``keep`` or ``release`` a building; ``stay``: a team, or everyone in a building, remains where it is; ``move``:
        a team goes to a building; ``together`` or ``apart``: two teams end in one building, or never share one.
    asset, team
        The building or the team it is about: one of the two, both for ``move``.
    other
        The other team, for ``together`` and ``apart``.
    reason
        Why, in the user's words; shown with the plan.
    """

    rule: PinRule
    asset: str = ""
    team: str = ""
    reason: str = ""
    other: str = ""

    def sentence(self) -> str:
        """Return the pin in words.

        Examples
        --------
        >>> Pin("keep", asset="A1").sentence()
        "building 'A1' must be kept"
        """
        if self.rule == "move":
            return f"team '{self.team}' must move to building '{self.asset}'"
        if self.other:
            share = "share" if self.rule == "together" else "never share"
            return f"teams '{self.team}' and '{self.other}' {share} a building"
        verb = {"keep": "must be kept", "release": "must be released"}.get(self.rule, "must stay")
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
    residents_per_fte_km
        Residents no longer served that weigh as much as one FTE working one kilometre further off, where a saving is
        to do least harm. Assumed.
    statuses_out
        Statuses of buildings on their way out: nobody moves into one, and one with nobody in is not decided about.
    fixed_services
        Services whose teams never move, because they need a building made for them.
    years
        Years at whose start blocks may move and buildings may be left: 1 is at once, 5 is at the start of the plan and
        of each of the four years after.
    releases_per_town
        Most buildings that may be released in one town and year; None for any number. A flooded market is a cost too.
    budgets
        Capital that may be spent, at most one budget for each body and one for all.
    recycled_share
        Share of sale receipts that the budgets may spend again.
    recycling_years
        Years between a receipt and its spending.
    carry_over
        True where a budget not spent may be spent in a later year of the plan.
    presence
        The least that bodies keep in towns.
    perceptions
        Neighbours that keep some people away from a service.
    separate_classes
        Classes of work (security classes or services) that share a building with no other class, unless they do today.
    secure_classes
        Classes of work (security classes or services) that move only into buildings recorded as secure for them; who
        works elsewhere today may stay.
    step_free_desks
        True where front desks may only move into buildings recorded as step-free.
    no_body_worse
        True where the joint plan may cost no body more than its own plan alone (GBP, present value; a host asks no
        rent).
    relax_first
        Rules to give up first where they cannot all be kept, in order, by the names of ``[options] relax_first``.
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
    residents_per_fte_km: float = 1.0
    statuses_out: tuple[str, ...] = ("sold", "closed", "transfer", "surplus", "vacant")
    fixed_services: tuple[str, ...] = ("fire", "ambulance", "justice", "depot")
    years: int = 1
    releases_per_town: int | None = None
    budgets: tuple[Budget, ...] = ()
    recycled_share: float = 1.0
    recycling_years: int = 1
    carry_over: bool = True
    presence: tuple[Presence, ...] = ()
    perceptions: tuple[Perception, ...] = ()
    separate_classes: tuple[str, ...] = ()
    secure_classes: tuple[str, ...] = ()
    step_free_desks: bool = False
    no_body_worse: bool = False
    relax_first: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = [
            f"'{name}' is {getattr(self, name):g}, below 0"
            for name in (field.name for field in fields(self) if field.type == "float")
            if not getattr(self, name) >= 0
        ]
        if not 0 < self.usable_share <= 1:
            faults.append(f"'usable_share' is {self.usable_share:g}, not a share between 0 and 1")
        if self.years < 1 or self.years != int(self.years):
            faults.append(f"'years' is {self.years:g}, not a whole number of at least 1")
        if self.recycled_share > 1:
            faults.append(f"'recycled_share' is {self.recycled_share:g}, above 1")
        if (self.releases_per_town or 0) < 0 or self.recycling_years < 0:
            faults.append("'releases_per_town' or 'recycling_years' is below 0")
        bodies = [budget.body for budget in self.budgets]
        faults += [
            f"'{name or 'all bodies'}' has two budgets" for name in sorted(set(bodies)) if bodies.count(name) > 1
        ]
        services = [standard.service for standard in self.standards]
        faults += [
            f"perceptions are about '{rule.service}', which has no access standard to count them in"
            for rule in self.perceptions
            if rule.service not in services
        ]
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
        told += [f"'{name}' shares a building with no other class of work." for name in self.separate_classes]
        told += [f"'{name}' moves only into buildings recorded as secure for it." for name in self.secure_classes]
        told += [standard.sentence() for standard in self.standards]
        told += [rule.sentence() for rule in self.perceptions]
        told += [rule.sentence() for rule in self.presence]
        told += [budget.sentence() for budget in self.budgets]
        told += self._timing()
        if self.step_free_desks:
            told.append("Front desks move only into buildings recorded as step-free.")
        if self.no_body_worse:
            told.append("The joint plan costs no body more than its own plan alone; a host asks no rent.")
        return (*told, *_pins_in_words(self.pins))

    def _timing(self) -> list[str]:
        """Say when things may happen, and what comes back to the budgets."""
        told = []
        if self.years > 1:
            told.append(
                f"Moves and releases happen at the start of the plan or of one of the next {self.years - 1} years."
            )
        if self.releases_per_town is not None:
            told.append(f"At most {self.releases_per_town} buildings are released in one town and year.")
        if self.budgets:
            kept = "may be spent later" if self.carry_over else "is lost"
            told.append(
                f"{self.recycled_share:.0%} of receipts may be spent again {self.recycling_years} year(s) after they "
                f"come in; what is not spent {kept}."
            )
        return told


def _pins_in_words(pins: tuple[Pin, ...]) -> list[str]:
    """Return a sentence for each pin; where there are many, how many of each kind."""
    if len(pins) <= FEW:
        return [f"Decided beforehand: {pin.sentence()}{f' ({pin.reason})' if pin.reason else ''}." for pin in pins]
    words = {"keep": "to keep", "release": "to release", "stay": "to stay", "move": "to move"}
    words |= {"together": "to keep together", "apart": "to keep apart"}
    counts = {text: sum(pin.rule == rule for pin in pins) for rule, text in words.items()}
    told = ", ".join(f"{count} {text}" for text, count in counts.items() if count)
    return [f"Decided beforehand: {told}; the reasons stand with each building."]
