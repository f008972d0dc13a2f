"""What is kept for years comes back as it was: every kind of cell, to the last digit."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from estate.archive import kinds_of, lines_of, table_of, writable

TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False)
DAY = st.none() | st.dates(min_value=pd.Timestamp("1700-01-01").date(), max_value=pd.Timestamp("2200-01-01").date())
ROWS = st.lists(st.tuples(TEXT, NUMBER, DAY, st.booleans(), st.none() | st.booleans(), st.integers(-(2**60), 2**60)))
KINDS = ("str", "float64", "datetime64[s]", "bool", "boolean", "int64")


@given(ROWS)
def test_tables_come_back_as_they_were(rows: list[tuple[object, ...]]) -> None:
    """Text of all scripts, numbers of all sizes, dates, yes, no and unknown."""
    columns = [f"c{number}" for number in range(len(KINDS))]
    table = pd.DataFrame(rows, columns=columns, dtype=object).astype(dict(zip(columns, KINDS, strict=True)))
    lines = lines_of(table)
    assert all(line.isascii() and "\n" not in line for line in lines)
    pd.testing.assert_frame_equal(table_of(lines, kinds_of(table)), table)


def test_a_line_says_what_a_person_can_read() -> None:
    """The form must outlive this program: any reader of JSON can take it."""
    table = pd.DataFrame({"uprn": ["010000481734"], "nia_m2": [1250.5], "lease_end": [pd.Timestamp("2030-03-31")]})
    assert json.loads(lines_of(table)[0]) == {
        "uprn": "010000481734", "nia_m2": 1250.5, "lease_end": "2030-03-31T00:00:00",
    }  # fmt: skip


def test_what_has_no_number_is_missing() -> None:
    """Infinity is no floor area; JSON does not know it."""
    table = pd.DataFrame({"nia_m2": [float("inf"), float("nan"), 1.0]})
    assert table_of(lines_of(table), kinds_of(table))["nia_m2"].isna().to_list() == [True, True, False]


def test_a_table_without_rows_or_columns() -> None:
    """An empty list has its columns still."""
    empty = pd.DataFrame({"uprn": pd.Series(dtype="str"), "desks": pd.Series(dtype="float64")})
    pd.testing.assert_frame_equal(table_of(lines_of(empty), kinds_of(empty)), empty, check_index_type=False)
    assert lines_of(pd.DataFrame(index=[0, 1])) == ["{}", "{}"]


def test_geometry_is_kept_elsewhere() -> None:
    """It has a column of its own in every store."""
    table = gpd.GeoDataFrame({"name": ["Hall"]}, geometry=[Point(1, 2)], crs=27700)
    assert kinds_of(table) == {"name": "str"}
    assert lines_of(table) == ['{"name":"Hall"}']


def test_only_what_cannot_be_kept_is_replaced() -> None:
    """The caller's table is left alone."""
    table = gpd.GeoDataFrame(
        {"name": pd.Series(["A\x00B", "É\n\u2028\U0001f600"]), "other": pd.Series(["\udc80", None], dtype=object)},
        geometry=[Point(1, 2)] * 2,
        crs=27700,
    )
    clean = writable(table)
    assert clean["name"].to_list() == ["A\ufffdB", "É\n\u2028\U0001f600"]
    assert clean["other"].to_list() == ["\ufffd", None]
    assert table["name"].to_list()[0] == "A\x00B"
