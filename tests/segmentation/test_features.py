"""The recipe of features: what it does by hand, that it is kept exactly, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

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
    recipe = fit_recipe(shares, reference=country.table, reference_name="England")
    assert apply_recipe(shares, recipe)["owned"].iloc[0] == pytest.approx(np.arcsinh(20) / np.arcsinh(100))
    assert recipe.reference == "England"


def test_where_the_wider_extent_lacks_a_variable_the_place_sets_its_own() -> None:
    """And the recipe says so; without most of them it is no reference."""
    shares, country = shares_of(owned=[0.2, 0.3, 0.4]), shares_of(owned=[0.0, 0.3, 1.0])
    recipe = fit_recipe(shares, reference=country.table.drop(columns="owned"), reference_name="England")
    assert recipe.local == ("owned",)
    assert apply_recipe(shares, recipe)["owned"].tolist()[::2] == [0.0, 1.0]
    assert "of the place itself where that has none: owned" in recipe.sentence()
    with pytest.raises(CoverageError, match="England: it lacks density, detached, social_rented"):
        fit_recipe(shares, reference=country.table[["owned", "students"]], reference_name="England")


CHOICES = [(tail, scale) for tail in ("asinh", "box-cox", "none") for scale in ("range", "robust", "z")]


@pytest.mark.parametrize(("transform", "scaling"), CHOICES)
def test_every_recipe_does_what_it_says_and_survives_writing(transform: Any, scaling: Any) -> None:
    """By hand: the tail, then 0 and 1 where the scale has them."""
    shares = compute_shares(planted_census(40)[0], VARIABLES)
    recipe = fit_recipe(shares, transform=transform, scaling=scaling)
    owned = 100 * shares.table["owned"]
    power = recipe.powers[recipe.variables.index("owned")] if recipe.powers else 1.0
    drawn = {"asinh": np.arcsinh(owned), "none": owned, "box-cox": ((owned + 1) ** power - 1) / power}[transform]
    low, high = {
        "range": (drawn.min(), drawn.max()),
        "robust": (drawn.median(), drawn.median() + drawn.quantile(0.75) - drawn.quantile(0.25)),
        "z": (drawn.mean(), drawn.mean() + drawn.std(ddof=0)),
    }[scaling]
    assert apply_recipe(shares, recipe)["owned"].tolist() == pytest.approx(((drawn - low) / (high - low)).tolist())
    assert FeatureRecipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert count_gaps(shares, recipe).eq(0).all(axis=None)
    assert count_gaps(shares_of(owned=[2.0, 0.5]), recipe)["n_outside"].iloc[0] >= 1


def test_a_recipe_of_the_first_models_is_still_read() -> None:
    """They had one transform and one scale, and no word for either."""
    recipe = fit_recipe(shares_of(owned=[0.2, 0.3, 0.4]))
    early = {key: recipe.to_dict()[key] for key in ("variables", "scales", "low", "high", "fill", "reference")}
    assert FeatureRecipe.from_dict(early) == recipe


def test_quartiles_that_are_the_same_need_another_scale() -> None:
    """Where more than half of the areas have none, the quartile range may be 0."""
    shares = shares_of(owned=[0.0, 0.0, 0.0, 0.0, 0.0, 0.4])
    with pytest.raises(SchemaError, match=r"owned .* has the same quartiles .* Set scaling to 'range' or 'z'"):
        fit_recipe(shares, scaling="robust")


@pytest.mark.parametrize(
    "spoiled",
    [{"transform": "log"}, {"scaling": "max"}, {"powers": (1.0,)}, {"scaling": "z"},
     {"scaling": "z", "centre": (0.0,), "spread": (0.0,)}],
)  # fmt: skip
def test_a_recipe_with_strange_choices_cannot_be_made(spoiled: dict[str, Any]) -> None:
    """A model file that was edited by hand may hold anything."""
    with pytest.raises(ValueError, match="recipe"):
        replace(FeatureRecipe(("a",), (100.0,), (0.0,), (1.0,), (0.5,), "x"), **spoiled)


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
