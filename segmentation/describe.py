"""What segments are like: sizes, index scores, and what stands out.

A segment's share is the sum of its numerators over the sum of its denominators, never a mean of area percentages. Its
index is 100 x that share / the same share of the base (the place, or any wider extent): 100 is like the base, 200 twice
as much. What stands out is ranked by effect size: the difference from the base over the standard deviation between the
areas of the base, so that a point more of something rare and even weighs more than a point of something that varies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from geodata.errors import CoverageError
from geodata.shares import Shares

LEVELS = ("super", "sub")
KEY = ["level", "segment"]
STANDS_OUT = ["level", "segment", "variable", "label", "domain", "base", "share", "base_share", "difference_pp",
              "index_score", "effect", "rank", "sentence"]  # fmt: skip


def segment_shares(shares: Shares, table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each variable in each segment: sums over sums.

    Parameters
    ----------
    shares
        Shares of the areas.
    table
        Columns ``super`` and ``sub``, whole numbers, indexed by ``oa_code``.

    Returns
    -------
    DataFrame
        Indexed by ``level`` ("super", "sub") and ``segment``; one column per variable: a share (0 to 1), or a density
        in its unit.
    """
    numerators, denominators = shares.numerators.loc[table.index], shares.denominators.loc[table.index]
    parts = {
        level: numerators.groupby(table[level]).sum() / denominators.groupby(table[level]).sum() for level in LEVELS
    }
    return pd.concat(parts, names=KEY).astype("float64")


def index_scores(shares: Shares, table: pd.DataFrame, *, base: Shares | pd.Series | None = None) -> pd.DataFrame:
    """Return index scores of each segment against a base.

    Parameters
    ----------
    shares, table
        As for :func:`segment_shares`.
    base
        Shares of the areas of the base, with the same variables, or its share of each variable; by default the areas
        of `table`.

    Returns
    -------
    DataFrame
        Indexed by ``level`` and ``segment``; 100 = like the base. A segment that is the whole base scores exactly 100.
        NaN where the base has none at all.

    Raises
    ------
    CoverageError
        The base lacks a variable.
    """
    base = shares.of_areas(table.index) if base is None else base
    overall = base_shares(base) if isinstance(base, Shares) else base
    lacking = sorted(set(shares.table.columns) - set(overall.index))
    if lacking:
        raise CoverageError(f"the base lacks {', '.join(lacking[:3])}. Compute it from the same tables.")
    return 100.0 * (segment_shares(shares, table) / overall.replace(0.0, np.nan))[list(shares.table.columns)]


def base_shares(base: Shares) -> pd.Series:
    """Return the share of each variable over all areas, reckoned as :func:`segment_shares` reckons a segment."""
    together = pd.DataFrame(0, index=base.table.index, columns=list(LEVELS))
    return segment_shares(base, together).iloc[0]


def effect_sizes(shares: Shares, table: pd.DataFrame, *, base: pd.Series | None = None) -> pd.DataFrame:
    """Return, for each segment, how many standard deviations between areas it differs from all of them, or from a base.

    Densities are compared by their logarithm, on which they vary evenly, as the average resident meets them: over land
    the few who live in open country would make everybody else stand out.

    Returns
    -------
    DataFrame
        Indexed by ``level`` and ``segment``; one column per variable.
    """
    mine = shares.of_areas(table.index)
    within, overall, areas = segment_shares(mine, table), base_shares(mine), mine.table
    for name in [variable.name for variable in mine.variables if variable.is_density]:
        lived = _as_lived(mine, name)
        within[name], overall[name] = segment_shares(lived, table)[name], base_shares(lived)[name]
        areas = areas.assign(**{name: lived.table[name]})
    if base is not None:
        shared = [variable.name for variable in mine.variables if not variable.is_density]
        overall[shared] = base.reindex(shared)
    return (within - overall) / areas.std(ddof=0).replace(0.0, np.nan)


def _as_lived(shares: Shares, name: str) -> Shares:
    """Return the logarithm of a density as the average resident meets it: weighted by people, not by land."""
    people = shares.numerators[[name]]
    density = shares.table[[name]].where(shares.table[[name]] > 0).apply(np.log)
    weights = people.where(density.notna())
    return replace(shares, table=density, numerators=density * people, denominators=weights)


def stands_out(
    shares: Shares, table: pd.DataFrame, *, place: str = "the whole place", base: pd.Series | None = None
) -> pd.DataFrame:
    """Return what makes each segment different, the most telling first.

    Densities have no percentage points and are left to the index scores.

    Parameters
    ----------
    shares, table
        As for :func:`segment_shares`.
    place
        Name of the place or of the base, for the sentences.
    base
        Share of each variable in a wider base; by default that of the place. Effects are reckoned in standard
        deviations between the areas of the place in any case, for a base in one row has none.

    Returns
    -------
    DataFrame
        Columns ``level segment variable label domain base share base_share difference_pp index_score effect rank
        sentence``; shares from 0 to 1, `difference_pp` in percentage points, rank from 1 within each segment.
    """
    mine = shares.of_areas(table.index)
    chosen = [variable for variable in mine.variables if variable.is_share]
    names = [variable.name for variable in chosen]
    against = base_shares(mine) if base is None else base.reindex(mine.table.columns)
    within, overall = segment_shares(mine, table)[names], against[names]
    tables = {
        "share": within,
        "base_share": within * 0 + overall,
        "index_score": index_scores(mine, table, base=against)[names],
        "effect": effect_sizes(mine, table, base=base)[names],
    }
    long = [
        one.melt(var_name="variable", value_name=name, ignore_index=False).set_index("variable", append=True)
        for name, one in tables.items()
    ]
    frame = pd.concat(long, axis=1).reset_index().astype({"segment": "int64"})
    about = {variable.name: variable for variable in chosen}
    for column in ("label", "domain", "base"):
        frame[column] = frame["variable"].map({name: getattr(about[name], column) for name in names})
    frame["difference_pp"] = 100 * (frame["share"] - frame["base_share"])
    ranking = frame["effect"].abs().fillna(0.0).groupby([frame[key] for key in KEY])
    frame["rank"] = ranking.rank(ascending=False, method="first").astype("int64")
    frame["sentence"] = [
        f"{about[name].sentence(share)} ({about[name].figure(whole)} in {place})"
        for name, share, whole in zip(frame["variable"], frame["share"], frame["base_share"], strict=True)
    ]
    return frame.sort_values([*KEY, "rank"], key=_level_order, ignore_index=True)[STANDS_OUT]


def portraits(
    table: pd.DataFrame,
    *,
    population: pd.Series,
    households: pd.Series,
    names: Mapping[tuple[str, int], str],
    telling: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row per segment: who it is and how large.

    Parameters
    ----------
    table
        Columns ``super`` and ``sub``, indexed by ``oa_code``.
    population, households
        Residents and households of the areas.
    names
        Name of each segment, by level and number.
    telling
        From :func:`stands_out`.

    Returns
    -------
    DataFrame
        Columns ``level segment parent name n_areas population households share_of_population summary``; `parent` is
        -1 for super clusters, the share is from 0 to 1.
    """
    beside = table.assign(population=population.loc[table.index], households=households.loc[table.index])
    whole = float(beside["population"].sum())
    parents = table.groupby("sub")["super"].first()
    rows = []
    for level in LEVELS:
        for segment, areas in beside.groupby(level):
            number = int(str(segment))
            top = telling[(telling["level"] == level) & (telling["segment"] == number)].head(3)
            rows.append(
                {
                    "level": level,
                    "segment": number,
                    "parent": int(parents[number]) if level == "sub" else -1,
                    "name": names[level, number],
                    "n_areas": len(areas),
                    "population": float(areas["population"].sum()),
                    "households": float(areas["households"].sum(min_count=1)),
                    "share_of_population": float(areas["population"].sum()) / whole if whole else np.nan,
                    "summary": "; ".join(top["sentence"]) + ".",
                }
            )
    return pd.DataFrame(rows)


def _level_order(column: pd.Series) -> pd.Series:
    return column.map({level: at for at, level in enumerate(LEVELS)}) if column.name == "level" else column
