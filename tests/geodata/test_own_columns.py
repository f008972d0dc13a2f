"""A place's own columns: sums that can be checked on paper, and a sentence for every slip."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geodata.census import Census
from geodata.errors import DataError, ToolkitError
from geodata.own_columns import variables_of, with_own_columns
from geodata.place_variables import OwnColumn, VariableChoice
from geodata.shares import Shares, compute_shares
from geodata.variables import choose_variables, read_variables

SOME = choose_variables(["no_car"], read_variables(2021))


@pytest.fixture
def census(town_areas: gpd.GeoDataFrame) -> Census:
    """Return the small town's census: 100 residents and 40 households in each area, 10 of them without a car."""
    counts = pd.DataFrame({"ts0010001": 100.0, "ts0450001": 40.0, "ts0450002": 10.0}, index=town_areas.index)
    blanks = pd.DataFrame(columns=["oa_code", "cell", "kind"], dtype="str")
    return Census(counts, 2021, pd.DataFrame(index=counts.index), None, blanks, ("town.csv",))


def column(**given: object) -> OwnColumn:
    """Return an own column of the file own.csv."""
    return OwnColumn.model_validate({"name": "own", "file": "own.csv", "area": "code", "value": "n", **given})


def shares_of(census: Census, areas: gpd.GeoDataFrame, folder: Path, table: pd.DataFrame, one: OwnColumn) -> Shares:
    """Return the shares with an own column read from a table."""
    table.to_csv(folder / "own.csv", index=False)
    whole = with_own_columns(census, areas, [one], base=folder)
    return compute_shares(whole, [*SOME, *variables_of(VariableChoice(add=(one,)), vintage=2021)[-1:]])


def test_a_share_by_output_area_is_its_count_over_its_base(
    census: Census, town_areas: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """3 of 10 in the first area, 0 of 5 in the second, nothing known of the third."""
    codes = list(town_areas.index)
    table = pd.DataFrame({"code": codes, "n": ["3", "0", "", *["1"] * 9], "of": ["10", "5", "", *["10"] * 9]})
    found = shares_of(census, town_areas, tmp_path, table, column(kind="share", denominator="of"))
    assert found.table["own"].tolist()[:2] == [0.3, 0.0]
    assert np.isnan(found.table["own"].iloc[2])
    assert found.overall()["own"] == pytest.approx((3 + 9) / (10 + 5 + 90))


def test_a_rate_by_lsoa_is_spread_by_residents(census: Census, town_areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """60 calls of 600 residents in the west: 100 per 1,000 in each of its six areas, and still 60 in all."""
    table = pd.DataFrame({"code": ["L1", "L2"], "n": [60, 1200]})
    found = shares_of(census, town_areas, tmp_path, table, column(kind="rate", base="calls"))
    west = town_areas["lsoa_code"] == "L1"
    assert found.table.loc[west, "own"].tolist() == pytest.approx([100.0] * 6)
    assert found.numerators.loc[west, "own"].sum() == pytest.approx(60_000)
    assert found.overall()["own"] == pytest.approx(1000 * 1260 / 1200)


def test_percentages_and_ranks_are_weighted_by_residents(
    census: Census, town_areas: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """A rank is the part of the list that comes before it: the first 0, the last 1."""
    table = pd.DataFrame({"code": ["L1", "L2"], "n": [25, 75]})
    percent = shares_of(census, town_areas, tmp_path, table, column(kind="percent"))
    assert percent.overall()["own"] == pytest.approx(0.5)
    ranks = pd.DataFrame({"code": ["L1", "L2", "L9"], "n": [1, 51, 101]})
    ranked = shares_of(census, town_areas, tmp_path, ranks, column(kind="rank"))
    assert sorted(ranked.table["own"].unique()) == pytest.approx([0.0, 0.5])
    national = shares_of(census, town_areas, tmp_path, ranks, column(kind="rank", of=201))
    assert sorted(national.table["own"].unique()) == pytest.approx([0.0, 0.25])
    with pytest.raises(DataError, match="'n' is more than 60 for L9"):
        shares_of(census, town_areas, tmp_path, ranks, column(kind="rank", of=60))


def test_suppressed_and_missing_values_stay_apart(census: Census, town_areas: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Two dots are known and not told; an empty cell is not known."""
    table = pd.DataFrame({"code": list(town_areas.index), "n": ["..", "", *["1"] * 10]})
    table.to_csv(tmp_path / "own.csv", index=False)
    whole = with_own_columns(census, town_areas, [column(kind="rate")], base=tmp_path)
    kinds = whole.blanks[whole.blanks["cell"] == "own_own"].set_index("oa_code")["kind"]
    assert kinds.to_dict() == {"T01": "suppressed", "T02": "missing"}


@pytest.mark.parametrize(
    ("table", "given", "sentence"),
    [
        ({"code": ["L1"], "n": [1]}, {"kind": "share"}, 'a share needs its base. Add denominator = "heading"'),
        ({"kode": ["L1"], "n": [1]}, {"kind": "rate"}, r"there is no column 'code'\. Did you mean 'kode'"),
        ({"code": ["L1", "L1"], "n": [1, 2]}, {"kind": "rate"}, "areas appear twice: L1"),
        ({"code": ["L1", "L2"], "n": [1, -2]}, {"kind": "rate"}, r"'n' is negative for L2 \(1 of 2\)"),
        ({"code": ["L1", "L2"], "n": [1, "many"]}, {"kind": "rate"}, r"'n' is not a number for L2"),
        ({"code": ["L1", "L2"], "n": [1, 101]}, {"kind": "percent"}, "'n' is more than 100 % for L2"),
        ({"code": ["L1", "L2"], "n": [1, 0]}, {"kind": "rank"}, r"'n' is no rank for L2 .*Ranks begin with 1"),
        (
            {"code": ["L1", "L2"], "n": [1, 9], "of": [2, 8]},
            {"kind": "share", "denominator": "of"},
            "'n' is more than 'of' for L2",
        ),
        ({"code": ["E01", "E02"], "n": [1, 2]}, {"kind": "rate"}, "none of its codes in 'code' .*census year"),
        ({"code": ["T01", "T02"], "n": [1, 2]}, {"kind": "rate"}, "10 of 12 areas have no 'n'"),
    ],
)  # fmt: skip
def test_slips_are_told_in_a_sentence(
    census: Census,
    town_areas: gpd.GeoDataFrame,
    tmp_path: Path,
    *,
    table: dict[str, list[object]],
    given: dict[str, object],
    sentence: str,
) -> None:
    """File, column, value and remedy."""
    pd.DataFrame(table).to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(ToolkitError, match=sentence):
        with_own_columns(census, town_areas, [column(**given)], base=tmp_path)


def test_variables_can_be_left_out_by_name() -> None:
    """A slip in a name is told with the nearest; an own column may take the place of one that is dropped."""
    assert "communal" not in {one.name for one in variables_of(VariableChoice(drop=("communal",)), vintage=2021)}
    with pytest.raises(DataError, match=r"no 'comunal'\. Did you mean 'communal'"):
        variables_of(VariableChoice(drop=("comunal",)), vintage=2021)
    own = column(name="no_car", kind="percent")
    with pytest.raises(DataError, match="no_car stands for two variables"):
        variables_of(VariableChoice(add=(own,)), vintage=2021)
    assert len(variables_of(VariableChoice(drop=("no_car",), add=(own,)), vintage=2021)) == 64


@pytest.mark.parametrize("vintage", [2011, 2021])
def test_every_variable_has_words_for_both_directions(vintage: int) -> None:
    """So that sentences need not be composed where they are read."""
    for variable in read_variables(vintage):
        assert variable.more
        assert variable.fewer
        assert variable.direction(1.0) == variable.more != variable.direction(-1.0)
