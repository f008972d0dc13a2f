"""The business case of one or more options: measures, horizons, conditions, partners, finance, risk, printed figures.

Everything is worked out from cash flows alone, so a plain table can be appraised without any map. Each option is seen
against doing nothing (its flows are differences from it) and, where there is one, beside doing the minimum. What bodies
have in their own plans already, and what waits on a condition, is kept out of the claim and shown apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from estate.finance import Borrowing, financial_view, loan_rate
from estate.flow_differences import differences
from estate.flows import ENDLESS, GAINS, Flows, Terms, row_values, yearly
from estate.measures import Measures, measures
from estate.phrases import counted
from estate.printed import Comparison, Printed, compare
from estate.sensitivity import Chances, chances, scenario_table, tornado
from geodata.errors import DataError

HORIZONS: Final = (10, 20, 25, 60)
MINIMUM: Final = "do minimum"
NOTHING: Final = "do nothing"


@dataclass(frozen=True, slots=True, eq=False)
class OptionCase:
    """The case of one option.

    Parameters
    ----------
    name
        Name of the option.
    measures
        Of its claimed flows over the horizon.
    horizons
        Index horizon (years): ``npv_gbp`` and ``benefit_cost_ratio``; only horizons that the flows reach.
    conditions
        One row a condition that some flows wait on: ``condition``, ``amount_gbp`` (present value), ``low_npv_gbp``,
        ``npv_gbp`` and ``high_npv_gbp`` of the option with it.
    planned_gbp
        Present value of what bodies have in their own plans already: not part of the claim.
    by_body
        Index body, the last row "all"; present values ``costs_gbp``, ``benefits_gbp``, ``net_gbp``, and the ratio.
    by_body_and_year
        Index body, columns year: real net money (GBP).
    by_year
        Index year; real ``costs_gbp``, ``benefits_gbp``, ``net_gbp``, ``running_total_gbp``, ``discounted_gbp``.
    financial
        As :func:`estate.finance.financial_view` gives it.
    loan_rate
        Rate that borrowing in the flows themselves implies, or None.
    tornado, scenarios
        As :mod:`estate.sensitivity` gives them.
    """

    name: str
    measures: Measures
    horizons: pd.DataFrame
    conditions: pd.DataFrame
    planned_gbp: float
    by_body: pd.DataFrame
    by_body_and_year: pd.DataFrame
    by_year: pd.DataFrame
    financial: pd.DataFrame
    loan_rate: float | None
    tornado: pd.DataFrame
    scenarios: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class BusinessCase:
    """The cases of all options, side by side.

    Parameters
    ----------
    options
        One case an option, in the order of the flows.
    flows
        What they rest on.
    terms, borrowing
        How they were appraised and financed.
    chances
        What random draws say, with the same draws for all options.
    comparisons
        Figures that the source prints, beside those that its flows come to.
    quantities
        Sums in other units than pounds.
    notes
        What was read in another way than it is written, and what someone should look at.
    """

    options: tuple[OptionCase, ...]
    flows: Flows
    terms: Terms
    borrowing: Borrowing
    chances: Chances
    comparisons: tuple[Comparison, ...]
    quantities: pd.DataFrame
    notes: tuple[str, ...] = ()

    def option(self, name: str) -> OptionCase:
        """Return the case of one option."""
        return next(case for case in self.options if case.name == name)


def appraise(
    flows: Flows,
    *,
    terms: Terms | None = None,
    borrowing: Borrowing | None = None,
    printed: Iterable[Printed] = (),
    quantities: pd.DataFrame | None = None,
    notes: Iterable[str] = (),
    draws: int = 10_000,
    seed: int = 0,
) -> BusinessCase:
    """Return the business case of every option in the flows.

    Parameters
    ----------
    flows
        The lines of money. Where one option is called "do nothing", the others are taken as whole costs and compared
        with it; else all flows are differences from doing nothing.
    terms
        Horizon, rate, timing and prices; by default the Green Book's over ten years, or over the last year of the flows
        where they have an end after that.
    borrowing
        How capital is paid for in the financial view.
    printed, quantities, notes
        Statements of the source, sums in other units, and what was noted when the source was read.
    draws, seed
        Random draws of the risk analysis, and their seed.

    Raises
    ------
    DataError
        A horizon is shorter than a line of money that ends.
    """
    terms, borrowing = terms or Terms(horizon_years=default_horizon(flows)), borrowing or Borrowing()
    _check_horizon(flows, terms)
    against = _against_nothing(flows)
    cases = tuple(_case(name, against.of(name), terms, borrowing) for name in against.options())
    claimed = against.claimed()
    return BusinessCase(
        cases,
        against,
        terms,
        borrowing,
        chances(claimed, terms, draws=draws, seed=seed),
        tuple(_compared(printed, flows, against, terms)),
        pd.DataFrame() if quantities is None else quantities,
        tuple(notes),
    )


def _compared(printed: Iterable[Printed], flows: Flows, against: Flows, terms: Terms) -> list[Comparison]:
    """Return printed figures beside those of the whole money, or of the differences from doing nothing."""
    found = list(printed)
    pairs = zip(compare(found, flows, terms), compare(found, against, terms), strict=True)
    return [whole if whole.agrees or changed.computed is None else changed for whole, changed in pairs]


def default_horizon(flows: Flows) -> int:
    """Return ten years, or the last year of flows that end later."""
    ends = flows.table["last_year"]
    return int(max(10, ends[ends < ENDLESS].max())) if (ends < ENDLESS).any() else 10


def _check_horizon(flows: Flows, terms: Terms) -> None:
    """Raise where a line with an end would be cut off: a lease or loan longer than the horizon."""
    table = flows.table
    longer = table[table["last_year"].lt(ENDLESS) & table["last_year"].gt(terms.horizon_years)]
    if len(longer):
        longer = longer.drop_duplicates(["body", "line"])
        ends = [flows.year_name(int(year)) for year in longer["last_year"]]
        told = zip(longer["line"], longer["body"], ends, strict=True)
        rows = [f"'{line}' of {body} ends in {end}" for line, body, end in told]
        raise DataError(
            f"{flows.source}: the horizon of {terms.horizon_years} years is shorter than {counted(len(rows), 'line')} "
            f"of money: {'; '.join(rows[:3])}. Take a horizon of {default_horizon(flows)} years or more."
        )


def _against_nothing(flows: Flows) -> Flows:
    """Return the flows as differences from doing nothing, where that option is among them."""
    names = flows.options()
    nothing = next((name for name in names if name.strip().lower() == NOTHING), None)
    if nothing is None or len(names) == 1:
        return flows
    return differences(flows, nothing=nothing)


def _case(name: str, flows: Flows, terms: Terms, borrowing: Borrowing) -> OptionCase:
    claimed = flows.claimed()
    economic = claimed.economic()
    planned = flows.where(flows.table["planned"] & flows.table["condition"].eq("")).economic()
    return OptionCase(
        name=name,
        measures=measures(claimed, terms),
        horizons=_horizons(claimed, terms),
        conditions=_conditions(flows, terms),
        planned_gbp=float(row_values(planned, terms).sum()),
        by_body=_by_body(economic, terms),
        by_body_and_year=yearly(economic, terms).groupby(economic.table["body"], sort=False).sum(),
        by_year=_by_year(economic, terms),
        financial=financial_view(claimed, terms, borrowing),
        loan_rate=loan_rate(claimed, terms),
        tornado=tornado(claimed, terms),
        scenarios=scenario_table(claimed, terms),
    )


def _horizons(flows: Flows, terms: Terms) -> pd.DataFrame:
    """Return the worth over several horizons, where some lines go on; else over the one."""
    goes_on = flows.table["last_year"].eq(ENDLESS).any()
    years = sorted({terms.horizon_years, *(HORIZONS if goes_on else ())})
    rows = {horizon: measures(flows, replace(terms, horizon_years=horizon)) for horizon in years}
    names = ("npv_gbp", "benefit_cost_ratio")
    table = pd.DataFrame({name: {horizon: getattr(row, name) for horizon, row in rows.items()} for name in names})
    return table.rename_axis("horizon_years")


def _conditions(flows: Flows, terms: Terms) -> pd.DataFrame:
    """Return what the option is worth if each condition comes true, at its lowest and highest."""
    base = measures(flows.claimed(), terms).npv_gbp
    rows = []
    waiting = flows.economic().where(flows.economic().table["condition"].ne(""))
    for condition, lines in waiting.table.groupby("condition", sort=False):
        worth = [
            float(row_values(replace(waiting, table=lines.assign(gbp=amount)), terms).sum())
            for amount in (lines["low_gbp"].fillna(lines["gbp"]), lines["gbp"], lines["high_gbp"].fillna(lines["gbp"]))
        ]
        rows.append((condition, worth[1], *(base + part for part in worth)))
    return pd.DataFrame(rows, columns=["condition", "amount_gbp", "low_npv_gbp", "npv_gbp", "high_npv_gbp"])


def _by_body(flows: Flows, terms: Terms) -> pd.DataFrame:
    value, gain = row_values(flows, terms), flows.table["kind"].isin(GAINS)
    body = flows.table["body"]
    order = flows.bodies()
    benefits = value.where(gain, 0.0).groupby(body).sum().reindex(order)
    costs = (-value.where(~gain, 0.0)).groupby(body).sum().reindex(order) + 0.0
    table = pd.DataFrame({"costs_gbp": costs, "benefits_gbp": benefits, "net_gbp": benefits - costs})
    table.loc["all"] = table.sum()
    table["benefit_cost_ratio"] = table["benefits_gbp"] / table["costs_gbp"].where(table["costs_gbp"] > 0)
    return table.rename_axis("body")


def _by_year(flows: Flows, terms: Terms) -> pd.DataFrame:
    money, gain = yearly(flows, terms), flows.table["kind"].isin(GAINS)
    table = pd.DataFrame({"costs_gbp": -money[~gain].sum() + 0.0, "benefits_gbp": money[gain].sum()})
    table["net_gbp"] = table["benefits_gbp"] - table["costs_gbp"]
    table["running_total_gbp"] = table["net_gbp"].cumsum()
    table["discounted_gbp"] = table["net_gbp"] * terms.weights()
    return table.rename_axis("year")
