"""Read degrees as people write them: 53.1°N, W 1.2, 1°28'30"W, 53 06 12 N."""

from __future__ import annotations

import re

_MARKED = r"[°ºd]|deg(?:rees)?\.?"
_ANGLE = re.compile(
    rf"(?P<before>[NSEW])?\s*(?P<sign>[-+])?\s*(?P<degrees>\d{{1,3}}(?:\.\d+)?)\s*(?P<mark>{_MARKED})?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*(?:['\u2019\u2032`m]|min\.?)?\s*"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:\"|\u201d|\u2033|''|s|sec\.?)?\s*)?)?"
    r"(?P<after>[NSEW])?",
    re.IGNORECASE,
)


def angle_of(text: str) -> float | None:
    r"""Return degrees of an angle that says what it is by a mark or a letter; south and west are negative.

    Examples
    --------
    >>> angle_of("53.1°N"), angle_of("1.2° W"), round(angle_of("1°28'30\"W"), 4), angle_of("53 06 N")
    (53.1, -1.2, -1.475, 53.1)
    >>> angle_of("435400") is None, angle_of("12 N Street") is None, angle_of("7") is None
    (True, True, True)
    """
    found = _ANGLE.fullmatch(text.strip())
    if found is None or not (found["mark"] or found["before"] or found["after"]):
        return None
    if found["before"] and found["after"]:
        return None
    minutes, seconds = float(found["minutes"] or 0.0), float(found["seconds"] or 0.0)
    degrees = float(found["degrees"]) + minutes / 60.0 + seconds / 3600.0
    if minutes >= 60.0 or seconds >= 60.0 or degrees > 180.0:
        return None
    letter = (found["before"] or found["after"] or "").upper()
    return -degrees if letter in {"S", "W"} or found["sign"] == "-" else degrees


def angles_of(text: str) -> tuple[float, float] | None:
    """Return the two angles of one text such as "53.1°N, 1.2°W", in the order written; None where it is no such pair.

    Examples
    --------
    >>> angles_of("53.1°N, 1.2°W"), angles_of("N53 06 00 W001 12 00"), angles_of("53.1, -1.2") is None
    ((53.1, -1.2), (53.1, -1.2), True)
    """
    for split in re.finditer(r"[,;/]\s*|\s+", text.strip()):
        first, second = angle_of(text.strip()[: split.start()]), angle_of(text.strip()[split.end() :])
        if first is not None and second is not None and re.search("[NSEW]", text, re.IGNORECASE):
            return first, second
    return None
