"""Whole lists with eastings and northings the wrong way round are noticed, turned and asked about once."""

from __future__ import annotations

import pytest
from shapely.geometry import box

from estate.position import PostcodeTable
from tests.estate.conftest import ReadList

DERBY = [("DE1 2FS", 435_400, 336_400), ("DE22 2QN", 433_900, 340_000), ("DE24 8QP", 438_400, 333_600),
         ("DE56 1UU", 434_700, 347_600)]  # fmt: skip


def exchanged(*, postcodes: bool = True, heads: tuple[str, str] = ("Easting", "Northing")) -> list[list[object]]:
    """Return a list of Derby with its eastings under the second heading."""
    return [
        ["Name", *(["Postcode"] if postcodes else []), *heads],
        *([f"Site {code}", *([code] if postcodes else []), north, east] for code, east, north in DERBY),
    ]


@pytest.mark.parametrize("heads", [("Easting", "Northing"), ("X", "Y"), ("Coord A", "Coord B"), ("X1", "Y1"), ("", "")])
def test_exchanged_columns_are_told_by_the_areas_of_postcodes(read_list: ReadList, heads: tuple[str, str]) -> None:
    """Without any table: all four stand in Derbyshire, and one question covers them."""
    one = read_list(exchanged(heads=heads))
    assert one.accepted.geometry.x.tolist() == [east for _, east, _ in DERBY]
    asked = [fault for fault in one.faults if fault.rule == "swapped_columns"]
    assert len(asked) == 1
    assert "as written 0 of 4 rows" in asked[0].message
    assert "exchanged 4 of 4" in asked[0].message
    assert one.accepted["questions"].str.contains("read the other way round").all()


def test_exchanged_columns_are_told_by_the_table(read_list: ReadList, town_postcodes: PostcodeTable) -> None:
    """Rows are no longer set aside one by one."""
    rows = [["Name", "Postcode", "Easting", "Northing"]]
    rows += [[f"Site {number}", code, int(at.northing), int(at.easting)]
             for number, (code, at) in enumerate(town_postcodes.units.iloc[:5].iterrows())]  # fmt: skip
    one = read_list(rows, postcodes=town_postcodes)
    assert (len(one.accepted), len(one.set_aside)) == (5, 0)
    assert one.accepted.geometry.x.between(400_000, 402_000).all()
    assert [fault.rule for fault in one.faults if fault.severity == "question"] == ["swapped_columns"]


def test_exchanged_columns_are_told_by_the_outline(read_list: ReadList) -> None:
    """A list without postcodes still belongs to its place."""
    one = read_list(
        exchanged(postcodes=False), place_extent=box(420_000, 320_000, 450_000, 360_000), place_name="Derby"
    )
    assert one.accepted.geometry.x.tolist() == [east for _, east, _ in DERBY]
    assert "stand in Derby, exchanged 4 of 4" in one.accepted["questions"].iloc[0]


def test_some_rows_that_only_one_order_puts_in_britain_tell_for_all(read_list: ReadList) -> None:
    """Perth: rows north of 700 km show that the rows south of it are the wrong way round too."""
    rows = [["Name", "Easting", "Northing"], ["A", 723_000, 311_000], ["B", 731_000, 305_000], ["C", 745_000, 290_000],
            ["D", 690_000, 305_000]]  # fmt: skip
    one = read_list(rows)
    assert one.accepted.geometry.y.tolist() == [723_000, 731_000, 745_000, 690_000]
    assert [fault.rule for fault in one.faults if fault.severity == "question"] == ["swapped_columns"]


def test_right_columns_and_single_slips_are_left_alone(read_list: ReadList) -> None:
    """One pair the wrong way round among good ones is a slip of that row."""
    rows = [
        ["Name", "Postcode", "Easting", "Northing"],
        *([f"S{code}", code, east, north] for code, east, north in DERBY),
    ]
    assert read_list(rows).faults[0].rule == "no_organisation"
    rows[1][2:] = rows[1][3], rows[1][2]
    assert "swapped_columns" not in {fault.rule for fault in read_list(rows).faults}


def test_the_user_has_the_last_word(read_list: ReadList) -> None:
    """Columns named in place.toml are not turned; rows outside the area of their postcode are asked about."""
    one = read_list(exchanged(), columns={"easting": "Easting", "northing": "Northing"})
    assert "swapped_columns" not in {fault.rule for fault in one.faults}
    assert "far_from_area" in {fault.rule for fault in one.faults}


def test_columns_without_a_heading_are_noted_where_they_are_borne_out(read_list: ReadList) -> None:
    """And asked about where nothing bears them out; sums of money are never taken for places."""
    rows = [["Name", "Postcode", "Insured", "Coord A", "Coord B"]]
    rows += [[f"S{code}", code, 350_000 + 5_000 * at, east, north] for at, (code, east, north) in enumerate(DERBY)]
    one = read_list(rows)
    assert one.accepted.geometry.x.tolist() == [east for _, east, _ in DERBY]
    assert [fault.severity for fault in one.faults if fault.rule == "columns_by_values"] == ["note"]
    bare = [[row[0], *row[2:]] for row in rows]
    asked = [fault for fault in read_list(bare).faults if fault.rule == "columns_by_values"]
    assert [fault.severity for fault in asked] == ["question"]
    assert "'Coord A' and 'Coord B'" in asked[0].message
