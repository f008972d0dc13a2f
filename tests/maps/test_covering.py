"""`onetown cover` from end to end on the small town: stations, candidates from a list, incidents, names, files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import cli
from geodata.write import write_geopackage

TOML = """
[place]
name = "Smalltown"
vintage = 2021

[census]
counts = "census.parquet"
code = "oa21cd"

[boundaries]
areas = "areas.gpkg"
areas_code = "oa21cd"
attribution = "Made up."

[travel]
detour = 1.0
speed_kmh = 6.0

[[assets]]
file = "fire.csv"
organisation = "Fire"
use = "fire station"

[cover]
within_min = 15
"""
STATIONS = (
    "Asset reference,Property name,Easting,Northing,Use\r\n"
    "F1,West Station,400500,300500,Fire station\r\nF2,North Station,400500,302500,Fire station\r\n"
)
CANDIDATES = "Asset reference,Property name,Easting,Northing\r\nH1,Hayle,403500,301500\r\n"


@pytest.fixture
def town(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> Path:
    """Return the place file of the small town with two fire stations and a list of one candidate."""
    counts = pd.DataFrame({"oa21cd": town_areas.index, "ts0010001": 100, "lad22cd": "D1"})
    counts.to_parquet(tmp_path / "census.parquet")
    write_geopackage({"areas": town_areas[["geometry"]].rename_axis("oa21cd")}, tmp_path / "areas.gpkg")
    (tmp_path / "fire.csv").write_text(STATIONS)
    (tmp_path / "hayle.csv").write_text(CANDIDATES)
    (tmp_path / "place.toml").write_text(TOML)
    return tmp_path / "place.toml"


@pytest.fixture
def cover(town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Return a function that runs the command and gives exit code, standard output and standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["onetown", "cover", str(town), "--quiet", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        told = capsys.readouterr()
        return int(stop.value.code or 0), told.out, told.err

    return run


def test_a_station_that_moves_is_counted_as_on_paper(town: Path, cover) -> None:  # type: ignore[no-untyped-def]
    """At 6 km/h, 15 minutes are 1.5 km: each station reaches the squares at most that far, middle to middle."""
    code, out, err = cover("--candidates", town.parent / "hayle.csv", "--open", "hayle", "--close", "F2", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["total"], told["today"]["reached"], told["after"]["reached"]) == (1200, 600, 1000)
    assert (told["newly_within"], told["no_longer_within"]) == (600, 200)
    assert [row["role"] for row in told["stations"]] == ["stays", "closes", "opens"]
    best = {row["question"]: row for row in told["best"]}
    assert best["reach"]["reached"] == 1000
    assert best["reach"]["status"] == "optimal"
    assert told["indicative"]


def test_results_are_files_with_a_map(town: Path, cover) -> None:  # type: ignore[no-untyped-def]
    """Tables, GeoPackage, JSON and one page; not replaced unless told."""
    code, out, _ = cover("--candidates", town.parent / "hayle.csv", "--out", town.parent / "out")
    assert code == 0
    assert "Today, 2 stations: 600 of 1,200 residents (50.0%) are within 15 minutes" in out
    names = {path.name for path in (town.parent / "out").iterdir()}
    assert names >= {
        "cover.html",
        "cover.json",
        "cover.gpkg",
        "cover_areas.csv",
        "cover_stations.csv",
        "cover_best.csv",
    }
    assert len(gpd.read_file(town.parent / "out" / "cover.gpkg", layer="cover")) == 12
    for table in sorted((town.parent / "out").glob("*.csv")):
        rows = table.read_text(encoding="utf-8-sig").splitlines()
        assert all("indicative (straight line)" in row for row in rows[1:]), table.name
    assert cover("--out", town.parent / "out")[0] == 1


def test_incidents_count_in_the_place_of_residents(town: Path, cover) -> None:  # type: ignore[no-untyped-def]
    """Only the south-east calls: nobody is near today."""
    (town.parent / "calls.csv").write_text("oa_code,incidents\nT04,7\nT01,1\n")
    told = json.loads(cover("--demand", town.parent / "calls.csv", "--json")[1])
    assert (told["counted"], told["total"], told["today"]["reached"]) == ("incidents", 8, 1)


def test_one_more_keeps_all_stations(town: Path, cover) -> None:  # type: ignore[no-untyped-def]
    """The host question: what to add to what there is."""
    told = json.loads(cover("--candidates", town.parent / "hayle.csv", "--more", "1", "--json")[1])
    best = {row["question"]: row for row in told["best"]}
    assert best["reach"]["stations"] == 3
    assert best["reach"]["closes"] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--close", "West Staton"), "'West Staton' is no station or candidate. Did you mean 'West Station'?"),
        (("--open", "West Station"), "'West Station' is a station already and cannot open."),
        (("--require", "F1", "--forbid", "F1"), "'West Station' is required and forbidden."),
        (("--use", "fire staton"), "'fire staton' is no use of the register. Did you mean 'fire station'?"),
        (("--within", "90"), "up to 60 minutes, but the cover asks about 90"),
        (("--stations", "3"), "3 sites are to be open, but only 2 are allowed"),
        (("--use", "hospital"), "no building of the place is used as hospital"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(cover, words: tuple[str, ...], sentence: str) -> None:  # type: ignore[no-untyped-def]
    """Exit code 1, the remedy beside it, no traceback."""
    code, out, err = cover(*words)
    assert (code, out) == (1, "")
    assert sentence in err
    assert "Traceback" not in err


def test_a_candidate_that_cannot_be_placed_is_named(town: Path, cover) -> None:  # type: ignore[no-untyped-def]
    """A list of candidates with a row set aside stops the work: it would be left out without a word."""
    (town.parent / "hayle.csv").write_text(CANDIDATES + "H2,Camborne,,\r\n")
    code, _, err = cover("--candidates", town.parent / "hayle.csv")
    assert code == 1
    assert "H2" in err or "Camborne" in err or "row 3" in err
