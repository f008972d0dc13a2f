"""Numbers, areas, money, dates and flags as people write them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.values import (
    is_blank,
    mend_mojibake,
    number_of,
    read_areas,
    read_dates,
    read_flags,
    read_money,
    read_numbers,
)
from tests.conftest import assert_aligned


@pytest.mark.parametrize(
    ("cell", "m2"),
    [
        ("94", 94),
        ("1,249", 1249),
        ("1 249", 1249),
        ("1.249,5", 1249.5),
        ("120,5", 120.5),
        ("1,076 sq ft", 99.96),
        ("1076 sqft", 99.96),
        ("100 sq. yds", 83.61),
        ("250 m2", 250),
        ("250m²", 250),
        ("250 sqm", 250),
        ("approx. 250 square metres", 250),
        ("0.5 ha", 5000),
        ("2 acres", 8093.7),
        ("0.537 hectares (1.33 acres)", 5370),
        ("1,909 hectares (4,72 acres)", 19090),
        ("2,694 hectares (6.66 acres)", 26940),
        ("0.001 km2", 1000),
    ],
)
def test_area_is_read_in_the_unit_that_is_written(cell: str, m2: float) -> None:
    """A list mixes units; one wrong unit is a factor of ten thousand."""
    assert read_areas(pd.Series([cell])).value[0] == pytest.approx(m2, rel=1e-3)


def test_bare_area_is_in_the_unit_of_the_column() -> None:
    """'LandArea' is in hectares by the national headings."""
    assert read_areas(pd.Series(["0.5", "1,5"]), unit="hectares").value.tolist() == [5000.0, 15000.0]


def test_two_areas_that_disagree_are_a_question() -> None:
    """One of them is wrong and nobody can know which."""
    reading = read_areas(pd.Series(["1 hectare (9 acres)"]))
    assert reading.questions[0] == "'1 hectare (9 acres)' names two areas that differ by 73%."


@pytest.mark.parametrize("cell", ["see plan", "12 rooms", "n/a m2?", "1,2,3", "three acres"])
def test_words_are_no_area(cell: str) -> None:
    """A cell that cannot be read is missing and asked about, never guessed."""
    reading = read_areas(pd.Series([cell]))
    assert reading.value.isna().all()
    assert reading.questions[0] == f"'{cell}' is not an area."


@pytest.mark.parametrize(
    ("cell", "pounds"),
    [("£12,400", 12400), ("12.4k", 12400), ("£1.2m pa", 1.2e6), ("GBP 500", 500), ("£ 12 000 per annum", 12000),
     ("12400.50", 12400.5), ("0", 0), ("£0", 0)],
)  # fmt: skip
def test_money_is_read_with_signs_and_scales(cell: str, pounds: float) -> None:
    """Finance teams write thousands in every way."""
    assert read_money(pd.Series([cell])).value[0] == pytest.approx(pounds)


@pytest.mark.parametrize("cell", ["(500)", "-500", "-£500", "£-500"])
def test_negative_cost_is_missing_and_asked_about(cell: str) -> None:
    """A building does not cost less than nothing; an income column was taken for a cost."""
    reading = read_money(pd.Series([cell]))
    assert math.isnan(reading.value[0])
    assert "is less than nothing" in reading.questions[0]


@pytest.mark.parametrize(
    ("cell", "day"),
    [("25/12/2027", "2027-12-25"), ("2027-12-25", "2027-12-25"), ("25 Dec 2027", "2027-12-25"),
     ("25th December 2027", "2027-12-25"), ("25.12.27", "2027-12-25"), ("Feb 2028", "2028-02-29"),
     ("2031", "2031-12-31"), ("46381", "2026-12-25"), ("2027-12-25 00:00:00", "2027-12-25"),
     ("01/04/3015", "3015-04-01"), ("02/03/2027", "2027-03-02")],
)  # fmt: skip
def test_date_is_read_the_british_way(cell: str, day: str) -> None:
    """2/3 is the second of March here; a month alone ends with its last day; a lease of 999 years is a date too."""
    assert str(read_dates(pd.Series([cell])).value.iloc[0].date()) == day


@pytest.mark.parametrize("cell", ["31/02/2027", "rolling", "12", "13/13/2027"])
def test_impossible_date_is_asked_about(cell: str) -> None:
    """A date that does not exist must not become another one."""
    reading = read_dates(pd.Series([cell]))
    assert reading.value.isna().all()
    assert reading.questions[0] == f"'{cell}' is not a date."


def test_flags_and_blanks() -> None:
    """Yes, no and silence are three different things."""
    cells = pd.Series(["Yes", "N", "", "maybe"])
    assert read_flags(cells).value.tolist() == [True, False, pd.NA, pd.NA]
    assert read_flags(cells).questions.to_dict() == {3: "'maybe' is neither yes nor no."}
    assert is_blank(pd.Series(["N/A", "-", "0", "TBC"])).tolist() == [True, True, False, True]


def test_mojibake_is_mended_and_told() -> None:
    """UTF-8 read as Windows-1252 is put right; what is right already stays."""
    reading = mend_mojibake(pd.Series(["cafÃ©", "Watersâ\x80\x99 Meeting", "Ångström", "Âge"]))
    assert reading.value.tolist() == ["café", "Waters\u2019 Meeting", "Ångström", "Âge"]
    assert sorted(reading.mends.index) == [0, 1]


@given(st.lists(st.text(max_size=30), max_size=20))
def test_readers_never_raise_and_keep_the_rows(cells: list[str]) -> None:
    """Any text may stand in a cell: no traceback, no lost row, no infinity, nothing below nought."""
    text = pd.Series(cells, dtype="str", index=range(5, 5 + len(cells)))
    for read in (read_numbers, read_money, read_areas):
        value = read(text).value
        assert_aligned(value, text.to_frame())
        assert ((value >= 0) & (value < math.inf) | value.isna()).all()
    assert_aligned(read_dates(text).value, text.to_frame())
    assert_aligned(read_flags(text).value, text.to_frame())
    assert_aligned(mend_mojibake(text).value, text.to_frame())


@given(st.integers(0, 10**9))
def test_thousands_separators_do_not_change_a_number(value: int) -> None:
    """1,234,567 and 1 234 567 and 1234567 are one number."""
    for text in (f"{value}", f"{value:,}", f"{value:,}".replace(",", " ")):
        assert number_of(text)[0] == value


@pytest.mark.parametrize(
    "cell", ["Peppercorn", "a peppercorn if demanded", "Nil", "£nil", "rent free", "One peppercorn pa"]
)
def test_a_peppercorn_is_no_rent_and_said_so(cell: str) -> None:
    """It is a recorded 0, not a gap, and no question."""
    reading = read_money(pd.Series([cell]))
    assert reading.value.tolist() == [0.0]
    assert reading.mends.tolist() == [f"'{cell}' is read as 0 pounds."]
    assert len(reading.questions) == 0


def test_a_peppercorn_with_more_words_is_asked_about() -> None:
    """What else the cell says may matter."""
    assert len(read_money(pd.Series(["Peppercorn then £12,000"])).questions) == 1
