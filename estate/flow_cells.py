"""One cell of a table of cash flows: years as people write them, and sums that may be negative."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from estate.flows import ENDLESS
from estate.values import number_of

#: What people write for "no money here"; anything else that is no number is asked about.
NIL: Final = frozenset({"", "-", "--", "\u2013", "\u2014", "nil", "none", "£-", "£ -", "£0"})
_TO: Final = r"\s*(?:-|\u2013|\u2014|\bto\b)\s*"
_ONWARDS: Final = r"\s*(?:-|\u2013|\+|\bon(?:wards)?\b|\band (?:after|beyond)\b)"
_FINANCIAL: Final = r"(?:fy\s*)?(\d{4}|(?<!\d)\d{2})\s*(?:/|-(?=\d{2}(?!\d)))\s*(\d{4}|\d{2})(?!\d)"
_ONE_CALENDAR = re.compile(rf"{_FINANCIAL}|((?:19|20)\d\d)", re.IGNORECASE)
_TWO_CALENDAR = re.compile(rf"((?:19|20)\d\d){_TO}((?:19|20)\d\d)")
_RANGE = re.compile(rf"(\d{{1,3}}){_TO}(?:year\s*)?(\d{{1,3}})", re.IGNORECASE)
_ON = re.compile(rf"(\d{{1,3}}){_ONWARDS}", re.IGNORECASE)
_UNCLEAR = re.compile(r"fy\s*'?(?:20)?(\d{2})", re.IGNORECASE)
_TWO_DIGITS = re.compile(r"(1[3-9]|[2-9]\d)-(\d{2})")
_SCALE_WORDS: Final = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SCALED = re.compile(rf"(?P<number>.*[\d.,])\s*(?P<scale>{'|'.join(_SCALE_WORDS)})", re.IGNORECASE)


def years_of(text: str) -> tuple[int, float, bool] | None:
    """Return first and last year and whether they are calendar years; None where the text is no year.

    Examples
    --------
    >>> years_of("0"), years_of("1-10"), years_of("from year 1 on"), years_of("soon")
    ((0, 0.0, False), (1, 10.0, False), (1, inf, False), None)
    >>> years_of("2026/27"), years_of("26/27 to 2030/31"), years_of("2026-2030")
    ((2026, 2026.0, True), (2026, 2030.0, True), (2026, 2030.0, True))
    >>> years_of("FY2026/27 onwards"), years_of("Yr 3"), years_of("FY26")
    ((2026, inf, True), (3, 3.0, False), None)
    """
    clean = re.sub(r"(?i)^(?:from\s+)?(?:(?:years?|yrs?\.?|y)(?=[\s\d]))?\s*", "", text.strip())
    if re.fullmatch(r"\d{1,3}(?:\.0)?", clean):
        goes_on = text.strip().lower().startswith("from")
        return int(float(clean)), ENDLESS if goes_on else float(clean), False
    if unclear_year(clean):
        return None
    if found := _RANGE.fullmatch(clean):
        return int(found[1]), float(found[2]), False
    if found := _ON.fullmatch(clean):
        return int(found[1]), ENDLESS, False
    return _calendar(clean)


def _calendar(text: str) -> tuple[int, float, bool] | None:
    if found := _TWO_CALENDAR.fullmatch(text):
        if int(found[2]) == int(found[1]) + 1:
            return int(found[1]), float(found[1]), True
        return int(found[1]), float(found[2]), True
    ends = list(_ONE_CALENDAR.finditer(text))
    rest = re.sub(rf"^(?:{_TO}|{_ONWARDS})$", "", _ONE_CALENDAR.sub("", text).strip(), flags=re.IGNORECASE)
    if not 1 <= len(ends) <= 2 or rest.strip() or any(end[1] and not _follows(end[1], end[2]) for end in ends):
        return None
    first, last = (_century(end[1] or end[3]) for end in (ends[0], ends[-1]))
    goes_on = len(ends) == 1 and not _ONE_CALENDAR.fullmatch(text)
    return first, ENDLESS if goes_on else float(last), True


def _century(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _follows(first: str, second: str) -> bool:
    """Return True where the second part of a financial year is the year after its first."""
    return (int(first) + 1) % 100 == int(second) % 100


def unclear_year(text: str) -> str:
    """Return what a year such as "FY26" or "24-25" may mean, or an empty string where it has one meaning or none.

    Examples
    --------
    >>> unclear_year("FY26"), unclear_year("24-25"), unclear_year("2026/27")
    ('2025/26 or 2026/27', '2024/25 or 24 to 25 years from today', '')
    """
    clean = text.strip()
    if found := _UNCLEAR.fullmatch(clean):
        end = 2000 + int(found[1])
        return f"{end - 1}/{end % 100:02d} or {end}/{(end + 1) % 100:02d}"
    if (found := _TWO_DIGITS.fullmatch(clean)) and _follows(found[1], found[2]):
        return f"20{found[1]}/{found[2]} or {found[1]} to {found[2]} years from today"
    return ""


def signed(text: str) -> float | None:
    """Return a sum of money that may be negative, or None where it is no number.

    Examples
    --------
    >>> signed("-1,250.5"), signed("(400)"), signed("£12.4k"), signed("£1.2 million"), signed("two million") is None
    (-1250.5, -400.0, 12400.0, 1200000.0, True)
    """
    clean = text.strip().replace("\u2212", "-").replace("£", "").replace("\xa0", " ")
    clean = re.sub(r"(?i)\bgbp\b", "", clean).strip()
    minus = clean.startswith("(") and clean.endswith(")")
    clean = clean.strip("() ")
    if re.fullmatch(r"[\d.,]+\s*-", clean):  # as ledgers print it
        minus, clean = True, clean.rstrip("- ")
    scale = 1.0
    if found := _SCALED.fullmatch(clean):
        clean, scale = found["number"], _SCALE_WORDS[found["scale"].lower()]
    read = number_of(re.sub(r"^([-+])\s+", r"\1", clean))
    if not read or not np.isfinite(read[0]):
        return None
    return (-1.0 if minus else 1.0) * read[0] * scale


def money_of(text: str) -> float | None:
    """Return a sum of money, nil where the cell says so with a dash; None where it is no number.

    Examples
    --------
    >>> money_of("-"), money_of("nil"), money_of("(3,400)"), money_of("TBC") is None
    (0.0, 0.0, -3400.0, True)
    """
    return 0.0 if text.strip().lower() in NIL else signed(text)


def text_of(cell: object) -> str:
    """Return a cell as text; a whole number has no decimal point."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def own_scale(text: str) -> bool:
    """Return True where an amount says thousands or millions itself, whatever its heading says.

    Examples
    --------
    >>> own_scale("5.3m"), own_scale("(5.3 million)"), own_scale("5.3")
    (True, True, False)
    """
    return _SCALED.fullmatch(text.strip().strip("()").strip()) is not None
