"""Next year: nothing moves without reason, numbers and names carry over, and the drift says which way to take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geodata.census import Census
from geodata.code_changes import Carried, carry_over
from geodata.errors import CoverageError, DataError, SchemaError
from geodata.shares import compute_shares
from segmentation import refresh as refreshing
from segmentation.features import apply_recipe
from segmentation.hierarchy import Hierarchy
from segmentation.noise import feature_noise, redraw
from segmentation.refresh import Refresh, refresh, way_named
from segmentation.refresh_telling import refresh_sentences, tell_refresh
from segmentation.segments import Segments, build_segments
from segmentation.steady import steady_labels
from tests.segmentation.conftest import VARIABLES, planted_census


@pytest.fixture(scope="module")
def made() -> Segments:
    """Return last year's segments of the planted town, with a name that somebody gave."""
    built = build_segments(planted_census(150)[0], n_super=2, n_sub=3, variables=VARIABLES, n_resamples=3)
    return replace(built, model=built.model.with_names({("sub", 1): "Riverside"}))


def carried(segments: Segments) -> Carried:
    """Return the labels of the same areas."""
    return Carried(segments.table[["super", "sub"]], pd.Series("same", index=segments.table.index))


def again(made: Segments, census: Census, **options: object) -> Refresh:
    """Return the refresh on other counts of the same areas."""
    return refresh(made.model, census, **({"earlier": carried(made), "n_resamples": 3} | options))


def with_newcomers() -> Census:
    """Return the town after many of its tenants' blocks became villas of a kind nobody has seen."""
    census = planted_census(150)[0]
    counts = census.counts.copy()
    new = counts.index[1::3]
    counts.loc[new, "ts0440002"] = counts.loc[new, "ts0440001"]
    counts.loc[new, "ts0060001"] = 40_000.0
    counts.loc[new, "ts0620010"] = 0.5 * counts.loc[new, "ts0620001"]
    return replace(census, counts=counts)


def test_the_same_counts_change_nothing(made: Segments) -> None:
    """Neither labels nor the model nor names."""
    found = again(made, planted_census(150)[0])
    assert (found.chosen, found.recommended) == ("assign", "assign")
    assert found.segments.model.to_json() == made.model.to_json()
    assert found.segments.table[["super", "sub"]].equals(made.table[["super", "sub"]])
    assert not found.areas["changed"].any()
    assert found.segments.names()["sub", 1] == "Riverside"


def test_a_refresh_is_the_same_each_time_whatever_the_order(made: Segments) -> None:
    """Rows of the census have no say."""
    census = planted_census(150)[0]
    turned = census.of_areas(census.counts.index[::-1])
    one, two = again(made, census, how="refit"), again(made, turned, how="refit")
    assert one.segments.model.to_json() == two.segments.model.to_json()
    assert two.areas.loc[one.areas.index].equals(one.areas)
    assert two.transitions.equals(one.transitions)


def test_noise_alone_moves_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same people counted again: last year's centroids fit, and hardly an area moves."""
    census = planted_census(600)[0]
    built = build_segments(census, n_super=2, n_sub=3, variables=VARIABLES, n_resamples=2)
    monkeypatch.setattr(refreshing, "compute_shares", lambda *given: redraw(compute_shares(*given), seed=9))
    found = again(built, census)
    assert found.recommended == "assign", found.reasons
    assert found.way("assign").changed["sub"] <= 0.02
    assert "centroids still fit" in found.reasons[0]


def test_a_new_kind_of_area_needs_more_than_assigning(made: Segments) -> None:
    """And the report says what it saw: values beyond all that the model knew, and a cost in inertia."""
    found = again(made, with_newcomers())
    assert found.recommended in ("warm", "refit")
    said = " ".join(found.reasons)
    assert "more inertia than the best way" in said
    assert "have a value beyond any the model has seen" in said
    assert found.drift.outside[0] == ("density", 50)
    assert found.drift.excess(found.recommended) < found.drift.excess("assign")
    assert found.segments.model.checksum != made.model.checksum


@pytest.mark.parametrize("how", ["assign", "warm", "refit"])
def test_each_way_can_be_asked_for_and_keeps_numbers_and_names(made: Segments, how: str) -> None:
    """Segment 1 stays segment 1, whatever a search calls it."""
    census = planted_census(150)[0]
    found = again(made, census, how=how)
    assert found.chosen == how
    assert found.way(how).changed == {"super": 0.0, "sub": 0.0}
    assert found.segments.model.sub_names == made.model.sub_names
    told = found.segments.model.predict(compute_shares(census.of_areas(sorted(census.counts.index)), VARIABLES))
    assert told["sub"].equals(found.segments.table["sub"].loc[told.index])


def test_a_refit_is_matched_where_raw_numbers_would_jump(made: Segments) -> None:
    """Numbers by population change when people move; matched ones do not."""
    counts = planted_census(150)[0].counts.copy()
    students = counts["ts0620010"] > 0.4 * counts["ts0620001"]
    counts.loc[students] *= 10.0
    found = again(made, replace(planted_census(150)[0], counts=counts), how="refit")
    assert found.way("refit").changed["sub"] == 0.0


def test_transitions_add_up(made: Segments) -> None:
    """Every area once at each level; shares of where they came from add to 1."""
    found = again(made, with_newcomers())
    for _, rows in found.transitions.groupby("level"):
        assert rows["n_areas"].sum() == 150
        assert rows.groupby("from")["share_of_from"].sum().tolist() == pytest.approx([1.0] * rows["from"].nunique())
    moved = found.transitions[(found.transitions["level"] == "sub")].query("`from` != to")["n_areas"].sum()
    assert moved == found.areas["changed"].sum()


def test_without_earlier_labels_the_model_speaks_for_them(made: Segments) -> None:
    """And the report says so."""
    found = refresh(made.model, planted_census(150)[0], n_resamples=3)
    assert found.compared_with == "what last year's model says of the new counts"
    assert not found.areas["changed"].any()


def test_variables_that_are_gone_are_named_and_speak_against_assigning(made: Segments) -> None:
    """One of five is missing."""
    census = planted_census(150)[0]
    found = again(made, replace(census, counts=census.counts.drop(columns="ts0620010")))
    assert found.drift.missing == ("students",)
    assert any("The new counts lack students" in reason for reason in found.reasons)


def test_what_cannot_be_refreshed_is_refused(made: Segments) -> None:
    """Another census, labels of another model, a way that does not exist, a floor that cannot be met."""
    census = planted_census(150)[0]
    with pytest.raises(SchemaError, match="built from the 2021 Census and cannot be applied to 2011"):
        again(made, replace(census, vintage=2011))
    with pytest.raises(CoverageError, match="cannot be computed, more than half"):
        again(made, replace(census, counts=census.counts[["ts0540001", "ts0540002"]]))
    strange = Carried(made.table[["super", "sub"]] + 7, pd.Series("same", index=made.table.index))
    with pytest.raises(SchemaError, match="the earlier labels are not of this model"):
        again(made, census, earlier=strange)
    with pytest.raises(DataError, match="--how 'guess' is no way to refresh"):
        way_named("guess")
    few = census.of_areas(census.counts.index[:2])
    with pytest.raises(DataError, match="a refit with 3 segments above the floor"):
        refresh(made.model, few, how="refit", n_resamples=2)


def test_it_is_told_in_words_and_values(made: Segments) -> None:
    """The way first, then why, then who moved."""
    found = again(made, with_newcomers(), how="assign")
    said = refresh_sentences(found)
    assert "the drift report speaks for another way" in said[0]
    assert any("changed super cluster and" in line for line in said)
    told = tell_refresh(found)
    assert [way["how"] for way in told["ways"]] == ["assign", "warm", "refit"]
    assert told["areas_changed"]["sub"] == int(found.areas["changed"].sum())


def test_kept_areas_stand_on_the_border_with_the_nearest_next(made: Segments) -> None:
    """An area that was kept against the nearest centroid says which that is."""
    census = planted_census(150)[0]
    labels = made.table[["super", "sub"]].copy()
    found = again(made, census)
    kept = found.areas[found.areas["sub"] != found.areas["nearest_sub"]]
    table = found.segments.table.loc[kept.index]
    assert (table["margin"] == 0).all()
    assert (table["second_best"] == kept["nearest_sub"]).all()
    assert labels.index.equals(found.areas.index)


def test_labels_are_kept_within_the_noise_and_moved_beyond_it() -> None:
    """By hand: centroids at 0 and 10, noise 1; the border is at 5, and one error of the difference is 1 of x."""
    pair = Hierarchy(np.array([[0.0], [10.0]]), np.array([[0.0], [10.0]]), np.array([0, 1]))
    x, earlier = np.array([[4.0], [5.9], [6.1]]), np.array([0, 0, 0])
    assert steady_labels(x, np.ones((3, 1)), pair, earlier)[1].tolist() == [0, 0, 1]
    assert steady_labels(x, np.zeros((3, 1)), pair, earlier)[1].tolist() == [0, 1, 1]


def test_the_noise_is_that_of_counting_again() -> None:
    """Beside 150 draws: the standard deviation of the features."""
    census = planted_census(60)[0]
    shares = compute_shares(census, VARIABLES)
    recipe = build_segments(census, n_super=2, n_sub=2, variables=VARIABLES, n_resamples=2).model.recipe
    drawn = np.stack([apply_recipe(redraw(shares, seed=at), recipe).to_numpy() for at in range(150)])
    told = feature_noise(shares, recipe)
    columns = [recipe.variables.index(name) for name in ("owned", "density", "detached")]
    ratio = told[:, columns] / drawn.std(axis=0)[:, columns]
    assert np.median(ratio, axis=0).min() > 0.8
    assert np.median(ratio, axis=0).max() < 1.25


def test_labels_are_carried_over_splits_and_merges() -> None:
    """A stays, B is split, C and D become one, E has another code."""
    labels = pd.DataFrame({"super": [0, 0, 1, 1, 0], "sub": [0, 1, 2, 3, 1]}, index=list("ABCDE"))
    changes = pd.DataFrame({"old": list("BBCDE"), "new": ["B1", "B2", "CD", "CD", "E9"]})
    found = carry_over(labels, ["CD", "A", "B2", "B1", "E9"], changes, source="codes.csv")
    assert found.table["sub"].tolist() == [2, 0, 1, 1, 1]
    assert found.table["super"].tolist() == [1, 0, 0, 0, 0]
    assert found.change.tolist() == ["merged", "same", "split", "split", "renamed"]


def test_codes_that_lead_nowhere_are_all_named() -> None:
    """Both sides at once, with the remedy."""
    labels = pd.DataFrame({"super": [0, 0], "sub": [0, 0]}, index=["A", "B"])
    with pytest.raises(CoverageError) as refused:
        carry_over(labels, ["A", "X", "Y"], None, source="segments.csv")
    assert "no earlier area for X, Y (2 of 3) of the census; and no new area for B (1 of 2)" in str(refused.value)
    assert 'lookup = "codes.csv"' in str(refused.value)
    changes = pd.DataFrame({"old": ["B"], "new": ["X"]})
    with pytest.raises(CoverageError, match=r"codes.csv: it holds no earlier area for Y .* Add these codes"):
        carry_over(labels, ["A", "X", "Y"], changes, source="codes.csv")


@pytest.mark.real
@pytest.mark.parametrize(("n_sub", "limit"), [(4, 0.05), (18, 0.12)])
def test_derbyshire_counted_again_keeps_its_labels(
    derbyshire: Census, monkeypatch: pytest.MonkeyPatch, n_sub: int, limit: float
) -> None:
    """Binomial noise on every count: at most 5 % change at 4 segments, at most 12 % at 18; raw numbers far more."""
    built = build_segments(derbyshire, n_super=4, n_sub=n_sub, seed=1, n_resamples=2)
    monkeypatch.setattr(refreshing, "compute_shares", lambda *given: redraw(compute_shares(*given), seed=4))
    found = again(built, derbyshire, n_resamples=2)
    assert found.recommended == "assign"
    assert found.way(found.chosen).changed["sub"] <= limit
    assert found.way("refit").raw_changed["sub"] > 2 * found.way(found.chosen).changed["sub"]
