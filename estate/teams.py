"""Who works where: the list of teams a body sends, or one assumed team per service building where it sends none.

Crews of fire and ambulance stations, hospital wards and court halls cannot move whatever is decided: they are teams of
their own that need no desks, deliver the service and stay. The staff at desks beside them may move.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from estate.numbers import number
from estate.register import funnel_rules, in_stage
from estate.space import service_space, tied_fte
from estate.standard import SpaceStandard, space_and_rates
from estate.values import is_blank, read_areas, read_flags, read_numbers
from estate.words import uses
from geodata.errors import DataError, SourceError, did_you_mean, examples
from geodata.files import read_table
from geodata.rows import plain_heading
from geodata.schema import check_teams

COLUMNS = ("organisation", "asset_id", "service", "fte", "desks_per_fte", "front_desk", "security_class", "may_move")
_ALIASES = {
    "team_id": ("team id", "team", "team name", "team ref", "team reference", "id"),
    "organisation": ("organisation", "organization", "body", "employer", "partner"),
    "asset_id": ("asset id", "asset", "building", "building id", "based at", "site", "asset reference", "asset ref"),
    "service": ("service", "service name", "services", "function"),
    "fte": ("fte", "ftes", "staff", "full time equivalent", "staff fte", "headcount"),
    "desks_per_fte": ("desks per fte", "desk ratio", "desks per person"),
    "front_desk": ("front desk", "public counter", "front office", "reception"),
    "security_class": ("security class", "class", "class of work", "security"),
    "service_m2": ("service m2", "service area", "service space", "public area", "public area m2"),
    "may_move": ("may move", "movable", "can move"),
}
SUPPORT = "office"  # the service of staff who work at desks beside a crew that cannot move


def read_teams(path: str | Path, assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read a list of teams and check it against the register; all faults are told at once.

    Parameters
    ----------
    path
        Any table: `team_id`, `organisation`, `asset_id`, `service`, `fte`, and if wished `desks_per_fte`, `front_desk`,
        `security_class`, `service_m2` (net area that the service needs besides desks), `may_move`. Headings are
        recognised without regard to case. `asset_id` may also be the body's own reference.
    assets
        Register, index `asset_id`.

    Returns
    -------
    DataFrame
        Index `team_id`; the columns above. Missing ratios are the standard's, missing flags no and yes (may move).

    Raises
    ------
    SourceError
        If the file cannot be read.
    DataError
        If columns are missing, a team stands twice or has no building, a building is unknown, staff is negative or no
        number.
    """
    table = read_table(path)
    table = _renamed(table, path)
    ids = table["team_id"].fillna("").astype("str").str.strip()
    at = _buildings(table["asset_id"].fillna("").astype("str").str.strip(), table["organisation"], assets)
    text = {name: table[name].astype("str").where(table[name].notna(), "") for name in table}
    fte, ratio = read_numbers(text["fte"]), read_numbers(text["desks_per_fte"])
    space = read_areas(text["service_m2"])
    faults = [
        *_repeats(ids), *_unhoused(ids, text["asset_id"], at, assets), *_bad(ids, text["fte"], fte.value, "fte"),
        *_bad_where_given(ids, text["desks_per_fte"], ratio.value, "desks_per_fte"),
        *_bad_where_given(ids, text["service_m2"], space.value, "service_m2"),
    ]  # fmt: skip
    if faults:
        raise DataError(f"{path}: {' '.join(faults)}")
    teams = pd.DataFrame(
        {
            "organisation": text["organisation"].where(text["organisation"].ne(""), at.map(assets["organisation"])),
            "asset_id": at,
            "service": text["service"].str.strip().str.lower(),
            "fte": fte.value,
            "desks_per_fte": ratio.value.fillna(space_and_rates()[0].desks_per_fte),
            "front_desk": read_flags(text["front_desk"]).value.fillna(value=False).astype("bool"),
            "security_class": text["security_class"].where(text["security_class"].ne(""), "standard"),
            "service_m2": space.value.fillna(0.0),
            "may_move": read_flags(text["may_move"]).value.fillna(value=True).astype("bool"),
        }
    )
    return check_teams(teams.set_axis(pd.Index(ids, name="team_id")), assets=assets.index, source=str(path))


def default_teams(assets: gpd.GeoDataFrame, *, standard: SpaceStandard | None = None) -> pd.DataFrame:
    """Return assumed teams for buildings in service use: one at desks each, and a crew where there is one.

    Parameters
    ----------
    assets
        Register as :func:`estate.space.estimate_assets` leaves it. `fte` are the people who work at desks.
    standard
        For desks per FTE; by default that of ``data/space.toml``.

    Returns
    -------
    DataFrame
        Index `team_id` ("<asset_id>#desks", "<asset_id>#crew"); the teams table and `from` = "assumed". A crew needs
        no desks and may not move; where there is one, the staff at desks are support (service "office") and have no
        front desk of their own. `service_m2` is the space of the building that is not for desks (shelves, treatment
        rooms, wards, bays): all of it where a crew stays, `service_share` of it where the service could move.
    """
    standard = standard or space_and_rates()[0]
    chosen = assets[in_stage(assets, funnel_rules()[1]) & number(assets, "fte").gt(0)]
    crew = tied_fte(chosen)
    crewed = crew.gt(0)
    service = _main_service(chosen)
    public = chosen["public_facing"].astype("bool")
    around = service_space(chosen)
    desks = pd.DataFrame(
        {
            "organisation": chosen["organisation"],
            "asset_id": chosen.index,
            "service": service.mask(crewed, SUPPORT),
            "fte": number(chosen, "fte"),
            "desks_per_fte": standard.desks_per_fte,
            "front_desk": public & ~crewed,
            "security_class": "standard",
            "service_m2": (around * standard.service_share).where(~crewed, 0.0),
            "may_move": True,
        }
    ).set_axis(chosen.index + "#desks")
    crews = desks.assign(service=service.to_numpy(), fte=crew.to_numpy(), desks_per_fte=0.0, may_move=False,
                         front_desk=public.to_numpy(), service_m2=around.to_numpy())[crewed.to_numpy()]  # fmt: skip
    crews = crews.set_axis(chosen.index[crewed] + "#crew")
    teams = pd.concat([desks, crews]).sort_index(kind="stable").rename_axis("team_id")
    return teams.assign(**{"from": "assumed"})


def _main_service(assets: gpd.GeoDataFrame) -> pd.Series:
    """Return the first service each building offers, or that of its use."""
    first = assets["services"].fillna("").str.split(";").str[0].str.strip()
    by_use = assets["use"].map({name: use.services for name, use in uses().items()})
    known = {use.services for use in uses().values()}
    return first.where(first.isin(known) & first.ne(""), by_use)


def _renamed(table: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Return the table under the register's names; optional columns that are missing are blank."""
    plain = {plain_heading(str(name)): name for name in reversed(table.columns)}
    found = {
        field: next((plain[alias] for alias in aliases if alias in plain), None) for field, aliases in _ALIASES.items()
    }
    missing = [field for field in ("team_id", "asset_id", "service", "fte") if found[field] is None]
    if missing:
        listed = ", ".join(f"'{name}'" for name in table.columns)
        raise DataError(
            f"{path}: has no column {' or '.join(repr(name) for name in missing)}. Headings found: {listed or 'none'}."
        )
    if table.empty:
        raise SourceError(f"{path}: has a header and no rows. Add a row for each team, or leave the list out.")
    columns = {field: table[name] if name is not None else pd.NA for field, name in found.items()}
    return pd.DataFrame(columns, index=table.index).astype("object")


def _buildings(asset: pd.Series, organisation: pd.Series, assets: gpd.GeoDataFrame) -> pd.Series:
    """Return the register's identifier for each building named by identifier or by the body's own reference."""
    if "reference" not in assets:
        return asset
    own = assets[assets["reference"].ne("")]
    keys = pd.MultiIndex.from_arrays([own["organisation"], own["reference"]])
    by_reference = pd.Series(own.index, index=keys)
    by_reference = by_reference[~by_reference.index.duplicated(keep=False)]
    wanted = pd.MultiIndex.from_arrays([organisation.fillna(""), asset])
    found = by_reference.reindex(wanted).set_axis(asset.index)
    return asset.where(asset.isin(assets.index) | found.isna(), found)


def _repeats(ids: pd.Series) -> list[str]:
    blank, twice = int(ids.eq("").sum()), list(ids[ids.ne("") & ids.duplicated()].unique())
    said = [f"{blank} row(s) have no team_id. Name every team."] if blank else []
    return said + ([f"{examples(twice)} stand(s) there more than once. Name each team once."] if twice else [])


def _unhoused(ids: pd.Series, written: pd.Series, at: pd.Series, assets: gpd.GeoDataFrame) -> list[str]:
    none = is_blank(written)
    strange = ~none & ~at.isin(assets.index)
    said = []
    if none.any():
        said.append(f"{examples(list(ids[none]), total=len(ids))} have no building. Give each an asset_id.")
    if strange.any():
        first = str(written[strange].iloc[0])
        said.append(
            f"{examples(list(ids[strange]), total=len(ids))} sit in buildings that are not in the register, such as "
            f"'{first}'.{did_you_mean(first, map(str, assets.index))} Correct asset_id."
        )
    return said


def _bad(ids: pd.Series, written: pd.Series, value: pd.Series, column: str) -> list[str]:
    bad = value.isna()
    if not bad.any():
        return []
    shown = [f"{team} ('{cell}')" for team, cell in zip(ids[bad], written[bad], strict=True)]
    return [f"'{column}' is missing, negative or no number for {examples(shown, total=len(ids))}. Write 0 or more."]


def _bad_where_given(ids: pd.Series, written: pd.Series, value: pd.Series, column: str) -> list[str]:
    given = ~is_blank(written)
    return _bad(ids[given], written[given], value[given], column)
