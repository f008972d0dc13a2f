"""The workbook of a business case: its formulas give what Python gives, and follow its assumptions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from estate.business_case import BusinessCase, appraise
from estate.finance import Borrowing
from estate.flow_reading import read_cash_flows
from estate.flows import Flows, Terms, flow_table
from maps.workbook import write_workbook

CASES = Path(__file__).resolve().parents[2] / "examples" / "cases"
OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice, which recalculates the workbook, is not here")


def recalculated(path: Path, folder: Path) -> openpyxl.Workbook:
    """Return the workbook with the values that LibreOffice gives its formulas."""
    assert OFFICE is not None
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    words = ["--headless", "--calc", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    subprocess.run([OFFICE, profile, *words, str(path)], check=True, capture_output=True, timeout=120)
    return openpyxl.load_workbook(folder / "out" / path.name, data_only=True)


def everything() -> Flows:
    """Return flows of every kind: nominal, capital, residual, waiting, planned, hostile names."""
    rows = [
        {"option": ">20 %", "body": "=cmd()", "kind": "cost", "gbp": -1000.0, "capital": True},
        {"option": ">20 %", "body": "East*", "gbp": 90.0, "first_year": 1, "last_year": np.inf},
        {"option": ">20 %", "body": "East", "gbp": 70.0, "first_year": 2, "last_year": 5.0, "prices": "nominal"},
        {"option": ">20 %", "body": "East", "kind": "residual", "gbp": 300.0, "last_year": np.inf},
        {"option": ">20 %", "body": "East", "kind": "receipt", "gbp": 200.0, "first_year": 3, "last_year": 3.0},
        {"option": ">20 %", "body": "East", "kind": "interest", "gbp": -40.0, "first_year": 1, "last_year": np.inf},
        {"option": ">20 %", "body": "East", "gbp": 5000.0, "planned": True},
        {"option": ">20 %", "body": "East", "gbp": 5000.0, "condition": "a grant"},
        {"option": "other", "body": "East", "kind": "cost", "gbp": -10.0, "first_year": 1, "last_year": 10.0},
    ]
    return Flows(flow_table(rows), first_year=2026, source="all.csv")


def agree(book: openpyxl.Workbook, case: BusinessCase) -> None:
    """Check every option and body to one pound."""
    shown = list(book["Summary"].iter_rows(min_row=2, max_row=1 + len(case.options), values_only=True))
    for row, option in zip(shown, case.options, strict=True):
        m = option.measures
        assert row[1:4] == pytest.approx((m.npv_gbp, m.pv_benefits_gbp, m.pv_costs_gbp), abs=1.0)
        assert row[5] == pytest.approx(m.net_return_gbp, abs=1.0)
        assert row[7] == pytest.approx(m.equivalent_annual_gbp, abs=1.0)
    bodies = book["Bodies"].iter_rows(min_row=2, values_only=True)
    for option in case.options:
        for net in option.by_body["net_gbp"].to_list()[:-1]:
            assert next(bodies)[4] == pytest.approx(net, abs=1.0)


@needs_office
def test_formulas_give_what_python_gives_and_follow_the_terms(tmp_path: Path) -> None:
    """A finance officer changes the rate, the horizon, the bias: the figures follow, to the pound."""
    first = Terms(horizon_years=35, optimism_bias=0.1, timing="middle")
    second = Terms(horizon_years=12, rate=0.06, optimism_bias=0.4, timing="start", inflation=0.03)
    case = appraise(everything(), terms=first, draws=100)
    write_workbook(case, tmp_path / "case.xlsx")
    agree(recalculated(tmp_path / "case.xlsx", tmp_path), case)
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    for row, value in ((2, second.rate), (3, 0.03), (4, 12), (5, 1.0), (6, second.inflation), (7, 0.4)):
        book["Terms"].cell(row, 2, value)
    book.save(tmp_path / "changed.xlsx")
    shown = recalculated(tmp_path / "changed.xlsx", tmp_path)
    changed = appraise(everything(), terms=second, draws=100)
    worth = [row[1] for row in shown["Summary"].iter_rows(min_row=2, max_row=3, values_only=True)]
    assert worth == pytest.approx([option.measures.npv_gbp for option in changed.options], abs=1.0)


@needs_office
def test_a_published_case_agrees_to_the_pound(tmp_path: Path) -> None:
    """Thirteen partners, in thousands."""
    read = read_cash_flows(CASES / "west-cheshire-partners.csv")
    case = appraise(read.flows, printed=read.printed, draws=100)
    write_workbook(case, tmp_path / "partners.xlsx")
    agree(recalculated(tmp_path / "partners.xlsx", tmp_path), case)


def test_text_from_files_never_becomes_a_formula(tmp_path: Path) -> None:
    """A body called =cmd() is a name."""
    write_workbook(appraise(everything(), draws=100), tmp_path / "case.xlsx")
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    names = [cell for sheet in book for row in sheet.iter_rows() for cell in row if "cmd" in str(cell.value)]
    assert names
    assert all(cell.data_type == "s" and str(cell.value).startswith("'=") for cell in names)


def test_the_same_case_gives_the_same_bytes(tmp_path: Path) -> None:
    """No clock in it."""
    for name in ("one", "two"):
        write_workbook(appraise(everything(), draws=100), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@needs_office
def test_every_sheet_follows_rate_horizon_timing_bias_loan_and_a_flow(tmp_path: Path) -> None:
    """A finance officer makes the horizon longer than the paper's: years beyond were missing, the loan stood still."""
    case = appraise(everything(), terms=Terms(horizon_years=10), draws=100)
    write_workbook(case, tmp_path / "case.xlsx")
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    for row, value in ((2, 0.05), (3, 0.03), (4, 40), (5, 0.5), (6, 0.04), (7, 0.25), (8, 0.06), (9, 15)):
        book["Terms"].cell(row, 2, value)
    assert book["Cash flows"].cell(4, 7).value == 90.0
    book["Cash flows"].cell(4, 7, 120.0)
    book.save(tmp_path / "changed.xlsx")
    shown = recalculated(tmp_path / "changed.xlsx", tmp_path)
    flows = everything()
    flows.table.loc[1, "gbp"] = 120.0
    terms = Terms(horizon_years=40, rate=0.05, timing="middle", inflation=0.04, optimism_bias=0.25)
    changed = appraise(flows, terms=terms, borrowing=Borrowing(0.06, 15), draws=100)
    agree(shown, changed)
    summary = list(shown["Summary"].iter_rows(min_row=2, max_row=3, values_only=True))
    assert summary[0][10] == pytest.approx(changed.options[0].measures.break_even_share, abs=1e-6)
    found = [row for row in shown["Financial view"].iter_rows(min_row=2, values_only=True) if row[2] is not None]
    found = [row for row in found if row[2] <= 40]
    assert len(found) == 2 * 41
    rows = iter(found)
    for option in changed.options:
        for expected in option.financial.to_numpy():
            assert next(rows)[3:14] == pytest.approx(tuple(expected), abs=1.0)


@needs_office
def test_an_assumed_loan_is_repaid_by_formulas(tmp_path: Path) -> None:
    """Both ways of repayment, capital in two years, a term shorter than the horizon."""
    rows = [
        {"kind": "cost", "gbp": -1000.0, "capital": True},
        {"kind": "cost", "line": "more", "gbp": -600.0, "capital": True, "first_year": 2, "last_year": 2.0},
        {"kind": "receipt", "gbp": 250.0, "first_year": 2, "last_year": 2.0},
        {"line": "rent", "gbp": 90.0, "first_year": 1, "last_year": np.inf},
    ]
    for provision in ("equal instalments", "annuity"):
        borrowing = Borrowing(0.05, 6, provision)  # type: ignore[arg-type]
        case = appraise(Flows(flow_table(rows)), borrowing=borrowing, draws=100)
        path = tmp_path / f"{provision[:5]}.xlsx"
        write_workbook(case, path)
        shown = recalculated(path, tmp_path)["Financial view"].iter_rows(min_row=2, max_row=12, values_only=True)
        for row, expected in zip(shown, case.options[0].financial.to_numpy(), strict=True):
            assert row[3:14] == pytest.approx(tuple(expected), abs=1.0)
