"""Identifiers prefer the body's own reference and do not depend on the order of the rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from estate.asset_ids import asset_ids
from tests.estate.conftest import ReadList
from tests.estate.test_identity import record

NAMES = ["Town Hall", "Market Hall", "Depot", "Library", "Town Hall"]


def test_identifiers_prefer_the_own_reference() -> None:
    """They stay the same next year; file and row are the last resort."""
    rows = record(organisation=["Derby City Council"] * 3, reference=["AC/1", "", "AC/2"])
    ids, found = asset_ids(rows, stem="assets")
    assert ids.tolist() == ["derby-city-council/AC/1", "derby-city-council/assets-r3", "derby-city-council/AC/2"]
    assert len(found) == 0


@given(st.permutations(range(5)))
def test_sorting_the_rows_changes_no_identifier(order: list[int]) -> None:
    """Five buildings under one reference keep their identifiers in any order; four are asked about."""
    rows = record(organisation=["X"] * 5, reference=["A1"] * 5, name=NAMES, address=["1 A", "2 A", "3 A", "4 A", "5 A"])
    ids, found = asset_ids(rows, stem="assets")
    assert ids.is_unique
    assert len(found) == 4
    turned = rows.iloc[order]
    again, _ = asset_ids(turned.set_axis(range(2, 7)), stem="assets")
    assert again.tolist() == ids.loc[turned.index].tolist()


def test_identical_rows_are_numbered() -> None:
    """What nothing tells apart may stand in any order."""
    rows = record(organisation=["X"] * 3, reference=["A1"] * 3, name=["Garage"] * 3)
    ids, _ = asset_ids(rows, stem="assets")
    assert ids[2] == "x/A1"
    assert ids[4] == f"{ids[3]}-2"


def test_a_sorted_list_gives_the_same_register(read_list: ReadList) -> None:
    """From the file to the identifier: the same building, the same name."""
    rows = [["A1", "Hall", "WS1 0AA", 400_050, 300_050], ["A1", "Depot", "WS1 1AB", 400_150, 300_050],
            ["A2", "Library", "WS1 1AB", 400_150, 300_060], ["A1", "Annexe", "WS1 0AB", 400_150, 300_090]]  # fmt: skip
    header = ["Asset code", "Name", "Postcode", "Easting", "Northing"]
    one, other = (read_list([header, *order], organisation="X") for order in (rows, rows[::-1]))
    assert one.accepted["name"].to_dict() == other.accepted["name"].to_dict()
