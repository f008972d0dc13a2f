"""The model file: exact when read back, exact on what it was built from, and plain about what it cannot do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.census import Census
from geodata.errors import CoverageError, DataError, SchemaError
from geodata.shares import compute_shares
from segmentation.model import SegmentModel, checksum_of
from segmentation.segments import build_segments
from tests.segmentation.conftest import VARIABLES, planted_census


@pytest.fixture(scope="module")
def model() -> SegmentModel:
    """Return the model of the planted town."""
    return build_segments(planted_census()[0], n_super=2, n_sub=3, variables=VARIABLES, seed=4).model


def test_reading_back_is_exact(model: SegmentModel) -> None:
    """Every float to the last bit, every name, every definition."""
    again = SegmentModel.from_json(model.to_json())
    assert again.to_json() == model.to_json()
    assert again.hierarchy.subs.tobytes() == model.hierarchy.subs.tobytes()
    assert (again.recipe, again.definitions, again.sub_names) == (model.recipe, model.definitions, model.sub_names)


def test_the_file_says_what_it_was_made_of(model: SegmentModel) -> None:
    """A reader of the JSON finds variables with cells, recipe, seed, versions and the checksum of the data."""
    values = json.loads(model.to_json())
    assert [one["name"] for one in values["variables"]] == ["density", "detached", "owned", "social_rented", "students"]
    assert values["variables"][2]["numerator"] == ["ts0540002"]
    assert (values["vintage"], values["seed"], values["floor"]) == (2021, 4, 0.02)
    assert {"onetown", "numpy", "python"} <= set(values["versions"])
    assert len(values["checksum"]) == 64
    assert "E0000" not in model.to_json()


def test_predicting_the_training_areas_gives_their_labels(model: SegmentModel) -> None:
    """In any order, together or one at a time."""
    census, _ = planted_census()
    shares = compute_shares(census, VARIABLES)
    labels = build_segments(census, n_super=2, n_sub=3, variables=VARIABLES, seed=4).table
    told = model.predict(shares)
    assert told[["super", "sub", "margin", "second_best"]].equals(labels[["super", "sub", "margin", "second_best"]])
    assert told[["n_filled", "n_outside"]].eq(0).all(axis=None)
    one = model.predict(shares.of_areas(["E0007"]))
    assert one.loc["E0007"].equals(told.loc["E0007"])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_areas_has_no_say_in_a_prediction(seed: int) -> None:
    """Each area is judged by itself."""
    census, _ = planted_census(30, seed)
    model = build_segments(census, n_super=2, n_sub=3, variables=VARIABLES, n_resamples=2).model
    order = pd.Index(np.random.default_rng(seed).permutation(census.counts.index))
    shares = compute_shares(census, VARIABLES)
    assert model.predict(shares.of_areas(order)).equals(model.predict(shares).loc[order])


def test_gaps_and_strange_areas_are_flagged(model: SegmentModel) -> None:
    """A prediction on thin ice says so."""
    census, _ = planted_census()
    counts = census.counts.copy()
    counts.loc["E0000", "ts0540007"] = np.nan
    counts.loc["E0001", ["ts0620010"]] = counts.loc["E0001", "ts0620001"]
    told = model.predict(compute_shares(replace(census, counts=counts), VARIABLES))
    assert told["n_filled"].loc[["E0000", "E0001"]].tolist() == [1, 0]
    assert told["n_outside"].loc[["E0000", "E0001"]].tolist() == [0, 1]


def test_a_model_of_another_census_is_refused(model: SegmentModel) -> None:
    """2011 and 2021 do not ask the same."""
    shares = replace(compute_shares(planted_census()[0], VARIABLES), vintage=2011)
    with pytest.raises(SchemaError, match="built from the 2021 Census and cannot be applied to 2011"):
        model.predict(shares)


def test_too_few_variables_are_refused(model: SegmentModel) -> None:
    """Two of five are not enough."""
    with pytest.raises(CoverageError, match="3 of the 5 variables of the model are missing"):
        model.predict(compute_shares(planted_census()[0], VARIABLES[:2]))


def test_names_can_be_edited(model: SegmentModel) -> None:
    """The proposals are for people to improve."""
    renamed = model.with_names({("sub", 1): "Riverside"})
    assert renamed.sub_names[1] == "Riverside"
    assert SegmentModel.from_json(renamed.to_json()).sub_names == renamed.sub_names
    with pytest.raises(DataError, match="the model has no sub segment 9"):
        model.with_names({("sub", 9): "Nowhere"})


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "other"}', "null", "\x00"])
def test_a_file_that_is_no_model_is_refused(text: str) -> None:
    """One sentence, no traceback."""
    with pytest.raises(SchemaError, match="model: "):
        SegmentModel.from_json(text)


@pytest.mark.parametrize("part", ["variables", "recipe", "super", "sub", "vintage", "seed", "checksum", "versions"])
def test_a_spoiled_model_is_refused(model: SegmentModel, part: str) -> None:
    """Whichever part has gone."""
    for spoiled in (None, [], "x", 0.5):
        values = json.loads(model.to_json())
        values[part] = spoiled
        if part in {"checksum", "seed", "vintage"} and spoiled not in (None, []):
            continue
        if part == "checksum":
            del values[part]
        with pytest.raises(SchemaError, match="model: the file is spoiled"):
            SegmentModel.from_json(json.dumps(values))


def test_the_checksum_is_of_the_data_not_of_their_order() -> None:
    """Same counts, same checksum; one more resident, another."""
    census, _ = planted_census(12)
    shares = compute_shares(census, VARIABLES)
    turned = compute_shares(census.of_areas(census.counts.index[::-1]), VARIABLES[::-1])
    assert checksum_of(shares) == checksum_of(turned)
    counts = census.counts.copy()
    counts.loc["E0003", "ts0620010"] += 1
    assert checksum_of(compute_shares(Census(counts, *_rest(census)), VARIABLES)) != checksum_of(shares)


def _rest(census: Census) -> tuple[object, ...]:
    return census.vintage, census.columns, census.percentages, census.blanks, census.sources


@pytest.mark.parametrize("transform", ["asinh", "box-cox", "none"])
@pytest.mark.parametrize("scaling", ["range", "robust", "z"])
def test_every_recipe_predicts_exactly_and_survives_writing(transform: Any, scaling: Any) -> None:
    """Whatever the recipe, areas in any order, and after reading the file back."""
    census, _ = planted_census()
    turned = census.of_areas(census.counts.index[::-1])
    options: dict[str, Any] = {"variables": VARIABLES, "transform": transform, "scaling": scaling, "n_resamples": 2}
    made = build_segments(census, n_super=2, n_sub=3, **options)
    assert build_segments(turned, n_super=2, n_sub=3, **options).model.to_json() == made.model.to_json()
    again = SegmentModel.from_json(made.model.to_json())
    told = again.predict(compute_shares(turned, VARIABLES)).loc[made.table.index]
    columns = ["super", "sub", "margin", "second_best"]
    assert told[columns].equals(made.table[columns])
    assert told["n_outside"].eq(0).all()
