"""What a source prints, beside what its own figures come to. Where they differ both are shown; neither is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from estate.flows import Flows, Terms
from estate.measures import Measures, measures


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as a source prints it.

    Parameters
    ----------
    option, body
        What it is about; empty for the first option and for all bodies.
    measure
        A key of ``MEASURES``.
    value
        The figure (GBP, years, a ratio or a percentage).
    text
        As written, which tells how far it was rounded.
    years
        Horizon it speaks of, such as "20"; empty for the horizon of the appraisal.
    condition
        Condition that it takes as met, or empty.
    source
        Where it is printed.
    """

    option: str
    body: str
    measure: str
    value: float
    text: str
    years: str = ""
    condition: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """How to compute a printed measure, and whether it is money."""

    get: Callable[[Measures], float | None]
    money: bool = True


MEASURES: Final = {
    "net present value": Measure(lambda m: m.npv_gbp),
    "present value of benefits": Measure(lambda m: m.pv_benefits_gbp),
    "present value of costs": Measure(lambda m: m.pv_costs_gbp),
    "benefit-cost ratio": Measure(lambda m: m.benefit_cost_ratio, money=False),
    "total benefits": Measure(lambda m: m.benefits_gbp),
    "total costs": Measure(lambda m: m.costs_gbp),
    "net return": Measure(lambda m: m.net_return_gbp),
    "net return over cost (%)": Measure(
        lambda m: None if m.net_over_cost is None else 100 * m.net_over_cost, money=False
    ),
    "net of year 0": Measure(lambda m: m.first_net_gbp),
    "net cash after financing": Measure(lambda m: m.net_cash_gbp),
    "saving a year": Measure(lambda m: m.saving_gbp_pa),
    "payback (years)": Measure(lambda m: m.payback_years, money=False),
    "payback (months)": Measure(lambda m: None if m.payback_years is None else 12 * m.payback_years, money=False),
    "payback in year": Measure(lambda m: None if m.payback_years is None else -(-m.payback_years // 1), money=False),
    "discounted payback (years)": Measure(lambda m: m.discounted_payback_years, money=False),
    "break-even saving": Measure(lambda m: m.break_even_saving_gbp_pa),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A printed figure and what its source's own flows come to (None where there is no such figure)."""

    printed: Printed
    computed: float | None

    @property
    def agrees(self) -> bool:
        """True where the two differ by no more than one unit of the last printed digit: rounding or truncation."""
        return self.computed is not None and abs(self.computed - self.printed.value) <= self.rounding * (1 + 1e-9)

    @property
    def rounding(self) -> float:
        """One unit of the last printed digit, in the unit of the value."""
        bare = re.sub(r"[^\d.]", "", self.printed.text)
        digits = float(bare) if re.search(r"\d", bare) else 0.0
        unit = abs(self.printed.value) / digits if digits else 1.0
        return unit * 10.0 ** -len(bare.partition(".")[2])


def compare(printed: Iterable[Printed], flows: Flows, terms: Terms) -> list[Comparison]:
    """Return each printed figure beside the one its flows come to.

    Parameters
    ----------
    printed
        Statements of a source.
    flows
        The flows of the same source.
    terms
        How they are appraised; a statement may bring its own horizon.
    """
    return [Comparison(statement, _computed(statement, flows, terms)) for statement in printed]


def _computed(statement: Printed, flows: Flows, terms: Terms) -> float | None:
    table = flows.table
    met = table["condition"].eq("") | table["condition"].eq(statement.condition or "\0")
    rows = table["option"].eq(statement.option or flows.options()[0]) & met & ~table["planned"]
    if statement.body:
        rows &= table["body"].eq(statement.body)
    if not rows.any():
        return None
    if statement.years:
        terms = replace(terms, horizon_years=int(statement.years))
    return MEASURES[statement.measure].get(measures(flows.where(rows), terms))
