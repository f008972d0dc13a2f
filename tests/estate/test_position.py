"""Does a point lie where its address says? The slip that explains it is proposed, never applied."""

from __future__ import annotations

import pandas as pd
import pytest
from shapely.geometry.base import BaseGeometry

from estate.position import (
    PostcodeTable,
    check_against_place,
    check_against_postcodes,
)
from estate.slips import likely_correction


def table(*rows: tuple[float, float], by: str = "coordinates") -> pd.DataFrame:
    """Return points as read, index = row numbers from 2."""
    return pd.DataFrame(
        {"easting": [row[0] for row in rows], "northing": [row[1] for row in rows], "placed_by": by,
         "column": "E, N", "kind": "metres",
         "written": [f"{row[0]:.0f}, {row[1]:.0f}" for row in rows]},
        index=range(2, 2 + len(rows)),
    )  # fmt: skip


def codes(*postcodes: str) -> pd.Series:
    """Return postcodes with the index of :func:`table`."""
    return pd.Series(postcodes, index=range(2, 2 + len(postcodes)), dtype="str")


@pytest.mark.parametrize(
    ("east", "north", "centre", "point", "slip"),
    [
        (345_678, 377_946, (435_500, 378_000), (435_678, 377_946), "two digits exchanged in the easting"),
        (401_252, 318_327, (401_250, 381_300), (401_252, 381_327), "two digits exchanged in the northing"),
        (354_526, 440_715, (440_700, 354_500), (440_715, 354_526), "easting and northing exchanged"),
        (21_248, 51_999, (212_480, 52_000), (212_480, 51_999), "a digit lost in the easting"),
        (440_715, 3_545_26 * 10, (440_700, 354_500), (440_715, 354_520), "a digit too many in the northing"),
        (940_715, 354_526, (440_700, 354_500), (440_715, 354_526), "one digit wrong in the easting"),
    ],
)
def test_the_slip_is_found(
    east: float, north: float, centre: tuple[float, float], point: tuple[float, float], slip: str
) -> None:
    """Each kind of slip is named, and the point it leads to lies at the postcode."""
    found = likely_correction(east, north, centre=centre)
    assert found is not None
    assert found[1] == slip
    assert found[0] == pytest.approx(point, abs=60)


def test_a_point_just_off_the_grid_has_slips_too() -> None:
    """A sign is no digit to be exchanged."""
    assert likely_correction(-0.4, -12, centre=(440_700, 354_500)) is None


def test_no_slip_explains_just_anything() -> None:
    """A point that is simply elsewhere gets no proposal."""
    assert likely_correction(437_123, 389_456, centre=(440_700, 354_500)) is None


def test_far_point_is_set_aside_with_the_correction(town_postcodes: PostcodeTable) -> None:
    """The row waits for its owner; the proposal is in the remedy, the point is not changed."""
    found = check_against_postcodes(
        table((400_050, 300_050), (400_150, 390_050)), codes("WS1 0AA", "WS1 1AB"), town_postcodes
    )
    assert found.row.tolist() == [3]
    assert found.severity.tolist() == ["set_aside"]
    assert found.message[0] == "The point '400150, 390050' lies 90.0 km from its postcode WS1 1AB."
    assert found.remedy[0].startswith(
        "Probably 400150,300059 (two digits exchanged in the northing; 0.0 km from the postcode)"
    )


def test_near_point_is_asked_about_only_beyond_its_sector(town_postcodes: PostcodeTable) -> None:
    """Two kilometres from the postcode is odd, not wrong; a point in the next street is neither."""
    found = check_against_postcodes(
        table((400_050, 302_900), (400_050, 300_300)), codes("WS1 0AA", "WS1 0AA"), town_postcodes
    )
    assert found[["row", "rule", "severity"]].to_numpy().tolist() == [[2, "beside_postcode", "question"]]


def test_unknown_unit_is_held_against_its_district(town_postcodes: PostcodeTable) -> None:
    """A new postcode of a known district still cannot lie 90 km away."""
    found = check_against_postcodes(
        table((400_050, 390_050), (400_050, 310_000)), codes("WS1 9ZZ", "WS1 9ZZ"), town_postcodes
    )
    assert found[["row", "rule"]].to_numpy().tolist() == [[2, "far_from_postcode"]]


def test_points_from_postcodes_are_not_checked_against_them(town_postcodes: PostcodeTable) -> None:
    """They lie there by construction."""
    assert len(check_against_postcodes(table((0, 0), by="postcode"), codes("WS1 0AA"), town_postcodes)) == 0


def test_outside_the_place(town_postcodes: PostcodeTable, town_extent: BaseGeometry) -> None:
    """Kept and asked about where the postcode is another place's or the point is near; else set aside."""
    found = check_against_place(
        table((402_000, 301_000), (404_100, 301_000), (460_000, 301_000), (460_000, 301_000), (410_000, 301_000)),
        codes("", "", "ZZ1 1AA", "", ""), extent=town_extent, name="Smalltown", table=town_postcodes, national=False,
    )  # fmt: skip
    assert found.set_index("row").severity.to_dict() == {4: "question", 5: "set_aside", 6: "question"}
    assert found.message[0] == "The point lies 56.0 km outside Smalltown; its postcode is ZZ1 1AA."


def test_national_list_sets_the_rest_of_the_country_aside(town_extent: BaseGeometry) -> None:
    """Nobody is asked three thousand questions about other counties; even the next street counts as outside."""
    found = check_against_place(
        table((402_000, 301_000), (404_100, 301_000)), codes("", "ZZ1 1AA"), extent=town_extent, name="Smalltown",
        table=None, national=True,
    )  # fmt: skip
    assert found[["row", "severity", "message"]].to_numpy().tolist() == [[3, "set_aside", "Outside Smalltown."]]


def test_list_that_is_mostly_elsewhere_is_national(town_extent: BaseGeometry) -> None:
    """A national list without the setting does not fill the register with the whole country."""
    rows = [(402_000.0, 301_000.0)] * 5 + [(500_000.0, 400_000.0 + number) for number in range(25)]
    found = check_against_place(
        table(*rows), codes(*["ZZ1 1AA"] * 30), extent=town_extent, name="T", table=None, national=False
    )
    assert len(found) == 25
    assert set(found.severity) == {"set_aside"}


def test_without_an_outline_nothing_is_outside() -> None:
    """No question without ground for it."""
    assert len(check_against_place(table((1, 1)), codes(""), extent=None, name="", table=None, national=True)) == 0
