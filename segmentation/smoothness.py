"""Smoothness on the map: how often neighbouring areas are of one segment, beside what chance would bring.

Join counts (Cliff and Ord 1981): of all pairs of areas that touch, those with the same segment; expected is the same
number if the segments, as large as they are, were dealt out to the areas at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

TOUCH_M = 1.0
"""Outlines that come so near (metres) touch: generalised outlines leave slivers."""


@dataclass(frozen=True, slots=True)
class Smoothness:
    """How a grouping lies on the map.

    Parameters
    ----------
    n_pairs
        Pairs of areas that touch.
    n_areas, n_without
        Areas with an outline, and those without one, which are left out.
    same, expected
        Share of these pairs in the same segment, and the share that chance would bring.
    """

    n_pairs: int
    n_areas: int
    n_without: int
    same: float
    expected: float

    def sentence(self, what: str = "segment") -> str:
        """Return it in words.

        Examples
        --------
        >>> Smoothness(200, 80, 0, 0.6, 0.2).sentence()
        '60 % of neighbouring areas are in the same segment; chance would bring 20 %.'
        """
        if not self.n_pairs:
            return "No two areas touch on the map, so nothing can be said of neighbours."
        left = f" ({self.n_without:,} areas without an outline are left out)" if self.n_without else ""
        return (
            f"{100 * self.same:.0f} % of neighbouring areas are in the same {what}; chance would bring "
            f"{100 * self.expected:.0f} %{left}."
        )


def neighbours(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of areas that touch.

    Parameters
    ----------
    areas
        Outlines in BNG, indexed by ``oa_code``; those without one have no neighbours.

    Returns
    -------
    DataFrame
        Columns ``one`` and ``two``, codes of areas, each pair once.
    """
    known = areas[areas.geometry.notna() & ~areas.geometry.is_empty & ~areas.geometry.geom_type.isin(["Point"])]
    shapes = known.geometry.to_numpy()
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    once = one < two
    codes = known.index.to_numpy()
    pairs = pd.DataFrame({"one": codes[one[once]], "two": codes[two[once]]})
    return pairs.sort_values(["one", "two"], ignore_index=True)


def smoothness(labels: pd.Series, pairs: pd.DataFrame, *, n_areas: int) -> Smoothness:
    """Return how a grouping lies on the map.

    Parameters
    ----------
    labels
        Segment of each area, indexed by ``oa_code``.
    pairs
        From :func:`neighbours`.
    n_areas
        Areas with an outline.

    Examples
    --------
    >>> row = pd.DataFrame({"one": ["a", "b", "c"], "two": ["b", "c", "d"]})
    >>> found = smoothness(pd.Series({"a": 0, "b": 0, "c": 1, "d": 1}), row, n_areas=4)
    >>> round(found.same, 3), round(found.expected, 3)
    (0.667, 0.333)
    """
    same = labels.loc[pairs["one"]].to_numpy() == labels.loc[pairs["two"]].to_numpy()
    sizes = labels.value_counts().to_numpy(dtype="float64")
    whole = sizes.sum()
    expected = float((sizes * (sizes - 1)).sum() / (whole * (whole - 1))) if whole > 1 else np.nan
    return Smoothness(
        len(pairs), n_areas, len(labels) - n_areas, float(same.mean()) if len(pairs) else np.nan, expected
    )
