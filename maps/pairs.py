"""The layer of pairs: which buildings of different bodies stand close, what sharing could save, what speaks for it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geodata.errors import CoverageError, examples
from maps.base import DataLayer
from maps.inert import Json, coded, numbers, packed_json, plain_text

#: The nine factors in the words of the page, in the order of :data:`estate.factors.NINE`.
FACTORS = ("Location", "Properties nearby", "Cost", "Planning", "Community views", "Limits on either service",
           "Shared use", "Disabled access", "Carbon")  # fmt: skip


def pair_layer(pairs: pd.DataFrame, assets: gpd.GeoDataFrame, *, shown: bool = False) -> DataLayer:
    """Return the layer of pairs.

    Parameters
    ----------
    pairs
        Ranked pairs as :func:`estate.pairs.find_pairs` gives them.
    assets
        Asset register, indexed by asset_id.
    shown
        True shows the pairs at once; else the reader switches them on.

    Raises
    ------
    CoverageError
        If a pair names a building that is not in the register.
    """
    from estate.factors import NINE  # noqa: PLC0415 - brings scipy, which a map without pairs can do without

    named = pd.concat([pairs["asset_a"], pairs["asset_b"]])
    strange = sorted(set(named.astype("str")) - {str(key) for key in assets.index})
    if strange:
        raise CoverageError(
            f"pairs: building {examples(strange)} is not in the register. Find the pairs anew from this register."
        )
    table: Json = {
        "a": [int(place) for place in assets.index.get_indexer(pd.Index(pairs["asset_a"]))],
        "b": [int(place) for place in assets.index.get_indexer(pd.Index(pairs["asset_b"]))],
        "guest": [_side(row["guest"], row["asset_a"], row["asset_b"]) for row in pairs.to_dict("records")],
        "rank": numbers(pairs["rank"]),
        "distance": numbers(pairs["distance_m"]),
        "minutes": numbers(pairs["minutes"], decimals=1),
        "desks": numbers(pairs["desks_needed"]),
        "saving": numbers(pairs["saving_gbp_pa"]),
        "rests": coded(pairs["rests_on"]),
        "shared": [int(bool(value)) for value in pairs["already_shared"]],
        "factors": [coded(pairs[name]) for name in NINE],
    }
    names: list[Json] = list(FACTORS)
    return DataLayer("pairs", {"table": packed_json(table), "factors": names, "shown": shown}, rows=len(pairs))


def _side(guest: object, a: object, b: object) -> int:
    """Return 1 where the first building could be emptied, 2 where the second, 0 where neither."""
    word = plain_text(guest)
    return 0 if not word else 1 if word == plain_text(a) else 2 if word == plain_text(b) else 0
