"""What an option changes from doing nothing, where a table gives the whole money of both.

Line by line and year by year: a cost that is avoided is a benefit, a gain that is given up is a cost. Left as costs
with another sign they would vanish from benefits, ratio and saving a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from estate.flows import CONFIDENCE, ENDLESS, FINANCING, GAINS, Flows, flow_table

#: What two rows must have in common to be one line of money.
_SAME: Final = ["body", "line", "kind", "prices", "capital", "cashable", "condition", "planned"]
_PENNY: Final = 0.005


def differences(flows: Flows, *, nothing: str) -> Flows:
    """Return every option but doing nothing as differences from it.

    Parameters
    ----------
    flows
        Whole money of all options.
    nothing
        Name of doing nothing.

    Examples
    --------
    >>> rent = {"line": "rent", "kind": "cost", "first_year": 1, "last_year": 9.0}
    >>> rows = [rent | {"option": "do nothing", "gbp": -50.0}, rent | {"option": "hub", "gbp": -20.0}]
    >>> differences(Flows(flow_table(rows)), nothing="do nothing").table[["option", "kind", "gbp"]].values.tolist()
    [['hub', 'benefit', 30.0]]
    """
    table = flows.table
    base = table[table["option"].eq(nothing)]
    less = base.assign(**{column: -base[column] for column in ("gbp", "low_gbp", "high_gbp")})
    rows = [row for name in flows.options() if name != nothing
            for row in _of_option(name, pd.concat([table[table["option"].eq(name)], less]))]  # fmt: skip
    return replace(flows, table=flow_table(rows))


def _of_option(name: str, lines: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for key, some in lines.groupby(_SAME, sort=False):
        known = dict(zip(_SAME, key, strict=True))
        if len(some) == 1 or (known["kind"] == "residual" and some["last_year"].eq(ENDLESS).any()):
            parts: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in some.to_dict("records")]
        else:
            parts = list(_steps(some))
        for part in parts:
            yield {**known, **part, "option": name, "kind": _kind(str(known["kind"]), part["gbp"])}


def _steps(lines: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the sum of rows for each run of years in which it is level."""
    first, last = lines["first_year"].to_numpy(dtype=np.float64), lines["last_year"].to_numpy()
    edges = sorted({*first, *(last[np.isfinite(last)] + 1.0)})
    ends = [*(edge - 1.0 for edge in edges[1:]), ENDLESS]
    least = max(lines["confidence"], key=CONFIDENCE.index)
    for start, end in zip(edges, ends, strict=True):
        some = lines[(first <= start) & (last >= start)]
        total = float(some["gbp"].sum())
        if abs(total) > _PENNY:
            yield {
                "first_year": int(start), "last_year": end, "gbp": total, "confidence": least,
                "one_off": bool(some["one_off"].all()),
                "source": "; ".join(dict.fromkeys(source for source in some["source"] if source)),
                **_range(some),
            }  # fmt: skip


def _range(lines: pd.DataFrame) -> dict[str, float]:
    """Return lowest and highest of a sum of rows, where any row has them: rows of one line are low or high together."""
    if not lines[["low_gbp", "high_gbp"]].notna().to_numpy().any():
        return {"low_gbp": np.nan, "high_gbp": np.nan}
    return {name: float(lines[name].fillna(lines["gbp"]).sum()) for name in ("low_gbp", "high_gbp")}


def _kind(kind: str, gbp: float) -> str:
    if kind in FINANCING or kind == "residual":
        return kind
    if gbp > 0 and kind not in GAINS:
        return "benefit"
    return "cost" if gbp < 0 and kind in GAINS else kind
