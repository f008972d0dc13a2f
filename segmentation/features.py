"""Features: shares made comparable, by a recipe that is kept so that next year's areas are measured alike.

A share is made a percentage, its long tail is drawn in, and the result is put on a common scale.

The tail: ``asinh`` takes the inverse hyperbolic sine, which works as a logarithm does and is defined at 0 (so the
national classification of 2011 and 2021); ``box-cox`` takes the power of the percentage plus 1 that makes each variable
most nearly normal (Box and Cox 1964, by greatest likelihood); ``none`` leaves it. The scale: ``range`` runs from 0 to 1
over the reference extent; ``robust`` is 0 at the median and 1 a quartile range above it; ``z`` is 0 at the mean and 1 a
standard deviation above it. The reference extent is a wider one where given, such as England and Wales, else the
place. A density is treated alike, in its own unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import boxcox
from scipy.stats import boxcox_normmax

from geodata.errors import CoverageError, SchemaError, examples
from geodata.shares import Shares

MAX_MISSING = 0.5
"""Share of a model's variables that new areas may lack."""

Transform = Literal["asinh", "box-cox", "none"]
Scaling = Literal["range", "robust", "z"]
Floats = npt.NDArray[np.float64]

BETWEEN = {"range": "is the same", "robust": "has the same quartiles", "z": "is the same"}
"""What a variable does that has no spread, by scaling."""


@dataclass(frozen=True, slots=True)
class FeatureRecipe:
    """How shares become features; the numbers are exact when written and read back.

    Parameters
    ----------
    variables
        Names of the variables, sorted; the columns of the features.
    scales
        Factor before the tail is drawn in: 100 for shares, 1 for densities.
    low, high
        Least and greatest transformed value over the reference extent.
    fill
        Value of the whole place (a share, or a density in its unit), for areas that have none.
    reference
        Name of the reference extent.
    transform, scaling
        How tails are drawn in and what the scale is; see the head of this room.
    powers
        The power of each variable under ``box-cox``; empty otherwise.
    centre, spread
        Transformed value that becomes 0, and the difference that becomes 1. Empty under ``range``, where they are
        `low` and `high` - `low`.
    local
        Variables that the reference lacks and whose extent is that of the place.

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
    transform: Transform = "asinh"
    scaling: Scaling = "range"
    powers: tuple[float, ...] = ()
    centre: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    local: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.variables, self.scales, self.low, self.high, self.fill)}
        if lengths != {len(set(self.variables))}:
            raise ValueError("a recipe needs one scale, extent and filling for each of its variables, named once")
        if list(self.variables) != sorted(self.variables):
            raise ValueError("the variables of a recipe are sorted by name")
        finite = np.isfinite([*self.scales, *self.low, *self.high, *self.fill]).all()
        if not finite or not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError("every extent of a recipe runs from a smaller to a larger finite number")
        self._check_choices()

    def _check_choices(self) -> None:
        if self.transform not in get_args(Transform) or self.scaling not in get_args(Scaling):
            raise ValueError(f"a recipe knows no transform '{self.transform}' with scaling '{self.scaling}'")
        n = len(self.variables)
        powers, scaled = n if self.transform == "box-cox" else 0, 0 if self.scaling == "range" else n
        if len(self.powers) != powers or (len(self.centre), len(self.spread)) != (scaled, scaled):
            raise ValueError(f"a recipe of '{self.transform}' and '{self.scaling}' has other numbers with it")
        if not np.isfinite([*self.powers, *self.centre, *self.spread]).all() or not all(s > 0 for s in self.spread):
            raise ValueError("powers, centres and spreads of a recipe are finite, and the spreads above 0")

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FeatureRecipe:
        """Return the recipe that :meth:`to_dict` wrote; one without the later choices is of `asinh` and `range`.

        Raises
        ------
        KeyError, ValueError
            A part is absent or spoiled.
        """
        numbers = {name: tuple(float(value) for value in values[name]) for name in ("scales", "low", "high", "fill")}
        later = {name: tuple(float(value) for value in values.get(name, ())) for name in ("powers", "centre", "spread")}
        return cls(
            tuple(str(name) for name in values["variables"]),
            reference=str(values["reference"]),
            transform=values.get("transform", "asinh"),
            scaling=values.get("scaling", "range"),
            local=tuple(str(name) for name in values.get("local", ())),
            **numbers,
            **later,
        )

    def sentence(self) -> str:
        """Return the recipe in words.

        Examples
        --------
        >>> FeatureRecipe(("a",), (100.0,), (0.0,), (1.0,), (0.5,), "England and Wales").sentence()
        'Shares were drawn in by the inverse hyperbolic sine and put on the range of England and Wales.'
        """
        tails = {
            "asinh": "drawn in by the inverse hyperbolic sine",
            "box-cox": "drawn in by Box-Cox powers",
            "none": "taken as they are",
        }
        scale = {"range": "the range", "robust": "median and quartile range", "z": "mean and standard deviation"}
        said = f"Shares were {tails[self.transform]} and put on {scale[self.scaling]} of {self.reference}"
        if self.local:
            said += f" (of the place itself where that has none: {examples(self.local)})"
        return f"{said}."


def fit_recipe(
    shares: Shares,
    *,
    reference: pd.DataFrame | None = None,
    reference_name: str = "the place",
    transform: Transform = "asinh",
    scaling: Scaling = "range",
) -> FeatureRecipe:
    """Return the recipe for these shares.

    Parameters
    ----------
    shares
        Shares of the areas of the place; their overall value fills the gaps.
    reference
        Shares (0 to 1; densities in their unit) of the areas that set the extent, such as all of England and Wales,
        one column per variable; by default those of the place. Where it lacks a variable, the place sets its extent.
    reference_name
        What to call that extent.
    transform, scaling
        See the head of this room.

    Raises
    ------
    SchemaError
        A variable is the same in every area: it tells nothing apart and has no extent.
    CoverageError
        The reference lacks more than half of the variables.
    """
    variables = tuple(sorted(shares.table.columns))
    extent, local = _extent(shares.table[list(variables)], reference, reference_name)
    percent = {variable.name: variable.is_share for variable in shares.variables}
    scales = tuple(100.0 if percent[name] else 1.0 for name in variables)
    columns = [column[~np.isnan(column)] for column in extent]
    powers = (
        tuple(_power(c * s, name) for c, s, name in zip(columns, scales, variables, strict=True))
        if transform == "box-cox"
        else ()
    )
    drawn = [
        _drawn_in(column * scale, transform, powers[at] if powers else 0.0)
        for at, (column, scale) in enumerate(zip(columns, scales, strict=True))
    ]
    centre, spread = zip(*(_scale(column, scaling) for column in drawn), strict=True)
    _check_spread(dict(zip(variables, zip(columns, spread, strict=True), strict=True)), scaling)
    return FeatureRecipe(
        variables,
        scales,
        tuple(float(column.min()) for column in drawn),
        tuple(float(column.max()) for column in drawn),
        tuple(shares.overall()[list(variables)].to_list()),
        reference_name,
        transform,
        scaling,
        powers,
        () if scaling == "range" else centre,
        () if scaling == "range" else spread,
        local,
    )


def _extent(
    table: pd.DataFrame, reference: pd.DataFrame | None, reference_name: str
) -> tuple[list[Floats], tuple[str, ...]]:
    """Return the values that set the extent of each variable, and the variables that the reference lacks."""
    given = table if reference is None else reference
    local = tuple(name for name in table.columns if name not in given or given[name].isna().all())
    if len(local) > MAX_MISSING * table.shape[1]:
        raise CoverageError(
            f"{reference_name}: it lacks {examples(local, total=table.shape[1])}. Give a reference with the same "
            "variables, or leave it out."
        )
    return [(table if name in local else given)[name].to_numpy(dtype="float64") for name in table.columns], local


def _power(values: Floats, name: str) -> float:
    """Return the Box-Cox power of percentages plus 1; 1 where all are the same, which is told later."""
    shifted = values + 1.0
    if shifted.min() == shifted.max():
        return 1.0
    power = float(boxcox_normmax(np.sort(shifted), method="mle"))
    if not np.isfinite(power):
        raise SchemaError(f"census: no Box-Cox power was found for {name}. Set transform to 'asinh' or 'none'.")
    return power


def _drawn_in(values: Floats, transform: Transform, power: float | Floats) -> Floats:
    """Return percentages (or densities) with their tails drawn in."""
    if transform == "none":
        return values
    return np.asarray(np.arcsinh(values) if transform == "asinh" else boxcox(values + 1.0, power))


def _scale(values: Floats, scaling: Scaling) -> tuple[float, float]:
    """Return what becomes 0 and the difference that becomes 1; sorted first, so that no order has a say."""
    values = np.sort(values)
    if scaling == "range":
        return float(values[0]), float(values[-1] - values[0])
    if scaling == "z":
        same = values[0] == values[-1]
        return float(values.mean()), 0.0 if same else float(values.std())
    lower, middle, upper = np.quantile(values, (0.25, 0.5, 0.75))
    return float(middle), float(upper - lower)


def _check_spread(columns: Mapping[str, tuple[Floats, float]], scaling: Scaling) -> None:
    """Raise where variables have no spread."""
    flat = [name for name, (_, spread) in columns.items() if not spread > 0]
    if not flat:
        return
    values = ", ".join(f"{name} = {np.median(columns[name][0]):.4g}" for name in flat[:3])
    line = f"write in place.toml, under [variables]: drop = {json.dumps(flat)}"
    remedy = f"Check the table, or leave them out: {line}"
    if scaling == "robust" and any(columns[name][0].min() < columns[name][0].max() for name in flat):
        remedy = f"Set scaling to 'range' or 'z', or leave them out: {line}"
    raise SchemaError(
        f"census: {examples(flat, total=len(columns))} {BETWEEN[scaling]} in every area ({values}) and tells none "
        f"apart. {remedy}"
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
        Index of the shares, columns ``recipe.variables``, gaps are filled; under `range` 0 to 1
        within the reference extent.

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
    return pd.DataFrame(stretched(filled, recipe), index=shares.table.index, columns=list(recipe.variables))


def stretched(values: Floats, recipe: FeatureRecipe) -> Floats:
    """Return the features of shares and densities without gaps, both of shape (n_areas, n_variables)."""
    drawn = _drawn_in(values * np.asarray(recipe.scales), recipe.transform, np.asarray(recipe.powers or 0.0))
    low = np.asarray(recipe.low)
    centre, spread = np.asarray(recipe.centre or low), np.asarray(recipe.spread or np.asarray(recipe.high) - low)
    return np.asarray((drawn - centre) / spread)


def count_gaps(shares: Shares, recipe: FeatureRecipe) -> pd.DataFrame:
    """Count, for each area, how many features are not its own.

    Returns
    -------
    DataFrame
        Index of the shares; ``n_filled`` (the share is not known) and ``n_outside`` (it lies outside the reference
        extent), numbers of variables.
    """
    features = apply_recipe(shares, recipe)
    low, high = ends_of(recipe)
    gaps = shares.table.reindex(columns=list(recipe.variables)).isna()
    outside: npt.NDArray[np.bool_] = ((features < low) | (features > high)).to_numpy() & ~gaps.to_numpy()
    return pd.DataFrame({"n_filled": gaps.sum(axis=1), "n_outside": outside.sum(axis=1)}, index=shares.table.index)


def ends_of(recipe: FeatureRecipe) -> tuple[Floats, Floats]:
    """Return the least and greatest feature within the reference extent, shape (n_variables,) each."""
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    if recipe.scaling == "range":
        return np.zeros(len(low)), np.ones(len(low))
    centre, spread = np.asarray(recipe.centre), np.asarray(recipe.spread)
    return (low - centre) / spread, (high - centre) / spread
