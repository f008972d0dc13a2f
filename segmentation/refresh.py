"""Next year: the same classification on new counts, by three ways, and which of them to take.

- *assign only*: last year's centroids stay, areas go to the nearest;
- *warm start*: the centroids move with their areas until they are at rest;
- *refit*: the whole hierarchy is sought anew, and its segments take the numbers of those they overlap most (Hungarian
  method).

The recipe stays in all three, so that their inertias can be compared. Numbers, names and notes carry over. Labels are
steady (:mod:`segmentation.steady`): an area near a border does not move by the noise of counting alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from geodata.census import Census
from geodata.code_changes import Carried
from geodata.errors import DataError
from geodata.shares import Shares, compute_shares
from segmentation.agreement import match_groups, overlaps
from segmentation.applied import check_labels, keep_labels
from segmentation.descent import Floats, Ints
from segmentation.drift import Drift, measure_drift, recommend
from segmentation.features import apply_recipe
from segmentation.hierarchy import Hierarchy, Progress, assign, find_path, warm_hierarchy
from segmentation.model import SegmentModel, checksum_of, versions
from segmentation.noise import feature_noise, redraw
from segmentation.segments import Segments, describe_segments, propose
from segmentation.steady import steady_labels
from segmentation.transitions import transitions

How = Literal["assign", "warm", "refit"]
WORDS: dict[How, str] = {"assign": "assign only", "warm": "warm start", "refit": "refit"}
LEVELS = ("super", "sub")


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to refresh, and what it does to the labels.

    Parameters
    ----------
    how
        Which of the three.
    hierarchy
        Its centroids, numbered as before.
    table
        Labels ``super`` and ``sub`` of the areas, indexed by ``oa_code``.
    inertia
        Sum of squared distances of all areas to the nearest centroid.
    smallest
        Areas in the smallest sub-cluster.
    changed
        Share of areas with another label than before, by level.
    nearest_changed
        The same if every area went to the nearest centroid, noise or not.
    raw_changed
        The same if segments were numbered anew, as a classification without a refresh would; by level.
    """

    how: How
    hierarchy: Hierarchy
    table: pd.DataFrame
    inertia: float
    smallest: int
    changed: dict[str, float]
    nearest_changed: dict[str, float]
    raw_changed: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Refresh:
    """A classification on new counts.

    Parameters
    ----------
    segments
        The areas, portraits and the model that `chosen` gives.
    chosen, recommended
        The way that was taken, and the one that the drift speaks for.
    ways
        All that could be tried, in the order of :data:`WORDS`.
    drift
        What changed in the data.
    reasons
        Why `recommended`, one sentence each.
    transitions
        See :func:`segmentation.transitions.transitions`.
    areas
        Indexed by ``oa_code``: ``earlier_super earlier_sub super sub nearest_sub changed boundary``.
    renamed
        Segments for which another name would now be proposed: ``level segment name proposed``.
    compared_with
        Where the earlier labels came from, in words.
    """

    segments: Segments
    chosen: How
    recommended: How
    ways: tuple[Way, ...]
    drift: Drift
    reasons: tuple[str, ...]
    transitions: pd.DataFrame
    areas: pd.DataFrame
    renamed: pd.DataFrame
    compared_with: str

    def way(self, how: How) -> Way:
        """Return one of the ways."""
        return next(one for one in self.ways if one.how == how)


@dataclass(frozen=True, slots=True, eq=False)
class _Now:
    """Shares, features and their noise of this year's areas, and the labels they had."""

    shares: Shares
    x: Floats
    noise: Floats
    labels: pd.DataFrame


def refresh(
    model: SegmentModel,
    census: Census,
    *,
    earlier: Carried | None = None,
    how: How | None = None,
    seed: int | None = None,
    n_resamples: int = 20,
    place: str = "the whole place",
    progress: Progress | None = None,
) -> Refresh:
    """Apply last year's model to new counts, by the way that the drift speaks for.

    Parameters
    ----------
    model
        Last year's.
    census
        The new counts.
    earlier
        Last year's labels on this year's areas; by default what the model says of the new counts.
    how
        Take this way whatever the drift says.
    seed
        Of the refit and the resamples; the model's by default.
    n_resamples, place, progress
        As for :func:`segmentation.segments.build_segments`.

    Raises
    ------
    SchemaError
        The counts are of another census, or the earlier labels are not of this model.
    CoverageError
        More than half of the model's variables are missing.
    DataError
        There are too few areas, or the way asked for is not possible.
    """
    model.check_vintage(census.vintage)
    seed = model.seed if seed is None else seed
    shares = compute_shares(census.of_areas(sorted(census.counts.index)), model.definitions)
    x = apply_recipe(shares, model.recipe).to_numpy()
    labels = _earlier(earlier, shares, x, model)
    now = _Now(shares, x, feature_noise(shares, model.recipe), labels)
    ways = _all_ways(model, now, seed)
    noise_changed, noise_excess = _by_noise(shares, model, ways[1].hierarchy, seed)
    inertia = {way.how: way.inertia for way in ways}
    drift = measure_drift(
        shares, model, inertia, noise=now.noise, noise_changed=noise_changed, noise_excess=noise_excess
    )
    recommended, reasons = recommend(drift, {way.how: way.smallest for way in ways}, floor=model.floor)
    chosen = how or recommended
    if chosen not in {way.how for way in ways}:
        raise DataError(
            f"refresh: a refit with {len(model.sub_names)} segments above the floor of {100 * model.floor:g} % was not "
            "found on these counts. Leave --how away, or take 'warm'."
        )
    way = next(one for one in ways if one.how == chosen)
    renewed = _renewed(model, way, shares, seed)
    told = keep_labels(renewed.predict(shares), way.table, x, way.hierarchy)
    segments = describe_segments(
        census, shares, renewed, told=told, n_resamples=n_resamples, place=place, progress=progress
    )
    population = census.population().loc[shares.table.index].fillna(0.0)
    return Refresh(
        segments=segments,
        chosen=chosen,
        recommended=recommended,
        ways=ways,
        drift=drift,
        reasons=reasons,
        transitions=transitions(labels, way.table, population, segments.names()),
        areas=_areas(labels, way.table, assign(x, way.hierarchy).subs, earlier).loc[census.counts.index],
        renamed=_renamed(segments, propose(shares, way.table, renewed, place=place)),
        compared_with="last year's labels" if earlier is not None else "what last year's model says of the new counts",
    )


def way_named(said: str) -> How:
    """Return the way of this name.

    Raises
    ------
    DataError
        There is none.
    """
    for how in get_args(How):
        if said in (how, WORDS[how]):
            return how  # type: ignore[no-any-return]
    raise DataError(f"--how '{said}' is no way to refresh. Take assign, warm or refit, or leave it out.")


def _earlier(earlier: Carried | None, shares: Shares, x: Floats, model: SegmentModel) -> pd.DataFrame:
    """Return the labels to compare with, in the order of the shares."""
    if earlier is None:
        found = assign(x, model.hierarchy)
        return pd.DataFrame({"super": found.tops, "sub": found.subs}, index=shares.table.index)
    table = earlier.table.loc[shares.table.index]
    check_labels(table, model)
    return table


def _all_ways(model: SegmentModel, now: _Now, seed: int) -> tuple[Way, ...]:
    """Return every way that the counts allow."""
    warm = warm_hierarchy(now.x, model.hierarchy)
    found: dict[How, tuple[Hierarchy, Hierarchy]] = {
        "assign": (model.hierarchy, model.hierarchy),
        "warm": (warm, warm),
    }
    n_super, n_sub = len(model.super_names), len(model.sub_names)
    try:
        raw = find_path(now.x, n_super=n_super, n_sub=n_sub, floor=model.floor, seed=seed)[-1].hierarchy
    except DataError:
        pass
    else:
        found["refit"] = (_numbered_as(raw, now), raw)
    return tuple(_way(how, now, one, raw) for how, (one, raw) in found.items())


def _way(how: How, now: _Now, hierarchy: Hierarchy, raw: Hierarchy) -> Way:
    nearest, unmatched = assign(now.x, hierarchy), assign(now.x, raw)
    tops, subs = steady_labels(now.x, now.noise, hierarchy, now.labels["sub"].to_numpy())
    before = {level: now.labels[level].to_numpy() for level in LEVELS}
    return Way(
        how,
        hierarchy,
        pd.DataFrame({"super": tops, "sub": subs}, index=now.shares.table.index).astype("int64"),
        float(np.square(nearest.distance).sum()),
        int(np.bincount(subs, minlength=len(hierarchy.subs)).min()),
        _changed(before, tops, subs),
        _changed(before, nearest.tops, nearest.subs),
        _changed(before, unmatched.tops, unmatched.subs),
    )


def _changed(before: dict[str, Ints], tops: Ints, subs: Ints) -> dict[str, float]:
    return {"super": float((before["super"] != tops).mean()), "sub": float((before["sub"] != subs).mean())}


def _numbered_as(hierarchy: Hierarchy, now: _Now) -> Hierarchy:
    """Return a hierarchy whose segments have the numbers of the earlier ones that they overlap most."""
    found, labels = assign(now.x, hierarchy), now.labels
    tops = match_groups(overlaps(labels["super"].to_numpy(), found.tops, *(len(hierarchy.tops),) * 2))
    subs = match_groups(overlaps(labels["sub"].to_numpy(), found.subs, *(len(hierarchy.subs),) * 2))
    back = np.argsort(subs)
    return Hierarchy(hierarchy.tops[np.argsort(tops)], hierarchy.subs[back], tops[hierarchy.parents[back]])


def _by_noise(shares: Shares, model: SegmentModel, resting: Hierarchy, seed: int) -> tuple[dict[str, float], float]:
    """Return what counting the same people again would do to centroids that are at rest on these counts.

    The share of labels that the nearest centroid would change, by level; and the inertia that they would cost more than
    centroids at rest on the other count.
    """
    one = assign(apply_recipe(shares, model.recipe).to_numpy(), resting)
    recounted = apply_recipe(redraw(shares, seed=seed), model.recipe).to_numpy()
    two, best = assign(recounted, resting), assign(recounted, warm_hierarchy(recounted, resting))
    least = float(np.square(best.distance).sum())
    excess = float(np.square(two.distance).sum()) / least - 1.0 if least > 0 else 0.0
    return _changed({"super": one.tops, "sub": one.subs}, two.tops, two.subs), max(0.0, excess)


def _renewed(model: SegmentModel, way: Way, shares: Shares, seed: int) -> SegmentModel:
    """Return the model with the centroids of a way; assigning only leaves it as it is."""
    if way.how == "assign":
        return model
    return replace(model, hierarchy=way.hierarchy, seed=seed, checksum=checksum_of(shares), versions=versions())


def _areas(labels: pd.DataFrame, now: pd.DataFrame, nearest: Ints, earlier: Carried | None) -> pd.DataFrame:
    table = labels.add_prefix("earlier_").join(now).assign(nearest_sub=nearest)
    boundary = "same" if earlier is None else earlier.change.loc[table.index]
    return table.assign(changed=table["earlier_sub"] != table["sub"], boundary=boundary)


def _renamed(segments: Segments, proposed: dict[tuple[str, int], str]) -> pd.DataFrame:
    rows: Sequence[tuple[str, int, str, str]] = [
        (level, number, name, proposed[level, number])
        for (level, number), name in segments.names().items()
        if proposed.get((level, number), name) != name
    ]
    return pd.DataFrame(rows, columns=["level", "segment", "name", "proposed"])
