"""Put what was fetched into files: all of them whole or none, with an account of where each came from."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.errors import SourceError
from geodata.fetch_cache import Record
from geodata.files import sha256_of
from geodata.write import check_free, write_csv, write_geopackage, write_json, write_parquet

ACCOUNT_FILE = "fetched.json"
"""The account of the files, beside them."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What one file is made of.

    Parameters
    ----------
    what
        In words.
    frame
        The table or layer.
    source, licence
        Publisher and terms.
    """

    what: str
    frame: pd.DataFrame | gpd.GeoDataFrame
    source: str
    licence: str


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """One file that was made of what was fetched.

    Parameters
    ----------
    name, what
        Its path as place.toml spells it, and what is in it.
    rows
        Rows or features.
    sha256
        Checksum of the file.
    source, licence
        Publisher and terms.
    vintage
        Census year of its codes.
    fetched
        When the newest answer in it was asked (UTC).
    """

    name: str
    what: str
    rows: int
    sha256: str
    source: str
    licence: str
    vintage: int
    fetched: str


def write_fetched(
    tables: Mapping[str, Made], base: Path, *, vintage: int, records: Sequence[Record], overwrite: bool
) -> tuple[FetchedFile, ...]:
    """Write every file aside, then put all of them in place, with an account of where they came from.

    Parameters
    ----------
    tables
        What each file is made of, by its path relative to `base`.
    base
        The data folder.
    vintage
        Census year.
    records
        Of the answers used.
    overwrite
        Replace files that exist.

    Raises
    ------
    SourceError
        A file exists and `overwrite` is off, or the folder cannot be written.
    """
    files = []
    with _staged(base) as stage:
        for number, (name, made) in enumerate(tables.items()):
            path = stage / f"{number}{Path(name).suffix.lower()}"
            _write_one(made.frame, path)
            newest = max((record.fetched for record in records if record.source == made.source), default="")
            checksum = sha256_of(path)
            files.append(
                FetchedFile(name, made.what, len(made.frame), checksum, made.source, made.licence, vintage, newest)
            )
        write_json({"files": files}, stage / ACCOUNT_FILE)
        for number, name in enumerate(tables):
            target = base / name
            check_free(target, overwrite=overwrite)
            target.parent.mkdir(parents=True, exist_ok=True)
            (stage / f"{number}{target.suffix.lower()}").replace(target)
        (stage / ACCOUNT_FILE).replace(base / ACCOUNT_FILE)
    return tuple(files)


def _write_one(frame: pd.DataFrame | gpd.GeoDataFrame, path: Path) -> None:
    table = frame if frame.index.name is None else frame.reset_index()
    if path.suffix == ".csv":
        write_csv(table, path, index=False)
    elif path.suffix == ".parquet":
        write_parquet(table, path)
    else:
        write_geopackage({"areas": gpd.GeoDataFrame(table).set_index(table.columns[0])}, path)


@contextmanager
def _staged(base: Path) -> Iterator[Path]:
    """Give a folder beside the files, which goes again whatever happens."""
    try:
        base.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".fetch-", suffix=".partial", dir=base))
    except OSError as error:
        raise SourceError(f"{base}: cannot be written ({error.strerror}). Check the folder and its rights.") from error
    try:
        yield stage
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{base}: cannot be written ({error.strerror}). Check the folder and its rights.") from error
    finally:
        with suppress(OSError):
            shutil.rmtree(stage)
