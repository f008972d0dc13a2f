"""How far an appraisal depends on what is not known: tornado, switching values, scenarios and chance.

Every line of money has a lowest and a highest amount: those of the source, or a range by how sure the line is. Lines of
one kind share half of their fortune (a dear year for builders is dear for all), so that errors do not cancel out
unseen. Options share their draws: a line that stands in two options is as lucky in both. The model is linear in the
lines, so ten thousand draws are one matrix product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from estate.flows import GAINS, Flows, Terms, row_values
from estate.measures import measures

Floats = NDArray[np.float64]

#: Share by which a line may be worse or better where its source gives no range, by how sure it is. Assumed.
RANGE_BY_CONFIDENCE: Final = {"recorded": 0.05, "estimated": 0.15, "assumed": 0.30}
#: Share of the variance that lines of one driver have in common. Assumed.
IN_COMMON: Final = 0.5
QUANTILES: Final = (0.10, 0.50, 0.90)
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way in which things turn out.

    Parameters
    ----------
    name
        In words.
    costs, benefits
        Factors on all costs and on all gains.
    delay_years
        Years by which gains come later than planned; costs come when they were planned.
    """

    name: str
    costs: float = 1.0
    benefits: float = 1.0
    delay_years: int = 0


SCENARIOS: Final = (
    Scenario("as planned"),
    Scenario("gains start a year late", delay_years=1),
    Scenario("gains start two years late", delay_years=2),
    Scenario("costs 20 % higher", costs=1.2),
    Scenario("gains 20 % lower", benefits=0.8),
    Scenario("both 20 % worse", costs=1.2, benefits=0.8),
    Scenario("both 50 % worse", costs=1.5, benefits=0.5),
)


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """What ten thousand draws say of each option.

    Parameters
    ----------
    table
        Index option; ``p10_gbp``, ``p50_gbp``, ``p90_gbp``, ``mean_gbp`` (net present value, GBP) and ``above_nil``,
        the share of draws in which it is above nil.
    better
        Share of draws in which the option of the row beats that of the column.
    draws, seed
        Number of draws and seed.
    """

    table: pd.DataFrame
    better: pd.DataFrame
    draws: int
    seed: int


def driver(flows: Flows) -> pd.Series:
    """Return what moves each line: capital costs, other costs, savings, receipts. Index as ``flows.table``."""
    table = flows.table
    cost = pd.Series("revenue costs", index=table.index).mask(table["capital"], "capital costs")
    gains = {"benefit": "savings", "receipt": "receipts", "residual": "residual value"}
    return cost.mask(table["kind"].isin(gains), table["kind"].replace(gains)).rename("driver")


def ranges(flows: Flows, by_confidence: Mapping[str, float] = RANGE_BY_CONFIDENCE) -> pd.DataFrame:
    """Return the worst and best of each line as factors on its amount.

    Parameters
    ----------
    flows
        Any flows.
    by_confidence
        Share by which a line without a range may differ, by confidence.

    Returns
    -------
    DataFrame
        Index as ``flows.table``; ``worst`` and ``best`` (factors), ``from`` ("source" or "confidence").
    """
    table = flows.table
    share = table["confidence"].map(dict(by_confidence)).astype("float64")
    gain = table["kind"].isin(GAINS)
    amount = table["gbp"].where(table["gbp"].ne(0))
    given = (table["low_gbp"].notna() | table["high_gbp"].notna()) & amount.notna()
    low, high = table["low_gbp"] / amount, table["high_gbp"] / amount
    ends = pd.DataFrame({"a": low.fillna(1.0), "b": high.fillna(1.0)})
    worst = ends.min(axis=1).where(gain, ends.max(axis=1))
    best = ends.max(axis=1).where(gain, ends.min(axis=1))
    return pd.DataFrame(
        {
            "worst": worst.where(given, (1.0 - share).where(gain, 1.0 + share)),
            "best": best.where(given, (1.0 + share).where(gain, 1.0 - share)),
            "from": pd.Series("confidence", index=table.index).mask(given, "source"),
        }
    )


def tornado(flows: Flows, terms: Terms) -> pd.DataFrame:
    """Return how far each driver alone moves the net present value, the widest first.

    Parameters
    ----------
    flows
        Flows of one option.
    terms
        How they are appraised.

    Returns
    -------
    DataFrame
        One row a driver: ``driver``, ``worst_gbp``, ``base_gbp``, ``best_gbp`` (net present value), ``switching_value``
        (the factor on the driver at which the net present value is nil, missing where none does) and ``in_range``
        (whether that factor lies within the driver's range).
    """
    flows = flows.economic()
    value, drivers, span = row_values(flows, terms), driver(flows), ranges(flows)
    base = float(value.sum())
    rows = []
    for name, lines in value.groupby(drivers, sort=False):
        low, high = (float((lines * (span.loc[lines.index, end] - 1.0)).sum()) for end in ("worst", "best"))
        total = float(lines.sum())
        switch = 1.0 - base / total if total else np.nan
        factors = [1.0 + change / total for change in (low, high)] if total else [1.0, 1.0]
        rows.append((name, base + low, base, base + high, switch, min(factors) <= switch <= max(factors)))
    for label, rates in (("discount rate (2.5 to 6.0 %)", (0.06, 0.025)),):
        ends = [float(row_values(flows, replace(terms, rate=rate)).sum()) for rate in rates]
        rows.append((label, min(ends), base, max(ends), np.nan, min(ends) <= 0 <= max(ends)))
    late = scenario_value(flows, terms, Scenario("late", delay_years=1))
    rows.append(("gains a year late", min(late, base), base, base, np.nan, late <= 0 <= base))
    names = ["driver", "worst_gbp", "base_gbp", "best_gbp", "switching_value", "in_range"]
    table = pd.DataFrame(rows, columns=names)
    width = (table["best_gbp"] - table["worst_gbp"]).rename("width")
    order = width.sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def scenario_value(flows: Flows, terms: Terms, scenario: Scenario) -> float:
    """Return the net present value of one scenario (GBP)."""
    return measures(in_scenario(flows, scenario), terms).npv_gbp


def scenario_table(flows: Flows, terms: Terms, scenarios: tuple[Scenario, ...] = SCENARIOS) -> pd.DataFrame:
    """Return the measures of each scenario.

    Returns
    -------
    DataFrame
        Index scenario; ``npv_gbp``, ``benefit_cost_ratio``, ``net_return_gbp``, ``net_over_cost`` and
        ``payback_years``.
    """
    rows = {scenario.name: measures(in_scenario(flows, scenario), terms) for scenario in scenarios}
    names = ("npv_gbp", "benefit_cost_ratio", "net_return_gbp", "net_over_cost", "payback_years")
    table = pd.DataFrame({name: {key: getattr(row, name) for key, row in rows.items()} for name in names})
    return table.loc[list(rows)].rename_axis("scenario")


def in_scenario(flows: Flows, scenario: Scenario) -> Flows:
    """Return the flows as they would be in a scenario.

    A gain of one year comes later as a whole; a gain over many years starts later and ends when it would have ended,
    whether it is written in one row or in a row a year.
    """
    table = flows.table.copy()
    gain = table["kind"].isin(GAINS)
    table["gbp"] *= np.where(gain, scenario.benefits, scenario.costs)
    later = gain * scenario.delay_years
    end = table.groupby(["option", "body", "line", "kind", "condition"])["last_year"].transform("max")
    table["first_year"] += later
    table["last_year"] += later
    recurring = gain & ~table["one_off"]
    table["last_year"] = table["last_year"].where(~recurring, np.minimum(table["last_year"], end))
    return replace(flows, table=table[table["last_year"] >= table["first_year"]])


def chances(flows: Flows, terms: Terms, *, draws: int = 10_000, seed: int = 0) -> Chances:
    """Return how likely each option is to pay, with the same draws for all options.

    Parameters
    ----------
    flows
        Flows of all options.
    terms
        How they are appraised.
    draws
        Number of draws.
    seed
        Seed. The same seed gives the same figures.
    """
    flows = flows.economic()
    names = flows.options()
    table = flows.table
    value, span, drivers = row_values(flows, terms), ranges(flows), driver(flows)
    line = table["body"] + "\0" + table["line"] + "\0" + table["kind"] + "\0" + table["condition"]
    keys, key = np.unique(line.to_numpy(dtype=str), return_inverse=True)
    kinds, kind = np.unique(drivers.to_numpy(dtype=str), return_inverse=True)
    of_key = np.zeros(len(keys), dtype=np.intp)
    of_key[key] = kind
    low, high = span[["worst", "best"]].min(axis=1).to_numpy(), span[["worst", "best"]].max(axis=1).to_numpy()
    option = table["option"].map({name: place for place, name in enumerate(names)}).to_numpy()
    random = np.random.default_rng(seed)
    worth = np.empty((draws, len(names)))
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        shared, own = random.standard_normal((size, len(kinds))), random.standard_normal((size, len(keys)))
        luck = ndtr(np.sqrt(IN_COMMON) * shared[:, of_key] + np.sqrt(1.0 - IN_COMMON) * own)
        for place in range(len(names)):
            rows = option == place
            factor = _triangular(luck[:, key[rows]], low[rows], high[rows])
            worth[start : start + size, place] = factor @ value.to_numpy()[rows]
    p10, p50, p90 = np.quantile(worth, QUANTILES, axis=0)
    said = {
        "p10_gbp": p10,
        "p50_gbp": p50,
        "p90_gbp": p90,
        "mean_gbp": worth.mean(axis=0),
        "above_nil": (worth > 0).mean(axis=0),
    }
    better = [[float((worth[:, a] > worth[:, b]).mean()) for b in range(len(names))] for a in range(len(names))]
    index = pd.Index(names, name="option")
    return Chances(pd.DataFrame(said, index=index), pd.DataFrame(better, index=index, columns=names), draws, seed)


def _triangular(luck: Floats, low: Floats, high: Floats) -> Floats:
    """Return values of triangular distributions with mode 1 at the given quantiles, shape of ``luck``."""
    low, high = np.minimum(low, 1.0), np.maximum(high, 1.0)
    width = np.maximum(high - low, 1e-300)
    mode = (1.0 - low) / width
    rising = low + np.sqrt(luck * width * (1.0 - low))
    falling = high - np.sqrt((1.0 - luck) * width * (high - 1.0))
    return np.where(luck < mode, rising, falling)
