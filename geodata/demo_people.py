"""The people of Peakshire: eighteen planted types of community and the census counts that follow from them.

Each type is a point on ten traits (age, wealth, students, ...); each census cell has a usual percentage and tilts
towards traits. The share of a cell in an area is the softmax of both, and the counts are drawn from it, so they add up
and vary as real small counts do. Types cluster in space: they follow the kind of town, the distance from its centre and
smooth random fields. The planted types are kept apart for tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.demo_land import RINGS, Land
from geodata.demo_names import read_table
from geodata.demo_outlines import Floats, Ints

TRAITS = ("age", "kids", "wealth", "urban", "student", "diverse", "social", "private", "rural", "manual")
OWN_TYPE = 0.8
"""How much an area is like its own type; the rest is like its neighbours."""
TRAIT_NOISE = 0.16
"""Standard deviation of what is peculiar to one area."""
PATCHINESS = 1.2
"""Weight of the smooth random fields: higher makes larger patches of one type."""
PATCH_M = (1_000.0, 6_000.0)
"""Size of those patches in towns and outside (metres)."""
CHANCE = 0.45
"""Weight of pure chance in the type of one area."""
HOUSEHOLDS = (133.0, 0.2, 45, 250)
"""Households of an area: median, spread of the logarithm, least and most."""
RESIDENTS = (100, 625)
RESIDENTS_BY_COMPOSITION = {"ts0030003": 1.0, "ts0030004": 1.0, "ts0030006": 2.0, "ts0030008": 2.0, "ts0030009": 4.05,
                 "ts0030010": 3.3, "ts0030012": 2.0, "ts0030013": 3.85, "ts0030014": 3.1, "ts0030016": 2.95,
                 "ts0030017": 2.2, "ts0030019": 2.2, "ts0030021": 4.6, "ts0030022": 3.1}  # fmt: skip
"""Usual number of residents by household composition."""


@dataclass(frozen=True, slots=True)
class CommunityType:
    """One planted type: number (1-18), name, family, wanted share, fit to the rings and kinds of towns, traits."""

    number: int
    name: str
    family: str
    share: float
    zones: tuple[float, ...]
    kinds: dict[str, float]
    traits: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Who lives where.

    Attributes
    ----------
    types
        Planted truth per area: ``type`` (1-18), ``type_name``, ``family``; index as ``land.areas``.
    counts
        Whole census counts, one column per cell in lower case; ``ts0060001`` is residents per km2.
    """

    types: pd.DataFrame
    counts: pd.DataFrame


def read_types() -> tuple[CommunityType, ...]:
    """Return the eighteen types of community.

    Examples
    --------
    >>> len(read_types()), len({kind.family for kind in read_types()})
    (18, 4)
    """
    return tuple(_read_type(row) for row in read_table("demo_types.tsv"))


def _read_type(row: dict[str, str]) -> CommunityType:
    kinds = dict(part.split(":") for part in row["kinds"].split())
    return CommunityType(
        number=int(row["type"]),
        name=row["name"],
        family=row["family"],
        share=float(row["share"]),
        zones=tuple(float(row[zone]) for zone in RINGS),
        kinds={kind: float(weight) for kind, weight in kinds.items()},
        traits=tuple(float(row[trait]) for trait in TRAITS),
    )


def read_tilts(rows: list[dict[str, str]]) -> Floats:
    """Return how strongly each row of a table leans to each trait, shape (n_traits, n_rows).

    Examples
    --------
    >>> read_tilts([{"tilts": "age+.5 urban-.2"}])[:4].ravel().tolist()
    [0.5, 0.0, 0.0, -0.2]
    """
    tilts = np.zeros((len(TRAITS), len(rows)))
    for place, row in enumerate(rows):
        for tilt in row["tilts"].split():
            cut = max(tilt.find("+"), tilt.find("-"))
            tilts[TRAITS.index(tilt[:cut]), place] = float(tilt[cut:])
    return tilts


def settle_people(land: Land, *, seed: int) -> People:
    """Return planted types and census counts for every area.

    Parameters
    ----------
    land
        The county.
    seed
        Seed of all random choices.
    """
    rng = np.random.default_rng((seed, 3))
    types = read_types()
    planted = _plant(rng, land, types)
    traits = _traits(rng, land, np.array([kind.traits for kind in types])[planted])
    counts = _Census(rng, traits).counts
    counts["ts0060001"] = (counts["ts0010001"] / (land.areas.area.to_numpy() / 1e6)).round(1)
    table = pd.DataFrame(
        {
            "type": [types[number].number for number in planted],
            "type_name": [types[number].name for number in planted],
            "family": [types[number].family for number in planted],
        },
        index=land.areas.index,
    )
    return People(table, pd.DataFrame(counts, index=land.areas.index)[sorted(counts)])


def _plant(rng: np.random.Generator, land: Land, types: tuple[CommunityType, ...]) -> Ints:
    """Return the number (from 0) of each area's type, each type with about its wanted share of areas."""
    areas = land.areas
    town_kind = np.array([town.kind for town in land.towns])[areas["town"]]
    score = np.log(np.array([kind.zones for kind in types]).T[areas["ring"]] + 1e-3)
    score += np.array([[kind.kinds.get(name, 0.0) for kind in types] for name in town_kind])
    score += PATCHINESS * _smooth_fields(rng, land.seeds, areas["zone"].to_numpy() == "town", len(types))
    score += CHANCE * rng.gumbel(size=score.shape)
    wanted = np.array([kind.share for kind in types])
    lift = np.zeros(len(types))
    for _ in range(60):
        found = np.bincount((score + lift).argmax(axis=1), minlength=len(types)) / len(areas)
        lift += 0.4 * np.log((wanted / wanted.sum() + 0.004) / (found + 0.004))
    planted: Ints = (score + lift).argmax(axis=1)
    return planted


def _smooth_fields(rng: np.random.Generator, points: Floats, urban: npt.NDArray[np.bool_], count: int) -> Floats:
    """Return smooth random fields of unit variance (random Fourier features), finer in towns."""
    scale = np.where(urban, *PATCH_M)[:, None]
    fields = np.empty((len(points), count))
    for field in range(count):
        waves = rng.normal(0, 1, (2, 40))
        fields[:, field] = np.cos(points / scale @ waves + rng.uniform(0, 2 * np.pi, 40)).sum(axis=1) / np.sqrt(20)
    return fields


def _traits(rng: np.random.Generator, land: Land, own: Floats) -> Floats:
    """Return each area's traits: mostly its own type's, a little of its neighbours', and some of its own."""
    left, right = land.neighbours.T
    total, count = np.zeros_like(own), np.zeros(len(own))
    for here, there in ((left, right), (right, left)):
        np.add.at(total, here, own[there])
        np.add.at(count, here, 1)
    mixed = OWN_TYPE * own + (1 - OWN_TYPE) * total / count[:, None]
    noisy: Floats = mixed + rng.normal(0, TRAIT_NOISE, own.shape)
    return noisy


class _Census:
    """Draws the tables one after the other, each from totals that the earlier ones gave."""

    def __init__(self, rng: np.random.Generator, traits: Floats) -> None:
        self.rng, self.traits = rng, traits
        self.counts: dict[str, Ints] = {}
        self.rows = read_table("demo_cells.tsv")
        self._households_and_residents()
        self._ages()
        self._people()
        self._work()

    def _households_and_residents(self) -> None:
        median, spread, least, most = HOUSEHOLDS
        size = self._shares("ts003")
        weights = np.array([RESIDENTS_BY_COMPOSITION[cell] for cell in self._leaves("ts003")])
        households = np.exp(self.rng.normal(np.log(median), spread, len(self.traits)))
        households = np.clip(
            households, np.maximum(least, 112 / (size @ weights)), np.minimum(most, 560 / (size @ weights))
        )
        total = np.round(households).astype(np.int64)
        self._draw("ts003", total)
        composition = np.column_stack([self.counts[cell] for cell in self._leaves("ts003")])
        housed = self.rng.normal(composition @ weights, 0.35 * np.sqrt(total)).round().astype(np.int64)
        housed = np.clip(housed, np.maximum(total, RESIDENTS[0]), RESIDENTS[1] - 20)
        homes = self.rng.uniform(0, 1, len(total)) < 0.035 * np.exp(0.5 * self.traits[:, 4] + 0.2 * self.traits[:, 0])
        communal = np.where(homes, self.rng.integers(12, 130, len(total)), self.rng.poisson(0.4, len(total)))
        communal = np.minimum(communal, RESIDENTS[1] - housed)
        self.counts |= {"ts0010001": housed + communal, "ts0010002": housed, "ts0010003": communal}

    def _ages(self) -> None:
        self._draw("ts007a", self.counts["ts0010001"])
        old = sum(self.counts[f"ts007a{band:04d}"] for band in range(15, 20))
        alone = np.minimum(self.counts["ts0030003"], old)
        self.counts["ts0030004"] += self.counts["ts0030003"] - alone
        self.counts["ts0030003"] = alone

    def _people(self) -> None:
        counts = self.counts
        people, homes = counts["ts0010001"], counts["ts0030001"]
        under_5, under_15 = counts["ts007a0002"], sum(counts[f"ts007a{band:04d}"] for band in (2, 3, 4))
        adults = people - under_15 - self.rng.binomial(counts["ts007a0005"], 0.2)
        for table in ("ts004", "ts019", "ts021", "ts030", "ts037", "ts038"):
            self._draw(table, people)
        for table in ("ts044", "ts045", "ts053", "ts054"):
            self._draw(table, homes)
        self._draw("ts023", homes, {"ts0230002": counts["ts0030002"]})
        self._draw("ts029", people - self.rng.binomial(under_5, 0.6))
        self._draw("ts039", people - under_5)
        for table in ("ts002", "ts066", "ts067"):
            self._draw(table, adults)

    def _work(self) -> None:
        at_work = self.counts["ts0660003"] + self.counts["ts0660015"]
        self._draw("ts059", at_work)
        self._draw("ts063", at_work)
        self._draw(
            "ts062", self.counts["ts0660001"], {"ts0620010": self.counts["ts0660014"] + self.counts["ts0660028"]}
        )

    def _draw(self, table: str, total: Ints, given: dict[str, Ints] | None = None) -> None:
        """Draw the cells of one table so that they add up to the total, and add up their parents."""
        given = given or {}
        free = total - sum(given.values())
        drawn = self.rng.multinomial(free, self._shares(table))
        self.counts |= given | {cell: drawn[:, place] for place, cell in enumerate(self._leaves(table))}
        for row in reversed([row for row in self.rows if row["cell"].startswith(table)]):
            if row["cell"] not in self.counts:
                children = [child["cell"] for child in self.rows if child["parent"] == row["cell"]]
                self.counts[row["cell"]] = np.sum([self.counts[child] for child in children], axis=0)

    def _leaves(self, table: str) -> list[str]:
        return [row["cell"] for row in self.rows if row["cell"].startswith(table) and row["percent"]]

    def _shares(self, table: str) -> Floats:
        """Return the shares of a table's cells, shape (n_areas, n_leaves); each row adds up to 1."""
        rows = [row for row in self.rows if row["cell"].startswith(table) and row["percent"]]
        usual = np.log([float(row["percent"]) for row in rows])
        weight = np.exp(usual + self.traits @ read_tilts(rows))
        shares: Floats = weight / weight.sum(axis=1, keepdims=True)
        return shares
