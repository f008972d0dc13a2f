"""``[rasters]`` of a ``place.toml``: who lives where by cell, how high the ground is, and where nobody can walk."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from geodata.section import Section, Text


class RasterChoice(Section):
    """``[rasters]``: grids in British National Grid with a nodata value.

    Parameters
    ----------
    population
        Residents in each cell; areas without a count of residents get theirs from it.
    elevation
        Height of the ground (metres); the walk over hills is reckoned on its cells.
    water
        Where nobody can walk: polygons or lines (any layer), or a raster that is above 0 there.
    walk_limit_min
        Longest walk drawn (minutes).
    """

    population: Text | None = None
    elevation: Text | None = None
    water: Text | None = None
    walk_limit_min: Annotated[float, Field(gt=0, le=600)] = 180.0

    @model_validator(mode="after")
    def _check_ground(self) -> RasterChoice:
        if self.water and not (self.elevation or self.population):
            message = "water alone has no cells to walk on: add elevation or population, or leave water out"
            raise ValueError(message)
        return self

    def files(self) -> list[str]:
        """Return the names of the files of the section."""
        return [name for name in (self.population, self.elevation, self.water) if name]
