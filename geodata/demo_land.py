"""The land of Peakshire: towns, villages and a tessellation of small areas with realistic outlines.

Every area grows from one point; points are dense in towns, three to a village, and far apart in open country.
The outlines around them are drawn by ``demo_outlines``.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geodata.demo_names import read_table, village_names
from geodata.demo_outlines import Floats, Ints, draw_outlines, relax

BNG = "EPSG:27700"
CENTRE = (430_000.0, 355_000.0)
"""Middle of the county, easting and northing (metres)."""
SEMI_AXES = (26_300.0, 32_000.0)
"""Half widths of the county, east and north (metres): about 2,600 km2."""
TOWN_SHARE = 0.75
VILLAGE_SHARE = 0.15
"""Shares of areas in the 14 towns and in villages; the others are open country."""
TOWN_AREA_KM2 = 0.085
"""Mean size of an area in a town (km2)."""
INNER, OUTER = 0.28, 0.62
"""Where the centre of a town ends and where its outskirts begin, in town radii."""
RINGS = ("centre", "inner", "outer", "village", "country")
ROUGHNESS = {"town": 0.09, "village": 0.14, "country": 0.2}
"""Displacement of an edge's middle as a share of its length: streets are straighter than brooks."""


@dataclass(frozen=True, slots=True)
class Town:
    """One invented town: kind, district, share of town areas, centre (BNG, metres) and radius (metres)."""

    name: str
    kind: str
    district: str
    weight: float
    east: float
    north: float
    radius: float


@dataclass(frozen=True, slots=True)
class Land:
    """The county without its people.

    Attributes
    ----------
    towns
        The 14 towns, largest first.
    areas
        One row per area, index 0..n-1: ``zone`` (town, village, country), ``town`` (the nearest town's number),
        ``ring`` (number in ``RINGS``), ``locality`` (name of town or village), polygons in BNG.
    seeds
        The point each area grew from, shape (n_areas, 2), BNG: always inside the area.
    neighbours
        Pairs of areas that share an edge, shape (n_pairs, 2).
    county
        Outline of the whole, noded like the areas.
    """

    towns: tuple[Town, ...]
    areas: gpd.GeoDataFrame
    seeds: Floats
    neighbours: Ints
    county: shapely.Geometry


def build_land(*, seed: int, n_areas: int) -> Land:
    """Build the towns and areas of the county.

    Parameters
    ----------
    seed
        Seed of all random choices.
    n_areas
        Number of areas, at least 100.

    Raises
    ------
    ValueError
        ``n_areas`` is under 100 or above 20,000.
    """
    if not 100 <= n_areas <= 20_000:
        raise ValueError(f"n_areas is {n_areas}: choose 100 to 20,000.")
    rng = np.random.default_rng((seed, 1))
    border = _county_border(rng)
    towns = _towns(rng, n_areas=n_areas)
    points, zone, place = _settle(rng, towns, border, n_areas=n_areas)
    points = relax(points, border, pull=np.where(zone == "village", 0.25, 0.6))
    polygons, neighbours = draw_outlines(rng, points, border, roughness=np.array([ROUGHNESS[name] for name in zone]))
    town, reach = _nearest_town(points, towns)
    ring = np.where(zone == "town", np.digitize(reach, (INNER, OUTER)), np.where(zone == "village", 3, 4))
    areas = gpd.GeoDataFrame(
        {"zone": zone, "town": town, "ring": ring, "locality": _localities(rng, points, zone, place, towns)},
        geometry=polygons,
        crs=BNG,
    )
    return Land(towns, areas, points, neighbours, shapely.coverage_union_all(polygons))


def _county_border(rng: np.random.Generator) -> shapely.Polygon:
    """Return a smooth oval with a few bays, as a polygon of 720 points."""
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    swell = np.ones_like(angle)
    for wave in range(2, 12):
        swell += 0.075 / wave**0.6 * rng.uniform(0.3, 1) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    swell /= np.sqrt(np.mean(swell**2))
    ring = np.column_stack([SEMI_AXES[0] * swell * np.cos(angle), SEMI_AXES[1] * swell * np.sin(angle)])
    return shapely.Polygon(ring + CENTRE)


def _towns(rng: np.random.Generator, *, n_areas: int) -> tuple[Town, ...]:
    """Place the towns of the table, each moved a little by the seed, with a radius that fits their areas."""
    rows = read_table("demo_towns.tsv")
    total = sum(float(row["weight"]) for row in rows)
    towns = []
    for row in rows:
        weight = float(row["weight"]) / total
        shift = rng.uniform(-900, 900, 2)
        radius = 1_000 * np.sqrt(weight * TOWN_SHARE * max(n_areas, 1_000) * TOWN_AREA_KM2 / np.pi)
        east = CENTRE[0] + 1_000 * float(row["east_km"]) + shift[0]
        north = CENTRE[1] + 1_000 * float(row["north_km"]) + shift[1]
        towns.append(Town(row["town"], row["kind"], row["district"], weight, east, north, float(radius)))
    return tuple(towns)


def _settle(
    rng: np.random.Generator, towns: tuple[Town, ...], border: shapely.Polygon, *, n_areas: int
) -> tuple[Floats, npt.NDArray[np.str_], Ints]:
    """Return one point per area, its zone, and the number of its town or village (-1 in open country)."""
    in_towns = _shares([town.weight for town in towns], round(n_areas * TOWN_SHARE))
    points = [_town_points(rng, town, count) for town, count in zip(towns, in_towns, strict=True)]
    place = [np.full(count, number) for number, count in enumerate(in_towns)]
    n_villagers = round(n_areas * VILLAGE_SHARE)
    centres = _scatter(rng, border, towns, max(1, n_villagers // 3), taken=np.empty((0, 2)))
    home = np.arange(n_villagers) % len(centres)
    points.append(centres[home] + rng.normal(0, 260, (n_villagers, 2)))
    place.append(home)
    n_country = n_areas - sum(in_towns) - n_villagers
    points.append(_scatter(rng, border, towns, n_country, taken=centres))
    place.append(np.full(n_country, -1))
    zone = np.repeat(["town", "village", "country"], [sum(in_towns), n_villagers, n_country])
    return np.vstack(points), zone, np.concatenate(place)


def _shares(weights: list[float], total: int) -> list[int]:
    """Return whole numbers in proportion to the weights that add up to the total, each at least 1."""
    exact = np.array(weights) / sum(weights) * total
    whole = np.maximum(np.floor(exact).astype(int), 1)
    for number in np.argsort(whole - exact, kind="stable")[: max(0, total - int(whole.sum()))]:
        whole[number] += 1
    whole[0] += total - int(whole.sum())
    return [int(count) for count in whole]


def _town_points(rng: np.random.Generator, town: Town, count: int) -> Floats:
    """Scatter points over a town, closest in the middle, in a shape of its own (a stretched, lobed disc)."""
    angle = rng.uniform(0, 2 * np.pi, count)
    lobes = 1 + 0.22 * np.cos(3 * angle + rng.uniform(0, 6)) + 0.12 * np.cos(5 * angle + rng.uniform(0, 6))
    radius = town.radius * rng.uniform(0, 1, count) ** 0.6 * lobes
    stretch, turn = rng.uniform(0.8, 1.25), rng.uniform(0, np.pi)
    x, y = radius * np.cos(angle) * stretch, radius * np.sin(angle) / stretch
    east = town.east + x * np.cos(turn) - y * np.sin(turn)
    north = town.north + x * np.sin(turn) + y * np.cos(turn)
    return np.column_stack([east, north])


def _scatter(
    rng: np.random.Generator, border: shapely.Polygon, towns: tuple[Town, ...], count: int, *, taken: Floats
) -> Floats:
    """Scatter points over the countryside, each the most remote of a few random candidates (best candidate)."""
    inner = border.buffer(-700)
    west, south, east, north = inner.bounds
    chosen = [*taken]
    centres = np.array([(town.east, town.north) for town in towns])
    radii = np.array([town.radius for town in towns])
    while len(chosen) < count + len(taken):
        trial = rng.uniform((west, south), (east, north), (24, 2))
        clear = ((np.hypot(*(trial[:, None] - centres).transpose(2, 0, 1)) / radii) > 1.25).all(axis=1)
        trial = trial[clear & shapely.contains_xy(inner, trial[:, 0], trial[:, 1])][:8]
        if not len(trial):
            continue
        others = np.array(chosen) if chosen else centres
        distance = np.hypot(*(trial[:, None] - others).transpose(2, 0, 1)).min(axis=1)
        chosen.append(trial[int(distance.argmax())])
    return np.array(chosen[len(taken) :])


def _nearest_town(points: Floats, towns: tuple[Town, ...]) -> tuple[Ints, Floats]:
    """Return the number of the nearest town of each point and the distance to it in town radii."""
    away = np.array([np.hypot(points[:, 0] - town.east, points[:, 1] - town.north) for town in towns])
    town = away.argmin(axis=0)
    radii = np.array([place.radius for place in towns])
    return town, away.min(axis=0) / radii[town]


def _localities(
    rng: np.random.Generator, points: Floats, zone: npt.NDArray[np.str_], place: Ints, towns: tuple[Town, ...]
) -> list[str]:
    """Return the name of each area's town or village; open country takes the nearest village's name."""
    n_villages = int(place[zone == "village"].max()) + 1
    names = village_names(rng, n_villages)
    villagers = np.flatnonzero(zone == "village")
    nearest = villagers[cKDTree(points[villagers]).query(points)[1]]
    return [
        towns[place[cell]].name if zone[cell] == "town" else names[place[nearest[cell]]] for cell in range(len(zone))
    ]
