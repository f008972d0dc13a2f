"""Tables of cash flows as people keep them, and as they spoil them."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from estate.flow_reading import read_cash_flows
from geodata.errors import DataError


def write(folder: Path, text: str) -> Path:
    path = folder / "flows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_wide_table_in_thousands_is_read_by_year(tmp_path: Path) -> None:
    """Finance officers keep a column a year, under a title, with brackets for minus."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Accommodation programme"],
        [None],
        ["Body", "Item", "£000", "2026/27", "2027/28"],
        ["Police", "Fit-out", None, "(120)", 0],
        ["Police", "Rent saved", None, None, 45.5],
    ):
        sheet.append(row)
    path = tmp_path / "plan.xlsx"
    book.save(path)
    flows = read_cash_flows(path).flows
    assert flows.first_year == 2026
    assert flows.table[["line", "kind", "first_year", "gbp"]].to_numpy().tolist() == [
        ["Fit-out", "cost", 0, -120_000.0],
        ["Fit-out", "cost", 1, 0.0],
        ["Rent saved", "benefit", 1, 45_500.0],
    ]


def test_costs_may_be_written_with_or_without_a_minus(tmp_path: Path) -> None:
    """The kind says what it is; the file's own habit says whether a minus is needed."""
    for amount in ("100", "-100"):
        path = write(tmp_path, f"line,kind,year,amount\nmove,cost,0,{amount}\nrent,benefit,1,50\n")
        assert read_cash_flows(path).flows.table["gbp"].tolist() == [-100.0, 50.0]


def test_all_faults_are_told_at_once_with_row_and_remedy(tmp_path: Path) -> None:
    """A partner mends a list once, not eight times."""
    path = write(
        tmp_path,
        "body,line,kind,year,amount,capital,confidence,saving id\n"
        "Police,rent,benefit,,10,,,\n"
        "Police,move,cost,0,two million,,,\n"
        "Fire,heat,benfit,1,5,,,\n"
        "Fire,light,benefit,1,5,perhaps,,\n"
        "Fire,rates,benefit,1,5,,sure,\n"
        "Fire,lease,benefit,1,5,,,L1\n"
        "Health,lease,benefit,1,5,,,L1\n"
        "Health,power,benefit,1,5,,,\n"
        "Health,power,benefit,1,6,,,\n"
        "Health,water,benefit,1,6,,,\n"
        "Health,water,benefit,2,6,,,\n"
        "Health,water,benefit,5,6,,,\n",
    )
    with pytest.raises(DataError) as caught:
        read_cash_flows(path, bodies=["Police", "Fire", "Council"])
    rows = {fault.row for fault in caught.value.faults}
    assert rows == {2, 3, 4, 5, 6, 8, 10, 13}
    message = str(caught.value)
    for words in (
        *("year is missing", "'two million'", "Did you mean 'benefit'", "'perhaps'", "'sure'", "stands twice"),
        *("claimed by Fire (row 7) and by Health", "Years 3, 4 missing", "'Health' is not a body"),
    ):
        assert words in message
    assert all(fault.remedy for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "no row of headings"),
        ("line,amount\n", "no row below the headings"),
        ("line,kind,year,amount\nx,cost,5-2,1\n", "ends before it begins"),
        ("line,kind,year,total\nx,benefit,1-,9\n", "without an end"),
        ("line,kind,year,amount\nx,cost,0,1\ny,cost,2026/27,1\n", "one way"),
        ("line,kind,amount,total\nx,cost,1,2\n", "twice"),
        ("line,kind,amount\nnet worth,printed,5\n", "not a measure"),
    ],
)
def test_bad_tables_get_one_clear_sentence(tmp_path: Path, text: str, words: str) -> None:
    """Each fault has its own words."""
    with pytest.raises(DataError, match=words):
        read_cash_flows(write(tmp_path, text))


def test_a_line_over_several_rows_recurs(tmp_path: Path) -> None:
    """A saving that builds up is no one-off, though each row is of one year."""
    path = write(tmp_path, "line,kind,year,amount\nrent,benefit,1,5\nrent,benefit,2,9\nmove,cost,0,7\n")
    assert read_cash_flows(path).flows.table["one_off"].tolist() == [False, False, True]
