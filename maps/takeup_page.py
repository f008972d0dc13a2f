"""Take-up as one printable HTML page: who gets in touch more or less than expected, and who never does."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from jinja2 import Environment, Template
from markupsafe import Markup

from geodata.contacts import COMPLAINT, USE
from maps.outlines import outlines_of, small_map
from segmentation.takeup import FEWER, MORE, TakeUp
from segmentation.takeup_cells import ALL

SHOWN_SILENT, SHOWN_AREAS = 40, 15
AXIS = 300.0
"""Index at the right end of the scale; an interval that goes on beyond it is cut there."""
DASH = "\N{EN DASH}"

Told = dict[str, Any]


def takeup_page(
    takeup: TakeUp,
    *,
    areas: gpd.GeoDataFrame,
    beside: Mapping[str, pd.DataFrame],
    labels: Mapping[str, Mapping[str, str]],
    place: str,
    vintage: int,
    made_up: bool,
    attribution: str,
    notes: Mapping[str, Sequence[str]],
) -> str:
    """Return the page.

    Parameters
    ----------
    takeup
        As :func:`segmentation.takeup.build_takeup` gives it: nothing is told here that it withholds.
    areas
        The areas table (BNG), for the map.
    beside, labels
        Shares of language and cars by level ("area", "super", "sub", "place"); their heading ("short") and whom they
        are shares of ("of").
    place, vintage, made_up, attribution
        Of the place.
    notes
        Interview notes by locality.
    """
    contacts = takeup.contacts
    return _template().render(
        place=place,
        vintage=vintage,
        made_up=made_up,
        attribution=attribution,
        takeup=takeup,
        contacts=contacts,
        lost=sum(contacts.not_used.values()),
        tables=[
            ("Use of services", "uses", _rows(takeup, USE, beside)),
            ("Complaints", "complaints", _rows(takeup, COMPLAINT, beside)),
        ],
        labels=labels,
        services=_services(takeup),
        channels=_channels(takeup),
        silent=_areas_told(takeup.silent.head(SHOWN_SILENT), beside["area"]),
        told=[note for place in dict.fromkeys(takeup.silent["locality"]) for note in notes.get(str(place), ())],
        n_silent=len(takeup.silent),
        residents_silent=float(takeup.silent["residents"].sum()),
        fewer=_striking(takeup, FEWER, beside["area"]),
        more=_striking(takeup, MORE, beside["area"]),
        n_fewer=int((takeup.areas["reading"] == FEWER).sum()),
        n_more=int((takeup.areas["reading"] == MORE).sum()),
        map=Markup(_map(takeup, areas, place)),  # noqa: S704 - drawn by us, every text in it escaped
        style=Markup(_page_file("portraits.css")),  # noqa: S704 - a file of our own
    )


def _rows(takeup: TakeUp, measure: str, beside: Mapping[str, pd.DataFrame]) -> list[Told]:
    """Return the rows of a table by segment: super clusters with their sub-clusters, all services together."""
    table = takeup.segments
    table = table[(table["measure"] == measure) & (table["service"] == ALL)]
    parents = takeup.areas.groupby("sub")["super"].first()
    order = table.assign(
        group=[_group(level, number, parents) for level, number in zip(table["level"], table["segment"], strict=True)]
    )
    order = order.assign(depth=order["level"].map({"place": 0, "super": 1, "sub": 2}))
    rows = []
    for row in order.sort_values(["group", "depth", "segment"], kind="stable").to_dict("records"):
        shares = beside[str(row["level"])].reindex([row["segment"]]).iloc[0].to_dict()
        rows.append({**_worded(row), "beside": shares, "bar": _interval(row["low"], row["index_score"], row["high"])})
    return rows


def _worded(row: Mapping[Hashable, Any]) -> Told:
    return {str(name): value for name, value in row.items()}


def _group(level: str, number: int, parents: pd.Series) -> int:
    return {"place": -1, "super": number}.get(level, int(parents.get(number, 0)))


def _interval(low: float, index: float, high: float) -> dict[str, float] | None:
    """Return where an interval stands on the scale from 0 to AXIS, in hundredths of its width."""
    if not np.isfinite([low, index, high]).all():
        return None
    return {
        name: round(100 * min(value, AXIS) / AXIS, 1) for name, value in (("low", low), ("at", index), ("high", high))
    }


def _services(takeup: TakeUp) -> list[Told]:
    """Return, for each service, the segments that use it most and least beyond doubt."""
    table = takeup.segments
    rows = []
    for service, base in takeup.bases.items():
        mine = table[(table["service"] == service) & (table["measure"] == USE)]
        subs = mine[mine["level"] == "sub"].sort_values("index_score", kind="stable")
        whole = mine[mine["level"] == "place"].iloc[0]
        rows.append(
            {
                "service": service,
                "base": base,
                "uses": whole["observed"],
                "fewest": _named(subs[subs["reading"] == FEWER].head(2)),
                "most": _named(subs[subs["reading"] == MORE].iloc[::-1].head(2)),
            }
        )
    return rows


def _named(rows: pd.DataFrame) -> str:
    told = [f"{name} ({index:.0f})" for name, index in zip(rows["name"], rows["index_score"], strict=True)]
    return "; ".join(told) or "none beyond chance"


def _channels(takeup: TakeUp) -> Told:
    """Return the channel mix: one row per super cluster and the place, one column per channel."""
    table = takeup.channels[takeup.channels["level"].isin(["place", "super"])]
    names = list(dict.fromkeys(table["channel"]))
    rows = []
    for (level, number), mine in table.groupby(["level", "segment"], sort=False):
        shares = mine.set_index("channel")["share"]
        rows.append(
            {"level": level, "number": number, "name": mine["name"].iloc[0], "shares": [shares[one] for one in names]}
        )
    return {"names": names, "rows": rows}


def _striking(takeup: TakeUp, reading: str, beside: pd.DataFrame) -> list[Told]:
    """Return the areas most surely out of the ordinary; those without any contact stand in a table of their own."""
    rows = takeup.areas[(takeup.areas["reading"] == reading) & ~takeup.areas.index.isin(takeup.silent.index)]
    rows = rows.assign(code=rows.index).sort_values(["p", "code"], kind="stable").head(SHOWN_AREAS)
    return _areas_told(rows, beside)


def _areas_told(rows: pd.DataFrame, beside: pd.DataFrame) -> list[Told]:
    told = []
    for code, row in zip(rows.index, rows.to_dict("records"), strict=True):
        shares = beside.loc[[code]].iloc[0].to_dict()
        told.append({**_worded(row), "code": code, "beside": shares})
    return told


def _map(takeup: TakeUp, areas: gpd.GeoDataFrame, place: str) -> str:
    outlines = outlines_of(areas)
    if outlines is None:
        return ""
    reading = takeup.areas["reading"]
    layers = [
        ("more", reading.index[reading == MORE]),
        ("fewer", reading.index[reading == FEWER].difference(takeup.silent.index)),
        ("silent", takeup.silent.index),
    ]
    title = (
        f"Map of {place}: {len(layers[0][1]):,} areas with more contacts than expected, {len(layers[1][1]):,} with "
        f"fewer, {len(layers[2][1]):,} with none at all. They are listed in the tables and in takeup_areas.csv."
    )
    return small_map(outlines, layers, title=title)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["whole"] = lambda number: "withheld" if math.isnan(number) else f"{number:,.0f}"
    environment.filters["number"] = lambda number: DASH if math.isnan(number) else f"{number:,.0f}"
    environment.filters["percent"] = lambda share: DASH if math.isnan(share) else f"{100 * share:.1f}"
    environment.filters["chance"] = _chance
    return environment.from_string(_page_file("takeup.html"))


def _chance(p: float) -> str:
    """Return a small probability as people say it: 1 in so many."""
    if not p > 0:
        return DASH
    if p > 0.05:
        return f"{100 * p:.0f} in 100"
    return "less than 1 in a million" if p < 1e-6 else f"1 in {1 / p:,.0f}"


def _page_file(name: str) -> str:
    return (files("maps") / "page" / name).read_text(encoding="utf-8")
