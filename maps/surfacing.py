"""The walk to the nearest public door over the ground of a place: today, under its last option, and the difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.clusters import access_points
from geodata.cost_distance import cost_distance, site_cells
from geodata.errors import CoverageError, examples
from geodata.grid import Indices, Raster, difference
from geodata.load import Geography
from geodata.load_rasters import load_walking
from geodata.place import Place
from geodata.rasters import mask_of, write_raster
from maps.surface import Surface, surface_of

if TYPE_CHECKING:
    from estate.plans import Plan

MINUTES = (5, 10, 15, 20, 30, 45, 60, 90)
CHANGE_MIN = (-30, -15, -5, -0.5, 0.5, 5, 15, 30)
NOTICED_MIN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Walking surfaces of a place.

    Parameters
    ----------
    rasters
        Minutes by the name of the file they are written to, without ``.tif``.
    surfaces
        What the map can show.
    notes
        What they say and rest on, one sentence each.
    """

    rasters: dict[str, Raster] = field(default_factory=dict)
    surfaces: tuple[Surface, ...] = ()
    notes: tuple[str, ...] = ()


def walks_of(
    place: Place,
    assets: gpd.GeoDataFrame,
    geography: Geography,
    *,
    plan: Plan | None = None,
    teams: pd.DataFrame | None = None,
) -> Walks | None:
    """Return the walk to public doors today and, where the plan opens or closes some, after it; None without rasters.

    Parameters
    ----------
    place
        The place; ``[rasters]`` names elevation or population, and water.
    assets
        Register in BNG; doors are its access points.
    geography
        Areas with residents and points, for the sentences, and the outline, beyond which nothing is drawn.
    plan, teams
        The option to compare with, and its teams.

    Raises
    ------
    ToolkitError
        A raster will not do.
    CoverageError
        No public door stands on the raster.
    """
    ground = load_walking(place)
    if ground is None:
        return None
    friction, elevation = ground
    doors = _placed(access_points(assets))
    on_ground = site_cells(doors, friction) >= 0
    if not on_ground.any():
        raise CoverageError(
            f"{place.path}: none of the {len(doors)} public doors stands on the raster of [rasters] "
            f"({friction.grid.sentence()}). Name rasters that cover the place."
        )
    limit = place.rasters.walk_limit_min
    today = cost_distance(friction, doors[on_ground], elevation=elevation, limit_min=limit)
    notes = [_rests_on(place, friction, elevation), _residents_sentence(today, geography.areas, "Today", limit)]
    if not on_ground.all():
        notes.append(
            f"Doors off the elevation raster, or in the water, left out of the walk: "
            f"{examples(list(doors.index[~on_ground]), total=len(doors))}."
        )
    off = _off_raster(today, geography.areas)
    if off:
        notes.append(f"{off:,.0f} residents live off the raster: they count as {limit:g} minutes or more from a door.")
    drawn = _Drawn(geography, limit)
    walks = Walks({"walk_minutes_today": today}, (drawn.minutes(today, "Walk today"),), tuple(notes))
    after = None if plan is None else _doors_after(assets, doors, plan, teams)
    if after is None or plan is None or set(after.index) == set(doors.index):
        return walks
    later = cost_distance(friction, after[site_cells(after, friction) >= 0], elevation=elevation, limit_min=limit)
    return _with_plan(walks, today, later, drawn, name=plan.name)


def _placed(assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return assets[~(assets.geometry.isna() | assets.geometry.is_empty)]


def _doors_after(
    assets: gpd.GeoDataFrame, doors: gpd.GeoDataFrame, plan: Plan, teams: pd.DataFrame | None
) -> gpd.GeoDataFrame:
    """Return the doors that stay, and the buildings that take in a front desk."""
    stay = [key for key in doors.index if key not in set(plan.released)]
    fronts = set() if teams is None else set(teams.index[teams["front_desk"].astype(bool)])
    taken_in = plan.moves.loc[plan.moves.index.isin(fronts), "to_asset"]
    return _placed(assets.loc[sorted({*stay, *taken_in})])


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Draws surfaces inside the outline of a place."""

    geography: Geography
    limit: float

    def inside(self, raster: Raster) -> Raster:
        """Return the raster without what lies outside the place."""
        outline = self.geography.outline
        if outline is None:
            return raster
        shape = gpd.GeoDataFrame(geometry=[outline], crs=self.geography.areas.crs)
        return raster.with_values(np.where(mask_of(shape, raster.grid), raster.values, np.nan))

    def minutes(self, raster: Raster, name: str) -> Surface:
        """Return minutes on foot as a surface."""
        note = f"Minutes on foot to the nearest public door, up to {self.limit:g}; clear where it is further or water."
        return surface_of(self.inside(raster), name=name, note=note, breaks=MINUTES)

    def change(self, raster: Raster, name: str) -> Surface:
        """Return a difference in minutes as a surface."""
        note = f"Minutes on foot to the nearest public door under '{name}': more (brown) or fewer (blue) than today."
        return surface_of(self.inside(raster), name=f"Change, {name}", note=note, breaks=CHANGE_MIN, turning=True)


def _with_plan(walks: Walks, today: Raster, later: Raster, drawn: _Drawn, *, name: str) -> Walks:
    change = difference(later, today, names=(name, "today"))
    key, areas = name.replace(" ", "_"), drawn.geography.areas
    return Walks(
        {**walks.rasters, f"walk_minutes_{key}": later, f"walk_minutes_{key}_less_today": change},
        (*walks.surfaces, drawn.minutes(later, f"Walk, {name}"), drawn.change(change, name)),
        (
            *walks.notes,
            _residents_sentence(later, areas, f"Under '{name}'", drawn.limit),
            _longer(change, areas, name),
        ),
    )


def _rests_on(place: Place, friction: Raster, elevation: Raster | None) -> str:
    hills = "flat ground" if elevation is None else f"the hills of {place.rasters.elevation}"
    water = f" around the water of {place.rasters.water}" if place.rasters.water else ", without regard to water"
    return (
        f"Walks are reckoned over {hills}{water} on cells of {friction.grid.cell_m:g} m by Tobler's hiking function, "
        "not on paths: indicative only."
    )


def _cells_of(raster: Raster, areas: gpd.GeoDataFrame) -> Indices:
    """Return the cell that the point of every area lies in, -1 off the raster."""
    points = gpd.GeoSeries(areas["point"])
    return raster.grid.cells(np.asarray(points.x, np.float64), np.asarray(points.y, np.float64))


def _at_points(raster: Raster, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the value at the point of every area, not-a-number off the raster."""
    cells = _cells_of(raster, areas)
    return pd.Series(np.where(cells >= 0, raster.cells()[cells], np.nan), index=areas.index)


def _off_raster(raster: Raster, areas: gpd.GeoDataFrame) -> float:
    """Return the residents of areas whose point is on no cell of the raster."""
    return float(areas["population"].fillna(0.0)[_cells_of(raster, areas) < 0].sum())


def _residents_sentence(minutes: Raster, areas: gpd.GeoDataFrame, when: str, limit: float) -> str:
    """Return how far half and nine tenths of residents walk; who is out of reach counts with the limit."""
    people = areas["population"].fillna(0.0)
    walk = _at_points(minutes, areas).fillna(limit).sort_values(kind="stable")
    share = people.loc[walk.index].cumsum() / max(people.sum(), 1.0)
    half, most = (float(walk[share >= part].iloc[0]) if (share >= part).any() else limit for part in (0.5, 0.9))
    return (
        f"{when}, half of the residents walk at most {half:.0f} minutes to the nearest public door, nine in ten at "
        f"most {most:.0f}{' or more' if most >= limit else ''}."
    )


def _longer(change: Raster, areas: gpd.GeoDataFrame, name: str) -> str:
    at_points = _at_points(change, areas)
    people = areas["population"].fillna(0.0)
    longer, shorter = (float(people[mask].sum()) for mask in (at_points > NOTICED_MIN, at_points < -NOTICED_MIN))
    return (
        f"Under '{name}', {longer:,.0f} residents walk longer to the nearest public door than today and {shorter:,.0f} "
        "less long."
    )


def write_walks(walks: Walks | None, folder: Path) -> None:
    """Write every walking surface as a Cloud-Optimised GeoTIFF."""
    for name, raster in ({} if walks is None else walks.rasters).items():
        write_raster(raster, folder / f"{name}.tif")
