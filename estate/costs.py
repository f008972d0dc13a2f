"""What it costs to keep, to leave and to move: every price of the optimiser, in present value.

    annual cost      = running cost + rent + rates
    keeping          = annual cost for every year of the horizon + backlog
    leaving          = annual cost until then + rent to the next legal exit + an empty building's cost + dilapidations
                       - sale receipt + value given up
    moving a block   = people x (move + fit-out + ICT + travel x distance), with optimism bias on fit-out and ICT

*Value given up* is what a freehold would still be worth at the end of the horizon. Charging it to the sale (the same as
crediting it to keeping) is what stops a finite horizon from selling everything: a sale gains only by coming earlier.
This room holds the assumptions; :mod:`estate.building_flows` makes yearly money of them and :mod:`estate.leases` knows
the dates.
"""

from __future__ import annotations

import math
from calendar import month_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from estate.appraisal import GREEN_BOOK_RATE, annuity_factor
from geodata.errors import DataError, did_you_mean


@dataclass(frozen=True, slots=True)
class CostRules:
    """Every assumption that turns a register into money. Real prices, GBP.

    Parameters
    ----------
    horizon_years
        Years counted. Source: ten years is the appraisal period of the published cases.
    discount_rate
        Real rate a year. Source: HM Treasury Green Book, 3.5 %.
    start_year
        Decimal year in which the plan happens (2026.25 is 1 April 2026); leases are counted from it. Assumed.
    move_gbp_per_fte
        Removal and disruption per person who moves. Assumed.
    fit_out_gbp_per_fte
        Changing the receiving building, per person who moves in. Assumed.
    ict_gbp_per_fte
        Network, telephones and desks set up, per person who moves. Assumed.
    travel_gbp_per_fte_km
        Excess travel paid once per person and straight-line kilometre of the move. Assumed: about two years of
        extra mileage on 90 office days a year.
    dilapidations_gbp_per_m2
        Putting a leased building back in order on leaving, per m2 of net internal area. Assumed.
    lease_years_if_unknown
        Years to the next legal exit of a lease without an end or break date. Assumed.
    notice_years
        Notice that a landlord is owed: a break nearer than this cannot be used any more, and a lease that has run out
        is left after it. Assumed.
    empty_share
        Share of running cost and rates still paid for a building that stands empty, until its lease ends or its sale is
        done (security, insurance, empty rates). Assumed.
    backlog_years
        Years over which the maintenance backlog of a building that is kept is made good, in equal parts from the start.
        Assumed.
    optimism_bias
        Added to fit-out, ICT and the capital of new hubs. Source: HM Treasury supplementary Green Book guidance, upper
        bound for standard buildings.
    receipt_haircut
        Share taken off the recorded value of a freehold that is sold. Assumed.
    sale_fee
        Agents and legal work, as a share of the price. Assumed.
    receipt_lag_years
        Years between leaving and the receipt; parts of a year count as one. Assumed.
    """

    horizon_years: int = 10
    discount_rate: float = GREEN_BOOK_RATE
    start_year: float = 2026.25
    move_gbp_per_fte: float = 250.0
    fit_out_gbp_per_fte: float = 800.0
    ict_gbp_per_fte: float = 450.0
    travel_gbp_per_fte_km: float = 60.0
    dilapidations_gbp_per_m2: float = 100.0
    lease_years_if_unknown: float = 5.0
    notice_years: float = 0.5
    empty_share: float = 0.2
    backlog_years: int = 5
    optimism_bias: float = 0.24
    receipt_haircut: float = 0.10
    sale_fee: float = 0.025
    receipt_lag_years: float = 1.0

    def __post_init__(self) -> None:
        faults = [f"'{name}' is {getattr(self, name):g}" for name in _amounts() if not getattr(self, name) >= 0]
        faults += [f"'{name}' is {getattr(self, name):g}, above 1" for name in _SHARES if getattr(self, name) > 1]
        for name in _WHOLE:
            if getattr(self, name) < 1 or getattr(self, name) != int(getattr(self, name)):
                faults.append(f"'{name}' is {getattr(self, name):g}, not a whole number of at least 1")
        if faults:
            raise DataError(f"assumptions: {'; '.join(faults)}. Costs and years are 0 or more, shares between 0 and 1.")

    @property
    def start(self) -> str:
        """Month and year in which the plan happens, in words.

        Examples
        --------
        >>> CostRules(start_year=2026.25).start
        'April 2026'
        """
        year = int(self.start_year)
        return f"{month_name[int(12 * (self.start_year - year)) + 1]} {year}"

    @property
    def annuity(self) -> float:
        """Present value of one pound a year over the horizon."""
        return float(annuity_factor(self.horizon_years, rate=self.discount_rate))

    @property
    def per_fte_gbp(self) -> float:
        """One-off cost per person moved, before travel, with optimism bias (GBP)."""
        return self.move_gbp_per_fte + self.capital_gbp_per_fte

    @property
    def capital_gbp_per_fte(self) -> float:
        """Capital per person moved: fit-out and ICT with optimism bias (GBP)."""
        return (self.fit_out_gbp_per_fte + self.ict_gbp_per_fte) * (1.0 + self.optimism_bias)

    @property
    def net_share(self) -> float:
        """Share of a freehold's recorded value that a sale brings."""
        return (1.0 - self.receipt_haircut) * (1.0 - self.sale_fee)

    @property
    def lag_years(self) -> int:
        """Whole years between leaving and the receipt."""
        return math.ceil(self.receipt_lag_years)

    def sentences(self) -> tuple[str, ...]:
        """Return the assumptions in words, for the papers."""
        source = "HM Treasury Green Book" if self.discount_rate == GREEN_BOOK_RATE else "set by the user"
        month = month_name[int(self.start_year % 1 * 12 + 1e-9) + 1]
        moving = {"move": self.move_gbp_per_fte, "fit-out": self.fit_out_gbp_per_fte, "ICT": self.ict_gbp_per_fte}
        once = ", ".join(f"{what} {amount:,.0f}" for what, amount in moving.items())
        told = [
            f"Costs are real, over {self.horizon_years} years at {self.discount_rate:.1%} a year ({source}).",
            f"The plan begins in {month} {int(self.start_year)}; leases are counted from then.",
            (
                f"Moving costs {self.per_fte_gbp:,.0f} GBP a person ({once}, and {self.optimism_bias:.0%} optimism "
                "bias on fit-out and ICT; assumed)."
            ),
            f"Excess travel costs {self.travel_gbp_per_fte_km:,.0f} GBP a person and kilometre, once (assumed).",
            (
                f"A lease is paid to its next break or end with {self.notice_years:g} years' notice, or "
                f"{self.lease_years_if_unknown:g} years if unknown (assumed)."
            ),
            f"An empty building still costs {self.empty_share:.0%} of running cost and rates (assumed).",
            f"The backlog of what is kept is made good over {self.backlog_years} years (assumed).",
            f"Leaving a lease costs {self.dilapidations_gbp_per_m2:,.0f} GBP a m2 in dilapidations (assumed).",
            (
                f"A freehold sells {self.receipt_lag_years:g} year(s) later for {self.net_share:.1%} of its recorded "
                "value (assumed)."
            ),
            "What it would still be worth at the end of the horizon counts in the cost, not in the net present value.",
        ]
        return tuple(told)


_SHARES = ("discount_rate", "receipt_haircut", "sale_fee", "empty_share")
_WHOLE = ("horizon_years", "backlog_years")


def _amounts() -> list[str]:
    return [field.name for field in fields(CostRules) if field.name not in _WHOLE]


def cost_rules(assumptions: Mapping[str, float], *, known_elsewhere: Iterable[str] = ()) -> CostRules:
    """Return the cost rules with the changes of ``place.toml [assumptions]``.

    Parameters
    ----------
    assumptions
        Value by name.
    known_elsewhere
        Names that other rooms understand; they are passed over here.

    Raises
    ------
    DataError
        A name is unknown anywhere, or a value is out of range; all are named at once.

    Examples
    --------
    >>> cost_rules({"move_gbp_per_fte": 300}).move_gbp_per_fte
    300
    """
    known = [field.name for field in fields(CostRules)]
    elsewhere = set(known_elsewhere)
    unknown = [name for name in assumptions if name not in known and name not in elsewhere]
    if unknown:
        listed = " ".join(
            f"'{name}' is not an assumption.{did_you_mean(name, [*known, *elsewhere])}" for name in unknown
        )
        raise DataError(f"assumptions: {listed} Correct or remove it.")
    return CostRules(**{name: value for name, value in assumptions.items() if name in known})  # type: ignore[arg-type]
