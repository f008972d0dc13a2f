"""The slips of the keyboard that move a point: digits exchanged, lost, added or wrong, the pair turned round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CLOSE_M = 1_500.0  # a correction must come this near to be proposed


def likely_correction(
    easting: float, northing: float, *, centre: tuple[float, float], within_m: float = CLOSE_M
) -> tuple[tuple[float, float], str] | None:
    """Return the corrected point and the slip that explains it, or None.

    Slips are tried from the likeliest on: the pair turned round, two neighbouring digits exchanged, any two digits
    exchanged, one digit lost, one added, one wrong. Of one kind, the point nearest to `centre` wins.

    Parameters
    ----------
    easting, northing
        The point as written (metres, BNG).
    centre
        Where the postcode is.
    within_m
        How near a correction must come (metres).

    Examples
    --------
    >>> likely_correction(401252, 318327, centre=(401300, 381300))
    ((401252.0, 381327.0), 'two digits exchanged in the northing')
    >>> likely_correction(21248, 51999, centre=(212400, 52000))
    ((212408.0, 51999.0), 'a digit lost in the easting')
    """
    for slip, candidates in slips_of(f"{easting:.0f}", f"{northing:.0f}"):
        near = [
            (float(np.hypot(east - centre[0], north - centre[1])), (float(east), float(north)))
            for east, north in candidates
        ]
        best = min(near, default=(np.inf, (np.nan, np.nan)))
        if best[0] <= within_m:
            return best[1], slip
    return None


def slips_of(east: str, north: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Give each kind of slip with the points it may have come from, the likeliest kind first.

    Examples
    --------
    >>> next(slips_of("354526", "440715"))
    ('easting and northing exchanged', [(440715, 354526)])
    """
    east, north = east.lstrip("-"), north.lstrip("-")  # just west or south of the grid: the sign is no digit
    yield "easting and northing exchanged", [(int(north), int(east))]
    kinds = (
        ("two digits exchanged", _neighbours_exchanged),
        ("two digits exchanged", _any_exchanged),
        ("a digit lost", _one_lost),
        ("a digit too many", _one_added),
        ("one digit wrong", _one_wrong),
    )
    for slip, change in kinds:
        yield f"{slip} in the easting", [(int(text), int(north)) for text in change(east)]
        yield f"{slip} in the northing", [(int(east), int(text)) for text in change(north)]


def _neighbours_exchanged(text: str) -> list[str]:
    return [text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)]


def _any_exchanged(text: str) -> list[str]:
    pairs = [(at, to) for at in range(len(text)) for to in range(at + 2, len(text))]
    return [text[:at] + text[to] + text[at + 1 : to] + text[at] + text[to + 1 :] for at, to in pairs]


def _one_lost(text: str) -> list[str]:
    if len(text) > 6:
        return []
    return [text[:at] + digit + text[at:] for at in range(len(text) + 1) for digit in "0123456789"]


def _one_added(text: str) -> list[str]:
    return [text[:at] + text[at + 1 :] for at in range(len(text))] if len(text) > 6 else []


def _one_wrong(text: str) -> list[str]:
    return [text[:at] + digit + text[at + 1 :] for at in range(len(text)) for digit in "0123456789"]
