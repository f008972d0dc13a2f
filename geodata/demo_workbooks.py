"""Excel workbooks in the manner of estates teams, the same bytes for the same cells."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import groupby

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from geodata.demo_spoil import Cell

MADE = dt.datetime(2026, 4, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Time of making written into every workbook."""
OLDEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def workbook_bytes(title: str, columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a workbook with a title, a blank row, a merged header of two rows (4 and 5), and the table.

    Parameters
    ----------
    title
        Stands in the first row.
    columns
        ``heading`` and ``group`` of each column; neighbouring columns of one group share a merged cell above them.
    rows
        Cells, one row after the other from row 6.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "Terrier"
    sheet["A1"], sheet["A2"] = title, "For the one estate review. Areas in square metres unless said."
    start = 1
    for group, members in groupby(column["group"] for column in columns):
        width = len(list(members))
        sheet.cell(4, start, group)
        sheet.merge_cells(start_row=4, end_row=4, start_column=start, end_column=start + width - 1)
        start += width
    _fill(sheet, [[column["heading"] for column in columns], *rows], first=5)
    return _steady(book)


def sheets_bytes(
    title: str, columns: Sequence[Mapping[str, str]], tables: Mapping[str, Sequence[Sequence[Cell]]]
) -> bytes:
    """Return a workbook with a cover sheet and one sheet per table, each with its header in the first row.

    Parameters
    ----------
    title
        Stands on the cover.
    columns
        ``heading`` of each column.
    tables
        Rows by name of the sheet.
    """
    book = Workbook()
    cover = book.active
    cover.title = "Read me"
    cover["A1"], cover["A3"] = title, "One sheet per kind of property. Please ask the estates team about anything odd."
    for name, rows in tables.items():
        _fill(book.create_sheet(name), [[column["heading"] for column in columns], *rows], first=1)
    return _steady(book)


def _fill(sheet: Worksheet, rows: Sequence[Sequence[Cell]], *, first: int) -> None:
    """Write the cells; text stays text even where it looks like a formula."""
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            if value is not None:
                _write(sheet.cell(number, column), value)


def _write(cell: SheetCell, value: Cell) -> None:
    if isinstance(value, pd.Timestamp):
        cell.value, cell.number_format = value.to_pydatetime(), "DD/MM/YYYY"
    else:
        cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _steady(book: Workbook) -> bytes:
    """Return the workbook's bytes without any trace of the clock."""
    book.properties.created = book.properties.modified = MADE
    book.properties.creator = "onetown demo (made up)"
    first, second = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(first, "w", zipfile.ZIP_DEFLATED)).save()
    with zipfile.ZipFile(first) as drawn, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as steady:
        for name in drawn.namelist():
            entry = zipfile.ZipInfo(name, OLDEST_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            steady.writestr(entry, drawn.read(name))
    return second.getvalue()
