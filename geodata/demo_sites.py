"""Where the 26 made-up bodies of Peakshire hold their 1,500 assets, and what those are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.demo_land import RINGS, Land
from geodata.demo_names import read_table
from geodata.demo_outlines import Floats, Ints

SERVICE_USES = (
    "office",
    "library",
    "fire station",
    "police station",
    "clinic",
    "children and family centre",
    "job centre",
    "court",
    "leisure centre",
    "community centre",
    "depot",
)
"""Uses of the 320 buildings that services are run from; the columns of the table of bodies."""
TOWN_PULL = 0.75
"""How far buildings follow the size of towns: 0 spreads them evenly, 1 in proportion."""
WITHIN_M = 60
"""Farthest a building stands from the centre of its postcode, east or north (metres)."""
TAKEN = 1e-6
"""Weight of a postcode that has an asset already: used only where a small county runs out of others."""
CO_LOCATED = (
    ("library", "leisure centre"),
    ("library", "community centre"),
    ("police station", "fire station"),
    ("clinic", "children and family centre"),
)
"""Uses that share one building, one pair each: a co-location that exists already."""
HEADQUARTERS = {"county": "County Hall", "district": "Town Hall", "park": "Park Hall"}
FIRST_UPRN = 999_000_000_000
"""Made-up UPRNs count from here; none so high is in use."""


@dataclass(frozen=True, slots=True)
class Body:
    """One made-up organisation.

    Parameters
    ----------
    name
        The organisation.
    kind
        county, district, blue_light, health, national, housing, park or college.
    reference
        Pattern of its own asset references.
    layout
        Name of the layout of its list.
    territory
        Districts it works in; empty for the whole county.
    n_assets
        Number of assets by use, "others" among them.
    """

    name: str
    kind: str
    reference: str
    layout: str
    territory: tuple[str, ...]
    n_assets: dict[str, int]

    @property
    def slug(self) -> str:
        """Lower-case words joined by hyphens: the first half of its asset ids."""
        return "-".join(self.name.lower().split())


def read_bodies() -> tuple[Body, ...]:
    """Return the 26 bodies.

    Examples
    --------
    >>> bodies = read_bodies()
    >>> len(bodies), bodies[0].slug, sum(sum(body.n_assets.values()) for body in bodies)
    (26, 'peakshire-county-council', 1500)
    """
    return tuple(
        Body(
            name=row["organisation"],
            kind=row["kind"],
            reference=row["reference"],
            layout=row["layout"],
            territory=() if row["territory"] == "all" else tuple(row["territory"].split(";")),
            n_assets={use: int(row[use]) for use in (*SERVICE_USES, "others")},
        )
        for row in read_table("demo_bodies.tsv")
    )


def site_assets(land: Land, codes: pd.DataFrame, postcodes: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return one row per asset: whose it is, what it is and where it stands.

    Parameters
    ----------
    land
        The county.
    codes
        The areas' codes, as ``demo_places.name_areas`` gives them.
    postcodes
        As ``demo_places.scatter_postcodes`` gives them.
    seed
        Seed of all random choices.

    Returns
    -------
    pandas.DataFrame
        Index ``asset_id`` ("<organisation slug>/<reference>"). Columns ``organisation reference name use kind`` (of the
        others: houses, garages, ...), ``headquarters``, ``uprn``, ``number street town postcode``, ``easting northing``
        (metres), ``area`` (row of ``land.areas``).
    """
    rng = np.random.default_rng((seed, 4))
    wanted = pd.concat([_wanted(rng, body) for body in read_bodies()], ignore_index=True)
    spots = _choose_spots(rng, land, codes, postcodes, wanted)
    chosen = postcodes.loc[spots].reset_index(drop=True)
    shift = rng.integers(-WITHIN_M, WITHIN_M, (len(wanted), 2))
    sites = wanted.assign(
        uprn=[str(FIRST_UPRN + int(number)) for number in rng.choice(900_000_000, len(wanted), replace=False)],
        number=rng.integers(1, 180, len(wanted)),
        street=chosen["street"],
        town=land.areas["locality"].to_numpy()[chosen["area"]],
        postcode=chosen["pcd"],
        easting=chosen["oseast1m"] + shift[:, 0],
        northing=chosen["osnrth1m"] + shift[:, 1],
        area=chosen["area"],
    )
    sites["name"] = _names(sites)
    return _share_buildings(sites).set_index("asset_id")


def _wanted(rng: np.random.Generator, body: Body) -> pd.DataFrame:
    """Return the assets of one body in the order of its references, without a place."""
    uses = [(use, use) for use in SERVICE_USES for _ in range(body.n_assets[use])]
    kinds = read_table("demo_holdings.tsv")
    weight = np.array([float(kind[body.kind]) for kind in kinds])
    others = rng.choice(len(kinds), body.n_assets["others"], p=weight / weight.sum())
    uses += [(kinds[number]["use"], kinds[number]["holding"]) for number in others]
    seat = HEADQUARTERS.get(body.kind, f"{body.name} Headquarters")
    references = [body.reference.format(number) for number in 3 + np.cumsum(rng.integers(1, 6, len(uses)))]
    return pd.DataFrame(
        {
            "asset_id": [f"{body.slug}/{reference}" for reference in references],
            "organisation": body.name,
            "reference": references,
            "use": [use for use, _ in uses],
            "kind": [kind for _, kind in uses],
            "headquarters": [seat] + [""] * (len(uses) - 1),
        }
    ).assign(headquarters=lambda table: table["headquarters"].where(table["use"] == "office", ""))


def _choose_spots(
    rng: np.random.Generator, land: Land, codes: pd.DataFrame, postcodes: pd.DataFrame, wanted: pd.DataFrame
) -> Ints:
    """Return the row of ``postcodes`` each asset stands at: first a town in the territory, then a spot in its rings."""
    town = land.areas["town"].to_numpy()[postcodes["area"]]
    ring = land.areas["ring"].to_numpy()[postcodes["area"]]
    district = codes["lad22nm"].to_numpy()[postcodes["area"]]
    siting = _siting()
    spots = np.empty(len(wanted), dtype=np.int64)
    free = np.ones(len(postcodes), dtype=bool)
    for body in read_bodies():
        inside = np.isin(district, body.territory) if body.territory else np.ones(len(postcodes), dtype=bool)
        ours = wanted["organisation"] == body.name
        for kind, rows in wanted[ours].groupby("kind", sort=False).groups.items():
            weight = siting[str(kind)][ring] * inside
            picked = []
            for place, count in _towns_for(rng, land, town[weight > 0], len(rows)).items():
                here = np.flatnonzero((town == place) & (weight > 0))
                chance = weight[here] * np.where(free[here], 1.0, TAKEN)
                picked.append(rng.choice(here, count, replace=len(here) < count, p=chance / chance.sum()))
            spots[rows] = np.concatenate(picked)
            free[spots[rows]] = False
    return spots


def _siting() -> dict[str, Floats]:
    """Return the weight of each ring of a town for every use and kind of holding."""
    tables = [(row["use"], row) for row in read_table("demo_uses.tsv")]
    tables += [(row["holding"], row) for row in read_table("demo_holdings.tsv")]
    return {name: np.array([float(row[ring]) for ring in RINGS]) for name, row in tables}


def _towns_for(rng: np.random.Generator, land: Land, possible: Ints, count: int) -> dict[int, int]:
    """Return how many of ``count`` assets go to each town: one to each while they last, the rest by its size."""
    towns = np.unique(possible)
    weight = np.array([land.towns[town].weight for town in towns]) ** TOWN_PULL
    weight /= weight.sum()
    if count <= len(towns):
        chosen = rng.choice(towns, count, replace=False, p=weight)
    else:
        chosen = np.concatenate([towns, rng.choice(towns, count - len(towns), p=weight)])
    found, counts = np.unique(chosen, return_counts=True)
    return {int(town): int(number) for town, number in zip(found, counts, strict=True)}


def _names(sites: pd.DataFrame) -> list[str]:
    """Return the name of each asset; the first of a use in a place is named after the place, the others by street."""
    nouns = {row["use"]: row["names"].split(",") for row in read_table("demo_uses.tsv")}
    nouns |= {row["holding"]: row["names"].split(",") for row in read_table("demo_holdings.tsv")}
    names = sites["headquarters"].astype(str).to_list()
    first = (~sites.duplicated(["town", "kind"]) & sites["kind"].isin(SERVICE_USES[1:])).to_list()
    text = sites[["kind", "town", "street", "number"]].astype(str)
    for place, (kind, town, street, number) in enumerate(text.itertuples(index=False, name=None)):
        noun = nouns[kind][place % len(nouns[kind])]
        if names[place]:
            names[place] = f"{town} {names[place]}" if names[place] in HEADQUARTERS.values() else names[place]
        elif kind == "houses":
            names[place] = f"{number} {street}"
        elif noun.endswith((" at", " off")):
            names[place] = f"{noun} {street}"
        else:
            names[place] = f"{town if first[place] else street} {noun}"
    return names


def _share_buildings(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with one pair of each of ``CO_LOCATED`` under one roof: same UPRN, address and point."""
    shared = sites.copy()
    columns = ["uprn", "number", "street", "town", "postcode", "easting", "northing", "area"]
    for guest, host in CO_LOCATED:
        hosts = sites.index[sites["use"] == host]
        guests = sites.index[sites["use"] == guest]
        away = np.hypot(
            sites.loc[guests, "easting"].to_numpy()[:, None] - sites.loc[hosts, "easting"].to_numpy(),
            sites.loc[guests, "northing"].to_numpy()[:, None] - sites.loc[hosts, "northing"].to_numpy(),
        )
        near, at = np.unravel_index(away.argmin(), away.shape)
        shared.loc[guests[near], columns] = sites.loc[hosts[at], columns].to_numpy()
    return shared
