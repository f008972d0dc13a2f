"""What is not there yet: candidate hubs as rows of the register, and new teams that need desks in a town.

A hub is a building with a ``ready_year``: it stands only if the plan builds it. A new team sits, if nothing is done, in
space rented for it in the middle of its town; that space is a building that the plan may release by finding the team
room in another building of that town.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from geodata.errors import DataError, did_you_mean
from geodata.place_options import Hub, NewTeam

ASSUMPTIONS = ("new_space_gbp_per_desk_pa",)
#: Rent, rates and running of serviced office space outside London (GBP a desk and year). Assumed.
NEW_SPACE_GBP_PER_DESK_PA = 4_000.0
NEW_SPACE = "new space for "
#: Column of the teams table: the one town in which a team may sit; empty where any will do.
ONLY_TOWN = "only_town"
M2_A_DESK = 10.0
ROOM_TO_SPARE = 1.5
FRONT_DESK_M2 = 50.0


def with_hubs(assets: gpd.GeoDataFrame, hubs: Sequence[Hub], *, use: str) -> gpd.GeoDataFrame:
    """Return the register with a row for each candidate hub.

    Parameters
    ----------
    assets
        Register, indexed by ``asset_id``; points in BNG.
    hubs
        The candidates.
    use
        Their use: one of those that are decided about.

    Raises
    ------
    DataError
        An id is taken already, or stands twice.
    """
    taken = [
        hub.id for number, hub in enumerate(hubs) if hub.id in assets.index or hub.id in [h.id for h in hubs[:number]]
    ]
    if taken:
        raise DataError(
            f"hubs: the id {', '.join(map(repr, taken))} is taken already. Choose another in [[options.hubs]]."
        )
    rows = [
        {
            **hub.model_dump(exclude={"id", "easting", "northing", "town", "secure_for"}),
            "secure_for": "; ".join(hub.secure_for),
            "use": use,
            "locality": hub.town,
            "tenure": "freehold" if hub.value_gbp > 0 else "licence",
            "status": "proposed",
            "geometry": Point(hub.easting, hub.northing),
        }
        for hub in hubs
    ]
    return _appended(assets, rows, [hub.id for hub in hubs])


def with_new_teams(
    assets: gpd.GeoDataFrame, teams: pd.DataFrame, newcomers: Sequence[NewTeam], *, use: str, gbp_per_desk_pa: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return register and teams with the new teams, each in space rented for it in its town.

    Parameters
    ----------
    assets
        Register with ``locality``; points in BNG.
    teams
        Teams, indexed by ``team_id``.
    newcomers
        The new teams.
    use
        Use of the space: one of those that are decided about.
    gbp_per_desk_pa
        What that space costs (GBP a desk and year).

    Raises
    ------
    DataError
        A town is unknown, or a team stands there already; all are named at once.
    """
    towns = assets["locality"].fillna("") if "locality" in assets else pd.Series("", index=assets.index)
    known = sorted(set(towns) - {""})
    faults = [
        f"new team '{one.team}': there is no town '{one.town}'.{did_you_mean(one.town, known)} Correct town."
        for one in newcomers
        if one.town not in known
    ]
    faults += [
        f"new team '{one.team}' stands in the list of teams already." for one in newcomers if one.team in teams.index
    ]
    if faults:
        raise DataError(" ".join(faults))
    if not newcomers:
        return assets, teams
    rows, homes = [], []
    for one in newcomers:
        points = gpd.GeoSeries(assets.geometry[towns == one.town])
        desks = one.fte * one.desks_per_fte
        homes.append(f"{NEW_SPACE}{one.team}")
        rows.append(
            {
                "name": f"New space for {one.team} in {one.town}",
                "organisation": one.organisation,
                "use": use,
                "locality": one.town,
                "tenure": "licence",
                "status": "proposed",
                "desks": desks * ROOM_TO_SPARE,
                "nia_m2": desks * ROOM_TO_SPARE * M2_A_DESK + (FRONT_DESK_M2 if one.front_desk else 0.0),
                "running_cost_gbp_pa": desks * gbp_per_desk_pa,
                "running_cost_gbp_pa_from": "assumed",
                "public_facing": one.front_desk,
                "geometry": Point(points.x.to_numpy().mean(), points.y.to_numpy().mean()),
            }
        )
    more = pd.DataFrame(
        {
            **{name: [getattr(one, name) for one in newcomers] for name in _OF_TEAM},
            "asset_id": homes,
            ONLY_TOWN: [one.town for one in newcomers],
            "may_move": True,
            "from": "recorded",
        },
        index=pd.Index([one.team for one in newcomers], name=teams.index.name),
    )
    known_to_all = teams.assign(**{ONLY_TOWN: teams.get(ONLY_TOWN, "")})
    return _appended(assets, rows, homes), pd.concat([known_to_all, more.reindex(columns=[*known_to_all.columns])])


_OF_TEAM = ("organisation", "service", "fte", "desks_per_fte", "front_desk", "security_class")


def _appended(assets: gpd.GeoDataFrame, rows: list[dict[str, object]], ids: list[str]) -> gpd.GeoDataFrame:
    """Return the register with more rows; texts that they lack are empty, numbers missing."""
    if not rows:
        return assets
    index = pd.Index(ids, name=assets.index.name)
    more = gpd.GeoDataFrame(rows, index=index, geometry="geometry", crs=assets.crs)
    joined = gpd.GeoDataFrame(pd.concat([assets, more]), geometry="geometry", crs=assets.crs)
    for column in assets.columns.intersection(joined.columns):
        if column not in more.columns and pd.api.types.is_string_dtype(assets[column]):
            joined[column] = joined[column].fillna("")
        elif assets[column].dtype == bool:
            joined[column] = joined[column].fillna(value=False).astype(bool)
    return joined
