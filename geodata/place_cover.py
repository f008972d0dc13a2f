"""``[cover]`` of a ``place.toml``: stations, candidates, and what calls for them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from geodata.section import Positive, Section, Text


class CoverChoice(Section):
    """``[cover]``: who is within so many minutes of a station, and where stations would do best.

    Parameters
    ----------
    uses
        Uses of the buildings that are stations today.
    within_min
        The standard (minutes).
    candidates
        List of sites that could become stations, read like an asset list.
    candidate_uses
        Uses of buildings in the register that could become, or host, one.
    demand
        Table of what calls for a station, by area: a column of area codes and a column ``demand`` (or that of
        ``counted``). Residents where absent.
    counted
        What that table counts, in the plural.
    open, close
        Ids or names of candidates that open and of stations that close.
    required, forbidden
        Ids or names of sites that the best choice must, or must not, open.
    stations
        Number of stations for the best choice; by default as many as there are after opening and closing.
    more
        Instead: keep all stations and look for so many more among the candidates.
    """

    uses: tuple[Text, ...] = ("fire station",)
    within_min: Positive = 10.0
    candidates: Text | None = None
    candidate_uses: tuple[Text, ...] = ()
    demand: Text | None = None
    counted: Text = "incidents"
    open: tuple[Text, ...] = ()
    close: tuple[Text, ...] = ()
    required: tuple[Text, ...] = ()
    forbidden: tuple[Text, ...] = ()
    stations: Annotated[int, Field(ge=1)] | None = None
    more: Annotated[int, Field(ge=1)] | None = None
