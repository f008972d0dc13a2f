"""Shares: sums over sums, and what happens where there is nothing to divide by."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.census import Census, read_census
from geodata.errors import CoverageError, DataError, SchemaError
from geodata.shares import PERTURBED_BY, compute_shares
from geodata.variables import Variable, choose_variables, read_variables
from tests.geodata.test_variables import expected

NO_CAR = Variable("no_car", "transport", "No car", "households", "have no car", ("ts0450002",), "ts0450001")
RENTED = Variable("rented", "housing", "Rented", "households", "rent", ("ts0540007", "ts0540010"), "ts0540001")
ALONE = Variable("one_person", "household", "Alone", "households", "are one person", ("ts0030002",), "ts0030001")
DENSITY = Variable(
    "density",
    "population",
    "Density",
    "residents",
    "per km2",
    ("ts0060001",),
    None,
    "per square kilometre",
    "ts0010001",
)


def census(columns: dict[str, list[float]], percentages: dict[str, list[float]] | None = None) -> Census:
    """Return a 2021 census of areas A, B, C ..."""
    counts = pd.DataFrame(columns, dtype="float64")
    counts.index = pd.Index([chr(65 + row) for row in range(len(counts))], name="oa_code")
    shares = None if percentages is None else pd.DataFrame(percentages, index=counts.index)
    blanks = pd.DataFrame(columns=["oa_code", "cell", "kind"])
    return Census(counts, 2021, pd.DataFrame(index=counts.index), shares, blanks, ("town.csv",))


def test_a_share_is_the_sum_of_its_cells_over_the_whole() -> None:
    """20 + 10 of 60 households rent."""
    shares = compute_shares(census({"ts0540001": [60], "ts0540007": [20], "ts0540010": [10]}), [RENTED])
    assert shares.table.loc["A", "rented"] == 0.5
    assert (shares.numerators.loc["A", "rented"], shares.denominators.loc["A", "rented"]) == (30.0, 60.0)


def test_nothing_over_nothing_is_no_share() -> None:
    """An area without households is neither rich nor poor in cars, and weighs nothing in a sum."""
    shares = compute_shares(census({"ts0450001": [40, 0], "ts0450002": [10, 0]}), [NO_CAR])
    assert shares.table["no_car"].tolist() == pytest.approx([0.25, np.nan], nan_ok=True)
    assert shares.overall()["no_car"] == 0.25


def test_a_blank_cell_leaves_the_area_without_a_share() -> None:
    """A sum with a blank in it is not a smaller sum."""
    shares = compute_shares(census({"ts0540001": [60, 60], "ts0540007": [20, np.nan], "ts0540010": [10, 10]}), [RENTED])
    assert shares.table["rented"].isna().tolist() == [False, True]
    assert shares.denominators["rented"].isna().tolist() == [False, True]


def test_a_density_is_people_over_the_land_they_live_on() -> None:
    """100 people at 50 per km2 and 300 at 300 live on 3 km2: together 133 per km2, not the mean 175."""
    shares = compute_shares(census({"ts0060001": [50, 300], "ts0010001": [100, 300]}), [DENSITY])
    assert shares.table["density"].tolist() == [50.0, 300.0]
    assert shares.overall()["density"] == pytest.approx(400 / 3)


def test_perturbation_may_push_a_part_a_little_over_its_whole() -> None:
    """Each cell is perturbed by itself; the share is then all of the whole."""
    shares = compute_shares(census({"ts0450001": [10], "ts0450002": [10 + PERTURBED_BY]}), [NO_CAR])
    assert shares.table.loc["A", "no_car"] == 1.0


def test_a_part_far_over_its_whole_is_refused() -> None:
    """Then the tables are not of the same areas."""
    table = census({"ts0450001": [10, 10], "ts0450002": [11 + PERTURBED_BY, 3]})
    with pytest.raises(
        SchemaError, match=r"'no_car' is more than all of its whole in A \(1 of 2\): .* is 14 / 10 in A"
    ):
        compute_shares(table, [NO_CAR])


def test_missing_variables_are_named_with_their_cells() -> None:
    """Left out, and said so."""
    shares = compute_shares(census({"ts0450001": [10], "ts0450002": [3]}), [NO_CAR, RENTED])
    assert list(shares.table.columns) == ["no_car"]
    assert shares.missing == {"rented": ("ts0540007", "ts0540010", "ts0540001")}


def test_too_many_missing_variables_are_an_error() -> None:
    """Half of a classification is none."""
    with pytest.raises(CoverageError, match=r"2 of 3 variables cannot be computed, more than half; .* ts0540007"):
        compute_shares(census({"ts0450001": [10], "ts0450002": [3]}), [NO_CAR, RENTED, ALONE])


def test_a_published_percentage_stands_in_on_the_households_of_the_area() -> None:
    """10 % of 40 and 50 % of 60 households are 34 of 100; and it says that it is no count."""
    table = census({"ts0450001": [40, 60], "ts0450002": [1, 1], "ts0540001": [40, 60]}, {"one_person": [0.1, 0.5]})
    shares = compute_shares(table, [NO_CAR, ALONE])
    assert shares.table["one_person"].tolist() == [0.1, 0.5]
    assert shares.overall()["one_person"] == pytest.approx(0.34)
    assert shares.stood_in == {"one_person": "the same households, rounded to one decimal"}
    assert not shares.missing


def test_counts_go_before_percentages() -> None:
    """A stand-in is for what is not there."""
    table = census({"ts0030001": [10], "ts0030002": [5]}, {"one_person": [0.9]})
    shares = compute_shares(table, [ALONE])
    assert shares.table.loc["A", "one_person"] == 0.5
    assert not shares.stood_in


def test_a_variable_without_any_value_is_an_error() -> None:
    """It cannot be filled from anywhere."""
    with pytest.raises(CoverageError, match="no_car cannot be computed for any area"):
        compute_shares(census({"ts0450001": [0, 0], "ts0450002": [0, 0]}), [NO_CAR])
    with pytest.raises(DataError, match="none was asked for"):
        compute_shares(census({"ts0450001": [1]}), [])


def test_areas_can_be_taken_by_code() -> None:
    """Segments are sums over some of the areas."""
    shares = compute_shares(census({"ts0450001": [40, 20], "ts0450002": [10, 20]}), [NO_CAR])
    assert shares.of_areas(["B"]).overall()["no_car"] == 1.0
    with pytest.raises(CoverageError, match="there is no area Z"):
        shares.of_areas(["Z"])


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=20))
def test_shares_lie_between_0_and_1_and_the_whole_between_its_parts(pairs: list[tuple[int, int]]) -> None:
    """Whatever the counts."""
    wholes = [float(a + b) for a, b in pairs] + [1.0]
    shares = compute_shares(census({"ts0450001": wholes, "ts0450002": [float(a) for a, _ in pairs] + [1.0]}), [NO_CAR])
    known = shares.table["no_car"].dropna()
    assert known.between(0, 1).all()
    assert len(known) == sum(whole > 0 for whole in wholes)
    assert known.min() - 1e-12 <= shares.overall()["no_car"] <= known.max() + 1e-12


@pytest.mark.real
def test_camden_has_all_64_variables_at_their_published_shares(real_data: Path) -> None:
    """The registry's own column, to the five decimals it was written with."""
    shares = compute_shares(read_census(real_data / "census" / "camden2011", vintage=2011), read_variables(2011))
    published = {name: float(share) for name, share in expected("camden_share").items() if share}
    assert not shares.missing
    assert len(published) == 63
    assert shares.overall().drop("density").round(5).to_dict() == pytest.approx(published, abs=1.01e-5)


@pytest.mark.real
def test_camden_cells_agree_with_the_tables_as_read_by_eye(real_data: Path) -> None:
    """Twelve figures copied from the first rows of KS101EW and KS102EW."""
    table = compute_shares(read_census(real_data / "census" / "camden2011", vintage=2011), read_variables(2011)).table
    first = {"age_0_4": 22, "age_5_14": 8 + 3 + 8, "age_25_44": 42 + 108, "age_45_64": 38 + 25, "age_65_89": 25 + 5 + 3,
             "age_90_plus": 1, "communal": 28}  # fmt: skip
    second = {"age_0_4": 29, "age_5_14": 12 + 3 + 0, "age_90_plus": 0, "communal": 0}
    assert table.loc["E00004120", list(first)].mul(314).to_dict() == pytest.approx(first)
    assert table.loc["E00004121", list(second)].mul(250).to_dict() == pytest.approx(second)
    assert table.loc["E00004120", "density"] == pytest.approx(137.7192982)


@pytest.mark.real
def test_derbyshire_has_exactly_the_44_variables_that_the_list_says(real_data: Path) -> None:
    """The extract lacks age, household composition, ethnic group and activity."""
    census_2021 = read_census(real_data / "derbyshire" / "census2021_oa_counts.parquet", vintage=2021)
    shares = compute_shares(census_2021, read_variables(2021))
    listed = {name for name, word in expected("in_derbyshire_extract").items() if word == "yes"}
    assert len(listed) == 44
    assert set(shares.table.columns) == listed
    assert set(shares.missing) == {variable.name for variable in read_variables(2021)} - listed


@pytest.mark.real
def test_percentages_stand_in_for_five_more_derbyshire_variables(real_data: Path) -> None:
    """Told so, and only where the counts are not there."""
    folder = real_data / "derbyshire"
    told = read_census(
        folder / "census2021_oa_counts.parquet", vintage=2021, percentages=folder / "census2021_oa_percentages.parquet"
    )
    shares = compute_shares(told, read_variables(2021))
    assert set(shares.stood_in) == {"one_person", "black", "mixed", "white", "unemployed"}
    assert shares.overall()["white"] == pytest.approx(0.907, abs=0.002)


def test_counts_without_their_total_are_refused_with_the_line_that_leaves_them_out() -> None:
    """They would be left out silently, although somebody took the trouble to give them; every total is told at once."""
    both = {"ts0450002": [1.0], "ts0540007": [2.0], "ts0540010": [3.0], "ts0010001": [9.0], "ts0010003": [1.0]}
    wanted = choose_variables(["no_car", "social_rented", "private_rented", "communal"], read_variables(2021))
    with pytest.raises(SchemaError) as refused:
        compute_shares(census(both), wanted)
    assert [fault.column for fault in refused.value.faults] == ["ts0540001", "ts0450001"]
    first = refused.value.faults[0]
    assert first.message == "the total is not there, of which social_rented, private_rented are parts."
    lines = {fault.remedy.split("under [variables]: ")[1] for fault in refused.value.faults}
    assert [tomllib.loads(line) for line in lines] == [{"drop": ["social_rented", "private_rented", "no_car"]}]
