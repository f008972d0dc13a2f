"""Recognise the larger areas and names that the census and its look-ups bring along for each output area.

The same thing has a dozen spellings: ``MSOA21CD``, ``msoa11_code``, ``MSOA``; ``lad22nm``, ``la_name``. A column is
known by its heading, and a bare heading such as ``LAD`` by its values: codes are capitals and digits, names are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

_DISTRICT = r"(lad|la|ltla|local_authority)"
#: Headings, in lower case with underscores, of the columns that an area can bring along.
HEADINGS = {
    "lsoa_code": re.compile(r"lsoa(\d\d)?(_?cd|_code)?"),
    "msoa_code": re.compile(r"msoa(\d\d)?(_?cd|_code)?"),
    "ward_code": re.compile(r"(wd|ward)(\d\d)?(_?cd|_code)?"),
    "lad_code": re.compile(_DISTRICT + r"(\d\d)?(_?cd|_code)?"),
    "lad_name": re.compile(_DISTRICT + r"(\d\d)?(_?nm|_name)?"),
    "ward_name": re.compile(r"(wd|ward)(\d\d)?(_?nm|_name)?"),
    "msoa_name": re.compile(r"msoa(\d\d)?(_hcl)?(_?nm|_name)"),
    "locality": re.compile(r"locality|town"),
}
LEVELS = ("lsoa_code", "msoa_code", "ward_code", "ward_name", "lad_code", "lad_name", "locality")
#: Names such as "Derby 001" number an MSOA and tell nobody where it is.
_NUMBERED = r".* \d{3}[A-Z]?"


def level_columns(known: list[pd.DataFrame], names: list[pd.Series], codes: pd.Index) -> pd.DataFrame:
    """Build the text columns of the areas table.

    Parameters
    ----------
    known
        Tables indexed by ``oa_code``, the most trusted first; of each field the first filled cell wins.
    names
        Names of larger areas, indexed by ``oa_code``, for the locality.
    codes
        Index of the result.

    Returns
    -------
    DataFrame
        Columns ``lsoa_code msoa_code ward_code ward_name lad_code lad_name locality``, "" where nothing is known. The
        locality is a column of that name, else the name of a larger area, MSOA or ward that is not a mere number, else
        the district.
    """
    columns = {field: _first_filled(_columns_of(field, known), codes) for field in HEADINGS}
    places = [*names, *(columns[field] for field in ("msoa_name", "ward_name"))]
    telling = [place.mask(place.fillna("").str.fullmatch(_NUMBERED)) for place in places]
    columns["locality"] = _first_filled([columns["locality"], *telling, columns["lad_name"]], codes)
    return pd.DataFrame({name: columns[name] for name in LEVELS}, index=codes)


def _columns_of(field: str, known: list[pd.DataFrame]) -> list[pd.Series]:
    """Return the columns that a heading says are the field: codes are capitals and digits, names are not."""
    found = [frame[name] for frame in known for name in frame.columns if HEADINGS[field].fullmatch(low(name))]
    coded = [column.dropna().astype("str").str.fullmatch("[A-Z0-9_-]+").all() for column in found]
    wants_code = field.endswith("_code")
    return [
        column for column, is_code in zip(found, coded, strict=True) if field == "locality" or is_code == wants_code
    ]


def _first_filled(columns: Sequence[pd.Series], codes: pd.Index) -> pd.Series:
    result = pd.Series("", index=codes, dtype="str")
    for column in columns:
        result = result.mask(result == "", column.astype("str").str.strip().fillna(""))
    return result


def low(heading: object) -> str:
    """Return a heading in lower case with underscores."""
    return str(heading).strip().lower().replace(" ", "_")
