"""Segments of a place as its ``place.toml`` asks for them, and what they look like beside the map and other work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.load import Geography
from geodata.own_columns import variables_of
from geodata.place import Place, said
from geodata.reference import read_reference
from geodata.screening import Screening, screen
from geodata.shares import compute_shares
from segmentation.choose import Choice, choose
from segmentation.comparison import Comparison, compare, read_published
from segmentation.hierarchy import Progress
from segmentation.segments import Segments, build_segments, features_of
from segmentation.smoothness import Smoothness, neighbours, smoothness

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What segments are held beside.

    Parameters
    ----------
    smooth
        How super clusters and sub-clusters lie on the map, by level.
    comparison
        The published classification that the place names, or None.
    """

    smooth: dict[str, Smoothness]
    comparison: Comparison | None

    def sentences(self) -> tuple[str, ...]:
        """Return both in words."""
        words = {"super": "super cluster", "sub": "sub-cluster"}
        lines = [smooth.sentence(words[level]) for level, smooth in self.smooth.items()]
        return (*lines, *(() if self.comparison is None else self.comparison.sentences()))


def segment_place(place: Place, geography: Geography, *, say: Say) -> Segments:
    """Return the segments that ``[segments]`` asks for.

    Raises
    ------
    ToolkitError
        Census, reference or numbers are at fault.
    """
    choice = place.segments
    return build_segments(
        geography.census,
        n_super=choice.super,
        n_sub=choice.sub,
        floor=choice.floor,
        seed=place.place.seed,
        **_recipe_of(place),
        n_resamples=choice.resamples,
        place=said(place.place.name),
        progress=progress_of(say),
    )


def choose_place(place: Place, geography: Geography, *, ks: Sequence[int], say: Say) -> Choice:
    """Return what each number of segments costs and holds.

    Raises
    ------
    ToolkitError
        Census, reference or numbers are at fault.
    """
    choice = place.segments
    _, _, x = features_of(geography.census, **_recipe_of(place))
    return choose(
        x,
        ks=ks,
        n_super=choice.super,
        n_sub=choice.sub,
        floor=choice.floor,
        seed=place.place.seed,
        progress=progress_of(say),
    )


def _recipe_of(place: Place) -> dict[str, Any]:
    """Return variables, reference and recipe that ``[segments]`` asks for."""
    choice, variables = place.segments, variables_of(place.variables, vintage=place.place.vintage)
    named = choice.reference
    found = {"variables": variables, "transform": choice.transform, "scaling": choice.scaling}
    if named is None:
        return found
    reference = read_reference(place.find(named), vintage=place.place.vintage, variables=variables)
    return {**found, "reference": reference, "reference_name": choice.reference_name or named}


def screening_of(place: Place, geography: Geography) -> Screening:
    """Return what is to be known of the variables before areas are grouped.

    Raises
    ------
    DataError
        The variables cannot be computed.
    """
    variables = variables_of(place.variables, vintage=place.place.vintage)
    return screen(geography.census, compute_shares(geography.census, variables))


def surroundings_of(place: Place, geography: Geography, segments: Segments) -> Surroundings:
    """Return how the segments lie on the map, and how they compare with a published classification.

    Raises
    ------
    ToolkitError
        The published table is at fault.
    """
    areas = geography.areas
    pairs = neighbours(areas)
    n_areas = int((areas.geometry.notna() & ~areas.geometry.is_empty).sum())
    smooth = {level: smoothness(segments.table[level], pairs, n_areas=n_areas) for level in ("super", "sub")}
    named = place.segments.compare
    if named is None:
        return Surroundings(smooth, None)
    names = segments.names()
    return Surroundings(
        smooth, compare(segments.table, read_published(place.find(named)), names=names, source=place.find(named).name)
    )


def progress_of(say: Say) -> Progress:
    """Return a progress function that speaks half-way through each kind of step."""
    told: dict[str, int] = {}

    def progress(step: str, done: int, of: int) -> None:
        half = 2 * done // of if of else 0
        if told.get(step, 0) < half:
            told[step] = half
            say(f"  {step}: {done} of {of}")

    return progress
