"""Last year's row of a building is found in this year's list, and what rests on little says so."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.matching import match_rows

NAMES = ["asset_id", "reference", "uprn", "name", "address", "postcode", "use", "east", "north"]
Row = tuple[object, ...]


def sites(*rows: Row) -> gpd.GeoDataFrame:
    """Return assets of one body from rows of `NAMES`."""
    table = pd.DataFrame(list(rows), columns=NAMES).set_index("asset_id")
    points = gpd.points_from_xy(table.pop("east").astype(float), table.pop("north").astype(float))
    return gpd.GeoDataFrame(table.astype("str"), geometry=points, crs=27700)


def pairs(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[tuple[str, str, str]]:
    """Return who was matched with whom, and how."""
    found = match_rows(before, after)
    return list(found[["before", "after", "by"]].itertuples(index=False, name=None))


HALL: Row = ("c/1", "1", "100", "Town Hall", "High Street", "DE1 2AB", "office", 0, 0)
YARD: Row = ("c/2", "2", "200", "Depot", "Mill Lane", "DE1 2AC", "depot", 500, 0)


def changed(row: Row, **cells: object) -> Row:
    """Return a row with other cells."""
    return tuple(cells.get(name, cell) for name, cell in zip(NAMES, row, strict=True))


def test_the_body_s_own_reference_settles_it() -> None:
    """Whatever else was corrected."""
    after = sites(YARD, changed(HALL, name="Civic Centre", postcode="DE9 9ZZ", uprn="999", east=9_000))
    assert pairs(sites(HALL, YARD), after) == [("c/2", "c/2", "reference"), ("c/1", "c/1", "reference")]


def test_row_numbers_are_no_reference() -> None:
    """A list without references gets identifiers from its rows; one row more at the top moves all of them."""
    before = sites(*(changed(row, asset_id=f"c/r{n}", reference="", uprn="") for n, row in enumerate((HALL, YARD))))
    new = changed(HALL, name="Library", address="Low Street", use="library", east=50_000)
    after = sites(*(changed(row, asset_id=f"c/r{n}", reference="", uprn="") for n, row in enumerate((new, HALL, YARD))))
    assert pairs(before, after) == [("c/r0", "c/r1", "name and address"), ("c/r1", "c/r2", "name and address")]


def test_the_uprn_comes_next_where_it_stands_once() -> None:
    """A new system with new references keeps its UPRNs; one UPRN on two rows says nothing."""
    after = sites(changed(HALL, asset_id="c/A1", reference="A1", name="Civic Centre"))
    assert pairs(sites(HALL), after) == [("c/1", "c/A1", "UPRN")]
    twice = sites(changed(HALL, asset_id="c/A1", reference="A1", name="X", address="Y", postcode=""),
                  changed(HALL, asset_id="c/A2", reference="A2", name="Z", address="Y", postcode=""))  # fmt: skip
    assert pairs(sites(HALL), twice) == []


def test_words_and_distance_are_scored() -> None:
    """0.6 x 0.80 likeness + 0.25 x 0.92 nearness + 0.15 for the postcode."""
    row = changed(HALL, asset_id="c/r9", reference="", uprn="", name="Town Hall annexe", address="High St", east=20)
    found = match_rows(sites(changed(HALL, reference="", uprn="")), sites(row))
    words = 2 * 2 / (2 + 3)  # town, hall of two and of three words; with the address it is 2 * 3 / (4 + 5), less
    assert found["by"].to_list() == ["likeness and distance"]
    assert found["score"].to_list() == [round(0.60 * words + 0.25 * (1 - 20 / 250) + 0.15, 3)]


@pytest.mark.parametrize(
    "cells",
    [
        {"east": 300},
        {"use": "library", "name": "Library"},
        {"address": "12 High Street"},
        {"uprn": "101", "name": "Annexe"},
    ],
    ids=["far away", "another use", "another number", "another UPRN"],
)
def test_neighbours_are_not_taken_for_each_other(cells: dict[str, object]) -> None:
    """Two buildings of one street, of which one was sold and one bought."""
    before = changed(HALL, reference="", address="14 High Street", use="office")
    after = changed(before, asset_id="c/r9", **{"uprn": "", "name": "Town House", **cells})
    assert pairs(sites(before), sites(after)) == []


def test_a_body_that_keeps_its_numbering_means_it() -> None:
    """Garage 101 was sold and 109 bought next door: two numbers, two buildings, however alike."""
    twin = changed(YARD, asset_id="c/9", reference="9", uprn="")
    before = sites(HALL, changed(YARD, uprn=""))
    assert pairs(before, sites(HALL, twin)) == [("c/1", "c/1", "reference")]
    renumbered = sites(changed(HALL, asset_id="c/A", reference="A", uprn=""), changed(twin, reference="B"))
    assert [how for *_, how in pairs(before, renumbered)] == ["name and address"] * 2


def test_rows_that_cannot_be_told_apart_pair_in_order() -> None:
    """Three garages, now two: one is gone, and it does not matter which."""
    garage = changed(YARD, reference="", uprn="")
    before = sites(*(changed(garage, asset_id=f"c/r{n}") for n in range(3)))
    after = sites(*(changed(garage, asset_id=f"c/r{n}") for n in range(5, 7)))
    assert pairs(before, after) == [("c/r0", "c/r5", "name and address"), ("c/r1", "c/r6", "name and address")]


def test_empty_lists_match_nothing() -> None:
    """The first delivery, and the last."""
    assert pairs(sites(), sites(HALL)) == []
    assert pairs(sites(HALL), sites()) == []
    assert list(match_rows(sites(), sites())) == ["before", "after", "by", "score"]


CELL = st.sampled_from(["", "1", "2", "Hall", "Mill Lane 3"])
ROWS = st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, st.integers(0, 400)), max_size=8)


@given(ROWS, ROWS)
def test_every_row_has_one_partner_at_most(before: list[Row], after: list[Row]) -> None:
    """Whatever the lists say: nothing is matched twice, and every partner exists."""
    tables = [
        sites(*((f"{side}{n}", ref, uprn, name, address, code, "office", east, 0)
                for n, (ref, uprn, name, address, code, east) in enumerate(rows)))
        for side, rows in (("b", before), ("a", after))
    ]  # fmt: skip
    found = match_rows(*tables)
    assert found["before"].is_unique
    assert found["after"].is_unique
    assert set(found["before"]) <= set(tables[0].index)
    assert set(found["after"]) <= set(tables[1].index)
    assert found["score"].between(0.7, 1.0).all()


@given(ROWS)
def test_a_list_is_its_own_partner(rows: list[Row]) -> None:
    """The same list again: nothing is new, gone or taken for something else of its kind."""
    table = sites(*((f"c{n}", f"R{n}", uprn, name, address, code, "office", east, 0)
                    for n, (_, uprn, name, address, code, east) in enumerate(rows)))  # fmt: skip
    assert pairs(table, table) == [(name, name, "reference") for name in table.index]
