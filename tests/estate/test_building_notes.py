"""What place.toml says of single buildings stands in the register, the pipeline and the account."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from estate.account import account_page
from estate.building_notes import add_building_notes
from estate.pipeline import on_the_way, pipeline
from estate.register import build_register
from geodata.errors import DataError
from geodata.place import read_place
from geodata.place_buildings import BuildingNote
from tests.conftest import assert_aligned
from tests.estate.conftest import ReadList


def test_notes_win_over_lists_and_touch_nothing_else(town_assets: gpd.GeoDataFrame) -> None:
    """A later note on the same building wins; what a note does not say stays."""
    before = town_assets.assign(status="in use", planning="Use class E", reference=["r1", "r2", "r3", "r1", "p2", "h1"])
    notes = [
        BuildingNote(asset="A1", status="surplus", since=date(2025, 4, 1), next_step="Cabinet in May"),
        BuildingNote(asset="r2", planning="Grade II listed"),
        BuildingNote(asset="r1", organisation="Police", next_step="Sell"),
        BuildingNote(asset="A1", next_step="Market it"),
    ]
    after = add_building_notes(before, notes, source="place.toml")
    assert_aligned(after["status"], before)
    assert after["status"].tolist() == ["surplus", *["in use"] * 5]
    assert after["next_step"].tolist() == ["Market it", "", "", "Sell", "", ""]
    assert after["planning"].tolist() == ["Use class E", "Grade II listed", *["Use class E"] * 4]
    assert "status_since" not in before
    assert on_the_way(after)[["asset_id", "since", "next_step"]].to_numpy().tolist() == [
        ["B1", "", "Sell"],
        ["A1", "2025-04-01", "Market it"],
    ]


def test_all_notes_without_a_building_are_told_at_once(town_assets: gpd.GeoDataFrame) -> None:
    """With the name that was probably meant."""
    assets = town_assets.assign(reference=["r1", "r2", "r3", "r1", "p2", "h1"])
    notes = [BuildingNote(asset="A11"), BuildingNote(asset="r1"), BuildingNote(asset="A2", organisation="Police")]
    with pytest.raises(DataError) as caught:
        add_building_notes(assets, notes, source="place.toml")
    assert len(caught.value.faults) == 3
    assert "names 'A11', which is no building of the register. Did you mean 'A1'?" in str(caught.value)
    assert "names 'A2', which is no building of Police." in str(caught.value)
    assert "names 'r1', a reference of 2 buildings. Add organisation" in str(caught.value)


def test_columns_of_a_list_reach_pipeline_and_account(read_list: ReadList) -> None:
    """A day since when, a next step and a listing, as an estates team keeps them."""
    head = [
        "Ref",
        "Name",
        "Easting",
        "Northing",
        "Status",
        "Status date",
        "Next step",
        "Listed",
        "Use class",
    ]
    rows = [
        head,
        ["1", "Old Hall", 400_050, 300_050, "Surplus", "01/04/2025", "Cabinet in May", "Yes", "E"],
        ["2", "New Hall", 400_950, 300_050, "Surplus", "2024-03-31", "<b>Sell</b>", "No", ""],
        ["3", "Depot", 400_050, 300_950, "In use", "n/a", "", "", "B8"],
    ]
    register = build_register([read_list(rows, "council.csv", organisation="Council")])
    assert register.assets["planning"].tolist() == ["Listed: yes; E", "Listed: no", "B8"]
    table = pipeline(register.assets)
    assert table[["stage", "since_first", "since_known", "next_steps"]].to_numpy().tolist() == [
        ["in use", "", 0.0, ""],
        ["surplus", "2024-03-31", 1.0, "Cabinet in May; <b>Sell</b>"],
    ]
    page = account_page(register, title="Account")
    assert "Where the buildings stand" in page
    assert "2025-04-01" in page
    assert "&lt;b&gt;Sell&lt;/b&gt;" in page
    assert "<b>Sell" not in page


def test_place_toml_reads_notes_and_refuses_slips(tmp_path: Path) -> None:
    """Unknown keys and statuses are refused with what was meant."""
    path = tmp_path / "place.toml"
    path.write_text(
        '[place]\nname = "Smalltown"\n[[buildings]]\nasset = "A1"\nsince = 2025-04-01\nstatus = "surplus"\n'
    )
    assert read_place(path).buildings[0].since == date(2025, 4, 1)
    path.write_text('[place]\nname = "Smalltown"\n[[buildings]]\nasset = "A1"\nnext_stp = "x"\nstatus = "for sale"\n')
    with pytest.raises(DataError, match="Did you mean 'next_step'"):
        read_place(path)
