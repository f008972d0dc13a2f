"""More and fewer in words, and what a place's own columns come to."""

from __future__ import annotations

import pandas as pd

from geodata.own_columns import variable_of
from geodata.place_variables import OwnColumn
from geodata.variables import read_variables
from segmentation.compared import compared_words, own_figures

CALLS = variable_of(
    OwnColumn(name="calls", file="a.csv", area="oa", value="n", kind="rate", more="more calls", fewer="fewer calls")
)
VARIABLES = (*read_variables(2021), CALLS)
NAMES = [variable.name for variable in VARIABLES]


def series(otherwise: float, values: dict[str, float]) -> pd.Series:
    return pd.Series({name: values.get(name, otherwise) for name in NAMES})


def test_what_there_is_more_and_fewer_of_is_said_most_unusual_first() -> None:
    """Three of each at most, nothing that hardly differs, and the place's own columns beside them."""
    effects = series(0.1, {"owned": 0.5, "married": 0.9, "no_car": -0.7, "calls": -1.2})
    assert compared_words(VARIABLES, effects, "Smalltown") == (
        "Compared with Smalltown: more married people, more home owners; fewer households without a car; fewer calls."
    )
    crowded = pd.Series(1.0, index=NAMES)
    assert compared_words(VARIABLES, crowded, "Smalltown").count("more ") == 4


def test_an_own_column_is_told_with_its_base_and_index() -> None:
    """A rate has no percentage; where the county does not have it, that is said."""
    shares = series(0.5, {"calls": 24.4})
    effects = series(0.0, {"calls": 1.0})
    base = series(0.5, {"calls": 12.2})
    (told,) = own_figures(VARIABLES, shares, effects, base="Smalltown", base_shares=base)
    assert told.sentence == "24 calls per 1,000 residents (12 in Smalltown)"
    assert (told.label, told.index, told.reading) == ("Calls", 200.0, "more calls")
    lacking = series(0.5, {"calls": float("nan")})
    (told,) = own_figures(VARIABLES, shares, series(0.0, {"calls": float("nan")}), base="County", base_shares=lacking)
    assert told.sentence == "24 calls per 1,000 residents (not known for County)"
    assert told.index is None
    assert told.reading == ""
    assert own_figures(read_variables(2021), shares, effects, base="Smalltown", base_shares=base) == ()


def test_a_rate_is_written_as_exactly_as_it_is_small() -> None:
    """0 complaints is not 0.4 complaints."""
    assert [CALLS.figure(value) for value in (1234.5, 23.4, 2.34, 0.042, 0.0)] == ["1,234", "23", "2.3", "0.042", "0"]
