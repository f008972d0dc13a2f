"""The business case as an Excel workbook whose figures follow its assumptions.

Cells that are formulas stay formulas: change the discount rate on the sheet *Terms* and every year, body and measure
follows. What cannot be a formula (random draws) is a value and says so. The formulas give what Python gives, to the
pound.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from estate.business_case import BusinessCase
from estate.business_case_telling import assumptions_of
from estate.flows import ENDLESS, FINANCING, GAINS
from maps.office_files import write_office_file
from maps.workbook_cells import (
    FIRST_YEAR_COLUMN,
    FIXED,
    INPUT,
    MONEY,
    RATIO,
    SHARE,
    factors_of,
    fit,
    heading,
    last_year,
    sum_of,
    value_table,
    write,
    year_column,
)
from maps.workbook_finance import finance_sheet

_WHEN = {"start": 1.0, "middle": 0.5, "end": 0.0}
#: The last row and column that formulas look at: lines added below still count.
SPARE_ROWS: Final = 200


def write_workbook(case: BusinessCase, path: str | Path, *, note: str = "", overwrite: bool = False) -> None:
    """Write a business case as a workbook with live formulas.

    Parameters
    ----------
    case
        The case.
    path
        The .xlsx file.
    note
        A sentence to stand below the summary.
    overwrite
        Replace an existing file.
    """
    book = Workbook()
    summary = book.active
    if not isinstance(summary, Worksheet):
        raise TypeError("a new workbook has no worksheet")
    summary.title = "Summary"
    _terms(book.create_sheet("Terms"), case)
    last = _cash_flows(book.create_sheet("Cash flows"), case)
    starts = _years(book.create_sheet("Years"), case, last)
    _summary(summary, case, starts, note, last)
    _bodies(book.create_sheet("Bodies"), case, last)
    finance_sheet(book.create_sheet("Financial view"), case, last)
    value_table(book.create_sheet("Risk"), *_risk(case))
    _sources(book.create_sheet("Sources"), case)
    for sheet in book.worksheets:
        fit(sheet)
    book.calculation.fullCalcOnLoad = True
    book.properties.creator, book.properties.title = "onetown", f"Business case: {case.flows.source}"
    content = io.BytesIO()
    book.save(content)
    write_office_file(content, path, overwrite=overwrite)


# ---------------------------------------------------------------------------------------------------------- sheets


def _terms(sheet: Worksheet, case: BusinessCase) -> None:
    terms = case.terms
    columns = f"1 to {last_year(case)}; columns after the horizon are hidden"
    rows: list[tuple[str, str, float, str, str]] = [
        ("Discount rate, up to year 30", "rate", terms.rate, SHARE, "HM Treasury Green Book: 3.5 %"),
        ("Discount rate, from year 31", "long_rate", min(0.03, terms.rate), SHARE, "Green Book: 3.0 %"),
        ("Horizon (years)", "horizon", terms.horizon_years, "0", columns),
        ("When money falls", "lead", _WHEN[terms.timing], "0.0", "0 end of its year, 0.5 middle, 1 start"),
        ("Inflation, for nominal amounts", "inflation", terms.inflation, SHARE, "Yearly rise of prices"),
        ("Optimism bias on capital costs", "bias", terms.optimism_bias, SHARE, "Share added to capital costs"),
        ("Interest on borrowing", "loan_rate", case.borrowing.rate, "0.00%", "Financial view only"),
        ("Years of borrowing", "loan_term", case.borrowing.term_years, "0", f"Repaid by {case.borrowing.provision}"),
    ]
    heading(sheet, ["Assumption", "Value", "What it is"])
    for number, (label, name, value, form, words) in enumerate(rows, start=2):
        sheet.cell(number, 1, label)
        cell = sheet.cell(number, 2, value)
        cell.number_format, cell.fill = form, INPUT
        sheet.cell(number, 3, words)
        sheet.parent.defined_names[name] = DefinedName(name, attr_text=f"Terms!$B${number}")
    _limit(sheet, case)
    sheet.cell(
        len(rows) + 3,
        1,
        "Yellow cells may be changed; all other sheets follow, but for risk and the years that charts show.",
    )


def _limit(sheet: Worksheet, case: BusinessCase) -> None:
    """Refuse a horizon beyond the columns, and rates or timings that mean nothing."""
    for cell, kind, low, high in (
        ("B4", "whole", 1, last_year(case)),
        ("B5", "decimal", 0, 1),
        ("B2", "decimal", 0, 1),
    ):
        rule = DataValidation(type=kind, operator="between", formula1=str(low), formula2=str(high), allow_blank=False)
        rule.error, rule.errorTitle, rule.showErrorMessage = f"Give a number from {low} to {high}.", "Terms", True
        sheet.add_data_validation(rule)
        rule.add(cell)


def _hide_later(sheet: Worksheet, case: BusinessCase, first: int) -> None:
    """Hide the columns of years after the horizon, behind a button that opens them."""
    begin, end = first + case.terms.horizon_years + 1, first + last_year(case)
    if begin <= end:
        sheet.column_dimensions.group(get_column_letter(begin), get_column_letter(end), hidden=True)


def _cash_flows(sheet: Worksheet, case: BusinessCase) -> int:
    """Write one row a line of money with a formula a year; return the last row that formulas look at."""
    years = range(last_year(case) + 1)
    heading(sheet, [*FIXED.values(), *(case.flows.year_name(year) for year in years), "Present value"])
    for place, year in enumerate(years):
        sheet.cell(2, FIRST_YEAR_COLUMN + place, year)
    sheet.cell(2, 1, "years from today")
    table = case.flows.table
    claimed = table["condition"].eq("") & ~table["planned"]
    last_column = FIRST_YEAR_COLUMN + last_year(case)
    rows = table.assign(claimed=claimed, recurring=~table["one_off"])
    for number, row in enumerate(rows.to_dict("records"), start=3):
        for place, name in enumerate(FIXED, start=1):
            write(sheet.cell(number, place), _fixed_value(name, row[name], row))
        for column in range(FIRST_YEAR_COLUMN, last_column + 1):
            cell = sheet.cell(number, column, _year_formula(number, get_column_letter(column)))
            cell.number_format = MONEY
        span = f"${year_column(0)}{number}:${get_column_letter(last_column)}{number}"
        cell = sheet.cell(number, last_column + 1, f"=SUMPRODUCT({span},Years!{factors_of(case)})")
        cell.number_format = MONEY
    sheet.freeze_panes = sheet.cell(3, FIRST_YEAR_COLUMN)
    _hide_later(sheet, case, FIRST_YEAR_COLUMN)
    return len(table) + 2 + SPARE_ROWS


def _fixed_value(name: str, value: Any, row: dict[Any, Any]) -> Any:
    if name == "last_year" and value == ENDLESS:
        return "residual" if row["kind"] == "residual" else "on"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _year_formula(row: int, column: str) -> str:
    """Return the real money of a line in a year, as Python reckons it."""
    within = f'IF($F{row}="residual",{column}$2=horizon,AND({column}$2>=$E{row},OR($F{row}="on",{column}$2<=$F{row})))'
    bias = f'IF(AND($I{row}="yes",$D{row}="cost"),1+bias,1)'
    price = f'IF($H{row}="nominal",(1+inflation)^-MAX({column}$2-lead,0),1)'
    return f"=IF(AND({within},{column}$2<=horizon),$G{row}*{bias}*{price},0)"


def _years(sheet: Worksheet, case: BusinessCase, last: int) -> dict[str, int]:
    """Write costs, benefits and totals of each option by year; return the row of each option's block."""
    years = range(last_year(case) + 1)
    heading(sheet, ["Option", "Figure", *(case.flows.year_name(year) for year in years)])
    sheet.cell(2, 2, "years from today")
    sheet.cell(3, 2, "discount factor")
    for place, year in enumerate(years, start=3):
        letter = get_column_letter(place)
        sheet.cell(2, place, year)
        moment = f"MAX({letter}$2-lead,0)"
        factor = f"=IF({letter}$2<=horizon,(1+rate)^-MIN({moment},30)*(1+MIN(long_rate,rate))^-MAX({moment}-30,0),0)"
        sheet.cell(3, place, factor).number_format = "0.0000"
    starts, row = {}, 5
    for option in case.options:
        starts[option.name] = row
        for offset, label in enumerate(
            ("costs", "benefits", "net", "running total", "discounted net", "running total, discounted")
        ):
            write(sheet.cell(row + offset, 1), option.name)
            sheet.cell(row + offset, 2, label)
        for place in range(3, 3 + len(years)):
            letter, flow = get_column_letter(place), get_column_letter(place - 3 + FIRST_YEAR_COLUMN)
            costs, benefits = (sum_of(flow, last, {"A": f"$A{row}"}, kinds) for kinds in (("cost",), _economic_gains()))
            before, earlier = (
                f"{get_column_letter(place - 1)}{row + offset}+" if place > 3 else "" for offset in (3, 5)
            )
            formulas = (f"=-({costs})", f"={benefits}", f"={letter}{row + 1}-{letter}{row}",
                        f"={before}{letter}{row + 2}", f"={letter}{row + 2}*{letter}$3",
                        f"={earlier}{letter}{row + 4}")  # fmt: skip
            for offset, formula in enumerate(formulas):
                sheet.cell(row + offset, place, formula).number_format = MONEY
        row += 7
    sheet.freeze_panes = "C4"
    _hide_later(sheet, case, 3)
    return starts


def _economic_gains() -> tuple[str, ...]:
    return tuple(kind for kind in GAINS if kind not in FINANCING)


_FORMATS: Final = {5: RATIO, 9: "0", 10: "0", 11: "0%"}


def _summary(sheet: Worksheet, case: BusinessCase, starts: dict[str, int], note: str, flows: int) -> None:
    last = get_column_letter(3 + last_year(case))
    labels = ["Option", "Net present value", "Benefits, discounted", "Costs, discounted", "Benefit-cost ratio",
              "Net return, not discounted", "Net last year", "Level saving a year of the same worth",
              "First year in which it has paid back", "The same, discounted",
              "Breaks even at this share of recurring savings"]  # fmt: skip
    heading(sheet, labels)
    for number, option in enumerate(case.options, start=2):
        row = starts[option.name]

        def span(offset: int, row: int = row) -> str:
            return f"Years!$C${row + offset}:${last}${row + offset}"

        factors = f"Years!{factors_of(case)}"
        net = f"INDEX({span(2)},1,horizon+1)"
        owing = [f"SUMPRODUCT(MAX(({span(at)}<-0.005)*(COLUMN({span(at)})-2)))" for at in (3, 5)]
        paid = [f'=IF({years}>horizon,"not within the horizon",{years})' for years in owing]
        names, recurs = {"A": f"$A{number}"}, {"recurring": "yes"}
        savings = sum_of(year_column(last_year(case) + 1), flows, names, ("benefit",), flags=recurs)
        formulas = [
            f"=SUM({span(4)})", f"=SUMPRODUCT({span(1)},{factors})", f"=SUMPRODUCT({span(0)},{factors})",
            f'=IF(D{number}>0,C{number}/D{number},"no costs")', f"=SUM({span(2)})", f"={net}",
            f"=B{number}/SUMPRODUCT({factors},--(Years!$C$2:${last}$2>0))", *paid,
            f'=IF({savings}>0,1-B{number}/{savings},"no savings")',
        ]  # fmt: skip
        write(sheet.cell(number, 1), option.name)
        for place, formula in enumerate(formulas, start=2):
            sheet.cell(number, place, formula).number_format = _FORMATS.get(place, MONEY)
    after = len(case.options) + 3
    sheet.cell(after, 1, "Economic view: real prices; interest, loans and transfers between bodies are left out.")
    sheet.cell(after + 1, 1, f"All sums are pounds. Figures follow the sheet Terms.{note}")
    sheet.freeze_panes = "B2"
    if case.options:
        _charts(sheet, case, starts, after + 3)


def _charts(sheet: Worksheet, case: BusinessCase, starts: dict[str, int], row: int) -> None:
    """Draw the worth of each option and the running total of each by year."""
    bars = BarChart()
    bars.type, bars.title, bars.legend = "bar", "Net present value (GBP)", None
    bars.add_data(Reference(sheet, min_col=2, min_row=2, max_row=1 + len(case.options)))
    bars.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=1 + len(case.options)))
    sheet.add_chart(bars, f"A{row}")
    lines = LineChart()
    lines.title = "Running total, not discounted (GBP)"
    years = sheet.parent["Years"]
    end = 3 + case.terms.horizon_years
    for start in starts.values():
        total = Reference(years, min_col=1, max_col=end, min_row=start + 3)
        lines.add_data(total, from_rows=True, titles_from_data=True)
    for series in lines.series:
        # the label stands in column A, the figure's name in B: the data begin in C
        series.val.numRef.f = series.val.numRef.f.replace("$B$", "$C$")
    lines.set_categories(Reference(years, min_col=3, max_col=end, min_row=1))
    sheet.add_chart(lines, f"F{row}")


def _bodies(sheet: Worksheet, case: BusinessCase, last: int) -> None:
    heading(sheet, ["Option", "Body", "Costs, discounted", "Benefits, discounted", "Net", "Benefit-cost ratio"])
    value = year_column(last_year(case) + 1)
    row = 2
    for option in case.options:
        for body in option.by_body.index[:-1]:
            write(sheet.cell(row, 1), option.name)
            write(sheet.cell(row, 2), body)
            names = {"A": f"$A{row}", "B": f"$B{row}"}
            costs, benefits = (sum_of(value, last, names, kinds) for kinds in (("cost",), _economic_gains()))
            formulas = (f"=-({costs})", f"={benefits}", f"=D{row}-C{row}", f'=IF(C{row}>0,D{row}/C{row},"no costs")')
            for place, formula in enumerate(formulas, start=3):
                sheet.cell(row, place, formula).number_format = RATIO if place == 6 else MONEY
            row += 1
    sheet.freeze_panes = "C2"


def _risk(case: BusinessCase) -> tuple[list[str], list[list[Any]]]:
    rows: list[list[Any]] = [
        [f"{case.chances.draws:,} draws, seed {case.chances.seed}: values, which do not follow the sheet Terms"]
    ]
    shown = ["p10_gbp", "p50_gbp", "p90_gbp", "above_nil"]
    drawn = zip(case.chances.table.index, case.chances.table[shown].to_numpy().tolist(), strict=True)
    rows += [[option, "random draws", *row] for option, row in drawn]
    ends = ["driver", "worst_gbp", "base_gbp", "best_gbp", "switching_value"]
    for option in case.options:
        rows += [[option.name, *row] for row in option.tornado[ends].to_numpy().tolist()]
        worth = option.scenarios[["npv_gbp", "benefit_cost_ratio"]]
        told = zip(worth.index, worth["npv_gbp"], worth["benefit_cost_ratio"], strict=True)
        rows += [[option.name, f"scenario: {name}", None, npv, None, times] for name, npv, times in told]
    last = "Chance above nil, switching value or ratio"
    return ["Option", "What", "Low or worst", "Middle or base", "High or best", last], rows


def _sources(sheet: Worksheet, case: BusinessCase) -> None:
    names = ("option", "body", "line", "confidence", "source", "condition", "planned")
    table = case.flows.table.assign(planned=case.flows.table["planned"].map({True: "yes", False: "no"}))
    rows = table[list(names)].to_numpy().tolist()
    value_table(sheet, ["Option", "Body", "Line", "How sure", "Source", "Only with", "In own plans"], rows)
    start = len(rows) + 3
    for number, line in enumerate([f"From {case.flows.source}.", *assumptions_of(case)], start=start):
        write(sheet.cell(number, 1), line)
