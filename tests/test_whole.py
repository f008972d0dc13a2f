"""The main job from end to end: Peakshire through the real front door, and Derbyshire from public files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import cli

DERBYSHIRE = Path(__file__).resolve().parents[1] / "examples" / "derbyshire" / "place.toml"
RESULTS = {
    "map.html", "run.json", "register.gpkg", "set_aside.csv", "account.html", "segments.csv", "portraits.csv",
    "portraits.html", "postcode_segments.csv",
    "index_scores.csv", "stands_out.csv", "model.json", "funnel.csv", "yardsticks.csv", "pairs.csv", "estimates.csv",
    "option_summary.csv", "option_buildings.csv", "option_moves.csv", "option_access.csv", "results.gpkg",
}  # fmt: skip
MAP_LIMIT_BYTES = 1_000_000


def _run(*words: str | Path) -> None:
    """Run the command in this process."""
    before, sys.argv = sys.argv, ["onetown", *map(str, words)]
    try:
        with pytest.raises(SystemExit) as stop:
            cli.main()
    finally:
        sys.argv = before
    assert not stop.value.code


@pytest.fixture(scope="module")
def peakshire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results folder of the demo."""
    folder = tmp_path_factory.mktemp("demo") / "peakshire"
    _run("demo", "--out", folder, "--quiet")
    return folder / "results"


@pytest.fixture(scope="module")
def derbyshire(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Path:
    """Return the results folder of the real county."""
    folder = tmp_path_factory.mktemp("real") / "derbyshire"
    _run("run", DERBYSHIRE, "--data", real_data / "derbyshire", "--out", folder, "--quiet")
    return folder


def _told(folder: Path) -> Any:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def _options(folder: Path) -> dict[str, Any]:
    return {option["name"]: option for option in _told(folder)["options"]["options"]}


def _assert_whole(folder: Path) -> None:
    """Hold what is true of every run: all files, every row accounted for, options in order."""
    told = _told(folder)
    assert {path.name for path in folder.iterdir()} >= RESULTS
    assert told["check"]["rows_in"] == told["check"]["accepted"] + told["check"]["set_aside"]
    for one in told["check"]["files"]:
        assert one["rows_in"] == one["accepted"] + one["set_aside"], one["path"]
    assert told["check"]["accepted"] == len(gpd.read_file(folder / "register.gpkg"))
    assert told["check"]["set_aside"] == len(pd.read_csv(folder / "set_aside.csv"))
    options = _options(folder)
    costs = [options[name]["cost_gbp"] for name in ("do nothing", "each alone", "joint")]
    assert costs == sorted(costs, reverse=True)
    assert all(option["bound_gbp"] <= option["cost_gbp"] * (1 + 1e-9) for option in options.values())
    assert (folder / "map.html").stat().st_size == told["map"]["bytes"] <= MAP_LIMIT_BYTES


def test_demo_is_whole(peakshire: Path) -> None:
    """Everything that a run promises is there and adds up."""
    _assert_whole(peakshire)


def test_demo_comes_through_its_spoiled_lists_as_planted(peakshire: Path) -> None:
    """1,500 assets in 26 spoiled files: 320 used for services, 60 offices that cost 12.4m a year."""
    funnel = pd.read_csv(peakshire / "funnel.csv").set_index("stage")
    assert funnel["n_assets"].tolist()[1:] == [320, 60]
    assert funnel["cost_gbp_pa"].iloc[-1] == pytest.approx(12_400_000, abs=1)


def test_demo_saves_what_the_published_case_saved(peakshire: Path) -> None:
    """Three quarters of the offices pinned leave 12-14 % of 12.4m to be saved together, and less alone."""
    options = _options(peakshire)
    assert 0.12 <= options["joint"]["saving_gbp_pa"] / 12_400_000 <= 0.14
    assert 0 < options["each alone"]["saving_gbp_pa"] < options["joint"]["saving_gbp_pa"]
    assert options["joint"]["gap"] <= 0.01


def test_demo_says_that_it_is_made_up(peakshire: Path) -> None:
    """Nobody may take Peakshire for a real county."""
    told = _told(peakshire)
    assert told["made_up"]
    assert "made up" in told["place"]
    assert "made up" in (peakshire / "map.html").read_text(encoding="utf-8").lower()


def test_demo_uses_all_64_variables_and_18_segments(peakshire: Path) -> None:
    """4 super clusters and 18 sub-clusters, each of at least 2 % of the areas, all named apart."""
    told = _told(peakshire)["segment"]
    assert (len(told["variables_used"]), told["variables_missing"]) == (64, [])
    assert (told["super"], told["sub"]) == (4, 18)
    assert (len(told["sizes"]["super"]), len(told["sizes"]["sub"])) == (4, 18)
    assert min(told["sizes"]["sub"].values()) >= 0.02 * told["areas"]


def test_demo_is_the_same_twice(peakshire: Path, tmp_path: Path) -> None:
    """Same input and seed: every file but the timings is the same to the byte."""
    place = peakshire.parent / "input" / "place.toml"
    _run("run", place, "--out", tmp_path / "again", "--quiet")
    for path in sorted(peakshire.iterdir()):
        other = tmp_path / "again" / path.name
        if path.name == "run.json":
            one, two = _told(peakshire), _told(tmp_path / "again")
            assert {**one, "timings": None} == {**two, "timings": None}
        else:
            assert path.read_bytes() == other.read_bytes(), path.name


def test_hostile_names_are_neutralised_in_the_tables(peakshire: Path) -> None:
    """A building called =HYPERLINK(...) does nothing when a CSV is opened in Excel."""
    for path in peakshire.glob("*.csv"):
        cells = pd.read_csv(path, dtype="str", keep_default_na=False)
        for name in cells:
            assert not cells[name].str.match(r"[=@\t\r]|[+-](?![\d.])").any(), (path.name, name)


@pytest.mark.real
def test_derbyshire_is_whole(derbyshire: Path) -> None:
    """Five public lists, 3,447 areas, every row accounted for."""
    _assert_whole(derbyshire)
    told = _told(derbyshire)
    assert told["segment"]["areas"] == 3_447
    assert (told["segment"]["super"], told["segment"]["sub"]) == (4, 18)


@pytest.mark.real
def test_derbyshire_sets_two_fire_stations_aside_with_the_likely_correction(derbyshire: Path) -> None:
    """Dronfield and Whaley Bridge stand tens of kilometres out, by two exchanged digits each."""
    (fire,) = [one for one in _told(derbyshire)["check"]["files"] if "fire" in one["path"]]
    aside = {fault["row"]: fault for fault in fire["faults"] if fault["severity"] == "set_aside"}
    assert {row: fault["value"] for row, fault in aside.items()} == {17: "345678,377946", 33: "401252,318327"}
    assert "435678,377946" in aside[17]["message"] + aside[17]["remedy"]
    assert "401252,381327" in aside[33]["message"] + aside[33]["remedy"]


@pytest.mark.real
def test_derbyshire_names_what_it_lacks(derbyshire: Path) -> None:
    """20 variables that the extract lacks, and 174 areas without a polygon, are said and not hidden."""
    told = _told(derbyshire)
    assert len(told["segment"]["variables_used"]) == 44
    assert len(told["segment"]["variables_missing"]) == 20
    assert any("174" in note and "no polygon" in note for note in told["notes"])
    areas = gpd.read_file(derbyshire / "results.gpkg", layer="areas")
    assert len(areas) == 3_447
    assert areas.geometry.isna().sum() == 174


@pytest.mark.real
def test_derbyshire_labels_what_its_money_rests_on(derbyshire: Path) -> None:
    """The lists have no costs: every pound is assumed or estimated, and the minutes are indicative."""
    told = _told(derbyshire)
    assert any("estimated" in line or "assumed" in line for line in told["notes"])
    assert any("ndicative" in line for line in told["notes"])
    assert len(pd.read_csv(derbyshire / "pairs.csv")) > 0
