"""Features: shares made comparable, by a recipe that is kept so that next year's areas are measured alike.

A share is made a percentage and its inverse hyperbolic sine taken, which draws in long tails as a logarithm does and is
defined at 0 (so the national classification of 2011 and 2021); then it is stretched to run from 0 to 1 over a reference
extent: England and Wales where given, else the place. A density is treated alike, in its own unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import CoverageError, SchemaError, examples
from geodata.shares import Shares

MAX_MISSING = 0.5
"""Share of a model's variables that new areas may lack."""


@dataclass(frozen=True, slots=True)
class FeatureRecipe:
    """How shares become features; the numbers are exact when written and read back.

    Parameters
    ----------
    variables
        Names of the variables, sorted; the columns of the features.
    scales
        Factor before the inverse hyperbolic sine: 100 for shares, 1 for densities.
    low, high
        Least and greatest transformed value over the reference extent.
    fill
        Value of the whole place (a share, or a density in its unit), for areas that have none.
    reference
        Name of the reference extent.

    Raises
    ------
    ValueError
        The parts do not belong together, or a variable has no extent.
    """

    variables: tuple[str, ...]
    scales: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    fill: tuple[float, ...]
    reference: str

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.variables, self.scales, self.low, self.high, self.fill)}
        if lengths != {len(set(self.variables))}:
            raise ValueError("a recipe needs one scale, extent and filling for each of its variables, named once")
        if list(self.variables) != sorted(self.variables):
            raise ValueError("the variables of a recipe are sorted by name")
        finite = np.isfinite([*self.scales, *self.low, *self.high, *self.fill]).all()
        if not finite or not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError("every extent of a recipe runs from a smaller to a larger finite number")

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FeatureRecipe:
        """Return the recipe that :meth:`to_dict` wrote.

        Raises
        ------
        KeyError, ValueError
            A part is absent or spoiled.
        """
        numbers = {name: tuple(float(value) for value in values[name]) for name in ("scales", "low", "high", "fill")}
        return cls(tuple(str(name) for name in values["variables"]), reference=str(values["reference"]), **numbers)


def fit_recipe(shares: Shares, *, reference: Shares | None = None, reference_name: str = "the place") -> FeatureRecipe:
    """Return the recipe for these shares.

    Parameters
    ----------
    shares
        Shares of the areas of the place; their overall value fills the gaps.
    reference
        Shares of the areas that set the extent, such as all of England and Wales; by default the place itself.
    reference_name
        What to call that extent.

    Raises
    ------
    SchemaError
        A variable is the same in every area: it tells nothing apart and has no extent.
    CoverageError
        The reference lacks a variable.
    """
    extent = shares if reference is None else reference
    lacking = sorted(set(shares.table.columns) - set(extent.table.columns))
    if lacking:
        raise CoverageError(f"{reference_name}: it lacks {examples(lacking)}. Give a reference with the same tables.")
    variables = tuple(sorted(shares.table.columns))
    percent = {variable.name: variable.is_share for variable in shares.variables}
    scales = pd.Series({name: 100.0 if percent[name] else 1.0 for name in variables})
    transformed = np.arcsinh(extent.table[list(variables)] * scales)
    low, high = transformed.min(), transformed.max()
    constant = [name for name in variables if not low[name] < high[name]]
    if constant:
        values = ", ".join(f"{name} = {extent.table[name].min():.4g}" for name in constant[:3])
        raise SchemaError(
            f"census: {examples(constant, total=len(variables))} is the same in every area ({values}) and tells none "
            "apart. Leave it out of the variables, or check the table."
        )
    return FeatureRecipe(
        variables,
        tuple(scales.to_list()),
        tuple(low.to_list()),
        tuple(high.to_list()),
        tuple(shares.overall()[list(variables)].to_list()),
        reference_name,
    )


def apply_recipe(shares: Shares, recipe: FeatureRecipe) -> pd.DataFrame:
    """Return the features of the areas.

    Parameters
    ----------
    shares
        Shares of any areas of the same census.
    recipe
        From :func:`fit_recipe`.

    Returns
    -------
    DataFrame
        Index of the shares, columns ``recipe.variables``, 0 to 1 within the reference extent; gaps are filled.

    Raises
    ------
    CoverageError
        More than half of the recipe's variables are absent.
    """
    lacking = [name for name in recipe.variables if name not in shares.table.columns]
    if len(lacking) > MAX_MISSING * len(recipe.variables):
        raise CoverageError(
            f"census: {len(lacking)} of the {len(recipe.variables)} variables of the model are missing, more than "
            f"half: {examples(lacking)}. Add the tables that hold them."
        )
    known = shares.table.reindex(columns=list(recipe.variables)).to_numpy(dtype="float64")
    filled = np.where(np.isnan(known), np.asarray(recipe.fill), known)
    values = np.arcsinh(filled * np.asarray(recipe.scales))
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    return pd.DataFrame((values - low) / (high - low), index=shares.table.index, columns=list(recipe.variables))


def count_gaps(shares: Shares, recipe: FeatureRecipe) -> pd.DataFrame:
    """Count, for each area, how many features are not its own.

    Returns
    -------
    DataFrame
        Index of the shares; ``n_filled`` (the share is not known) and ``n_outside`` (it lies outside the reference
        extent), numbers of variables.
    """
    features = apply_recipe(shares, recipe)
    gaps = shares.table.reindex(columns=list(recipe.variables)).isna()
    outside: npt.NDArray[np.bool_] = ((features < 0.0) | (features > 1.0)).to_numpy() & ~gaps.to_numpy()
    return pd.DataFrame({"n_filled": gaps.sum(axis=1), "n_outside": outside.sum(axis=1)}, index=shares.table.index)
