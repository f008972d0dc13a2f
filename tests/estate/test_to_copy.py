"""A remedy that speaks of place.toml shows the line to write there, and the line does what it says."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from estate.intake import ListSettings, read_asset_list
from estate.to_copy import line_to_copy
from geodata.errors import DataError
from tests.estate.conftest import ReadList, WriteList
from tests.estate.test_orientation import DERBY, exchanged

MARK = "under the [[assets]] of this list: "
CASTLES = [
    ["Name", "Use", "Easting", "Northing"],
    *([f"Zed {at}", "zzyzx", 400_000 + at, 300_000] for at in range(4)),
]


def test_an_unknown_use_shows_the_option_and_the_line(read_list: ReadList) -> None:
    """Somebody who only checks a list has no place.toml."""
    asked = next(one for one in read_list(CASTLES).faults if one.rule == "use_unknown")
    assert "--use office" in asked.remedy
    assert tomllib.loads(asked.remedy.split(MARK)[1]) == {"use": "office"}
    assert "use_unknown" not in {one.rule for one in read_list(CASTLES, use="office").faults}


@pytest.mark.parametrize("rule", ["swapped_columns", "columns_by_values"])
def test_a_question_about_coordinates_shows_the_line_with_their_headings(write_list: WriteList, rule: str) -> None:
    """Copied as it stands, it answers the question."""
    bare = [["Name", "Insured", "Coord A", "Coord B"]]
    bare += [[code, 350_000 + 5_000 * at, east, north] for at, (code, east, north) in enumerate(DERBY)]
    path = write_list(exchanged() if rule == "swapped_columns" else bare)
    (asked,) = [one for one in read_asset_list(ListSettings(path)).faults if one.rule == rule]
    columns = tomllib.loads(asked.remedy.split(MARK)[1])["columns"]
    answered = read_asset_list(ListSettings(path, columns=columns))
    assert rule not in {fault.rule for fault in answered.faults}


def test_a_slip_in_only_shows_the_line_with_the_nearest_heading(write_list: WriteList) -> None:
    """And a row that is left out says by which setting."""
    settings = ListSettings(write_list(CASTLES), only={"Usee": "office"})
    with pytest.raises(DataError) as slip:
        read_asset_list(settings)
    only = tomllib.loads(str(slip.value).split(MARK)[1])["only"]
    assert only == {"Use": "office"}
    left_out = read_asset_list(replace(settings, only=only)).set_aside
    assert left_out["remedy"].str.contains('only = { Use = "office" }', regex=False).all()


def test_quotes_and_odd_headings_come_back_from_the_line() -> None:
    """A heading is text of a stranger."""
    odd = {'The "main" use?': "Büro\\Amt", "": "x"}
    assert tomllib.loads(line_to_copy("only", odd)) == {"only": odd}
