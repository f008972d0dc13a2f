"""`onetown access`: a small place with streets and a bus, from files to tables and words."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import cli
from geodata.errors import ToolkitError
from geodata.place import read_place
from maps.accessing import access_place, sentences, source_sentences, tell
from tests.geodata.streets import write_town
from tests.geodata.timetables import write_feed

MEN = (
    "reference,property name,easting,northing,use,tenure,fte,desks,nia m2,running cost\n"
    "A1,Town Hall,400500,300500,office,freehold,40,60,900,100000\n"
    "A3,Library,403500,300500,library,freehold,5,8,300,30000\n"
    "B2,Old Library,402500,302500,library,freehold,4,8,200,20000\n"
)
PLACE = """
[place]
name = "Smalltown"
[census]
counts = "census.parquet"
code = "oa_code"
[boundaries]
areas = "areas.gpkg"
areas_code = "oa_code"
attribution = "made up"
[[assets]]
file = "council.csv"
organisation = "Council"
[segments]
super = 1
sub = 1
[access]
standards = [{ service = "library", limit_min = 10, limits_min = { walk = 30 } }]
[options]
uses = ["office", "library"]
[travel]
"""


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


@pytest.fixture
def smalltown(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> Path:
    """Return the folder of a small place whose [travel] is still empty."""
    from geodata.variables import read_variables  # noqa: PLC0415

    cells = sorted({cell for variable in read_variables(2021) for cell in variable.cells})
    drawn = np.random.default_rng(1)
    counts = pd.DataFrame({cell: drawn.integers(1, 6, 12).astype(float) for cell in cells})
    totals = {variable.denominator: 100.0 for variable in read_variables(2021) if variable.denominator}
    counts = counts.assign(**totals, oa_code=list(town_areas.index), lad22cd="D1", lad22nm="Smalltown", msoa21cd="M1")
    counts.to_parquet(tmp_path / "census.parquet")
    town_areas[["geometry"]].reset_index().to_file(tmp_path / "areas.gpkg", driver="GPKG")
    (tmp_path / "council.csv").write_text(MEN)
    write_town(tmp_path / "town.osm.pbf")
    leaves = range(420, 600, 15)
    trips = {f"t{at}": [("w", *[_clock(at)] * 2), ("e", *[_clock(at + 6)] * 2)] for at in leaves}
    write_feed(tmp_path / "bus.zip", {"w": (500.0, 600.0), "e": (3_500.0, 600.0)}, trips)
    (tmp_path / "place.toml").write_text(PLACE)
    return tmp_path


def with_travel(folder: Path, text: str) -> Path:
    """Return the place file with lines under [travel]."""
    path = folder / "place.toml"
    path.write_text(PLACE + text)
    return path


def test_the_best_source_is_used_and_said_for_every_mode(smalltown: Path) -> None:
    """Roads for car and feet, the timetable for those without a car; nothing is called indicative but what is."""
    pytest.importorskip("numba", reason="the extra `transit` is not installed")
    path = with_travel(smalltown, 'roads = "town.osm.pbf"\ntimetables = ["bus.zip"]\n')
    found = access_place(read_place(path))
    rests = found.table.groupby("mode")["rests_on"].first().to_dict()
    assert rests == {
        "drive": "network",
        "walk": "network",
        "transit": "timetable",
        "own means": "network and timetable",
    }
    assert not any("indicative" in line for line in sentences(found) if "Without these roads" not in line)
    walk, transit = (
        found.table[(found.table["mode"] == mode) & (found.table["by"] == "all")].iloc[0]
        for mode in ("walk", "transit")
    )
    assert walk["limit_min"] == 30
    assert transit["mean_min_today"] < walk["mean_min_today"]
    assert set(found.table["by"]) == {"all", "segment", "locality", "cars"}
    said = "\n".join(source_sentences(found))
    assert "measured on the roads of town.osm.pbf" in said
    assert "the timetable of Tuesday" in said
    assert "Without these roads, minutes by car would be indicative: the straight line is" in said


def test_without_roads_every_figure_is_called_indicative(smalltown: Path) -> None:
    """Nothing that rests on the straight line may pass for more."""
    found = access_place(read_place(smalltown / "place.toml"))
    assert set(found.table["rests_on"]) == {"indicative (straight line)"}
    assert tell(found)["sources"][0]["quality"] == "indicative"
    assert sum("indicative" in line.lower() for line in sentences(found)) >= 4


@pytest.fixture
def onetown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command in this process."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["onetown", *map(str, words)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_an_option_beside_today_with_tables_layers_and_words(smalltown: Path, onetown) -> None:
    """What goes to the committee: CSV, GeoPackage, words; the same in --json."""
    path = with_travel(smalltown, 'roads = "town.osm.pbf"\n')
    code, out, err = onetown("access", path, "--option", "joint", "--worse", "1", "--out", smalltown / "out", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["option"] == "joint"
    assert {"share_within_today", "share_within_option", "rests_on"} <= set(told["access"][0])
    written = {file.name for file in (smalltown / "out").iterdir()}
    assert written >= {"access.csv", "nearest.csv", "supply.csv", "losses.csv", "access.gpkg", "access.txt",
                       "travel_drive.parquet", "travel_walk.parquet"}  # fmt: skip
    layer = gpd.read_file(smalltown / "out" / "access.gpkg", layer="areas")
    assert layer["library by car (minutes)"].notna().all()
    assert "OpenStreetMap contributors" in (smalltown / "out" / "access.txt").read_text()
    assert pd.read_parquet(smalltown / "out" / "travel_walk.parquet").index.names == ["origin", "destination"]
    assert pd.read_csv(smalltown / "out" / "nearest.csv")["rank"].max() == 2


def test_the_ground_within_some_minutes_is_a_layer_a_page_and_a_sentence(smalltown: Path, onetown) -> None:
    """By every mode but public transport, today and under the option; without roads it is called indicative."""
    out, asked = smalltown / "out", ["--isochrones", "5", "--isochrones", "10", "--out", smalltown / "out"]
    path = with_travel(smalltown, 'roads = "town.osm.pbf"\n')
    code, said, err = onetown("access", path, "--option", "do nothing", *asked, "--json")
    assert code == 0, err
    told = json.loads(said)["isochrones"]
    layer = gpd.read_file(out / "access.gpkg", layer="isochrones")
    assert len(layer) == len(told) == 8
    assert set(layer["when"]) == {"today", "do nothing"}
    five, ten = layer[(layer["mode"] == "drive") & (layer["when"] == "today")].geometry
    assert five.area < ten.area
    share = pd.read_csv(out / "access.csv").query("mode == 'drive' and by == 'all'")["share_within_today"].iloc[0]
    within = next(row for row in told if (row["mode"], row["when"], row["minutes"]) == ("drive", "today", 10))
    assert within["residents"] == pytest.approx(share * 1_200)
    page = (out / "isochrones.html").read_text()
    assert "OpenStreetMap contributors" in page
    assert "within 5 minutes:" in page
    code, said, _ = onetown("access", with_travel(smalltown, ""), *asked, "--overwrite")
    assert code == 0
    lines = [line for line in said.splitlines() if line.startswith("Within ")]
    assert len(lines) == 4
    assert all("indicative" in line for line in lines)
    code, _, err = onetown("access", path, "--isochrones", "99", "--quiet")
    assert code == 1
    assert "--isochrones 99: the longest journey looked for is 60 minutes" in err


def words_of(path: Path) -> str:
    """Return the text of a result file, whatever it is."""
    if path.suffix in {".docx", ".xlsx"}:
        with zipfile.ZipFile(path) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist() if "xml" in name)
    if path.suffix == ".gpkg":
        return " ".join(str(gpd.read_file(path, layer=name).to_dict()) for name in gpd.list_layers(path)["name"])
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_file_shows_an_option_judged_by_the_straight_line_without_the_word(smalltown: Path, onetown) -> None:
    """A table copied out of its folder must still say what its options rest on; with roads nothing says it."""
    for travel, indicative in (("", True), ('roads = "town.osm.pbf"\n', False)):
        out = smalltown / f"out {indicative}"
        path = with_travel(smalltown, travel)
        assert onetown("run", path, "--out", out, "--quiet")[0] == 0
        shown = [one for one in sorted(out.glob("option*")) if one.name != "option_score_switches.csv"]
        shown += [out / name for name in ("map.html", "report.docx", "report.html", "business_case.xlsx", "run.json")]
        assert len(shown) >= 14
        told = {one.name: words_of(one) for one in shown if one.is_file()}
        rows = {name: text for name, text in told.items() if not name.endswith(".csv") or text.count("\n") > 1}
        silent = [name for name, text in rows.items() if "indicative" not in text.lower()]
        if indicative:
            assert silent == []
        else:
            assert {"option_access.csv", "option_scores.csv", "options.gpkg"} <= set(silent)


@pytest.mark.parametrize(
    ("travel", "words", "sentence"),
    [
        ('roads = "town.osm.pbf"\n', ["--option", "jiont"], "there is no such option. Did you mean 'joint'?"),
        ('modes = ["transit"]\n', [], "public transport needs a timetable"),
        ('engine = "valhalla"\n', [], "needs roads from OpenStreetMap"),
        ('speeds = "council.csv"\ndate = 2024-01-02\n', [], "speeds says nothing without roads; date says nothing"),
        ('window = "9-7"\n', [], "write the hours departures are looked at like"),
        ('road = "town.osm.pbf"\n', [], "'travel.road' is not a setting. Did you mean 'roads'?"),
        ('roads = "none.osm.pbf"\n', [], "'none.osm.pbf'"),
        ('timetables = ["bus.zip"]\ndate = 2020-01-01\n', [], "nothing runs on 2020-01-01 in bus.zip"),
        ("limit_min = 5\n", [], "beyond the longest journey looked for, 5 minutes"),
        ('roads = "council.csv"\n', [], "is no road file that onetown reads"),
    ],
)
def test_what_cannot_be_said_is_one_sentence(
    smalltown: Path,
    onetown,
    travel: str,
    words: list[str],
    sentence: str,
) -> None:
    """Exit 1, one line, no traceback, nothing written."""
    code, _, err = onetown("access", with_travel(smalltown, travel), *words, "--out", smalltown / "out", "--quiet")
    assert code == 1
    assert sentence in err
    assert not (smalltown / "out").exists()


def test_a_place_without_standards_is_told_to_name_them(smalltown: Path) -> None:
    """There is nothing to look at."""
    path = smalltown / "place.toml"
    path.write_text(
        PLACE.replace('standards = [{ service = "library", limit_min = 10, limits_min = { walk = 30 } }]', "")
    )
    with pytest.raises(ToolkitError, match=r"\[access\] names no standard"):
        access_place(read_place(path))
