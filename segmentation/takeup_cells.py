"""Every count of take-up that is published, and every way in which they add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.contacts import COMPLAINT, USE
from segmentation.suppression import Ints, Sum

ALL = "all services"
AREA, CHANNEL = "area", "channel"
LEVELS = ("place", "super", "sub")
MEASURES = (USE, COMPLAINT)
KEY = ["measure", "level", "code", "part"]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Published counts and their sums.

    Parameters
    ----------
    counts
        Shape (n_cells,).
    index
        Of each cell: measure ("use", "complaint", "channel" or "rows"), level ("place", "super", "sub", "area"), code
        of the segment or area, and part: the service ("all services" among them) or the channel.
    sums
        What adds up to what.
    known
        Positions of what everybody knows: the contacts of the list.
    """

    counts: Ints
    index: pd.MultiIndex
    sums: tuple[Sum, ...]
    known: tuple[int, ...]


def count_cells(counts: pd.DataFrame, located: pd.DataFrame) -> Cells:
    """Count contacts in all the ways that are published.

    Parameters
    ----------
    counts
        ``oa_code service kind channel contacts``, as :class:`geodata.contacts.Contacts` has them.
    located
        Columns ``place super sub`` of every area, indexed by ``oa_code``.
    """
    long = counts.join(located, on="oa_code")
    values: dict[tuple[str, str, object, str], int] = {}
    services, channels = sorted(counts["service"].unique()), sorted(counts["channel"].unique())
    for measure in MEASURES:
        mine = long[long["kind"] == measure]
        for level in LEVELS:
            parts = _table(mine, level, located[level], "service", services)
            parts[ALL] = parts.sum(axis=1)
            values |= _keyed(parts, measure, level)
        area = mine.groupby("oa_code")["contacts"].sum().reindex(located.index, fill_value=0)
        values |= {(measure, AREA, code, ALL): int(number) for code, number in area.items()}
    used = long[long["kind"] == USE]
    for level in LEVELS:
        values |= _keyed(_table(used, level, located[level], "channel", channels), CHANNEL, level)
    values["rows", "place", 0, ALL] = int(counts["contacts"].sum())
    at = {key: position for position, key in enumerate(values)}
    index = pd.MultiIndex.from_tuples(list(values), names=KEY)
    sums = tuple(_sums(at, located, services, channels))
    return Cells(np.array(list(values.values()), dtype=np.int64), index, sums, (at["rows", "place", 0, ALL],))


def _table(long: pd.DataFrame, level: str, all_codes: pd.Series, by: str, words: list[str]) -> pd.DataFrame:
    """Return contacts by code and word, with zeros where there are none."""
    table = long.pivot_table(index=level, columns=by, values="contacts", aggfunc="sum", fill_value=0)
    return table.reindex(index=sorted(all_codes.unique()), columns=words, fill_value=0).astype("int64")


def _keyed(table: pd.DataFrame, measure: str, level: str) -> dict[tuple[str, str, object, str], int]:
    return {
        (measure, level, code, str(part)): int(number) for part in table.columns for code, number in table[part].items()
    }


def _sums(
    at: dict[tuple[str, str, object, str], int], located: pd.DataFrame, services: list[str], channels: list[str]
) -> list[Sum]:
    """Return the sums: services to all, channels to all, areas to segments, segments to the place, kinds to rows."""
    parents = {level: _children(located, level) for level in LEVELS}
    sums = []
    for measure in MEASURES:
        for level in LEVELS:
            for code, (below, children) in parents[level].items():
                node = at[measure, level, code, ALL]
                sums.append(Sum(node, tuple(at[measure, level, code, service] for service in services)))
                parts = [ALL] if below == AREA else [ALL, *services]
                sums += [
                    Sum(at[measure, level, code, part], tuple(at[measure, below, child, part] for child in children))
                    for part in parts
                ]
    for level in LEVELS:
        for code, (below, children) in parents[level].items():
            cells = tuple(at[CHANNEL, level, code, channel] for channel in channels)
            sums.append(Sum(at[USE, level, code, ALL], cells))
            if below != AREA:
                sums += [
                    Sum(at[CHANNEL, level, code, one], tuple(at[CHANNEL, below, child, one] for child in children))
                    for one in channels
                ]
    kinds = tuple(at[measure, "place", 0, ALL] for measure in MEASURES)
    return [*sums, Sum(at["rows", "place", 0, ALL], kinds)]


def _children(located: pd.DataFrame, level: str) -> dict[object, tuple[str, list[object]]]:
    """Return, for each segment of a level, the level below and the codes of its parts there."""
    if level == "sub":
        return {code: (AREA, list(rows)) for code, rows in located.groupby("sub").groups.items()}
    below = LEVELS[LEVELS.index(level) + 1]
    pairs = located[[level, below]].drop_duplicates()
    return {code: (below, sorted(rows[below])) for code, rows in pairs.groupby(level)}
