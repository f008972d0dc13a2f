"""A register kept over years: what a version is, and the narrow door through which one is kept and read.

A version is one delivery: the whole list of one or more bodies, which replaces their rows and nobody else's. The
register at a version is, for each body, its last delivery until then. Nothing that was kept is ever changed or removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import geopandas as gpd
import pandas as pd

from estate.phrases import counted, listed
from geodata.errors import DataError


class OvertakenError(DataError):
    """Somebody else saved a version in the meantime; nothing of ours was saved."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a delivery.

    Parameters
    ----------
    file
        Its name as people see it, without a password.
    sha256
        Checksum of its content, or "".
    rows_in, accepted, set_aside
        Its account; rows_in = accepted + set_aside.
    """

    file: str
    sha256: str
    rows_in: int
    accepted: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Part:
    """One body's rows in a delivery: how many there are, and against its delivery before, how many changed."""

    organisation: str
    buildings: int
    new: int
    gone: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Version:
    """One saved delivery.

    Parameters
    ----------
    number
        1, 2, 3 ...
    when
        When it was saved, in ISO form, as the caller said.
    who, note
        Who saved it, and why.
    sources
        The files.
    parts
        The bodies.
    """

    number: int
    when: str
    who: str
    note: str
    sources: tuple[Source, ...]
    parts: tuple[Part, ...]

    @property
    def rows_in(self) -> int:
        """Rows in the files."""
        return sum(source.rows_in for source in self.sources)

    @property
    def accepted(self) -> int:
        """Rows that entered the register."""
        return sum(source.accepted for source in self.sources)

    @property
    def set_aside(self) -> int:
        """Rows set aside with a reason."""
        return sum(source.set_aside for source in self.sources)

    def sentence(self) -> str:
        """Return the version on one line."""
        bodies = listed([part.organisation for part in self.parts])
        files = listed([source.file for source in self.sources])
        counts = ", ".join(
            f"{sum(getattr(part, name) for part in self.parts):,} {name}" for name in ("new", "gone", "changed")
        )
        said = f"{self.number}  {self.when}  {self.who or 'unknown'}: {bodies}, {counted(self.accepted, 'building')}"
        note = f" - {self.note}" if self.note else ""
        return f"{said} ({counts}; {self.set_aside:,} rows set aside) from {files}{note}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivery ready to be kept.

    Parameters
    ----------
    rows
        Buildings of all its bodies, index `asset_id`, British National Grid.
    set_aside
        Rows set aside with reasons.
    sources, parts, when, who, note
        As in :class:`Version`.

    Raises
    ------
    ValueError
        A row is lost: rows in are not rows accepted and set aside, or a row is of no body of the delivery.
    """

    rows: gpd.GeoDataFrame
    set_aside: pd.DataFrame
    sources: tuple[Source, ...]
    parts: tuple[Part, ...]
    when: str
    who: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Check that every row is accounted for."""
        rows_in = sum(source.rows_in for source in self.sources)
        if rows_in != len(self.rows) + len(self.set_aside):
            raise ValueError(f"{rows_in} rows in, {len(self.rows)} accepted, {len(self.set_aside)} set aside")
        per_body = self.rows["organisation"].value_counts().to_dict()
        said = {part.organisation: part.buildings for part in self.parts if part.buildings}
        if per_body != said:
            raise ValueError(f"rows per body are {per_body}, and the parts say {said}")

    def version(self, number: int) -> Version:
        """Return the version that this entry is when it is kept under a number."""
        return Version(number, self.when, self.who, self.note, self.sources, self.parts)


@dataclass(frozen=True, slots=True)
class Contents:
    """The register at one version.

    Parameters
    ----------
    assets
        Buildings of all bodies, index `asset_id`, British National Grid.
    set_aside
        Rows set aside from the deliveries that are current.
    """

    assets: gpd.GeoDataFrame
    set_aside: pd.DataFrame


class Store(Protocol):
    """A place where a register is kept: a GeoPackage, or a schema of a PostGIS database."""

    @property
    def shown(self) -> str:
        """Its name as people may see it."""

    def versions(self) -> tuple[Version, ...]:
        """Return all versions, oldest first; none where nothing has been kept yet."""

    def read(self, number: int | None = None) -> Contents:
        """Return the register at a version, the last by default; empty where nothing has been kept yet."""

    def identifiers(self) -> frozenset[str]:
        """Return every `asset_id` that was ever kept."""

    def save(self, entry: Entry, *, expected: int) -> Version:
        """Keep a delivery as the version after `expected`; raise OvertakenError where that is not the last one."""


def current_parts(versions: Sequence[Version], number: int | None = None) -> dict[str, int]:
    """Return the version in which each body's current rows were delivered.

    Parameters
    ----------
    versions
        All versions of a store.
    number
        The version at which to look; the last by default.
    """
    until = [version for version in versions if number is None or version.number <= number]
    return {part.organisation: version.number for version in until for part in version.parts}


def choose_version(versions: Sequence[Version], said: str, *, store: str = "The register") -> Version:
    """Return the version that is meant by a number or by a date.

    Parameters
    ----------
    versions
        All versions, oldest first.
    said
        A number, or a date in ISO form, which means the last version saved on or before that day.
    store
        Name of the register, for messages.

    Raises
    ------
    DataError
        There is no such version.
    """
    if not versions:
        raise DataError(f"{store}: holds no version yet. Add a list first.")
    known = f"It has versions 1 to {versions[-1].number}, saved {versions[0].when[:10]} to {versions[-1].when[:10]}."
    if said.isdecimal() and len(said) < 8:
        found = [version for version in versions if version.number == int(said)]
    else:
        day = _day(said, store, known)
        found = [version for version in versions if version.when[:10] <= day]
    if not found:
        raise DataError(f"{store}: has no version {said}. {known}")
    return found[-1]


def overtaken(store: str, versions: Sequence[Version], expected: int) -> OvertakenError:
    """Return the error for a save that began from a version that is not the last one."""
    later = [version for version in versions if version.number > expected]
    if not later:
        return OvertakenError(
            f"{store}: has no version {expected}. Nothing was saved. Look at what it holds and try again."
        )
    last = later[-1]
    return OvertakenError(
        f"{store}: {last.who or 'somebody'} saved version {last.number} ({last.when}) while you worked from version "
        f"{expected}. Nothing of yours was saved and nothing of theirs is lost. Look at the changes again, then add."
    )


def check_last(store: str, versions: Sequence[Version], expected: int) -> None:
    """Raise OvertakenError where the last version is not the one that the caller worked from (0 for none)."""
    if (versions[-1].number if versions else 0) != expected:
        raise overtaken(store, versions, expected)


def _day(said: str, store: str, known: str) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError as error:
        raise DataError(
            f"{store}: '{said}' is no version. Give a number or a date such as 2026-03-31. {known}"
        ) from error
