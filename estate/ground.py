"""What the points of a list are checked against: postcodes, UPRNs and the outline of the place."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from estate.position import PostcodeTable
from geodata.uprns import UprnTable


@dataclass(frozen=True, slots=True)
class Ground:
    """What a list is checked against.

    Parameters
    ----------
    postcodes
        Centres of postcodes, or None.
    extent
        Outline of the place (BNG), or None.
    name
        Name of the place, for messages.
    uprns
        Points of UPRNs, or None.
    """

    postcodes: PostcodeTable | None
    extent: BaseGeometry | None
    name: str
    uprns: UprnTable | None = None
