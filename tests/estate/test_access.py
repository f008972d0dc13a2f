"""Who reaches what: shares and minutes in the small town, where a kilometre takes a minute."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from estate.access import (
    AccessStandard,
    access_table,
    check_coverage,
    compare_access,
    delivering,
    merge_cells,
    segment_codes,
    sites_of,
)
from geodata.errors import CoverageError, DataError
from tests.estate.town_facts import drive

LIBRARY = AccessStandard("library", 2.5, 0.0)


@pytest.fixture
def sides(town_areas: gpd.GeoDataFrame) -> pd.Series:
    """Return west (1) and east (2) as segments."""
    return pd.Series(np.where(town_areas["locality"].eq("West"), 1, 2), index=town_areas.index)


def test_shares_and_minutes_by_segment(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, sides: pd.Series
) -> None:
    """From A3 in the south-east corner all six eastern areas are within 2.5 km, and two western ones."""
    travel = drive(town_areas, town_assets)
    table = access_table(town_areas, {"library": ["A3"]}, travel, sides, [LIBRARY]).set_index("segment")
    assert table.index.tolist() == ["all", "1", "2"]
    assert table["share_within"].tolist() == pytest.approx([8 / 12, 2 / 6, 1.0])
    assert table["residents"].tolist() == [1_200.0, 600.0, 600.0]
    east = [0, 1, 1, 2, np.hypot(1, 1), np.hypot(1, 2)]
    assert table.loc["2", "mean_min"] == pytest.approx(np.mean(east))
    assert table.loc["2", "p90_min"] == pytest.approx(np.hypot(1, 2))
    assert set(table["quality"]) == {"indicative"}


def test_the_nearest_of_several_places_counts(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """Two libraries in opposite corners reach everyone within 2.5 km but nobody twice."""
    travel = drive(town_areas, town_assets)
    table = access_table(town_areas, {"library": ["A3", "B1"]}, travel, None, [LIBRARY])
    assert table["share_within"].tolist() == [1.0]


def test_people_out_of_reach_count_with_the_limit_of_the_table(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """Dropping them would make a closure shorten the average way."""
    travel = drive(town_areas, town_assets)
    near = replace(travel, table=travel.table[travel.table["travel_min"] <= 2.5], limit_min=2.5)
    table = access_table(town_areas, {"library": ["A3"]}, near, None, [LIBRARY])
    far = access_table(town_areas, {"library": ["A3"]}, travel, None, [LIBRARY])
    expected = np.minimum(travel.matrix(town_areas.index, pd.Index(["A3"]))[:, 0], 2.5).mean()
    assert table["mean_min"].iloc[0] == pytest.approx(expected)
    assert table["share_within"].iloc[0] == far["share_within"].iloc[0]


def test_a_service_is_delivered_by_its_front_desks_or_else_by_all_its_teams(town_teams: pd.DataFrame) -> None:
    """The library has a counter; the office service has none, so its desks stand for it."""
    assert list(town_teams.index[delivering(town_teams, "library")]) == ["t4"]
    assert list(town_teams.index[delivering(town_teams, "office")]) == ["t1", "t2", "t3", "t6"]


def test_a_standard_for_an_unknown_service_is_named_with_the_nearest(town_teams: pd.DataFrame) -> None:
    """A misspelt service would otherwise protect nobody."""
    with pytest.raises(DataError, match=r"No team has the service 'libary'. Did you mean 'library'"):
        sites_of(town_teams, [AccessStandard("libary", 10)])


def test_impossible_standards_are_refused() -> None:
    """No minutes, or losing more than everyone."""
    with pytest.raises(DataError, match="limit_min is 0"):
        AccessStandard("library", 0.0)
    with pytest.raises(DataError, match="max_loss 2"):
        AccessStandard("library", 10.0, 2.0)


def test_an_area_without_travel_times_stops_the_plan(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """A forgotten area would lose nothing by any closure, and so save money."""
    travel = drive(town_areas, town_assets)
    forgotten = replace(travel, table=travel.table.drop("T05", level=0))
    with pytest.raises(CoverageError, match=r"no travel times for areas T05 \(1 of 12\)"):
        check_coverage(town_areas, town_assets, forgotten, ["A3"])


def test_a_building_without_travel_times_stops_the_plan(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """A library that nobody seems to reach could be closed without anyone losing."""
    travel = drive(town_areas, town_assets)
    forgotten = replace(travel, table=travel.table.drop("A3", level=1))
    with pytest.raises(CoverageError, match="no travel times for buildings A3"):
        check_coverage(town_areas, town_assets, forgotten, ["A3", "B1"])


def test_an_area_that_is_truly_out_of_reach_is_no_fault(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """The travel table says which areas it found out of reach, and an empty area has nobody to lose."""
    travel = drive(town_areas, town_assets)
    remote = replace(travel, table=travel.table.drop("T05", level=0), unreached=("T05",))
    check_coverage(town_areas, town_assets, remote, ["A3"])
    empty = town_areas.assign(population=town_areas["population"].where(town_areas.index != "T05", 0.0))
    check_coverage(empty, town_assets, replace(remote, unreached=()), ["A3"])


def test_an_area_without_segment_is_named(town_areas: gpd.GeoDataFrame, sides: pd.Series) -> None:
    """Its residents would be in no group that must not lose."""
    with pytest.raises(CoverageError, match="no segment for areas T03"):
        segment_codes(town_areas, sides.drop("T03"))


def test_a_standard_beyond_the_travel_table_is_refused(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame
) -> None:
    """The table cannot say who is within 90 minutes when it stops at 60."""
    with pytest.raises(CoverageError, match="up to 60 minutes, but the standard for 'library' asks about 90"):
        merge_cells(
            AccessStandard("library", 90.0),
            areas=town_areas,
            travel=drive(town_areas, town_assets),
            segments=None,
            sites=["A3"],
        )


def test_merged_cells_lose_nobody_and_no_difference(
    town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, sides: pd.Series
) -> None:
    """Fewer cells than areas, the same residents, and the same share for every set of open places."""
    travel = drive(town_areas, town_assets)
    cells = merge_cells(LIBRARY, areas=town_areas, travel=travel, segments=sides, sites=["A3", "B1", "C1"])
    assert cells.residents.sum() == 1_200.0
    assert len(cells.residents) < 12
    assert cells.groups() == ("all", "1", "2")
    for places in (["A3"], ["B1"], ["A3", "C1"], ["A3", "B1", "C1"]):
        table = access_table(town_areas, {"library": places}, travel, sides, [LIBRARY]).set_index("segment")
        for group in cells.groups():
            inside = cells.members(group)
            share = cells.residents[inside & cells.within(places)].sum() / cells.residents[inside].sum()
            assert share == pytest.approx(table.loc[group, "share_within"])


def test_tables_are_compared_row_by_row(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> None:
    """Before and after stand side by side under their own names."""
    travel = drive(town_areas, town_assets)
    before, after = (access_table(town_areas, {"library": [site]}, travel, None, [LIBRARY]) for site in ("A3", "A2"))
    both = compare_access(before, after)
    assert both["share_within_before"].tolist() == before["share_within"].tolist()
    assert both["mean_min_after"].tolist() == after["mean_min"].tolist()
