"""The screening report: planted faults are found, and nothing is said of what is sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.census import Census, read_census
from geodata.screening import redundant_pairs, screen
from geodata.shares import compute_shares
from geodata.variables import choose_variables, read_variables

NAMES = ("no_car", "two_plus_cars", "owned", "social_rented", "communal")
N_AREAS = 60


def planted() -> Census:
    """Return counts in which owning and renting are opposites, few live communally, and two cells are unknown."""
    chance = np.random.default_rng(5)
    owned = chance.integers(5, 95, N_AREAS).astype(float)
    cars = chance.integers(0, 40, (N_AREAS, 2)).astype(float)
    counts = pd.DataFrame(
        {
            "ts0010001": 200.0,
            "ts0010002": 200.0,
            "ts0010003": 0.0,
            "ts0450001": 100.0,
            "ts0450002": cars[:, 0],
            "ts0450003": 100.0 - cars.sum(axis=1),
            "ts0450004": cars[:, 1],
            "ts0450005": 0.0,
            "ts0540001": 101.0,
            "ts0540002": owned,
            "ts0540005": 0.0,
            "ts0540007": 100.0 - owned,
        },
        index=pd.Index([f"E{number:03d}" for number in range(N_AREAS)], name="oa_code"),
    )
    counts.loc["E007", "ts0010003"] = 150.0
    counts.loc["E001", "ts0450003"] += 2.0
    counts.loc[["E002", "E003"], "ts0450002"] = np.nan
    blanks = pd.DataFrame(
        [("E002", "ts0450002", "suppressed"), ("E003", "ts0450002", "missing")], columns=["oa_code", "cell", "kind"]
    )
    return Census(counts, 2021, pd.DataFrame(index=counts.index), None, blanks, ("planted.csv",))


def test_planted_faults_are_found_and_told() -> None:
    """Redundant, mostly zero, uneven, missing, suppressed, and sums that do not agree."""
    census = planted()
    found = screen(census, compute_shares(census, choose_variables(NAMES, read_variables(2021))))
    assert found.pairs[["variable_a", "variable_b", "correlation"]].to_numpy().tolist() == [
        ["owned", "social_rented", -1.0]
    ]
    table = found.table
    assert table.loc["owned", "redundant_with"] == "social_rented"
    assert table.loc["communal", "zero_share"] == pytest.approx((N_AREAS - 1) / N_AREAS)
    assert table.loc["communal", "skewness"] > 3
    assert table.loc["no_car", ["n_missing", "n_suppressed"]].tolist() == [1, 1]
    assert table.loc["no_car", "remarks"] == "without a value in 1 areas; suppressed in 1 areas"
    sums = found.sums.set_index(["table", "check"])
    assert sums.loc[("ts045", "parts and total"), ["n_areas", "n_differ", "largest_difference"]].tolist() == [58, 1, 2]
    assert sums.loc[("ts045", "total and ts0540001"), "n_differ"] == N_AREAS
    told = " ".join(found.sentences())
    for words in (
        "1 pair of variables says nearly the same",
        "Living in a communal establishment: is zero in half of the areas",
        "has suppressed cells",
        "has areas without a value",
        "'Number of cars or vans' (60 of 60 areas, by 1.0 on average and 1 at most)",
    ):
        assert words in told


def test_nothing_is_said_where_all_is_sound() -> None:
    """A report that always warns is not read."""
    census = planted()
    variables = choose_variables(["two_plus_cars", "owned"], read_variables(2021))
    sound = Census(census.counts[["ts0010001", "ts0450001", "ts0450004", "ts0450005", "ts0540001", "ts0540002",
                                  "ts0540005"]].assign(ts0540001=100.0), 2021, census.columns, None,
                   census.blanks.iloc[:0], census.sources)  # fmt: skip
    report = screen(sound, compute_shares(sound, variables))
    assert report.sentences() == ()
    assert report.table["remarks"].eq("").all()


def test_pairs_agree_with_numpy_whatever_the_order() -> None:
    """The order of columns and the sign of the correlation do not matter."""
    census = planted()
    shares = compute_shares(census, choose_variables(NAMES, read_variables(2021)))
    every = redundant_pairs(shares, least=0.0)
    assert len(every) == 5 * 4 / 2
    whole = shares.table.dropna()
    for pair in every[every["variable_a"].ne("no_car") & every["variable_b"].ne("no_car")].itertuples():
        a, b = shares.table[str(pair.variable_a)], shares.table[str(pair.variable_b)]
        assert pair.correlation == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-4)
    assert len(whole) == N_AREAS - 2


@pytest.mark.real
def test_derbyshire_shows_the_perturbation_of_its_census(real_data: Path) -> None:
    """Totals of residents differ between tables in about half of the areas, by less than one person on average."""
    census = read_census(real_data / "derbyshire" / "census2021_oa_counts.parquet", vintage=2021)
    report = screen(census, compute_shares(census, read_variables(2021)))
    religion = report.sums.set_index(["table", "check"]).loc[("ts030", "total and ts0010001")]
    assert (religion["n_areas"], religion["n_differ"], religion["largest_difference"]) == (3_447, 1_623, 6)
    assert set(report.sums.loc[report.sums["check"] == "parts and total", "n_differ"]) == {0}
    assert report.pairs["variable_a"].tolist() == ["full_time"]
