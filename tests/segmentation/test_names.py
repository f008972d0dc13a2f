"""Names: plain words, true of the segment, each one different."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.own_columns import variable_of
from geodata.place_variables import OwnColumn
from geodata.variables import read_variables
from segmentation.names import fitting_parts, propose_names
from segmentation.phrases import Phrase, own_phrases, read_phrases

KNOWN = {variable.name for year in (2011, 2021) for variable in read_variables(year)}


def named(effects: dict[str, float], shares: dict[str, float], **options: object) -> str:
    """Return the name of one segment alone."""
    index = pd.MultiIndex.from_tuples([("super", 0)], names=["level", "segment"])
    frames = pd.DataFrame([effects], index=index), pd.DataFrame([shares], index=index)
    return propose_names(*frames, {}, **options)[("super", 0)]


@pytest.mark.parametrize(
    ("effects", "shares", "name"),
    [
        (
            {"age_65_84": 1.2, "owned": 1.0, "detached": 1.1},
            {"age_65_84": 0.3, "owned": 0.8, "detached": 0.6},
            "Older home owners in detached homes",
        ),
        (
            {"students": 3.0, "private_rented": 2.0, "flat": 1.6},
            {"students": 0.3, "private_rented": 0.4, "flat": 0.6},
            "Flats with many students and private renters",
        ),
        (
            {"social_rented": 1.2, "age_0_4": 1.0, "bad_health": 0.4},
            {"social_rented": 0.3, "age_0_4": 0.1, "bad_health": 0.08},
            "Many social tenants and families with small children",
        ),
        ({"private_rented": 1.0, "terraced": 0.9}, {"private_rented": 0.3, "terraced": 0.4},
         "Many private renters and terraced homes"),
        ({"owned": 0.4}, {"owned": 0.7}, "Home owners"),
        ({"owned": 0.1, "white": 2.0}, {"owned": 0.7, "white": 0.9}, "Home owners"),
        ({"owned": 0.4, "skilled_trades": 0.15}, {"owned": 0.7, "skilled_trades": 0.1},
         "Home owners, somewhat more tradespeople"),
        ({"owned": 1.4, "skilled_trades": 0.15}, {"owned": 0.7, "skilled_trades": 0.1},
         "Home owners, somewhat more tradespeople"),
        ({"flat": 1.4, "skilled_trades": 0.15}, {"flat": 0.7, "skilled_trades": 0.1},
         "Flats with somewhat more tradespeople"),
        ({"associate_professionals": 0.5, "full_time": 0.4}, {"associate_professionals": 0.2, "full_time": 0.7},
         "Somewhat more technicians and full-time workers than elsewhere"),
        ({"age_90_plus": 2.0, "private_rented": 0.7}, {"age_90_plus": 0.01, "private_rented": 0.2},
         "Many private renters"),
        ({"white": 2.0}, {"white": 0.9}, "All residents of the whole place"),
        ({"flat": 0.9}, {"flat": 0.8}, "People in flats"),
    ],
)  # fmt: skip
def test_names_read_like_plain_english(effects: dict[str, float], shares: dict[str, float], name: str) -> None:
    """As somebody would say it who has never seen a cluster."""
    assert named(effects, shares) == name


def test_people_lead_a_name_only_where_they_are_the_most() -> None:
    """Three in ten are many, not all."""
    assert named({"social_rented": 1.0}, {"social_rented": 0.3}) == "Many social tenants"
    assert named({"social_rented": 1.0}, {"social_rented": 0.6}) == "Social tenants"


def test_only_open_country_is_countryside() -> None:
    """The leafiest corner of a borough is no countryside: 60 a hectare are 6,000 per square kilometre."""
    effects, shares = {"density": -1.5, "owned": 1.0}, {"density": 60.0, "owned": 0.8}
    assert named(effects, shares, per_km2=1.0) == "Home owners in the countryside"
    assert named(effects, shares, per_km2=100.0) == "Home owners"


def test_a_sub_cluster_is_told_from_its_siblings() -> None:
    """Both rent from the council more than the place; what differs goes first."""
    index = pd.MultiIndex.from_tuples([("super", 0), ("sub", 0), ("sub", 1)], names=["level", "segment"])
    effects = pd.DataFrame(
        {"social_rented": [1.0, 1.0, 1.0], "semi_detached": [0.5, 1.4, 0.0], "flat": [0.1, 0.0, 1.3]}, index=index
    )
    shares = pd.DataFrame(
        {"social_rented": [0.3, 0.3, 0.3], "semi_detached": [0.4, 0.8, 0.1], "flat": [0.1, 0.0, 0.6]}, index=index
    )
    names = propose_names(effects, shares, {0: 0, 1: 0})
    assert names["sub", 0] == "Semi-detached homes with many social tenants"
    assert names["sub", 1] == "Flats with many social tenants"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 12), st.floats(0.0, 3.0))
def test_names_are_never_shared_nor_codes(seed: int, n_sub: int, spread: float) -> None:
    """Whatever the figures, and even where all segments are alike."""
    random = pd.Series(range(n_sub)).sample(frac=1, random_state=seed)
    keys = [("super", 0), *(("sub", number) for number in range(n_sub))]
    index = pd.MultiIndex.from_tuples(keys, names=["level", "segment"])
    columns = sorted(KNOWN)
    values = [
        [spread * (((seed + 31 * row + 7 * at) % 200) / 100 - 1) for at in range(len(columns))]
        for row in range(len(keys))
    ]
    effects = pd.DataFrame(values, index=index, columns=columns)
    names = propose_names(effects, effects.abs().clip(upper=1.0), dict.fromkeys(random, 0))
    assert len(set(names.values())) == len(keys)
    assert all(re.match(r"[A-Z][a-z].{3,}", name) for name in names.values())
    assert not any("average" in name for name in names.values())


def test_segments_that_are_all_alike_still_have_names_of_their_own() -> None:
    """Nothing can be said, and it is said."""
    index = pd.MultiIndex.from_tuples([("super", 0), ("sub", 0), ("sub", 1)], names=["level", "segment"])
    nothing = pd.DataFrame({"owned": [0.0] * 3}, index=index)
    names = propose_names(nothing, nothing, {0: 0, 1: 0}, place="Smalltown")
    assert names["super", 0] == "All residents of Smalltown"
    assert names["sub", 0] == "Much like Smalltown"
    assert len(set(names.values())) == 3


def test_an_only_child_is_called_by_its_parent() -> None:
    """It is the same people."""
    index = pd.MultiIndex.from_tuples([("super", 0), ("sub", 0)], names=["level", "segment"])
    names = propose_names(*(pd.DataFrame({"owned": [1.0, 1.0]}, index=index),) * 2, {0: 0})
    assert names["sub", 0] == "Home owners (not divided further)"


def two_alike(effects: dict[str, tuple[float, float]], own: Sequence[Phrase] = ()) -> dict[tuple[str, int], str]:
    """Return the names of two sub-clusters of a place that are home owners to the same extent."""
    index = pd.MultiIndex.from_tuples([("super", 0), ("sub", 0), ("sub", 1)], names=["level", "segment"])
    frame = pd.DataFrame({name: [0.0, *values] for name, values in effects.items()}, index=index)
    return propose_names(frame, frame * 0 + 0.6, {0: 0, 1: 0}, own=own)


def test_two_who_share_what_is_most_telling_are_told_apart_by_the_next_thing() -> None:
    """No number is needed as long as anything that has words differs."""
    names = two_alike({"owned": (0.5, 0.5), "skilled_trades": (0.2, -0.2), "managers": (-0.1, 0.12)})
    assert names["sub", 0] == "Home owners, somewhat more tradespeople"
    assert names["sub", 1] == "Home owners, somewhat more managers"


def test_a_place_is_named_by_its_own_columns_in_its_own_words() -> None:
    """The service demand that somebody added is what they want to see."""
    column = OwnColumn(
        name="calls", file="a.csv", area="oa", value="n", kind="rate", more="more calls", fewer="hardly any calls"
    )
    own = own_phrases([*read_variables(2021), variable_of(column)])
    names = two_alike({"owned": (0.7, 0.7), "calls": (1.5, -1.5)}, own)
    assert names["sub", 0] == "Home owners, more calls"
    assert names["sub", 1] == "Home owners, hardly any calls"
    assert two_alike({"calls": (1.5, -1.5)}, own)["sub", 1] == "Hardly any calls"
    assert own_phrases([variable_of(column.model_copy(update={"more": "", "fewer": ""}))]) == ()


def test_every_phrase_is_of_the_registry_and_says_something() -> None:
    """A phrase for a variable that does not exist never speaks."""
    assert {phrase.variable for phrase in read_phrases()} <= KNOWN
    assert all(phrase.who or phrase.home or phrase.adj for phrase in read_phrases())


def test_nobody_is_named_by_ethnic_group_or_religion() -> None:
    """They are in the portraits; a name goes on a map."""
    domains = {variable.name: variable.domain for year in (2011, 2021) for variable in read_variables(year)}
    assert {"ethnic group", "religion"}.isdisjoint(domains[phrase.variable] for phrase in read_phrases())


def test_a_segment_whose_parent_is_unknown_is_named_by_the_place() -> None:
    """NaN has no say."""
    parts = fitting_parts({"owned": 1.0}, {"owned": 0.8}, {"owned": float("nan")})
    assert [part.phrase.variable for part in parts] == ["owned"]
