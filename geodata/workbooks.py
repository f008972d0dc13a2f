"""Excel and OpenDocument workbooks, cell by cell, through python-calamine.

A workbook is a compressed archive from a stranger, so its size is looked at before it is opened: calamine lays a sheet
out as one rectangle, and two cells in opposite corners of an empty sheet would ask for hundreds of gigabytes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import unescape

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from geodata.errors import SourceError

MAX_UNPACKED_BYTES = 1 << 30
MAX_CELLS = 20_000_000
CHUNK_BYTES = 1 << 20

Cell = str | float | int | bool | date | datetime | None

MAX_TRIAL_BYTES = 4 << 30

_TRIAL = """
import sys
from python_calamine import CalamineWorkbook
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
except (ImportError, ValueError, OSError):
    pass
with CalamineWorkbook.from_path(sys.argv[1]) as book:
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)
_OLE_MARK = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XLSX_CELL = re.compile(rb"""[ ]r=["']([A-Za-z]+)(\d+)["'](?:[^>]*[^/>])?>""")
_ODS_TAG = re.compile(rb"<(/?)table:(table-row|table-cell|covered-table-cell|table)\b([^>]*)>")
_WHOLE_CELL = re.compile(r"""<c r="([A-Z]+)(\d+)"([^>]*[^/>]|)>(.*?)</c>""", re.DOTALL)
_TAG = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)=["']([^"']*)["']""")
_ODS_REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated=["'](\d+)["']""")


def read_workbook(path: Path) -> list[tuple[str, tuple[tuple[Cell, ...], ...]]]:
    """Read all worksheets of an xlsx, xls or ods workbook in their order, hidden ones too.

    Returns
    -------
    list
        Name and rows of each sheet. The first row is row 1 of the sheet, the first cell column A. Merged cells hold
        their value in the top left cell. Formulas give the value last saved; errors such as ``#N/A`` read as empty.

    Raises
    ------
    SourceError
        The workbook is protected by a password, broken or absurdly large.
    """
    _check_size(path)
    _check_password(path)
    _check_survival(path)
    try:
        with _panics_as_errors(), CalamineWorkbook.from_path(path) as book:
            names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            _check_names(names, path)
            return [(name, _rows(book, name)) for name in names]
    except SourceError:
        raise
    except PasswordError as error:
        raise _protected(path) from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise _broken(path) from error


@contextmanager
def _panics_as_errors() -> Iterator[None]:
    """Turn a panic of calamine into a ValueError: on some broken workbooks it indexes beyond their end.

    A panic reaches Python as a ``PanicException``, which is no :class:`Exception` and has no module to import it from,
    and its story is printed to the error stream of the process by other means than Python's. The stream is closed to
    it meanwhile; nothing else speaks here.
    """
    sys.stderr.flush()
    spoken = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        message = "calamine gave up"
        raise ValueError(message) from error
    finally:
        os.dup2(spoken, 2)
        os.close(spoken)


def _check_names(names: Sequence[str], path: Path) -> None:
    """Refuse sheets of the same name, as some programs write: found by name, one would be lost."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(
            f"{path}: several sheets are called '{twice[0]}', and only one of them could be read. "
            "Give each sheet a name of its own and save the workbook again."
        )


def _rows(book: CalamineWorkbook, name: str) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of a sheet from A1 to its last filled row."""
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return ()
    first_row, first_column = sheet.start
    margin = (None,) * first_column
    rows = [margin + tuple(tidy(cell) for cell in row) for row in sheet.to_python(skip_empty_area=True)]
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return ((),) * first_row + tuple(rows)


def tidy(cell: object) -> Cell:
    """Return a cell as calamine gives it as one of ours: whole numbers as int, empty as None, durations as text.

    Examples
    --------
    >>> tidy(100012345678.0), tidy(1.5), tidy(""), tidy(time(9, 30))
    (100012345678, 1.5, None, '09:30:00')
    """
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool | int | date):
        return cell
    if isinstance(cell, time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else None


def _check_size(path: Path) -> None:
    """Refuse an archive that unpacks to more than 1 GiB or a sheet that spreads over more than 20 million cells."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise SourceError(
                    f"{path}: unpacks to more than 1 GiB. Save only the table as a new workbook, or as CSV."
                )
            for part in parts:
                _check_spread(archive, part, path)
    except _BROKEN_ARCHIVE as error:
        if isinstance(error, SourceError):
            raise
        raise _broken(path) from error


def _check_spread(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    """Refuse a sheet whose filled cells stand too far apart."""
    if part.filename == "content.xml":
        n_rows, n_columns = _spread_of_ods(_chunks(archive, part))
    elif part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
        n_rows, n_columns = _spread_of_xlsx(_chunks(archive, part))
    else:
        return
    if n_rows * n_columns > MAX_CELLS:
        raise SourceError(
            f"{path}: a sheet spreads over {n_rows:,} rows and {n_columns:,} columns. "
            "Delete the stray cells below and to the right of the table, or save it as CSV."
        )


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the part in pieces that end at the end of a tag."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK_BYTES):
            whole, found, tail = (rest + piece).rpartition(b">")
            rest = tail if found else rest + piece
            if found:
                yield whole + b">"


def _spread_of_xlsx(chunks: Iterator[bytes]) -> tuple[int, int]:
    """Return the number of rows and of columns from A1 to the furthest filled cell."""
    n_rows = n_columns = 0
    for chunk in chunks:
        cells = _XLSX_CELL.findall(chunk)
        n_rows = max(n_rows, max((int(digits) for digits in {row for _, row in cells}), default=0))
        n_columns = max(n_columns, max((_column_number(name) for name in {name for name, _ in cells}), default=0))
    return n_rows, n_columns


def _column_number(name: bytes) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number


def _spread_of_ods(chunks: Iterator[bytes]) -> tuple[int, int]:
    """Return the rows and columns of the largest sheet, counting repeated cells as often as they are repeated."""
    most = (0, 0)
    row = column = repeat = n_rows = n_columns = 0
    for chunk in chunks:
        for closing, tag, attributes in _ODS_TAG.findall(chunk):
            if closing:
                continue
            times = int(found[1]) if (found := _ODS_REPEATED.search(attributes)) else 1
            if tag == b"table":
                row = column = repeat = n_rows = n_columns = 0
            elif tag == b"table-row":
                row, column, repeat = row + repeat, 0, times
            else:
                column += times
                if not attributes.rstrip().endswith(b"/"):
                    n_rows, n_columns = max(n_rows, row + repeat), max(n_columns, column)
            most = max(most, (n_rows, n_columns), key=lambda size: size[0] * size[1])
    return most


def _check_survival(path: Path) -> None:
    """Refuse an older workbook (xls) on which a process of its own dies.

    A damaged one can state a size of gigabytes in a file of kilobytes. No memory for it ends the whole process without
    an error that could be caught, so another process goes first. What it says does not matter, only that it lives.
    """
    with path.open("rb") as stream:
        old = stream.read(4) == _OLE_MARK
    if old and sys.executable:
        command = [sys.executable, "-I", "-c", _TRIAL, str(path), str(MAX_TRIAL_BYTES)]
        trial = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603
        if trial.returncode not in {0, 1}:
            raise _broken(path)


def _check_password(path: Path) -> None:
    """Refuse an encrypted workbook: Excel wraps it in an older container, OpenDocument says so in its manifest."""
    with path.open("rb") as stream:
        if stream.read(4) == _OLE_MARK and _ENCRYPTED in stream.read():
            raise _protected(path)
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                name = "META-INF/manifest.xml"
                secret = name in archive.namelist() and b"encryption-data" in archive.read(name)
        except _BROKEN_ARCHIVE as error:
            raise _broken(path) from error
        if secret:
            raise _protected(path)


def _protected(path: Path) -> SourceError:
    return SourceError(f"{path}: is protected by a password. Save it without one and try again.")


def _broken(path: Path) -> SourceError:
    return SourceError(
        f"{path}: is a broken workbook. Open it in Excel or LibreOffice, save it again, or save it as CSV."
    )


def unreadable_cells(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return the cells that read as empty but are not: formulas whose value was never saved, and errors.

    Returns
    -------
    dict
        Name of the sheet to row (from 1) and column (from 0) to what stands there, "=B2*C2" or "#REF!". Only xlsx
        tells; other kinds give nothing.
    """
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _sheet_parts(archive)
            return {name: found for name, part in parts.items() if (found := _unreadable_in(archive.read(part)))}
    except _BROKEN_ARCHIVE:
        return {}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the archive that holds each sheet, by name."""
    if "xl/workbook.xml" not in archive.namelist():
        return {}
    targets = {}
    for tag in _TAG.findall(archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")):
        entry = dict(_ATTRIBUTE.findall(tag))
        targets[entry.get("Id", "")] = entry.get("Target", "")
    parts = {}
    for tag in re.findall(r"<sheet\b[^>]*>", archive.read("xl/workbook.xml").decode("utf-8")):
        entry = dict(_ATTRIBUTE.findall(tag))
        target = targets.get(entry.get("r:id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.namelist():
            parts[unescape(entry.get("name", ""))] = part
    return parts


def _unreadable_in(content: bytes) -> dict[tuple[int, int], str]:
    found = {}
    for column, row, kind, body in _WHOLE_CELL.findall(content.decode("utf-8", errors="replace")):
        formula, value = re.search(r"<f\b[^>]*>([^<]*)</f>", body), re.search(r"<v>([^<]*)</v>", body)
        if 't="e"' in kind and value:
            said = value[1]
        elif formula and not (value and value[1]) and 't="str"' not in kind:
            said = f"={unescape(formula[1])}"
        else:
            continue
        found[(int(row), _column_number(column.encode()) - 1)] = said
    return found
