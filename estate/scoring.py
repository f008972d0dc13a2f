"""One framework for all options: every criterion on one scale, weighed as the user says, and how firm the ranking is.

Each criterion runs from 0 (the worst of the options) to 100 (the best), in proportion between; the score is the
weighted mean. Beside the ranking stands by how much the weight of one criterion would have to change, the others
keeping their proportions, before another option comes first. Source: multi-criteria analysis with linear scales and
swing weights (Department for Communities and Local Government, Multi-criteria analysis: a manual, 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estate.colocation import Problem
from estate.numbers import number, origin
from estate.phrases import listed
from estate.plans import Plan
from geodata.errors import DataError, did_you_mean

METRES_A_KM: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that options are judged by.

    Parameters
    ----------
    words
        What it measures, with its unit.
    more_is_better
        False where less is better.
    """

    words: str
    more_is_better: bool


CRITERIA: Final = {
    "money": Criterion("saving over the horizon, present value (GBP)", more_is_better=True),
    "access": Criterion("residents served within the standards, summed over services", more_is_better=True),
    "staff travel": Criterion("FTE x km further off", more_is_better=False),
    "disruption": Criterion("FTE who move", more_is_better=False),
    "carbon": Criterion("kWh a year of buildings kept", more_is_better=False),
    "risk": Criterion("share of the saving that rests on assumed figures", more_is_better=False),
    "perception": Criterion("residents kept away by a neighbour", more_is_better=False),
    "appetite": Criterion("share of moves between bodies that are willing", more_is_better=True),
}
#: Weights where the user gives none: money and access first. Assumed; a place should set its own.
WEIGHTS: Final = {
    "money": 30.0, "access": 25.0, "staff travel": 10.0, "disruption": 10.0, "carbon": 10.0, "risk": 5.0,
    "perception": 5.0, "appetite": 5.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Options in order of their score.

    Parameters
    ----------
    table
        Index option, the best first; ``score`` and ``rank``.
    raw
        Index option, one column a criterion, in its own unit; missing where nothing is known.
    scaled
        The same from 0 to 100; a criterion in which all options are alike is left out.
    weights
        By criterion, adding up to 100.
    switches
        One row a criterion whose weight can change who comes first: ``criterion``, ``weight``, ``switch_weight`` (the
        nearest weight at which another option comes first) and ``to`` (that option).
    """

    table: pd.DataFrame
    raw: pd.DataFrame
    scaled: pd.DataFrame
    weights: pd.Series
    switches: pd.DataFrame

    def sentences(self) -> list[str]:
        """Return the ranking, and what would change it."""
        ranked = [f"{name} {score:.0f}" for name, score in self.table["score"].items()]
        lines = [f"Scores (0 to 100, weights {_told(self.weights)}): {', '.join(ranked)}."]
        best = self.table.index[0]
        if self.switches.empty:
            return [*lines, f"No change of one weight alone puts another option before {best}."]
        near = self.switches.iloc[0]
        told = (
            f"{best} stays first until {near['criterion']} weighs {near['switch_weight']:.0f} instead of "
            f"{near['weight']:.0f}: then {near['to']} comes first."
        )
        return [*lines, told]


def score_options(
    problem: Problem,
    plans: Sequence[Plan],
    *,
    weights: Mapping[str, float] | None = None,
    willing: Sequence[str] = (),
) -> Scores:
    """Return the options in order of their score.

    Parameters
    ----------
    problem, plans
        The facts, and the options, doing nothing among them.
    weights
        Weight of each criterion, 0 or more; they are brought to 100. Those not named count nothing.
    willing
        Bodies that are willing to share. Where none is named, appetite is not known and is left out.

    Raises
    ------
    DataError
        A criterion or body is unknown, a weight is negative, or all are nothing; all are told at once.
    """
    chosen = _weights(weights)
    bodies = set(problem.register["organisation"])
    strange = [
        f"'{name}' is no body of this place.{did_you_mean(name, bodies)}" for name in willing if name not in bodies
    ]
    if strange:
        raise DataError(f"appetite: {' '.join(strange)}")
    raw = pd.DataFrame({plan.name: criteria_of(problem, plan, willing=willing) for plan in plans}).T
    return rank(raw[list(CRITERIA)], chosen)


def criteria_of(problem: Problem, plan: Plan, *, willing: Sequence[str] = ()) -> dict[str, float]:
    """Return every criterion of a plan in its own unit; missing where nothing is known."""
    moves, kept = plan.moves, plan.buildings["decision"].ne("release")
    register = problem.register.loc[plan.buildings.index]
    released = register[~kept.to_numpy()]
    cost = number(released, "running_cost_gbp_pa").fillna(0.0)
    assumed = float(cost.where(origin(released, "running_cost_gbp_pa").eq("assumed"), 0.0).sum())
    everybody = plan.access[plan.access["segment"].astype(str).eq("all")]
    people = everybody["residents"]
    served, within = (float((people * everybody[f"share_{word}_after"]).sum()) for word in ("served", "within"))
    energy = number(register, "energy_kwh_pa")
    owner = problem.register["organisation"]
    between = moves[moves["to_asset"].map(owner).ne(moves["organisation"])]
    agreed = between["organisation"].isin(willing) & between["to_asset"].map(owner).isin(willing)
    return {
        "money": plan.cost_saving_gbp,
        "access": served if len(everybody) else np.nan,
        "staff travel": float((moves["fte"] * moves["distance_m"]).sum()) / METRES_A_KM,
        "disruption": float(moves["fte"].sum()),
        "carbon": float(energy[kept.to_numpy()].sum()) if energy.notna().all() else np.nan,
        "risk": assumed / float(cost.sum()) if cost.sum() > 0 else 0.0,
        "perception": within - served if len(everybody) else np.nan,
        "appetite": np.nan if not willing else float(agreed.mean()) if len(between) else 1.0,
    }


def rank(raw: pd.DataFrame, weights: pd.Series) -> Scores:
    """Return options in order of the weighted mean of their criteria.

    Parameters
    ----------
    raw
        Index option, one column a criterion of ``CRITERIA``.
    weights
        By criterion, 0 or more.

    Examples
    --------
    >>> raw = pd.DataFrame({"money": [0.0, 10.0], "access": [5.0, 4.0]}, index=["nothing", "joint"])
    >>> found = rank(raw, pd.Series({"money": 60.0, "access": 40.0}))
    >>> found.table["score"].to_dict(), float(found.switches.loc[0, "switch_weight"])
    ({'joint': 60.0, 'nothing': 40.0}, 50.0)
    """
    known = [str(name) for name in raw if raw[name].notna().all() and np.ptp(raw[name].to_numpy(dtype=float)) > 0]
    low, high = raw[known].min(), raw[known].max()
    scaled = 100.0 * (raw[known] - low) / (high - low)
    for name in known:
        if not CRITERIA[name].more_is_better:
            scaled[name] = 100.0 - scaled[name]
    used = weights.reindex(known, fill_value=0.0)
    used = 100.0 * used / used.sum() if used.sum() > 0 else used
    score = (scaled * used).sum(axis=1) / 100.0
    order = score.sort_values(ascending=False, kind="stable").index
    table = pd.DataFrame({"score": score.loc[order], "rank": range(1, len(order) + 1)}).rename_axis("option")
    return Scores(table, raw.loc[order], scaled.loc[order], used, _switches(scaled.loc[order], used))


def _switches(scaled: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return for each criterion the nearest weight at which another option comes first.

    With weight w on one criterion and the rest in proportion, a score is ``w a + (100 - w) r``, a the option's value in
    it and r its weighted mean over the rest: lines in w, which cross once.
    """
    rows = []
    for name in map(str, scaled):
        rest = weights.drop(name)
        if not rest.sum() > 0:
            continue
        others = (scaled[rest.index] * rest).sum(axis=1) / rest.sum()
        slope = scaled[name] - others
        lead, tilt = others.iloc[0] - others.iloc[1:], slope.iloc[0] - slope.iloc[1:]
        crossing = (100.0 * -lead / tilt.where(tilt.abs() > 1e-12)).dropna()
        crossing = crossing[crossing.between(0.0, 100.0) & (crossing - weights[name]).abs().gt(1e-9)]
        if len(crossing):
            at = int((crossing - weights[name]).abs().to_numpy().argmin())
            rows.append((name, weights[name], float(crossing.iloc[at]), crossing.index[at]))
    table = pd.DataFrame(rows, columns=["criterion", "weight", "switch_weight", "to"])
    apart = (table["switch_weight"] - table["weight"]).abs()
    return table.loc[apart.sort_values(kind="stable").index].reset_index(drop=True)


def _weights(weights: Mapping[str, float] | None) -> pd.Series:
    given = dict(weights or WEIGHTS)
    faults = [f"'{name}' is no criterion.{did_you_mean(name, CRITERIA)}" for name in given if name not in CRITERIA]
    faults += [
        f"The weight of {name} is {weight:g}; give 0 or more." for name, weight in given.items() if not weight >= 0
    ]
    if not faults and not sum(given.values()) > 0:
        faults.append("All weights are nothing.")
    if faults:
        raise DataError(f"weights: {' '.join(faults)} The criteria are {listed(list(CRITERIA))}.")
    return pd.Series(given, dtype="float64")


def _told(weights: pd.Series) -> str:
    return ", ".join(f"{name} {weight:.0f}" for name, weight in weights.items() if weight > 0)
