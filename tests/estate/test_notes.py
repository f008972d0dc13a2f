"""Notes, section headings, page breaks and repeated headers are set aside for what they are."""

from __future__ import annotations

from tests.estate.conftest import ReadList
from tests.estate.test_intake import accounted, rules

HEADER = ["Name", "Postcode", "Easting", "Northing", "Tenure"]
HALL = ["Town Hall", "WS1 0AA", 400_050, 300_050, "Freehold"]
DEPOT = ["Depot", "WS1 1AB", 400_150, 300_050, "Leasehold"]


def test_what_is_no_row_is_said_to_be_none(read_list: ReadList) -> None:
    """The owner is not asked for the coordinates of a footnote."""
    rows = [HEADER, ["OFFICES"], HALL, ["Page 1 of 2"], HEADER, ["DEPOTS"], DEPOT, ["Source: estates team, March 2025"]]
    one = accounted(read_list(rows))
    assert one.accepted["name"].tolist() == ["Town Hall", "Depot"]
    assert rules(one) == dict.fromkeys((2, 4, 5, 6, 8), "note_row")


def test_a_postcode_alone_is_a_row(read_list: ReadList) -> None:
    """A building of which little is known is still a building."""
    one = accounted(read_list([HEADER, HALL, ["", "WS1 1AB"], ["9 Mill Lane, WS1 1AB"]]))
    assert "note_row" not in set(one.set_aside["rule"])


def test_sub_totals_are_no_property(read_list: ReadList) -> None:
    """Between the rows or below them."""
    one = accounted(
        read_list([HEADER, HALL, ["Sub-total Derby", "", "", "", "2"], DEPOT, ["GRAND TOTAL", "", "", "", "3"]])
    )
    assert set(one.set_aside["rule"]) == {"not_a_property"}
