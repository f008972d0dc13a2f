"""Postcodes, UPRNs, repeats and identifiers."""

from __future__ import annotations

import pandas as pd
import pytest

from estate.identity import (
    postcode_in,
    read_postcode_cells,
    read_uprns,
    repeated_rows,
    scattered_points,
    shared_points,
    slug,
)


@pytest.mark.parametrize(
    ("cell", "code"),
    [("de24 9da", "DE24 9DA"), ("DE249DA", "DE24 9DA"), ("DL 1 5LB", "DL1 5LB"), ("P021 1BA", "PO21 1BA"),
     ("CH65 OEZ", "CH65 0EZ"), ("GL50 1DY\n", "GL50 1DY"), ("M31", "M31"), ("WA14 1", "WA14 1"), ("Ripley", ""),
     ("N/A", ""), ("DE24 9DA (rear)", "DE24 9DA")],
)  # fmt: skip
def test_postcode_is_normalised(cell: str, code: str) -> None:
    """One spelling for joining; the first half alone is kept as it is; a word is none."""
    assert read_postcode_cells(pd.Series([cell])).value[0] == code


def test_incomplete_postcode_is_asked_about() -> None:
    """It cannot place a building."""
    reading = read_postcode_cells(pd.Series(["M31", "DE24 9DA", "see map"]))
    assert reading.questions.to_dict() == {
        0: "'M31' is only the first part of a postcode.",
        2: "'SEE MAP' is no postcode.",
    }


def test_postcode_is_found_in_an_address() -> None:
    """Police lists write it there."""
    assert postcode_in(pd.Series(["Parkside, Cambridge CB1 1JG", "Ferrars Road"])).tolist() == ["CB1 1JG", ""]


def test_uprns_are_text_without_leading_zeros() -> None:
    """Spreadsheets drop leading zeros, so they cannot tell two properties apart."""
    result = read_uprns(pd.Series(["010000481734", "100121228178.0", " 100 121 228 178", "N/A"], name="UPRN"))
    assert result.uprn.tolist()[:3] == ["10000481734", "100121228178", "100121228178"]
    assert result.uprn.isna().tolist() == [False, False, False, True]
    assert result.found.rule.tolist() == ["uprn_decimals"]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [("1.00E+11", "uprn_rounded"), ("9.99139E+11", "uprn_rounded"), ("100121000000", "uprn_rounded"),
     ("1234567890123", "uprn_too_long"), ("Kent", "not_a_uprn")],
)  # fmt: skip
def test_spoiled_uprn_is_named_and_not_used(cell: str, rule: str) -> None:
    """A rounded number would join the wrong buildings."""
    result = read_uprns(pd.Series([cell, "100121228178"]))
    assert pd.isna(result.uprn[0])
    assert result.found.rule.tolist() == [rule]
    assert result.found.severity.tolist() == ["question"]


def test_short_numbers_headed_uprn_are_own_references() -> None:
    """The fire service heads its site numbers 'UPRN'."""
    result = read_uprns(pd.Series(["54960", "54090", ""], name="UPRN"))
    assert result.uprn.isna().all()
    assert result.references is not None
    assert result.references.tolist() == ["54960", "54090", ""]
    assert set(result.found.rule) == {"uprn_internal"}


def record(**columns: list[str]) -> pd.DataFrame:
    """Return rows with blank defaults, index from 2."""
    n = len(next(iter(columns.values())))
    blank = dict.fromkeys(("organisation", "reference", "name", "address", "postcode", "use_recorded"), [""] * n)
    table = pd.DataFrame({**blank, **columns}, index=range(2, 2 + n))
    return table.assign(gia_m2=float("nan"), nia_m2=float("nan"))


def written(table: pd.DataFrame) -> pd.DataFrame:
    """Return points without coordinates."""
    return pd.DataFrame({"written": ""}, index=table.index)


def test_repeats_keep_the_first() -> None:
    """Commas and blanks do not make a second building."""
    rows = record(name=["Luton Police Station,", "Luton Police Station", "Luton Police Station"],
                  address=["Buxton Road, Luton", "Buxton Road Luton", "High Street"],
                  postcode=["LU1 1SD"] * 3)  # fmt: skip
    found = repeated_rows(rows, written(rows))
    assert found.row.tolist() == [3]
    assert found.message[0] == "The row repeats row 2: the same name, address and postcode."


def test_an_address_that_lost_a_letter_is_no_second_building() -> None:
    """The same name, postcode and point; 'Stree' is a street. Another number is another building."""
    rows = record(name=["St Anne Street Police Station"] * 3, postcode=["L3 3HJ"] * 3,
                  address=["St Anne Stree, Liverpool", "St Anne Street, Liverpool",
                           "2 St Anne Street, Liverpool"])  # fmt: skip
    found = repeated_rows(rows, pd.DataFrame({"written": "53.414, -2.979"}, index=rows.index))
    assert found.row.tolist() == [3]


def test_a_point_copied_too_far_down_is_asked_about() -> None:
    """Two libraries in different towns carry one UPRN and one point; neighbours in one sector may."""
    rows = record(name=["Bredbury", "Cheadle", "Shop"], postcode=["SK6 2AA", "SK8 1BB", "SK8 1BD"]).assign(
        uprn=pd.Series(["100012785090", "100012785090", None], index=[2, 3, 4], dtype="str")
    )
    points = pd.DataFrame(
        {"written": ["1, 2", "1, 2", "5, 6"], "placed_by": "coordinates", "column": "X, Y"}, index=rows.index
    )
    found = shared_points(rows, points)
    assert found[["row", "rule"]].to_numpy().tolist() == [
        [2, "shared_point"], [2, "shared_uprn"], [3, "shared_point"], [3, "shared_uprn"],
    ]  # fmt: skip
    assert found.message[0] == "The point '1, 2' stands at rows with postcodes of different places."
    alike = points.assign(written=["1, 2", "5, 6", "5, 6"])
    assert len(shared_points(rows.assign(uprn=pd.Series(None, index=rows.index, dtype="str")), alike)) == 0


def test_different_references_are_different_buildings() -> None:
    """Three units of one centre share name and postcode."""
    rows = record(reference=["A1", "A2"], name=["Grafton Centre"] * 2, postcode=["WA14 1AA"] * 2)
    assert len(repeated_rows(rows, written(rows))) == 0


def test_rows_without_name_and_address_do_not_repeat_each_other() -> None:
    """Silence is no likeness."""
    rows = record(name=["", ""], postcode=["LU1 1SD"] * 2)
    assert len(repeated_rows(rows, written(rows))) == 0


def test_slug_of_anything() -> None:
    """Identifiers are plain ASCII, never empty."""
    assert [slug(text) for text in ("A & B (Ltd)", "Ynys Môn", "???")] == ["a-b-ltd", "ynys-mon", "unnamed"]


def test_one_address_with_many_points_is_asked_about_once() -> None:
    """Seventeen rows of one police station, each with its neighbourhood's point: the first is asked about."""
    rows = record(name=["Chichester Police Station"] * 4, address=["Kingsham Road"] * 3 + ["East Street"])
    points = pd.DataFrame(
        {"easting": [486_000.0, 483_000.0, 486_000.0, 470_000.0], "northing": 104_000.0, "placed_by": "coordinates",
         "written": ["a", "b", "c", "d"], "column": "X, Y"}, index=rows.index,
    )  # fmt: skip
    found = scattered_points(rows, points)
    assert found[["row", "severity"]].to_numpy().tolist() == [[2, "question"]]
    assert found.message[0] == (
        "One address, many points: 'Chichester Police Station' stands 3 times at points up to 3.0 km apart; this row "
        "keeps 'a'."
    )
    assert len(scattered_points(rows, points.assign(easting=486_000.0 + pd.Series(range(4), index=rows.index)))) == 0
