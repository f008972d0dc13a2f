"""How many segments a place holds: up to which number searches with different seeds find the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.agreement import least_agreement
from segmentation.descent import Floats, Ints
from segmentation.hierarchy import HierarchyFit, assign, fit_path

STABLE_SUPER, STABLE_SUB = 0.95, 0.85
"""Adjusted Rand index between seeds from which super clusters, and sub-clusters, count as stable."""
N_SEEDS = 3


@dataclass(frozen=True, slots=True)
class Stability:
    """How far searches with different seeds agree.

    Parameters
    ----------
    n_seeds
        Searches compared.
    super
        Least adjusted Rand index between two of them at the level of super clusters.
    subs
        The same of sub-clusters, for each number of them on the way down.
    asked
        Number of sub-clusters asked for.
    """

    n_seeds: int
    super: float
    subs: dict[int, float]
    asked: int

    @property
    def holds(self) -> int:
        """The greatest number of sub-clusters, up to that asked for, at which seeds agree; 0 where at none."""
        return max((n for n, agreement in self.subs.items() if agreement >= STABLE_SUB), default=0)

    def sentence(self) -> str:
        """Return it in words.

        Examples
        --------
        >>> Stability(3, 0.99, {17: 0.9, 18: 0.7}, 18).sentence()
        'This place does not hold 18 stable segments; it holds 17. Searches with 3 seeds agree at 0.70 (adjusted Rand
        index) on 18 sub-clusters, below 0.85.'
        """
        n_super, reached = min(self.subs), max(self.subs)
        if self.super < STABLE_SUPER:
            return (
                f"The {n_super} super clusters themselves are not stable: searches with {self.n_seeds} seeds agree at "
                f"{_down(self.super)} (adjusted Rand index), below {STABLE_SUPER}. 'onetown choose' proposes a number."
            )
        if self.holds < self.asked:
            holds = f"it holds {self.holds}" if self.holds else "nor any smaller number below the same super clusters"
            return (
                f"This place does not hold {self.asked} stable segments; {holds}. Searches with {self.n_seeds} "
                f"seeds agree at {_down(self.subs[reached])} (adjusted Rand index) on {reached} sub-clusters, below "
                f"{STABLE_SUB}."
            )
        return (
            f"Searches with {self.n_seeds} seeds agree at {_down(self.super)} on the {n_super} super clusters and at "
            f"{_down(self.subs[self.asked])} on the {self.asked} sub-clusters (adjusted Rand index; 1 is the same)."
        )


def seeds_of(seed: int, n_seeds: int) -> list[int]:
    """Return seeds that follow from one."""
    return [seed + at for at in range(n_seeds)]


def paths_of(
    x: Floats, *, n_super: int, n_sub: int, floor: float, seeds: Sequence[int]
) -> list[tuple[HierarchyFit, ...]]:
    """Return the way down, from super clusters to `n_sub` sub-clusters, of a search with each seed."""
    return [fit_path(x, n_super=n_super, n_sub=n_sub, floor=floor, seed=seed) for seed in seeds]


def stability_of(x: Floats, paths: Sequence[Sequence[HierarchyFit]], *, n_sub: int) -> Stability:
    """Return how far these searches agree, at every number of sub-clusters that all of them reach.

    Parameters
    ----------
    x
        Features, shape (n_rows, n_features).
    paths
        From :func:`paths_of`.
    n_sub
        Number of sub-clusters asked for.
    """
    tops = [assign(x, path[0].hierarchy).tops for path in paths]
    subs: dict[int, float] = {}
    for steps in zip(*paths, strict=False):
        labels: list[Ints] = [assign(x, step.hierarchy).subs for step in steps]
        subs[len(steps[0].hierarchy.subs)] = least_agreement(labels)
    return Stability(len(paths), least_agreement(tops), subs, n_sub)


def _down(agreement: float) -> str:
    """Return two digits, rounded down, so that what falls short of a limit never reads as that limit."""
    return f"{np.floor(100 * agreement + 1e-9) / 100:.2f}"
