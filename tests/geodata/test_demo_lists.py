"""The 26 spoiled lists: each slip is where the record says, and nothing else was touched."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.demo import DemoSummary, write_demo
from geodata.demo_lists import SUFFIXES, layout_columns
from geodata.demo_sites import SERVICE_USES, read_bodies
from geodata.demo_spoil import FACTS, FAR_M, HOSTILE_LIBRARY, HOSTILE_NAMES, HOSTILE_OFFICE, MILD, WRITING
from geodata.files import Sheet, read_sheets


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """Return a small county, written."""
    return write_demo(tmp_path_factory.mktemp("demo") / "peakshire", seed=0, n_areas=200)


@pytest.fixture(scope="module")
def lists(demo: DemoSummary) -> dict[tuple[str, str], Sheet]:
    """Return every sheet of every list by file and sheet."""
    found = {}
    for path in sorted((demo.folder / "lists").iterdir()):
        for sheet in read_sheets(path):
            found[path.name, sheet.name] = sheet
    return found


@pytest.fixture(scope="module")
def spoiled(demo: DemoSummary) -> pd.DataFrame:
    """Return the record of what was done."""
    return pd.read_csv(demo.truth / "spoiled.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def truth(demo: DemoSummary) -> pd.DataFrame:
    """Return the clean register."""
    return pd.read_parquet(demo.truth / "assets.parquet")


def test_each_body_sends_one_file_in_one_of_six_layouts(demo: DemoSummary) -> None:
    """Six layouts, each used by several bodies, none with a heading twice."""
    files = sorted(path.name for path in (demo.folder / "lists").iterdir())
    layouts = Counter(body.layout for body in read_bodies())
    assert len(files) == 26
    assert len(layouts) == 6
    assert min(layouts.values()) >= 4
    assert {Path(name).suffix for name in files} == set(SUFFIXES.values())
    for layout in layouts:
        headings = [column["heading"] for column in layout_columns(layout)]
        assert len(set(headings)) == len(headings)


def test_the_record_points_at_the_row_that_was_spoiled(
    lists: dict[tuple[str, str], Sheet], spoiled: pd.DataFrame
) -> None:
    """File, sheet and row lead to the asset's own reference, counted as a spreadsheet counts."""
    named = spoiled[spoiled["asset_id"] != ""]
    for row in named.itertuples():
        sheet = next(sheet for (file, name), sheet in lists.items() if file == row.file and row.sheet in ("", name))
        cells = [str(cell) for cell in sheet.rows[int(row.row) - 1]]
        assert str(row.asset_id).split("/")[1] in cells, row


def test_every_kind_of_fault_occurs(spoiled: pd.DataFrame) -> None:
    """A reader is tried on all of them in one county."""
    rows = {"mojibake", "repeated_row", "blank_row", "no_property", "totals_row", "swapped_columns"}
    assert set(spoiled["fault"]) == set(FACTS) | set(WRITING) | rows
    assert set(spoiled["expect"]) == {"accepted", "set aside", "skipped"}
    assert spoiled.groupby("fault").size().drop("swapped_columns").min() >= 4


def test_service_buildings_suffer_only_what_can_be_mended(spoiled: pd.DataFrame, truth: pd.DataFrame) -> None:
    """All 320 must come through, or the funnel and the options would not hold."""
    service = set(truth.index[truth["use"].isin(SERVICE_USES)])
    hit = spoiled[spoiled["asset_id"].isin(service) & (spoiled["fault"] != "repeated_row")]
    assert len(hit) > 10
    assert set(hit["fault"]) <= set(MILD)


def test_most_rows_are_sound(spoiled: pd.DataFrame, demo: DemoSummary) -> None:
    """Real lists are mostly right: four rows in five and more are untouched."""
    assert spoiled["asset_id"].nunique() < 0.25 * demo.assets


def test_a_transposed_point_is_far_from_the_true_one(
    lists: dict[tuple[str, str], Sheet], spoiled: pd.DataFrame, truth: pd.DataFrame
) -> None:
    """The digits are the same, the place is kilometres away: what the check against postcodes is for."""
    rows = spoiled[(spoiled["fault"] == "transposed_digits") & spoiled["file"].str.endswith("pcc-assets.csv")]
    sheet = next(sheet for (file, _), sheet in lists.items() if file == "pcc-assets.csv")
    header = list(sheet.rows[0])
    assert len(rows) >= 1
    for row in rows.itertuples():
        cells = sheet.rows[int(row.row) - 1]
        east, north = (float(str(cells[header.index(name)])) for name in ("GeoX", "GeoY"))
        true = truth.loc[row.asset_id, ["easting", "northing"]]
        assert np.hypot(east - true["easting"], north - true["northing"]) >= FAR_M
        assert sorted(f"{east:.0f}{north:.0f}") == sorted(f"{true['easting']}{true['northing']}")


def test_hostile_names_are_written_as_they_are(lists: dict[tuple[str, str], Sheet], truth: pd.DataFrame) -> None:
    """Formulas, scripts and templates reach the reader as text, on others, a library and an office."""
    written = {cell for sheet in lists.values() for row in sheet.rows for cell in row if isinstance(cell, str)}
    for name in (*HOSTILE_NAMES, HOSTILE_LIBRARY, HOSTILE_OFFICE):
        assert name in set(truth["name"])
        assert any(name in cell for cell in written), name
    assert truth.loc[truth["name"] == HOSTILE_OFFICE, "use"].item() == "office"


def test_mojibake_is_the_accent_read_wrongly(lists: dict[tuple[str, str], Sheet], truth: pd.DataFrame) -> None:
    """The clean register says Café; the lists say CafÃ©."""
    written = [cell for sheet in lists.values() for row in sheet.rows for cell in row if isinstance(cell, str)]
    assert truth["name"].str.startswith("The Café at ").sum() == 12
    assert sum(cell.startswith("The CafÃ© at ") for cell in written) >= 10
