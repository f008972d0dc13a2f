"""Postcodes: one spelling, and where each of them is.

A British postcode is an outward code (area and district, ``DE1``) and an inward code (``0AA``). The letter O and the
figure 0 are mended only where one reading alone can be right; an outward code alone is no place and is told apart.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.crs import bng_from_lonlat
from geodata.errors import SourceError, did_you_mean
from geodata.files import read_table

#: The 124 postcode areas of the United Kingdom and the Crown dependencies.
_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW "
    "OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC "
    "WD WF WN WR WS WV YO ZE"
)  # fmt: skip
POSTCODE_AREAS = frozenset(_AREAS.split())
#: Areas that have a district 0, such as CR0.
AREAS_WITH_DISTRICT_0 = frozenset(("BL", "BS", "CM", "CR", "FY", "HA", "PR", "SL", "SS"))

_OUTWARD = r"[A-Z]{1,2}[0-9][A-Z0-9]?"
_INWARD = r"[0-9][A-Z]{2}"
_FULL = re.compile(f"({_OUTWARD})({_INWARD})")
_SEPARATORS = r"[\s\u00a0.\-_,]+"
#: Third and fourth letters that exist: W1A, N1C; EC1A, SW1W.
_REAL_OUTWARD = re.compile(r"([A-Z]{1,2})(0|[1-9][0-9]?|[1-9][ABCDEFGHJKMNPRSTUVWXY])")

HEADINGS = {
    "postcode": ("pcds", "pcd", "pcd7", "pcd8", "postcode", "post_code"),
    "lad_code": ("oslaua", "laua", "lad_code", "ladcd", "la_code", "local_authority_code"),
    "easting": ("oseast1m", "east1m", "easting", "eastings", "x_coord"),
    "northing": ("osnrth1m", "north1m", "northing", "northings", "y_coord"),
    "longitude": ("long", "lon", "lng", "longitude"),
    "latitude": ("lat", "latitude"),
}  # fmt: skip


def normalise_postcode(text: str) -> str | None:
    r"""Return a full postcode in capitals with one blank, or None where it is not one.

    Examples
    --------
    >>> normalise_postcode(" de1  0aa\n"), normalise_postcode("DE1 OAA"), normalise_postcode("CRO 2AB")
    ('DE1 0AA', 'DE1 0AA', 'CR0 2AB')
    >>> normalise_postcode("DE1") is None, normalise_postcode("not known") is None
    (True, True)
    """
    squeezed = _squeeze(text)
    found = _FULL.fullmatch(squeezed)
    if found and _REAL_OUTWARD.fullmatch(found[1]):
        return f"{found[1]} {found[2]}"
    return _mended(squeezed)


def outward_only(text: str) -> str | None:
    """Return the outward code where the text is nothing more, such as ``DE1``; None otherwise.

    Examples
    --------
    >>> outward_only("de1 "), outward_only("DE1 0AA"), outward_only("B")
    ('DE1', None, None)
    """
    squeezed = _squeeze(text)
    real = _REAL_OUTWARD.fullmatch(squeezed)
    return squeezed if real and real[1] in POSTCODE_AREAS else None


def normalise_postcodes(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Return the column with each cell as :func:`normalise_postcode` gives it, missing where it is none.

    Parameters
    ----------
    texts
        Postcodes as typed, any index; missing cells stay missing.
    """
    squeezed = texts.astype("str").str.upper().str.replace(_SEPARATORS, "", regex=True)
    plain = squeezed.str.fullmatch(r"[A-Z]{1,2}[1-9][0-9]?[0-9][A-Z]{2}").fillna(value=False)
    result = (squeezed.str[:-3] + " " + squeezed.str[-3:]).where(plain)
    others = texts[~plain & texts.notna()].astype("str").map(normalise_postcode)
    return result.fillna(others)


def read_postcodes(path: str | Path) -> pd.DataFrame:
    """Read a table of postcodes with their districts and places.

    The headings of the ONS Postcode Directory are known (``pcds``, ``pcd``, ``oslaua``, ``oseast1m`` ...) and plain
    ones (``postcode``, ``la_code``, ``lon``, ``lat`` ...). Terminated postcodes are kept: old lists use them.

    Parameters
    ----------
    path
        CSV (also gzipped), Parquet or workbook.

    Returns
    -------
    DataFrame
        Indexed by normalised ``postcode``, each once, in the order of the file; columns ``lad_code`` (text, "" where
        not given), ``easting`` and ``northing`` (metres, BNG; missing where the directory has no place).

    Raises
    ------
    SourceError
        The file cannot be read, or has no columns of postcodes and coordinates.
    """
    table = read_table(path)
    columns = {field: _find(table, headings) for field, headings in HEADINGS.items()}
    easting, northing = _coordinates(table, columns, path)
    postcode = columns["postcode"]
    if postcode is None:
        close = did_you_mean("postcode", map(str, table.columns))
        raise SourceError(f"{path}: has no column of postcodes (such as 'pcds' or 'postcode').{close}")
    lad_code = "" if columns["lad_code"] is None else table[columns["lad_code"]].fillna("")
    places = pd.DataFrame({"lad_code": lad_code, "easting": easting, "northing": northing}, index=table.index)
    places = places.set_index(pd.Index(normalise_postcodes(table[postcode]), name="postcode"))
    return places[places.index.notna() & ~places.index.duplicated()]


def _coordinates(
    table: pd.DataFrame, columns: dict[str, str | None], path: str | Path
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return eastings and northings (metres) from whichever pair of columns there is; 0,0 is no place."""
    for x_name, y_name in (("easting", "northing"), ("longitude", "latitude")):
        x_column, y_column = columns[x_name], columns[y_name]
        if x_column is None or y_column is None:
            continue
        x = pd.to_numeric(table[x_column], errors="coerce").to_numpy(dtype=np.float64)
        y = pd.to_numeric(table[y_column], errors="coerce").to_numpy(dtype=np.float64)
        if x_name == "longitude":
            return bng_from_lonlat(x, y)
        nowhere = (x == 0) & (y == 0)
        return np.where(nowhere, np.nan, x), np.where(nowhere, np.nan, y)
    raise SourceError(
        f"{path}: has no columns of coordinates. A postcode table needs eastings and northings "
        "(such as 'oseast1m', 'osnrth1m') or longitudes and latitudes."
    )


def _find(table: pd.DataFrame, headings: tuple[str, ...]) -> str | None:
    """Return the column of the table whose heading comes first in the list."""
    known = {str(name).strip().lower().replace(" ", "_"): str(name) for name in reversed(table.columns)}
    dated = {re.sub(r"^(lad|pcd)\d\dcd$", r"\1cd", name): original for name, original in known.items()}
    return next(({**dated, **known}[heading] for heading in headings if heading in {**dated, **known}), None)


def _squeeze(text: str) -> str:
    return re.sub(_SEPARATORS, "", text.upper())


def _mended(squeezed: str) -> str | None:
    """Return the only real postcode that differs in O for 0 or 0 for O, or None."""
    if not 5 <= len(squeezed) <= 7:
        return None
    choices = ["O0" if sign in "O0" else sign for sign in squeezed]
    readings = {"".join(reading) for reading in product(*choices)}
    real = [found for reading in readings if (found := _FULL.fullmatch(reading)) and _is_real(found[1], found[2])]
    return f"{real[0][1]} {real[0][2]}" if len(real) == 1 else None


def _is_real(outward: str, inward: str) -> bool:
    """Return True where the area exists, its district 0 too, and the inward letters are ones in use."""
    found = _REAL_OUTWARD.fullmatch(outward)
    if found is None or found[1] not in POSTCODE_AREAS or re.search("[CIKMOV]", inward[1:]):
        return False
    return found[2] != "0" or found[1] in AREAS_WITH_DISTRICT_0
