"""The slips of the keyboard that move a point given in degrees: a minus sign lost, digits exchanged, wrong or lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from estate.slips import CLOSE_M
from geodata.crs import bng_from_lonlat

Floats = npt.NDArray[np.float64]
SWAPPED = "degrees swapped"
TOLD_DIGITS = 3  # decimals beyond the third move a point by less than a hundred metres
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def likely_degrees(
    written: str, kind: str, *, places: Floats, within_m: float = CLOSE_M
) -> tuple[str, tuple[float, float], str] | None:
    """Return the corrected pair as it should be written, its point in BNG and the slip that explains it, or None.

    Parameters
    ----------
    written
        The pair as the list has it, such as "1.4834, 53.0532".
    kind
        "degrees" where longitude comes first, "degrees swapped" where latitude does.
    places
        Points that a correction must come near, shape (n, 2), metres BNG.
    within_m
        How near (metres).

    Examples
    --------
    >>> likely_degrees("1.4834, 53.0532", "degrees", places=np.array([[434700.0, 351000.0]]))[::2]
    ('-1.4834, 53.0532', 'the minus sign of the longitude lost')
    """
    texts = _NUMBER.findall(written)
    if len(texts) != 2:
        return None
    order = 1 if kind == SWAPPED else 0
    for slip, candidates in _slips(texts[order], texts[1 - order]):
        pairs = np.array([(float(lon), float(lat)) for lon, lat in candidates], dtype="float64").reshape(-1, 2)
        if not len(pairs):
            continue
        east, north = bng_from_lonlat(pairs[:, 0], pairs[:, 1])
        near = np.hypot(east[:, None] - places[None, :, 0], north[:, None] - places[None, :, 1]).min(axis=1)
        near = np.where(np.isfinite(near), near, np.inf)
        at = int(near.argmin())
        if near[at] <= within_m:
            lon, lat = candidates[at]
            told = f"{lat}, {lon}" if order else f"{lon}, {lat}"
            return told, (float(east[at]), float(north[at])), slip
    return None


def _slips(lon: str, lat: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give each kind of slip with the pairs it may have come from, the likeliest kind first."""
    turned = lon.lstrip("-+") if lon.startswith("-") else f"-{lon.lstrip('+')}"
    lost = "the minus sign of the longitude lost" if not lon.startswith("-") else "a minus sign too many"
    yield lost, [(turned, lat)]
    for slip, change in (
        ("two digits exchanged", _exchanged),
        ("one digit wrong", _one_wrong),
        ("a digit lost", _lost),
    ):
        yield f"{slip} in the latitude", [(lon, text) for text in change(lat)]
        yield f"{slip} in the longitude", [(text, lat) for text in change(lon)]
    yield f"{lost}, and one digit wrong", [(turned, text) for text in _one_wrong(lat)]


def _told(text: str) -> list[int]:
    """Return the positions of the digits that matter."""
    end = text.find(".") + 1 + TOLD_DIGITS if "." in text else len(text)
    return [at for at, sign in enumerate(text[:end]) if sign.isdigit()]


def _exchanged(text: str) -> list[str]:
    digits = _told(text)
    return [
        text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
        for a, b in pairwise(digits)
        if text[a] != text[b]
    ]


def _one_wrong(text: str) -> list[str]:
    return [text[:at] + digit + text[at + 1 :] for at in _told(text) for digit in "0123456789" if digit != text[at]]


def _lost(text: str) -> list[str]:
    return [text[:at] + digit + text[at:] for at in _told(text) for digit in "0123456789"]
