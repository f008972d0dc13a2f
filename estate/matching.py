"""Find last year's row of each building in this year's list: by reference, by UPRN, else by words and place.

Rows are matched within one body, each at most once, by the first rule that knows them:

1. the body's own reference (where the list has references; identifiers made of row numbers say nothing);
2. the UPRN, where it stands once in both lists;
3. the same name, address, postcode and use, letters and digits compared only;
4. a score of at least 0.70: 0.60 x likeness of the words of the name, or of name and address where that is more (Dice:
   twice the shared words over all words) + 0.25 x nearness (1 at the same point, 0 at 250 m) + 0.15 where the postcode
   is the same, less 0.15 where the use is not, 0.25 where both have a UPRN and it differs, 0.35 where both have numbers
   ("Garage 2", "14 High Street") and these differ.

Where at least half of the references carried over, the body keeps its numbering: rules 3 and 4 then leave alone two
rows that have a reference each, since two numbers are two buildings. What rests on less than the reference is told with
its score, never taken silently.
"""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

REACH_M = 250.0
LOWEST_SCORE = 0.70
NEIGHBOURS = 30
KEPT_NUMBERING = 0.5

BY_REFERENCE = "reference"
BY_UPRN = "UPRN"
BY_WORDS = "name and address"
BY_SCORE = "likeness and distance"

COLUMNS = ("before", "after", "by", "score")
_NO_WORD = re.compile(r"[^0-9a-z]+")


def match_rows(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return which row of the list after is which row of the list before.

    Parameters
    ----------
    before, after
        Assets of one body in British National Grid, index `asset_id` (unique), with `reference` where the lists have
        references; without that column the index itself is taken for one.

    Returns
    -------
    DataFrame
        `before`, `after` (asset ids), `by` ("reference", "UPRN", "name and address" or "likeness and distance") and
        `score` (0-1), in the order of the list after. Rows without a partner are not in it.
    """
    found = [_by_reference(before, after)]
    apart = _keeps_numbering(before, after, len(found[0]))
    left, right = _rest(before, after, found)
    found.append(_by_uprn(left, right))
    left, right = _rest(before, after, found)
    found.append(_by_words(left, right, apart=apart))
    left, right = _rest(before, after, found)
    found.append(_by_score(left, right, apart=apart))
    pairs = pd.concat(found, ignore_index=True)
    place = pd.Series(np.arange(len(after)), index=after.index)
    return pairs.sort_values("after", key=lambda ids: ids.map(place), ignore_index=True)


def own_reference(assets: gpd.GeoDataFrame) -> pd.Series:
    """Return the body's own reference of each row, "" where it has none; the caller's index."""
    if "reference" in assets:
        return assets["reference"].fillna("").astype("str")
    return pd.Series(assets.index, index=assets.index, dtype="str")


def _keeps_numbering(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, n_carried: int) -> bool:
    """Return True where at least half of the references of the shorter list are in the other one."""
    n_known = min(int(own_reference(before).ne("").sum()), int(own_reference(after).ne("").sum()))
    return n_known > 0 and n_carried >= KEPT_NUMBERING * n_known


def _rest(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, found: list[pd.DataFrame]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the rows that have no partner yet."""
    pairs = pd.concat(found)
    return before[~before.index.isin(pairs["before"])], after[~after.index.isin(pairs["after"])]


def _by_reference(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    return _once_in_both(own_reference(before), own_reference(after), BY_REFERENCE)


def _by_uprn(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    if "uprn" not in before or "uprn" not in after:
        return _pairs([], [], BY_UPRN, [])
    return _once_in_both(before["uprn"].fillna(""), after["uprn"].fillna(""), BY_UPRN)


def _once_in_both(before: pd.Series, after: pd.Series, by: str) -> pd.DataFrame:
    """Return the pairs whose key is filled and stands once in each list."""
    left = before[before.ne("") & ~before.duplicated(keep=False)]
    right = after[after.ne("") & ~after.duplicated(keep=False)]
    where = pd.Series(left.index, index=left.to_numpy())
    partner = right.map(where).dropna()
    return _pairs(partner.tolist(), partner.index.tolist(), by, [1.0] * len(partner))


def _by_words(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, apart: bool) -> pd.DataFrame:
    """Return the pairs that say the same; of rows that cannot be told apart the first is paired with the first."""
    left, right = _key(before), _key(after)
    both = left.reset_index().merge(right.reset_index(), on=["key", "turn"], suffixes=("_before", "_after"))
    numbered = both["numbered_before"] & both["numbered_after"] & apart
    pairs = both[both["key"].ne("") & ~numbered]
    ids = (pairs["asset_id_before"].tolist(), pairs["asset_id_after"].tolist())
    return _pairs(*ids, BY_WORDS, [1.0] * len(pairs))


def _key(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return name, address, postcode and use as one text, and which of the rows with that text each is."""
    texts = {name: _text(assets, name).map(lambda said: _NO_WORD.sub("", said)) for name in ("name", "address")}
    known = texts["name"].ne("") & (texts["address"].ne("") | _text(assets, "postcode").ne(""))
    key = texts["name"] + "|" + texts["address"] + "|" + _text(assets, "postcode") + "|" + _text(assets, "use")
    key = key.where(known, "").rename("key")
    columns = {"key": key, "turn": key.groupby(key).cumcount(), "numbered": own_reference(assets).ne("")}
    return pd.DataFrame(columns).rename_axis("asset_id")


def _by_score(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, apart: bool) -> pd.DataFrame:
    """Return the best pairs by score, each row once; equal scores in the order of the lists."""
    near = _candidates(before, after)
    if apart:
        numbered = [own_reference(side).ne("").to_numpy() for side in (before, after)]
        near = near[~(numbered[0][near["before"]] & numbered[1][near["after"]])]
    scores = _scores(before.iloc[near["before"]], after.iloc[near["after"]], near["distance_m"].to_numpy())
    near = near.assign(score=scores)[scores >= LOWEST_SCORE]
    near = near.sort_values(["score", "before", "after"], ascending=[False, True, True])
    taken: tuple[set[int], set[int]] = (set(), set())
    chosen: list[tuple[str, str, float]] = []
    rows = zip(near["before"].tolist(), near["after"].tolist(), near["score"].tolist(), strict=True)
    for one, other, score in rows:  # bounded by NEIGHBOURS candidates a row
        if one not in taken[0] and other not in taken[1]:
            taken[0].add(one)
            taken[1].add(other)
            chosen.append((str(before.index[one]), str(after.index[other]), round(score, 3)))
    ids = ([pair[0] for pair in chosen], [pair[1] for pair in chosen])
    return _pairs(*ids, BY_SCORE, [pair[2] for pair in chosen])


def _candidates(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of positions within reach of each other: `before`, `after`, `distance_m`."""
    rows_before, rows_after = _placed(before), _placed(after)
    if not len(rows_before) or not len(rows_after):
        return pd.DataFrame({"before": [0], "after": [0], "distance_m": [0.0]}).iloc[:0]
    tree = cKDTree(_points(before, rows_before))
    wanted = list(range(1, min(NEIGHBOURS, len(rows_before)) + 1))
    found = tree.query(_points(after, rows_after), k=wanted, distance_upper_bound=REACH_M)
    distance, place = np.asarray(found[0]), np.asarray(found[1])
    hit = np.isfinite(distance)
    later = np.broadcast_to(rows_after[:, None], hit.shape)
    return pd.DataFrame({"before": rows_before[place[hit]], "after": later[hit], "distance_m": distance[hit]})


def _placed(assets: gpd.GeoDataFrame) -> np.ndarray:
    return np.flatnonzero(~(assets.geometry.isna() | assets.geometry.is_empty).to_numpy())


def _points(assets: gpd.GeoDataFrame, rows: np.ndarray) -> np.ndarray:
    shapes = gpd.GeoSeries(assets.geometry.iloc[rows])
    return np.column_stack([shapes.x.to_numpy(), shapes.y.to_numpy()])


def _scores(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, distance_m: np.ndarray) -> np.ndarray:
    """Return the score of each pair of rows; see the head of this page."""
    names = [_words(_text(side, "name")) for side in (before, after)]
    words = [_words(_text(side, "name") + " " + _text(side, "address")) for side in (before, after)]
    likeness = np.maximum(_dice(*names), _dice(*words))
    codes = [_text(side, "postcode").to_numpy() for side in (before, after)]
    same_code = (codes[0] == codes[1]) & (codes[0] != "")
    same_use = _text(before, "use").to_numpy() == _text(after, "use").to_numpy()
    nearness = np.clip(1.0 - distance_m / REACH_M, 0.0, 1.0)
    for_it = 0.60 * likeness + 0.25 * nearness + 0.15 * same_code
    return np.asarray(for_it - 0.15 * ~same_use - 0.25 * _other_uprn(before, after) - 0.35 * _other_numbers(*words))


def _other_uprn(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> np.ndarray:
    one, other = _text(before, "uprn").to_numpy(), _text(after, "uprn").to_numpy()
    return np.asarray((one != "") & (other != "") & (one != other))


def _other_numbers(before: list[set[str]], after: list[set[str]]) -> np.ndarray:
    """Return True where both rows have words with digits, and not the same ones."""
    numbers = [[{word for word in row if any(map(str.isdigit, word))} for row in side] for side in (before, after)]
    return np.array([bool(one and other and one != other) for one, other in zip(*numbers, strict=True)], dtype=bool)


def _words(texts: pd.Series) -> list[set[str]]:
    return [set(_NO_WORD.split(said)) - {""} for said in texts]


def _dice(before: list[set[str]], after: list[set[str]]) -> np.ndarray:
    """Return twice the shared words over all words, row by row; 0 where there is no word."""
    pairs = zip(before, after, strict=True)
    return np.array([2.0 * len(one & other) / max(len(one) + len(other), 1) for one, other in pairs], dtype=float)


def _text(assets: gpd.GeoDataFrame, name: str) -> pd.Series:
    if name not in assets:
        return pd.Series("", index=assets.index, dtype="str")
    return assets[name].fillna("").astype("str").str.casefold()


def _pairs(before: list[str], after: list[str], by: str, score: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"before": before, "after": after, "by": by, "score": score}, columns=list(COLUMNS))
    return table.astype({"before": "str", "after": "str", "by": "str", "score": "float64"})
