"""The financial view on a sheet of the workbook, by live formulas: what budgets feel, with loans and their repayment.

The formulas are those of :mod:`estate.finance`: capital that receipts do not pay for is borrowed; revenue is charged
with its repayment over the term, in equal instalments or as an annuity, and with interest on what is owed.
"""

from __future__ import annotations

from typing import Final

from openpyxl.worksheet.worksheet import Worksheet

from estate.business_case import BusinessCase
from maps.workbook_cells import MONEY, heading, last_year, sum_of, write, year_column

TITLES: Final = (
    "Option", "Year", "Years from today", "Revenue", "Capital", "Receipts", "Borrowed", "Repayment", "Interest",
    "Transfers", "Revenue effect", "Net cash", "Running total", "Owed",
)  # fmt: skip
_MONEY_KINDS: Final = ("cost", "benefit")
_LOAN_KINDS: Final = ("borrowing", "repayment", "interest")
#: Undoes the change of prices of nominal lines: the financial view is cash as it is written.
_AS_WRITTEN: Final = '(1+({{prices}}="nominal")*((1+inflation)^MAX({year}-lead,0)-1))'


def finance_sheet(sheet: Worksheet, case: BusinessCase, last: int) -> None:
    """Write the financial view of each option, a row a year.

    Parameters
    ----------
    sheet
        An empty sheet.
    case
        The case.
    last
        The last row of the sheet of cash flows that formulas look at.
    """
    heading(sheet, TITLES)
    row = 2
    for option in case.options:
        table = case.flows.of(option.name).claimed().table
        own = bool(table["kind"].isin(_LOAN_KINDS).any())
        first = row
        for year in range(last_year(case) + 1):
            write(sheet.cell(row, 1), option.name)
            write(sheet.cell(row, 2), case.flows.year_name(year))
            sheet.cell(row, 3, year)
            for place, formula in enumerate(_formulas(row, first, year, case, last, own_loans=own), start=4):
                sheet.cell(row, place, formula).number_format = MONEY
            sheet.row_dimensions[row].hidden = year > case.terms.horizon_years
            row += 1
    sheet.freeze_panes = "D2"
    words = (
        "Cash in the prices given, cashable sums only, not discounted; never added to the economic view. Rows after "
        "the horizon are hidden."
    )
    sheet.cell(row + 1, 1, words)


def _formulas(row: int, first: int, year: int, case: BusinessCase, last: int, *, own_loans: bool) -> list[str]:
    """Return the formulas of one year, in the order of the titles."""

    def of(kinds: tuple[str, ...], **flags: str) -> str:
        times = _AS_WRITTEN.format(year=f"$C{row}")
        flags = {"cashable": "yes"} | flags
        return f"={sum_of(year_column(year), last, {'A': f'$A{row}'}, kinds, flags=flags, times=times)}"

    before = row - 1
    owed_before = f"N{before}" if row > first else "0"
    loans = [of((kind,)) for kind in _LOAN_KINDS] if own_loans else _assumed_loan(row, first, owed_before, case)
    running = f"=M{before}+L{row}" if row > first else f"=L{row}"
    return [
        of(_MONEY_KINDS, capital="no"), of(_MONEY_KINDS, capital="yes"), of(("receipt",)), *loans, of(("transfer",)),
        f"=D{row}+H{row}+I{row}+J{row}", f"=K{row}+E{row}+F{row}+G{row}", running, f"={owed_before}+G{row}+H{row}",
    ]  # fmt: skip


def _assumed_loan(row: int, first: int, owed_before: str, case: BusinessCase) -> list[str]:
    """Return what is borrowed, repaid and paid in interest where the table brings no loan of its own."""
    if row == first:
        return [f"=MAX(-(E{row}+F{row}),0)", "=0", "=0"]
    years, borrowed = f"$C${first}:$C{row - 1}", f"$G${first}:$G{row - 1}"
    still = f"SUMPRODUCT({borrowed}*({years}>=$C{row}-loan_term))*($C{row}<=horizon)"
    interest = f"-loan_rate*{owed_before}*($C{row}<=horizon)"
    level = "IF(loan_rate=0,1/loan_term,loan_rate/(1-(1+loan_rate)^-loan_term))"
    annuity = case.borrowing.provision == "annuity"
    repaid = f"=-({still}*{level}-loan_rate*{owed_before}*($C{row}<=horizon))" if annuity else f"=-{still}/loan_term"
    return [f"=MAX(-(E{row}+F{row}),0)", repaid, f"={interest}"]
