"""Who gets in touch and who does not: contacts by segment and by area, beside what was to be expected.

Expected is every area's part of all contacts of a service, in proportion to its residents, its households or those the
service is for. The index is 100 x observed / expected: the whole place is exactly 100. Small counts are withheld before
anything leaves this room (:mod:`segmentation.suppression`), and so are the figures that are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.contacts import COMPLAINT, USE, Contacts
from segmentation.contact_bases import Bases
from segmentation.rates import byar_interval, false_discovery, index_of, poisson_p
from segmentation.suppression import withhold
from segmentation.takeup_cells import ALL, AREA, CHANNEL, LEVELS, MEASURES, count_cells

MORE, FEWER, ABOUT = "more than expected", "fewer than expected", "about as expected"
WITHHELD, NOTHING = "withheld", "nothing to expect"
PLACE = ("place", 0)

Names = Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True, eq=False)
class TakeUp:
    """Contacts held against what was expected; counts that are withheld are missing in every table.

    Parameters
    ----------
    segments
        One row per measure ("use", "complaint"), level ("place", "super", "sub"), segment and service, "all services"
        among them: ``measure level segment name service observed expected index_score low high reading``.
    areas
        Indexed by ``oa_code``: ``locality super sub name residents uses expected_uses index_score low high p q reading
        complaints complaints_withheld expected_complaints``.
    channels
        One row per level, segment and channel: ``level segment name channel uses share``; shares of the uses of the
        segment, 0 to 1.
    silent
        Areas that made no contact of any kind: ``locality super sub name residents expected chance``, indexed by
        ``oa_code``, the most surprising first; chance is how often an area with so many expected makes none.
    bases
        In words, what was expected in proportion to, by service.
    contacts
        Where the counts come from, and what could not be used.
    withhold_below, withheld
        Counts from 1 to one less are withheld, and with them as many counts in all.
    allowed
        Share of false discoveries allowed among the areas.
    """

    segments: pd.DataFrame
    areas: pd.DataFrame
    channels: pd.DataFrame
    silent: pd.DataFrame
    bases: Mapping[str, str]
    contacts: Contacts
    withhold_below: int
    withheld: int
    allowed: float


def build_takeup(
    contacts: Contacts,
    areas: pd.DataFrame,
    bases: Bases,
    *,
    names: Names,
    withhold_below: int = 5,
    allowed: float = 0.05,
) -> TakeUp:
    """Hold contacts against what was expected, by segment and by area.

    Parameters
    ----------
    contacts
        As :func:`geodata.contacts.read_contacts` gives them.
    areas
        Indexed by ``oa_code``: ``super sub locality population``.
    bases
        As :func:`segmentation.contact_bases.expected_bases` gives them.
    names
        Name of each segment, by level and number, and of the place: ("place", 0).
    withhold_below
        Counts from 1 to one less are withheld; 0 or 1 withholds none.
    allowed
        Share of false discoveries allowed among areas out of the ordinary.
    """
    cells = count_cells(contacts.counts, areas[["super", "sub"]].assign(place=0))
    hidden = withhold(cells.counts, cells.sums, below=withhold_below, known=cells.known)
    full = pd.Series(cells.counts, index=cells.index, dtype="float64")
    told, parts = full.mask(hidden), bases.table.fillna(0.0)
    frame = _Counted(told, full, parts, areas, names, _secret(told, parts))
    by_area = _area_rows(frame, allowed)
    return TakeUp(
        segments=_segment_rows(frame),
        areas=by_area,
        channels=_channel_rows(told, names),
        silent=_silent_rows(by_area, full),
        bases=bases.words,
        contacts=contacts,
        withhold_below=withhold_below,
        withheld=int(hidden.sum()),
        allowed=allowed,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """What the tables are made of: counts with and without those withheld, what they are expected in proportion to."""

    told: pd.Series
    full: pd.Series
    parts: pd.DataFrame
    areas: pd.DataFrame
    names: Names
    secret: set[tuple[str, str]]

    def expected(self, group: pd.Series, measure: str) -> pd.DataFrame:
        """Return what was expected of each group and service: its part of all contacts of the service."""
        sums, whole = self.parts.groupby(group).sum(), self.parts.groupby(group * 0).sum().loc[0]
        totals = pd.Series({name: self.full[measure, *PLACE, name] for name in self.parts.columns})
        expected = sums / whole.replace(0.0, np.nan) * totals
        return expected.assign(**{ALL: expected.sum(axis=1, min_count=1)})

    def may_tell(self, expected: pd.DataFrame, measure: str) -> pd.DataFrame:
        """Return the expected numbers without those that would give a withheld total away."""
        return expected.assign(**{name: np.nan for kind, name in self.secret if kind == measure})


def _secret(told: pd.Series, parts: pd.DataFrame) -> set[tuple[str, str]]:
    """Return measures and services whose expected numbers would give away a withheld total of the place."""
    services = [*map(str, parts.columns), ALL]
    secret = {(measure, name) for measure in MEASURES for name in services if np.isnan(told[measure, *PLACE, name])}
    one_base = parts.eq(parts.iloc[:, 0], axis=0).all(axis=None)
    return secret if one_base else secret | {(measure, ALL) for measure, _ in secret}


def _segment_rows(frame: _Counted) -> pd.DataFrame:
    """Return observed, expected and index of every segment and service."""
    located = frame.areas[["super", "sub"]].assign(place=0)
    blocks = []
    for measure in MEASURES:
        for level in LEVELS:
            expected = frame.may_tell(frame.expected(located[level], measure), measure)
            block = expected.rename_axis(index="segment", columns="service").melt(
                ignore_index=False, value_name="expected"
            )
            blocks.append(block.reset_index().assign(measure=measure, level=level))
    table = pd.concat(blocks, ignore_index=True).sort_values(["measure", "level", "segment"], kind="stable", key=_order)
    keys = pd.MultiIndex.from_frame(table[["measure", "level", "segment", "service"]])
    named = [frame.names[level, int(segment)] for level, segment in zip(table["level"], table["segment"], strict=True)]
    table = table.assign(observed=frame.told.reindex(keys).to_numpy(), name=named).reset_index(drop=True)
    return _judged(table[["measure", "level", "segment", "name", "service", "observed", "expected"]])


def _order(column: pd.Series) -> pd.Series:
    """Return ranks: uses before complaints, the place before its super clusters, those before sub-clusters."""
    words = {word: at for at, word in enumerate((*MEASURES, *LEVELS))}
    return column.map(words) if column.name in ("measure", "level") else column


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with index, interval and reading; nothing is said of what is withheld."""
    observed, expected = (table[name].to_numpy(dtype="float64") for name in ("observed", "expected"))
    low, high = byar_interval(observed, expected)
    index = index_of(observed, expected)
    reading = np.select(
        [np.isnan(observed) | np.isnan(expected), expected == 0, low > 100, high < 100],
        [WITHHELD, NOTHING, MORE, FEWER],
        ABOUT,
    )
    return table.assign(index_score=index, low=low, high=high, reading=reading)


def _area_rows(frame: _Counted, allowed: float) -> pd.DataFrame:
    """Return uses and complaints of every area, and which areas are out of the ordinary.

    The false discoveries are controlled among the areas that are told: the rank of a withheld one would give its count
    away, for only four are possible.
    """
    areas = frame.areas
    numbers = pd.Series(np.arange(len(areas)), index=areas.index)
    whole = {m: frame.expected(numbers, m).set_axis(areas.index) for m in MEASURES}
    expected = {m: frame.may_tell(whole[m], m)[ALL] for m in MEASURES}
    table = areas[["locality", "super", "sub"]].assign(
        name=[frame.names["sub", int(number)] for number in areas["sub"]],
        residents=areas["population"],
        observed=_of_areas(frame.told, USE, areas.index),
        expected=expected[USE],
    )
    table = _judged(table)
    chance = poisson_p(_of_areas(frame.full, USE, areas.index), whole[USE][ALL].to_numpy())
    told = (table["reading"] != WITHHELD).to_numpy()
    q = np.full(len(table), np.nan)
    q[told] = false_discovery(chance[told])
    out = np.where(table["index_score"] > 100, MORE, FEWER)
    ordinary = table["reading"].where(table["reading"].isin([WITHHELD, NOTHING]), ABOUT)
    complaints = _of_areas(frame.told, COMPLAINT, areas.index)
    return table.assign(
        p=np.where(told, chance, np.nan),
        q=q,
        reading=np.where(q <= allowed, out, ordinary),
        complaints=complaints,
        complaints_withheld=np.isnan(complaints),
        expected_complaints=expected[COMPLAINT],
    ).rename(columns={"observed": "uses", "expected": "expected_uses"})


def _of_areas(cells: pd.Series, measure: str, codes: pd.Index) -> np.ndarray:
    keys = pd.MultiIndex.from_product([[measure], [AREA], codes, [ALL]])
    return cells.reindex(keys).to_numpy(dtype="float64")


def _channel_rows(told: pd.Series, names: Names) -> pd.DataFrame:
    """Return how the uses of each segment came in."""
    mine = told[told.index.get_level_values("measure") == CHANNEL].droplevel("measure")
    table = mine.rename("uses").reset_index().rename(columns={"code": "segment", "part": "channel"})
    keys = [(str(level), int(segment)) for level, segment in zip(table["level"], table["segment"], strict=True)]
    whole = pd.Series([told[USE, *key, ALL] for key in keys]).replace(0.0, np.nan)
    table = table.assign(name=[names[key] for key in keys], share=table["uses"] / whole)
    return table[["level", "segment", "name", "channel", "uses", "share"]]


def _silent_rows(areas: pd.DataFrame, full: pd.Series) -> pd.DataFrame:
    """Return the areas without any contact, the most surprising first."""
    none = sum(_of_areas(full, measure, areas.index) for measure in MEASURES) == 0
    table = pd.DataFrame(areas[none])
    expected = table["expected_uses"] + table["expected_complaints"]
    table = table[["locality", "super", "sub", "name", "residents"]].assign(expected=expected, chance=np.exp(-expected))
    return table.assign(code=table.index).sort_values(["chance", "code"]).drop(columns="code")
