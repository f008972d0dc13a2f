"""Portraits: sums over sums, a base that scores 100 against itself, and percentages with their base."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.census import Census
from geodata.errors import CoverageError
from geodata.shares import Shares, compute_shares
from segmentation.describe import base_shares, effect_sizes, index_scores, portraits, segment_shares, stands_out
from tests.segmentation.conftest import VARIABLES, planted_census


@pytest.fixture
def shares(planted: tuple[Census, pd.Series]) -> Shares:
    """Return the shares of the planted town."""
    return compute_shares(planted[0], VARIABLES)


@pytest.fixture
def kinds(planted: tuple[Census, pd.Series]) -> pd.DataFrame:
    """Return the planted kinds as segments: one super cluster, sub-clusters owners, tenants and students."""
    numbers = planted[1].map({"owners": 0, "tenants": 1, "students": 2})
    return pd.DataFrame({"super": 0, "sub": numbers})


def test_a_segment_is_a_sum_of_people_not_a_mean_of_areas() -> None:
    """10 of 100 and 90 of 100 and 0 of 800 make 10 %, whatever the mean of percentages says."""
    census, _ = planted_census(3)
    counts = census.counts.assign(ts0540001=[100.0, 100.0, 800.0], ts0540002=[10.0, 90.0, 0.0], ts0540007=0.0)
    shares = compute_shares(replace(census, counts=counts), VARIABLES)
    table = pd.DataFrame({"super": 0, "sub": [0, 0, 1]}, index=counts.index)
    found = segment_shares(shares, table)["owned"]
    assert found.to_dict() == {("super", 0): 0.1, ("sub", 0): 0.5, ("sub", 1): 0.0}
    assert index_scores(shares, table)["owned"].to_dict() == {("super", 0): 100.0, ("sub", 0): 500.0, ("sub", 1): 0.0}


def test_the_base_against_itself_is_exactly_100(shares: Shares, kinds: pd.DataFrame) -> None:
    """Not 99.99999999999999."""
    assert (index_scores(shares, kinds).loc[("super", 0)] == 100.0).all()
    assert (index_scores(shares, kinds, base=shares).loc[("super", 0)] == 100.0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_base_is_100_whatever_the_counts_and_between_its_segments(seed: int) -> None:
    """Holds for densities and odd sums too."""
    census, kinds = planted_census(30, seed)
    shares = compute_shares(census, VARIABLES)
    table = pd.DataFrame({"super": 0, "sub": kinds.astype("category").cat.codes.astype("int64")})
    scores = index_scores(shares, table)
    assert (scores.loc[("super", 0)] == 100.0).all()
    subs = scores.xs("sub")
    assert (subs.min() <= 100 + 1e-9).all()
    assert (subs.max() >= 100 - 1e-9).all()


def test_the_base_can_be_wider_than_the_place(shares: Shares, kinds: pd.DataFrame) -> None:
    """A county against its country; the base must have the same variables."""
    tenants = kinds.index[kinds["sub"] == 1]
    scores = index_scores(shares.of_areas(tenants), kinds.loc[tenants], base=shares)
    assert scores.loc[("sub", 1), "social_rented"] == index_scores(shares, kinds).loc[("sub", 1), "social_rented"]
    lacking = compute_shares(planted_census()[0], VARIABLES[1:])
    with pytest.raises(CoverageError, match="the base lacks owned"):
        index_scores(shares, kinds, base=lacking)


def test_what_nobody_has_scores_nothing(planted: tuple[Census, pd.Series], kinds: pd.DataFrame) -> None:
    """0 / 0 is no index."""
    counts = planted[0].counts.assign(ts0620010=0.0)
    shares = compute_shares(replace(planted[0], counts=counts), VARIABLES)
    assert index_scores(shares, kinds)["students"].isna().all()


def test_the_most_telling_comes_first_with_points_index_and_base(shares: Shares, kinds: pd.DataFrame) -> None:
    """Students first for the students; a percentage is told with whom it is a share of."""
    frame = stands_out(shares, kinds, place="Planted")
    top = frame[(frame["level"] == "sub") & (frame["segment"] == 2) & (frame["rank"] == 1)].iloc[0]
    assert top["variable"] == "students"
    assert top["difference_pp"] == pytest.approx(100 * (top["share"] - top["base_share"]))
    assert top["index_score"] == pytest.approx(100 * top["share"] / top["base_share"])
    assert top["sentence"].startswith(f"{100 * top['share']:.1f} % of residents are students (")
    assert top["sentence"].endswith("% in Planted)")
    assert frame.groupby(["level", "segment"])["rank"].apply(list).map(lambda ranks: ranks == [1, 2, 3, 4]).all()


def test_a_density_has_no_percentage_points(shares: Shares, kinds: pd.DataFrame) -> None:
    """It is in the index scores, and not among the percentages."""
    assert "density" not in set(stands_out(shares, kinds)["variable"])
    assert index_scores(shares, kinds).loc[("sub", 0), "density"] < 100


def test_a_density_is_compared_as_the_average_resident_meets_it(shares: Shares, kinds: pd.DataFrame) -> None:
    """Open country pulls people per hectare down for everybody; effects do not follow it."""
    effects = effect_sizes(shares, kinds)["density"]
    people = shares.numerators["density"]
    assert (effects.xs("sub") * people.groupby(kinds["sub"]).sum()).sum() == pytest.approx(0, abs=1e-6 * people.sum())


def test_effects_are_differences_in_standard_deviations_between_areas(shares: Shares, kinds: pd.DataFrame) -> None:
    """So that a rare thing can outrank a common one."""
    effect = effect_sizes(shares, kinds).loc[("sub", 1), "social_rented"]
    within, overall = (
        segment_shares(shares, kinds).loc[("sub", 1), "social_rented"],
        base_shares(shares)["social_rented"],
    )
    assert effect == pytest.approx((within - overall) / np.std(shares.table["social_rented"]))


def test_portraits_add_up_to_the_place(shares: Shares, kinds: pd.DataFrame, planted: tuple[Census, pd.Series]) -> None:
    """Nobody is lost between the segments."""
    census = planted[0]
    names = {("super", 0): "All", ("sub", 0): "A", ("sub", 1): "B", ("sub", 2): "C"}
    made = portraits(
        kinds,
        population=census.population(),
        households=census.households(),
        names=names,
        telling=stands_out(shares, kinds),
    )
    for _, rows in made.groupby("level"):
        assert rows["population"].sum() == census.population().sum()
        assert rows["households"].sum() == census.households().sum()
        assert rows["n_areas"].sum() == 90
        assert rows["share_of_population"].sum() == pytest.approx(1.0)
    assert made["parent"].tolist() == [-1, 0, 0, 0]
    assert made["name"].tolist() == ["All", "A", "B", "C"]
    assert made["summary"].str.contains("% of").all()
