"""The yearly money of a plan by body and line: the long table that an appraisal is made from.

Year 0 is the start of the plan and is not discounted; what is paid through a year falls at its end. What is paid is
negative. The flows are those of the whole option, not of its difference from another: subtract the table of doing
nothing for that. Discounted at the plan's rate, the difference is the saving that the optimiser reports.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from estate.building_flows import LINES, Floats, building_flows, flow_years, move_prices
from estate.colocation import Problem
from estate.decision import Decision
from estate.numbers import origin

CASH_FLOW_COLUMNS = (
    "body", "line", "year", "gbp", "kind", "frequency", "cashable", "provenance",
)  # fmt: skip
KEYS = ["body", "line", "year", "provenance"]


def cash_flow_table(problem: Problem, decision: Decision) -> pd.DataFrame:
    """Return the money of a decision by body, line, year and where the number comes from.

    Returns
    -------
    pandas.DataFrame
        Sorted; ``body`` (who pays or receives: the owner of a building, the body of a block), ``line`` (see
        :data:`estate.building_flows.LINES`), ``year`` (0 is the start), ``gbp`` (real; paid is negative), ``kind``
        ("capital" or "revenue"), ``frequency`` ("recurring" or "one-off"), ``cashable``, ``provenance`` ("recorded",
        "estimated" or "assumed": where the amount or the quantity behind it comes from).
    """
    rows = [*_of_buildings(problem, decision), *_of_moves(problem, decision)]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=[*KEYS, "gbp"])
    table = table[table["gbp"] != 0.0].groupby(KEYS)["gbp"].sum().reset_index()
    table["kind"] = table["line"].map({line: LINES[line].kind for line in LINES})
    table["frequency"] = np.where(
        table["line"].map({line: LINES[line].recurring for line in LINES}), "recurring", "one-off"
    )
    table["cashable"] = table["line"].map({line: LINES[line].cashable for line in LINES}).astype(bool)
    order = table["line"].map({line: number for number, line in enumerate(LINES)})
    table = table.assign(order=order).sort_values(["body", "order", "year", "provenance"])
    return table[list(CASH_FLOW_COLUMNS)].reset_index(drop=True)


def _of_buildings(problem: Problem, decision: Decision) -> list[pd.DataFrame]:
    """Return the rows of buildings, those with the same fate together."""
    chosen = problem.register.loc[problem.buildings.index]
    rows = []
    for leaving in (None, *sorted(set(decision.left_in[~decision.kept].tolist()))):
        mine = decision.kept if leaving is None else ~decision.kept & (decision.left_in == leaving)
        some = chosen[mine]
        if len(some):
            flows = building_flows(some, problem.costs, leaving=leaving, n_years=problem.n_years)
            rows += [_long(some["organisation"], line, money, _origin(some, line)) for line, money in flows.items()]
    return rows


def _of_moves(problem: Problem, decision: Decision) -> list[pd.DataFrame]:
    """Return the rows of blocks that move."""
    arcs, costs = problem.arcs, problem.costs
    taken = arcs[(decision.place[arcs["block"].to_numpy()] == arcs["building"].to_numpy()) & ~arcs["stay"].to_numpy()]
    if taken.empty:
        return []
    blocks = problem.blocks.iloc[taken["block"].to_numpy()]
    when = decision.moves_in[taken["block"].to_numpy()]
    once = np.arange(flow_years(costs, problem.n_years)) == when[:, None]
    lines = {line: price * blocks["fte"].to_numpy() for line, price in move_prices(costs).items()}
    lines["excess travel"] = taken["travel_gbp"].to_numpy()
    assumed = pd.Series("assumed", index=blocks.index)
    return [_long(blocks["organisation"], line, -amount[:, None] * once, assumed) for line, amount in lines.items()]


def _origin(assets: pd.DataFrame, line: str) -> pd.Series:
    source = LINES[line].source
    known = origin(assets, source) if source else pd.Series("", index=assets.index, dtype=object)
    return known.where(known.astype(object).ne("") & known.notna(), "assumed")


def _long(body: pd.Series, line: str, money: Floats, provenance: pd.Series) -> pd.DataFrame:
    """Return yearly money, one row for each building or block, as a long table."""
    n_rows, n_years = money.shape
    return pd.DataFrame(
        {
            "body": np.repeat(body.to_numpy(dtype=object), n_years),
            "line": line,
            "year": np.tile(np.arange(n_years), n_rows),
            "provenance": np.repeat(provenance.to_numpy(dtype=object), n_years),
            "gbp": money.ravel(),
        }
    )
