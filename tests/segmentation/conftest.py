"""A planted town: three kinds of community whose segments are known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.census import Census, read_census
from geodata.shares import compute_shares
from geodata.variables import Variable, read_variables
from segmentation.features import apply_recipe, fit_recipe

KINDS = {"owners": (0.9, 0.05, 0.8), "tenants": (0.2, 0.7, 0.1), "students": (0.1, 0.1, 0.2)}
"""Share of owners, social tenants and detached homes in each kind."""

VARIABLES = (
    Variable("owned", "housing", "Owned", "households", "own their home", ("ts0540002",), "ts0540001"),
    Variable("social_rented", "housing", "Social", "households", "rent socially", ("ts0540007",), "ts0540001"),
    Variable("detached", "housing", "Detached", "households", "are in a detached home", ("ts0440002",), "ts0440001"),
    Variable("students", "education", "Students", "residents", "are students", ("ts0620010",), "ts0620001"),
    Variable(
        "density", "population", "Density", "residents", "per km2", ("ts0060001",), None, "per square kilometre",
        "ts0010001",
    ),
)  # fmt: skip


def planted_census(n_areas: int = 90, seed: int = 0) -> tuple[Census, pd.Series]:
    """Return counts of areas of three kinds in turn, the owners' the largest, and the kind of each."""
    rng = np.random.default_rng(seed)
    kinds = pd.Series([list(KINDS)[at % 3] for at in range(n_areas)])
    owned, social, detached = (kinds.map({kind: shares[at] for kind, shares in KINDS.items()}) for at in range(3))
    homes = pd.Series(rng.integers(100, 140, n_areas)) + 30 * kinds.eq("owners")
    people = 2 * homes + rng.integers(0, 20, n_areas)
    rented = rng.binomial(homes, social)
    counts = pd.DataFrame(
        {
            "ts0010001": people,
            "ts0540001": homes,
            "ts0540002": np.minimum(rng.binomial(homes, owned), homes - rented),
            "ts0540007": rented,
            "ts0440001": homes,
            "ts0440002": rng.binomial(homes, detached),
            "ts0620001": people,
            "ts0620010": rng.binomial(people, kinds.map({"owners": 0.03, "tenants": 0.04, "students": 0.6})),
            "ts0060001": kinds.map({"owners": 300.0, "tenants": 4_000.0, "students": 6_000.0}) + rng.random(n_areas),
        },
        dtype="float64",
    )
    counts.index = pd.Index([f"E{at:04d}" for at in range(n_areas)], name="oa_code")
    blanks = pd.DataFrame(columns=["oa_code", "cell", "kind"])
    census = Census(counts, 2021, pd.DataFrame(index=counts.index), None, blanks, ("planted.csv",))
    return census, kinds.set_axis(counts.index)


@pytest.fixture
def planted() -> tuple[Census, pd.Series]:
    """Return the census of 90 areas of three kinds, and the kind of each."""
    return planted_census()


@pytest.fixture
def blobs() -> np.ndarray:
    """Return 300 points in two columns, 100 around each of (0, 0), (1, 0) and (0, 1)."""
    rng = np.random.default_rng(5)
    middles = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    return np.repeat(middles, 100, axis=0) + rng.normal(0, 0.05, (300, 2))


@pytest.fixture(scope="session")
def derbyshire(real_data: Path) -> Census:
    """Return the 2021 Census of Derbyshire and Derby."""
    return read_census(real_data / "derbyshire" / "census2021_oa_counts.parquet", vintage=2021)


@pytest.fixture(scope="session")
def derbyshire_features(derbyshire: Census) -> np.ndarray:
    """Return its features, areas by variables."""
    shares = compute_shares(derbyshire, read_variables(2021))
    return apply_recipe(shares, fit_recipe(shares)).to_numpy()
