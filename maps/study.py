"""One place worked through, from its lists and census to its options: the recipe behind every command.

Each ``with_`` function takes a :class:`Study` and returns it with one more part; :mod:`maps.bundle` writes a study into
a folder, :mod:`maps.telling` says it as plain values and sentences.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from estate.asked import subjects
from estate.block_opposites import BlockOpposite
from estate.clusters import access_clusters
from estate.colocation import Problem, build_problem
from estate.every_opposite import EveryOpposite, Extent, every_opposite
from estate.factors import Knowledge
from estate.funnel import check_stages, funnel
from estate.load import load_choice, load_prices, load_register
from estate.loosened import Loosened, loosened
from estate.opposite_columns import with_opposites
from estate.opposites import SECONDS_EACH, Opposite, opposites
from estate.options import solve_options
from estate.pairs import find_pairs
from estate.phrases import counted, pounds
from estate.pipeline import pipeline
from estate.plans import Plan
from estate.programme import Stop
from estate.register import Register
from estate.space import estimate_assets
from estate.standard import energy_factor, space_and_rates
from estate.targets import Reached, Target, front, reach
from estate.yardsticks import add_locality, leases_by_year, yardsticks
from estate.years import Limits
from geodata.errors import DataError
from geodata.load import Geography, load_geography, load_notes, load_postcodes, load_uprns
from geodata.load_rasters import check_rasters
from geodata.load_travel import load_travel
from geodata.network import cache_folder
from geodata.place import AssetSource, FileSource, Identity, Place, said
from geodata.screening import Screening
from geodata.travel import Travel
from maps.refreshing import refresh_place
from maps.segment_names import with_segment_codes
from maps.segmenting import Surroundings, screening_of, segment_place, surroundings_of
from maps.surfacing import Walks, walks_of
from segmentation.applied import apply_model
from segmentation.model import SegmentModel
from segmentation.naming import rename
from segmentation.refresh import How, Refresh
from segmentation.segments import Segments

Say = Callable[[str], None]

#: Proven gap at which the search for a target or a point of the front may end.
FRONT_GAP = 1e-3
#: Asks about the rules instead of a building.
ALL_RULES = "rules"
ALL_BUILDINGS = "all"
#: Asks about what the plan changes, and what nothing fixes beforehand.
CHANGES = "changes"
NO_NAMES = {ALL_RULES, ALL_BUILDINGS, CHANGES}
Reason = Opposite | BlockOpposite | EveryOpposite | Loosened
YARDSTICKS_BY = ("organisation", "use", "tenure", "locality")


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Estate:
    """The register with its gaps filled, and what can be seen in it at once.

    Parameters
    ----------
    assets
        Register with sizes, desks, staff and costs filled, each labelled in ``X_from``; indexed by ``asset_id``, BNG.
    estimates
        What was filled, by column and rule.
    funnel, yardsticks, leases, pipeline
        From all assets to offices; figures by body, use, tenure and locality; leases that end or break by year; what is
        in use, under review or surplus.
    clusters, pairs
        Groups of access points; buildings of different bodies that stand close.
    """

    assets: gpd.GeoDataFrame
    estimates: pd.DataFrame
    funnel: pd.DataFrame
    yardsticks: pd.DataFrame
    leases: pd.DataFrame
    pipeline: pd.DataFrame
    clusters: pd.DataFrame
    pairs: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Study:
    """A place and what has been worked out so far; parts not asked for are None.

    Parameters
    ----------
    place
        The checked ``place.toml``.
    geography
        Census, areas and outline.
    register, estate
        The lists as read, and the register made ready for analysis.
    segments, surroundings, screening
        The classification, and how it lies on the map and beside a published one.
    teams, travel, plans
        Who works where, the minutes used, and the options (do nothing, each alone, joint).
    walks
        The walk to public doors over the ground, where the place names rasters.
    problem
        The facts and rules that the options were weighed on.
    reasons
        What was asked about the joint plan, answered.
    timings
        Processor seconds by step.
    """

    place: Place
    geography: Geography | None = None
    register: Register | None = None
    estate: Estate | None = None
    segments: Segments | None = None
    surroundings: Surroundings | None = None
    screening: Screening | None = None
    teams: pd.DataFrame | None = None
    travel: Travel | None = None
    plans: tuple[Plan, ...] = ()
    walks: Walks | None = None
    problem: Problem | None = None
    reasons: tuple[Reason, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def assets(self) -> gpd.GeoDataFrame:
        """The register, with the candidate hubs where options were weighed on some."""
        if self.estate is None:
            raise ValueError("this study has no register; call with_register first")
        register = self.estate.assets
        if self.problem is None:
            return register
        hubs = self.problem.register.loc[self.problem.register.index.difference(register.index)]
        return register if hubs.empty else pd.concat([register, hubs[register.columns.intersection(hubs.columns)]])


def list_place(
    lists: Sequence[str],
    *,
    organisation: str = "",
    use: str = "",
    postcodes: Path | None = None,
    uprns: Path | None = None,
) -> Place:
    """Return a place made of asset lists alone, for a check without a ``place.toml``.

    Raises
    ------
    SourceError
        A list does not exist.
    """
    source = AssetSource(files=tuple(lists), organisation=organisation, use=use)
    return Place(
        path=Path("the command line"),
        base=Path(),
        place=Identity(name="the place", uprns="" if uprns is None else str(uprns)),
        assets=(source,),
        postcodes=None if postcodes is None else FileSource(file=str(postcodes)),
    )


def study_place(
    place: Place, *, say: Say = silent, work: int | None = None, stop: Stop | None = None, why: Sequence[str] = ()
) -> Study:
    """Do all of it: geography, register, segments, options.

    Raises
    ------
    ToolkitError
        Data or rules are at fault; see the single steps.
    """
    load_prices(place)  # a slip in rules or assumptions is told before the long work, not after it
    check_rasters(place)
    study = with_register(with_geography(Study(place), say=say), say=say)
    study = with_options(with_segments(study, say=say), say=say, work=work, stop=stop, why=why)
    return with_walks(study, say=say)


def study_areas(place: Place, *, say: Say = silent) -> Study:
    """Do what a place without asset lists allows: geography and segments.

    Raises
    ------
    ToolkitError
        Data are at fault; see the single steps.
    """
    return with_segments(with_geography(Study(place), say=say), say=say)


def with_geography(study: Study, *, say: Say = silent) -> Study:
    """Return the study with census, areas and outline."""
    say("Reading census and boundaries")
    start = time.process_time()
    return _timed(replace(study, geography=load_geography(study.place)), "geography", start)


def with_register(study: Study, *, say: Say = silent) -> Study:
    """Return the study with the register, its gaps filled, and what can be seen in it.

    The lists are checked against postcodes where the place names them and against its outline where it is known.
    """
    place, start = study.place, time.process_time()
    extent = None if study.geography is None else study.geography.outline
    register = load_register(
        place,
        postcodes=load_postcodes(place),
        extent=extent,
        uprns=load_uprns(place, extent=extent),
        say=say,
    )
    say(f"Filling gaps in {len(register.assets):,} assets and looking for pairs")
    estate = _estate(place, register, None if study.geography is None else study.geography.areas)
    return _timed(replace(study, register=register, estate=estate), "register", start)


def _estate(place: Place, register: Register, areas: gpd.GeoDataFrame | None) -> Estate:
    """Return the register made ready for analysis; localities are known only where the areas are."""
    standard, rates = space_and_rates(place.assumptions)
    assets, estimates = estimate_assets(register.assets, standard, rates)
    located = assets if areas is None else add_locality(assets, areas)
    kinds = [kind for kind in YARDSTICKS_BY if kind in located]
    energy = energy_factor(place.assumptions)
    measured = {
        kind: yardsticks(located, by=kind, standard=standard, energy=energy).rename_axis("group") for kind in kinds
    }
    stages = check_stages(list(place.funnel), source=str(place.path)) if place.funnel else None
    return Estate(
        assets=assets,
        estimates=estimates,
        funnel=funnel(assets, stages),
        yardsticks=pd.concat(measured, names=["by", "group"]),
        leases=leases_by_year(assets),
        pipeline=pipeline(assets),
        clusters=access_clusters(assets),
        pairs=find_pairs(
            located,
            within_m=place.pairs.within_m,
            within_min=place.pairs.within_min,
            standard=standard,
            knowledge=Knowledge(never_together=place.options.never_together, notes=load_notes(place), energy=energy),
        ),
    )


def with_segments(study: Study, *, say: Say = silent) -> Study:
    """Return the study with its classification.

    Raises
    ------
    DataError
        The place has no census, or the census cannot be grouped.
    """
    geography, choice, start = _geography(study), study.place.segments, time.process_time()
    say(f"Grouping {len(geography.areas):,} areas into {choice.super} super clusters and {choice.sub} sub-clusters")
    screening = screening_of(study.place, geography)
    segments = segment_place(study.place, geography, say=say)
    segments = rename(segments, study.place.names, source=f"{study.place.path} [names]")
    surroundings = surroundings_of(study.place, geography, segments)
    return _timed(replace(study, segments=segments, surroundings=surroundings, screening=screening), "segments", start)


def with_refresh(study: Study, model: Path, *, how: How | None = None, say: Say = silent) -> tuple[Study, Refresh]:
    """Return the study with last year's segments on its counts, and what moved.

    Raises
    ------
    ToolkitError
        Model, earlier labels, look-up or counts are at fault.
    """
    geography, start = _geography(study), time.process_time()
    say(f"Refreshing the segments of {len(geography.areas):,} areas")
    made = refresh_place(study.place, geography, model, how=how, say=say)
    surroundings = surroundings_of(study.place, geography, made.segments)
    found = replace(
        study,
        segments=made.segments,
        surroundings=surroundings,
        screening=screening_of(study.place, geography),
    )
    return _timed(found, "segments", start), made


def with_model(study: Study, model: SegmentModel, *, labels: pd.DataFrame | None = None, say: Say = silent) -> Study:
    """Return the study with the classification that a saved model gives it; nothing is fitted.

    `labels` are those that were written with the model: a refresh keeps areas on a border where they were.

    Raises
    ------
    DataError
        The place has no census, or the model is of another one.
    """
    geography, start = _geography(study), time.process_time()
    say(f"Labelling {len(geography.areas):,} areas with the model")
    segments = apply_model(geography.census, model, labels=labels, place=said(study.place.place.name))
    segments = rename(segments, study.place.names, source=f"{study.place.path} [names]")
    return _timed(replace(study, segments=segments), "segments", start)


def with_options(
    study: Study, *, say: Say = silent, work: int | None = None, stop: Stop | None = None, why: Sequence[str] = ()
) -> Study:
    """Return the study with teams, travel times and the three options.

    Parameters
    ----------
    study
        A study with a register and segments.
    say
        Told what is being done.
    work
        Rounds of improvement instead of seconds, for a stop that is the same on every machine.
    stop
        Asked now and then; True ends the search with the best plans so far.
    why
        Buildings and teams that will be asked about: a slip in their names is told before the search, not after it.

    Raises
    ------
    DataError
        Rules, teams or buildings are at fault.
    InfeasibleError
        No plan satisfies the rules.
    """
    if study.estate is None or study.segments is None:
        raise ValueError("with_options needs a study with a register and segments")
    place, start = study.place, time.process_time()
    geography = _geography(study)
    prices = load_prices(place)
    assets, teams = load_choice(place, add_locality(study.estate.assets, geography.areas))
    visited = assets[assets["use"].isin(place.options.uses) | assets.index.isin(teams["asset_id"])]
    travel = load_travel(place, geography.areas, visited, cache=cache_folder(), say=say)
    problem = build_problem(
        assets,
        teams,
        areas=geography.areas,
        travel=travel,
        segments=study.segments.table["sub"].astype("str"),
        rules=with_segment_codes(prices.rules, study.segments.portraits),
        costs=prices.costs,
    )
    subjects(problem, [name for name in why if name not in NO_NAMES])
    blocks, buildings = len(problem.blocks), len(problem.buildings)
    say(f"Weighing options: {buildings} buildings, {blocks} blocks of teams, at most {place.options.seconds:g} s")

    plans = solve_options(
        problem,
        seed=place.place.seed,
        seconds=place.options.seconds if work is None else math.inf,
        rounds=work,
        progress=_progress(say),
        stop=stop,
        more=place.options.also,
    )
    return _timed(replace(study, teams=teams, travel=travel, plans=plans, problem=problem), "options", start)


def with_reasons(
    study: Study, names: Sequence[str], *, say: Say = silent, work: int | None = None, stop: Stop | None = None
) -> Study:
    """Return the study with what the opposite would cost for buildings and blocks of teams of the joint plan.

    Parameters
    ----------
    study
        A study with options.
    names
        Buildings and teams; ``all`` for every one of them and ``changes`` for what the plan changes and nothing fixes
        beforehand, with a small effort for each; ``rules`` for what loosening each rule saves.
    say
        Told what is being done.
    work
        Rounds of search for each building and team named, instead of seconds.
    stop
        Asked now and then; True ends it with the answers so far.

    Raises
    ------
    DataError
        A building or team is unknown.
    """
    if study.problem is None or not study.plans or not names:
        return study
    problem, plan, start = study.problem, study.plans[-1], time.process_time()
    named = [name for name in names if name not in NO_NAMES]
    say("Solving again with the opposite answer")
    seconds = SECONDS_EACH if work is None else math.inf
    own = opposites(problem, plan, named, seconds=seconds, rounds=work, stop=stop)
    reasons: list[Reason] = [*own]
    if ALL_BUILDINGS in names or CHANGES in names:
        extent: Extent = "all" if ALL_BUILDINGS in names else "changes"
        reasons.append(every_opposite(problem, plan, extent=extent, told=_every_fiftieth(say), stop=stop))
    if ALL_RULES in names:
        reasons += loosened(problem, plan, seconds=seconds, rounds=work, stop=stop)
    buildings, blocks = answers_of(reasons)
    plans = (*study.plans[:-1], with_opposites(plan, buildings, blocks)) if buildings or blocks else study.plans
    return _timed(replace(study, plans=plans, reasons=tuple(reasons)), "reasons", start)


def answers_of(reasons: Sequence[Reason]) -> tuple[list[Opposite], list[BlockOpposite]]:
    """Return the answers about buildings and about blocks, those asked for by name first."""
    every = [one for one in reasons if isinstance(one, EveryOpposite)]
    buildings = [one for one in reasons if isinstance(one, Opposite)]
    blocks = [one for one in reasons if isinstance(one, BlockOpposite)]
    return (
        buildings + [part for one in every for part in one.found],
        blocks + [part for one in every for part in one.blocks],
    )


def _every_fiftieth(say: Say) -> Callable[[int, int], None]:
    """Return a progress function that speaks after every fifty questions and the last."""

    def told(done: int, of: int) -> None:
        if done % 50 == 0 or done == of:
            say(f"  The opposite: {done} of {counted(of, 'question')} solved again")

    return told


def reach_target(
    study: Study, target: Target | None, *, points: int = 0, say: Say = silent, stop: Stop | None = None
) -> tuple[Reached | None, pd.DataFrame | None]:
    """Return the plan that reaches a target and the front of saving against access, where they are asked for.

    Raises
    ------
    DataError
        The place has no access standard, so that there is nothing to hold savings against.
    InfeasibleError
        No plan reaches the target; says how far one can get.
    """
    if study.problem is None or (target is None and not points):
        return None, None
    if not study.problem.cells:
        raise DataError(
            f"{study.place.path}: there is no access standard. Add [access] standards for a target or a front."
        )
    starts = [plan.decision for plan in study.plans]
    limits = Limits(seed=study.place.place.seed, seconds=study.place.options.seconds, stop=stop, gap=FRONT_GAP)
    found = None
    if target is not None:
        say(target.sentence())
        found = reach(study.problem, target, nothing=study.plans[0], starts=starts, limits=limits)
    if not points:
        return found, None
    say(f"Seeking {points} plans between the cheapest and the one that serves most")
    table = front(
        study.problem,
        nothing=study.plans[0],
        starts=starts,
        points=points,
        least_gbp=study.plans[-1].bound_gbp,
        limits=limits,
    )
    return found, table


def with_walks(study: Study, *, say: Say = silent) -> Study:
    """Return the study with the walk to public doors, today and under the last option, where it names rasters.

    Raises
    ------
    ToolkitError
        A raster will not do, or no public door stands on it.
    """
    if not study.place.rasters.files() or study.estate is None:
        return study
    start = time.process_time()
    say("Reckoning walks to public doors over the ground")
    plan = study.plans[-1] if study.plans else None
    walks = walks_of(study.place, study.assets, _geography(study), plan=plan, teams=study.teams)
    return _timed(replace(study, walks=walks), "walks", start)


def _progress(say: Say) -> Callable[[str, float, float], None]:
    """Return a progress function for the optimiser that speaks only when there is something new to say."""
    told: list[str] = []

    def progress(name: str, cost: float, bound: float) -> None:
        proved = f"no plan below {pounds(bound, rounding='down')}" if math.isfinite(bound) else "no bound yet"
        line = f"  {name}: best plan {pounds(cost)} over the horizon, {proved}"
        if told[-1:] != [line]:
            told.append(line)
            say(line)

    return progress


def _geography(study: Study) -> Geography:
    if study.geography is None:
        raise DataError(f'{study.place.path}: no census is named. Add [census] counts = "..." and [boundaries].')
    return study.geography


def _timed(study: Study, step: str, start: float) -> Study:
    return replace(study, timings={**study.timings, step: round(time.process_time() - start, 2)})
