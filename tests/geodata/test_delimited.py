"""The sign between cells, where more than one could be it."""

from __future__ import annotations

import pytest

from geodata.delimited import find_delimiter


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_signs_in_two_rows_do_not_outweigh_a_header(sign: str) -> None:
    """A list of five columns with ragged rows is not a list of one column that holds upright strokes."""
    header = sign.join(["Name", "Use", "Postcode", "Easting", "Northing", "UPRN"])
    assert find_delimiter(f"{header}\nHall | annexe\nLibrary | store{sign}library\n") == sign


def test_a_title_with_a_comma_does_not_hide_the_sign_below() -> None:
    """The first line is often a title, and titles have commas."""
    assert find_delimiter("Assets held, 2021\nName;Use;Postcode\nTown Hall;office;TN1 0AA\n") == ";"
    assert find_delimiter("Assets, all, held, 2021\nName;Use;Postcode\nTown Hall;office;TN1 0AA\n") == ";"
