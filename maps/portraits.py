"""The portraits as one printable HTML page: a summary, then a sheet of A4 for each segment.

No script, no network, nothing to install. All text passes through the template's escaping; the pictures are drawn here
and have tables with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import geopandas as gpd
import pandas as pd
from jinja2 import Environment, Template
from markupsafe import Markup

from maps.outlines import Outlines, outlines_of, small_map
from maps.radial import radial_plot
from segmentation.portrait import Portrait, Spoke

SHOWN_NOTES = 3
SHORT = {
    "residents": "of residents",
    "households": "of households",
    "residents aged 16 and over": "of those 16+",
    "residents in work aged 16 and over": "of those in work",
    "residents aged 3 and over": "of those 3+",
    "residents aged 5 and over": "of those 5+",
}
"""Whom a percentage is of, where there is little room; the foot of each sheet says it in full."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """What the page says besides the portraits.

    Parameters
    ----------
    place
        Name of the place.
    base
        Name of what segments are held against.
    vintage
        Census year.
    made_up
        True where the place is invented.
    attribution
        Whose data these are.
    notes
        What a reader should know of the quality, one sentence each.
    places
        Interview notes by place.
    """

    place: str
    base: str
    vintage: int
    made_up: bool
    attribution: str
    notes: tuple[str, ...]
    places: Mapping[str, Sequence[str]]


def portraits_page(
    portraits: Sequence[Portrait], sheets: Sheets, *, areas: gpd.GeoDataFrame, labels: pd.DataFrame
) -> str:
    """Return the page.

    Parameters
    ----------
    portraits
        As :func:`segmentation.portrait.build_portraits` gives them.
    sheets
        What the page says besides.
    areas
        The areas table (BNG), for the maps.
    labels
        ``super`` and ``sub``, indexed by ``oa_code``.
    """
    outlines = outlines_of(areas)
    supers = [one for one in portraits if one.level == "super"]
    return _template().render(
        sheets=sheets,
        same_base=sheets.base == sheets.place,
        groups=[(top, [one for one in portraits if one.parent == top.name]) for top in supers],
        pages=[_page(one, sheets, outlines, labels) for one in portraits],
        n_supers=len(supers),
        n_subs=len(portraits) - len(supers),
        n_areas=sum(one.n_areas for one in supers),
        residents=sum(one.residents for one in supers),
        shown_notes=SHOWN_NOTES,
        style=Markup(_page_file("portraits.css")),  # noqa: S704 - a file of our own
    )


def _page(one: Portrait, sheets: Sheets, outlines: Outlines | None, labels: pd.DataFrame) -> dict[str, object]:
    """Return what the template needs for a sheet, pictures included."""
    return {
        "one": one,
        "map": Markup("" if outlines is None else _locator(one, sheets, outlines, labels)),  # noqa: S704
        "radial": Markup(radial_plot(one.spokes, title=_radial_title(one, sheets))),  # noqa: S704
        "high": _extreme(one.spokes, highest=True),
        "low": _extreme(one.spokes, highest=False),
    }


def _locator(one: Portrait, sheets: Sheets, outlines: Outlines, labels: pd.DataFrame) -> str:
    """Return the map of a segment: its own areas dark, the others of its super cluster lighter."""
    mine = labels[labels[one.level] == one.number]
    layers = [("own", mine.index)]
    if one.level == "sub":
        parent = labels[labels["super"] == mine["super"].iloc[0]] if len(mine) else mine
        layers.insert(0, ("parent", parent.index.difference(mine.index)))
    where = ", ".join(place.name for place in one.places) or "no named place"
    return small_map(outlines, layers, title=f"Map of {sheets.place}: where '{one.name}' lives. Most typical: {where}.")


def _radial_title(one: Portrait, sheets: Sheets) -> str:
    return (
        f"Radial plot of '{one.name}' against {sheets.base} (100). Highest: {_extreme(one.spokes, highest=True)}. "
        f"Lowest: {_extreme(one.spokes, highest=False)}. All numbers are in the table beside it."
    )


def _extreme(spokes: Sequence[Spoke], *, highest: bool) -> str:
    """Return the spoke with the highest or lowest index, in words."""
    if not spokes:
        return "not known"
    one = max(spokes, key=lambda spoke: spoke.index if highest else -spoke.index)
    return f"{one.label}, {one.index:,.0f}"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["whole"] = lambda number: f"{number:,.0f}"
    environment.filters["short"] = lambda base: SHORT.get(base, f"of {base}")
    environment.filters["percent"] = lambda share: f"{100 * share:.0f}" if 100 * share >= 9.95 else f"{100 * share:.1f}"
    environment.filters["points"] = lambda number: f"{number:+.1f}".replace("-", "\N{MINUS SIGN}")
    return environment.from_string(_page_file("portraits.html"))


def _page_file(name: str) -> str:
    return (files("maps") / "page" / name).read_text(encoding="utf-8")
