"""Our segments beside a published classification: the same, another, and tables that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import CoverageError, SchemaError
from segmentation.comparison import compare, read_published

AREAS = pd.Index([f"E{at}" for at in range(8)], name="oa_code")
OURS = pd.DataFrame({"super": [0, 0, 0, 0, 1, 1, 1, 1], "sub": [0, 0, 1, 1, 2, 2, 2, 2]}, index=AREAS)
NAMES = {("super", 0): "Owners", ("super", 1): "Tenants", ("sub", 0): "a", ("sub", 1): "b", ("sub", 2): "c"}


def test_the_same_groups_under_other_names_agree_wholly() -> None:
    """Labels are names, not numbers; areas without a label are counted and left out."""
    published = pd.DataFrame({"group": ["x", "x", "x", "x", "y", "y", "y", None]}, index=AREAS)
    found = compare(OURS, published, names=NAMES, source="published.csv")
    assert found.agreement.loc["group", "super"] == 1.0
    assert found.agreement.loc["group", "sub"] < 1.0
    assert (found.n_areas, found.n_unlabelled) == (7, 1)
    said = " ".join(found.sentences())
    assert "7 areas compared; 1 have no label" in said
    assert "Of the 4 areas labelled x, 100 % are in 'Owners'." in said


def test_shares_of_the_cross_table_add_up() -> None:
    """Over each label, and over each segment."""
    published = pd.DataFrame({"group": list("xxyyyzzz"), "wide": list("aaaabbbb")}, index=AREAS)
    table = compare(OURS, published, names=NAMES, source="published.csv").table
    for column, key in (("share_of_label", "label"), ("share_of_segment", "segment")):
        sums = table.groupby(["published", "level", key])[column].sum()
        assert sums.tolist() == pytest.approx([1.0] * len(sums))
    assert table.groupby(["published", "level"])["n_areas"].sum().eq(8).all()


def test_other_areas_are_refused() -> None:
    """Labels of 2011 for areas of 2021, say."""
    published = pd.DataFrame({"group": ["x"]}, index=["W1"])
    with pytest.raises(CoverageError, match=r"published.csv: none of our 8 areas \(E0, E1, E2 and 5 more\) is in it"):
        compare(OURS, published, names=NAMES, source="published.csv")


def test_a_table_is_read_with_labels_as_text(tmp_path: Path) -> None:
    """Supergroup 3 is a label, not a number."""
    path = tmp_path / "labels.csv"
    path.write_text("OA21CD,supergroup\nE0,3\nE1,\n")
    assert read_published(path)["supergroup"].tolist()[0] == "3"
    assert read_published(path)["supergroup"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("area,group\nE0,x\n", "needs a column of area codes headed oa_code"), ("oa_code\nE0\n", "at least one of labels"),
     ("oa_code,group\nE0,x\nE0,y\n", "E0 appear twice")],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    """In one sentence."""
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(SchemaError, match=sentence):
        read_published(path)
