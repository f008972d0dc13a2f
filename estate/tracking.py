"""Whether the benefits came: actuals against plan by quarter, and a place against others before and after.

*Difference in difference* takes the change of comparators off the change of the place, so that what happened everywhere
is not claimed (Lowestoft: -9 % against under -1 % elsewhere). It holds only where both would have gone the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from estate.flow_cells import own_scale, signed
from geodata.errors import DataError, Fault
from geodata.rows import rows_below_headings

Z_95: Final = 1.959964
_QUARTER = re.compile(r"(?:(\d{4})(?:/\d{2})?\s*q\s*([1-4])|q\s*([1-4])\s*(\d{4})(?:/\d{2})?)", re.IGNORECASE)
_TOTAL = re.compile(r"(?:(?:grand|sub)[\s-]*)?totals?\b", re.IGNORECASE)
PLAN_HEADINGS: Final = {
    "quarter": ("quarter", "period", "when"),
    "body": ("body", "partner", "organisation"),
    "line": ("line", "item", "benefit", "description"),
    **{f"{name}{size}": tuple(f"{word}{unit}" for word in words for unit in units)
       for name, words in (("planned", ("planned", "plan", "target")), ("actual", ("actual", "actuals", "outturn")))
       for size, units in (("", ("", " gbp", " £")), (" thousand", (" £000", " £000s", " £k", " 000")))},
}  # fmt: skip
OUTCOME_HEADINGS: Final = {
    "measure": ("measure", "outcome", "indicator", "line"),
    "area": ("area", "place", "name"),
    "group": ("group", "role"),
    "before": ("before", "baseline"),
    "after": ("after", "follow up", "now"),
    "counts": ("counts", "is a count"),
    "source": ("source", "note"),
}
PLAN_NEEDS: Final = frozenset({"quarter", "planned", "actual"})
PLAN_NEEDS_THOUSANDS: Final = frozenset({"quarter", "planned thousand", "actual thousand"})
OUTCOME_NEEDS: Final = frozenset({"measure", "group", "before", "after"})
GROUPS: Final = {
    **dict.fromkeys(("place", "area", "treated", "pilot"), "place"),
    **dict.fromkeys(("comparator", "elsewhere", "control", "rest"), "comparator"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Each measure before and after, in the place and elsewhere.

    Parameters
    ----------
    table
        Index measure: ``before``, ``after``, ``change`` of the place; ``change_elsewhere``; ``difference`` (change less
        change elsewhere); ``low`` and ``high``, the 95 % interval of the difference where the figures are counts.
    """

    table: pd.DataFrame

    def values(self) -> dict[str, object]:
        """Return the shape of ``onetown appraise --json`` for outcomes."""
        return {"outcomes": self.table.reset_index().to_dict("records")}

    def sentences(self) -> list[str]:
        """Return each measure in words."""
        lines = []
        for measure, row in self.table.to_dict("index").items():
            told = (
                f"{measure}: {row['change']:+.1%} here, {row['change_elsewhere']:+.1%} elsewhere; difference in "
                f"difference {100 * row['difference']:+.1f} points"
            ).replace("%", " %")
            if not np.isnan(row["low"]):
                sure = (
                    "so chance alone is unlikely" if row["low"] * row["high"] > 0 else "which chance alone could give"
                )
                told += f" (95 % interval {100 * row['low']:+.1f} to {100 * row['high']:+.1f}, {sure})"
            lines.append(f"{told}.")
        if not lines:
            return lines
        return [*lines, "This is an effect only if both would have gone the same way without the change."]


@dataclass(frozen=True, slots=True, eq=False)
class Tracking:
    """Benefits planned and banked, by quarter.

    Parameters
    ----------
    table
        One row a quarter, body and line, in order of time: ``planned_gbp``, ``actual_gbp`` (missing where the quarter
        is still to come), ``difference_gbp``, and the running totals of each line up to the last actual.
    by_body
        Index body: planned and actual to date, difference, and the share of the plan that came.
    """

    table: pd.DataFrame
    by_body: pd.DataFrame

    def values(self) -> dict[str, object]:
        """Return the shape of ``onetown appraise --json`` for benefits by quarter."""
        return {"tracking": self.table.to_dict("records"), "bodies": self.by_body.reset_index().to_dict("records")}

    def sentences(self) -> list[str]:
        """Return what came of what was planned, the furthest behind first."""
        behind = self.by_body.sort_values("difference_gbp")
        lines = []
        for body, row in behind.to_dict("index").items():
            share = "no plan" if np.isnan(row["share"]) else f"{row['share']:.0%} of plan".replace("%", " %")
            lines.append(f"{body}: {row['actual_gbp']:,.0f} of {row['planned_gbp']:,.0f} pounds to date ({share}).")
        return lines


def follow_up(path: str | Path) -> Tracking | Outcomes | None:
    """Return a table of benefits by quarter or of outcomes before and after; None where it is neither.

    Raises
    ------
    SourceError
        The file cannot be read.
    DataError
        It is one of the two, and faulty.
    """
    if rows_below_headings(path, PLAN_HEADINGS, needed=(PLAN_NEEDS, PLAN_NEEDS_THOUSANDS)) is not None:
        return read_tracking(path)
    if rows_below_headings(path, OUTCOME_HEADINGS, needed=(OUTCOME_NEEDS,)) is not None:
        return read_outcomes(path)
    return None


def read_tracking(path: str | Path) -> Tracking:
    """Read planned and actual benefits by quarter ("2026/27 Q1"); a blank actual is a quarter still to come.

    Raises
    ------
    DataError
        A quarter, plan or actual cannot be read, or a line has a quarter twice; all are named at once.
    """
    rows, faults = _rows_of(path, PLAN_HEADINGS, PLAN_NEEDS, PLAN_NEEDS_THOUSANDS), list[Fault]()
    found, seen = [], set[tuple[str, str, int]]()
    for number, cells in rows:
        row = {name.removesuffix(" thousand"): text for name, text in cells.items()}
        if _TOTAL.match(row["quarter"] or " ".join(row.values()).strip()):
            continue  # totals are worked out
        planned, actual = (
            _money(row[name], scale=1000.0 if f"{name} thousand" in cells else 1.0) for name in ("planned", "actual")
        )
        quarter, actual = _quarter(row["quarter"]), actual if row["actual"] else np.nan
        body, line = row.get("body", "") or "all bodies", row.get("line", "") or "benefits"
        if quarter is None:
            faults.append(_fault((path, number, "quarter"), row["quarter"], "is not a quarter", "Write 2026/27 Q1."))
        elif (body, line, quarter) in seen:
            faults.append(
                _fault(
                    (path, number, "quarter"), row["quarter"], f"stands twice for {line} of {body}", "Add the rows up."
                )
            )
        else:
            seen.add((body, line, quarter))
        for name, value in (("planned", planned), ("actual", actual)):
            if value is None:
                faults.append(
                    _fault((path, number, name), row[name], "is not a number", "Write digits, or leave it blank.")
                )
        found.append((quarter, row["quarter"], body, line, planned, actual))
    faults += [] if faults else _left_blank(path, found)
    if faults:
        raise DataError(" ".join(fault.sentence() for fault in faults), faults=faults)
    names = ["order", "quarter", "body", "line", "planned_gbp", "actual_gbp"]
    table = pd.DataFrame(found, columns=names).sort_values(["order", "body", "line"], kind="stable")
    return _tracked(table.drop(columns="order").reset_index(drop=True))


def _money(text: str, *, scale: float) -> float | None:
    value = signed(text)
    return value if value is None or own_scale(text) else value * scale


def _left_blank(path: str | Path, found: list[tuple[Any, ...]]) -> list[Fault]:
    """Return quarters without an actual though a later quarter of the line has one: their plan would not count."""
    last: dict[tuple[str, str], int] = {}
    for quarter, _, body, line, _, actual in found:
        if not np.isnan(actual):
            last[body, line] = max(quarter, last.get((body, line), quarter))
    words = "No actual is given for {}, though later quarters of {} ({}) have one."
    return [
        Fault(str(path), words.format(name, line, body), "Write it, or 0.", "tracking", column="actual")
        for quarter, name, body, line, _, actual in found
        if np.isnan(actual) and quarter < last.get((body, line), quarter)
    ]


def read_outcomes(path: str | Path) -> Outcomes:
    """Read measures before and after, one row an area; `group` says whether it is the place or a comparator.

    Raises
    ------
    DataError
        A figure cannot be read, is nothing before, or a measure lacks the place or a comparator; all at once.
    """
    rows, faults = _rows_of(path, OUTCOME_HEADINGS, OUTCOME_NEEDS), list[Fault]()
    found = []
    for number, row in rows:
        group = GROUPS.get(row["group"].lower())
        values = {name: signed(row[name]) for name in ("before", "after")}
        if group is None:
            faults.append(_fault((path, number, "group"), row["group"], "is no group", "Write place or comparator."))
        for name, value in values.items():
            if value is None or value < 0 or (name == "before" and value == 0):
                faults.append(
                    _fault((path, number, name), row[name], "is no figure to compare with", "Write a number above 0.")
                )
        counts = row.get("counts", "").lower() in {"yes", "y", "true", "1"}
        found.append((row["measure"], group, values["before"], values["after"], counts))
    table = pd.DataFrame(found, columns=["measure", "group", "before", "after", "counts"])
    for measure, part in table.groupby("measure", sort=False):
        lacking = [group for group in ("place", "comparator") if group not in set(part["group"])]
        if lacking and not faults:
            faults.append(Fault(str(path), f"'{measure}' has no row for the {lacking[0]}.", "Add it.", "outcomes"))
    if faults:
        raise DataError(" ".join(fault.sentence() for fault in faults), faults=faults)
    return Outcomes(difference_in_difference(table))


def difference_in_difference(table: pd.DataFrame) -> pd.DataFrame:
    """Return the change of the place less the change of its comparators, per measure.

    Comparators are added up. Where figures are counts, the interval is that of the difference of two relative changes
    with Poisson errors (delta method).

    Parameters
    ----------
    table
        Columns ``measure group before after counts``.

    Examples
    --------
    Lowestoft: 9 % fewer here, under 1 % fewer elsewhere.

    >>> rows = [("incidents", "place", 100, 91, False), ("incidents", "comparator", 1000, 991, False)]
    >>> found = difference_in_difference(pd.DataFrame(rows, columns=["measure", "group", "before", "after", "counts"]))
    >>> round(100 * float(found.loc["incidents", "difference"]), 1)
    -8.1
    """
    sums = table.groupby(["measure", "group"], sort=False)[["before", "after"]].sum()
    counts = table.groupby("measure", sort=False)["counts"].all()
    rows = {}
    for measure in counts.index:
        here, there = (sums.loc[(measure, group)] for group in ("place", "comparator"))
        change, elsewhere = (float(one["after"] / one["before"]) - 1.0 for one in (here, there))
        variance = sum(
            (1 + moved) ** 2 * (1 / max(one["after"], 1e-9) + 1 / one["before"])
            for moved, one in ((change, here), (elsewhere, there))
        )
        half = Z_95 * float(np.sqrt(variance)) if counts[measure] else np.nan
        difference = change - elsewhere
        rows[measure] = (
            here["before"],
            here["after"],
            change,
            elsewhere,
            difference,
            difference - half,
            difference + half,
        )
    names = ["before", "after", "change", "change_elsewhere", "difference", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("measure")


def _tracked(table: pd.DataFrame) -> Tracking:
    table["difference_gbp"] = table["actual_gbp"] - table["planned_gbp"]
    come = table["actual_gbp"].notna()
    line = [table["body"], table["line"]]
    for name in ("planned", "actual"):
        total = table[f"{name}_gbp"].where(come).fillna(0.0).groupby(line).cumsum()
        table[f"{name}_to_date_gbp"] = total.where(come)
    sums = table[come].groupby("body", sort=False)[["planned_gbp", "actual_gbp", "difference_gbp"]].sum()
    share = sums["actual_gbp"] / sums["planned_gbp"].where(sums["planned_gbp"] != 0)
    return Tracking(table, sums.assign(share=share))


def _rows_of(
    path: str | Path, headings: dict[str, tuple[str, ...]], *needed: frozenset[str]
) -> list[tuple[int, dict[str, str]]]:
    """Return the filled rows below the first row of headings, with their numbers."""
    rows = rows_below_headings(path, headings, needed=needed)
    if rows is None:
        raise DataError(
            f"{path}: no row of headings with {', '.join(sorted(needed[0]))} was found. Name the columns so."
        )
    return rows


def _quarter(text: str) -> int | None:
    """Return quarters since year 0, or None where the text is no quarter.

    Examples
    --------
    >>> _quarter("2026/27 Q1"), _quarter("Q4 2026"), _quarter("spring")
    (8104, 8107, None)
    """
    found = _QUARTER.fullmatch(text.strip())
    return None if found is None else 4 * int(found[1] or found[4]) + int(found[2] or found[3]) - 1


def _fault(where: tuple[str | Path, int, str], value: str, what: str, remedy: str) -> Fault:
    path, row, column = where
    return Fault(str(path), f"'{value}' {what}.", remedy, "tracking", row=row, column=column, value=value)
