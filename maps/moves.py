"""The layer of options: what each plan decides for every building, who moves where, and what it does to access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import CoverageError, examples
from maps.base import DataLayer
from maps.inert import Json, coded, numbers, packed_json, plain_text

if TYPE_CHECKING:
    from estate.plans import Plan

DECISIONS = ("", "keep", "host", "release")


def move_layer(plans: Sequence[Plan], assets: pd.DataFrame) -> DataLayer:
    """Return the layer of options, in the order given.

    Parameters
    ----------
    plans
        Options over these buildings, usually do nothing, each alone and joint.
    assets
        Asset register, indexed by asset_id; buildings a plan does not decide on are drawn without a decision.

    Raises
    ------
    CoverageError
        If a plan decides on, or moves a team to or from, a building that is not in the register.
    """
    options: list[Json] = [_option(plan, assets.index, last=plan is plans[-1]) for plan in plans]
    return DataLayer("moves", {"table": packed_json(options)}, rows=len(plans))


def _shown(decision: str) -> str:
    """Return how a decision is drawn: a hub that is built receives people; one that is not built has no sign."""
    word = "host" if decision == "build" else decision
    return word if word in DECISIONS else ""


def _option(plan: Plan, index: pd.Index, *, last: bool) -> Json:
    """Return one plan as plain values."""
    buildings = plan.buildings.reindex(index)
    _check_known(plan, index)
    return {
        "name": plain_text(plan.name),
        "status": plain_text(plan.status),
        "sentence": plain_text(plan.sentence()),
        "annual": _number(plan.annual_cost_gbp),
        "saving": _number(plan.saving_gbp_pa),
        "oneOff": _number(plan.one_off_gbp),
        "npv": _number(plan.npv_gbp),
        "gap": _number(plan.gap, decimals=4),
        "moved": int(plan.moved),
        "seed": int(plan.seed),
        "assumptions": [plain_text(line) for line in plan.assumptions],
        "decision": [DECISIONS.index(_shown(word)) for word in buildings["decision"].map(plain_text)],
        "reason": coded(buildings["reason"]),
        "opposite": _opposite(buildings, last=last),
        "released": numbers(buildings["year"].where(buildings["year"] >= 0)) if "year" in buildings else [],
        "moves": _moves(plan.moves, index),
        "access": _access(plan.access),
    }


def _opposite(table: pd.DataFrame, *, last: bool) -> Json:
    """Return what the opposite would cost, in words; None where that is not asked of this option.

    Of the last option it always is: where it was not worked out, the page says how to get it.
    """
    if "opposite_words" in table:
        return coded(table["opposite_words"])
    return coded(pd.Series("", index=table.index)) if last else None


def _check_known(plan: Plan, index: pd.Index) -> None:
    """Raise where a plan names a building that the register does not have."""
    named = [*plan.buildings.index, *plan.moves["from_asset"], *plan.moves["to_asset"]]
    strange = sorted({str(key) for key in named} - {str(key) for key in index})
    if strange:
        raise CoverageError(
            f"plan '{plain_text(plan.name)}': building {examples(strange)} is not in the register."
            " Make the plan anew from this register."
        )


def _moves(moves: pd.DataFrame, index: pd.Index) -> Json:
    """Return who moves from which building to which, by position in the register."""
    return {
        "from": [int(position) for position in index.get_indexer(pd.Index(moves["from_asset"]))],
        "to": [int(position) for position in index.get_indexer(pd.Index(moves["to_asset"]))],
        "organisation": coded(moves["organisation"]),
        "service": coded(moves["service"]),
        "year": numbers(moves["year"] if "year" in moves else pd.Series(0, index=moves.index)),
        "fte": numbers(moves["fte"], decimals=1),
        "distance": numbers(moves["distance_m"]),
        "reason": coded(moves["reason"]),
        "opposite": _opposite(moves, last=False),
    }


def _access(access: pd.DataFrame) -> list[Json]:
    """Return access before and after, one row per service and segment: a sub-segment's number, "all" for everyone."""
    columns = zip(
        [plain_text(service) for service in access["service"]],
        [plain_text(segment) for segment in access["segment"]],
        numbers(access["share_within_before"] * 100, decimals=1),
        numbers(access["share_within_after"] * 100, decimals=1),
        numbers(access["mean_min_before"], decimals=1),
        numbers(access["mean_min_after"], decimals=1),
        numbers(access["limit_min"]),
        [plain_text(quality) for quality in access["quality"]],
        strict=True,
    )
    names = ("service", "segment", "before", "after", "minBefore", "minAfter", "limit", "quality")
    return [dict(zip(names, row, strict=True)) for row in columns]


def _number(value: float | None, *, decimals: int = 0) -> Json:
    """Return one number for the page, None where there is none."""
    return numbers(pd.Series([np.nan if value is None else value]), decimals=decimals)[0]
