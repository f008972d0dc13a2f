"""What was found wrong in the rows of a list: gathered as a table, told as faults.

Every check returns a table of findings; :func:`as_faults` words them for people. Harmless mends are told once per
column with a count; rows set aside and questions are told one by one, up to a limit that keeps the account readable
(the table of rows set aside always has every row); more than thirty rows with one and the same sentence are one.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping

import pandas as pd

from geodata.errors import Fault, Severity, examples

COLUMNS = ["row", "column", "value", "rule", "message", "remedy", "severity"]
SET_ASIDE: Severity = "set_aside"
QUESTION: Severity = "question"
ONE_BY_ONE = 300
ALIKE = 30
OF_THE_LIST = frozenset({"swapped_columns", "columns_by_values"})  # asked once, however many rows it concerns


def findings(
    rows: pd.Index,
    *,
    rule: str,
    message: str | pd.Series,
    remedy: str | pd.Series,
    severity: Severity,
    column: str | pd.Series = "",
    value: str | pd.Series = "",
) -> pd.DataFrame:
    """Return one finding for each of the rows; texts may differ by row (Series with that index).

    Examples
    --------
    >>> findings(pd.Index([3]), rule="no_place", message="Nowhere.", remedy="Add it.", severity=SET_ASIDE).row.tolist()
    [3]
    """
    if not len(rows):
        return joined([])
    texts = {"column": column, "value": value, "rule": rule, "message": message, "remedy": remedy, "severity": severity}
    cells = {
        name: text.reindex(rows).to_numpy() if isinstance(text, pd.Series) else text for name, text in texts.items()
    }
    return pd.DataFrame({"row": rows.to_numpy(), **cells}, columns=COLUMNS)


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return several tables of findings as one, in order of row; earlier checks first within a row."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in COLUMNS})
    return pd.concat(filled, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def first_reason(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to set aside with the first reason of each: index row, columns rule, reason, remedy, column."""
    aside = found[found["severity"].eq("set_aside")].drop_duplicates("row")
    return aside.set_index("row")[["rule", "message", "remedy", "column", "value"]].rename(
        columns={"message": "reason"}
    )


def as_faults(found: pd.DataFrame, *, file: str, sheet: str) -> tuple[Fault, ...]:
    """Return findings as faults: what is set aside and what is asked row by row, notes once per column."""
    aside = found[found["severity"].eq("set_aside")].drop_duplicates("row")
    asked = found[found["severity"].eq("question") & ~found["row"].isin(aside["row"])]
    faults: list[Fault] = []
    for _, group in pd.concat([aside, asked]).groupby(["severity", "rule", "column"], sort=False):
        of_the_list = str(group["rule"].iloc[0]) in OF_THE_LIST and len(group) > 1
        if (of_the_list or len(group) > ALIKE) and (group["message"] == group["message"].iloc[0]).all():
            faults.append(_summed(group, file, sheet, "" if of_the_list else "rows"))
            continue
        shown = group.head(ONE_BY_ONE)
        faults += [_fault(finding, file, sheet) for finding in shown.to_dict("records")]
        if len(group) > ONE_BY_ONE:
            faults.append(_summed(group.iloc[ONE_BY_ONE:], file, sheet, "more rows for the same reason"))
    faults.sort(key=lambda fault: (fault.severity != "set_aside", math.inf if fault.row is None else fault.row))
    notes = found[found["severity"].eq("note")]
    faults += [_summed(group, file, sheet, "cells") for _, group in notes.groupby(["rule", "column"], sort=False)]
    return tuple(faults)


def _fault(finding: Mapping[Hashable, object], file: str, sheet: str) -> Fault:
    severity: Severity = "set_aside" if finding["severity"] == "set_aside" else "question"
    return Fault(
        file,
        str(finding["message"]),
        str(finding["remedy"]),
        str(finding["rule"]),
        sheet=sheet,
        row=int(str(finding["row"])),
        column=str(finding["column"]),
        value=str(finding["value"]),
        severity=severity,
    )


def _summed(group: pd.DataFrame, file: str, sheet: str, what: str) -> Fault:
    first = group.iloc[0]
    one = len(group) == 1
    rows = examples([f"row {row}" for row in group["row"]])
    message = (
        str(first["message"]) if one or not what else f"{len(group):,} {what}, such as: {first['message']} ({rows})"
    )
    return Fault(
        file,
        message,
        str(first["remedy"]),
        str(first["rule"]),
        sheet=sheet,
        row=int(first["row"]) if one else None,
        column=str(first["column"]),
        value=str(first["value"]),
        severity=first["severity"],
    )
