"""Tables of cash flows as finance officers send them: right, or a sentence that says where and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from estate.business_case import appraise
from estate.flow_reading import CashFlowTable, read_cash_flows
from estate.flows import Terms
from estate.measures import measures
from geodata.errors import DataError

HEAD = ("body", "line", "kind", "year", "amount")
PLAIN = (HEAD, ("Council", "works", "cost", 0, 1000), ("Council", "rent saved", "benefit", "1-10", 200))


def csv(folder: Path, *rows: Sequence[object]) -> Path:
    path = folder / "flows.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    return path


def workbook(folder: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path = folder / "flows.xlsx"
    book.save(path)
    return path


def told(path: Path, **options: list[str]) -> list[str]:
    """Return the sentences of the faults of a table."""
    with pytest.raises(DataError) as caught:
        read_cash_flows(path, **options)
    return [fault.sentence().removeprefix(f"{path}, ") for fault in caught.value.faults] or [str(caught.value)]


def worth(read: CashFlowTable) -> int:
    return round(measures(read.flows.claimed(), Terms()).npv_gbp)


def test_the_sheet_with_headings_is_read_whatever_stands_before_it(tmp_path: Path) -> None:
    """A cover sheet is no reason to refuse a workbook."""
    cover = [["Business case"], ["Kind", "What"], ["cost", "money out"]]
    assert worth(read_cash_flows(workbook(tmp_path, Cover=cover, Flows=PLAIN))) == 663


def test_of_two_sheets_of_money_none_is_dropped_unsaid(tmp_path: Path) -> None:
    """One sheet a partner: asked, and added up where told."""
    path = workbook(tmp_path, Council=PLAIN, Police=[HEAD, ("Police", "rent saved", "benefit", "1-10", 50)])
    assert "'Council' and 'Police' look like cash flows" in told(path)[0]
    assert worth(read_cash_flows(path, sheets=["Council"])) == 663
    assert worth(read_cash_flows(path, sheets=["Council", "Police"])) == 663 + 416
    assert "Did you mean 'Police'" in told(path, sheets=["Polce"])[0]


@pytest.mark.parametrize(
    ("text", "pounds"),
    [("£1.2m", 1.2e6), ("3,400", 3400), ("12k", 12e3), ("-", 0), ("nil", 0), ("£12.4 million", 12.4e6), ("400", 400)],
)
def test_money_as_people_write_it(tmp_path: Path, text: str, pounds: float) -> None:
    """Thousands and millions in words, dashes for nothing."""
    read = read_cash_flows(csv(tmp_path, HEAD, ("C", "works", "cost", 0, 5), ("C", "rent", "benefit", 1, text)))
    assert read.flows.table["gbp"].tolist() == [-5.0, pounds]


@pytest.mark.parametrize("text", ["TBC", "50%", "two million", "#REF!", "c. 300"])
def test_what_is_no_sum_is_asked_about_in_either_form(tmp_path: Path, text: str) -> None:
    """A column a year is no place where TBC counts as nothing."""
    long = told(csv(tmp_path, HEAD, ("C", "works", "cost", 0, 5), ("C", "rent", "benefit", 1, text)))
    assert long[0].startswith(f"row 3, column 'amount': '{text}' is not a number.")
    wide = told(csv(tmp_path, ("body", "line", "2026/27", "2027/28"), ("C", "works", "-5", text)))
    assert wide[0].startswith(f"row 2, column '2027/28': '{text}' is not an amount.")


def test_years_as_people_write_them(tmp_path: Path) -> None:
    """Two-digit years, Yr 3, onwards."""
    rows = [
        ("C", "a", "cost", "24/25", 1),
        ("C", "b", "benefit", "2026/27 onwards", 1),
        ("C", "c", "cost", "FY2025/26", 1),
    ]
    table = read_cash_flows(csv(tmp_path, HEAD, *rows)).flows.table
    assert table[["first_year", "last_year"]].to_numpy().tolist() == [[0, 0.0], [2, float("inf")], [1, 1.0]]


def test_a_year_of_two_meanings_is_asked_about(tmp_path: Path) -> None:
    """FY24 ends in 2024 for most, and begins in it for some."""
    assert "'FY25' may be 2024/25 or 2025/26" in told(csv(tmp_path, HEAD, ("C", "a", "cost", "FY25", 1)))[0]
    wide = told(csv(tmp_path, ("body", "line", "FY24", "FY25"), ("C", "a", 1, 2)))
    assert len(wide) == 2
    assert "column 'FY24'" in wide[0]


def test_totals_are_left_out_and_told(tmp_path: Path) -> None:
    """A total that counts as a body doubles the case."""
    rows = [("body", "line", "kind", "2024/25", "2025/26"), ("C", "works", "cost", 1000, "-"),
            ("C", "rent", "benefit", "", 400), ("Total", "", "", -1000, 400)]  # fmt: skip
    read = read_cash_flows(csv(tmp_path, *rows))
    assert (read.rows_in, read.set_aside, len(read.flows.table)) == (3, 1, 2)
    assert "row 4: 'Total' adds up rows above: left out." in read.notes[0].sentence()
    wrong = told(csv(tmp_path, *rows[:3], ("Total", "", "", -900, 400)))
    assert "'Total' is called a total, but is not the sum of the rows above." in wrong[0]


def test_a_column_of_totals_is_checked(tmp_path: Path) -> None:
    """It is not counted, but it must agree."""
    rows = [("body", "line", "2024/25", "2025/26", "Total"), ("C", "works", -1000, "", -1000)]
    assert len(read_cash_flows(csv(tmp_path, *rows, ("C", "rent", "", 400, 400))).flows.table) == 2
    assert (
        "The total of 500 is not the sum of its years, 400."
        in told(csv(tmp_path, *rows, ("C", "rent", "", 400, 500)))[0]
    )


def test_words_below_and_between_are_notes(tmp_path: Path) -> None:
    """Headings of parts and sources under the table hold no money."""
    read = read_cash_flows(
        csv(tmp_path, HEAD, ("Costs", "", "", "", ""), *PLAIN[1:], ("Source: finance", "", "", "", ""))
    )
    assert (read.rows_in, read.set_aside, worth(read)) == (4, 2, 663)


def test_headings_in_two_rows(tmp_path: Path) -> None:
    """Years below a merged heading are read; two figures a year are asked about; a row of units scales."""
    upper = ("Body", "Item", "Type", "Financial year", None)
    read = read_cash_flows(
        workbook(tmp_path, A=[upper, (None, None, None, "2024/25", "2025/26"), ("C", "x", "cost", 9, 8)])
    )
    assert read.flows.table["gbp"].tolist() == [-9.0, -8.0]
    years = ("Body", "Item", "Type", "2024/25", None, "2025/26", None)
    below = (None, None, None, "Budget", "Actual", "Budget", "Actual")
    wrong = told(workbook(tmp_path, A=[years, below, ("C", "x", "cost", 9, 8, 7, 6)]))
    assert wrong[0].startswith("sheet 'A', row 3, column 'E': '8' stands under no heading.")
    units = (None, None, None, "£000", "£000")
    rows = [("Body", "Item", "Type", "2024/25", "2025/26"), units, ("C", "x", "cost", 9, 8)]
    assert read_cash_flows(workbook(tmp_path, A=rows)).flows.table["gbp"].tolist() == [-9000.0, -8000.0]


def test_a_title_in_thousands_counts(tmp_path: Path) -> None:
    """The unit often stands above the table and nowhere else."""
    read = read_cash_flows(workbook(tmp_path, A=[["Costs of the hub (£000)"], [], *PLAIN]))
    assert read.flows.table["gbp"].tolist() == [-1_000_000.0, 200_000.0]
    assert read_cash_flows(csv(tmp_path, ("body", "line", "kind", "year", "£000"), *PLAIN[1:])).flows.unit_gbp == 1000


def test_years_left_out_or_twice_among_the_headings(tmp_path: Path) -> None:
    """The second column of a year was lost without a word."""
    assert "no column for 2025" in told(csv(tmp_path, ("body", "line", "2024/25", "2026/27"), ("C", "x", -1, 2)))[0]
    twice = told(csv(tmp_path, ("body", "line", "2024/25", "2025/26", "2025/26"), ("C", "x", -1, 2, 5)))
    assert "'2025/26' stands over two columns" in twice[0]


def test_merged_bodies_and_spellings(tmp_path: Path) -> None:
    """A body below a merged cell is asked for; case and spaces do not make a second body; likely pairs are noted."""
    rows = [HEAD, ("Council", "works", "cost", 0, 9), ("", "fees", "cost", 0, 1)]
    assert "column 'body': The body is missing" in told(csv(tmp_path, *rows))[0]
    names = ("Police", "police ", "POLICE", "Derbyshire Police")
    read = read_cash_flows(
        csv(tmp_path, HEAD, *[(name, f"x{place}", "cost", 0, 9) for place, name in enumerate(names)])
    )
    assert read.flows.bodies() == ["Police", "Derbyshire Police"]
    assert any("count as two bodies" in note.message for note in read.notes)


def test_a_body_of_the_place_keeps_the_spelling_of_the_place(tmp_path: Path) -> None:
    """Else its money would stand beside it, under a second name."""
    read = read_cash_flows(csv(tmp_path, HEAD, ("fire & rescue", "x", "cost", 0, 9)), bodies=["Fire and Rescue"])
    assert read.flows.bodies() == ["Fire and Rescue"]


def test_a_formula_that_was_never_worked_out_is_named(tmp_path: Path) -> None:
    """In a column a year it would have counted as nothing."""
    rows = [("body", "line", "2026/27", "2027/28"), ("C", "works", -9, "=C2*2")]
    wrong = told(workbook(tmp_path, A=rows))
    assert wrong[0].startswith("sheet 'A', row 2, column '2027/28': The cell holds the formula =C2*2 without a value.")


def test_signs_that_contradict_each_other(tmp_path: Path) -> None:
    """One cost with a minus among others turned into a gain."""
    rows = [HEAD, ("C", "works", "cost", 0, -1000), ("C", "fees", "cost", 0, 100), ("C", "rent", "benefit", "1-", 9)]
    assert "has a minus, others have none" in told(csv(tmp_path, *rows))[0]
    assert "Every gain is negative" in told(csv(tmp_path, *PLAIN[:2], ("C", "rent", "benefit", "1-", -9)))[0]
    unsaid = [("body", "line", "year", "amount"), ("C", "works", 0, 1000), ("C", "rent", 1, 90)]
    assert "No row says whether it is a cost or a gain" in told(csv(tmp_path, *unsaid))[0]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("Council", "rent", "S1", ""), ("Police", "hall", "s1 ", ""), "claimed by Council (row 2) and by Police"),
        (
            ("Council", "rent", "S1", ""),
            ("Police", "hall", "S1", "yes"),
            "stands in the plans of Police already (row 3)",
        ),
        (("Police", "rent", "S1", "yes"), ("Council", "hall", "S1", "yes"), "already (row 2)"),
        (("Council", "rent", "S1", ""), ("Council", "hall", "S1", ""), "claimed twice by Council, in row 2 too"),
    ],
)
def test_one_saving_has_one_owner(tmp_path: Path, first: tuple[str, ...], second: tuple[str, ...], words: str) -> None:
    """Whoever has it in its own plans; however its number is spelt."""
    head = ("body", "line", "kind", "year", "amount", "saving id", "planned")
    rows = [(body, line, "benefit", "1-10", 100, ident, planned) for body, line, ident, planned in (first, second)]
    assert words in told(csv(tmp_path, head, *rows))[0]


def test_equal_savings_of_two_bodies_are_noted(tmp_path: Path) -> None:
    """Without a number nobody can know, but someone should look."""
    rows = [(body, "rent of Old Hall", "benefit", "1-10", 100) for body in ("Council", "Police")]
    assert (
        "claimed with the same amount by Council (row 2)"
        in read_cash_flows(csv(tmp_path, HEAD, *rows)).notes[-1].message
    )


def test_all_that_is_wrong_with_one_row_is_told_at_once(tmp_path: Path) -> None:
    """A wrong kind hid the rest of its row."""
    head = (*HEAD, "prices", "capital", "cashable", "confidence", "low", "high")
    row = ("C", "works", "costt", "next", "lots", "reel", "capitol", "maybe", "sure", "few", "many")
    columns = ["kind", "year", "amount", "prices", "capital", "cashable", "confidence", "low", "high"]
    assert {
        column for column in columns if any(f"column '{column}'" in line for line in told(csv(tmp_path, head, row)))
    } == {*columns}


def test_low_and_high_of_a_total_are_totals(tmp_path: Path) -> None:
    """They were taken for sums a year: ten times too wide over ten years."""
    head = ("body", "line", "kind", "year", "total", "low", "high")
    table = read_cash_flows(csv(tmp_path, head, ("C", "rent", "benefit", "1-10", 2000, 1500, 2500))).flows.table
    assert table[["low_gbp", "gbp", "high_gbp"]].to_numpy().tolist() == [[150.0, 200.0, 250.0]]
    outside = told(csv(tmp_path, (*HEAD, "low", "high"), ("C", "works", "cost", 0, 1000, 1100, 1200)))
    assert "The amount of 1000 lies outside its own range" in outside[0]


def test_headings_that_are_none_of_ours_are_told(tmp_path: Path) -> None:
    """A misspelt column is not dropped in silence."""
    notes = read_cash_flows(csv(tmp_path, (*HEAD, "confidense"), ("C", "works", "cost", 0, 1000, "recorded"))).notes
    assert "'confidense' Did you mean 'confidence'?" in notes[0].message


def test_costs_avoided_are_benefits_against_doing_nothing(tmp_path: Path) -> None:
    """As costs with another sign they left no ratio, no saving and no break-even."""
    rows = [("option", *HEAD), ("do nothing", "C", "running", "cost", "1-", 500),
            ("do nothing", "C", "roof", "cost", 3, 70),
            ("do minimum", "C", "running", "cost", "1-", 480), ("hub", "C", "running", "cost", "1-4", 520),
            ("hub", "C", "running", "cost", "5-", 300), ("hub", "C", "works", "cost", 0, 1000)]  # fmt: skip
    read = read_cash_flows(csv(tmp_path, *rows))
    case = appraise(read.flows, draws=100)
    hub = case.option("hub").measures
    assert (round(hub.benefits_gbp), round(hub.costs_gbp), hub.saving_gbp_pa) == (6 * 200 + 70, 1000 + 4 * 20, 200.0)
    weights = Terms().weights()
    assert hub.pv_benefits_gbp == pytest.approx(200 * weights[5:].sum() + 70 * weights[3])
    assert hub.pv_costs_gbp == pytest.approx(1000 + 20 * weights[1:5].sum())
    assert round(case.option("do minimum").measures.saving_gbp_pa) == 20
