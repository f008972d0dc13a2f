"""The maps of a study as pictures: who lives where, the buildings, the plan, and what it does to access.

The same layers as on the page, for papers and slides; the report needs no browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.errors import DataError
from geodata.write import check_free, check_free_folder, writing_folder
from maps.area_columns import columns_of
from maps.columns import Column, even_breaks, spread
from maps.drawn import Legend, Shade, Signs, Words, drawn_map
from maps.inert import plain_text
from maps.named_columns import named_columns
from maps.picked import BUILDINGS, COLUMNS, PLAN, SEGMENTS, Picked
from maps.picture import Figure, write_png, write_svg
from maps.style import FAMILIES, family_of, group_colours, shades
from maps.surface import RISING, TURNING, change_labels, class_labels

if TYPE_CHECKING:
    from estate.plans import Plan
    from maps.study import Study
    from segmentation.segments import Segments

SUFFIXES = (".png", ".svg")
DOTS_PER_INCH = 200
EVERYTHING = Picked()
KEPT, OTHER = "#16324f", "#59636e"


@dataclass(frozen=True, slots=True, eq=False)
class StaticMap:
    """One map as a picture.

    Parameters
    ----------
    name
        Of its files, without suffix.
    caption
        What it shows, in a sentence.
    figure
        The picture.
    """

    name: str
    caption: str
    figure: Figure


def static_maps(study: Study, picked: Picked = EVERYTHING) -> Iterator[StaticMap]:
    """Yield the maps of a study that are wanted, each as soon as it is drawn.

    Where no columns are named, those of changes are drawn: what a plan does to access.

    Raises
    ------
    DataError
        The place has no attribution, or no area has an outline.
    """
    if study.geography is None:
        raise ValueError("static_maps needs a study with geography")
    areas = study.geography.areas
    if study.segments is not None and picked.has(SEGMENTS):
        yield segments_map(study, areas, study.segments)
    if study.estate is not None and len(study.estate.assets):
        if picked.has(BUILDINGS):
            yield buildings_map(study, areas, study.assets)
        plan = next((one for one in reversed(study.plans) if one.moved or one.released), None)
        if plan is not None and picked.has(PLAN):
            yield plan_map(study, areas, study.assets, plan)
    if picked.columns:
        columns = named_columns(study, picked.columns, picked.n_classes)
    else:
        columns = tuple(one for one in columns_of(study) if one.turning) if picked.has(COLUMNS) else ()
    for column in columns:
        yield column_map(study, areas, column)


def check_static(path: Path, *, overwrite: bool = False) -> None:
    """Return where pictures may be written to `path`; ask before long work.

    Raises
    ------
    DataError
        The name ends neither in .png nor in .svg, and is not that of a folder.
    SourceError
        It exists and `overwrite` is off.
    """
    if path.suffix.lower() in SUFFIXES:
        check_free(path, overwrite=overwrite)
    elif path.suffix and not path.is_dir():
        raise DataError(f"{path}: pictures are drawn as .png or .svg. Name such a file, or a folder.")
    else:
        check_free_folder(path, overwrite=overwrite)


def write_static(study: Study, path: Path, *, picked: Picked = EVERYTHING, overwrite: bool = False) -> list[Path]:
    """Write every map as PNG and SVG into a folder, or the foremost into one file.

    The foremost is the first column that was named, else the plan, else the segments, else the buildings.

    Returns
    -------
    list
        The files written.

    Raises
    ------
    DataError
        Nothing can be drawn.
    SourceError
        The path exists and `overwrite` is off, or cannot be written.
    """
    check_static(path, overwrite=overwrite)
    if path.suffix.lower() in SUFFIXES:
        _write(_foremost(static_maps(study, picked), picked), path, overwrite=overwrite)
        return [path]
    written = []
    with writing_folder(path, overwrite=overwrite) as folder:
        for one in static_maps(study, picked):
            for suffix in SUFFIXES:
                _write(one, folder / f"{one.name}{suffix}")
                written.append(path / f"{one.name}{suffix}")
    return written


def _foremost(maps: Iterator[StaticMap], picked: Picked) -> StaticMap:
    """Return the map that says most."""
    found = {one.name: one for one in maps}
    named = [name for name in found if name not in (PLAN, SEGMENTS, BUILDINGS)] if picked.columns else []
    for name in (*named, PLAN, SEGMENTS, BUILDINGS):
        if name in found:
            return found[name]
    raise DataError("map: there are neither segments nor buildings to draw. Name census or asset lists in place.toml.")


def _write(one: StaticMap, path: Path, *, overwrite: bool = False) -> None:
    if path.suffix.lower() == ".svg":
        write_svg(one.figure, path, title=one.caption, overwrite=overwrite)
    else:
        write_png(one.figure, path, dots_per_inch=DOTS_PER_INCH, overwrite=overwrite)


def _words(study: Study, subtitle: str) -> Words:
    place, boundaries = study.place.place, study.place.boundaries
    roads = "" if study.travel is None else study.travel.attribution
    credit = "" if boundaries is None else boundaries.attribution
    both = f"{credit.rstrip('. ')}. Roads: {roads}." if credit and roads else credit
    return Words(place.name, subtitle, both, made_up=place.made_up, date=f"Census and areas of {place.vintage}")


def segments_map(study: Study, areas: gpd.GeoDataFrame, segments: Segments) -> StaticMap:
    """Return who lives where: areas in the colour of their sub-cluster, the legend by super cluster."""
    table = segments.table.reindex(areas.index)
    portraits = segments.portraits.sort_values(["level", "parent", "segment"], kind="stable")
    supers, subs = portraits[portraits["level"] == "super"], portraits[portraits["level"] == "sub"]
    drawn: list[Shade] = []
    legend = []
    for row, colour in zip(supers.itertuples(), group_colours(len(supers)), strict=True):
        parts = subs[subs["parent"] == row.segment]
        tones = shades(colour, max(len(parts), 1))
        entries = [
            Shade(plain_text(part.name), tone, areas.index[table["sub"] == part.segment])
            for part, tone in zip(parts.itertuples(), tones, strict=False)
        ]
        n_areas = sum(len(entry.codes) for entry in entries)
        legend.append(Legend(f"{plain_text(row.name)} ({n_areas:,} areas)", entries))
        drawn += entries
    words = _words(
        study, f"Who lives where: {len(subs)} kinds of area in {len(supers)} groups, census of {_year(study)}"
    )
    figure = drawn_map(
        areas, words, shades=drawn, legend=legend, note="Grey: not classified. Each area is a census output area."
    )
    return StaticMap("segments", f"{words.title}: who lives where", figure)


def _year(study: Study) -> int:
    return study.place.place.vintage


def _placed(assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return assets[~(assets.geometry.isna() | assets.geometry.is_empty)]


def buildings_map(study: Study, areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame) -> StaticMap:
    """Return the buildings by use, each use with its own shape and colour; other property small and below."""
    placed = _placed(assets)
    family = placed["use"].map(plain_text).map(family_of)
    signs = []
    for number in reversed(range(len(FAMILIES))):
        kind, points = FAMILIES[number], gpd.GeoSeries(placed.geometry[family == number]).centroid
        other = number == len(FAMILIES) - 1
        if len(points):
            signs.append(
                Signs(f"{kind.name} ({len(points):,})", kind.shape, kind.colour, points.x.to_numpy(),
                      points.y.to_numpy(), size=2.2 if other else 5.0)
            )  # fmt: skip
    missing = len(assets) - len(placed)
    note = f"{missing:,} buildings have no point and are not shown." if missing else ""
    words = _words(study, f"{len(placed):,} buildings of {assets['organisation'].nunique()} public bodies, by use")
    legend = [Legend("Buildings by use (number)", signs[::-1])]
    figure = drawn_map(areas, words, signs=signs, legend=legend, note=note)
    return StaticMap("buildings", f"{words.title}: public buildings by use", figure)


def plan_map(study: Study, areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, plan: Plan) -> StaticMap:
    """Return what a plan does: buildings released and hosts by shape, moves as curved arrows."""
    placed = _placed(assets)
    points = pd.DataFrame({"x": placed.geometry.centroid.x, "y": placed.geometry.centroid.y}, index=placed.index)
    decision = plan.buildings["decision"].reindex(points.index)
    kinds = (("keep", "Stays as it is", KEPT, 4.0, "plain"), ("host", "Takes others in", KEPT, 4.5, "host"),
             ("release", "Is given up", OTHER, 5.5, "release"))  # fmt: skip
    signs = []
    for word, label, colour, size, kind in kinds:
        chosen = points[decision == word]
        if len(chosen):
            told = f"{label} ({len(chosen):,})"
            signs.append(Signs(told, "square", colour, chosen.x.to_numpy(), chosen.y.to_numpy(), size=size, kind=kind))
    moves = _journeys(plan, points)
    note = f"Arrows: {len(moves):,} ways on which teams move. {plan.sentence()}"
    legend = [Legend(f"What becomes of each building ({plan.name})", signs)]
    words = _words(study, f"The plan '{plan.name}': which buildings are shared and which are given up")
    figure = drawn_map(areas, words, signs=signs, moves=moves, legend=legend, note=note)
    return StaticMap("plan", f"{words.title}: the plan '{plan.name}'", figure)


def _journeys(plan: Plan, points: pd.DataFrame) -> list[tuple[float, float, float, float]]:
    """Return one arrow for all teams that move between the same two buildings."""
    ways = plan.moves[["from_asset", "to_asset"]].drop_duplicates()
    known = ways[ways["from_asset"].isin(points.index) & ways["to_asset"].isin(points.index)]
    ends = known[known["from_asset"] != known["to_asset"]]
    start, stop = points.loc[ends["from_asset"]].to_numpy(), points.loc[ends["to_asset"]].to_numpy()
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in np.hstack([start, stop])]


def column_map(study: Study, areas: gpd.GeoDataFrame, column: Column) -> StaticMap:
    """Return a figure of every area in classes, with its unit."""
    values = column.figures.reindex(areas.index).to_numpy(np.float64)
    breaks = even_breaks(values) if column.breaks is None else list(column.breaks)
    number = np.where(np.isfinite(values), np.digitize(values, breaks), -1)
    colours = spread(TURNING if column.turning else RISING, len(breaks) + 1)
    labels = change_labels(breaks) if column.turning else class_labels(breaks, column.unit)
    entries = [
        Shade(f"{label} ({(number == place).sum():,} areas)", colour, areas.index[number == place])
        for place, (label, colour) in enumerate(zip(labels, colours, strict=True))
    ]
    name = plain_text(column.name)
    words = _words(study, name)
    figure = drawn_map(
        areas,
        words,
        shades=entries,
        legend=[Legend("Change in minutes" if column.turning else column.unit.capitalize(), entries)],
        note=column.note,
    )
    return StaticMap(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60], f"{words.title}: {name}", figure)
