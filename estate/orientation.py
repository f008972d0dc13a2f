"""See whether a whole list has its eastings and northings the wrong way round.

In most of England both orders of a pair of metres lie in Britain, so single rows cannot tell. The list as a whole can:
by its postcodes, by their areas, by the outline of the place, or by rows that only one order puts in Britain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from estate.findings import QUESTION, findings, joined
from estate.ground import Ground
from estate.placing import EASTINGS, WHOLE_COLUMN, Points
from estate.to_copy import pair_to_copy, under_assets
from geodata.postcode_areas import beyond_area_km

NEAR_M = 5_000.0  # a point this near to its postcode, or to the place, stands where it should
AREA_KM = 5.0  # a point no further beyond the circle of its postcode area may stand where it should
SURE = 0.8  # so many must fit when exchanged
RARE = 0.2  # and no more may fit as written


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How many of the rows that can be tested stand right as written, and exchanged."""

    tested: int
    written: int
    exchanged: int
    by: str

    def says_exchanged(self) -> bool:
        """Return True where the list is the wrong way round beyond doubt."""
        return (
            self.tested >= WHOLE_COLUMN
            and self.exchanged >= SURE * self.tested
            and self.written <= RARE * self.tested
            and self.exchanged > self.written
        )


def turn_whole_lists(points: Points, postcode: pd.Series, ground: Ground) -> Points:
    """Return the points with eastings and northings exchanged where a whole column pair is the wrong way round.

    Parameters
    ----------
    points
        Points as the list gives them.
    postcode
        Normalised postcodes, "" where there is none; the same index.
    ground
        What the points can be held against; each part may be missing.
    """
    for heading in points.table.loc[points.table["kind"].str.startswith("metres"), "column"].unique():
        points = _turned(points, str(heading), postcode, ground)
    return points


def _turned(points: Points, heading: str, postcode: pd.Series, ground: Ground) -> Points:
    table = points.table
    here = table[table["column"].eq(heading) & table["kind"].str.startswith("metres")]
    either = here[here["kind"].eq("metres") & here["northing"].le(EASTINGS[1])]
    evidence = next((one for one in _evidence(here, either, postcode, ground) if one.tested >= WHOLE_COLUMN), None)
    if evidence is None or not evidence.says_exchanged():
        return points
    east, north = either["northing"], either["easting"]
    message = (
        f"The two columns seem to hold each other's values: as written {evidence.written} of {evidence.tested} rows "
        f"stand {evidence.by}, exchanged {evidence.exchanged} of {evidence.tested}. They are read the other way round."
    )
    said = findings(
        here.index,
        rule="swapped_columns",
        message=message,
        remedy=f"Exchange the two headings; if they are right, {under_assets(pair_to_copy(heading))}",
        severity=QUESTION,
        column=heading,
        value=here["written"],
    )
    single = points.found["rule"].isin(["swapped_coordinates", "swapped_columns"]) & points.found["column"].eq(heading)
    placed = table.assign(
        easting=table["easting"].mask(table.index.isin(either.index), east.reindex(table.index)),
        northing=table["northing"].mask(table.index.isin(either.index), north.reindex(table.index)),
    )
    return replace(points, table=placed, found=joined([points.found[~single], said]))


def _evidence(here: pd.DataFrame, either: pd.DataFrame, postcode: pd.Series, ground: Ground) -> list[_Evidence]:
    """Return what each kind of knowledge says, the surest first."""
    found = []
    code = postcode.loc[either.index]
    if ground.postcodes is not None:
        centre = ground.postcodes.units.reindex(code.to_numpy()).set_index(either.index)
        known = centre["easting"].notna()
        to_east, to_north = centre["easting"][known], centre["northing"][known]
        east, north = either["easting"][known], either["northing"][known]
        right = np.hypot(east - to_east, north - to_north) <= NEAR_M
        turned = np.hypot(north - to_east, east - to_north) <= NEAR_M
        found.append(_Evidence(int(known.sum()), int(right.sum()), int(turned.sum()), "near their postcodes"))
    beyond = beyond_area_km(either["easting"], either["northing"], code)
    other = beyond_area_km(either["northing"], either["easting"], code)
    tested, by = int(beyond.notna().sum()), "in the areas of their postcodes"
    found.append(_Evidence(tested, int(beyond.le(AREA_KM).sum()), int(other.le(AREA_KM).sum()), by))
    if ground.extent is not None:
        around = shapely.buffer(ground.extent, NEAR_M)
        right = shapely.contains_xy(around, either["easting"], either["northing"])
        turned = shapely.contains_xy(around, either["northing"], either["easting"])
        found.append(_Evidence(len(either), int(right.sum()), int(turned.sum()), f"in {ground.name}"))
    one_way = here["kind"].eq("metres swapped")
    sure = here["kind"].eq("metres") & here["northing"].gt(EASTINGS[1])
    n_sure = int((one_way | sure).sum())
    found.append(_Evidence(n_sure, int(sure.sum()), int(one_way.sum()), "in Britain"))
    return found
