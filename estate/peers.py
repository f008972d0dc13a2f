"""Ask whether points stand where their postcodes say, where no table knows the postcode: by its area and other rows.

A postcode area is a circle on the map (:mod:`geodata.postcode_areas`). A point well outside it is wrong, or its
postcode is: where the rows around the point have postcodes that differ in one letter, the postcode is the slip. A point
inside its area may still stand far from all other rows; that is asked, never judged, since remote places exist.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from estate.degree_slips import likely_degrees
from estate.findings import QUESTION, SET_ASIDE, findings, joined
from estate.slips import slips_of
from geodata.postcode_areas import beyond_area_km

BEYOND_KM = 20.0  # a point this far beyond the circle of its postcode area is set aside
AROUND_M = 20_000.0  # rows this near to a point tell what its postcode should begin with
PEERS_M = 60_000.0  # this far from the middle of the rows of its postcode area a point is asked about
ALONE_M = 45_000.0  # or this far from it and from the nearest row of its own and the next districts
LOCAL_M = 60_000.0  # a list three quarters of whose rows lie this near to their middle is a local one
APART_M = 30_000.0  # a point this far from the middle of a local list is asked about, where no postcode speaks for it
FEW = 8  # a list of fewer rows has no middle
MAX_PEERS = 1_000  # areas with more rows are compared with their middle only
MAX_CORRECTIONS = 300  # so many rows are given a proposal
SYSTEMATIC = 0.5  # where more rows than this are outside their areas, the list is odd as a whole: all are asked about
N_SYSTEMATIC = 20
NEAR_PEER_M = 10_000.0  # a correction must come this near to another row
LOOK_UP = "Look the site up; correct the coordinates or the postcode."


def check_against_areas(points: pd.DataFrame, postcode: pd.Series) -> pd.DataFrame:
    """Return findings for points outside the area of their postcode ("PL").

    Up to ``BEYOND_KM`` beyond the area a point is asked about; further out it is set aside with the likely slip, unless
    the rows around it show that the postcode is the slip.

    Parameters
    ----------
    points
        Table of points as :class:`estate.placing.Points` has it; only rows placed by coordinates are looked at.
    postcode
        Normalised postcodes or first halves; the same index.
    """
    at = points[points["placed_by"].eq("coordinates")]
    code = postcode.loc[at.index]
    beyond = beyond_area_km(at["easting"], at["northing"], code)
    outside = beyond.gt(0)
    meant = _meant_outward(at, code, beyond)
    odd = outside.sum() > SYSTEMATIC * beyond.notna().sum() and outside.sum() >= N_SYSTEMATIC
    sure = beyond.gt(BEYOND_KM) & meant.eq("") & (not odd)
    area = code.str.extract(r"^([A-Z]{1,2})\d", expand=False)
    message = "The point '" + at["written"] + "' lies outside " + area + ", the area of its postcode " + code + "."
    good = at[~outside & beyond.notna()]
    slips = outside & meant.eq("")
    remedy = _proposals(at[slips], good, code).reindex(at.index).fillna(LOOK_UP)
    typo = "Going by the rows around it, " + meant + " is meant: the point may be right. Correct the postcode if so."
    return joined(
        [
            findings(
                at.index[rows],
                rule="far_from_area",
                message=message,
                remedy=remedy.mask(meant.ne(""), typo),
                severity=severity,
                column=at["column"],
                value=at["written"],
            )
            for rows, severity in ((sure, SET_ASIDE), (outside & ~sure, QUESTION))
        ]
    )


def _meant_outward(at: pd.DataFrame, code: pd.Series, beyond: pd.Series) -> pd.Series:
    """Return the first half that a far point's postcode probably means ("DL8" for "DN8"), "" where nothing says so.

    The rows around have the first half itself, or at least its area ("LE67" beside "LD65", which is LE65).
    """
    outward = code.str.split(" ").str[0]
    letters, number = outward.str.extract(r"^([A-Z]+)", expand=False), outward.str.extract(r"^[A-Z]+(.*)", expand=False)
    meant = pd.Series("", index=at.index, dtype="str")
    good = at[beyond.eq(0)]
    if good.empty:
        return meant
    tree = cKDTree(good[["easting", "northing"]].to_numpy())
    for row in beyond.index[beyond.gt(0)][:MAX_CORRECTIONS]:
        near = tree.query_ball_point(at.loc[row, ["easting", "northing"]].to_numpy(dtype="float64"), AROUND_M)
        around = outward.loc[good.index[near[:MAX_PEERS]]]
        around = pd.concat([around, letters.loc[around.index] + number[row]])
        alike = around[[_one_letter_apart(outward[row], other) for other in around]]
        if len(alike):
            meant[row] = alike.mode().iloc[0]
    return meant


def _one_letter_apart(first: str, second: str) -> bool:
    """Return True for DN8 and DL8: as long, and different in one sign."""
    return len(first) == len(second) and sum(a != b for a, b in zip(first, second, strict=True)) == 1


def check_against_peers(points: pd.DataFrame, postcode: pd.Series) -> pd.DataFrame:
    """Return questions about points that stand far from all other rows of their postcode area.

    It finds slips within a large area. Areas with fewer than five rows are left alone, and so is what
    :func:`check_against_areas` finds.
    """
    at = points[points["placed_by"].eq("coordinates")]
    inside = beyond_area_km(at["easting"], at["northing"], postcode.loc[at.index]).eq(0)
    at = at[inside]
    area = postcode.loc[at.index].str.extract(r"^([A-Z]{1,2})\d", expand=False)
    grouped = at[["easting", "northing"]].groupby(area)
    centre = grouped.transform("median")
    distance = pd.Series(np.hypot(at["easting"] - centre["easting"], at["northing"] - centre["northing"]), at.index)
    reach = distance.groupby(area).transform(lambda metres: metres.quantile(0.75))
    alone = (_nearest_in_next_districts(at, area, _district(postcode.loc[at.index])) > ALONE_M) & (distance > ALONE_M)
    far = (grouped["easting"].transform("size") >= 5) & ((distance > np.maximum(PEERS_M, 4 * reach)) | alone)
    away = (distance[far] / 1000).map("{:,.1f} km".format).astype("str")
    return findings(
        at.index[far],
        rule="far_from_peers",
        message="The point '" + at["written"][far] + "' lies " + away + " from the middle of the other rows with "
        "postcodes in " + area[far] + ".",
        remedy="Nothing, if the site really is remote; else correct the coordinates or the postcode.",
        severity=QUESTION,
        column=at["column"],
        value=at["written"],
    )  # fmt: skip


def _district(postcode: pd.Series) -> pd.Series:
    return pd.to_numeric(postcode.str.extract(r"^[A-Z]{1,2}(\d+)", expand=False))


def _nearest_in_next_districts(at: pd.DataFrame, area: pd.Series, district: pd.Series) -> pd.Series:
    """Return the distance (metres) to the nearest of the rows with the same or the next district, if there are two.

    PL23 is held against PL22 to PL24; missing where fewer than two such rows exist.
    """
    nearest = pd.Series(np.nan, index=at.index)
    for rows in at.groupby(area).groups.values():
        places, numbers = at.loc[rows, ["easting", "northing"]].to_numpy(), district.loc[rows].to_numpy()
        if not 5 <= len(rows) <= MAX_PEERS:
            continue
        apart = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
        apart[(np.abs(numbers[:, None] - numbers[None, :]) > 1) | np.eye(len(rows), dtype=bool)] = np.inf
        nearest.loc[rows] = np.where(np.isfinite(apart).sum(axis=1) >= 2, apart.min(axis=1), np.nan)
    return nearest


def _proposals(suspects: pd.DataFrame, peers: pd.DataFrame, postcode: pd.Series) -> pd.Series:
    """Return the likely correction of each point that lies outside its area, as a remedy."""
    suspects = suspects.head(MAX_CORRECTIONS)
    area, district = postcode.str.extract(r"^([A-Z]{1,2})\d", expand=False), _district(postcode)
    found = [
        _among_peers(
            suspects.loc[row],
            _neighbours(peers[area[peers.index].eq(area[row])], district, district[row]),
        )
        for row in suspects.index
    ]
    return pd.Series(found, index=suspects.index, dtype="str")


def _neighbours(peers: pd.DataFrame, district: pd.Series, number: float) -> pd.DataFrame:
    """Return the peers of neighbouring districts (PL22 to PL24 for PL23), or all where there is none."""
    near = peers[(district.loc[peers.index] - number).abs() <= 1]
    return (near if len(near) else peers).head(MAX_PEERS)


def check_in_local_list(points: pd.DataFrame, unproven: pd.Index) -> pd.DataFrame:
    """Return questions about points that stand far from the other rows of a local list.

    Lists of which a quarter of the rows lie further than ``LOCAL_M`` from their middle are no local ones and are left
    alone, as are lists of fewer than ``FEW`` rows.

    Parameters
    ----------
    points
        Table of points as :class:`estate.placing.Points` has it; rows placed by coordinates are looked at.
    unproven
        Rows that no postcode of a table speaks for; only they are asked about.
    """
    at = points[points["placed_by"].eq("coordinates")]
    middle = at[["easting", "northing"]].median()
    distance = pd.Series(np.hypot(at["easting"] - middle["easting"], at["northing"] - middle["northing"]), at.index)
    reach = float(distance.quantile(0.75)) if len(at) else np.inf
    rows = at.index[at.index.isin(unproven) & (distance > max(APART_M, 4 * reach))]
    if len(at) < FEW or reach > LOCAL_M or not len(rows):
        return joined([])
    good = at[distance <= 2 * reach]
    told = [_among_peers(at.loc[row], good.head(MAX_PEERS)) for row in rows[:MAX_CORRECTIONS]]
    away = (distance[rows] / 1000).map("{:,.0f} km".format).astype("str")
    return findings(
        rows,
        rule="far_from_peers",
        message="The point '"
        + at["written"][rows]
        + "' lies "
        + away
        + " from the middle of the other rows of the list.",
        remedy=pd.Series(told, index=rows[:MAX_CORRECTIONS], dtype="str").reindex(rows).fillna(LOOK_UP),
        severity=QUESTION,
        column=at["column"],
        value=at["written"],
    )


def _among_peers(row: pd.Series, peers: pd.DataFrame) -> str:
    """Propose the slip that brings a point among its peers; the nearest peer is as near as one can know."""
    places = peers[["easting", "northing"]].to_numpy()
    if not len(places):
        return LOOK_UP
    if str(row["kind"]).startswith("degrees"):
        likely = likely_degrees(str(row["written"]), str(row["kind"]), places=places, within_m=NEAR_PEER_M)
        return LOOK_UP if likely is None else f"Probably near {likely[0]} ({likely[2]}). {LOOK_UP}"
    for slip, candidates in slips_of(f"{row['easting']:.0f}", f"{row['northing']:.0f}"):
        corrected = np.array(candidates, dtype="float64").reshape(-1, 2)
        if len(corrected) == 0:
            continue
        near = np.hypot(*(corrected[:, None, :] - places[None, :, :]).transpose(2, 0, 1)).min(axis=1)
        if near.min() <= NEAR_PEER_M:
            best = corrected[near.argmin()]
            return f"Probably near {best[0]:.0f},{best[1]:.0f} ({slip}). {LOOK_UP}"
    return LOOK_UP
