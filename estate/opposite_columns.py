"""What the opposite would cost, as columns of a plan's tables of buildings and moves, and as a table of blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from estate.block_opposites import Alternative, BlockOpposite
from estate.opposites import Opposite
from estate.plans import Plan

#: Columns of the table of buildings, and of the table of moves.
OF_BUILDINGS = ("opposite", "opposite_gbp", "opposite_least_gbp", "opposite_words")
OF_MOVES = ("stay", "stay_gbp", "stay_least_gbp", "next_asset", "next_gbp", "next_least_gbp", "opposite_words")
_WORDS = {True: "found", False: "impossible", None: "none found"}


def with_opposites(plan: Plan, buildings: Sequence[Opposite], blocks: Sequence[BlockOpposite]) -> Plan:
    """Return the plan with more columns in its tables of buildings and moves.

    Returns
    -------
    Plan
        Buildings: ``opposite`` (``found``, ``against a rule``, ``impossible``, ``none found``, or "" where not asked),
        ``opposite_gbp`` (what the best opposite found costs more, GBP present value), ``opposite_least_gbp`` (what each
        costs more at least, proved; below 0 where the plan itself is not proved to be the best) and ``opposite_words``.
        Moves: ``stay`` and its two amounts, of keeping the team's block where it is; ``next_asset`` and its two, of the
        next best building; ``opposite_words``. Missing where there is none.
    """
    told = pd.DataFrame([_building_row(one) for one in buildings], columns=["asset_id", *OF_BUILDINGS])
    own = _joined(plan.buildings, told.set_index("asset_id"), plan.buildings.index)
    rows = pd.DataFrame([_block_row(one) for one in blocks], columns=["block", *OF_MOVES]).set_index("block")
    moves = _joined(plan.moves, rows, pd.Index(plan.moves["block"]))
    return replace(plan, buildings=own, moves=moves)


def block_table(blocks: Sequence[BlockOpposite]) -> pd.DataFrame:
    """Return a row for each block that was asked about.

    Returns
    -------
    pandas.DataFrame
        ``block``, ``teams`` (their ids), ``name``, ``fte``, ``from_asset``, ``to_asset``, ``reason``, ``fixed``, and
        the columns of moves.
    """
    same = ("block", "name", "fte", "from_asset", "to_asset", "reason", "fixed")
    rows = [
        {**{name: getattr(one, name) for name in same}, "teams": "; ".join(one.teams), **_block_row(one)}
        for one in blocks
    ]
    order = ["block", "teams", *same[1:], *OF_MOVES]
    return pd.DataFrame(rows, columns=order)


def _joined(table: pd.DataFrame, more: pd.DataFrame, keys: pd.Index) -> pd.DataFrame:
    """Return a table with the columns of another, found by keys; texts not found are empty, amounts missing."""
    found = more[~more.index.duplicated()].reindex(keys).set_axis(table.index)
    for name in found:
        found[name] = (
            found[name].astype("float64") if str(name).endswith("_gbp") else found[name].fillna("").astype("str")
        )
    return table.drop(columns=list(found.columns), errors="ignore").join(found)


def _building_row(one: Opposite) -> dict[str, object]:
    return {
        "asset_id": one.asset,
        "opposite": "against a rule" if one.possible and one.fixed else _WORDS[one.possible],
        "opposite_gbp": _pounds_or_missing(one.extra_gbp),
        "opposite_least_gbp": _pounds_or_missing(one.least_extra_gbp),
        "opposite_words": _words(one.sentences()[1:]),
    }


def _block_row(one: BlockOpposite) -> dict[str, object]:
    stay, elsewhere = one.other("stay"), one.other("move")
    return {
        "block": one.block,
        **_amounts("stay", one, stay),
        "next_asset": "" if elsewhere is None else elsewhere.asset,
        **{name: value for name, value in _amounts("next", one, elsewhere).items() if name != "next"},
        "opposite_words": _words(one.sentences()[1:]),
    }


def _amounts(start: Literal["stay", "next"], block: BlockOpposite, one: Alternative | None) -> dict[str, object]:
    if one is None:
        return {start: "", f"{start}_gbp": np.nan, f"{start}_least_gbp": np.nan}
    return {
        start: "against a rule" if one.possible and block.fixed else _WORDS[one.possible],
        f"{start}_gbp": _pounds_or_missing(one.extra_gbp),
        f"{start}_least_gbp": _pounds_or_missing(one.least_extra_gbp),
    }


def _words(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _pounds_or_missing(amount_gbp: float) -> float:
    return float(round(amount_gbp)) if math.isfinite(amount_gbp) else np.nan
