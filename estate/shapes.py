"""What a value looks like: the tests by which columns are recognised from their cells.

Each test takes one cell of text and answers yes or no. They are loose on purpose: they tell a postcode from a name,
not a right postcode from a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from estate.angles import angle_of, angles_of
from geodata.postcodes import normalise_postcode

_POSTCODE = re.compile(r"\s*[A-Z]{1,2}\s?[0-9O][0-9A-Z]?(?:\s*[0-9O][A-Z]{2})?\s*", re.IGNORECASE)
_FULL_POSTCODE = re.compile(r"\s*[A-Z]{1,2}\s?[0-9O][0-9A-Z]?\s*[0-9O][A-Z]{2}\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s*")
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?")
_DECIMAL = re.compile(r"\s*[-+]?\d+\.\d{2,}\s*")
_PAIR = re.compile(
    r"\W*(?:(?:SRID=\d+;)?\s*POINT\s*(?:Z|M|ZM)?\s*\()?\s*[-+]?\d+(?:\.\d+)?\s*[,; /]\s*[-+]?\d+(?:\.\d+)?"
    r"(?:\s+[-+]?\d+(?:\.\d+)?\s*\))?\s*\)?\W*",
    re.IGNORECASE,
)
_GRID = re.compile(
    r"\s*[HNOST][A-HJ-Z]\s?(?:\d{2}\s?\d{2}|\d{3}\s?\d{3}|\d{4}\s?\d{4}|\d{5}\s?\d{5})\s*", re.IGNORECASE
)
_DATE = re.compile(
    r".*\b(?:\d{4}-\d\d-\d\d|\d{1,2}[/.-](?:\d{1,2}|[A-Za-z]{3,9})[/.-]\d{2,4}|\d{5}|\d{4})\b.*", re.DOTALL
)
_MONTH = re.compile(
    r".*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d{4}.*", re.IGNORECASE | re.DOTALL
)
_MONEY = re.compile(r"\W*(?:£|gbp)?\s*-?\d[\d,. ]*(?:k|m|bn)?\b.*", re.IGNORECASE)
_AREA = re.compile(r"\s*\d[\d,. ]*\s*(?:[a-z²2.() \d,]*)", re.IGNORECASE)
_UPRN = re.compile(r"\s*\d{1,14}(?:\.0+)?\s*|\s*\d(?:\.\d+)?[eE]\+?\d+\s*")
_FLAGS = frozenset({"yes", "no", "y", "n", "true", "false", "t", "f", "0", "1", "x", "full", "partial", "part", "none"})


def _value(cell: str) -> float | None:
    return float(cell.replace(",", "")) if _NUMBER.fullmatch(cell) else angle_of(cell)


def _within(low: float, high: float) -> Callable[[str], bool]:
    def test(cell: str) -> bool:
        value = _value(cell)
        return value is not None and low <= value <= high

    return test


def _text(cell: str) -> bool:
    return sum(map(str.isalpha, cell)) >= 3 and not cell.lower().startswith(("http", "www.")) and not _code_like(cell)


def _code_like(cell: str) -> bool:
    """Return True for codes such as 23UB or E08000009: no space, and digits among the letters."""
    return " " not in cell and any(map(str.isdigit, cell)) and len(cell) <= 12


def _sure_degree(cell: str) -> bool:
    return bool(_DECIMAL.fullmatch(cell)) or angle_of(cell) is not None


def _sure_latitude(cell: str) -> bool:
    return _sure_degree(cell) and _within(49.5, 61.0)(cell)


def _degree(cell: str) -> bool:
    """Return True for degrees of either kind: the two columns may be exchanged."""
    return (_within(-9.5, 61.5)(cell) and (not cell.isdigit())) or cell.strip() == "0"


def _sure_pair(cell: str) -> bool:
    """Return True for pairs that are no number: "440715,354526" and "53.4, -2.3", but not "5,647"."""
    if angles_of(cell) is not None:
        return True
    numbers = _PLAIN.findall(cell) if _PAIR.fullmatch(cell) else []
    if len(numbers) < 2:
        return False
    one, other = (float(number) for number in numbers[:2])
    metres = all(10_000 <= number <= 1_300_000 for number in (one, other))
    degrees = all("." in number for number in numbers[:2]) and {49 <= one <= 61, 49 <= other <= 61} == {True, False}
    return metres or degrees or one == other == 0


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def test(cell: str) -> bool:
        return pattern.fullmatch(cell) is not None

    return test


SHAPES: Mapping[str, Callable[[str], bool]] = {
    "text": _text,
    "code": lambda cell: len(cell) <= 60 and "://" not in cell,
    "number": lambda cell: _NUMBER.fullmatch(cell) is not None,
    "area": _is(_AREA),
    "money": _is(_MONEY),
    "date": lambda cell: _DATE.fullmatch(cell) is not None or _MONTH.fullmatch(cell) is not None,
    "flag": lambda cell: cell.strip().lower() in _FLAGS,
    "postcode": lambda cell: _POSTCODE.fullmatch(cell) is not None and any(map(str.isdigit, cell)),
    "full_postcode": _is(_FULL_POSTCODE),
    "sure_postcode": lambda cell: normalise_postcode(cell) is not None,
    "uprn": _is(_UPRN),
    "long_uprn": _is(re.compile(r"\s*\d{11,12}\s*")),
    "easting": _within(0, 700_000),
    "northing": _within(0, 1_300_000),
    "metres": _within(10_000, 1_300_000),
    "longitude": _degree,
    "latitude": _degree,
    "thousands": lambda cell: (_value(cell) or 1.0) % 1_000 == 0,
    "sure_longitude": lambda cell: _sure_degree(cell) and _within(-9.5, 2.5)(cell),
    "sure_latitude": _sure_latitude,
    "pair": lambda cell: _PAIR.fullmatch(cell) is not None or angles_of(cell) is not None,
    "sure_pair": _sure_pair,
    "grid_reference": _is(_GRID),
}

_STRICT = frozenset({"postcode", "easting", "northing", "longitude", "latitude", "pair", "grid_reference", "uprn",
                     "number", "area", "money", "date", "flag"})  # fmt: skip


def strict_shape(shape: str) -> bool:
    """Return True where values that lack the shape speak against the heading.

    Examples
    --------
    >>> strict_shape("postcode"), strict_shape("text")
    (True, False)
    """
    return shape in _STRICT
