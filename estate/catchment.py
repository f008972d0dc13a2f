"""How much of a service there is for each resident, where people share what they can reach.

Two-step floating catchment area:

    1  every site shares its supply among all residents within the limit:  ratio = supply / residents in reach
    2  every area adds up the ratios of all sites within the limit

Luo, W. and Wang, F. (2003): Measures of spatial accessibility to health care in a GIS environment. Environment and
Planning B 30, 865-884. What is handed out is what there is: over all areas, ratio x residents adds up to the supply of
the sites that anybody reaches.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.travel import Travel

PER = 1_000.0


def supply_per_head(
    residents: pd.Series, supply: pd.Series, travel: Travel, *, limit_min: float
) -> tuple[pd.Series, pd.Series]:
    """Return the supply for each thousand residents of every area, and what each site has for each thousand in reach.

    Parameters
    ----------
    residents
        Residents, indexed by ``oa_code``.
    supply
        Size of the service at each site (such as full-time staff), indexed by ``asset_id``.
    travel
        Travel times.
    limit_min
        Who is within this (minutes) shares a site.

    Returns
    -------
    tuple of pandas.Series
        By area, 0 where no site is within the limit; and by site, missing where nobody is within the limit of it.
    """
    reach = _within(travel, residents.index, supply.index, limit_min)
    demand = residents.to_numpy(dtype=np.float64) @ reach
    size = supply.to_numpy(dtype=np.float64)
    ratio = np.divide(size, demand, out=np.full(len(size), np.nan), where=demand > 0)
    each = reach @ np.nan_to_num(ratio)
    return pd.Series(each * PER, index=residents.index), pd.Series(ratio * PER, index=supply.index)


def _within(travel: Travel, areas: pd.Index, sites: pd.Index, limit_min: float) -> NDArray[np.float64]:
    """Return 1 where a site is within the limit of an area, shape (n_areas, n_sites)."""
    minutes = np.nan_to_num(travel.matrix(areas, sites), nan=np.inf)
    return (minutes <= limit_min).astype(np.float64)
