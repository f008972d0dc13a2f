"""Incidents by area: added up, unknown areas and spoiled counts named, nothing dropped."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.demand import read_demand
from geodata.errors import DataError

AREAS = pd.Index(["T01", "T02", "T03"], name="oa_code")


def write(path: Path, text: str) -> Path:
    """Write a table."""
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_of_one_area_are_added_up(tmp_path: Path) -> None:
    """Areas that the table lacks have none."""
    path = write(tmp_path / "a.csv", "OA code,Incidents\nT01,3\nT03,2\nT01,4.5\n")
    assert read_demand(path, AREAS, counted="incidents").to_dict() == {"T01": 7.5, "T02": 0.0, "T03": 2.0}


def test_every_row_at_fault_is_named_at_once(tmp_path: Path) -> None:
    """Row and column as a spreadsheet shows them."""
    path = write(tmp_path / "a.csv", "oa_code,demand\nT01,3\nX99,2\nT02,-1\nT03,many\n")
    with pytest.raises(DataError, match=r"row 3, column 'oa_code': 'X99' is no area of the place") as caught:
        read_demand(path, AREAS, counted="incidents")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "oa_code"),
        (4, "demand"),
        (5, "demand"),
    ]


def test_a_missing_column_is_named_with_those_there(tmp_path: Path) -> None:
    """With the nearest heading."""
    path = write(tmp_path / "a.csv", "oa_codes,demand\nT01,3\n")
    with pytest.raises(DataError, match=r"no column 'oa_code'. Did you mean 'oa_codes'\? It has oa_codes, demand"):
        read_demand(path, AREAS, counted="incidents")
