"""Columns whose headings mislead: their values have the second word."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estate.conftest import ReadList


def test_type_of_tenures_is_the_tenure(read_list: ReadList) -> None:
    """Freehold is no use of a building."""
    rows = [["Name", "Type", "Easting", "Northing"], ["Town Hall", "Freehold", 400_050, 300_050],
            ["Library", "Leasehold", 400_150, 300_050]]  # fmt: skip
    one = read_list(rows)
    assert one.accepted["tenure"].tolist() == ["freehold", "leasehold"]
    assert one.accepted["use"].tolist() == ["office", "library"]
    assert "use_unknown" not in {fault.rule for fault in one.faults}


def test_location_of_addresses_is_the_address(read_list: ReadList) -> None:
    """And a location of coordinates still places the rows."""
    rows = [["Site", "Location", "Easting", "Northing"], ["Town Hall", "1 High Street, Derby", 400_050, 300_050],
            ["Library", "9 Mill Lane, Derby", 400_150, 300_050]]  # fmt: skip
    assert read_list(rows).accepted["address"].tolist() == ["1 High Street, Derby", "9 Mill Lane, Derby"]
    rows = [["Site", "Location"], ["Town Hall", "435400,336400"], ["Library", "433900,340000"]]
    assert read_list(rows).accepted.geometry.x.tolist() == [435_400, 433_900]


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        (("Latitude", "Longitude"), ("53.1°N", "1.2°W")),
        (("Lat", "Long"), ("53°06'00\"N", "1°12'00\"W")),
        (("North", "West"), ("N 53 06 00", "W 1 12 00")),
        (("A", "B"), ("53.1° N", "1.2° W")),
        (("Position",), ("53.1°N, 1.2°W",)),
        (("Coordinates",), ("53°06'00\"N 001°12'00\"W",)),
        (("Latitude", "Longitude"), ("53,1", "-1,2")),
    ],
)
def test_degrees_are_read_as_people_write_them(
    read_list: ReadList, heads: tuple[str, ...], cells: tuple[str, ...]
) -> None:
    """Letters for the sign, minutes and seconds, one column or two."""
    one = read_list([["Name", *heads], *[[f"Site {number}", *cells] for number in "abc"]])
    at = one.accepted.geometry.iloc[0]
    assert np.hypot(at.x - 453_655, at.y - 356_150) < 500
    assert not [fault for fault in one.faults if fault.rule == "not_a_coordinate"]


def test_size_of_nothing_is_not_recorded(read_list: ReadList) -> None:
    """A building of 0 m2 has no size on record; a field rightly has none."""
    rows = [["Name", "Holding type", "GIA", "Site area", "Easting", "Northing"],
            ["Town Hall", "Buildings", 0, 0, 400_050, 300_050],
            ["Mill Lane", "Land", 0, 1.5, 400_150, 300_050]]  # fmt: skip
    one = read_list(rows)
    assert np.isnan(one.accepted["gia_m2"].iloc[0])
    assert one.accepted["gia_m2_from"].tolist() == ["", "recorded"]
    assert one.accepted["gia_m2"].iloc[1] == 0.0
    assert np.isnan(one.accepted["site_area_m2"].iloc[0])
    assert {fault.rule for fault in one.faults} >= {"zero_size"}
