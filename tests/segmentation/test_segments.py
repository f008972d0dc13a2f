"""From counts to segments: the planted answer, the same bytes each time, and every refusal in a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geodata.census import Census
from geodata.errors import CoverageError, DataError, SchemaError
from geodata.schema import check_segments
from geodata.shares import compute_shares
from geodata.variables import read_variables
from segmentation.segments import Segments, build_segments
from tests.conftest import assert_aligned
from tests.segmentation.conftest import VARIABLES, planted_census


def build(census: Census, **options: object) -> Segments:
    """Return segments of a planted town: two super clusters, three sub-clusters."""
    return build_segments(census, **({"n_super": 2, "n_sub": 3, "variables": VARIABLES, "n_resamples": 5} | options))


def test_the_planted_kinds_are_found_and_named(planted: tuple[Census, pd.Series]) -> None:
    """Owners, tenants and students, each in a sub-cluster of their own, the largest first."""
    census, kinds = planted
    made = build(census)
    assert made.table.groupby(kinds)["sub"].nunique().eq(1).all()
    assert made.table["sub"].nunique() == 3
    names = made.portraits[made.portraits["level"] == "sub"].set_index("segment")["name"]
    assert (
        names[made.table.loc[kinds.eq("owners"), "sub"].iloc[0]]
        == "Home owners in the countryside (not divided further)"
    )
    assert names[made.table.loc[kinds.eq("tenants"), "sub"].iloc[0]] == "Social tenants"
    assert names[made.table.loc[kinds.eq("students"), "sub"].iloc[0]] == "Students"


def test_the_table_is_what_the_contract_says(planted: tuple[Census, pd.Series]) -> None:
    """Index of the census, whole numbers from 0, shares from 0 to 1."""
    census = planted[0].of_areas(planted[0].counts.index[::-1])
    made = build(census)
    assert_aligned(made.table, census.counts)
    assert list(made.table.columns) == ["super", "sub", "margin", "second_best", "certainty", "super_certainty"]
    check_segments(made.table)
    assert made.table[["super", "sub", "second_best"]].dtypes.eq("int64").all()
    assert sorted(made.table["sub"].unique()) == [0, 1, 2]
    assert made.table[["margin", "certainty"]].stack().between(0, 1).all()  # noqa: PD013 - one column of both
    assert (made.table["second_best"] != made.table["sub"]).all()


def test_segments_are_numbered_by_falling_population(planted: tuple[Census, pd.Series]) -> None:
    """So that number 0 is the largest, at each level."""
    portraits = build(planted[0], n_super=2, n_sub=5, floor=0.05).portraits
    supers = portraits[portraits["level"] == "super"]
    assert supers["population"].is_monotonic_decreasing
    subs = portraits[portraits["level"] == "sub"]
    assert subs["parent"].is_monotonic_increasing
    assert all(group["population"].is_monotonic_decreasing for _, group in subs.groupby("parent"))


def test_the_same_seed_gives_the_same_model_file(planted: tuple[Census, pd.Series]) -> None:
    """Byte for byte."""
    assert build(planted[0], seed=7).model.to_json() == build(planted[0], seed=7).model.to_json()


def test_the_order_of_rows_and_columns_has_no_say(planted: tuple[Census, pd.Series]) -> None:
    """Neither in the labels nor in the model nor in the portraits."""
    census, rng = planted[0], np.random.default_rng(1)
    counts = census.counts.iloc[rng.permutation(len(census.counts)), rng.permutation(census.counts.shape[1])]
    turned = replace(census, counts=counts, columns=census.columns.loc[counts.index])
    one, two = build(census), build(turned, variables=VARIABLES[::-1])
    assert two.model.to_json() == one.model.to_json()
    assert two.table.loc[one.table.index].equals(one.table)
    assert two.portraits.equals(one.portraits)
    assert two.stands_out.equals(one.stands_out)


def test_nothing_that_is_given_is_changed(planted: tuple[Census, pd.Series]) -> None:
    """Tables in, new tables out."""
    before = planted[0].counts.copy(deep=True)
    build(planted[0])
    assert planted[0].counts.equals(before)


def test_areas_without_a_share_are_placed_and_counted(planted: tuple[Census, pd.Series]) -> None:
    """A barracks has no households; it is classified by what is known, and the note says so."""
    counts = planted[0].counts.copy()
    counts.loc["E0000", ["ts0540001", "ts0540002", "ts0540007"]] = 0.0
    made = build(replace(planted[0], counts=counts))
    assert made.n_filled == {"owned": 1, "social_rented": 1}
    assert any("Where an area has no share" in note and "owned (1 areas)" in note for note in made.notes())
    assert made.table.notna().all(axis=None)


def test_variables_that_the_census_lacks_are_named(planted: tuple[Census, pd.Series]) -> None:
    """Left out, listed, and in the notes."""
    census = replace(planted[0], counts=planted[0].counts.drop(columns="ts0620010"))
    made = build(census)
    assert made.missing == ("students",)
    assert made.model.variables == ("density", "detached", "owned", "social_rented")
    assert any(note.startswith("1 of 5 variables are not in the census table") for note in made.notes())


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"n_super": 4, "n_sub": 200}, DataError, "200 clusters were asked for, and there are 90 areas"),
        ({"n_super": 5, "n_sub": 3}, DataError, "5 super clusters and 3 sub-clusters"),
        ({"n_sub": 40, "floor": 0.05}, DataError, "40 clusters of at least 5 areas"),
        ({"variables": read_variables(2021)}, CoverageError, "of 64 variables cannot be computed, more than half"),
    ],
)
def test_what_cannot_be_done_is_refused(
    planted: tuple[Census, pd.Series], options: dict[str, object], error: type[Exception], sentence: str
) -> None:
    """In one sentence, before anything is written."""
    with pytest.raises(error, match=sentence):
        build(planted[0], **options)


def test_a_column_of_zeros_is_refused(planted: tuple[Census, pd.Series]) -> None:
    """It tells no area from another."""
    with pytest.raises(SchemaError, match=r"students .* is the same in every area"):
        build(replace(planted[0], counts=planted[0].counts.assign(ts0620010=0.0)))


def test_areas_that_are_all_alike_cannot_be_told_apart() -> None:
    """Two profiles make no three segments."""
    census, _ = planted_census(4)
    counts = (
        pd.concat([census.counts.iloc[[0, 1]]] * 6).set_axis([f"E{at:02d}" for at in range(12)]).rename_axis("oa_code")
    )
    with pytest.raises(DataError, match="asked for"):
        build(replace(census, counts=counts, columns=pd.DataFrame(index=counts.index)))


def test_one_segment_is_allowed(planted: tuple[Census, pd.Series]) -> None:
    """A single community is a result too."""
    made = build(planted[0], n_super=1, n_sub=1)
    assert made.table["sub"].eq(0).all()
    assert made.table["second_best"].eq(-1).all()
    assert len(set(made.portraits["name"])) == 2


def test_a_wider_reference_sets_the_scale(planted: tuple[Census, pd.Series]) -> None:
    """The model says on which extent it was stretched."""
    wide = compute_shares(planted_census(300, seed=9)[0], VARIABLES)
    assert build(planted[0], reference=wide.table, reference_name="Wideshire").model.recipe.reference == "Wideshire"
    assert build(planted[0]).model.recipe.reference == "the place"


@pytest.mark.real
def test_derbyshire_has_4_super_clusters_and_18_sub_clusters(derbyshire: Census) -> None:
    """Above the floor, with names of their own, and with the portraits adding up to everybody."""
    made = build_segments(derbyshire, seed=1, place="Derbyshire", n_resamples=4)
    subs = made.portraits[made.portraits["level"] == "sub"]
    assert (len(made.portraits), len(subs)) == (22, 18)
    assert subs["n_areas"].min() >= 69
    assert made.portraits["name"].is_unique
    assert subs["population"].sum() == derbyshire.population().sum()
    assert len(made.model.variables) == 44
    assert len(made.missing) == 20
    told = made.model.predict(compute_shares(derbyshire, read_variables(2021)))
    assert told[["super", "sub"]].equals(made.table[["super", "sub"]])


@pytest.mark.real
def test_two_seeds_agree_on_derbyshire(derbyshire: Census) -> None:
    """All but one in a hundred areas are in the same super cluster, all but one in ten in the same sub-cluster."""
    one, two = (build_segments(derbyshire, seed=seed, n_resamples=2).table for seed in (1, 2))
    for level, least in (("super", 0.99), ("sub", 0.90)):
        both = pd.crosstab(one[level], two[level])
        assert both.max(axis=1).sum() / len(one) > least
