"""Read a list row by row as text, with the row numbers that a spreadsheet shows, and find its columns.

Lists of customers come with any headings. A column is known by its heading, or named by the user; nothing of a row is
changed, so that what is asked for can be given back as it came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from geodata.errors import SchemaError, SourceError, did_you_mean
from geodata.files import Cell, read_sheets
from geodata.inputs import Named
from geodata.levels import low
from geodata.tables import unique_headings

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
