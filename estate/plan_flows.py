"""The cash flows of plans, as differences from doing nothing, for the business case."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from estate.flows import Flows, flow_table
from estate.plans import Plan

_KEYS = ["body", "line", "year", "kind", "frequency", "cashable", "provenance"]
_PENNY = 0.005


def flows_of_plans(plans: Sequence[Plan], *, source: str) -> Flows:
    """Return what each plan changes from doing nothing, by body and line.

    Discounted at the plan's rate they add up to what the plan saves: its cost less that of doing nothing.

    Parameters
    ----------
    plans
        Doing nothing first.
    source
        What the plans were made from, such as ``place.toml``.

    Returns
    -------
    Flows
        One option a plan but the first; money in pounds, real, year 0 the start of the plan. Gains are benefits, or
        receipts; what is given up or paid is a cost. Years with the same amount stand in one row.
    """
    nothing, *others = plans
    rows = [row for plan in others for row in _rows(plan, _difference(plan.cash_flows, nothing.cash_flows))]
    return Flows(flow_table(rows), unit_gbp=1000.0, source=source)


def _difference(flows: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([flows, today.assign(gbp=-today["gbp"])])
    table = both.groupby(_KEYS, sort=True)["gbp"].sum().reset_index()
    return table[table["gbp"].abs() > _PENNY]


def _rows(plan: Plan, table: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for key, lines in table.groupby([name for name in _KEYS if name != "year"], sort=False):
        body, line, kind, frequency, cashable, provenance = key
        for (amount, _), run in groupby(_numbered(lines), key=lambda step: (step[1], step[2])):
            years = [year for year, _, _ in run]
            rows.append(
                {
                    "option": plan.name,
                    "body": body,
                    "line": str(line),
                    "kind": "cost" if amount < 0 else "receipt" if line == "receipts" else "benefit",
                    "first_year": years[0],
                    "last_year": float(years[-1]),
                    "gbp": amount,
                    "capital": kind == "capital",
                    "one_off": frequency == "one-off",
                    "cashable": bool(cashable),
                    "confidence": provenance,
                    "source": "the plan",
                }
            )
    return rows


def _numbered(lines: pd.DataFrame) -> list[tuple[int, float, int]]:
    """Return year, amount (to the penny), and year less place, which is the same along a run of years."""
    steps = zip(lines["year"].to_list(), lines["gbp"].round(2).to_list(), strict=True)
    return [(int(year), float(amount), int(year) - place) for place, (year, amount) in enumerate(steps)]
