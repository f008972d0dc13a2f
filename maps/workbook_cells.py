"""Cells of a workbook: headings, values that never become formulas, widths, and sums over the sheet of cash flows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from estate.business_case import BusinessCase
from geodata.portable import harmless_text

MONEY: Final = "#,##0;[Red]-#,##0"
SHARE: Final = "0.0%"
RATIO: Final = "0.00"
INPUT: Final = PatternFill("solid", fgColor="FFF4CC")
_HEAD = PatternFill("solid", fgColor="1F3B57")
FIXED: Final = {
    "option": "Option", "body": "Body", "line": "Line", "kind": "Kind", "first_year": "First year",
    "last_year": "Last year", "gbp": "GBP a year", "prices": "Prices", "capital": "Capital", "claimed": "Counts",
    "cashable": "Cashable", "recurring": "Recurring",
}  # fmt: skip
FIRST_YEAR_COLUMN: Final = len(FIXED) + 1
#: Years that a workbook has columns for at least, so that its horizon can be made longer.
YEARS_AT_LEAST: Final = 60


def last_year(case: BusinessCase) -> int:
    """Return the last year that the workbook has a column for."""
    return max(case.terms.horizon_years, YEARS_AT_LEAST)


def year_column(year: int) -> str:
    """Return the column of a year on the sheet of cash flows."""
    return str(get_column_letter(FIRST_YEAR_COLUMN + year))


def factors_of(case: BusinessCase) -> str:
    """Return the discount factors on the sheet of years."""
    return f"$C$3:${get_column_letter(3 + last_year(case))}$3"


def letter_of(name: str) -> str:
    """Return the column of a field on the sheet of cash flows.

    Examples
    --------
    >>> letter_of("kind"), letter_of("gbp")
    ('D', 'G')
    """
    return str(get_column_letter(list(FIXED).index(name) + 1))


def sum_of(
    column: str, last: int, matches: dict[str, str], kinds: Iterable[str], *, flags: dict[str, str] | None = None,
    times: str = "",
) -> str:  # fmt: skip
    """Return the sum of one column of the cash flows over lines that count, match and are of some kinds.

    Compared cell by cell, since SUMIFS would take a name such as ">20 %" or "East*" for a rule.

    Parameters
    ----------
    column
        The column to add up.
    last
        The last row that is looked at.
    matches
        Cell that a column must equal, by the letter of the column.
    kinds
        Kinds of money.
    flags
        Word that a field must hold, by the name of the field.
    times
        A factor by row, such as one that undoes a change of prices.
    """

    def lines(letter: str) -> str:
        return f"'Cash flows'!${letter}$3:${letter}${last}"

    same = "".join(f"({lines(letter)}={cell})*" for letter, cell in matches.items())
    same += "".join(f'({lines(letter_of(name))}="{word}")*' for name, word in (flags or {}).items())
    wanted = "+".join(f'({lines(letter_of("kind"))}="{kind}")' for kind in kinds)
    factor = f"*{times.format(prices=lines(letter_of('prices')))}" if times else ""
    return f'SUMPRODUCT({same}({wanted})*({lines(letter_of("claimed"))}="yes"){factor},{lines(column)})'


def heading(sheet: Worksheet, titles: Sequence[str]) -> None:
    """Write the headings of a sheet in its first row."""
    for place, title in enumerate(titles, start=1):
        cell = sheet.cell(1, place)
        write(cell, title)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def value_table(sheet: Worksheet, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table of values below its headings."""
    heading(sheet, titles)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            write(sheet.cell(number, place), value)
            if isinstance(value, float):
                sheet.cell(number, place).number_format = MONEY if abs(value) >= 100 else RATIO
    sheet.freeze_panes = "C2"


def write(cell: Cell | Any, value: Any) -> None:
    """Write a value; text is made harmless and never becomes a formula."""
    if isinstance(value, str):
        cell.value = harmless_text(value)
        cell.data_type = "s"
    elif value is not None and not pd.isna(value):
        cell.value = value.item() if hasattr(value, "item") else value


def fit(sheet: Worksheet) -> None:
    """Give columns widths that show what is in them, and set the sheet up for A4."""
    for place, column in enumerate(sheet.iter_cols(max_row=min(sheet.max_row, 200)), start=1):
        shown = [str(cell.value) for cell in column if cell.value is not None]
        words = [len(text) for text in shown if not text.startswith("=")]
        sheet.column_dimensions[get_column_letter(place)].width = min(max([12, *words]) + 2, 44)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
