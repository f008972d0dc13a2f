"""The model file: all that it takes to classify areas again, in one JSON that can be read by people and shared.

It holds definitions and centroids, no counts: a partner can label their own areas without seeing the census table the
model was made from. Numbers are written so that reading them back gives the same numbers to the last bit.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import DataError, SchemaError
from geodata.shares import Shares
from geodata.variables import Variable
from segmentation.features import FeatureRecipe, apply_recipe, count_gaps
from segmentation.hierarchy import Hierarchy, assign

FORMAT = "onetown segment model 1"


@dataclass(frozen=True, slots=True, eq=False)
class SegmentModel:
    """A classification that can be applied to any areas of the same census.

    Parameters
    ----------
    definitions
        The variables, with their cells, sorted by name.
    recipe
        How shares become features.
    hierarchy
        Centroids of super clusters and sub-clusters; super clusters by falling population, sub-clusters likewise
        within each.
    super_names, sub_names
        Name of each segment, to be edited as one likes.
    vintage
        Year of the census.
    seed, floor
        What it was built with: the seed, and the least share of areas in a segment.
    checksum
        SHA-256 of the shares it was built from.
    versions
        Of the programs that built it.
    """

    definitions: tuple[Variable, ...]
    recipe: FeatureRecipe
    hierarchy: Hierarchy
    super_names: tuple[str, ...]
    sub_names: tuple[str, ...]
    vintage: int
    seed: int
    floor: float
    checksum: str
    versions: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.variables != self.recipe.variables or self.hierarchy.tops.shape[1] != len(self.variables):
            raise ValueError("definitions, recipe and centroids of a model have the same variables")
        if (len(self.super_names), len(self.sub_names)) != (len(self.hierarchy.tops), len(self.hierarchy.subs)):
            raise ValueError("a model has one name for each segment")

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables."""
        return tuple(variable.name for variable in self.definitions)

    def with_names(self, names: Mapping[tuple[str, int], str]) -> SegmentModel:
        """Return the model with other names, by level ("super", "sub") and number; those not given stay.

        Raises
        ------
        DataError
            There is no such segment.
        """
        known = {("super", at): name for at, name in enumerate(self.super_names)}
        known |= {("sub", at): name for at, name in enumerate(self.sub_names)}
        strange = [key for key in names if key not in known]
        if strange:
            level, number = strange[0]
            raise DataError(f"names: the model has no {level} segment {number}. Use the numbers in the portraits.")
        known |= names
        return replace(
            self,
            super_names=tuple(known["super", at] for at in range(len(self.super_names))),
            sub_names=tuple(known["sub", at] for at in range(len(self.sub_names))),
        )

    def predict(self, shares: Shares) -> pd.DataFrame:
        """Return the segment of each area; for the areas it was built from, the same as then.

        Parameters
        ----------
        shares
            The variables of any areas of the same census.

        Returns
        -------
        DataFrame
            Index of the shares; ``super sub margin second_best`` as in :class:`segmentation.hierarchy.Assignment`;
            ``distance`` to the centroid; ``n_filled`` variables that were not known and stand at the value of the
            place; ``n_outside`` variables beyond anything the model has seen.

        Raises
        ------
        SchemaError
            The shares are of another census.
        CoverageError
            More than half of the model's variables are absent.
        """
        self.check_vintage(shares.vintage)
        found = assign(apply_recipe(shares, self.recipe).to_numpy(), self.hierarchy)
        gaps = count_gaps(shares, self.recipe)
        return pd.DataFrame(
            {
                "super": found.tops.astype("int64"),
                "sub": found.subs.astype("int64"),
                "margin": found.margin,
                "second_best": found.second_best.astype("int64"),
                "distance": found.distance,
                "n_filled": gaps["n_filled"].to_numpy(),
                "n_outside": gaps["n_outside"].to_numpy(),
            },
            index=shares.table.index,
        )

    def check_vintage(self, vintage: int) -> None:
        """Raise where the counts are of another census.

        Raises
        ------
        SchemaError
            They are.
        """
        if vintage != self.vintage:
            raise SchemaError(
                f"model: it was built from the {self.vintage} Census and cannot be applied to {vintage}. "
                f"Build a model from {vintage}, or give counts of {self.vintage}."
            )

    def to_json(self) -> str:
        """Return the model as JSON text, the same for the same model."""
        values: dict[str, Any] = {
            "format": FORMAT,
            "vintage": self.vintage,
            "seed": self.seed,
            "floor": self.floor,
            "checksum": self.checksum,
            "versions": dict(self.versions),
            "variables": [asdict(variable) for variable in self.definitions],
            "recipe": self.recipe.to_dict(),
            "super": [
                {"name": name, "centroid": centroid}
                for name, centroid in zip(self.super_names, self.hierarchy.tops.tolist(), strict=True)
            ],
            "sub": [
                {"name": name, "parent": parent, "centroid": centroid}
                for name, parent, centroid in zip(
                    self.sub_names, self.hierarchy.parents.tolist(), self.hierarchy.subs.tolist(), strict=True
                )
            ],
        }
        return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SegmentModel:
        """Return the model that :meth:`to_json` wrote.

        Raises
        ------
        SchemaError
            The text is no model of ours, or spoiled.
        """
        try:
            values = json.loads(text)
            if not isinstance(values, dict) or values.get("format") != FORMAT:
                raise SchemaError(
                    f'model: this is no segment model ("format": "{FORMAT}" is not in it). Check the file.'
                )
            return cls._from_values(values)
        except json.JSONDecodeError as error:
            raise SchemaError(
                "model: this is no segment model: it is not JSON, or is broken off. Name the model.json that 'onetown "
                "segment' wrote, or write it again."
            ) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, SchemaError):
                raise
            raise SchemaError(
                f"model: the file is spoiled ({error}). Write it again with 'onetown segment'."
            ) from error

    @classmethod
    def _from_values(cls, values: Mapping[str, Any]) -> SegmentModel:
        definitions = tuple(
            Variable(**{**one, "numerator": tuple(str(cell) for cell in one["numerator"])})
            for one in values["variables"]
        )
        hierarchy = Hierarchy(
            np.array([one["centroid"] for one in values["super"]], dtype=np.float64),
            np.array([one["centroid"] for one in values["sub"]], dtype=np.float64),
            np.array([int(one["parent"]) for one in values["sub"]], dtype=np.intp),
        )
        return cls(
            definitions,
            FeatureRecipe.from_dict(values["recipe"]),
            hierarchy,
            tuple(str(one["name"]) for one in values["super"]),
            tuple(str(one["name"]) for one in values["sub"]),
            int(values["vintage"]),
            int(values["seed"]),
            float(values["floor"]),
            str(values["checksum"]),
            {str(name): str(number) for name, number in values["versions"].items()},
        )


def checksum_of(shares: Shares) -> str:
    """Return the SHA-256 of names, areas and values, whatever the order of rows and columns."""
    table = shares.table.sort_index().sort_index(axis=1)
    digest = hashlib.sha256(f"{shares.vintage}\n".encode())
    digest.update("\n".join(map(str, table.columns)).encode() + b"\n\n")
    digest.update("\n".join(map(str, table.index)).encode() + b"\n\n")
    digest.update(np.ascontiguousarray(table.to_numpy(), dtype="<f8").tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of the programs that have a say in the result."""
    found = {"python": platform.python_version()}
    for name in ("onetown", "numpy", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
