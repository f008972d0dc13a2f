"""Benefits planned and banked, and a place against others."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from estate.tracking import Outcomes, Tracking, follow_up, read_outcomes, read_tracking
from geodata.errors import DataError


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_quarter_still_to_come_is_no_failure(tmp_path: Path) -> None:
    """Only quarters with an actual count towards the share of the plan."""
    path = write(
        tmp_path,
        "Quarter,Body,Item,Planned,Actual\n2026/27 Q2,Police,rent,100,60\n2026/27 Q1,Police,rent,50,50\n"
        "2026/27 Q3,Police,rent,100,\n",
    )
    found = follow_up(path)
    assert isinstance(found, Tracking)
    assert found.table["quarter"].tolist() == ["2026/27 Q1", "2026/27 Q2", "2026/27 Q3"]
    assert found.by_body.loc["Police", ["planned_gbp", "actual_gbp"]].tolist() == [150.0, 110.0]
    assert pd.isna(found.table["actual_to_date_gbp"].iloc[2])


def test_counts_bring_an_interval(tmp_path: Path) -> None:
    """Ten fewer of a hundred may be chance; a thousand fewer of ten thousand is not."""
    for scale, sure in ((1, False), (100, True)):
        rows = f"calls,place,{100 * scale},{88 * scale},yes\ncalls,comparator,{1000 * scale},{1000 * scale},yes\n"
        found = follow_up(write(tmp_path, "measure,group,before,after,counts\n" + rows))
        assert isinstance(found, Outcomes)
        row = found.table.loc["calls"]
        assert bool(row["low"] * row["high"] > 0) == sure
        assert row["low"] < row["difference"] < row["high"]


def test_faults_are_told_at_once(tmp_path: Path) -> None:
    """Every row, every column."""
    with pytest.raises(DataError, match=r"'spring' is not a quarter.*'lots' is not a number"):
        read_tracking(write(tmp_path, "quarter,planned,actual\nspring,1,2\n2026 Q1,lots,1\n"))
    with pytest.raises(DataError, match=r"'us' is no group.*'0' is no figure"):
        read_outcomes(write(tmp_path, "measure,group,before,after\nx,us,1,2\nx,comparator,0,1\n"))
    with pytest.raises(DataError, match="no row for the comparator"):
        read_outcomes(write(tmp_path, "measure,group,before,after\nx,place,1,2\n"))


def test_thousands_totals_and_quarters_left_blank(tmp_path: Path) -> None:
    """A heading in thousands scales; a row of totals is no benefit; a gap before a later actual is asked about."""
    head = "quarter,body,line,planned (£000),actual (£000)\n2025/26 Q1,Council,rent,10,12\n"
    found = follow_up(write(tmp_path, head + "2025/26 Q2,Council,rent,10,£9k\n,Total,,20,21\n"))
    assert isinstance(found, Tracking)
    assert found.by_body.loc["Council", ["planned_gbp", "actual_gbp"]].tolist() == [20_000.0, 21_000.0]
    with pytest.raises(
        DataError, match=r"No actual is given for 2025/26 Q2, though later quarters of rent \(Council\)"
    ):
        follow_up(write(tmp_path, head + "2025/26 Q2,Council,rent,10,\n2025/26 Q3,Council,rent,10,8\n"))
