"""Recognise the same building in the lists of different bodies: sharing that exists, seen in the data.

The same UPRN (unique property reference number) settles it. Without one, three things speak: how near the points are,
whether the postcodes are the same, and how much of name and address agree, rare words counting more than common ones
("Glossop" tells more than "fire station"). Different house numbers speak against. The score is a plain weighted sum, so
that a person can see why two rows were matched; a trained linkage model would need labelled pairs that no place has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from estate.identity import is_full_postcode
from estate.words import plain

WITHIN_M = 300.0  # postcode centres lie this far from the door
SAME = 0.6  # from here on two rows are taken for one building
WORTH_TELLING = 0.4
WEIGHTS = {"words": 0.45, "near": 0.30, "postcode": 0.25}
NEAR_M = 75.0  # at this distance nearness counts a third
CONFLICT = 0.35  # taken off for different house numbers
OTHER_UPRN = 0.15  # taken off for different UPRNs: one building may have several, for its parts
FIELDS = ("asset_a", "asset_b", "organisation_a", "organisation_b", "name_a", "name_b", "distance_m", "same_uprn",
          "same_postcode", "words", "score", "same_building", "why")  # fmt: skip
_NUMBER = re.compile(r"^(?:no\.? ?|unit )?(\d+[a-z]?)\b", re.IGNORECASE)
_STREET_WORDS = frozenset(
    {"road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "drive", "dr", "way", "close", "place", "pl", "sq",
     "square", "the", "and", "of", "at", "no", "in"}
)  # fmt: skip


def match_buildings(assets: gpd.GeoDataFrame, *, within_m: float = WITHIN_M) -> pd.DataFrame:
    """Return pairs of rows of different bodies that are, or may be, one building.

    Parameters
    ----------
    assets
        Register: columns `organisation`, `use`, `name`, `address`, `postcode`, `uprn`; points in BNG.
    within_m
        Rows further apart than this (metres) are compared by UPRN only.

    Returns
    -------
    DataFrame
        One row per pair with a score of 0.4 or more: `distance_m`, `same_uprn`, `same_postcode`, `words` (likeness of
        name and address, 0-1), `score` (0-1), `same_building` (score at least 0.6, and for each row the surest of any
        other body) and `why`; the surest first.
    """
    near = _candidates(assets, within_m)
    if len(near) == 0:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in FIELDS})
    table = _compared(assets, near)
    table = table[table["score"] >= WORTH_TELLING]
    order = table.sort_values(["score", "asset_a", "asset_b"], ascending=[False, True, True], kind="stable")
    return _one_to_one(order)[list(FIELDS)].reset_index(drop=True)


def add_buildings(assets: gpd.GeoDataFrame, matches: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the register with a column `building`: one identifier for all rows that are one building.

    Matches chain: what matches B, which matches C, is one building with both. The identifier is the first asset_id of
    the group in alphabetical order, so that a building that stands alone has its own.

    Parameters
    ----------
    assets
        Register, index `asset_id`.
    matches
        Pairs as :func:`match_buildings` gives them; only those with `same_building` count.
    """
    sure = matches[matches["same_building"].astype("bool")]
    leader = {asset: asset for asset in (*sure["asset_a"], *sure["asset_b"])}

    def top(asset: str) -> str:
        while leader[asset] != asset:
            leader[asset] = leader[leader[asset]]
            asset = leader[asset]
        return asset

    for first, second in zip(sure["asset_a"], sure["asset_b"], strict=True):
        low, high = sorted((top(first), top(second)))
        leader[high] = low
    own = assets.index.to_series()
    joined = own[own.isin(leader)].map(top)
    return assets.assign(building=own.mask(own.isin(leader), joined).to_numpy())


def _one_to_one(table: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs, surest first, with `same_building` for the surest of each row and other body only.

    A body lists a building once; what has the same UPRN is one building in any case.
    """
    best_of_a = ~table.duplicated(["asset_a", "organisation_b"])
    best_of_b = ~table.duplicated(["asset_b", "organisation_a"])
    return table.assign(same_building=table["same_building"] & (table["same_uprn"] | (best_of_a & best_of_b)))


def _candidates(assets: gpd.GeoDataFrame, within_m: float) -> npt.NDArray[np.intp]:
    """Return places (i < j) of rows of different bodies that are near or have one UPRN, shape (n, 2)."""
    points = np.column_stack([assets.geometry.x, assets.geometry.y])
    pairs = [np.empty((0, 2), dtype=np.intp)]
    body = pd.factorize(assets["organisation"])[0]
    if len(points) > 1 and body.max() > 0:
        pairs.append(np.asarray(cKDTree(points).query_pairs(within_m, output_type="ndarray"), dtype=np.intp))
        known = assets["uprn"][assets["uprn"].notna() & assets["uprn"].duplicated(keep=False)]
        places = pd.Series(np.arange(len(assets)), index=assets.index)[known.index]
        for group in places.groupby(known).agg(list):
            first, second = np.triu_indices(len(group), 1)
            pairs.append(np.column_stack([np.array(group)[first], np.array(group)[second]]))
    every = np.unique(np.vstack(pairs), axis=0)
    different: npt.NDArray[np.intp] = every[body[every[:, 0]] != body[every[:, 1]]]
    return different


def _compared(assets: gpd.GeoDataFrame, near: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Return the pairs with what speaks for and against them."""
    a, b = near[:, 0], near[:, 1]
    x, y = assets.geometry.x.to_numpy(), assets.geometry.y.to_numpy()
    distance = np.hypot(x[a] - x[b], y[a] - y[b])
    postcode, uprn = assets["postcode"].to_numpy(), assets["uprn"].to_numpy()
    full, known = is_full_postcode(assets["postcode"]).to_numpy(), assets["uprn"].notna().to_numpy()
    same_postcode = (postcode[a] == postcode[b]) & full[a] & full[b]
    same_uprn = (uprn[a] == uprn[b]) & known[a] & known[b]
    other_uprn = (uprn[a] != uprn[b]) & known[a] & known[b]
    words, numbers = _likeness(assets, near)
    score = (
        WEIGHTS["words"] * words + WEIGHTS["near"] * np.exp(-distance / NEAR_M) + WEIGHTS["postcode"] * same_postcode
    )
    score = np.clip(score - CONFLICT * numbers - OTHER_UPRN * other_uprn, 0.0, 1.0)
    score = np.where(same_uprn, 1.0, score).round(3)
    ids, body, name = (values.to_numpy() for values in (assets.index, assets["organisation"], assets["name"]))
    table = pd.DataFrame(
        {
            "asset_a": ids[a], "asset_b": ids[b], "organisation_a": body[a], "organisation_b": body[b],
            "name_a": name[a], "name_b": name[b], "distance_m": distance.round(0), "same_uprn": same_uprn,
            "same_postcode": same_postcode, "words": words.round(2), "score": score, "same_building": score >= SAME,
        }
    )  # fmt: skip
    return table.assign(why=_reasons(table, numbers))


def _likeness(
    assets: gpd.GeoDataFrame, near: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return how much the words of each pair agree (0-1), and whether their house numbers differ.

    Two buildings of one use agree by name alone ("Glossop" among fire stations); of different uses only by address.
    """
    names = [frozenset(plain(text).split()) - _STREET_WORDS for text in assets["name"].tolist()]
    streets = [frozenset(plain(text).split()) - _STREET_WORDS for text in assets["address"].tolist()]
    rarity, local = _rarity([*names, *streets]), _rarity(streets)
    use, address = assets["use"].tolist(), assets["address"].tolist()
    number = [found[1].lower() if (found := _NUMBER.match(text)) else "" for text in address]
    alike = []
    for i, j in near.tolist():
        where = _shared(streets[i], streets[j], local, least=False)
        who = _shared(names[i], names[j], rarity, least=use[i] == use[j])
        alike.append(max(where, who))
    differ = [bool(number[i]) and bool(number[j]) and number[i] != number[j] for i, j in near.tolist()]
    return np.array(alike, dtype=np.float64), np.array(differ, dtype=np.bool_)


def _rarity(tokens: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return the weight of each word: ln(rows / rows that have it), at least a little."""
    counts = Counter(word for row in tokens for word in row)
    return {word: max(float(np.log(len(tokens) / count)), 0.05) for word, count in counts.items()}


def _shared(first: frozenset[str], second: frozenset[str], weight: dict[str, float], *, least: bool) -> float:
    """Return the weight of the common words over that of the shorter text (`least`) or of the longer."""
    common = sum(weight[word] for word in first & second)
    sizes = [sum(weight[word] for word in words) for words in (first, second)]
    size = min(sizes) if least else max(sizes)
    return common / size if size > 0 else 0.0


def _reasons(table: pd.DataFrame, numbers: npt.NDArray[np.bool_]) -> list[str]:
    said = []
    for pair, conflict in zip(table.to_dict("records"), numbers, strict=True):
        parts = ["the same UPRN"] if pair["same_uprn"] else []
        parts += [f"{pair['distance_m']:,.0f} m apart"]
        parts += ["the same postcode"] if pair["same_postcode"] else []
        parts += [f"{pair['words']:.0%} of the telling words agree"] if pair["words"] >= 0.2 else []
        parts += ["but different house numbers"] if conflict else []
        said.append(", ".join(parts))
    return said
