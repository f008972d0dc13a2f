"""A wider extent: counts or percentages, by name or code, and refused where it is neither."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.census import read_census
from geodata.errors import CoverageError, SchemaError
from geodata.reference import read_reference
from geodata.shares import compute_shares
from geodata.variables import Variable, read_variables

OWNED = Variable("owned", "housing", "Owned", "households", "own", ("ts0540002",), "ts0540001", code="v28")
DENSITY = Variable("density", "population", "Density", "residents", "per km2", ("ts0060001",), None,
                   "per square kilometre", "ts0010001", code="v12")  # fmt: skip


def read(tmp_path: Path, text: str) -> pd.DataFrame:
    """Return the reference written as this text."""
    path = tmp_path / "country.csv"
    path.write_text(text)
    return read_reference(path, vintage=2021, variables=(OWNED, DENSITY))


def test_percentages_go_by_name_or_by_code(tmp_path: Path) -> None:
    """Shares from 0 to 1; a density stays in its unit."""
    by_name, by_code = (
        read(tmp_path, f"oa_code,{heads}\nE0,50,400\nE1,,7\n") for heads in ("Owned,density", "v28,V12")
    )
    assert by_name.equals(by_code)
    assert by_name["owned"].iloc[0] == 0.5
    assert by_name["owned"].isna().tolist() == [False, True]
    assert by_name["density"].tolist() == [400, 7]


def test_counts_become_shares(tmp_path: Path) -> None:
    """As those of the place do."""
    table = read(tmp_path, "oa_code,ts0540001,ts0540002,ts0060001,ts0010001\nE00000001,80,20,400,100\n")
    assert table["owned"].tolist() == [0.25]


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    """With what it has, and what is wanted."""
    with pytest.raises(CoverageError, match=r"country.csv: no column is a variable. It has oa_code, colour"):
        read(tmp_path, "oa_code,colour\nE0,5\n")
    with pytest.raises(SchemaError, match=r"1 of 2 values are no percentages, such as 150"):
        read(tmp_path, "oa_code,owned\nE0,50\nE1,150\n")


@pytest.mark.real
def test_the_published_percentages_are_ours(real_data: Path) -> None:
    """England and Wales as published, beside what we reckon from the counts of Derbyshire."""
    variables = read_variables(2021)
    path = real_data / "census" / "oac2021" / "derived_ew_oac2021_inputs_pct_partial.parquet"
    table = read_reference(path, vintage=2021, variables=variables)
    census = read_census(real_data / "derbyshire" / "census2021_oa_counts.parquet", vintage=2021)
    ours = compute_shares(census, variables).table
    theirs = table.set_axis(pd.read_parquet(path, columns=["oa21cd"])["oa21cd"], axis=0).loc[ours.index]
    both = [name for name in ours if name in theirs]
    assert len(table) == 188_880
    assert len(both) == 40
    assert "spare_rooms" not in table
    off = (ours[both] - theirs[both]).abs().quantile(0.99)
    assert off.drop("density").max() < 1e-6, off[off > 1e-6]
