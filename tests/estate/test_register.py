"""One register of all bodies: who owns which row, what is shared, and the funnel to the offices."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from estate.intake import AssetList
from estate.register import build_register, funnel, funnel_rules, in_stage, shared_buildings
from geodata.errors import DataError
from tests.conftest import assert_aligned
from tests.estate.conftest import ReadList

HEADER = ["Ref", "UPRN", "Name", "Post code", "Easting", "Northing", "Use"]


@pytest.fixture
def council(read_list: ReadList) -> AssetList:
    """Return a council's list: a town hall, and a depot without a place."""
    rows = [HEADER, ["1", "100012345678", "Town Hall", "WS1 0AA", 400_050, 300_050, "Office"],
            ["2", "", "Depot", "", "", "", "Depot"]]  # fmt: skip
    return read_list(rows, "council.csv", organisation="Smalltown Council")


@pytest.fixture
def police(read_list: ReadList) -> AssetList:
    """Return the police's list: a desk in the town hall and a station."""
    rows = [HEADER, ["P1", "100012345678", "Town Hall", "WS1 0AA", 400_050, 300_050, "Police office"],
            ["P2", "100012349999", "Police Station", "WS1 1AB", 400_150, 300_050, ""]]  # fmt: skip
    return read_list(rows, "police.csv", organisation="Town Police")


def test_lists_are_joined_and_accounted_for(council: AssetList, police: AssetList) -> None:
    """Each body keeps its rows; rows in = accepted + set aside, list by list."""
    register = build_register([council, police])
    assert sorted(register.assets.index) == ["smalltown-council/1", "town-police/P1", "town-police/P2"]
    account = register.account.assign(file=[Path(file).name for file in register.account.file])
    assert account.to_numpy().tolist() == [
        ["council.csv", "", "Smalltown Council", 2, 1, 1, 0],
        ["police.csv", "", "Town Police", 2, 2, 0, 0],
    ]
    assert len(register.set_aside) == 1
    assert register.assets.crs.to_epsg() == 27700


def test_same_uprn_under_two_bodies_is_a_building_that_is_shared(council: AssetList, police: AssetList) -> None:
    """Co-location that exists is no duplicate."""
    register = build_register([council, police])
    assert register.shared.to_numpy().tolist() == [
        ["smalltown-council/1", 2, "Smalltown Council; Town Police", "smalltown-council/1; town-police/P1", "UPRN"]
    ]
    assert register.assets.building.tolist() == ["smalltown-council/1", "smalltown-council/1", "town-police/P2"]


def test_same_uprn_twice_under_one_body_is_not_shared(police: AssetList) -> None:
    """Two rooms of one body in one building share nothing."""
    assert len(shared_buildings(police.accepted.assign(uprn="1", building="x"))) == 0


def test_a_reference_used_in_two_lists_of_a_body_is_told_apart(read_list: ReadList, council: AssetList) -> None:
    """Identifiers stay unique, and someone is asked."""
    rows = [HEADER, ["1", "", "Library", "WS1 1AB", 400_150, 300_050, "Library"]]
    second = read_list(rows, "libraries.csv", organisation="Smalltown Council")
    register = build_register([council, second])
    assert register.assets.index[0] == "smalltown-council/1"
    assert re.fullmatch(r"smalltown-council/1-[0-9a-f]{6}", register.assets.index[1])
    assert [fault.rule for fault in register.faults if fault.severity == "question"] == ["reference_in_two_lists"]


def test_no_list_at_all() -> None:
    """A place without lists has no register."""
    with pytest.raises(
        DataError, match=r"There is no asset list\. Name at least one under \[\[assets\]\] in place\.toml\."
    ):
        build_register([])


def test_a_body_named_twice_and_a_file_given_twice(read_list: ReadList, council: AssetList) -> None:
    """Both slips in one message."""
    rows = [HEADER, ["9", "", "Library", "WS1 1AB", 400_150, 300_050, "Library"]]
    other = read_list(rows, "libraries.csv", organisation="SMALLTOWN council")
    with pytest.raises(DataError) as error:
        build_register([council, other, council])
    assert "council.csv: the file is given twice. Name each list once." in str(error.value)
    assert "A body is named twice, as 'SMALLTOWN council' and 'Smalltown Council'. Give it one spelling." in str(
        error.value
    )


def test_a_list_that_lost_a_row_is_refused(council: AssetList) -> None:
    """The account is checked where lists meet."""
    with pytest.raises(ValueError, match="3 rows in, 1 accepted, 1 set aside"):
        build_register([replace(council, rows_in=3)])


def test_funnel_of_the_small_town(town_assets: gpd.GeoDataFrame) -> None:
    """Six buildings, all in service use, three of them offices of 1,600 m2 and 220,000 pounds a year."""
    table = funnel(town_assets)
    assert table.stage.tolist() == ["all assets", "used for services", "shareable offices"]
    assert table.n_assets.tolist() == [6, 6, 3]
    assert table.nia_m2.tolist() == [3000.0, 3000.0, 1600.0]
    assert table.cost_gbp_pa.tolist() == [360_000.0, 360_000.0, 220_000.0]
    assert table.share_of_space.tolist() == [1.0, 1.0, 1600 / 3000]


def test_funnel_leaves_out_what_is_sold_or_vacant(town_assets: gpd.GeoDataFrame) -> None:
    """A building that is gone serves nobody."""
    table = funnel(town_assets.assign(status=["vacant", "sold", "", "in use", "", "closed"]))
    assert table.n_assets.tolist() == [6, 3, 1]


def test_own_rules_of_the_funnel(town_assets: gpd.GeoDataFrame) -> None:
    """The sieve can be read and changed; unknown sizes stay."""
    rules = [{"name": "large", "min_nia_m2": 500}, {"name": "large libraries", "uses": ["library"]}]
    sizes = town_assets.assign(nia_m2=[1000.0, 400.0, float("nan"), 600.0, 200.0, 500.0])
    assert funnel(sizes, rules).n_assets.tolist() == [4, 1]
    assert_aligned(in_stage(sizes, rules[0]), sizes)
    assert len(funnel_rules()) == 3
