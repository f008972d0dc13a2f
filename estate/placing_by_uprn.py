"""Place rows by their UPRN, and ask where a row's point stands far from its UPRN's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estate.findings import QUESTION, findings, joined
from geodata.uprns import UprnTable

FAR_M = 500.0  # a point this far from its UPRN is asked about: large sites reach as far


def place_by_uprn(points: pd.DataFrame, uprn: pd.Series, table: UprnTable | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points with rows that lack coordinates put at their UPRN, and questions about those far from it.

    Parameters
    ----------
    points
        Table of :class:`estate.placing.Points`.
    uprn
        UPRNs as text, missing where there is none; the same index.
    table
        Points of UPRNs; None leaves everything as it is.
    """
    if table is None:
        return points, joined([])
    at = table.points_of(uprn)
    use = points["easting"].isna() & at["easting"].notna()
    placed = points.assign(
        easting=points["easting"].where(~use, at["easting"]),
        northing=points["northing"].where(~use, at["northing"]),
        placed_by=points["placed_by"].where(~use, "uprn"),
    )
    apart = np.hypot(points["easting"] - at["easting"], points["northing"] - at["northing"])
    distance = pd.Series(apart, index=points.index)
    far = distance.index[distance > FAR_M]
    where = at["easting"].map("{:.0f},".format).astype("str") + at["northing"].map("{:.0f}".format).astype("str")
    found = findings(
        far,
        rule="far_from_uprn",
        message="The point '" + points["written"][far] + "' lies "
        + (distance[far] / 1000).map("{:,.1f} km".format).astype("str")
        + " from the point of its UPRN " + uprn[far].astype("str") + ".",
        remedy="Correct the coordinates (the UPRN stands at " + where[far] + ") or the UPRN.",
        severity=QUESTION,
        column=points["column"],
        value=points["written"],
    )  # fmt: skip
    return placed, found
