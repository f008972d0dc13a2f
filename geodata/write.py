"""Write results so that they are whole or absent, the same each time, and harmless in a spreadsheet.

Every file is built under another name in the same folder and renamed when it is complete, so a run that is stopped
half-way leaves the earlier result as it was. Nothing is replaced unless the caller says ``overwrite=True``.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from geodata.errors import SourceError, ToolkitError
from geodata.portable import harmless_column, harmless_text, plain, single_geometry, without_geometry

#: A folder that we wrote holds this file. A folder with other things in it and without this file is never replaced.
FOLDER_MARK = ".onetown"
FOLDER_MARK_TEXT = "Results written by onetown. With --overwrite the next run replaces this whole folder.\n"

#: GeoPackage stores the time of the last change; a fixed one keeps the same input -> same bytes.
FIXED_TIME = "2000-01-01T00:00:00.000Z"


@contextmanager
def writing(path: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a name beside `path` to write to, and rename it to `path` when the block ends well.

    Parameters
    ----------
    path
        The file to be made. Missing parent folders are created.
    overwrite
        Replace an existing file.

    Yields
    ------
    Path
        A free name in the same folder with the same suffix. The caller creates the file.

    Raises
    ------
    SourceError
        `path` exists and `overwrite` is off, is a folder, or cannot be written.
    """
    target = Path(path)
    check_free(target, overwrite=overwrite)
    partial = target.with_name(f".{target.stem}.{secrets.token_hex(4)}.partial{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        check_free(target, overwrite=overwrite)
        partial.replace(target)
    except ToolkitError:
        raise
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def writing_folder(path: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder beside `path` to fill, and put it in the place of `path` when the block ends well.

    With ``overwrite=True`` the earlier folder is kept until the new one is complete. Should the machine stop between
    the two renames, the earlier folder stands beside under the name ``.NAME.previous`` and the next call puts it back.

    Parameters
    ----------
    path
        The results folder to be made. An empty folder counts as free.
    overwrite
        Replace an existing folder of results. A folder that onetown did not write is never replaced.

    Yields
    ------
    Path
        The temporary folder.

    Raises
    ------
    SourceError
        `path` exists and may not be replaced, or cannot be written.
    """
    target = Path(path).absolute()
    previous = target.with_name(f".{target.name}.previous")
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        if previous.is_dir() and not target.exists():
            previous.rename(target)
        check_free_folder(target, overwrite=overwrite)
        partial.mkdir(parents=True)
        yield partial
        (partial / FOLDER_MARK).write_text(FOLDER_MARK_TEXT, encoding="utf-8")
        check_free_folder(target, overwrite=overwrite)
        _swap(partial, target, previous)
    except ToolkitError:
        raise
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_csv(frame: pd.DataFrame, path: str | Path, *, overwrite: bool = False, index: bool = True) -> None:
    """Write a table as CSV that Excel opens correctly and that runs nothing there.

    UTF-8 with byte order mark, comma, CRLF. A text cell or heading that a spreadsheet would take for a formula gets a
    leading apostrophe; plain numbers such as ``-12.5`` do not. Points become two columns, other geometry is left out.

    Raises
    ------
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    """
    table = without_geometry(frame)
    if index:
        table = table.reset_index()
    table = table.apply(harmless_column, axis=0) if len(table.columns) else table
    table.columns = [harmless_text(str(name)) for name in table.columns]
    with writing(path, overwrite=overwrite) as partial:
        table.to_csv(partial, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_geopackage(
    layers: Mapping[str, gpd.GeoDataFrame | pd.DataFrame], path: str | Path, *, overwrite: bool = False
) -> None:
    """Write tables as layers of one GeoPackage, the index first. The same tables give the same bytes.

    Parameters
    ----------
    layers
        Tables by layer name. A second geometry column of points becomes two columns (``point`` in BNG becomes
        ``point_easting`` and ``point_northing``). A table without geometry becomes an attribute layer.
    path
        File to make, with the suffix ``.gpkg``.
    overwrite
        Replace an existing file.

    Raises
    ------
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    """
    with writing(path, overwrite=overwrite) as partial:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
        try:
            for name, frame in layers.items():
                table = single_geometry(frame).reset_index()
                kind = {} if hasattr(table, "geom_type") else {"geometry_type": None}
                pyogrio.write_dataframe(table, partial, layer=name, driver="GPKG", append=partial.exists(), **kind)
        except DataSourceError as error:
            raise SourceError(f"{path}: cannot be written as a GeoPackage ({error}).") from error
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_parquet(frame: gpd.GeoDataFrame | pd.DataFrame, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a table with its index as Parquet, or as GeoParquet where it has geometry.

    Raises
    ------
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    """
    with writing(path, overwrite=overwrite) as partial:
        frame.to_parquet(partial, index=True)


def write_json(value: object, path: str | Path, *, overwrite: bool = False) -> None:
    """Write plain values, dataclasses, paths, dates and numpy numbers as JSON; not-a-number becomes null.

    Raises
    ------
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    TypeError
        A value of another kind.
    """
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(text, path, overwrite=overwrite)


def write_text(text: str, path: str | Path, *, overwrite: bool = False) -> None:
    """Write text as UTF-8 with the line ends it has.

    Raises
    ------
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    """
    with writing(path, overwrite=overwrite) as partial:
        partial.write_bytes(text.encode("utf-8", errors="replace"))


def check_free(path: str | Path, *, overwrite: bool = False) -> None:
    """Return where a file may be written to `path`; ask before long work, whose result would be refused at its end.

    Raises
    ------
    SourceError
        `path` is a folder, or exists and `overwrite` is off.
    """
    target = Path(path)
    if target.is_dir():
        raise SourceError(f"{target}: is a folder. Give the name of a file.")
    if target.exists() and not overwrite:
        raise SourceError(f"{target}: exists already. Use --overwrite to replace it, or give another name.")


def check_free_folder(path: str | Path, *, overwrite: bool = False) -> None:
    """Return where a results folder may be written to `path`.

    Raises
    ------
    SourceError
        `path` is a file, holds files and `overwrite` is off, or holds files that onetown did not write.
    """
    target = Path(path)
    if not target.exists():
        return
    if not target.is_dir():
        raise SourceError(f"{target}: is a file. Give the name of a folder.")
    if not any(target.iterdir()):
        return
    if not overwrite:
        raise SourceError(f"{target}: holds files already. Use --overwrite to replace it, or give another name.")
    if not (target / FOLDER_MARK).exists():
        raise SourceError(
            f"{target}: holds files that onetown did not write, so --overwrite does not replace it. "
            "Give another name, or empty the folder yourself."
        )


def _swap(partial: Path, target: Path, previous: Path) -> None:
    """Put the new folder in the place of the old one, or leave the old one where it was."""
    shutil.rmtree(previous, ignore_errors=True)
    replaced = target.exists()
    if replaced:
        target.rename(previous)
    try:
        partial.rename(target)
    except BaseException:
        if replaced:
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _cannot_write(target: Path, error: OSError) -> SourceError:
    reason = error.strerror or str(error)
    return SourceError(f"{target}: cannot be written ({reason}). Check the folder, its permissions and the free space.")
