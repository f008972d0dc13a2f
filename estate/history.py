"""Keep a register over years: compare a delivery with the last one, take it over, read any earlier state.

A delivery is the whole list of one or more bodies. It is compared before it replaces anything; a delivery that would
lose most of a body's buildings is refused until somebody says that it is meant. The date and the person come from the
caller: nothing here looks at the clock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from estate.changes import Changes, compare
from estate.deliveries import Delivery
from estate.identity import slug
from estate.phrases import counted
from estate.register import Register, shared_buildings
from estate.same_building import add_buildings, match_buildings
from estate.store import Contents, Entry, Part, Store, Version, choose_version, overtaken
from estate.store_database import DatabaseStore
from estate.store_file import FileStore
from geodata.errors import DataError, did_you_mean
from geodata.inputs import DatabaseAddress, Named, StandardInput, input_named
from geodata.write import write_csv, write_geopackage, write_parquet

#: A delivery that drops more than this share of a body's buildings must be confirmed.
LOSS_LIMIT = 0.5
LOSS_FROM = 4

_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of adding a delivery.

    Parameters
    ----------
    version
        The new version; None where the delivery changes nothing and nothing was saved.
    changes
        What it changes.
    """

    version: Version | None
    changes: Changes


def open_store(name: Named) -> Store:
    """Return the register of a name: a GeoPackage, or a schema of a PostGIS database. Nothing is made or read yet.

    Parameters
    ----------
    name
        A path that ends in ``.gpkg``, or ``postgresql://user@host/database#schema``.

    Raises
    ------
    DataError
        The name is neither.
    """
    place = input_named(name)
    if isinstance(place, DatabaseAddress):
        return DatabaseStore(place)
    if isinstance(place, StandardInput) or place.suffix.lower() != ".gpkg":
        raise DataError(
            f"{place}: is no name for a register. Give a file that ends in .gpkg, or postgresql://user@host/database."
        )
    return FileStore(place)


def diff(store: Store, delivery: Delivery) -> Changes:
    """Compare a delivery with the register, and save nothing.

    Raises
    ------
    DataError
        A body of the delivery is spelled otherwise in the register.
    SourceError
        The register cannot be read.
    """
    return _compared(store, store.versions(), delivery)


def add(
    store: Store,
    delivery: Delivery,
    *,
    when: str,
    who: str = "",
    note: str = "",
    expected: int | None = None,
    accept_loss: bool = False,
) -> Saved:
    """Compare a delivery with the register and let it replace the rows of its bodies.

    Parameters
    ----------
    store
        The register.
    delivery
        The whole lists of some bodies.
    when
        The moment, in ISO form.
    who, note
        Who saves it, and why.
    expected
        The version that was looked at before; by default the one that is last now.
    accept_loss
        Take over a delivery that loses more than half of a body's buildings.

    Raises
    ------
    OvertakenError
        Somebody else has saved in the meantime. Nothing was saved.
    DataError
        A body is spelled otherwise in the register, or the delivery would lose most of its buildings.
    SourceError
        The register cannot be read or written.
    """
    versions = store.versions()
    last = versions[-1].number if versions else 0
    if expected is not None and expected != last:
        raise overtaken(store.shown, versions, expected)
    changes = _compared(store, versions, delivery)
    if not accept_loss:
        _check_loss(changes)
    known = {part.organisation for version in versions for part in version.parts}
    if changes.nothing and known >= set(delivery.bodies):
        return Saved(None, changes)
    parts = tuple(
        Part(
            str(body),
            **{name: int(row[name]) for name in ("new", "gone", "changed", "unchanged")},
            buildings=row["after"],
        )
        for body, row in changes.summary.to_dict("index").items()
    )
    entry = Entry(changes.rows, delivery.set_aside, delivery.sources, parts, when, _plain(who), _plain(note))
    return Saved(store.save(entry, expected=last), changes)


def between(store: Store, before: int, after: int) -> Changes:
    """Compare two versions of the register.

    Parameters
    ----------
    store
        The register.
    before, after
        Numbers of versions; 0 is the empty register before the first.
    """
    left = store.read(before).assets
    right = store.read(after).assets
    bodies = sorted({*left["organisation"], *right["organisation"]})
    by_id = [gpd.GeoDataFrame(rows.assign(reference=rows.index)) for rows in (left, right)]
    return compare(by_id[0], by_id[1], bodies=bodies, version=after)


def write_version(contents: Contents, path: Path, *, overwrite: bool = False) -> None:
    """Write the register at a version as GeoPackage, CSV or GeoParquet, by the end of the name.

    Raises
    ------
    DataError
        The name ends otherwise.
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    """
    kind = path.suffix.lower()
    if kind == ".gpkg":
        write_geopackage({"register": contents.assets, "set_aside": contents.set_aside}, path, overwrite=overwrite)
    elif kind == ".csv":
        write_csv(contents.assets, path, overwrite=overwrite)
    elif kind == ".parquet":
        write_parquet(contents.assets, path, overwrite=overwrite)
    else:
        raise DataError(f"{path}: cannot be told what kind of file it is. End the name in .gpkg, .csv or .parquet.")


def stored_register(store: Store, *, version: str = "") -> Register:
    """Return a version of the register for analysis.

    Parameters
    ----------
    store
        The register.
    version
        Its number or a date; the last by default.

    Raises
    ------
    DataError
        There is no such version.
    """
    versions = store.versions()
    chosen = choose_version(versions, version or str(versions[-1].number if versions else 0), store=store.shown)
    contents = store.read(chosen.number)
    matches = match_buildings(contents.assets)
    assets = add_buildings(contents.assets, matches)
    mapping = pd.DataFrame(columns=["file", "column", "field", "confidence", "why"])
    account = _account(assets, store.shown)
    return Register(assets, contents.set_aside, (), account, shared_buildings(assets), matches, mapping)


def _account(assets: gpd.GeoDataFrame, store: str) -> pd.DataFrame:
    """Return the account of a stored register: one line a body, every row accepted."""
    per_body = assets.groupby("organisation", sort=True)
    n_rows = per_body.size()
    columns = {
        "file": store,
        "sheet": "",
        "organisation": n_rows.index.to_numpy(),
        "rows_in": n_rows.to_numpy(),
        "accepted": n_rows.to_numpy(),
        "set_aside": 0,
        "questions": assets["questions"].ne("").groupby(assets["organisation"]).sum().reindex(n_rows.index).to_numpy(),
    }
    return pd.DataFrame(columns)


def _compared(store: Store, versions: Sequence[Version], delivery: Delivery) -> Changes:
    _check_spelling(versions, delivery.bodies, store.shown)
    last = versions[-1].number if versions else 0
    return compare(
        store.read().assets,
        delivery.rows,
        bodies=delivery.bodies,
        version=last + 1,
        taken=store.identifiers(),
        set_aside=delivery.set_aside,
    )


def _check_spelling(versions: Sequence[Version], bodies: Sequence[str], store: str) -> None:
    """Raise where a body is in the register under a slightly different name: its rows would stand there twice."""
    known = {part.organisation for version in versions for part in version.parts}
    slips = []
    for body in bodies:
        other = next((name for name in sorted(known) if slug(name) == slug(body)), "") if body not in known else ""
        if other:
            slips.append(f"'{body}' is '{other}' in the register.")
    if slips:
        raise DataError(f"{store}: {' '.join(slips)} Name the body as the register does, with --organisation.")


def unfamiliar_bodies(versions: Sequence[Version], bodies: Sequence[str]) -> list[str]:
    """Return a sentence for every body that is new to the register, with the name it may be a slip for."""
    known = {part.organisation for version in versions for part in version.parts}
    return [
        f"'{body}' is new to the register.{did_you_mean(body, known)}" for body in bodies if known and body not in known
    ]


def losses(changes: Changes) -> list[str]:
    """Return a sentence for every body that would lose most of its buildings, as where only part of a list was sent."""
    summary = changes.summary
    lost = summary[(summary["gone"] > LOSS_LIMIT * summary["before"]) & (summary["gone"] >= LOSS_FROM)]
    return [
        f"{row['gone']:,} of {counted(row['before'], 'building')} of {body} would go."
        for body, row in lost.to_dict("index").items()
    ]


def _check_loss(changes: Changes) -> None:
    """Raise where the delivery looks like a part of a list."""
    if lost := " ".join(losses(changes)):
        raise DataError(f"{lost} Nothing was saved. If the list is whole and this is meant, add it with --accept-loss.")


def _plain(text: str) -> str:
    """Return the text on one line, without signs that no database keeps."""
    return _CONTROL.sub(" ", text).strip()
