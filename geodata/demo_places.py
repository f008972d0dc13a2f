"""Codes, wards, districts and postcodes of Peakshire: all invented, all of valid form, none in use in Britain."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.demo_land import BNG, Land
from geodata.demo_names import words
from geodata.demo_outlines import Floats, Ints, Texts

POSTCODE_AREA = "PK"
"""No British postcode begins with PK."""
POSTCODES_PER_AREA = 8
PER_OUTWARD = 2_400
"""Most postcodes under one outward code such as PK7 (10 sectors x 400 units would be full)."""
UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Letters that a postcode may end in."""
AREAS_PER_LSOA, LSOAS_PER_MSOA, LSOAS_PER_WARD = 5, 5, 3
COMPASS = ("North", "North East", "East", "South East", "South", "South West", "West", "North West")
QUARTERS = ("Abbey", "Bridge", "Castle", "Mill", "Park", "Station", "Market", "Moor", "Priory", "Quarry", "Spring",
            "Tower", "Weir", "Canal", "Chapel", "Forge", "Green", "Heath", "Lodge", "Orchard", "Ridge")  # fmt: skip
"""What further parts of a town are called, once the points of the compass are used up."""
CORE = 0.55
"""Postcodes lie within this share of the way from an area's middle to its corners."""


def name_areas(land: Land) -> pd.DataFrame:
    """Return the codes of every area, rows in the order of ``land.areas``.

    Codes begin with P, which no statistical code of Britain does. Each larger area is a run of neighbours along a
    Hilbert curve within one town or within the countryside around it, so it never crosses a district.

    Returns
    -------
    pandas.DataFrame
        Columns ``oa21cd lsoa21cd msoa21cd ward wd22nm lad22cd lad22nm locality``, index as ``land.areas``.
    """
    areas = land.areas
    names = list(dict.fromkeys(town.district for town in land.towns))
    district = np.array([names.index(town.district) for town in land.towns])[areas["town"]]
    curve = gpd.GeoSeries(gpd.points_from_xy(*land.seeds.T), crs=BNG).hilbert_distance().to_numpy()
    rural = (areas["zone"] != "town").to_numpy()
    order = np.lexsort((curve, rural, areas["town"], district))
    group = (areas["town"].to_numpy() * 2 + rural)[order]
    lsoa = _runs(group, AREAS_PER_LSOA)
    lsoa_district = district[order][np.unique(lsoa, return_index=True)[1]]
    msoa, ward = (_runs(lsoa_district, length)[lsoa] for length in (LSOAS_PER_MSOA, LSOAS_PER_WARD))
    codes = pd.DataFrame(
        {
            "oa21cd": [f"P00{number:06d}" for number in range(1, len(order) + 1)],
            "lsoa21cd": [f"P01{number:06d}" for number in lsoa + 1],
            "msoa21cd": [f"P02{number:06d}" for number in msoa + 1],
            "ward": [f"P05{number:06d}" for number in ward + 1],
            "wd22nm": _ward_names(ward, areas["locality"].to_numpy()[order], land.seeds[order]),
            "lad22cd": [f"P07{number:06d}" for number in district[order] + 1],
            "lad22nm": [names[number] for number in district[order]],
            "locality": areas["locality"].to_numpy()[order],
        },
        index=areas.index[order],
    )
    return codes.sort_index()


def _ward_names(ward: Ints, locality: Texts, points: Floats) -> list[str]:
    """Return the name of the ward of each area: its largest locality, and which part of it where there are several.

    Examples
    --------
    >>> places = np.array(["Ashby"] * 4 + ["Moor"])
    >>> _ward_names(np.array([0, 0, 1, 2, 3]), places, np.array([[1, 0], [1, 2], [5, 1], [-8, 1], [9, 9]]))
    ['Ashby Central', 'Ashby Central', 'Ashby East', 'Ashby West', 'Moor']
    """
    wards = pd.DataFrame({"ward": ward, "locality": locality, "x": points[:, 0], "y": points[:, 1]}).groupby("ward")
    table = wards.agg(locality=("locality", lambda names: names.mode().iloc[0]), x=("x", "mean"), y=("y", "mean"))
    names: dict[int, str] = {}
    for place, parts in table.groupby("locality", sort=False):
        taken = _parts_of_town(parts[["x", "y"]].to_numpy()) if len(parts) > 1 else [""]
        names |= {number: f"{place} {part}".strip() for number, part in zip(parts.index, taken, strict=True)}
    return [names[number] for number in ward]


def _parts_of_town(points: Floats) -> list[str]:
    """Return what to call parts of a town: by where they lie from its middle, each differently."""
    away = points - points.mean(axis=0)
    turn = (np.round(np.degrees(np.arctan2(away[:, 0], away[:, 1])) / 45) % 8).astype(int)
    names = [""] * len(points)
    spare = iter(QUARTERS)
    for at in np.argsort(np.hypot(away[:, 0], away[:, 1]), kind="stable"):
        wanted = COMPASS[turn[at]] if any(names) else "Central"
        names[at] = wanted if wanted not in names else next(spare, f"{at + 1}")
    return names


def _runs(group: Ints, length: int) -> Ints:
    """Number runs of about ``length`` neighbours in a row, each within one group; groups stand in a row too.

    Examples
    --------
    >>> _runs(np.array([7, 7, 7, 7, 1, 1, 1]), 2)
    array([0, 0, 1, 1, 2, 2, 2])
    """
    starts = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    runs, first = [], 0
    for members in np.diff(starts, append=len(group)):
        parts = max(1, int(members) // length)
        runs.append(first + np.arange(members) * parts // members)
        first += parts
    return np.concatenate(runs)


def scatter_postcodes(land: Land, codes: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return about eight made-up postcodes for every area, each at a point inside its area.

    Parameters
    ----------
    land
        The county.
    codes
        The areas' codes, as ``name_areas`` gives them.
    seed
        Seed of all random choices.

    Returns
    -------
    pandas.DataFrame
        Sorted by postcode: ``pcd``, ``laua`` (district code), ``oseast1m``, ``osnrth1m`` (whole metres), ``area``
        (row of ``land.areas``) and ``street``.
    """
    rng = np.random.default_rng((seed, 2))
    counts = np.clip(rng.poisson(POSTCODES_PER_AREA, len(codes)), 3, 16)
    area: Ints = np.repeat(np.argsort(codes["oa21cd"].to_numpy()), counts)
    points = _points_inside(rng, land, area)
    town = land.areas["town"].to_numpy()[area]
    order = np.argsort(town, kind="stable")
    area, points = area[order], points[order]
    streets = np.array(words("street"))
    frame = pd.DataFrame(
        {
            "pcd": _postcodes(np.sort(town)),
            "laua": codes["lad22cd"].to_numpy()[area],
            "oseast1m": points[:, 0].astype(int),
            "osnrth1m": points[:, 1].astype(int),
            "area": area,
            "street": streets[rng.integers(0, len(streets), len(area))],
        }
    )
    return frame.sort_values("pcd", ignore_index=True)


def _points_inside(rng: np.random.Generator, land: Land, area: Ints) -> Floats:
    """Return one whole-metre point for each entry of ``area``, well inside that area."""
    polygons = land.areas.geometry.to_numpy()[area]
    outline, ring = shapely.get_coordinates(polygons, return_index=True)
    first = np.searchsorted(ring, np.arange(len(area)))
    corner = first + rng.integers(0, np.bincount(ring))
    middle = land.seeds[area]
    points = np.round(middle + CORE * np.sqrt(rng.uniform(0, 1, (len(area), 1))) * (outline[corner] - middle))
    inside = shapely.contains_xy(polygons, points[:, 0], points[:, 1])
    return np.where(inside[:, None], points, np.round(middle))


def _postcodes(town: Ints) -> list[str]:
    """Return one postcode per entry; ``town`` is sorted, and each town has outward codes of its own.

    Examples
    --------
    >>> _postcodes(np.array([0, 0, 1]))
    ['PK1 0AA', 'PK1 0AB', 'PK2 0AA']
    """
    postcodes, outward = [], 0
    for members in np.unique(town, return_counts=True)[1]:
        for number in range(members):
            if number % PER_OUTWARD == 0:
                outward += 1
            sector, unit = divmod(number % PER_OUTWARD, len(UNIT_LETTERS) ** 2)
            first, second = divmod(unit, len(UNIT_LETTERS))
            postcodes.append(f"{POSTCODE_AREA}{outward} {sector}{UNIT_LETTERS[first]}{UNIT_LETTERS[second]}")
    return postcodes
