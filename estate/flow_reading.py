"""Read a table of cash flows as a finance officer keeps it: long or with a column a year, in pounds or thousands.

Long: one row a line with `year` ("0", "1-10", "1-" for a line that goes on, "2026/27"). Wide: a column a year. Amounts
may be given as they are, as a `total` spread evenly over the years, or as `quantity` x `each` x `factor`. Rows of kind
`printed` are statements of the source that are compared with what comes out; rows in other units than pounds are sums.
Totals and notes are set aside and told; what could mean two things is asked about, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from estate.flow_checks import (
    check_together,
    costs_signed,
    note_equal_savings,
    note_likely_pairs,
    with_one_spelling,
    with_series,
    without_totals,
)
from estate.flow_headings import Headings, cells_of, find_header, heading_faults, unread_note
from estate.flow_rows import Reading, Table, read_row
from estate.flows import Flows, flow_table
from estate.phrases import listed
from estate.printed import Printed
from geodata.errors import DataError, Fault, did_you_mean
from geodata.files import Sheet, read_sheets
from geodata.rows import HEADER_WITHIN
from geodata.workbooks import unreadable_cells


@dataclass(frozen=True, slots=True, eq=False)
class CashFlowTable:
    """What a table of cash flows says.

    Parameters
    ----------
    flows
        The lines of money.
    printed
        Statements of the source, to be compared with what comes out.
    quantities
        Sums in other units: columns ``option body line unit amount``.
    rows_in
        Rows read; every one of them stands in one of the three, or was set aside.
    set_aside
        Rows that are totals of others, or words without money; each is among the notes.
    notes
        What was read in another way than it is written, and what someone should look at.
    """

    flows: Flows
    printed: tuple[Printed, ...]
    quantities: pd.DataFrame
    rows_in: int
    set_aside: int = 0
    notes: tuple[Fault, ...] = ()


def read_cash_flows(path: str | Path, *, bodies: Iterable[str] = (), sheets: Sequence[str] = ()) -> CashFlowTable:
    """Read a table of cash flows; all faults are told at once.

    Parameters
    ----------
    path
        CSV or workbook. Headings are recognised by name, in any order, on the one sheet that has them. A heading or a
        title that speaks of thousands or millions ("amount (£000)") scales the money.
    bodies
        The bodies of the place; a body that is none of them is a fault. Empty: any body will do.
    sheets
        Names of the sheets to read, where several hold cash flows.

    Raises
    ------
    SourceError
        The file cannot be read.
    DataError
        Headings are missing; several sheets hold cash flows; a year is missing or stands twice; an amount is no number;
        a total does not add up; a kind, price base or body is unknown; a saving is claimed by two bodies.
    """
    reading, places = Reading(), sorted(set(bodies))
    for sheet, headings, start in _tables(path, sheets):
        _read_sheet(reading, path, sheet, headings, start)
    with_one_spelling(reading, places)
    check_together(reading, set(places))
    if reading.faults:
        raise DataError(" ".join(fault.sentence() for fault in reading.faults), faults=reading.faults)
    note_likely_pairs(reading)
    note_equal_savings(reading)
    return _whole(reading, Path(path).name)


def _whole(reading: Reading, source: str) -> CashFlowTable:
    first_year = min((line.said["first_year"] for line in reading.lines), default=0) if any(reading.calendar) else None
    flows = flow_table([_counted_from(line.said, first_year or 0) for line in with_series(reading.lines)])
    scales = [line.table.headings.money_scale for line in reading.lines]
    return CashFlowTable(
        Flows(flows, first_year=first_year, unit_gbp=max(scales, default=1.0), source=source),
        tuple(reading.printed),
        pd.DataFrame(reading.quantities, columns=["option", "body", "line", "unit", "amount"]),
        reading.rows_in,
        reading.set_aside,
        tuple(reading.notes),
    )


def _read_sheet(reading: Reading, path: str | Path, sheet: Sheet, headings: Headings, start: int) -> None:
    """Read the rows of one sheet below its headings."""
    rows = [(number, cells_of(row, headings)) for number, row in enumerate(sheet.rows[start:], start=start + 1)]
    rows = [(number, row) for number, row in rows if any(row.values())]
    empty = unreadable_cells(Path(path)).get(sheet.name, {}) if Path(path).is_file() else {}
    table = Table(str(path), sheet.name, headings, False, empty)
    reading.faults += heading_faults(sheet, headings, start)
    reading.notes += unread_note(sheet, headings, start)
    if not rows:
        reading.fault(table, (None, "", ""), "There is no row below the headings.", "Write one row a line of money.")
    reading.rows_in += len(rows)
    if headings.unclear and not headings.years:
        return
    rows = without_totals(reading, table, rows)
    table = replace(table, costs_signed=costs_signed(reading, table, rows))
    for number, row in rows:
        read_row(reading, table, number, row)


def _tables(path: str | Path, wanted: Sequence[str]) -> list[tuple[Sheet, Headings, int]]:
    """Return the sheets that hold cash flows: the only one, or those that are asked for.

    Raises
    ------
    DataError
        There is none, or there are several and nobody said which.
    """
    sheets = read_sheets(path)
    names = [sheet.name for sheet in sheets]
    strange = [f"'{name}'.{did_you_mean(name, names)}" for name in wanted if name not in names]
    if strange:
        raise DataError(f"{path}: there is no sheet {' '.join(strange)} Its sheets are {listed(names)}.")
    found = [(sheet, *header) for sheet in sheets if sheet.rows if (header := find_header(sheet)) is not None]
    chosen = [table for table in found if not wanted or table[0].name in wanted]
    if len(chosen) > 1 and not wanted:
        told = listed([f"'{table[0].name}'" for table in chosen])
        raise DataError(
            f"{path}: {told} look like cash flows. Say which to read with --sheet, once for each; those you name are "
            "added up."
        )
    if len(chosen) < max(1, len(wanted)):
        raise DataError(_no_headings(path, [sheet for sheet in sheets if sheet.name in wanted or not wanted]))
    return chosen


def _no_headings(path: str | Path, sheets: Sequence[Sheet]) -> str:
    if not any(sheet.rows for sheet in sheets):
        return f"{path}: has no rows. Write one row a line of money, with a heading above."
    named = [sheet.name for sheet in sheets if sheet.name]
    where = f" of {listed([repr(name) for name in named])}" if named else ""
    return (
        f"{path}: no row of headings with a line or body and an amount stands in the first {HEADER_WITHIN} rows"
        f"{where}. Name the columns: body, line, kind, year, amount; or have one column a year, such as 2026/27."
    )


def _counted_from(values: dict[str, Any], first_year: int) -> dict[str, Any]:
    return {**values, "first_year": values["first_year"] - first_year, "last_year": values["last_year"] - first_year}
