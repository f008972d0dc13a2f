"""Hold some answers of a model: a building that must stand or go, a block that must or may not end somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from estate.model import Formulation
from estate.programme import Floats, Indices


@dataclass(frozen=True, slots=True)
class Forced:
    """Answers that are held.

    Parameters
    ----------
    buildings
        Rows of buildings that must stand at the end (True) or must not (False).
    places
        Pairs of a block and a building (rows): the block ends there (True) or anywhere else (False).
    """

    buildings: Mapping[int, bool] = field(default_factory=dict)
    places: Mapping[tuple[int, int], bool] = field(default_factory=dict)

    def columns(self, formulation: Formulation) -> tuple[Indices, Floats]:
        """Return the variables that are held, and at what; a place that no arc leads to is left out."""
        layout, arcs = formulation.layout, formulation.arcs
        pairs = zip(arcs["block"].tolist(), arcs["building"].tolist(), strict=True)
        held = {int(layout.keep[row]): float(stands) for row, stands in self.buildings.items()}
        held |= {
            int(column): float(self.places[pair])
            for pair, column in zip(pairs, layout.move, strict=True)
            if pair in self.places
        }
        return np.array(list(held), dtype=np.intp), np.array(list(held.values()), dtype=np.float64)


def hold(formulation: Formulation, forced: Forced | None) -> Formulation:
    """Return the formulation with some answers held."""
    if forced is None:
        return formulation
    columns, values = forced.columns(formulation)
    lower, upper = formulation.model.lower.copy(), formulation.model.upper.copy()
    lower[columns], upper[columns] = values, values
    return replace(formulation, model=replace(formulation.model, lower=lower, upper=upper))
