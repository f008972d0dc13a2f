"""Give the columns of a table their types without spoiling a code.

Area codes, UPRNs, postcodes and reference numbers are text: as numbers they lose leading zeros and digits.
"""

from __future__ import annotations

import re

import pandas as pd

#: Headings of codes: ``UPRN``, ``OA11CD``, ``ward_code``, ``asset ref``, ``GlobalID``, ``unique_reference_number`` ...
_CODE_HEADING = re.compile(
    r"uprn|usrn|toid|postcode|post code|reference|^pcds?$|^pcd[78]$|code$|cd$"
    r"|(?:^|[\s_])ref(?:\s?no)?\.?$|(?:^|[\s_])id$|[a-z]ID$"
)
_LEADING_ZERO = re.compile(r"[+-]?0\d")


def typed_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which columns of numbers are numbers and codes are text.

    Parameters
    ----------
    frame
        Table as read, with cells of any type.

    Returns
    -------
    DataFrame
        Same rows; repeated headings get ``.1``, ``.2`` ... and a missing heading its number, ``column 3``.

    Examples
    --------
    >>> read = pd.DataFrame({"oa_code": ["1", "2"], "people": ["10", None]})
    >>> typed_columns(read).dtypes.astype(str).to_list()
    ['str', 'float64']
    """
    typed = frame.copy()
    typed.columns = unique_headings([str(name) for name in frame.columns])
    for position, name in enumerate(typed.columns):
        typed[name] = _typed(frame.iloc[:, position], name)
    return typed


def unique_headings(headings: list[str]) -> list[str]:
    """Return the headings so that each occurs once.

    Examples
    --------
    >>> unique_headings(["Name", "", "Name"])
    ['Name', 'column 2', 'Name.1']
    """
    seen: dict[str, int] = {}
    result = []
    for position, heading in enumerate(headings, start=1):
        name = heading or f"column {position}"
        while name in seen:
            seen[heading] = seen.get(heading, 0) + 1
            name = f"{heading}.{seen[heading]}"
        seen.setdefault(name, 0)
        result.append(name)
    return result


def is_code_heading(heading: str) -> bool:
    """Return True where a heading names codes or reference numbers.

    Examples
    --------
    >>> [is_code_heading(word) for word in ("UPRN", "OA11CD", "GlobalID", "Persons", "Valid")]
    [True, True, True, False, False]
    """
    heading = heading.strip()
    return bool(_CODE_HEADING.search(heading) or _CODE_HEADING.search(heading.lower()))


def _typed(column: pd.Series, heading: str) -> pd.Series:
    """Return the column as text, as numbers, or as it is (dates, truth values)."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    code = is_code_heading(heading)
    if pd.api.types.is_numeric_dtype(column):
        return _as_text(column) if code else column
    filled = column.dropna()
    if not code and len(filled):
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.notna().sum() == len(filled) and not _has_leading_zero(filled):
            return numbers
    mixed = filled.map(lambda cell: not isinstance(cell, str | int | float))
    return column if mixed.any() else _as_text(column)


def _has_leading_zero(filled: pd.Series) -> bool:
    return bool(filled.map(lambda cell: isinstance(cell, str) and bool(_LEADING_ZERO.match(cell.strip()))).any())


def _as_text(column: pd.Series) -> pd.Series:
    """Return the cells as text; a whole number has no decimal point."""
    return column.map(_text, na_action="ignore").astype("str")


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
