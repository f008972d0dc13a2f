"""One cell of a table of cash flows: years as people write them, and sums that may be negative."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from estate.flows import ENDLESS
from estate.values import number_of

FINANCIAL: Final = r"(\d{4})\s*[/-]\s*(?:\d{2})?(\d{2})"
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|\u2013|to)\s*(\d{1,3})")
_ON = re.compile(r"(?:from\s+)?(\d{1,3})\s*(?:-|\u2013|\+|on|onwards|and after)")
_CALENDAR = re.compile(rf"{FINANCIAL}|(\d{{4}})")


def years_of(text: str) -> tuple[int, float, bool] | None:
    """Return first and last year and whether they are calendar years; None where the text is no year.

    Examples
    --------
    >>> years_of("0"), years_of("1-10"), years_of("1-"), years_of("soon")
    ((0, 0.0, False), (1, 10.0, False), (1, inf, False), None)
    >>> years_of("2026/27"), years_of("2026/27 - 2030/31")
    ((2026, 2026.0, True), (2026, 2030.0, True))
    """
    clean = re.sub(r"(?i)^year\s*", "", text.strip())
    if clean.isdigit() and len(clean) < 4:
        return int(clean), float(clean), False
    if found := _RANGE.fullmatch(clean):
        return int(found[1]), float(found[2]), False
    if found := _ON.fullmatch(clean):
        return int(found[1]), ENDLESS, False
    ends = list(_CALENDAR.finditer(clean))
    rest = re.sub(r"\s|-|\u2013|to|on|\+", "", _CALENDAR.sub("", clean))
    if not 1 <= len(ends) <= 2 or rest or any(_broken(end) for end in ends):
        return None
    first, last = (int(end[1] or end[3]) for end in (ends[0], ends[-1]))
    goes_on = len(ends) == 1 and bool(re.search(r"(-|\u2013|\+|on)\s*$", clean))
    return first, ENDLESS if goes_on else float(last), True


def _broken(year: re.Match[str]) -> bool:
    """Return True for a financial year whose second part does not follow its first."""
    return bool(year[1]) and (int(year[1]) + 1) % 100 != int(year[2])


def signed(text: str) -> float | None:
    """Return a sum of money that may be negative, or None where it is no number.

    Examples
    --------
    >>> signed("-1,250.5"), signed("(400)"), signed("£12.4k"), signed("two million") is None
    (-1250.5, -400.0, 12400.0, True)
    """
    clean = text.strip().replace("\u2212", "-").replace("£", "").replace("gbp", "").strip()
    minus = clean.startswith("(") and clean.endswith(")")
    clean = clean.strip("() ")
    scale = {"k": 1e3, "m": 1e6}.get(clean[-1:].lower(), 1.0)
    found = number_of(clean[:-1] if scale > 1 else clean)
    if not found or not np.isfinite(found[0]):
        return None
    return (-1.0 if minus else 1.0) * found[0] * scale


def text_of(cell: object) -> str:
    """Return a cell as text; a whole number has no decimal point."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def own_scale(text: str) -> bool:
    """Return True where an amount says thousands or millions itself, whatever its heading says.

    Examples
    --------
    >>> own_scale("5.3m"), own_scale("5.3")
    (True, False)
    """
    return text.strip().rstrip(")").lower().endswith(("k", "m"))
