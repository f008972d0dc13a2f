"""Put what place.toml says of single buildings into the register: status, next step, planning, security."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from geodata.errors import DataError, Fault, did_you_mean
from geodata.place_buildings import BuildingNote

COLUMNS = ("status", "status_since", "next_step", "planning", "secure_for")


def add_building_notes(assets: gpd.GeoDataFrame, notes: Sequence[BuildingNote], *, source: str) -> gpd.GeoDataFrame:
    """Return the register with the notes in the place of what the lists say, where they say anything.

    Parameters
    ----------
    assets
        Register, index `asset_id`.
    notes
        ``[[buildings]]`` of place.toml, in order; a later note on the same building wins.
    source
        Name of the file, for messages.

    Raises
    ------
    DataError
        A note names no building of the register, or a reference that several have; all are told at once.
    """
    if not notes:
        return assets
    found = [_building(note, assets, source) for note in notes]
    faults = [one for one in found if isinstance(one, Fault)]
    known = [one for one in found if isinstance(one, str)]
    if faults:
        listed = " ".join(f"{fault.message} {fault.remedy}" for fault in faults)
        raise DataError(f"{source}: {listed}", faults=faults)
    columns = {name: _column(assets, name) for name in COLUMNS}
    for note, asset in zip(notes, known, strict=True):
        told = {"status": note.status, "status_since": None if note.since is None else pd.Timestamp(note.since),
                "next_step": note.next_step or None, "planning": note.planning or None,
                "secure_for": None if note.secure_for is None else "; ".join(note.secure_for)}  # fmt: skip
        for name, value in told.items():
            if value is not None:
                columns[name].loc[asset] = value
    return assets.assign(**columns)


def _building(note: BuildingNote, assets: gpd.GeoDataFrame, source: str) -> str | Fault:
    """Return the identifier of the building that a note is about, or why there is none."""
    mine = assets["organisation"].eq(note.organisation) if note.organisation else pd.Series(True, index=assets.index)
    if note.asset in assets.index and mine.loc[note.asset]:
        return note.asset
    own = assets.index[mine & _column(assets, "reference").eq(note.asset)]
    if len(own) == 1:
        return str(own[0])
    said = f"[[buildings]] names '{note.asset}', "
    if len(own):
        return Fault(source, f"{said}a reference of {len(own)} buildings.", "Add organisation, or use the identifier.",
                     "building_note", value=note.asset)  # fmt: skip
    hint = did_you_mean(note.asset, [*map(str, assets.index[mine]), *_column(assets, "reference")[mine]])
    where = note.organisation or "the register"
    return Fault(source, f"{said}which is no building of {where}.{hint}", "Use an identifier of the register.",
                 "building_note", value=note.asset)  # fmt: skip


def _column(assets: pd.DataFrame, name: str) -> pd.Series:
    """Return a copy of a column, or an empty one of its kind."""
    if name == "status_since":
        return pd.to_datetime(assets[name]) if name in assets else pd.Series(pd.NaT, assets.index, "datetime64[us]")
    return assets[name].fillna("").astype("str") if name in assets else pd.Series("", index=assets.index, dtype="str")
