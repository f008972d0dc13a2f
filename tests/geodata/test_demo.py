"""The whole made-up county in a folder: complete, repeatable, and saying everywhere that it is made up."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geodata.census import read_census
from geodata.demo import DemoSummary, write_demo
from geodata.errors import SourceError
from geodata.place import read_place
from geodata.postcodes import read_postcodes
from geodata.schema import check_teams

FILES = [
    "README.txt", "areas.gpkg", "census2021.parquet", "contacts.csv", "county.gpkg", "notes.csv", "place.toml",
    "postcodes.csv.gz", "teams.csv", "truth/areas.parquet", "truth/assets.parquet", "truth/spoiled.csv",
]  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """Return a small county, written."""
    return write_demo(tmp_path_factory.mktemp("whole") / "peakshire", seed=0, n_areas=200)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file by its path in the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_folder_is_complete_and_place_file_reads_it(demo: DemoSummary) -> None:
    """place.toml names files that exist, in paths relative to itself."""
    assert [name for name in FILES if not (demo.folder / name).exists()] == []
    place = read_place(demo.place)
    assert place.place.name == "Peakshire (made up)"
    assert place.place.made_up
    assert len(place.place.districts) == 8
    assert len(place.assets) == 26
    assert len(place.options.pins) == 45
    assert not Path(tomllib.loads(demo.place.read_text(encoding="utf-8"))["census"]["counts"]).is_absolute()


def test_summary_counts_what_is_in_the_files(demo: DemoSummary) -> None:
    """What the command prints is what stands in the folder."""
    census = pd.read_parquet(demo.folder / "census2021.parquet")
    assert (demo.areas, demo.residents) == (len(census), int(census["ts0010001"].sum()))
    assert demo.contacts == len(pd.read_csv(demo.folder / "contacts.csv"))
    assert demo.teams == len(pd.read_csv(demo.folder / "teams.csv"))
    assert demo.postcodes == len(read_postcodes(demo.folder / "postcodes.csv.gz"))
    assert demo.spoiled_rows == len(pd.read_csv(demo.truth / "spoiled.csv"))
    assert (demo.organisations, demo.assets, demo.service_assets, demo.offices) == (26, 1500, 320, 60)
    assert demo.office_cost_gbp_pa == 12_400_000
    assert 0.12 < demo.reckoned_saving < 0.14


def test_tables_join_by_area_code(demo: DemoSummary) -> None:
    """Census, outlines, planted types and the register name the same areas."""
    census = pd.read_parquet(demo.folder / "census2021.parquet")
    outlines = gpd.read_file(demo.folder / "areas.gpkg").set_index("oa21cd")
    planted = pd.read_parquet(demo.truth / "areas.parquet")
    register = pd.read_parquet(demo.truth / "assets.parquet")
    assert census.index.name == "oa21cd"
    assert census.index.equals(outlines.index.astype(census.index.dtype))
    assert list(planted.index) == list(census.index)
    assert register["oa_code"].isin(census.index).all()
    points = gpd.GeoSeries(gpd.points_from_xy(register["easting"], register["northing"]), crs=outlines.crs)
    at = outlines.geometry.loc[register["oa_code"]].reset_index(drop=True)
    assert (points.distance(at) < 90).all()


def test_census_table_is_read_as_one_of_2021(demo: DemoSummary) -> None:
    """The real reader takes it: vintage, codes, residents and the names of larger areas."""
    census = read_census(demo.folder / "census2021.parquet", vintage=2021, code="oa21cd")
    assert census.population().sum() == demo.residents
    assert census.blanks.empty
    assert {"lsoa21cd", "msoa21cd", "ward", "lad22cd", "lad22nm", "locality"} <= set(census.columns)


def test_teams_and_contacts_pass_the_border(demo: DemoSummary) -> None:
    """They are in the shape every other part of the toolkit expects."""
    teams = pd.read_csv(demo.folder / "teams.csv").set_index("team_id")
    contacts = pd.read_csv(demo.folder / "contacts.csv")
    check_teams(teams, assets=pd.read_parquet(demo.truth / "assets.parquet").index)
    assert contacts["service"].notna().all()
    assert contacts["postcode"].notna().all()


def test_same_seed_gives_the_same_bytes(demo: DemoSummary, tmp_path: Path) -> None:
    """Every file, workbooks and GeoPackages too; another seed gives another county."""
    write_demo(tmp_path / "again", seed=0, n_areas=200)
    write_demo(tmp_path / "other", seed=1, n_areas=200)
    first, again, other = (contents(folder) for folder in (demo.folder, tmp_path / "again", tmp_path / "other"))
    assert [name for name in first if first[name] != again.get(name)] == []
    assert set(first) == set(again)
    assert [name for name in FILES if first[name] == other[name]] == []


def test_everything_says_that_it_is_made_up(demo: DemoSummary) -> None:
    """Nobody may take the county for a real one: not in the text, not on the map, not in a workbook."""
    place = read_place(demo.place)
    assert "made up" in (demo.folder / "README.txt").read_text(encoding="utf-8")
    assert "made up" in demo.place.read_text(encoding="utf-8").splitlines()[0]
    assert place.boundaries is not None
    assert "made up" in place.boundaries.attribution
    assert "(made up)" in gpd.read_file(demo.folder / "county.gpkg")["name"].item()
    for path in (demo.folder / "lists").glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        assert "(made up)" in str(book.worksheets[0]["A1"].value), path.name


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """One clear message, and nothing is written."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SourceError, match="holds files already"):
        write_demo(tmp_path, n_areas=150)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
