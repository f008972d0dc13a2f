"""Look-ups of old and new codes: headings recognised or given, and gaps refused with their row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.code_changes import carry_over, read_changes
from geodata.errors import CoverageError, SchemaError


def written(tmp_path: Path, text: str) -> Path:
    """Return a file with this text."""
    path = tmp_path / "codes.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize("heads", ["old,new", "Old_Code,New_Code", "OA11CD,OA21CD"])
def test_headings_are_recognised(tmp_path: Path, heads: str) -> None:
    """In either case, and those of the national look-up; a pair that stands twice counts once."""
    found = read_changes(written(tmp_path, f"{heads}\nE1,E8\nE1,E9\nE1,E9\n"))
    assert found.to_numpy().tolist() == [["E1", "E8"], ["E1", "E9"]]


def test_headings_can_be_given(tmp_path: Path) -> None:
    """Whatever they are called."""
    found = read_changes(written(tmp_path, "was,x,is\nE1,7,E8\n"), old="was", new="is")
    assert found.to_numpy().tolist() == [["E1", "E8"]]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [("a,b\nE1,E8\n", {}, r"there is no column 'old'.* It has a, b"),
     ("old,new\nE1,E8\n", {"old": "odl"}, r"there is no column 'odl'. Did you mean 'old'\?"),
     ("old,new\nE1,E8\nE2,\n,E3\n", {}, r"codes.csv, row 3: the old or the new code is empty \(2 rows in all\)")],
)  # fmt: skip
def test_gaps_are_refused(tmp_path: Path, text: str, options: dict[str, str], sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(SchemaError, match=sentence):
        read_changes(written(tmp_path, text), **options)


def test_labels_of_another_place_are_told_as_such() -> None:
    """Seven hundred codes to add to a look-up are no remedy."""
    labels = pd.DataFrame({"super": [0, 0], "sub": [0, 1]}, index=pd.Index(["E1", "E2"], name="oa_code"))
    with pytest.raises(CoverageError, match=r"have no area in common \(W1 \.\.\. and E1 \.\.\.\)"):
        carry_over(labels, ["W1", "W2"], None, source="segments.csv")
