"""Numbers of the register with where they come from: recorded in a list, estimated from it, or assumed.

What has no label and a value was recorded. Shares say how much of a sum rests on which of the three.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

PROVENANCE = ("recorded", "estimated", "assumed")


def annual_cost(assets: pd.DataFrame) -> pd.Series:
    """Return running cost + rent + rates (GBP a year); missing only where the running cost is."""
    extra = number(assets, "rent_gbp_pa").fillna(0.0) + number(assets, "rates_gbp_pa").fillna(0.0)
    return (number(assets, "running_cost_gbp_pa") + extra).rename("cost_gbp_pa")


def provenance_shares(assets: pd.DataFrame, column: str, *, by: str | Sequence[str], name: str) -> pd.DataFrame:
    """Return how much of a sum is recorded, estimated and assumed, per group.

    Parameters
    ----------
    assets
        Register with `X_from` columns.
    column
        A number with provenance, or "cost" for running + rent + rates.
    by
        Column or columns to group by.
    name
        Prefix of the result's columns: `name_recorded`, `name_estimated`, `name_assumed` (shares that add up to 1).
    """
    parts = ("running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa") if column == "cost" else (column,)
    groups = assets[[by] if isinstance(by, str) else list(by)]
    keys = [groups[key] for key in groups]
    sums = {
        kind: sum(
            (number(assets, part).where(origin(assets, part).eq(kind), 0.0).fillna(0.0) for part in parts),
            start=pd.Series(0.0, index=assets.index),
        )
        .groupby(keys)
        .sum()
        for kind in PROVENANCE
    }
    table = pd.DataFrame(sums)
    return table.div(table.sum(axis=1).where(lambda total: total > 0), axis=0).add_prefix(f"{name}_")


def number(assets: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as floats; all missing where the table lacks it."""
    if column not in assets:
        return pd.Series(np.nan, index=assets.index, name=column, dtype="float64")
    return pd.to_numeric(assets[column], errors="coerce").astype("float64")


def origin(assets: pd.DataFrame, column: str) -> pd.Series:
    """Return where a column's numbers come from; what has no label was recorded."""
    present = number(assets, column).notna()
    plain = pd.Series("", index=assets.index, dtype="str").mask(present, "recorded")
    return (
        assets[f"{column}_from"].where(assets[f"{column}_from"].ne(""), plain) if f"{column}_from" in assets else plain
    )
