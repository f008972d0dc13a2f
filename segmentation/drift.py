"""Drift: how far new counts have gone from the model, and which way to refresh follows from it.

What the noise of counting alone would do is measured on the place itself: the same people are counted again, and
centroids that fitted the first count are held against those that fit the second. On Derbyshire that costs 0.3 % of
inertia at 4 segments and 0.7 % at 18; in a small town it costs more. What lies well above it is change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geodata.errors import examples
from geodata.shares import Shares
from segmentation.descent import Floats
from segmentation.features import apply_recipe, ends_of
from segmentation.model import SegmentModel

ASSIGN_EXCESS, WARM_EXCESS = 0.01, 0.01
"""Inertia above the best way, and above what noise explains, from which last year's centroids, or a warm start, are
no longer good enough."""
OUTSIDE = 0.05
"""Share of areas with a value the model has never seen from which the centroids are due to move."""
BEYOND = 2.0
"""Standard errors by which a value must lie beyond the extent to count as never seen."""
BELOW_FLOOR = 0.5
"""A segment with less than this part of the floor is worn out."""

How = Literal["assign", "warm", "refit"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed in the data since the model was made.

    Parameters
    ----------
    n_areas
        Areas now.
    inertia
        Sum of squared distances to the nearest centroid, by way.
    missing
        Variables of the model that the new counts lack.
    n_outside
        Areas with a value beyond the extent that the model has seen, by more than the noise of counting.
    outside
        The variables where most areas lie outside, with their numbers, the most first.
    noise_changed, noise_excess
        Share of labels that counting the same people again would change, by level; and what it costs in inertia.
    """

    n_areas: int
    inertia: dict[How, float]
    missing: tuple[str, ...]
    n_outside: int
    outside: tuple[tuple[str, int], ...]
    noise_changed: dict[str, float]
    noise_excess: float

    @property
    def assign_limit(self) -> float:
        """Excess inertia up to which last year's centroids do: both counts were noisy, and a little more."""
        return 2 * self.noise_excess + ASSIGN_EXCESS

    def excess(self, how: How) -> float:
        """Return how far the inertia of a way lies above the best of all (0.01 = 1 %)."""
        best = min(self.inertia.values())
        return self.inertia[how] / best - 1.0 if best > 0 else 0.0


def measure_drift(
    shares: Shares,
    model: SegmentModel,
    inertia: Mapping[How, float],
    *,
    noise: Floats,
    noise_changed: dict[str, float],
    noise_excess: float,
) -> Drift:
    """Return what changed in the data.

    Parameters
    ----------
    shares
        New shares of the areas.
    model
        Last year's.
    inertia
        By way.
    noise
        Standard errors of the features, from :func:`segmentation.noise.feature_noise`.
    noise_changed, noise_excess
        See :class:`Drift`.
    """
    features, (low, high) = apply_recipe(shares, model.recipe).to_numpy(), ends_of(model.recipe)
    known = shares.table.reindex(columns=list(model.recipe.variables)).notna().to_numpy()
    outside = ((features < low - BEYOND * noise) | (features > high + BEYOND * noise)) & known
    beyond = outside.sum(axis=0)
    order = np.argsort(-beyond, kind="stable")
    return Drift(
        len(shares.table),
        dict(inertia),
        tuple(shares.missing),
        int(outside.any(axis=1).sum()),
        tuple((model.recipe.variables[at], int(beyond[at])) for at in order if beyond[at]),
        noise_changed,
        noise_excess,
    )


def recommend(drift: Drift, smallest: Mapping[How, int], *, floor: float) -> tuple[How, tuple[str, ...]]:
    """Return the way to take, and why, one sentence each.

    Parameters
    ----------
    drift
        From :func:`measure_drift`.
    smallest
        Areas in the smallest sub-cluster, by way.
    floor
        Least share of areas in a segment.
    """
    worn = BELOW_FLOOR * floor * drift.n_areas
    against_assign = _against(
        "Last year's centroids", drift.excess("assign"), drift.assign_limit, smallest["assign"], worn
    )
    if drift.missing:
        against_assign.append(f"The new counts lack {examples(drift.missing)}.")
    if drift.n_outside > OUTSIDE * drift.n_areas:
        most = drift.outside[0][0]
        seen = f"{drift.n_outside:,} of {drift.n_areas:,} areas have a value beyond any the model has seen"
        against_assign.append(f"{seen} (above {100 * OUTSIDE:.1f} %), most of them in {most}.")
    if not against_assign:
        more = f"{100 * drift.excess('assign'):.1f} % more inertia (squared distance of areas to their segment)"
        cost = f"{more} than the best way"
        limit = f"within the {100 * drift.assign_limit:.1f} % that the noise of counting can explain"
        return "assign", (f"Last year's centroids still fit: they cost {cost}, {limit}.",)
    against_warm = _against("A warm start", drift.excess("warm"), WARM_EXCESS, smallest["warm"], worn)
    if not against_warm or "refit" not in drift.inertia:
        said = (
            f"A warm start mends that and keeps the segments what they were: it costs "
            f"{100 * drift.excess('warm'):.1f} % more inertia than the best way."
        )
        return "warm", (*against_assign, said)
    return "refit", (*against_assign, *against_warm, "So the segments are sought anew and matched with the old ones.")


def _against(who: str, excess: float, limit: float, smallest: int, worn: float) -> list[str]:
    ending = "s" if who.startswith("A ") else ""
    said = []
    if excess > limit:
        more = f"{100 * excess:.1f} % more inertia than the best way (above {100 * limit:.1f} %)"
        said.append(f"{who} cost{ending} {more}.")
    if smallest < worn:
        said.append(f"{who} leave{ending} a segment of {smallest:,} areas, below half the floor.")
    return said
