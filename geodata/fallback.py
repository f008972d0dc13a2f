"""How wrong the straight line is where the roads are known, and which detour and speed would fit them best."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geodata.network import Network
from geodata.travel import MODE_WORDS, Travel, straight_line_travel

#: Pairs nearer than this (metres) say nothing of a detour: the way to the road outweighs the way on it.
NEAREST_M = 400.0


@dataclass(frozen=True, slots=True)
class FallbackError:
    """The straight line against the roads, over the same areas and buildings.

    Parameters
    ----------
    mode
        Mode of travel.
    n_pairs
        Pairs of area and building that both tables have.
    mean_error
        Mean of |straight line - roads| / roads (a share).
    bias
        Mean of (straight line - roads) / roads: below 0 it is too quick.
    wrong_nearest
        Share of areas that the straight line sends to another building than the nearest by road.
    detour, speed_kmh
        What fits these roads best: the way on the ground over the straight line, and kilometres an hour.
    fitted_error
        Mean error with those; a factor changes no order, so the wrong nearest stay.
    """

    mode: str
    n_pairs: int
    mean_error: float
    bias: float
    wrong_nearest: float
    detour: float
    speed_kmh: float
    fitted_error: float

    def sentence(self) -> str:
        """Return the comparison in words."""
        return (
            f"Without these roads, minutes {MODE_WORDS[self.mode]} would be indicative: the straight line is "
            f"{self.mean_error:.0%} out on average and sends {self.wrong_nearest:.0%} of areas to the wrong nearest "
            f"building. Fitted to these roads (detour {self.detour:.2f}, {self.speed_kmh:.0f} km/h) it is "
            f"{self.fitted_error:.0%} out."
        )


def fallback_error(
    areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, measured: Travel, *, detour: float | None = None
) -> FallbackError | None:
    """Compare the straight line with times measured on roads, and fit it to them.

    The fitted speed makes the median ratio of the two 1, for the detour given; the two factors matter only as a ratio.

    Parameters
    ----------
    areas, assets
        As they were measured.
    measured
        Times on roads.
    detour
        Way on the ground over straight line of these roads (:func:`detour_of`); by default the usual one.

    Returns
    -------
    FallbackError or None
        None where no pair is far enough apart to compare.
    """
    straight = straight_line_travel(areas, assets, mode=measured.mode, limit_min=1e4)
    roads = measured.matrix(areas.index, assets.index)
    guess = straight.matrix(areas.index, assets.index)
    if straight.detour is None or straight.speed_kmh is None:
        return None
    metres = guess * straight.speed_kmh * 1000.0 / 60.0 / straight.detour
    plain = [~np.asarray(table.index.isin(measured.straight)) for table in (areas, assets)]
    compared = np.isfinite(roads) & (roads > 0) & (metres >= NEAREST_M) & plain[0][:, None] & plain[1][None, :]
    if not compared.any():
        return None
    ratio = guess[compared] / roads[compared]
    factor = float(np.median(ratio))
    chosen = straight.detour if detour is None else detour
    return FallbackError(
        mode=measured.mode,
        n_pairs=int(compared.sum()),
        mean_error=float(np.abs(ratio - 1).mean()),
        bias=float((ratio - 1).mean()),
        wrong_nearest=_wrong_nearest(guess, roads),
        detour=chosen,
        speed_kmh=straight.speed_kmh * factor * chosen / straight.detour,
        fitted_error=float(np.abs(ratio / factor - 1).mean()),
    )


def detour_of(network: Network, areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, walk: Travel) -> float | None:
    """Return the median way on foot over the straight line, from times on foot at nearly one speed.

    Parameters
    ----------
    network
        The roads, for the speed on foot.
    areas, assets
        As they were measured.
    walk
        Times on foot on these roads.
    """
    minutes = walk.matrix(areas.index, assets.index)
    metres = _metres(areas, assets)
    compared = np.isfinite(minutes) & (metres >= NEAREST_M)
    if not compared.any():
        return None
    way_m = minutes[compared] * network.leg_kmh["walk"] * 1000.0 / 60.0
    return max(1.0, float(np.median(way_m / metres[compared])))


def _metres(areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame) -> NDArray[np.float64]:
    points = gpd.GeoSeries(areas["point"])
    return np.hypot(
        points.x.to_numpy()[:, None] - assets.geometry.x.to_numpy()[None, :],
        points.y.to_numpy()[:, None] - assets.geometry.y.to_numpy()[None, :],
    )


def _wrong_nearest(guess: NDArray[np.float64], roads: NDArray[np.float64]) -> float:
    """Return the share of areas whose nearest building by the straight line is not the nearest by road."""
    reached = np.isfinite(roads).any(axis=1)
    if not reached.any():
        return float("nan")
    true = np.where(np.isfinite(roads[reached]), roads[reached], np.inf)
    chosen = np.argmin(np.where(np.isfinite(guess[reached]), guess[reached], np.inf), axis=1)
    taken = true[np.arange(len(true)), chosen]
    return float((taken > true.min(axis=1) + 1e-9).mean())
