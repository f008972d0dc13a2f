"""Segments of a place: from census counts to a model, a label for every area, and portraits in plain words.

Read counts -> shares -> features -> hierarchy -> labels (those that the model predicts) -> certainty -> portraits.
The result does not depend on the order of the rows or columns of the census table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geodata.census import Census
from geodata.errors import examples
from geodata.shares import Shares, compute_shares
from geodata.variables import Variable, read_variables
from segmentation.certainty import N_RESAMPLES, certainty
from segmentation.cluster import distances_to
from segmentation.descent import Floats
from segmentation.describe import effect_sizes, index_scores, portraits, segment_shares, stands_out
from segmentation.features import FeatureRecipe, Scaling, Transform, apply_recipe, fit_recipe
from segmentation.hierarchy import Hierarchy, Progress, check_numbers, find_path
from segmentation.model import SegmentModel, checksum_of, versions
from segmentation.names import propose_names
from segmentation.phrases import own_phrases
from segmentation.stability import N_SEEDS, Stability, paths_of, seeds_of, stability_of


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """A classification of the areas of a place, with its quality.

    Parameters
    ----------
    table
        One row per area, in the order of the census, indexed by ``oa_code``: ``super`` and ``sub`` (whole numbers from
        0, the largest population first; sub-clusters are numbered through), ``margin`` (0 on the border to another
        segment, 1 at the centroid), ``second_best`` (the next sub-cluster it could be in, -1 for none), ``certainty``
        and ``super_certainty`` (share of resamples that give the same sub-cluster, and the same super cluster).
    model
        What classifies other areas, or next year's.
    portraits
        One row per segment: ``level segment parent name n_areas population households share_of_population summary``.
    index_scores
        Indexed by ``level`` and ``segment``, one column per variable; 100 = like the place.
    stands_out
        See :func:`segmentation.describe.stands_out`.
    missing
        Variables that the census lacks the cells for.
    stood_in
        Variables that published percentages stand in for, and what differs.
    n_filled
        Areas without a share of their own (0/0, missing or suppressed), by variable; they stand at the share of the
        place. Variables without such areas are left out.
    inertia, super_inertia
        Sum of squared distances to the centroids of the sub-clusters, and of the super clusters.
    starts
        Starts that the search took; 0 where a model was only applied.
    stability
        How far other seeds find the same; None where nothing was sought.
    """

    table: pd.DataFrame
    model: SegmentModel
    portraits: pd.DataFrame
    index_scores: pd.DataFrame
    stands_out: pd.DataFrame
    missing: tuple[str, ...]
    stood_in: dict[str, str]
    n_filled: dict[str, int]
    inertia: float
    super_inertia: float
    starts: int
    stability: Stability | None = None

    def names(self) -> dict[tuple[str, int], str]:
        """Return the name of each segment, by level ("super", "sub") and number."""
        named = {("super", at): name for at, name in enumerate(self.model.super_names)}
        return named | {("sub", at): name for at, name in enumerate(self.model.sub_names)}

    def notes(self) -> tuple[str, ...]:
        """Return what a reader should know of the quality, one sentence each."""
        n_own = sum(variable.is_own for variable in self.model.definitions)
        n_used = len(self.model.variables) - n_own
        beside = f" and {n_own} column{'s' * (n_own != 1)} of the place's own" if n_own else ""
        notes = [f"{n_used} census variables{beside} were used. {self.model.recipe.sentence()}"]
        if self.missing:
            notes.append(
                f"{len(self.missing)} of {n_used + len(self.missing)} variables are not in the census table and were "
                f"left out: {', '.join(self.missing)}."
            )
        if self.stood_in:
            notes.append(f"Published percentages stand in for counts: {', '.join(self.stood_in)}.")
        if self.n_filled:
            areas = [f"{name} ({number:,} areas)" for name, number in self.n_filled.items()]
            notes.append(f"Where an area has no share, that of the whole place was taken: {examples(areas)}.")
        if self.stability is not None:
            notes.append(self.stability.sentence())
        if "super_certainty" in self.table:
            notes.append(
                f"If the areas were drawn anew, {100 * self.table['super_certainty'].mean():.0f} % of them on average "
                f"would keep their super cluster and {100 * self.table['certainty'].mean():.0f} % their sub-cluster."
            )
        doubtful = int((self.table["certainty"] < 0.5).sum())
        if doubtful:
            notes.append(
                f"{doubtful:,} of {len(self.table):,} areas change their sub-cluster in more than half of the "
                "resamples; see the column 'certainty'."
            )
        return tuple(notes)


def build_segments(
    census: Census,
    *,
    n_super: int = 4,
    n_sub: int = 18,
    floor: float = 0.02,
    seed: int = 0,
    variables: Sequence[Variable] | None = None,
    reference: pd.DataFrame | None = None,
    reference_name: str = "the reference",
    transform: Transform = "asinh",
    scaling: Scaling = "range",
    n_resamples: int = N_RESAMPLES,
    place: str = "the whole place",
    progress: Progress | None = None,
) -> Segments:
    """Classify the areas of a place by their census statistics.

    Parameters
    ----------
    census
        Counts of the areas.
    n_super, n_sub
        Numbers of super clusters, and of sub-clusters in all.
    floor
        Least share of the areas in a segment.
    seed
        Same census and seed, same segments to the last byte.
    variables
        What to use; by default the 64 of that census.
    reference, reference_name
        Shares of a wider extent, such as England and Wales, that sets the scale, and its name; by default the place.
    transform, scaling
        The recipe; see :mod:`segmentation.features`.
    n_resamples
        How often areas are drawn anew for their certainty.
    place
        Name of the place, as sentences call it.
    progress
        Told the step in words, how many are done and of how many.

    Raises
    ------
    DataError
        The census cannot be classified: variables or areas are too few, a variable is the same everywhere, or the
        floor does not allow so many segments.
    """
    chosen = read_variables(census.vintage) if variables is None else variables
    check_numbers(len(census.counts), n_super=n_super, n_sub=n_sub, floor=floor)
    shares, recipe, x = features_of(
        census,
        variables=chosen,
        reference=reference,
        reference_name=reference_name,
        transform=transform,
        scaling=scaling,
    )
    path = find_path(x, n_super=n_super, n_sub=n_sub, floor=floor, seed=seed, progress=progress)
    others = paths_of(x, n_super=n_super, n_sub=n_sub, floor=floor, seeds=seeds_of(seed, N_SEEDS)[1:])
    fit = path[-1]
    model = _nameless(shares, recipe, fit.hierarchy, seed=seed, floor=floor)
    population = census.population().loc[shares.table.index].fillna(0.0)
    model = _by_population(model, model.predict(shares), population)
    made = describe_segments(census, shares, model, n_resamples=n_resamples, place=place, progress=progress)
    return replace(
        made,
        missing=tuple(name for name in (variable.name for variable in chosen) if name in shares.missing),
        inertia=fit.sub_inertia,
        super_inertia=fit.super_inertia,
        starts=fit.starts,
        stability=stability_of(x, [path, *others], n_sub=n_sub),
    )


def describe_segments(
    census: Census,
    shares: Shares,
    model: SegmentModel,
    *,
    told: pd.DataFrame | None = None,
    n_resamples: int = N_RESAMPLES,
    place: str = "the whole place",
    progress: Progress | None = None,
) -> Segments:
    """Apply a model to the areas of a place, and say how certain the labels are and who lives in the segments.

    Parameters
    ----------
    census
        Counts of the areas.
    shares
        Their shares, in order of area code.
    model
        Its names are kept; segments without one get a proposal.
    told
        Labels in the form of :meth:`segmentation.model.SegmentModel.predict`; by default what the model predicts.
    n_resamples, place, progress
        As for :func:`build_segments`.
    """
    ordered = census.of_areas(shares.table.index)
    population, households = ordered.population().fillna(0.0), ordered.households()
    x = apply_recipe(shares, model.recipe).to_numpy()
    told = model.predict(shares) if told is None else told
    table = told[["super", "sub", "margin", "second_best"]]
    sure = certainty(
        x,
        model.hierarchy,
        floor=model.floor,
        seed=model.seed,
        n_resamples=n_resamples,
        labels=(told["super"].to_numpy(), told["sub"].to_numpy()),
        progress=progress,
    )
    table = table.assign(certainty=sure.subs, super_certainty=sure.tops)
    names = _names(model, propose(shares, table, model, place=place))
    telling = stands_out(shares, table, place=place)
    filled = shares.table.isna().sum()
    return Segments(
        table=table.loc[census.counts.index],
        model=model.with_names(names),
        portraits=portraits(table, population=population, households=households, names=names, telling=telling),
        index_scores=index_scores(shares, table),
        stands_out=telling,
        missing=tuple(shares.missing),
        stood_in=dict(shares.stood_in),
        n_filled={str(name): int(number) for name, number in filled[filled > 0].items()},
        inertia=float(np.square(np.sort(told["distance"].to_numpy())).sum()),
        super_inertia=float(np.square(distances_to(x, model.hierarchy.tops).min(axis=1)).sum()),
        starts=0,
    )


def propose(shares: Shares, table: pd.DataFrame, model: SegmentModel, *, place: str) -> dict[tuple[str, int], str]:
    """Return a name for each segment that has areas, from what stands out in it."""
    parents = dict(enumerate(model.hierarchy.parents.tolist()))
    return propose_names(
        effect_sizes(shares, table),
        segment_shares(shares, table),
        {number: parent for number, parent in parents.items() if (table["sub"] == number).any()},
        place=place,
        per_km2=100.0 if any(variable.unit == "per hectare" for variable in shares.variables) else 1.0,
        own=own_phrases(shares.variables),
    )


def _names(model: SegmentModel, proposed: dict[tuple[str, int], str]) -> dict[tuple[str, int], str]:
    """Return the names of the model where it has them, else those proposed; a segment without areas keeps its own."""
    mine = {("super", at): name for at, name in enumerate(model.super_names)}
    mine |= {("sub", at): name for at, name in enumerate(model.sub_names)}
    return {key: name or proposed.get(key, "") for key, name in mine.items()}


def features_of(
    census: Census,
    *,
    variables: Sequence[Variable],
    reference: pd.DataFrame | None = None,
    reference_name: str = "the reference",
    transform: Transform = "asinh",
    scaling: Scaling = "range",
) -> tuple[Shares, FeatureRecipe, Floats]:
    """Return shares, recipe and features of the areas, in order of area code; parameters as :func:`build_segments`."""
    ordered = census.of_areas(sorted(census.counts.index))
    shares = compute_shares(ordered, sorted(variables, key=lambda variable: variable.name))
    recipe = fit_recipe(
        shares,
        reference=reference,
        reference_name="the place" if reference is None else reference_name,
        transform=transform,
        scaling=scaling,
    )
    return shares, recipe, apply_recipe(shares, recipe).to_numpy()


def _nameless(shares: Shares, recipe: FeatureRecipe, hierarchy: Hierarchy, *, seed: int, floor: float) -> SegmentModel:
    """Return the model before anybody has named its segments."""
    return SegmentModel(
        definitions=tuple(sorted(shares.variables, key=lambda variable: variable.name)),
        recipe=recipe,
        hierarchy=hierarchy,
        super_names=("",) * len(hierarchy.tops),
        sub_names=("",) * len(hierarchy.subs),
        vintage=shares.vintage,
        seed=seed,
        floor=floor,
        checksum=checksum_of(shares),
        versions=versions(),
    )


def _by_population(model: SegmentModel, labels: pd.DataFrame, population: pd.Series) -> SegmentModel:
    """Return the model with its segments numbered by falling population."""
    old = model.hierarchy
    people = {
        level: population.groupby(labels[level]).sum().reindex(range(size), fill_value=0.0).to_numpy()
        for level, size in (("super", len(old.tops)), ("sub", len(old.subs)))
    }
    tops = np.argsort(-people["super"], kind="stable")
    place_of = np.argsort(tops)
    subs = np.lexsort((-people["sub"], place_of[old.parents]))
    ordered = Hierarchy(old.tops[tops], old.subs[subs], place_of[old.parents][subs])
    return replace(model, hierarchy=ordered)
