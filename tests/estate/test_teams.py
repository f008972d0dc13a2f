"""Teams as a body lists them, and the ones assumed where it lists none."""

from __future__ import annotations

import geopandas as gpd
import pytest

from estate.space import estimate_assets
from estate.teams import default_teams, read_teams
from geodata.errors import DataError, SourceError
from geodata.schema import check_teams
from tests.estate.conftest import WriteList

HEADER = ["Team", "Body", "Building", "Service", "FTE", "Desks per FTE", "Front desk", "May move"]


def test_a_list_of_teams_is_read(write_list: WriteList, town_assets: gpd.GeoDataFrame) -> None:
    """Headings in words, defaults where a cell is blank."""
    path = write_list(
        [HEADER, ["t1", "Council", "A1", "Housing", "12.5", "", "", ""], ["t2", "", "B1", "police", 3, 1, "yes", "no"]]
    )
    teams = check_teams(read_teams(path, town_assets), assets=town_assets.index)
    assert teams.loc["t1"].tolist() == ["Council", "A1", "housing", 12.5, 0.8, False, "standard", 0.0, True]
    assert teams.loc["t2"].tolist() == ["Police", "B1", "police", 3.0, 1.0, True, "standard", 0.0, False]


def test_buildings_may_be_named_by_their_own_reference(write_list: WriteList, town_assets: gpd.GeoDataFrame) -> None:
    """Bodies know their own numbers, not ours."""
    assets = town_assets.assign(reference=["H1", "", "", "", "", ""])
    path = write_list([HEADER, ["t1", "Council", "H1", "housing", 5, "", "", ""]])
    assert read_teams(path, assets).asset_id.tolist() == ["A1"]


def test_all_faults_of_a_list_are_told_at_once(write_list: WriteList, town_assets: gpd.GeoDataFrame) -> None:
    """Unknown building, no building, negative staff, no number, a team named twice and one without a name."""
    rows = [HEADER, ["t1", "", "Council/A1", "x", 5, "", "", ""], ["t2", "", "", "x", 5, "", "", ""],
            ["t3", "", "A1", "x", -5, "", "", ""], ["t3", "", "A1", "x", "few", "many", "", ""],
            ["", "", "A1", "x", 1, "", "", ""]]  # fmt: skip
    with pytest.raises(DataError) as error:
        read_teams(write_list(rows), town_assets)
    message = str(error.value)
    for part in (
        "1 row(s) have no team_id. Name every team.",
        "t3 stand(s) there more than once. Name each team once.",
        "t2 (1 of 5) have no building. Give each an asset_id.",
        "t1 (1 of 5) sit in buildings that are not in the register, such as 'Council/A1'.",
        "'fte' is missing, negative or no number for t3 ('-5'), t3 ('few') (2 of 5). Write 0 or more.",
        "'desks_per_fte' is missing, negative or no number for t3 ('many')",
    ):
        assert part in message


def test_missing_columns_and_empty_lists(write_list: WriteList, town_assets: gpd.GeoDataFrame) -> None:
    """The headings found are named."""
    with pytest.raises(DataError, match=r"has no column 'asset_id' or 'fte'\. Headings found: 'Team', 'Service'\."):
        read_teams(write_list([["Team", "Service"], ["t1", "x"]]), town_assets)
    with pytest.raises(SourceError, match="has a header and no rows"):
        read_teams(write_list([HEADER], "empty.csv"), town_assets)


def test_assumed_teams_of_service_buildings(town_assets: gpd.GeoDataFrame) -> None:
    """One team at desks each; the fire station has a crew besides, which stays and needs no desk."""
    kinds = ["office", "office", "library", "fire station", "house", "clinic"]
    offers = ["office", "", "library", "fire", "", "health"]
    assets, _ = estimate_assets(town_assets.assign(use=kinds, services=offers))
    teams = check_teams(default_teams(assets), assets=assets.index)
    assert list(teams.index) == ["A1#desks", "A2#desks", "A3#desks", "B1#crew", "B1#desks", "C1#desks"]
    crew, desks = teams.loc["B1#crew"], teams.loc["B1#desks"]
    assert (crew.service, crew.fte, crew.desks_per_fte, crew.may_move) == ("fire", 18.0, 0.0, False)
    assert (desks.service, desks.fte, desks.front_desk, desks.may_move) == ("office", 30.0, False, True)
    assert teams.service["A2#desks"] == "office"
    assert teams.front_desk.tolist() == [False, False, True, True, False, True]
    assert set(teams["from"]) == {"assumed"}
