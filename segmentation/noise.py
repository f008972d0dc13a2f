"""The noise of counting: by how much a share, and so a feature, would differ if the same people were counted again.

A share k / n of n people or households has the standard error of a binomial draw, with half a person added to k and
to n - k so that 0 is not certain; a density has that of a Poisson count of its residents. Features are bent, so the
error of a feature is half the way between the feature one error above the share and one error below it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geodata.shares import Shares
from segmentation.descent import Floats
from segmentation.features import FeatureRecipe, stretched


def feature_noise(shares: Shares, recipe: FeatureRecipe) -> Floats:
    """Return the standard error of every feature, shape (n_areas, n_variables); 0 where the share is not known."""
    names = [name for name in recipe.variables if name in shares.table]
    at = [recipe.variables.index(name) for name in names]
    value, error = (np.tile(np.asarray(recipe.fill), (len(shares.table), 1)) for _ in range(2))
    error[:] = 0.0
    value[:, at] = shares.table[names].fillna(dict(zip(recipe.variables, recipe.fill, strict=True))).to_numpy()
    error[:, at] = np.nan_to_num(_share_errors(shares, names))
    above, below = stretched(value + error, recipe), stretched(np.maximum(value - error, 0.0), recipe)
    return np.asarray((above - below) / 2.0)


def redraw(shares: Shares, *, seed: int) -> Shares:
    """Return the shares of the same people counted again: binomial draws, and Poisson draws for densities."""
    rng = np.random.default_rng((seed, 3))
    numerators, table = shares.numerators.copy(), shares.table.copy()
    for variable in sorted(shares.variables, key=lambda one: one.name):
        name, known = variable.name, shares.table[variable.name].notna().to_numpy()
        parts, whole = shares.numerators.loc[known, name], shares.denominators.loc[known, name]
        if variable.is_share:
            drawn = rng.binomial(whole.round().astype("int64"), (parts / whole).clip(0.0, 1.0))
        else:
            drawn = rng.poisson(parts)
        numerators.loc[known, name] = drawn.astype("float64")
        table.loc[known, name] = numerators.loc[known, name] / whole
    return replace(shares, numerators=numerators, table=table)


def _share_errors(shares: Shares, names: list[str]) -> Floats:
    """Return the standard error of each share or density, NaN where it is not known."""
    parts = shares.numerators[names].to_numpy(dtype="float64")
    whole = shares.denominators[names].to_numpy(dtype="float64")
    share = np.clip((parts + 0.5) / (whole + 1.0), 0.0, 1.0)
    binomial = np.sqrt(share * (1.0 - share) / whole)
    poisson = np.sqrt(np.maximum(parts, 1.0)) / whole
    is_share = pd.Series({variable.name: variable.is_share for variable in shares.variables})[names].to_numpy(
        dtype=bool
    )
    return np.asarray(np.where(is_share, binomial, poisson))
