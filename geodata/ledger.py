"""A GeoPackage that is only ever added to: rows go in at the end, the whole file is replaced at once or not at all.

Adding works on a copy beside the file, which is written through to the disk and renamed when it is complete: a save
that is interrupted leaves the file as it was. The same additions in the same order give the same bytes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.errors import SourceError
from geodata.files import kind_of
from geodata.portable import single_geometry
from geodata.write import FIXED_TIME, writing

Frame = gpd.GeoDataFrame | pd.DataFrame


def layers_of(path: Path) -> frozenset[str]:
    """Return the names of the layers and tables of a GeoPackage.

    Raises
    ------
    SourceError
        The file is missing, or is no GeoPackage.
    """
    if kind_of(path) != "gpkg":
        raise SourceError(f"{path}: is no GeoPackage. Give another name.")
    try:
        return frozenset(str(name) for name in pyogrio.list_layers(path)[:, 0])
    except (DataSourceError, ValueError) as error:
        raise _broken(path) from error


def read_layer(path: Path, layer: str, *, where: str | None = None, columns: Sequence[str] | None = None) -> Frame:
    """Return the rows of one layer or table in the order in which they were added.

    Parameters
    ----------
    path
        The GeoPackage.
    layer
        Name of the layer.
    where
        Condition in SQL. Of our own making: numbers only, never a text from a list.
    columns
        Columns to read, without the geometry; all and the geometry by default.

    Raises
    ------
    SourceError
        The file is broken, or has no such layer.
    """
    try:
        rows: Frame = pyogrio.read_dataframe(
            path, layer=layer, where=where, columns=columns, read_geometry=columns is None
        )
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
        raise _broken(path) from error
    return rows


def grow(
    path: Path,
    *,
    added: Mapping[str, Frame],
    replaced: Mapping[str, Frame] | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Add rows to layers of a GeoPackage, make it where it does not exist, and replace other layers whole.

    Parameters
    ----------
    path
        The GeoPackage.
    added
        Rows by layer; a layer that does not exist is made.
    replaced
        Layers that are written anew.
    ready
        Called when the copy is complete, before it takes the place of the file; what it raises leaves the file alone.

    Raises
    ------
    SourceError
        The file is open in another program, cannot be written or cannot be read.
    """
    check_closed(path)
    with writing(path, overwrite=True) as partial:
        if path.exists():
            shutil.copyfile(path, partial)
        there = layers_of(partial) if partial.exists() else frozenset()
        for layer, frame in added.items():
            _write(frame, partial, layer, append=layer in there)
        for layer, frame in (replaced or {}).items():
            _write(frame, partial, layer, append=False)
        _flush(partial)
        check_closed(path)
        ready()


def check_closed(path: Path) -> None:
    """Return where no other program has changes to the file that are not in it yet.

    Raises
    ------
    SourceError
        There are: QGIS keeps them in a file beside (-wal) until it is closed, and would mix them with ours.
    """
    journals = [path.with_name(path.name + end) for end in ("-wal", "-journal")]
    if any(journal.exists() and journal.stat().st_size for journal in journals):
        raise SourceError(f"{path}: is open in another program, such as QGIS. Close it there and try again.")


def edited_by_hand(path: Path, layer: str) -> bool:
    """Return True where another program has changed a layer since we wrote it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT last_change FROM gpkg_contents WHERE table_name = ?", (layer,)).fetchone()
    return found is not None and found[0] != FIXED_TIME


def _write(frame: Frame, path: Path, layer: str, *, append: bool) -> None:
    """Write a frame as a layer; a table of text, numbers and points, its index first where it has a name."""
    table = single_geometry(frame)
    table = table.reset_index() if table.index.name else table
    kind = {"geometry_type": "Point" if isinstance(table, gpd.GeoDataFrame) else None}
    # the copy is flushed once, when it is complete
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME, "OGR_SQLITE_SYNCHRONOUS": "OFF"})
    try:
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG", append=append, **kind)
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
        raise SourceError(f"{path}: cannot be written as a GeoPackage ({error}).") from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None, "OGR_SQLITE_SYNCHRONOUS": None})


def _flush(path: Path) -> None:
    """Wait until the file is on the disk, so that a power cut cannot leave an empty one behind the new name."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _broken(path: Path) -> SourceError:
    return SourceError(f"{path}: is a broken GeoPackage. Put back a copy of it, or give another name.")
