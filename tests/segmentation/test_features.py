"""The recipe of features: what it does by hand, that it is kept exactly, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.census import Census
from geodata.errors import CoverageError, SchemaError
from geodata.shares import Shares, compute_shares
from segmentation.features import FeatureRecipe, apply_recipe, count_gaps, fit_recipe
from tests.conftest import assert_aligned
from tests.segmentation.conftest import VARIABLES, planted_census


def shares_of(**columns: list[float]) -> Shares:
    """Return the planted shares with other values for the first areas, denominators all 100."""
    shares = compute_shares(planted_census(len(next(iter(columns.values()))))[0], VARIABLES)
    table = shares.table.assign(**{name: np.array(values) for name, values in columns.items()})
    denominators = shares.denominators.where(table.notna(), np.nan) * 0 + 100
    return replace(shares, table=table, numerators=table * denominators, denominators=denominators)


def test_features_are_stretched_sines_of_percentages() -> None:
    """By hand: 0, 50 and 100 % become 0, asinh 50 / asinh 100 and 1."""
    shares = shares_of(owned=[0.0, 0.5, 1.0])
    features = apply_recipe(shares, fit_recipe(shares))
    assert features["owned"].tolist() == [0.0, pytest.approx(np.arcsinh(50) / np.arcsinh(100)), 1.0]
    assert_aligned(features, shares.table)
    assert list(features.columns) == sorted(shares.table.columns)


def test_a_density_is_taken_in_its_own_unit() -> None:
    """People per square kilometre are no percentage."""
    shares = shares_of(density=[0.0, 10.0, 1_000.0])
    assert apply_recipe(shares, fit_recipe(shares))["density"].iloc[1] == pytest.approx(
        np.arcsinh(10) / np.arcsinh(1_000)
    )


def test_a_gap_stands_at_the_share_of_the_whole_place_and_is_counted() -> None:
    """Not at 0, and not in silence."""
    shares = shares_of(owned=[0.2, np.nan, 0.4])
    recipe = fit_recipe(shares)
    filled = shares_of(owned=[0.2, 0.3, 0.4])
    assert apply_recipe(shares, recipe)["owned"].iloc[1] == pytest.approx(apply_recipe(filled, recipe)["owned"].iloc[1])
    assert count_gaps(shares, recipe)["n_filled"].tolist() == [0, 1, 0]


def test_values_beyond_the_extent_are_counted() -> None:
    """A model that has seen 20 to 40 % is on thin ice at 90 %."""
    recipe = fit_recipe(shares_of(owned=[0.2, 0.3, 0.4]))
    gaps = count_gaps(shares_of(owned=[0.2, 0.9, 0.4]), recipe)
    assert gaps["n_outside"].tolist() == [0, 1, 0]


def test_the_extent_can_be_a_wider_one() -> None:
    """Places are compared on the scale of the country."""
    shares, country = shares_of(owned=[0.2, 0.3, 0.4]), shares_of(owned=[0.0, 0.3, 1.0])
    recipe = fit_recipe(shares, reference=country, reference_name="England")
    assert apply_recipe(shares, recipe)["owned"].iloc[0] == pytest.approx(np.arcsinh(20) / np.arcsinh(100))
    assert recipe.reference == "England"
    lacking = replace(country, table=country.table.drop(columns="owned"))
    with pytest.raises(CoverageError, match="England: it lacks owned"):
        fit_recipe(shares, reference=lacking, reference_name="England")


@given(st.floats(-1e300, 1e300), st.floats(1e-3, 1e3), st.floats(0, 1))
def test_a_recipe_survives_writing_and_reading_to_the_last_bit(low: float, extent: float, fill: float) -> None:
    """Otherwise next year's labels differ for no reason."""
    high = low + extent if low + extent > low else low * 2 if low > 0 else low / 2
    recipe = FeatureRecipe(("a",), (100.0,), (low,), (high,), (fill,), "the place")
    assert FeatureRecipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_a_variable_that_is_the_same_everywhere_is_refused(planted: tuple[Census, pd.Series]) -> None:
    """All-zero columns tell no area from another."""
    census = replace(planted[0], counts=planted[0].counts.assign(ts0620010=0.0))
    with pytest.raises(SchemaError, match=r"students \(1 of 5\) is the same in every area \(students = 0\)"):
        fit_recipe(compute_shares(census, VARIABLES))


def test_too_few_variables_for_a_model_are_refused() -> None:
    """Filled up, every area would be average."""
    shares = shares_of(owned=[0.2, 0.3, 0.4])
    poor = replace(shares, table=shares.table[["owned", "density"]])
    with pytest.raises(CoverageError, match="3 of the 5 variables of the model are missing, more than half"):
        apply_recipe(poor, fit_recipe(shares))
    assert (
        apply_recipe(replace(shares, table=shares.table.drop(columns="owned")), fit_recipe(shares))
        .notna()
        .all(axis=None)
    )


@pytest.mark.parametrize(
    ("names", "low", "high"),
    [(("b", "a"), (0.0, 0.0), (1.0, 1.0)), (("a",), (1.0,), (1.0,)), (("a", "a"), (0.0, 0.0), (1.0, 1.0)),
     (("a",), (0.0,), (np.inf,))],
)  # fmt: skip
def test_a_spoiled_recipe_cannot_be_made(
    names: tuple[str, ...], low: tuple[float, ...], high: tuple[float, ...]
) -> None:
    """A model file that was edited by hand may hold anything."""
    with pytest.raises(ValueError, match="recipe"):
        FeatureRecipe(names, (100.0,) * len(names), low, high, (0.0,) * len(names), "x")
