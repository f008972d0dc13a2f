"""Ask whether a point lies where its address says: against its postcode, its neighbours in the list, and the place.

A point far from its postcode carries a slip of the keyboard more often than not: two digits exchanged, one lost, the
pair turned round. The slip that brings the point back to its postcode is proposed, and the row is set aside until its
owner has looked.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from estate.degree_slips import SWAPPED, likely_degrees
from estate.findings import QUESTION, SET_ASIDE, findings, joined
from estate.slips import likely_correction
from geodata.crs import lonlat_from_bng

DOUBTFUL_M = 1_500.0  # a point this far from its postcode, and beyond its sector, is asked about
FAR_M = 5_000.0  # and this far is set aside, if a slip explains it
TOO_FAR_M = 10_000.0  # or in any case
COARSE_M = 15_000.0  # the same where only the first half of the postcode is known
BESIDE_M = 25_000.0  # a row without postcode this far outside the place is not the place's
EDGE_M = 500.0  # outlines are generalised: this near to the place is in it
MAX_CORRECTIONS = 2_000  # so many rows are given a proposal; beyond that the whole list is wrong
COVERED = 60  # a district with fewer postcodes in the table lies mostly elsewhere, and its centre says nothing
N_NATIONAL = 20


@dataclass(frozen=True, slots=True)
class PostcodeTable:
    """Centres of postcodes with how far their sectors and districts reach.

    Parameters
    ----------
    units
        Columns `easting`, `northing` (metres), index postcode ("DE24 9DA").
    sectors, districts
        Columns `easting`, `northing`, `reach_m` (95 % of the units lie within), `n_units`, index "DE24 9" and "DE24".
        Districts of which the table holds a few units only, at the edge of the place, are left out.
    """

    units: pd.DataFrame
    sectors: pd.DataFrame
    districts: pd.DataFrame


def postcode_table(units: pd.DataFrame) -> PostcodeTable:
    """Return the table of postcode centres with its sectors and districts.

    Parameters
    ----------
    units
        Columns `easting` and `northing` (metres, BNG), index normalised postcode.
    """
    at = units[["easting", "northing"]].dropna()
    at = at[~at.index.duplicated()]
    codes = at.index.to_series()
    districts = _reach(at, codes.str.split(" ").str[0])
    return PostcodeTable(at, _reach(at, codes.str[:-2]), districts[districts["n_units"] >= COVERED])


def _reach(units: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    centre = units.groupby(group.to_numpy()).mean()
    own = centre.reindex(group.to_numpy()).to_numpy()
    distance = pd.Series(np.hypot(*(units.to_numpy() - own).T), index=units.index)
    grouped = distance.groupby(group.to_numpy())
    return centre.assign(reach_m=grouped.quantile(0.95), n_units=grouped.size())


def check_against_postcodes(points: pd.DataFrame, postcode: pd.Series, table: PostcodeTable) -> pd.DataFrame:
    """Return findings for points that lie far from the centre of their postcode.

    The limit follows the postcode's sector: sectors of the hills reach further than those of a town centre.
    """
    at = points[points["placed_by"].eq("coordinates")]
    code = postcode.loc[at.index]
    centre = table.units.reindex(code.to_numpy()).set_index(at.index)
    reach = table.sectors["reach_m"].reindex(code.str[:-2].to_numpy()).set_axis(at.index)
    distance = pd.Series(np.hypot(at["easting"] - centre["easting"], at["northing"] - centre["northing"]), at.index)
    far = distance > FAR_M
    limit = (2 * reach).clip(lower=FAR_M)
    doubtful = ~far & (distance > np.maximum(DOUBTFUL_M, reach))
    coarse, coarse_distance, coarse_centre = _against_district(at, code, centre["easting"].isna(), table)
    asked = findings(
        doubtful.index[doubtful],
        rule="beside_postcode",
        message="The point lies " + _km(distance[doubtful]) + " from the centre of " + code[doubtful] + ".",
        remedy="Check the postcode and the coordinates.",
        severity="question",
        column=at["column"],
        value=at["written"],
    )
    return joined(
        [
            _far(at[far], code[far], distance[far], centre[far], limit=limit[far]),
            _far(at[coarse], code[coarse], coarse_distance[coarse], coarse_centre[coarse]),
            asked,
        ]
    )


def _against_district(
    at: pd.DataFrame, code: pd.Series, unknown: pd.Series, table: PostcodeTable
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """Compare rows whose postcode is not in the table, but whose district is, with the district."""
    district = table.districts.reindex(code.str.split(" ").str[0].to_numpy()).set_index(at.index)
    distance = pd.Series(np.hypot(at["easting"] - district["easting"], at["northing"] - district["northing"]), at.index)
    far = unknown & (distance > np.maximum(COARSE_M, 3 * district["reach_m"]))
    return far, distance, district


def _far(
    at: pd.DataFrame, code: pd.Series, distance: pd.Series, centre: pd.DataFrame, *, limit: pd.Series | None = None
) -> pd.DataFrame:
    """Return findings for far points: set aside where a slip explains the distance or it is beyond all doubt.

    Two digits exchanged, or the pair turned round, explain any distance; weaker slips only one beyond the limit of the
    sector. What nothing explains is asked about up to TOO_FAR_M.
    """
    some = at.head(MAX_CORRECTIONS)
    proposals = [
        _degrees_proposal(written, kind, towards, str(postcode))
        if kind.startswith("degrees")
        else _proposal(east, north, towards, str(postcode))
        for (east, north), towards, postcode, written, kind in zip(
            _pairs(some),
            _pairs(centre.head(MAX_CORRECTIONS)),
            code.head(MAX_CORRECTIONS),
            some["written"],
            some["kind"],
            strict=True,
        )
    ]
    remedy = pd.Series(proposals, index=at.index[: len(proposals)], dtype="str").reindex(at.index)
    remedy = remedy.fillna("Check the coordinates against the postcode.")
    limit = pd.Series(FAR_M, index=at.index) if limit is None else limit
    message = "The point '" + at["written"] + "' lies " + _km(distance) + " from its postcode " + code + "."
    explained = remedy.str.startswith("Probably")
    sure = (explained & (remedy.str.contains("exchanged") | (distance > limit))) | (
        distance > limit.clip(lower=TOO_FAR_M)
    )
    return joined(
        [
            findings(
                at.index[rows],
                rule="far_from_postcode",
                message=message,
                remedy=remedy,
                severity=severity,
                column=at["column"],
                value=at["written"],
            )
            for rows, severity in ((sure, SET_ASIDE), (~sure, QUESTION))
        ]
    )


def _pairs(points: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(points["easting"].tolist(), points["northing"].tolist(), strict=True))


def _km(distance: pd.Series) -> pd.Series:
    return distance.map(lambda metres: f"{metres / 1000:,.1f} km").astype("str")


def _proposal(easting: float, northing: float, centre: tuple[float, float], postcode: str) -> str:
    found = likely_correction(easting, northing, centre=centre)
    if found is None:
        return f"Check both; the centre of {postcode} is {centre[0]:.0f},{centre[1]:.0f}."
    (east, north), slip = found
    near = np.hypot(east - centre[0], north - centre[1]) / 1000
    return f"Probably {east:.0f},{north:.0f} ({slip}; {near:.1f} km from the postcode). Correct the list if so."


def _degrees_proposal(written: str, kind: str, centre: tuple[float, float], postcode: str) -> str:
    found = likely_degrees(written, kind, places=np.array([centre]))
    if found is None:
        lon, lat = lonlat_from_bng(np.array([centre[0]]), np.array([centre[1]]))
        there = f"{lat[0]:.5f}, {lon[0]:.5f}" if kind == SWAPPED else f"{lon[0]:.5f}, {lat[0]:.5f}"
        return f"Check both; the centre of {postcode} is {there}."
    told, (east, north), slip = found
    near = np.hypot(east - centre[0], north - centre[1]) / 1000
    return f"Probably {told} ({slip}; {near:.1f} km from the postcode). Correct the list if so."


def check_against_place(
    points: pd.DataFrame,
    postcode: pd.Series,
    *,
    extent: BaseGeometry | None,
    name: str,
    table: PostcodeTable | None,
    national: bool,
) -> pd.DataFrame:
    """Return findings for points outside the place.

    In a list of the whole country they are set aside in one go. In a body's own list they are asked about, since some
    assets really lie outside: kept where the postcode is none of the place's, or near the place where there is no
    postcode; set aside where nothing speaks for them.
    """
    if extent is None:
        return joined([])
    at = points[points["placed_by"].ne("")]
    shapely.prepare(extent)
    inside = shapely.contains_xy(extent, at["easting"].to_numpy(), at["northing"].to_numpy())
    out = at[~inside]
    if national or (len(out) > len(at) / 2 and len(out) >= N_NATIONAL):
        return _elsewhere(out, name)
    away = pd.Series(
        gpd.points_from_xy(out["easting"], out["northing"]).distance(extent), index=out.index, dtype="float64"
    )
    out, away = out[away > EDGE_M], away[away > EDGE_M]
    return _own_outside(out, postcode.loc[out.index], away, name, table)


def _elsewhere(out: pd.DataFrame, name: str) -> pd.DataFrame:
    return findings(
        out.index,
        rule="outside_place",
        message=f"Outside {name}.",
        remedy="Nothing to do: the list covers more than the place.",
        severity="set_aside",
        column=out["column"],
        value=out["written"],
    )


def _own_outside(
    out: pd.DataFrame, code: pd.Series, away: pd.Series, name: str, table: PostcodeTable | None
) -> pd.DataFrame:
    known = code.str.split(" ").str[0].isin(table.districts.index) if table is not None else code.ne("") & False
    agrees = code.ne("") & ~known | (away <= BESIDE_M)
    message = (
        "The point lies " + _km(away) + f" outside {name}" + ("; its postcode is " + code).where(code.ne(""), "") + "."
    )
    return joined(
        [
            findings(
                out.index[keep],
                rule="outside_place",
                message=message[keep],
                remedy=remedy,
                severity=severity,
                column=out["column"],
                value=out["written"],
            )
            for keep, severity, remedy in (
                (agrees, QUESTION, "Nothing, if the asset really lies there; else correct the coordinates."),
                (~agrees, SET_ASIDE, "Correct the coordinates, or give the postcode if the asset really lies there."),
            )
        ]
    )
