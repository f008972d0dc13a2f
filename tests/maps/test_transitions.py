"""The picture and the report of a refresh: the same bytes each time, and names from a file are text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from geodata.code_changes import Carried
from maps.refreshing import read_labels, refresh_page, write_refresh
from segmentation.refresh import Refresh, refresh
from segmentation.segments import build_segments
from tests.segmentation.conftest import VARIABLES, planted_census

HOSTILE = "<script>alert(1)</script> & $x_1$ =HYPERLINK(1)"


@pytest.fixture(scope="module")
def made() -> Refresh:
    """Return a refresh of the planted town in which one area moved and one segment has a hostile name."""
    census = planted_census(90)[0]
    built = build_segments(census, n_super=2, n_sub=3, variables=VARIABLES, n_resamples=2)
    labels = built.table[["super", "sub"]].copy()
    owners = labels.index[labels["super"] == 0][0]
    labels.loc[owners] = labels[labels["super"] == 1].iloc[0]
    model = built.model.with_names({("sub", 0): HOSTILE})
    earlier = Carried(labels, pd.Series("same", index=labels.index))
    return refresh(replace(model), census, earlier=earlier, n_resamples=2)


def test_the_folder_is_the_same_each_time(made: Refresh, tmp_path: Path) -> None:
    """Byte for byte, pictures included."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_refresh(made, tmp_path / name, place="Peakshire", versions="onetown 1")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    picture = ET.parse(tmp_path / "one" / "transitions.svg").getroot()  # noqa: S314 - our own file
    assert "Which areas moved" in "".join(picture.itertext())


def test_names_from_a_model_file_are_text(made: Refresh, tmp_path: Path) -> None:
    """On the page, in the picture and in a spreadsheet."""
    write_refresh(made, tmp_path, place=HOSTILE, versions="onetown 1")
    page = refresh_page(made, place=HOSTILE, versions="onetown 1")
    assert "<script" not in page
    assert "<script" not in (tmp_path / "transitions.svg").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    cells = pd.read_csv(tmp_path / "transitions.csv", dtype="str")
    assert not cells["from_name"].str.startswith(("=", "+", "@")).any()


def test_the_move_is_in_the_table_and_in_words(made: Refresh, tmp_path: Path) -> None:
    """One area of 90 moved back."""
    write_refresh(made, tmp_path, place="Peakshire", versions="onetown 1")
    moved = pd.read_csv(tmp_path / "changes.csv").query("changed")
    assert len(moved) == 1
    page = refresh_page(made, place="Peakshire", versions="onetown 1")
    assert "The largest moves: 1 area (" in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("oa_code,super\nE1,0\n", "it has no column sub"), ("oa_code,super,sub\nE1,0,x\n", "E1 are no whole numbers"),
     ("oa_code,super,sub\nE1,0,1\nE1,0,1\n", "E1 appear twice")],
)  # fmt: skip
def test_labels_that_are_none_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """In one sentence."""
    path = tmp_path / "segments.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=sentence):
        read_labels(path)
