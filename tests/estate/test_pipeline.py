"""Where each building stands on its way out of the estate."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from estate.pipeline import pipeline, stage_of, status_questions
from estate.register import build_register
from estate.words import recognise
from tests.conftest import assert_aligned
from tests.estate.conftest import ReadList


def test_stages_of_the_small_town(town_assets: gpd.GeoDataFrame) -> None:
    """Bodies in order, stages as a building passes them; counts, space and value by addition."""
    told = town_assets.assign(
        status=["sold", "in use", "in use", "transfer", "surplus", ""],
        value_gbp=[float("nan"), 400.0, float("nan"), 100.0, 0.0, float("nan")],
    )
    table = pipeline(told)
    assert table[["organisation", "stage", "n_assets", "nia_m2"]].to_numpy().tolist() == [
        ["Council", "in use", 2, 700.0],
        ["Council", "sold", 1, 1000.0],
        ["Health", "not recorded", 1, 500.0],
        ["Police", "surplus", 1, 200.0],
        ["Police", "transfer to the community", 1, 600.0],
    ]
    assert table.value_known.tolist() == [0.5, 0.0, 0.0, 1.0, 1.0]
    assert table.value_gbp.fillna(-1).tolist() == [400.0, -1.0, -1.0, 0.0, 100.0]
    assert_aligned(stage_of(told), told)


def test_a_register_without_status_claims_nothing(town_assets: gpd.GeoDataFrame) -> None:
    """No column, no stage; nobody says that the buildings are in use."""
    assert set(pipeline(town_assets).stage) == {"not recorded"}
    assert status_questions(town_assets) == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [("Under offer", "surplus"), ("To be sold", "surplus"), ("Sold STC", "surplus"), ("Sold", "sold"),
     ("Community asset transfer", "transfer"), ("In operational use", "in use"),
     ("Under strategic review", "under review"), ("Part vacant", "vacant"),
     ("Declared surplus 2019", "surplus"), ("purple", "")],
)  # fmt: skip
def test_words_of_real_lists_have_a_stage(word: str, status: str) -> None:
    """A building under offer is not sold."""
    assert recognise(pd.Series([word]), "status").tolist() == [status]


def test_unknown_words_are_kept_and_asked_about(read_list: ReadList) -> None:
    """One question per word and list, with the number of its rows; a word for a use or a number is no status."""
    rows = [["Ref", "Name", "Post code", "Easting", "Northing", "Use", "Status"],
            *([str(n), f"Hall {n}", "WS1 0AA", 400_050 + n, 300_050, "Office", word]
              for n, word in enumerate(["In use", "Purple", "Purple", "HQ", ""]))]  # fmt: skip
    register = build_register([read_list(rows, "council.csv", organisation="Council")])
    stages = stage_of(register.assets).tolist()
    assert stages == ["in use", "as recorded: Purple", "as recorded: Purple", "as recorded: HQ", "not recorded"]
    asked = [fault for fault in register.faults if fault.rule == "status_unknown"]
    assert [(fault.row, fault.value, fault.severity) for fault in asked] == [(3, "Purple", "question")]
    assert asked[0].message == "The status 'Purple' of 2 rows is not known; it is kept as recorded."
    assert pipeline(register.assets).stage.tolist() == [
        "in use", "as recorded: HQ", "as recorded: Purple", "not recorded",
    ]  # fmt: skip
