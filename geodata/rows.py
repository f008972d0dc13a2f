"""Read a list row by row as text, with the row numbers that a spreadsheet shows, and find its columns.

Lists of customers come with any headings. A column is known by its heading, or named by the user; nothing of a row is
changed, so that what is asked for can be given back as it came.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from geodata.errors import SchemaError, SourceError, did_you_mean
from geodata.files import Cell, read_sheets
from geodata.inputs import Named
from geodata.levels import low
from geodata.tables import unique_headings

HEADER_WITHIN = 15  # headings stand in one of the first so many rows, below a title and notes
#: Headings by which a column is known, in lower case with underscores, the surest first.
HEADINGS: dict[str, tuple[str, ...]] = {
    "postcode": ("postcode", "post_code", "pcds", "pcd", "customer_postcode", "home_postcode", "zip", "zip_code"),
    "area": ("oa_code", "oa21cd", "oa11cd", "output_area", "oa", "area_code", "area", "geography_code"),
    "easting": ("easting", "eastings", "x_easting", "oseast1m", "bng_e", "x_coordinate"),
    "northing": ("northing", "northings", "y_northing", "osnrth1m", "bng_n", "y_coordinate"),
    "service": ("service", "service_name", "department", "team", "topic", "category"),
    "channel": ("channel", "contact_channel", "method", "contact_method"),
    "kind": ("kind", "contact_type", "type", "contact_kind", "nature"),
    "date": ("date", "contact_date", "date_received", "received", "created", "opened"),
    "count": ("count", "contacts", "n", "number", "number_of_contacts", "total"),
}


def read_rows(path: Named) -> pd.DataFrame:
    """Return the only sheet of a list as text, indexed by the row number that a spreadsheet shows.

    Empty rows are left out, empty cells are missing.

    Raises
    ------
    SourceError
        The file cannot be read, has several sheets with rows, or has no rows below its headings.
    """
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    if len(sheets) > 1:
        names = ", ".join(sheet.name for sheet in sheets)
        raise SourceError(f"{path}: has several sheets with rows ({names}). Save the one that counts as a file.")
    if not sheets or len(sheets[0].rows) < 2:
        raise SourceError(f"{path}: has no rows below its headings. Check the file.")
    header, *body = sheets[0].rows
    width = max(len(row) for row in (header, *body))
    headings = unique_headings([_text(cell) or "" for cell in (*header, *(None,) * (width - len(header)))])
    filled = {at: row for at, row in enumerate(body, start=2) if any(_text(cell) is not None for cell in row)}
    cells = [[_text(cell) for cell in row] + [None] * (width - len(row)) for row in filled.values()]
    return pd.DataFrame(cells, columns=headings, index=pd.Index(list(filled), name="row"), dtype="object")


def find_columns(
    table: pd.DataFrame, fields: Sequence[str], *, source: str, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the heading of each field that the table has; what the user gave goes before what is recognised.

    Parameters
    ----------
    table
        As :func:`read_rows` gives it.
    fields
        Keys of :data:`HEADINGS`.
    source
        Name of the file, for messages.
    given
        Headings by field, as the user named them.

    Raises
    ------
    SchemaError
        The user named a field or a column that does not exist.

    Examples
    --------
    >>> find_columns(pd.DataFrame(columns=["Post code", "Team"]), ("postcode", "service"), source="a.csv")
    {'postcode': 'Post code', 'service': 'Team'}
    """
    given = given or {}
    for field, heading in given.items():
        if field not in fields:
            hint = did_you_mean(field, fields)
            raise SchemaError(f"{source}: '{field}' is no field.{hint} The fields are {', '.join(fields)}.")
        check_column(table, heading, source=source)
    known = {low(heading): str(heading) for heading in reversed(table.columns)}
    found = {
        field: given.get(field) or next((known[word] for word in HEADINGS[field] if word in known), None)
        for field in fields
    }
    return {field: heading for field, heading in found.items() if heading is not None}


def plain_heading(heading: str) -> str:
    r"""Return a heading as plain words: "PropertyName", "PROPERTY_NAME" and "Property\nname" become one.

    Examples
    --------
    >>> plain_heading("PropertyName"), plain_heading("STATION_EASTING"), plain_heading("Net area (m2)")
    ('property name', 'station easting', 'net area m2')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", heading.replace("kWh", "kwh"))
    return " ".join(re.sub(r"[^0-9a-z£²]+", " ", words.lower()).split())


def known_headings(cells: Sequence[Cell], aliases: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return where each column that is known stands in a row of headings; of two alike the first.

    Parameters
    ----------
    cells
        One row.
    aliases
        Plain headings by our name of a column.

    Examples
    --------
    >>> known_headings(("Team ID", "Notes", "Moves to"), {"team": ("team", "team id"), "to": ("to", "moves to")})
    {'team': 0, 'to': 2}
    """
    known = {alias: name for name, words in aliases.items() for alias in words}
    at: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = known.get(plain_heading(_text(cell) or ""))
        if name is not None:
            at.setdefault(name, place)
    return at


def rows_below_headings(
    path: Named, aliases: Mapping[str, Sequence[str]], *, needed: Sequence[frozenset[str]]
) -> list[tuple[int, dict[str, str]]] | None:
    """Return the filled rows below the first row of headings that says enough, with the numbers a spreadsheet shows.

    Parameters
    ----------
    path
        Any table; of several sheets the first with such headings.
    aliases
        Plain headings by our name of a column.
    needed
        Columns that together are enough: any one of the sets.

    Returns
    -------
    list or None
        Row number and text by our name of the column, "" where there is nothing; None where no row is of such headings.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    for sheet in read_sheets(path):
        for start, row in enumerate(sheet.rows[:HEADER_WITHIN], start=1):
            at = known_headings(row, aliases)
            if any(columns <= set(at) for columns in needed):
                below = ((number, _named(one, at)) for number, one in enumerate(sheet.rows[start:], start=start + 1))
                return [(number, one) for number, one in below if any(one.values())]
    return None


def _named(row: Sequence[Cell], at: Mapping[str, int]) -> dict[str, str]:
    return {name: (_text(row[place]) or "") if place < len(row) else "" for name, place in at.items()}


def check_column(table: pd.DataFrame, heading: str, *, source: str) -> str:
    """Return the heading.

    Raises
    ------
    SchemaError
        The table has no such column.
    """
    if heading not in table.columns:
        hint = did_you_mean(heading, map(str, table.columns))
        raise SchemaError(
            f"{source}: there is no column '{heading}'.{hint} It has {', '.join(map(str, table.columns))}."
        )
    return heading


def _text(cell: Cell) -> str | None:
    """Return a cell as text, or None where there is nothing in it."""
    if cell is None:
        return None
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return text or None
