"""``[contacts]`` and ``[portraits]`` of ``place.toml``: who gets in touch, and what segments are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from geodata.section import Section, Share, Text

BaseName = Literal["place", "county", "country"]


class ContactSource(Section):
    """``[contacts]``: a list of customer contacts, one row each or with a column of counts.

    Parameters
    ----------
    file
        The list. It is read, counted and never copied: no row of it is written anywhere.
    columns
        Overrides of the column recognition, field = heading. Fields: ``postcode area easting northing service channel
        kind date count``.
    services
        Keep the contacts of these services only; all by default.
    complaints
        Words of the kind column that mean a complaint; by default every word with "complain" in it.
    after, before
        Keep contacts from the first day to the last, both included.
    expected
        What the expected number is in proportion to: ``population``, ``households``, or a census variable by name, such
        as ``age_65_84`` (the people it counts).
    bases
        The same for single services, service = base.
    suppress_below
        Counts from 1 to one less are not told, nor whatever would give them away; 0 or 1 tells all.
    false_discovery
        Share of the areas called out of the ordinary that may be so by chance alone.
    """

    file: Text
    columns: dict[str, str] = Field(default_factory=dict)
    services: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    after: dt.date | None = None
    before: dt.date | None = None
    expected: Text = "population"
    bases: dict[str, str] = Field(default_factory=dict)
    suppress_below: Annotated[int, Field(ge=0, le=100)] = 5
    false_discovery: Share = 0.05

    @model_validator(mode="after")
    def _in_order(self) -> ContactSource:
        if self.after and self.before and self.after > self.before:
            raise ValueError(f"'after' ({self.after}) is later than 'before' ({self.before})")
        return self


class WiderBase(Section):
    """A wider extent that segments are held against, such as the county or England and Wales.

    Parameters
    ----------
    name
        What sentences call it.
    file
        Census counts of its areas, or a table with the columns ``variable`` and ``share`` (0 to 1) or ``percent``.
    """

    name: Text
    file: Text


class NamedPlaces(Section):
    """``places``: a layer of polygons with names that people know, such as wards or parishes, and its column.

    Parameters
    ----------
    file
        The layer.
    name
        Heading of the names.
    """

    file: Text
    name: Text


class PortraitChoice(Section):
    """``[portraits]``: what segments are held against, and the names of places that are given as examples.

    Parameters
    ----------
    base
        ``place``, ``county`` or ``country``.
    county, country
        Tables of the wider extents.
    places
        Where the names of example places come from; the localities of the areas by default.
    """

    base: BaseName = "place"
    county: WiderBase | None = None
    country: WiderBase | None = None
    places: NamedPlaces | None = None

    def files(self) -> Iterator[str]:
        """Yield the files that are named."""
        yield from (one.file for one in (self.county, self.country, self.places) if one)
