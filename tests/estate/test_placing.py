"""Points of rows: every way of writing coordinates, and what is no coordinate."""

from __future__ import annotations

import pandas as pd
import pytest

from estate.placing import bng_from_grid_reference, place_by_postcode, read_points

DERBY = (435_396.0, 336_259.0)  # 52.9225 N, 1.4747 W, within a few metres


def points(columns: dict[str, list[str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return points and findings of a list whose headings are the fields themselves."""
    cells = pd.DataFrame(columns, dtype="str", index=range(2, 2 + len(next(iter(columns.values())))))
    result = read_points(cells, {name: name for name in columns})
    return result.table, result.found


@pytest.mark.parametrize(
    "columns",
    [
        {"easting": ["435396"], "northing": ["336259"]},
        {"easting": ["435,396"], "northing": ["336,259.0"]},
        {"x": ["435396"], "y": ["336259"]},
        {"x": ["-1.4747"], "y": ["52.9225"]},
        {"longitude": ["-1.4747"], "latitude": ["52.9225"]},
        {"coordinates": ["435396,336259"]},
        {"coordinates": ["52.9225, -1.4747"]},
        {"coordinates": ["POINT (-1.4747 52.9225)"]},
        {"coordinates": ["SK 35396 36259"]},
        {"grid_reference": ["SK3539636259"]},
        {"grid_reference": ["435396,336259"]},
        {"easting": [""], "northing": [""], "longitude": ["-1.4747"], "latitude": ["52.9225"]},
        {"x": ["-164162"], "y": ["6968675"]},
    ],
)
def test_point_is_read_however_it_is_written(columns: dict[str, list[str]]) -> None:
    """Metres, degrees, one string, a grid reference, Web Mercator: one point."""
    table, found = points(columns)
    assert table.easting.iloc[0] == pytest.approx(DERBY[0], abs=60)
    assert table.northing.iloc[0] == pytest.approx(DERBY[1], abs=60)
    assert table.placed_by.tolist() == ["coordinates"]
    assert len(found) == 0


def test_swapped_degrees_are_turned_and_told() -> None:
    """Only one order lies in Britain; the owner is still asked to mend the list."""
    table, found = points({"x": ["53.457484", "-2.32"], "y": ["-2.365856", "53.42"]})
    assert table.easting.tolist() == pytest.approx([375_804, 378_833], abs=100)
    assert found.rule.tolist() == ["swapped_coordinates"]
    assert found.row.tolist() == [2]
    assert found.message[0].startswith("'53.457484, -2.365856' stand in the wrong columns")


def test_exchanged_columns_are_one_note() -> None:
    """When every pair is the wrong way round, the headings are; that is said once."""
    table, found = points({"longitude": ["53.1", "53.2", "53.3"], "latitude": ["-1.5", "-1.6", "-1.7"]})
    assert table.easting.notna().all()
    assert set(found.rule) == {"swapped_columns"}


def test_zero_words_and_nowhere_are_told_apart() -> None:
    """0,0 is missing, a sentence is none, and a number may lie outside Britain."""
    table, found = points(
        {"easting": ["0", "see the website", "9999999", ""], "northing": ["0", "see the website", "336259", ""]}
    )
    assert table.placed_by.tolist() == ["", "", "", ""]
    assert found.set_index("row").rule.to_dict() == {2: "zero_coordinates", 3: "not_a_coordinate", 4: "outside_britain"}


def test_grid_references() -> None:
    """The middle of the square is meant; letters outside the grid are none."""
    assert bng_from_grid_reference("SK 407 543") == (440_750.0, 354_350.0)
    assert bng_from_grid_reference("SV1") is None
    assert bng_from_grid_reference("SK 407 5430") is None
    assert bng_from_grid_reference("TL 00000 00000") == (500_000.5, 200_000.5)


def test_postcode_fills_only_what_has_no_point() -> None:
    """A point of the list is better than the middle of its postcode."""
    table, _ = points({"easting": ["435396", ""], "northing": ["336259", ""]})
    centres = pd.DataFrame({"easting": [1.0, 2.0], "northing": [3.0, 4.0]}, index=["A1 1AA", "B1 1BB"])
    placed = place_by_postcode(table, pd.Series(["A1 1AA", "B1 1BB"], index=table.index), centres)
    assert placed.easting.tolist() == [435_396.0, 2.0]
    assert placed.placed_by.tolist() == ["coordinates", "postcode"]
