"""What a portrait page says of one segment, as plain data; :mod:`maps.portraits` draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.shares import Shares
from segmentation.bases import Base
from segmentation.compared import OwnFigure, compared_words, own_figures
from segmentation.describe import effect_sizes, segment_shares, stands_out
from segmentation.segments import Segments

TOP, UNLIKE, PLACES, TYPICAL = 10, 3, 5, 3
SPOKES = (
    "age_0_4", "age_25_44", "age_65_84", "age_65_89", "dependent_children", "one_person", "lone_parent", "owned",
    "social_rented", "private_rented", "detached", "terraced", "flat", "no_car", "two_plus_cars", "qualified_4",
    "professionals", "unemployed", "students", "bad_health", "unpaid_care", "born_uk", "little_english",
)  # fmt: skip
"""Variables that a radial plot may show, in its order round the circle; those that the census lacks are left out."""
MAX_SPOKES = 14
LESS_TELLING = ("age_25_44", "unpaid_care", "born_uk", "terraced", "lone_parent", "professionals", "students", "owned")
"""Left out of a radial plot first where it would have too many spokes."""
YOUNGER = (
    ("0 to 4", "age_0_4"), ("5 to 14", "age_5_14"), ("15 to 24", ""), ("25 to 44", "age_25_44"),
    ("45 to 64", "age_45_64"),
)  # fmt: skip
AGES = (
    (*YOUNGER, ("65 to 84", "age_65_84"), ("85 and over", "age_85_plus")),
    (*YOUNGER, ("65 to 89", "age_65_89"), ("90 and over", "age_90_plus")),
)
"""Ages of the 2021 and of the 2011 Census; "" is what the others leave."""
TENURES = (
    (
        ("own their home, outright or with a mortgage", "owned"),
        ("rent from the council or a housing association", "social_rented"),
        ("rent privately", "private_rented"),
        ("live rent-free or otherwise", ""),
    ),
)

_CERTAINTY = {"super": "super_certainty", "sub": "certainty"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing in which a segment differs from the base."""

    label: str
    of: str
    share: float
    base_share: float
    difference_pp: float
    index_score: float
    effect: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a whole, in the segment, its super cluster (None for a super cluster) and the base; 0 to 1."""

    label: str
    share: float
    parent: float | None
    base: float


@dataclass(frozen=True, slots=True)
class Spoke:
    """One index of a radial plot."""

    label: str
    index: float
    parent: float | None


@dataclass(frozen=True, slots=True)
class Example:
    """A place by name, the share of its residents who live in the segment, and how many they are."""

    name: str
    share: float
    residents: float


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is said of one segment.

    Parameters
    ----------
    level, number, name
        "super" or "sub", its number, and what it is called.
    parent
        Name of its super cluster, "" for a super cluster.
    parts
        Names of its sub-clusters, for a super cluster.
    n_areas, residents, households
        Size; households are None where no table counts them.
    share_of_residents
        Of the place, 0 to 1.
    sentences
        What stands out, each percentage with its base.
    unlike
        What sets a sub-cluster apart from the rest of its super cluster.
    more, fewer
        What it has more and fewer of than the base, the most telling first.
    spokes, ages, tenures
        Of the radial plot and the bars; empty where the census does not tell.
    places, typical
        Where it is found most, by name, and its most typical areas.
    notes
        From interviews.
    certainty
        Mean share of resamples that leave its areas in it.
    compared
        What it has more and fewer of than the base, in one sentence.
    own
        What the place's own columns come to in it.
    """

    level: str
    number: int
    name: str
    parent: str
    parts: tuple[str, ...]
    n_areas: int
    residents: float
    households: float | None
    share_of_residents: float
    sentences: tuple[str, ...]
    unlike: tuple[str, ...]
    more: tuple[Standing, ...]
    fewer: tuple[Standing, ...]
    spokes: tuple[Spoke, ...]
    ages: tuple[Bar, ...]
    tenures: tuple[Bar, ...]
    places: tuple[Example, ...]
    typical: tuple[str, ...]
    notes: tuple[str, ...]
    certainty: float
    compared: str = ""
    own: tuple[OwnFigure, ...] = ()


def build_portraits(
    segments: Segments,
    shares: Shares,
    areas: pd.DataFrame,
    base: Base,
    *,
    notes: Mapping[tuple[str, int], Sequence[str]] | None = None,
) -> tuple[Portrait, ...]:
    """Return the portraits of all segments: each super cluster, then its sub-clusters.

    Parameters
    ----------
    segments
        The classification.
    shares
        Shares of its areas.
    areas
        Indexed by ``oa_code``: ``locality population``.
    base
        What they are held against.
    notes
        From interviews, by level and number.
    """
    drawn = _Drawn(segments, shares, areas, base, notes or {})
    portraits = segments.portraits
    supers = portraits[portraits["level"] == "super"].sort_values("segment")
    subs = portraits[portraits["level"] == "sub"].sort_values("segment")
    made = []
    for _, above in supers.iterrows():
        mine = subs[subs["parent"] == above["segment"]]
        made.append(drawn.portrait(above, parts=tuple(mine["name"])))
        made += [drawn.portrait(row) for _, row in mine.iterrows()]
    return tuple(made)


class _Drawn:
    """The tables that all portraits are made from."""

    def __init__(
        self,
        segments: Segments,
        shares: Shares,
        areas: pd.DataFrame,
        base: Base,
        notes: Mapping[tuple[str, int], Sequence[str]],
    ) -> None:
        self.segments, self.base, self.notes = segments, base, notes
        self.variables = {variable.name: variable for variable in shares.variables}
        self.shares = segment_shares(shares, segments.table)
        self.spread = shares.table.std(ddof=0)
        self.telling = stands_out(shares, segments.table, place=base.name, base=base.shares)
        self.effects = effect_sizes(shares, segments.table, base=base.shares)
        self.beside = segments.table.join(_told_apart(areas)[["locality", "population"]])
        self.spokes = _chosen_spokes(self.shares.columns, base)

    def portrait(self, row: pd.Series, *, parts: tuple[str, ...] = ()) -> Portrait:
        """Return the portrait of the segment in a row of the portraits."""
        level, number = str(row["level"]), int(row["segment"])
        parent = int(row["parent"]) if level == "sub" else None
        mine = self.beside[self.beside[level] == number]
        telling = self.telling[(self.telling["level"] == level) & (self.telling["segment"] == number)]
        telling = telling.dropna(subset=["effect", "difference_pp"])
        return Portrait(
            level=level,
            number=number,
            name=str(row["name"]),
            parent="" if parent is None else self.segments.names()["super", parent],
            parts=parts,
            n_areas=int(row["n_areas"]),
            residents=float(row["population"]),
            households=None if pd.isna(row["households"]) else float(row["households"]),
            share_of_residents=float(row["share_of_population"]),
            compared=compared_words(
                [one for one in self.variables.values() if not one.is_density],
                self.effect_of(level, number),
                self.base.name,
            ),
            sentences=tuple(telling["sentence"].head(UNLIKE + 1)),
            unlike=() if parent is None else self.unlike(number, parent),
            more=_standings(telling[telling["difference_pp"] > 0]),
            fewer=_standings(telling[telling["difference_pp"] < 0]),
            own=own_figures(
                list(self.variables.values()),
                self.share_of(level, number),
                self.effect_of(level, number),
                base=self.base.name,
                base_shares=self.base.shares,
            ),
            spokes=self.spokes_of(level, number, parent),
            ages=self.bars(AGES, level, number, parent),
            tenures=self.bars(TENURES, level, number, parent),
            places=self.places(mine),
            typical=_typical(mine),
            notes=tuple(self.notes.get((level, number), ())),
            certainty=float(mine[_CERTAINTY[level] if _CERTAINTY[level] in mine else "certainty"].mean()),
        )

    def unlike(self, number: int, parent: int) -> tuple[str, ...]:
        """Return what sets a sub-cluster apart from the whole of its super cluster, in sentences."""
        own, above = self.share_of("sub", number), self.share_of("super", parent)
        names = [name for name, variable in self.variables.items() if variable.is_share]
        gap = ((own - above) / self.spread.replace(0.0, np.nan))[names].dropna()
        first = gap[gap.abs() > 0].abs().sort_values(ascending=False, kind="stable").index[:UNLIKE]
        return tuple(
            f"{self.variables[str(name)].sentence(own[name])} ({100 * above[name]:.1f} % in its large group)"
            for name in first
        )

    def share_of(self, level: str, number: int) -> pd.Series:
        """Return the share of each variable in a segment."""
        return pd.Series(self.shares.loc[[(level, number)]].iloc[0])

    def effect_of(self, level: str, number: int) -> pd.Series:
        """Return the effect size of each variable in a segment, against the base."""
        return pd.Series(self.effects.loc[[(level, number)]].iloc[0])

    def spokes_of(self, level: str, number: int, parent: int | None) -> tuple[Spoke, ...]:
        """Return the index of the segment, and of its super cluster, for each spoke of the plot."""
        own = 100 * self.share_of(level, number) / self.base.shares
        above = None if parent is None else 100 * self.share_of("super", parent) / self.base.shares
        return tuple(
            Spoke(self.variables[name].label, float(own[name]), None if above is None else float(above[name]))
            for name in self.spokes
        )

    def bars(
        self, ways: Sequence[Sequence[tuple[str, str]]], level: str, number: int, parent: int | None
    ) -> tuple[Bar, ...]:
        """Return the parts of a whole, in the first way that the census tells; "" is what the others leave."""
        known = set(self.shares.columns)
        parts = next((way for way in ways if {name for _, name in way if name} <= known), ())
        if not parts:
            return ()
        needed = [name for _, name in parts if name]
        own = _whole(self.share_of(level, number), needed)
        above = None if parent is None else _whole(self.share_of("super", parent), needed)
        base = _whole(self.base.shares, needed)
        return tuple(
            Bar(label, float(own[name]), None if above is None else float(above[name]), float(base[name]))
            for label, name in parts
        )

    def places(self, mine: pd.DataFrame) -> tuple[Example, ...]:
        """Return the places in which the segment is found most, by the share of their residents; two areas or more."""
        named = self.beside[self.beside["locality"] != ""]
        whole = named.groupby("locality")["population"].sum()
        here = mine[mine["locality"] != ""].groupby("locality")["population"].agg(["sum", "size"])
        here = here.assign(share=here["sum"] / whole.reindex(here.index).replace(0.0, np.nan), place=here.index)
        several = here[here["size"] > 1] if (here["size"] > 1).any() else here
        ranked = several.sort_values(["share", "sum", "place"], ascending=[False, False, True]).head(PLACES)
        return tuple(
            Example(str(place), float(share), float(people))
            for place, share, people in zip(ranked.index, ranked["share"], ranked["sum"], strict=True)
        )


def _told_apart(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the areas without localities where all lie in the same one, which says nothing of where a segment is."""
    return areas if len(areas["locality"].unique()) > 1 else areas.assign(locality="")


def _whole(shares: pd.Series, names: list[str]) -> pd.Series:
    """Return the parts and, under "", what they leave of the whole."""
    known = shares[names]
    return pd.Series({**known.to_dict(), "": max(0.0, 1.0 - float(known.sum(skipna=False)))})


def _chosen_spokes(columns: pd.Index, base: Base) -> tuple[str, ...]:
    known = [name for name in SPOKES if name in columns and base.shares.get(name, 0.0) > 0]
    for name in LESS_TELLING:
        if len(known) > MAX_SPOKES and name in known:
            known.remove(name)
    return tuple(known[:MAX_SPOKES])


def _standings(rows: pd.DataFrame) -> tuple[Standing, ...]:
    first = rows.sort_values("rank").head(TOP)
    names = ["label", "base", "share", "base_share", "difference_pp", "index_score", "effect"]
    return tuple(
        Standing(str(label), str(of), *map(float, numbers))
        for label, of, *numbers in first[names].itertuples(index=False)
    )


def _typical(mine: pd.DataFrame) -> tuple[str, ...]:
    """Return the areas nearest to the centre of the segment, with the place they lie in."""
    first = mine.assign(code=mine.index).sort_values(["margin", "code"], ascending=[False, True]).head(TYPICAL)
    return tuple(
        f"{code} ({place})" if place else str(code)
        for code, place in zip(first["code"], first["locality"], strict=True)
    )


def portrait_table(portraits: Sequence[Portrait], *, base: str) -> pd.DataFrame:
    """Return one row per portrait, for a CSV.

    Returns
    -------
    DataFrame
        ``level segment name parent n_areas residents households share_of_residents certainty base compared stands_out
        unlike_its_super_cluster more fewer own places typical_areas notes``; lists are joined by semicolons.
    """
    return pd.DataFrame([_row(one, base) for one in portraits])


def _row(one: Portrait, base: str) -> dict[str, object]:
    return {
        "level": one.level,
        "segment": one.number,
        "name": one.name,
        "parent": one.parent,
        "n_areas": one.n_areas,
        "residents": one.residents,
        "households": one.households,
        "share_of_residents": one.share_of_residents,
        "certainty": one.certainty,
        "base": base,
        "compared": one.compared,
        "stands_out": "; ".join(one.sentences),
        "unlike_its_super_cluster": "; ".join(one.unlike),
        "more": "; ".join(map(_standing_words, one.more)),
        "fewer": "; ".join(map(_standing_words, one.fewer)),
        "own": "; ".join(f"{own.label}: {own.sentence}" for own in one.own),
        "places": "; ".join(f"{place.name} ({100 * place.share:.0f} % of its residents)" for place in one.places),
        "typical_areas": "; ".join(one.typical),
        "notes": "; ".join(one.notes),
    }


def _standing_words(one: Standing) -> str:
    return (
        f"{one.label}: {100 * one.share:.1f} % of {one.of}, {one.difference_pp:+.1f} points, "
        f"index {one.index_score:,.0f}, effect {one.effect:+.2f}"
    )
