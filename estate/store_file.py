"""A register kept in a GeoPackage: its present state is the layer `register`, its past stands beside in tables.

QGIS opens it like any other file. A save works on a copy and is put in place whole; a lock file keeps two people apart,
and who comes second is told. Whoever edits the layer `register` by hand is told before the edits would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from estate.keeping import BNG, contents_of, lay_down, versions_of, wanted_versions
from estate.store import Contents, Entry, Version, check_last
from geodata.errors import SourceError
from geodata.ledger import Frame, edited_by_hand, grow, layers_of, read_layer
from geodata.locking import WAIT_SECONDS, locked

VERSIONS = "onetown_versions"
HISTORY = "onetown_history"
SET_ASIDE = "onetown_set_aside"
REGISTER = "register"


@dataclass(frozen=True, slots=True)
class FileStore:
    """A register in a GeoPackage.

    Parameters
    ----------
    path
        The file; it is made by the first save.
    wait_seconds
        How long a save waits for somebody else's (seconds).
    """

    path: Path
    wait_seconds: float = WAIT_SECONDS

    @property
    def shown(self) -> str:
        """The path."""
        return str(self.path)

    def versions(self) -> tuple[Version, ...]:
        """Return all versions, oldest first; none where the file does not exist.

        Raises
        ------
        SourceError
            The file is no register, or is broken.
        """
        return versions_of(self._table(), self.shown) if self._exists() else ()

    def read(self, number: int | None = None) -> Contents:
        """Return the register at a version, the last by default.

        Raises
        ------
        SourceError
            The file is no register, or is broken.
        """
        return self._contents(self.path, number) if self._exists() else _nothing()

    def identifiers(self) -> frozenset[str]:
        """Return every `asset_id` that was ever kept."""
        return frozenset(self._identifiers()) if self._exists() else frozenset()

    def save(self, entry: Entry, *, expected: int) -> Version:
        """Keep a delivery as the version after `expected`.

        Parameters
        ----------
        entry
            The delivery.
        expected
            The last version that the caller has seen; 0 for none.

        Raises
        ------
        OvertakenError
            Somebody else has saved a version since.
        SourceError
            The file is open elsewhere, was edited by hand, is being saved by somebody else or cannot be written.
        """
        with locked(self.path, holder=entry.who, wait_seconds=self.wait_seconds) as lock:
            versions = self.versions()
            check_last(self.shown, versions, expected)
            self._check_unedited()
            laid = lay_down(entry, expected + 1)
            added: dict[str, Frame] = {VERSIONS: laid.version, HISTORY: laid.history, SET_ASIDE: laid.set_aside}
            present = self._after(entry)
            grow(self.path, added=added, replaced={REGISTER: present}, ready=lock.check)
        return entry.version(expected + 1)

    def _after(self, entry: Entry) -> gpd.GeoDataFrame:
        """Return the register as it will be: the rows of other bodies, then those of the delivery."""
        bodies = [part.organisation for part in entry.parts]
        assets = self.read().assets
        others = assets[~assets["organisation"].isin(bodies)]
        parts = [rows for rows in (others, entry.rows) if len(rows)]
        return gpd.GeoDataFrame(pd.concat(parts)) if parts else entry.rows

    def _exists(self) -> bool:
        """Return True where the register has been made; a file of another kind is never touched."""
        if not self.path.exists():
            return False
        if VERSIONS not in layers_of(self.path):
            raise SourceError(
                f"{self.path}: is a GeoPackage, and no register that onetown keeps. Give another name for the register."
            )
        return True

    def _check_unedited(self) -> None:
        if self.path.exists() and edited_by_hand(self.path, REGISTER):
            raise SourceError(
                f"{self.path}: the layer '{REGISTER}' was edited in another program; the next save would undo that. "
                f"Export it as a list, delete the layer, and add the list as a delivery."
            )

    def _identifiers(self) -> pd.Series:
        return read_layer(self.path, HISTORY, columns=("asset_id",))["asset_id"]

    def _table(self) -> Frame:
        return read_layer(self.path, VERSIONS)

    def _contents(self, path: Path, number: int | None) -> Contents:
        table = self._table()
        versions = versions_of(table, self.shown)
        wanted = ", ".join(map(str, wanted_versions(versions, number)))
        where = f"version IN ({wanted or 0})"
        history, aside = read_layer(path, HISTORY, where=where), read_layer(path, SET_ASIDE, where=where)
        return contents_of(versions, number, table=table, history=gpd.GeoDataFrame(history), set_aside=aside)


def _nothing() -> Contents:
    """Return a register without a building."""
    frame = gpd.GeoDataFrame({"version": [], "organisation": [], "row": []}, geometry=[], crs=BNG)
    return contents_of((), None, table=frame.assign(about=""), history=frame, set_aside=frame)
