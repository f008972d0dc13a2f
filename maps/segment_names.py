"""Segments as users call them in rules, by name or by level and number, turned into codes of sub-clusters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from estate.limits import Perception
from estate.rules import Rules
from estate.segment_losses import ALL, segment_named, with_codes
from geodata.errors import DataError, ToolkitError

Codes = dict[str, list[tuple[str, ...]]]


def with_segment_codes(rules: Rules, portraits: pd.DataFrame) -> Rules:
    """Return the rules with the segments that users named turned into the codes of sub-clusters.

    Parameters
    ----------
    rules
        Rules as place.toml has them.
    portraits
        One row a segment: `level` (super or sub), `segment` (its number), `parent` (of a sub-cluster) and `name`.

    Raises
    ------
    DataError
        Segments are unknown, with the nearest known, or called like others; all are told at once.
    """
    codes = codes_by_name(portraits)
    standards, perceptions, faults = [], [], []
    for standard in rules.standards:
        try:
            standards.append(replace(standard, losses=tuple(with_codes(standard.losses, codes))))
        except ToolkitError as error:
            faults.append(str(error))
    for rule in rules.perceptions:
        parts = (ALL,) if rule.segment == ALL else segment_named(rule.segment, codes)
        if isinstance(parts, str):
            faults.append(f"perceptions {parts}")
        else:
            perceptions += _each(rule, parts)
    if faults:
        raise DataError(f"rules: {' '.join(dict.fromkeys(faults))}")
    return replace(rules, standards=tuple(standards), perceptions=tuple(perceptions))


def _each(rule: Perception, parts: Iterable[str]) -> list[Perception]:
    """Return a rule about a super cluster as one about each of its sub-clusters."""
    return [replace(rule, segment=code) for code in parts]


def codes_by_name(portraits: pd.DataFrame) -> Codes:
    """Return the sub-clusters that make up the segments of each name: of the name, "super 2", "sub 3" and "3".

    Examples
    --------
    >>> table = pd.DataFrame({"level": ["super", "sub", "sub"], "segment": [0, 0, 1], "parent": [0, 0, 0],
    ...                       "name": ["Families", "Young families", "Older families"]})
    >>> codes_by_name(table)["Families"], codes_by_name(table)["super 0"], codes_by_name(table)["1"]
    ([('0', '1')], [('0', '1')], [('1',)])
    """
    codes: Codes = {}
    rows = [{str(key): value for key, value in row.items()} for row in portraits.to_dict("records")]
    for row in rows:
        is_super, number = row["level"] == "super", str(row["segment"])
        parts = tuple(str(one["segment"]) for one in rows if one["level"] == "sub" and one["parent"] == row["segment"])
        names = (f"super {number}",) if is_super else (number, f"sub {number}")
        for name in (*names, str(row["name"])):
            codes.setdefault(name, []).append(parts if is_super else (number,))
    return codes
