"""Read any file that a partner sends: one front door for lists, tables and layers.

Three readers give what the rest of onetown needs: :func:`read_sheets` gives asset lists cell by cell with the row
numbers that a spreadsheet shows; :func:`read_table` gives look-ups and census tables as a DataFrame whose codes stay
text; :func:`read_areas_file` gives a layer with its geometry. The kind of a file is told by its first bytes, not by its
name. Every fault is a :class:`~geodata.errors.SourceError` of one sentence with what to do next.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeVar

import geopandas as gpd
import pandas as pd

from geodata.delimited import read_delimited
from geodata.errors import SourceError, did_you_mean, examples
from geodata.inputs import DatabaseAddress, Input, Named, StandardInput, input_named
from geodata.layers import cells_of, points_of, read_layers
from geodata.postgis import read_database
from geodata.tables import typed_columns
from geodata.workbooks import read_workbook

Cell = str | float | int | bool | date | datetime | None
Row = tuple[Cell, ...]
Kind = Literal["text", "workbook", "gpkg", "geojson", "kml", "shp", "parquet"]
T = TypeVar("T")

_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|head|body|table|style|meta|kml)\b", re.IGNORECASE)
_SHAPEFILE_PARTS = {".dbf", ".shx", ".prj", ".cpg"}
_SUFFIXES = {"gpkg": ".gpkg", "geojson": ".geojson", "kml": ".kml", "parquet": ".parquet"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet or layer of a file, cell by cell.

    Parameters
    ----------
    file
        Path of the file as the user gave it, the address of a database without its password, or "standard input".
    name
        Name of the sheet or layer, empty for CSV and the like.
    rows
        Cells in file order. ``rows[0]`` is row 1 as a spreadsheet shows it, empty rows in between are kept, empty rows
        at the end are not. Empty cells are None; rows of a text file may differ in length. A quoted cell may hold
        line breaks: rows are counted as records, as a spreadsheet does, not as lines.
        A layer has its attribute names as row 1.
    points
        For layers, one point per row after the first, in the CRS of the file, indexed 0, 1, 2 ...; lines and polygons
        give a point inside them, a missing geometry None. None for files without geometry.
    """

    file: str
    name: str
    rows: tuple[Row, ...]
    points: gpd.GeoSeries | None = None


def read_sheets(path: Named) -> tuple[Sheet, ...]:
    """Read every sheet or layer of a list, whatever its format and wherever it stands.

    CSV and TSV in any usual encoding and delimiter (also gzipped), xlsx, xls and ods, GeoJSON, GeoPackage, Shapefile,
    GeoParquet and KML. Formulas give their values, whole numbers of workbooks come as int. A sheet without a single
    filled cell is given with no rows. A table or query of a database and standard input are read alike.

    Parameters
    ----------
    path
        A path, ``-`` for standard input, or the address of a database (:mod:`geodata.inputs`).

    Raises
    ------
    SourceError
        The file is missing, empty, broken, protected by a password or of another kind.
    """
    source = input_named(path)
    if isinstance(source, DatabaseAddress):
        return (Sheet(str(source), *read_database(source)),)
    if isinstance(source, StandardInput):
        return _sheets_of_bytes(source)
    return _sheets_of_file(source)


def _sheets_of_file(path: Path) -> tuple[Sheet, ...]:
    kind = kind_of(path)
    if kind == "text":
        return (Sheet(str(path), "", read_delimited(path)),)
    if kind == "workbook":
        return tuple(Sheet(str(path), name, rows) for name, rows in read_workbook(path))
    return tuple(_sheet_of_layer(path, name, frame) for name, frame in read_layers(path, kind))


def _sheets_of_bytes(source: StandardInput) -> tuple[Sheet, ...]:
    """Read what is piped in, by way of a temporary file whose name nobody sees."""
    content = source.content()
    with tempfile.TemporaryDirectory(prefix="onetown-") as folder:
        path = Path(folder) / ("piped.json" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "piped")
        path.write_bytes(content)
        try:
            path = path.rename(path.with_suffix(_SUFFIXES.get(kind_of(path), path.suffix)))
            return tuple(replace(sheet, file=str(source)) for sheet in _sheets_of_file(path))
        except SourceError as error:
            raise SourceError(str(error).replace(str(path), str(source))) from error


def read_table(path: Named, *, sheet: str | None = None) -> pd.DataFrame:
    """Read a table with one header row, such as a look-up or a census table.

    Columns of numbers become numbers; codes stay text: a column whose heading says so (UPRN, code, id, reference,
    postcode ...) or with leading zeros is never a number. Empty cells are missing.

    Parameters
    ----------
    path
        Parquet, CSV (also gzipped), workbook or layer (its geometry is left out); a table of a database.
    sheet
        Sheet or layer to read; by default the only one that has rows.

    Raises
    ------
    SourceError
        The file cannot be read, has no header, or `sheet` is not in it.
    """
    source = input_named(path)
    if isinstance(source, Path) and kind_of(source) == "parquet":
        frame = read_layers(source, "parquet")[0][1]
        shapes = [name for name in frame.columns if frame[name].dtype == "geometry"]
        return typed_columns(pd.DataFrame(frame.drop(columns=shapes)))
    sheets = {one.name: one for one in read_sheets(source) if one.rows}
    rows = _choose(sheets, sheet, source, "sheet").rows
    header = [str(cell).strip() if cell is not None else "" for cell in rows[0]]
    width = max(len(header), max((len(row) for row in rows), default=0))
    header += [""] * (width - len(header))
    body = [row + (None,) * (width - len(row)) for row in rows[1:] if any(cell is not None for cell in row)]
    return typed_columns(pd.DataFrame(body, columns=header, dtype=object))


def read_areas_file(path: str | Path, *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read one layer of areas or points with its geometry, in the CRS of the file.

    Raises
    ------
    SourceError
        The file cannot be read, has no geometry, or has several layers and none was named.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind in {"text", "workbook"}:
        raise SourceError(
            f"{path}: has no geometry. Give a GeoPackage, GeoJSON, Shapefile, GeoParquet or KML file of areas."
        )
    layers = {name: frame for name, frame in read_layers(path, kind) if isinstance(frame, gpd.GeoDataFrame)}
    if not layers:
        raise SourceError(f"{path}: has no geometry. Give a layer of areas or points.")
    return _choose(layers, layer, path, "layer")


def sha256_of(path: Named) -> str:
    """Return the SHA-256 checksum of a file, of what is piped in or of the rows of a table, in hexadecimal.

    Raises
    ------
    SourceError
        The file is missing or cannot be read.
    """
    source = input_named(path)
    if isinstance(source, StandardInput):
        return hashlib.sha256(source.content()).hexdigest()
    if isinstance(source, DatabaseAddress):
        _, rows, points = read_database(source)
        shapes = b"" if points is None else b"".join(points.to_wkb().fillna(b""))
        return hashlib.sha256(repr(rows).encode() + shapes).hexdigest()
    try:
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error


def kind_of(path: str | Path) -> Kind:
    """Return what a file is by its first bytes.

    Raises
    ------
    SourceError
        The file is missing, empty, a folder, unreadable or of a kind that onetown does not read.
    """
    path = Path(path)
    if path.is_dir():
        raise SourceError(f"{path}: is a folder. Give the name of a file in it.")
    if path.suffix.lower() in _SHAPEFILE_PARTS and path.exists():
        raise SourceError(f"{path}: is one part of a Shapefile. Give the file that ends in .shp.")
    head = _first_bytes(path)
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head.startswith(b"%PDF"):
        raise SourceError(f"{path}: is a PDF. Ask for the list as a workbook or CSV.")
    marks: dict[bytes, Kind] = {
        b"\xd0\xcf\x11\xe0": "workbook",
        b"SQLite format 3\x00": "gpkg",
        b"PAR1": "parquet",
        b"\x00\x00\x27\x0a": "shp",
    }
    for mark, kind in marks.items():
        if head.startswith(mark):
            return kind
    return _kind_of_text(path, head)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: does not exist. Check the path.") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the permissions.") from error
    if not head.strip():
        raise SourceError(f"{path}: is empty. Ask for the list again.")
    return head


def _kind_of_archive(path: Path) -> Kind:
    """Return "workbook" for xlsx and ods, and refuse every other archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{path}: is a broken workbook or archive. Ask for it again.") from error
    if "xl/workbook.xml" in names or ("content.xml" in names and "mimetype" in names):
        return "workbook"
    if "xl/workbook.bin" in names:
        raise SourceError(f"{path}: is a binary workbook (xlsb). Save it as .xlsx.")
    if "word/document.xml" in names:
        raise SourceError(f"{path}: is a Word document. Ask for the list as a workbook or CSV.")
    inside = f" (it holds {examples(names)})" if names else ""
    raise SourceError(f"{path}: is a zip archive{inside}. Unpack it and give the file inside.")


def _kind_of_text(path: Path, head: bytes) -> Kind:
    """Return the kind of a file that starts with no known mark."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in b"{[" and path.suffix.lower() in {".geojson", ".json"}:
        return "geojson"
    if not _MARKUP.match(start):
        return "text"
    if b"<kml" in start or path.suffix.lower() == ".kml":
        return "kml"
    raise SourceError(f"{path}: is a web page or XML, whatever its name says. Open it in Excel and save it as .xlsx.")


def _sheet_of_layer(path: Path, name: str, frame: pd.DataFrame) -> Sheet:
    header, rows = cells_of(frame)
    points = points_of(frame) if isinstance(frame, gpd.GeoDataFrame) else None
    return Sheet(str(path), name, (header, *rows), points)


def _choose(found: dict[str, T], name: str | None, path: Input, word: str) -> T:
    """Return the named sheet or layer, or the only one."""
    if name is not None and name not in found:
        listed = ", ".join(found) or "none"
        raise SourceError(f"{path}: has no {word} '{name}'; it has {listed}.{did_you_mean(name, found)}")
    if name is not None:
        return found[name]
    if len(found) > 1:
        raise SourceError(f"{path}: has several {word}s ({', '.join(found)}). Say which one to read.")
    if not found:
        raise SourceError(f"{path}: has no header row. Put the names of the columns in the first row.")
    return next(iter(found.values()))
