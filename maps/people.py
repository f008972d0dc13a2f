"""Portraits and take-up of a place, from what its ``place.toml`` names; and the folders they are written into."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.contacts import read_contacts
from geodata.errors import DataError
from geodata.load import Geography, load_notes, load_postcodes
from geodata.place import Place, said
from geodata.place_people import BaseName, ContactSource
from geodata.shares import Shares
from geodata.variables import read_variables
from geodata.whereabouts import Gazetteer, gazetteer_of
from geodata.write import write_csv, write_geopackage, write_text
from maps.portraits import Sheets, portraits_page
from maps.study import Study
from maps.takeup_page import takeup_page
from maps.wards import named_places
from segmentation.applied import shares_of
from segmentation.bases import Base, place_base, read_base
from segmentation.contact_bases import expected_bases
from segmentation.interviews import notes_by_segment, notes_of_places
from segmentation.lookup import area_segments, postcode_segments
from segmentation.portrait import Portrait, build_portraits, portrait_table
from segmentation.segments import Segments
from segmentation.takeup import TakeUp, build_takeup

BESIDE = ("little_english", "no_car")
"""Variables shown beside take-up: what keeps people from getting in touch."""

LOOKUP_NOTE = """The segment of every postcode of {place}, made with onetown.

postcode_segments.csv    postcode, census output area, segment, how sure it is (certainty, 0 to 1), census year, model
segments_lookup.gpkg     the same, with the outlines of the areas, for customers known by easting and northing

Neither holds census counts or anything about a person. Both belong to the model {mark} ({vintage} Census); pass
them on with model.json. To label a list of your own customers, on your own machine:

    onetown label customers.csv --model model.json --postcodes postcode_segments.csv --out labelled.csv

A postcode lies in the area that its centre lies in; at borders some of its homes may be in another one.

Sources and licence: {licence}
"""


def portraits_of(study: Study, *, base: BaseName | None = None) -> tuple[tuple[Portrait, ...], Base]:
    """Return the portraits of the study's segments, and what they are held against.

    Raises
    ------
    ToolkitError
        A base, a note or the layer of places is at fault.
    """
    segments, areas = _segments(study), _areas(study)
    place = study.place
    shares = shares_of(_geography(study).census, segments.model)
    against = _base(place, shares, base or place.portraits.base)
    named = place.portraits.places
    located = areas[["population", "locality"]]
    located = located if named is None else located.assign(locality=named_places(place, named, areas))
    notes = notes_by_segment(load_notes(place), segments, source="" if place.notes is None else place.notes.file)
    return build_portraits(segments, shares, located, against, notes=notes), against


def write_portraits(study: Study, folder: Path, *, base: BaseName | None = None) -> tuple[Portrait, ...]:
    """Write ``portraits.html`` and ``portraits.csv`` and return the portraits.

    Raises
    ------
    ToolkitError
        As :func:`portraits_of`.
    """
    portraits, against = portraits_of(study, base=base)
    place, boundaries = study.place.place, study.place.boundaries
    notes = _plain_notes(_segments(study), against)
    sheets = Sheets(
        place=said(place.name),
        base=against.name,
        vintage=place.vintage,
        made_up=place.made_up,
        attribution="" if boundaries is None else boundaries.attribution,
        notes=notes,
        places=notes_of_places(load_notes(study.place), alone=True),
    )
    page = portraits_page(portraits, sheets, areas=_areas(study), labels=_segments(study).table)
    write_text(page, folder / "portraits.html")
    write_csv(portrait_table(portraits, base=against.name), folder / "portraits.csv", index=False)
    return portraits


def write_lookup(study: Study, folder: Path) -> int:
    """Write what partners label their customers with; return how many postcodes it holds, 0 where nothing is written.

    It is written where the place names a table of postcodes and has outlines.
    """
    gazetteer = gazetteer_for(study)
    if gazetteer.postcodes is None:
        return 0
    segments, areas, place = _segments(study), _areas(study), study.place
    by_area = area_segments(segments.table, segments.model)
    by_postcode = postcode_segments(by_area, gazetteer.postcodes)
    write_csv(by_postcode, folder / "postcode_segments.csv", index=False)
    layer = areas[["geometry"]].join(by_area.set_index("oa_code"))
    layers = {"areas": layer, "postcodes": by_postcode[["postcode", "oa_code"]].rename_axis("row")}
    write_geopackage(layers, folder / "segments_lookup.gpkg")
    licence = "" if place.boundaries is None else place.boundaries.attribution
    told = LOOKUP_NOTE.format(
        place=place.place.name,
        mark=by_area["model"].iloc[0],
        vintage=segments.model.vintage,
        licence=licence or "not said in place.toml ([boundaries] attribution)",
    )
    write_text(told, folder / "postcode_segments.txt")
    return len(by_postcode)


def gazetteer_for(study: Study) -> Gazetteer:
    """Return what places customers among the areas of the study."""
    return gazetteer_of(_areas(study), load_postcodes(study.place))


def contacts_of(place: Place) -> ContactSource:
    """Return the list of contacts that a place names.

    Raises
    ------
    DataError
        It names none.
    """
    if place.contacts is None:
        raise DataError(f'{place.path}: no contacts are named. Add [contacts] file = "...", or say --contacts FILE.')
    return place.contacts


def takeup_of(study: Study) -> TakeUp:
    """Return the contacts that the place names, held against what was expected.

    Raises
    ------
    DataError
        The place names no contacts, or they cannot be used.
    SourceError
        The list cannot be read.
    """
    place, segments, areas = study.place, _segments(study), _areas(study)
    choice, census = contacts_of(place), _geography(study).census
    contacts = read_contacts(place.find(choice.file), gazetteer_for(study), choice=choice)
    bases = expected_bases(
        census,
        read_variables(census.vintage),
        services=contacts.services,
        general=choice.expected,
        special=choice.bases,
    )
    return build_takeup(
        contacts,
        areas.join(segments.table[["super", "sub"]]),
        bases,
        names=segments.names() | {("place", 0): said(place.place.name)},
        withhold_below=choice.suppress_below,
        allowed=choice.false_discovery,
    )


def write_takeup(study: Study, takeup: TakeUp, folder: Path) -> None:
    """Write ``takeup.html``, its tables and a GeoPackage. No row of the contacts is written."""
    beside, labels = _beside(study)
    place, areas = study.place, _areas(study)
    by_area = takeup.areas.join(beside["area"])
    write_csv(takeup.segments, folder / "takeup_segments.csv", index=False)
    write_csv(by_area, folder / "takeup_areas.csv")
    write_csv(takeup.channels, folder / "takeup_channels.csv", index=False)
    write_csv(takeup.silent.join(beside["area"]), folder / "takeup_never.csv")
    lost = pd.DataFrame(list(takeup.contacts.not_used.items()), columns=["why", "contacts"])
    write_csv(lost, folder / "takeup_not_used.csv", index=False)
    silent = by_area.index.isin(takeup.silent.index)
    write_geopackage({"areas": areas[["geometry"]].join(by_area).assign(never_in_touch=silent)}, folder / "takeup.gpkg")
    page = takeup_page(
        takeup,
        areas=areas,
        beside=beside,
        labels=labels,
        place=said(place.place.name),
        vintage=place.place.vintage,
        made_up=place.place.made_up,
        attribution="" if place.boundaries is None else place.boundaries.attribution,
        notes=notes_of_places(load_notes(place)),
    )
    write_text(page, folder / "takeup.html")


def _plain_notes(segments: Segments, against: Base) -> tuple[str, ...]:
    """Return what a reader should know of the quality, with the variables called by their labels."""
    labels = {variable.name: variable.label for variable in read_variables(segments.model.vintage)}
    mark = " were left out: "
    left_out = f"{mark}{'; '.join(labels.get(name, name) for name in segments.missing)}."
    notes = [note.partition(mark)[0] + left_out if mark in note else note for note in segments.notes()]
    lacking = [labels.get(name, name) for name in against.missing()]
    return (*notes, *((f"{against.name} is not known for: {'; '.join(lacking)}.",) if lacking else ()))


def _beside(study: Study) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, str]]]:
    """Return language and cars of areas and segments, as shares, and what they are shares of."""
    segments = _segments(study)
    shares = shares_of(_geography(study).census, segments.model)
    known = [variable for variable in shares.variables if variable.name in BESIDE]
    names = [variable.name for variable in known]
    above, below = shares.numerators[names], shares.denominators[names]
    tables = {"area": shares.table[names]}
    for level in ("super", "sub"):
        group = segments.table[level].reindex(above.index)
        tables[level] = above.groupby(group).sum() / below.groupby(group).sum()
    tables["place"] = (above.sum() / below.sum()).to_frame().T
    return tables, {variable.name: {"short": variable.label, "of": variable.base} for variable in known}


def _base(place: Place, shares: Shares, name: BaseName) -> Base:
    """Return the base of that name: the place itself, or the table that place.toml names."""
    if name == "place":
        return place_base(shares, said(place.place.name))
    wider = place.portraits.county if name == "county" else place.portraits.country
    if wider is None:
        raise DataError(
            f"{place.path}: the base '{name}' has no table. "
            f'Add [portraits.{name}] name = "..." and file = "...", or use the base place.'
        )
    found = read_base(place.find(wider.file), name=wider.name, variables=shares.variables, vintage=shares.vintage)
    return Base(found.name, found.shares.reindex(shares.table.columns))


def _segments(study: Study) -> Segments:
    if study.segments is None:
        raise ValueError("this study has no segments; call with_segments first")
    return study.segments


def _geography(study: Study) -> Geography:
    if study.geography is None:
        raise ValueError("this study has no geography; call with_geography first")
    return study.geography


def _areas(study: Study) -> gpd.GeoDataFrame:
    return _geography(study).areas
