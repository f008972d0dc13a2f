"""What a plan may spend, empty and take away besides: budgets, presence in towns, and who stays away from whom."""

from __future__ import annotations

from dataclasses import dataclass

from estate.phrases import pounds
from estate.segment_losses import ALL
from geodata.errors import DataError


@dataclass(frozen=True, slots=True)
class Budget:
    """Capital that may be spent on fit-out, ICT and new hubs, optimism bias included.

    Parameters
    ----------
    amounts_gbp
        What may be spent in each year of the plan (GBP, real); the last amount holds for all later years.
    body
        The body whose moves and hubs it pays for; empty for all bodies together.
    """

    amounts_gbp: tuple[float, ...]
    body: str = ""

    def __post_init__(self) -> None:
        if not self.amounts_gbp or not all(amount >= 0 for amount in self.amounts_gbp):
            raise DataError(f"budgets: {self._of()} needs one or more amounts of 0 or more GBP. Correct it.")

    def _of(self) -> str:
        return f"that of '{self.body}'" if self.body else "that of all bodies together"

    def amount_gbp(self, year: int) -> float:
        """Return what the budget gives in a year.

        Examples
        --------
        >>> [Budget((5.0, 2.0)).amount_gbp(year) for year in range(4)]
        [5.0, 2.0, 2.0, 2.0]
        """
        return self.amounts_gbp[min(year, len(self.amounts_gbp) - 1)]

    def sentence(self) -> str:
        """Return the budget in words.

        Examples
        --------
        >>> Budget((200_000.0,), "Police").sentence()
        "Capital of 'Police': at most £200,000 a year."
        """
        who = f"'{self.body}'" if self.body else "all bodies together"
        listed = ", ".join(pounds(amount) for amount in self.amounts_gbp)
        later = " a year" if len(self.amounts_gbp) == 1 else " by year, the last for every later year"
        return f"Capital of {who}: at most {listed}{later}."


@dataclass(frozen=True, slots=True)
class Presence:
    """The least that a body keeps in a town.

    Parameters
    ----------
    town
        Name of the town, as in the register's ``locality``.
    body
        The body; empty for every body that is there today.
    fte
        People who work there at the end (FTE); where fewer do today, no fewer than today.
    """

    town: str
    body: str
    fte: float

    def sentence(self) -> str:
        """Return the rule in words.

        Examples
        --------
        >>> Presence("Buxton", "Police", 5).sentence()
        "'Police' keeps at least 5 FTE in Buxton, or all it has there today."
        """
        who = f"'{self.body}'" if self.body else "Every body"
        return f"{who} keeps at least {self.fte:g} FTE in {self.town}, or all it has there today."


@dataclass(frozen=True, slots=True)
class Perception:
    """A neighbour that keeps some people away from a service.

    Parameters
    ----------
    service
        The service that some no longer come to; it needs an access standard.
    beside
        The service or class of work whose presence behind the same door keeps them away.
    segment
        The segment of residents concerned; ``all`` for all residents.
    share_away
        Share of them who do not come to a place where both are (0.3 = three in ten).
    """

    service: str
    beside: str
    share_away: float
    segment: str = ALL

    def __post_init__(self) -> None:
        if not 0 <= self.share_away <= 1:
            raise DataError(
                f"perceptions: share_away of '{self.service}' beside '{self.beside}' is {self.share_away:g}, not a "
                "share between 0 and 1. Correct it."
            )

    def sentence(self) -> str:
        """Return the rule in words.

        Examples
        --------
        >>> Perception("health", "police", 0.3).sentence()
        "30% of residents stay away from health where it shares a building with 'police'."
        """
        who = "residents" if self.segment == ALL else f"residents of segment {self.segment}"
        place = f"shares a building with '{self.beside}'"
        return f"{self.share_away:.0%} of {who} stay away from {self.service} where it {place}."
