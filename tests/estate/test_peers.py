"""Without a table of postcodes: what the area of a postcode and the other rows say of a point."""

from __future__ import annotations

import pandas as pd
import pytest

from estate.peers import check_against_areas, check_against_peers
from tests.estate.test_position import codes, table

REMOTE = [
    ("NE48 1ER", 363_238, 593_224), ("TR21 0JD", 90_500, 10_500), ("TR22 0PL", 88_000, 8_000),  # Kielder, Scilly
    ("ZE2 9JU", 421_000, 1_072_000), ("ZE2 9EQ", 461_000, 1_210_000), ("HS9 5XD", 66_800, 798_200),  # Fair Isle, Unst
    ("KW17 2BE", 376_000, 1_054_000), ("PA77 6UN", 99_700, 746_000), ("PA42 7DX", 138_000, 645_000),
    ("PH44 4RS", 127_000, 805_000), ("IV27 4PN", 240_000, 967_000), ("IV55 8WL", 118_000, 849_000),
    ("KA27 8DL", 201_000, 636_000), ("TD15 2SE", 412_600, 641_800), ("LL53 8DE", 217_000, 326_000),
    ("SA62 6RD", 175_300, 225_200), ("PE25 3TN", 556_000, 363_000), ("TA24 7SH", 283_000, 143_000),
]  # fmt: skip


@pytest.mark.parametrize(("code", "east", "north"), REMOTE)
def test_remote_places_stand_where_their_postcodes_say(code: str, east: int, north: int) -> None:
    """Islands and dale heads are in the area of their postcode: nothing is asked."""
    assert len(check_against_areas(table((east, north)), codes(code))) == 0


def test_a_remote_row_among_peers_is_asked_and_never_set_aside() -> None:
    """Kielder lies 60 km from all the other libraries of its list: a question without a made-up correction."""
    peers = [(425_000.0 + 900 * number, 564_000.0 + 500 * number) for number in range(7)]
    rows, code = table((363_238, 593_224), *peers), codes("NE48 1ER", *["NE1 1AA"] * 7)
    found = check_against_peers(rows, code)
    assert found[["row", "severity"]].to_numpy().tolist() == [[2, "question"]]
    assert "Probably" not in found.remedy[0]
    assert len(check_against_areas(rows, code)) == 0


def test_lost_digit_shows_in_the_area() -> None:
    """Fowey cannot lie 100 km out in the Atlantic; its peers give the likely digit."""
    peers = [(212_000.0 + 900 * number, 52_000.0 + 500 * number) for number in range(7)]
    found = check_against_areas(table((21_248, 51_999), *peers), codes("PL23 1DT", *["PL22 1AA"] * 7))
    assert found[["row", "rule", "severity"]].to_numpy().tolist() == [[2, "far_from_area", "set_aside"]]
    assert "a digit lost in the easting" in found.remedy[0]


@pytest.mark.parametrize(("wrong", "around", "meant"), [("DN8", "DL8", "DL8"), ("LD65", "LE67", "LE65")])
def test_a_slip_in_the_postcode_leaves_the_point(wrong: str, around: str, meant: str) -> None:
    """Where the neighbours' postcodes differ in one letter, the postcode is the slip: accepted, and asked."""
    middle = {"DL8": (387_474, 490_077), "LE67": (435_462, 316_372)}[around]
    rows = table(middle, *[(middle[0] + 2_000 * number, middle[1]) for number in range(1, 4)])
    found = check_against_areas(rows, codes(f"{wrong} 3NL", *[f"{around} 3AA"] * 3))
    assert found[["row", "severity"]].to_numpy().tolist() == [[2, "question"]]
    assert f"{meant} is meant" in found.remedy[0]


def test_few_peers_prove_nothing() -> None:
    """Four rows are no crowd."""
    peers = [(212_000.0, 52_000.0)] * 3
    assert len(check_against_peers(table((270_000, 100_000), *peers), codes(*["PL1 1AA"] * 4))) == 0


def test_empty_table_gives_no_findings() -> None:
    """A list without coordinates is no fault."""
    nothing = table((1, 1)).iloc[:0]
    empty = pd.Series([], dtype="str")
    assert len(check_against_areas(nothing, empty)) == len(check_against_peers(nothing, empty)) == 0


def test_a_list_that_is_odd_as_a_whole_is_asked_about_and_kept() -> None:
    """Made-up postcodes, or a head office's postcode in every row: half a list wrong is no slip of single rows."""
    rows = table(*[(430_000.0 + 100 * number, 340_000.0) for number in range(40)])
    found = check_against_areas(rows, codes(*["PL1 1AA"] * 30, *["DE1 1AA"] * 10))
    assert set(found.severity) == {"question"}
    assert len(found) == 30
