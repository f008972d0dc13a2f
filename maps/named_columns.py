"""Columns that somebody named: found by short name, heading or census cell; others are refused before long work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geodata.census import Census
from geodata.census_labels import read_cells
from geodata.errors import DataError, did_you_mean, examples
from geodata.own_columns import variables_of
from geodata.variables import OWN_CELL, Variable
from maps.area_columns import all_columns, drawable, key_of, most_columns
from maps.columns import MOST_CLASSES, USUAL_CLASSES, Column, even_breaks

if TYPE_CHECKING:
    from geodata.place import Place
    from maps.study import Study

MINUTES_TO, CHANGE_TO = "minutes_to_", "change_in_minutes_to_"


def needs_options(wanted: Sequence[str]) -> bool:
    """Return whether one of the names is of minutes, which are known once travel and options are.

    Examples
    --------
    >>> needs_options(["no_car"]), needs_options(["Minutes to library, joint"])
    (False, True)
    """
    return any(key_of(name).startswith((MINUTES_TO, CHANGE_TO)) for name in wanted)


def check_classes(n_classes: int | None) -> None:
    """Raise where a map cannot tell so many classes apart.

    Raises
    ------
    DataError
        Fewer than two, or more than twelve.
    """
    if n_classes is not None and not 2 <= n_classes <= MOST_CLASSES:
        raise DataError(
            f"map: {n_classes} classes. A map can tell {MOST_CLASSES} apart: give --classes of 2 to {MOST_CLASSES}."
        )


def check_names(place: Place, census: Census, wanted: Sequence[str]) -> None:
    """Raise where a name is no column of the place, as far as that is known before minutes are.

    Raises
    ------
    DataError
        Names are unknown; all are told at once, with the file and what it has.
    """
    services = {f"{MINUTES_TO}{key_of(one.service)}" for one in place.access.standards}
    variables = variables_of(place.variables, vintage=census.vintage)
    known = [name for one in variables for name in (one.name, one.label)] + [*census.counts.columns, *services]
    keys = {key_of(name) for name in known}
    faults = []
    for name in wanted:
        key = key_of(name)
        if key in keys or any(key.startswith((one, f"change_in_{one}")) for one in services):
            continue
        near = did_you_mean(name, [*known, *(one.capitalize() for one in known)]) or did_you_mean(key, keys)
        faults.append(f"'{name}' is no column of this place.{near}")
    if faults:
        raise DataError(f"{place.path}: {' '.join(faults)} {_what_there_is(census, variables, services)}")


def _what_there_is(census: Census, variables: Sequence[Variable], services: set[str]) -> str:
    """Return what can be named, in a sentence."""
    cells = [name for name in census.counts.columns if not name.startswith(OWN_CELL)]
    names = [one.name for one in drawable(census, variables)]
    minutes = f"; minutes such as {examples(sorted(services))}" if services else ""
    files = examples([str(source) for source in census.sources])
    return (
        f"There are {len(names)} columns by short name or heading, such as {examples(names)}; "
        f"{len(cells):,} counts of {files}, such as {examples(cells[:1])}{minutes}. "
        "The layer 'columns' of results.gpkg lists what each is called."
    )


def named_columns(study: Study, wanted: Sequence[str], n_classes: int | None = None) -> tuple[Column, ...]:
    """Return the columns of these names, each once, in this order.

    Parameters
    ----------
    study
        A study with geography; for minutes, with options.
    wanted
        Short names (`no_car`), headings ("No car or van") or census cells (`ts0450002`), in any case.
    n_classes
        Number of classes (2 to 12) of columns that have no borders of their own; six by default.

    Raises
    ------
    DataError
        A name is unknown, there are too many for a page, or too many classes.
    """
    if study.geography is None:
        raise ValueError("named_columns needs a study with geography")
    check_classes(n_classes)
    check_names(study.place, study.geography.census, wanted)
    found = {}
    for column in all_columns(study):
        found[key_of(column.name)] = found[column.key] = column
    unknown = [name for name in wanted if key_of(name) not in found and not _is_count(study, name)]
    if unknown:
        near = " ".join(did_you_mean(key_of(name), found).strip() for name in unknown).strip()
        raise DataError(f"map: {examples(unknown)} cannot be drawn: no area of this study has a figure. {near}".strip())
    chosen = {key_of(name): found.get(key_of(name)) or count_column(study, key_of(name)) for name in wanted}
    distinct = list({id(one): one for one in chosen.values()}.values())
    if len(distinct) > most_columns(study):
        raise DataError(
            f"map: {len(distinct)} columns of {len(study.geography.areas):,} areas are more than a page carries. "
            f"Name {most_columns(study)} at most; results.gpkg of `onetown run` holds all."
        )
    names = {one.name for one in distinct}
    alone = [one if one.before in names else replace(one, before="") for one in distinct]
    return tuple(_classed(one, n_classes or USUAL_CLASSES) for one in alone)


def _is_count(study: Study, name: str) -> bool:
    return study.geography is not None and key_of(name) in study.geography.census.counts


def count_column(study: Study, cell: str) -> Column:
    """Return a count of the census as it stands, in the words of the publisher where they are known."""
    if study.geography is None:
        raise ValueError("count_column needs a study with geography")
    census = study.geography.census
    known = {one.name: one for one in read_cells(census.vintage)}
    told = f"{known[cell].table}: {known[cell].label}" if cell in known else cell
    note = f"{census.vintage} Census, counts as published ({cell}): areas with more people have more of everything."
    return Column(told, f"Census {census.vintage}: counts", "counted", census.counts[cell], note, decimals=0, key=cell)


def _classed(column: Column, n_classes: int) -> Column:
    """Return a column with borders that put about as many areas in each of so many classes, where it has none."""
    if column.breaks is not None:
        return column
    return replace(column, breaks=tuple(even_breaks(np.asarray(column.figures, dtype=np.float64), n_classes)))
