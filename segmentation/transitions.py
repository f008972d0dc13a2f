"""Who moved: areas and residents that went from each earlier segment to each present one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

COLUMNS = ["level", "from", "from_name", "to", "to_name", "n_areas", "population", "share_of_from"]


def transitions(
    earlier: pd.DataFrame, now: pd.DataFrame, population: pd.Series, names: Mapping[tuple[str, int], str]
) -> pd.DataFrame:
    """Return one row for each pair of segments that areas went between, those that stayed included.

    Parameters
    ----------
    earlier, now
        Columns ``super`` and ``sub``, indexed by ``oa_code``, the same areas in the same order.
    population
        Residents now, same index.
    names
        Name of each segment, by level and number.

    Returns
    -------
    DataFrame
        Columns ``level from from_name to to_name n_areas population share_of_from``; the share is of areas, 0 to 1.
    """
    parts = []
    for level in ("super", "sub"):
        moves = pd.DataFrame({"from": earlier[level], "to": now[level], "population": population})
        grouped = moves.groupby(["from", "to"])["population"]
        table = pd.DataFrame({"n_areas": grouped.size(), "population": grouped.sum()}).reset_index()
        table["share_of_from"] = table["n_areas"] / table.groupby("from")["n_areas"].transform("sum")
        for side in ("from", "to"):
            table[f"{side}_name"] = [names[level, int(number)] for number in table[side]]
        parts.append(table.assign(level=level))
    return pd.concat(parts, ignore_index=True)[COLUMNS]
