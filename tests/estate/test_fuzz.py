"""The reader under fire: random bytes, hostile strings, odd workbooks, spoiled copies of real lists.

Whatever comes, one of two things happens: a sentence (a :class:`~geodata.errors.ToolkitError`) or an account in which
no row is lost. In the suite every attack is tried a few times with a fixed seed. For a long run, with new seeds each
time, set the seconds to spend on each attack::

    ONETOWN_FUZZ_SECONDS=300 python -m pytest tests/estate/test_fuzz.py

A failure of the long run prints the smallest example that hypothesis could find.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from estate.intake import AssetList, ListSettings, read_asset_list
from estate.position import PostcodeTable
from geodata.errors import ToolkitError
from geodata.write import write_csv
from tests.estate import attacks

SECONDS = float(os.environ.get("ONETOWN_FUZZ_SECONDS", "0"))
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>a</name>
<Placemark><name>Town Hall</name><Point><coordinates>-2.3,53.4</coordinates></Point></Placemark>
<Placemark><name>Library</name><Point><coordinates>-2.31,53.4</coordinates></Point></Placemark></Folder></Document></kml>"""
REAL = [
    "derbyshire/assets/fire_rescue_land_and_assets_2016.xlsx",
    "derbyshire/assets/libraries_derby_city.csv",
    "registers/cheltenham_2021.csv",
    "trafford/trafford_leisure_centres.csv",
    "trafford/trafford_hospitals.geojson",
]
T = TypeVar("T")


def read(folder: Path, file: attacks.File, **about: object) -> AssetList | None:
    """Read a file; None where the reader said in one sentence why it cannot."""
    path = folder / f"list{file[0]}"
    path.write_bytes(file[1])
    try:
        return read_asset_list(ListSettings(path, organisation="Body"), **about)  # type: ignore[arg-type]
    except ToolkitError as error:
        said = str(error)
    assert said.strip(), "an error without a word"
    assert "\n" not in said, f"more than one line: {said!r}"
    return None


def check(folder: Path, file: attacks.File, **about: object) -> None:
    """Read a file and check the account."""
    one = read(folder, file, **about)
    if one is None:
        return
    numbers = [
        (sheet, row)
        for part in (one.accepted, one.set_aside)
        for sheet, row in zip(part["source_sheet"], part["source_row"], strict=True)
    ]
    assert one.rows_in == len(numbers) == len(set(numbers))
    assert one.accepted.index.is_unique
    assert np.isfinite(one.accepted.geometry.x).all()
    assert np.isfinite(one.accepted.geometry.y).all()
    assert (one.set_aside["reason"] != "").all()
    assert (one.set_aside["rule"] != "").all()
    write_csv(one.set_aside, folder / "set_aside.csv", overwrite=True, index=False)


def fuzz(strategy: st.SearchStrategy[T], one: Callable[[T], None], *, examples: int) -> None:
    """Try examples of a strategy: so many with a fixed seed, or ever new ones for the seconds told."""

    def run(number: int, count: int, phases: tuple[Phase, ...]) -> None:
        quiet = settings(
            max_examples=count, deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
        )
        seed(number)(quiet(given(strategy)(one)))()

    if not SECONDS:
        run(2024, examples, (Phase.generate,))
        return
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        run(secrets.randbelow(2**32), 4 * examples, (Phase.generate, Phase.shrink))


@pytest.fixture
def town(town_postcodes: PostcodeTable, town_extent: object) -> dict[str, object]:
    """Return what the small town knows: lists are checked against postcodes and outline, as in earnest."""
    return {"postcodes": town_postcodes, "place_extent": town_extent, "place_name": "Smalltown"}


def test_random_bytes(tmp_path: Path) -> None:
    """Under any name, with the first bytes of any kind of file."""
    fuzz(attacks.NOISE, lambda file: check(tmp_path, file), examples=60)


def test_hostile_text(tmp_path: Path, town: dict[str, object]) -> None:
    """Delimited files in any code, with any delimiter, full of strings that break programs."""
    fuzz(attacks.text_files(), lambda file: check(tmp_path, file, **town), examples=40)


def test_odd_workbooks(tmp_path: Path, town: dict[str, object]) -> None:
    """Empty and several sheets, merged headings, errors, times, dates beyond any calendar."""
    fuzz(attacks.workbooks(), lambda file: check(tmp_path, file, **town), examples=25)


def test_odd_layers(tmp_path: Path, town: dict[str, object]) -> None:
    """Points at infinity, missing and broken shapes, attributes that are lists."""
    fuzz(attacks.LAYERS, lambda file: check(tmp_path, file, **town), examples=30)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".kml"])
def test_spoiled_layers(tmp_path: Path, suffix: str) -> None:
    """Copies of a good layer, cut short or with bytes changed."""
    good = tmp_path / f"good{suffix}"
    layer = gpd.GeoDataFrame({"Name": ["Town Hall", "Library"]}, geometry=[Point(-2.3, 53.4)] * 2, crs="EPSG:4326")
    write = {".gpkg": layer.to_file, ".parquet": layer.to_parquet, ".kml": lambda path: path.write_text(KML)}[suffix]
    write(good)
    whole = read(tmp_path, (suffix, good.read_bytes()))
    assert whole is not None
    assert len(whole.accepted) == 2
    fuzz(attacks.spoiled(good.read_bytes()), lambda content: check(tmp_path, (suffix, content)), examples=8)


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_spoiled_copies_of_real_lists(real_data: Path, tmp_path: Path, name: str) -> None:
    """What a bad line or a careless editor makes of a list."""
    whole, suffix = (real_data / name).read_bytes(), Path(name).suffix
    fuzz(attacks.spoiled(whole), lambda content: check(tmp_path, (suffix, content)), examples=8)
