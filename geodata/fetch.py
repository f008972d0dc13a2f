"""Fetch what a place needs from public services: counts, look-ups, boundaries, centroids and postcodes.

Recipe: look up the output areas of the districts -> counts of each census table -> shapes -> postcodes -> the files
that place.toml names, all at once, with an account of where each came from. Every answer is kept, so that whoever is
stopped goes on from there and nobody asks twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from geodata.arcgis import LayerAsk, fetch_layer
from geodata.bulk import fetch_bulk_table
from geodata.catalogue import ArcGis, Catalogue, LayerName
from geodata.census_cells import HOUSEHOLDS, RESIDENTS
from geodata.districts import District, read_districts
from geodata.errors import CoverageError, DataError, SourceError, examples
from geodata.fetch_files import FetchedFile, Made, write_fetched
from geodata.fetch_shelf import NotKeptError, Shelf
from geodata.nomis import NomisAsk, district_numbers, fetch_table
from geodata.place import BoundarySource, CensusSource, Place
from geodata.variables import Variable, cells_of, read_variables
from geodata.write import check_free

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a fetch.

    Parameters
    ----------
    files
        The files written.
    population, households
        People and households counted in the areas; households NaN where not counted.
    n_areas
        Output areas.
    n_asked, n_kept
        Answers that came from services, and that were in the cache already.
    notes
        What could not be had and is not needed.
    """

    files: tuple[FetchedFile, ...]
    population: float
    households: float
    n_areas: int
    n_asked: int
    n_kept: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What to fetch, and how.

    Parameters
    ----------
    place
        With districts, census and boundaries.
    catalogue
        Where to ask.
    key
        The user's Nomis key, "" for none.
    bulk
        Take the whole tables of England and Wales instead of asking for the districts.
    variables
        Whose cells must come; by default all of the registry.
    """

    place: Place
    catalogue: Catalogue
    key: str = ""
    bulk: bool = False
    variables: tuple[Variable, ...] = ()

    @property
    def vintage(self) -> int:
        """Census year."""
        return self.place.place.vintage

    @property
    def nomis(self) -> NomisAsk:
        """How Nomis is asked."""
        return NomisAsk(self.catalogue.nomis, self.vintage, self.key)

    @property
    def arcgis(self) -> ArcGis:
        """The Open Geography services."""
        return self.catalogue.arcgis

    def layer(self, name: LayerName) -> LayerAsk:
        """Return one of the layers, to ask it."""
        return LayerAsk(self.arcgis, self.catalogue.layers(self.vintage)[name], name, self.vintage)

    def wanted(self) -> dict[str, list[str]]:
        """Return the cells that must come, by table: those of the variables, residents and households."""
        cells = cells_of(self.variables or read_variables(self.vintage)) | {
            RESIDENTS[self.vintage][0],
            HOUSEHOLDS[self.vintage][0],
        }
        tables: dict[str, list[str]] = {}
        for cell in sorted(cells):
            tables.setdefault(cell[:-4], []).append(cell)
        return tables


def fetch_place(plan: FetchPlan, shelf: Shelf, *, overwrite: bool = False) -> Fetched:
    """Fetch what a place needs and write the files that its place.toml names.

    Parameters
    ----------
    plan
        What to fetch.
    shelf
        Cache and connection.
    overwrite
        Replace files that exist.

    Raises
    ------
    DataError
        The place names no districts, census or boundaries, or a file in a form that is not written here.
    SourceError
        A service gives no good answer; or, offline, answers are not in the cache (all are named at once).
    CoverageError
        Services do not agree which areas there are.
    """
    census, boundaries, districts = _checked(plan, overwrite=overwrite)
    waiting = _Waiting()
    shelf.say(f"Looking up the output areas of {examples([one.name for one in districts])}")
    lookup = waiting.unless_missing(lambda: _lookup(plan, shelf, districts))
    codes = [] if lookup is None else lookup[plan.layer("lookup").layer.area].to_list()
    counts = _counts(plan, shelf, districts, codes, waiting)
    shapes: dict[LayerName, pd.DataFrame | None] = {
        name: _layer(plan, shelf, name, codes, waiting) for name in _layers(boundaries)
    }
    postcodes = None if plan.place.postcodes is None else _layer(plan, shelf, "postcodes", codes, waiting)
    wards, notes = _wards(plan, shelf, codes)
    waiting.raise_missing(shelf)
    nomis, arcgis = plan.catalogue.nomis, plan.arcgis
    made = {census.counts: Made("census counts", counts, nomis.source, nomis.licence)}
    layers: dict[str, tuple[str, pd.DataFrame | None]] = {
        _named(boundaries, name): (_WORDS[name], frame) for name, frame in shapes.items()
    }
    if boundaries.lookup and lookup is not None:
        both = lookup if wards is None else lookup.merge(wards, on=plan.layer("lookup").layer.area, how="left")
        layers[boundaries.lookup] = ("look-up of areas", both.fillna(""))
    if plan.place.postcodes is not None and postcodes is not None:
        layers[plan.place.postcodes.file] = ("postcodes", _with_coordinates(postcodes))
    made |= {
        name: Made(what, frame, arcgis.source, arcgis.licence)
        for name, (what, frame) in layers.items()
        if frame is not None
    }
    files = write_fetched(made, plan.place.base, vintage=plan.vintage, records=shelf.records, overwrite=overwrite)
    return Fetched(
        files=files,
        population=_sum(counts, RESIDENTS[plan.vintage]),
        households=_sum(counts, HOUSEHOLDS[plan.vintage]),
        n_areas=len(codes),
        n_asked=shelf.n_asked,
        n_kept=len(shelf.records) - shelf.n_asked,
        notes=notes,
    )


class _Waiting:
    """Gathers what the cache lacks, so that all of it is told at once."""

    def __init__(self) -> None:
        self.missing: list[str] = []

    def unless_missing(self, step: Callable[[], T]) -> T | None:
        """Return what the step gives, or None where the cache lacks it."""
        try:
            return step()
        except NotKeptError as error:
            self.missing.append(str(error))
            return None

    def raise_missing(self, shelf: Shelf) -> None:
        """Raise where anything was missing."""
        if self.missing:
            raise SourceError(
                f"{shelf.cache.folder}: the cache lacks {len(self.missing)} of the answers that this place needs: "
                f"{'; '.join(self.missing[:5])}{' ...' if len(self.missing) > 5 else ''}. "
                "Run the command once without --offline, or copy the folder from a computer that has them."
            )


_WORDS = {"areas": "boundaries", "centroids": "population-weighted centroids"}


def _checked(plan: FetchPlan, *, overwrite: bool) -> tuple[CensusSource, BoundarySource, tuple[District, ...]]:
    """Return census, boundaries and districts of a place that can be fetched."""
    place = plan.place
    if place.census is None or place.boundaries is None or not place.place.districts:
        raise DataError(
            f"{place.path}: to fetch, it needs districts under [place], and [census] and [boundaries] that name the "
            'files to be made. Start one with: onetown new "Amber Valley" Derby'
        )
    known = {one.code: one for one in read_districts(plan.vintage)}
    strange = [code for code in place.place.districts if code not in known]
    if strange:
        raise DataError(
            f"{place.path}: {examples(strange)} is no district code of the {plan.vintage} Census. "
            "Find codes with: onetown new NAME"
        )
    names = _files(place, place.census, place.boundaries)
    wrong = [name for name, kinds in names.items() if Path(name).suffix.lower() not in kinds]
    if wrong:
        raise DataError(
            f"{place.path}: {examples(wrong)} cannot be fetched in that form. Name counts and look-ups .csv or "
            ".parquet, boundaries and centroids .gpkg or .parquet."
        )
    for name in names:
        check_free(place.find(name), overwrite=overwrite)
    return place.census, place.boundaries, tuple(known[code] for code in place.place.districts)


def _files(place: Place, census: CensusSource, boundaries: BoundarySource) -> dict[str, tuple[str, ...]]:
    """Return the files to be made and the suffixes they may have."""
    tables, layers = (".csv", ".parquet"), (".gpkg", ".parquet")
    names: dict[str, tuple[str, ...]] = {census.counts: tables, boundaries.areas: layers}
    names |= {boundaries.lookup: tables} if boundaries.lookup else {}
    names |= {boundaries.centroids: layers} if boundaries.centroids else {}
    return names | ({place.postcodes.file: tables} if place.postcodes else {})


def _layers(boundaries: BoundarySource) -> list[LayerName]:
    return ["areas", "centroids"] if boundaries.centroids else ["areas"]


def _named(boundaries: BoundarySource, name: LayerName) -> str:
    return boundaries.areas if name == "areas" else str(boundaries.centroids)


def _lookup(plan: FetchPlan, shelf: Shelf, districts: Sequence[District]) -> pd.DataFrame:
    """Return the output areas of the districts, with the wider areas they lie in."""
    ask = plan.layer("lookup")
    later = {one.later_code: one.code for one in districts if one.later_code}
    codes = [code for one in districts for code in (one.code, one.later_code) if code]
    parts = [fetch_layer(shelf, ask, codes=[code], by_district=True) for code in codes]
    frame = pd.DataFrame(pd.concat(parts, ignore_index=True).drop(columns="geometry"))
    if ask.layer.district:
        frame[ask.layer.district] = frame[ask.layer.district].replace(later)
        lacking = [one for one in districts if one.code not in set(frame[ask.layer.district])]
        if lacking:
            raise CoverageError(
                f"The lookup of {plan.vintage} ('{ask.layer.service}') has no area in "
                f"{examples([f'{one.name} ({one.code})' for one in lacking])}. Check the census year."
            )
    return frame.drop_duplicates(ask.layer.area).sort_values(ask.layer.area, ignore_index=True)


def _counts(
    plan: FetchPlan, shelf: Shelf, districts: Sequence[District], codes: Sequence[str], waiting: _Waiting
) -> pd.DataFrame:
    """Return the counts of all tables, indexed by output area."""
    wanted = plan.wanted()
    numbers = {} if plan.bulk else _numbers(plan, shelf, districts, next(iter(wanted)), waiting)
    tables = []
    for step, (table, cells) in enumerate(wanted.items(), start=1):
        shelf.say(f"Census table {table.upper()} ({step} of {len(wanted)})")
        steps: list[Callable[[], pd.DataFrame]] = [
            partial(fetch_table, shelf, plan.nomis, table, district=code, number=number, wanted=cells)
            for code, number in numbers.items()
        ]
        if plan.bulk:
            steps = [partial(fetch_bulk_table, shelf, plan.nomis, table, codes=codes, wanted=cells)]
        parts = [part for part in map(waiting.unless_missing, steps) if part is not None]
        if parts:
            tables.append((table, pd.concat(parts)))
    return pd.DataFrame() if waiting.missing else _together(tables, codes, plan.vintage)


def _numbers(
    plan: FetchPlan, shelf: Shelf, districts: Sequence[District], table: str, waiting: _Waiting
) -> dict[str, str]:
    """Return Nomis's number of each district."""
    codes = [code for one in districts for code in (one.code, one.later_code) if code]
    found = waiting.unless_missing(lambda: district_numbers(shelf, plan.nomis, table, codes))
    if found is None:
        return {}
    numbers = {one.code: found.get(one.code) or found.get(one.later_code, "") for one in districts}
    lacking = [f"{one.name} ({one.code})" for one in districts if not numbers[one.code]]
    if lacking:
        raise CoverageError(
            f"Nomis does not know {examples(lacking)} in the {plan.vintage} Census. Take the bulk files (--bulk)."
        )
    return numbers


def _together(tables: Sequence[tuple[str, pd.DataFrame]], codes: Sequence[str], vintage: int) -> pd.DataFrame:
    """Return the tables side by side for the areas of the look-up; each must have each of them."""
    index = pd.Index(codes, name=f"oa{vintage % 100:02d}cd")
    faults = []
    for table, frame in tables:
        lacking = index.difference(frame.index)
        if len(lacking):
            faults.append(f"table {table.upper()} lacks {examples(list(lacking), total=len(index))}")
    if faults:
        raise CoverageError(
            f"Nomis and the look-up do not agree which areas there are: {'; '.join(faults[:3])}. "
            "Run the command again with --refresh; check that both are of the same census year."
        )
    return pd.concat([frame.reindex(index) for _, frame in tables], axis=1)


def _layer(
    plan: FetchPlan, shelf: Shelf, name: LayerName, codes: Sequence[str], waiting: _Waiting
) -> gpd.GeoDataFrame | None:
    """Return a layer for the areas; None where the cache lacks it or the areas are not known."""
    if not codes:
        return None
    shelf.say(f"{_WORDS.get(name, name).capitalize()} of {len(codes):,} areas")
    return waiting.unless_missing(lambda: fetch_layer(shelf, plan.layer(name), codes=codes))


def _wards(plan: FetchPlan, shelf: Shelf, codes: Sequence[str]) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Return the ward of each area; without it a place can do."""
    if not codes or "wards" not in plan.catalogue.layers(plan.vintage):
        return None, ()
    shelf.say("Wards")
    try:
        wards = fetch_layer(shelf, plan.layer("wards"), codes=codes)
    except (SourceError, DataError) as error:
        return None, (f"Wards were left out: {error}",)
    return pd.DataFrame(wards.drop(columns="geometry")), ()


def _with_coordinates(postcodes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return postcodes with eastings and northings (metres, BNG) in the place of points."""
    points = postcodes.geometry
    flat = pd.DataFrame(postcodes.drop(columns="geometry"))
    return flat.assign(oseast1m=points.x.round(), osnrth1m=points.y.round())


def _sum(counts: pd.DataFrame, names: Sequence[str]) -> float:
    known = [name for name in names if name in counts]
    return float(pd.to_numeric(counts[known[0]], errors="coerce").sum()) if known else float("nan")
