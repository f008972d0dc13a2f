"""Take-up in the small town, whose answers can be worked out on paper."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geodata.contacts import Contacts
from maps.people_telling import takeup_sentences
from segmentation.contact_bases import Bases
from segmentation.takeup import ABOUT, FEWER, MORE, WITHHELD, TakeUp, build_takeup
from segmentation.takeup_cells import ALL, count_cells
from tests.segmentation.test_suppression import attack

NAMES = {("place", 0): "Town", ("super", 0): "South", ("super", 1): "North"} | {
    ("sub", at): name for at, name in enumerate(("Mill", "Quay", "Hill", "Moor"))
}


def contacts_of(counts: dict[tuple[str, str, str, str], int]) -> Contacts:
    """Return contacts from counts by area, service, kind and channel."""
    rows = [(*key, number) for key, number in counts.items()]
    table = pd.DataFrame(rows, columns=["oa_code", "service", "kind", "channel", "contacts"])
    total = int(table["contacts"].sum())
    return Contacts(
        table,
        tuple(sorted(table["service"].unique())),
        tuple(sorted(table["channel"].unique())),
        total,
        total,
        {},
        "c.csv",
    )


@pytest.fixture
def areas(town_areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the twelve areas, three to a sub-cluster, two of those to a super cluster."""
    sub = [at // 3 for at in range(12)]
    return town_areas.assign(sub=sub, super=[one // 2 for one in sub])


def bases_of(areas: pd.DataFrame, *services: str) -> Bases:
    """Return the residents as the base of each service."""
    return Bases(pd.DataFrame(dict.fromkeys(services, areas["population"])), dict.fromkeys(services, "residents"))


@pytest.fixture
def told(areas: pd.DataFrame) -> TakeUp:
    """Return take-up where Mill rings 30 times an area, Quay 10, Hill 10, and Moor only from T10."""
    counts = {}
    for at, code in enumerate(areas.index):
        number = (30, 10, 10, 0)[at // 3]
        if number:
            counts[code, "library", "use", "web"] = number
    counts["T10", "library", "use", "telephone"] = 30
    counts["T01", "library", "complaint", "web"] = 9
    return build_takeup(contacts_of(counts), areas, bases_of(areas, "library"), names=NAMES)


def row_of(takeup: TakeUp, level: str, segment: int, *, measure: str = "use", service: str = ALL) -> pd.Series:
    table = takeup.segments
    keys = (table["level"] == level) & (table["segment"] == segment)
    return table[keys & (table["measure"] == measure) & (table["service"] == service)].iloc[0]


def test_observed_expected_and_index_can_be_worked_out_on_paper(told: TakeUp) -> None:
    """180 uses by 1,200 residents: 45 to be expected of 300."""
    mill = row_of(told, "sub", 0)
    assert (mill["observed"], mill["expected"], mill["index_score"]) == (90, 45, 200)
    assert mill["low"] < 200 < mill["high"]
    assert mill["reading"] == MORE
    assert row_of(told, "sub", 1)["reading"] == FEWER
    assert mill["name"] == "Mill"


def test_the_whole_place_is_exactly_100(told: TakeUp) -> None:
    """The base against itself."""
    for service in (ALL, "library"):
        assert row_of(told, "place", 0, service=service)["index_score"] == 100.0


def test_the_place_is_exactly_100_whatever_the_bases(areas: pd.DataFrame) -> None:
    """Two services with different bases, neither a round number."""
    rng = np.random.default_rng(0)
    counts = {(code, one, "use", "web"): int(n) for code in areas.index for one, n in zip("ab", rng.integers(5, 99, 2))}  # noqa: B905
    table = pd.DataFrame({one: rng.uniform(1, 99, 12) for one in "ab"}, index=areas.index)
    takeup = build_takeup(contacts_of(counts), areas, Bases(table, {"a": "x", "b": "y"}), names=NAMES)
    for service in ("a", "b", ALL):
        assert row_of(takeup, "place", 0, service=service)["index_score"] == 100.0
    subs = takeup.segments[(takeup.segments["level"] == "sub") & (takeup.segments["service"] == "a")]
    assert subs.loc[subs["measure"] == "use", "expected"].sum() == pytest.approx(
        row_of(takeup, "place", 0, service="a")["observed"]
    )


def test_areas_that_never_make_contact_are_found_with_their_chance(told: TakeUp) -> None:
    """T11 and T12: 15 uses and 0.75 complaints were expected of each."""
    assert list(told.silent.index) == ["T11", "T12"]
    assert told.silent["expected"].tolist() == pytest.approx([15.75, 15.75])
    assert told.silent["chance"].tolist() == pytest.approx([np.exp(-15.75)] * 2)


def test_areas_are_judged_against_chance_and_against_their_number(told: TakeUp) -> None:
    """30 where 15 were expected is out of the ordinary, 10 is not."""
    areas = told.areas
    assert areas.loc["T01", "reading"] == MORE
    assert areas.loc["T05", "reading"] == ABOUT
    assert areas.loc["T12", "reading"] == FEWER
    assert (areas["q"] >= areas["p"]).all()


def test_small_counts_are_withheld_with_all_that_is_made_of_them(areas: pd.DataFrame) -> None:
    """Three contacts of T02: neither the count nor index, interval, p nor a way to subtract."""
    counts = {(code, "library", "use", "web"): 20 for code in areas.index} | {("T02", "library", "use", "web"): 3}
    takeup = build_takeup(contacts_of(counts), areas, bases_of(areas, "library"), names=NAMES)
    row = takeup.areas.loc["T02"]
    assert row["reading"] == WITHHELD
    assert row[["uses", "index_score", "low", "high", "p", "q"]].isna().all()
    partners = takeup.areas.loc[["T01", "T03"], "uses"].isna()
    assert partners.sum() == 1
    assert takeup.withheld == 2


def test_nothing_that_is_told_gives_a_withheld_count_away(areas: pd.DataFrame) -> None:
    """The attacker has every table that is written: segments, services, channels, areas, complaints, the account."""
    rng = np.random.default_rng(5)
    for _ in range(6):
        keys = [(code, one, kind, how) for code in areas.index for one in "abc" for kind in ("use", "complaint")
                for how in ("web", "letter")]  # fmt: skip
        counts = {key: int(n) for key, n in zip(keys, rng.poisson(rng.gamma(0.5, 3, len(keys))), strict=True) if n}
        contacts = contacts_of(counts)
        takeup = build_takeup(contacts, areas, bases_of(areas, *contacts.services), names=NAMES)
        cells = count_cells(contacts.counts, areas[["super", "sub"]].assign(place=0))
        published = published_cells(takeup, cells.index)
        hidden = published.isna().to_numpy()
        assert (published[~hidden].to_numpy() == cells.counts[~hidden]).all()
        assert not ((cells.counts > 0) & (cells.counts < 5) & ~hidden).any()
        assert hidden.any()
        assert attack(cells.counts, hidden, cells.sums) == []


def published_cells(takeup: TakeUp, index: pd.MultiIndex) -> pd.Series:
    """Return every count as the tables tell it, missing where they do not."""
    segments = takeup.segments.set_index(["measure", "level", "segment", "service"])["observed"]
    channels = takeup.channels.assign(measure="channel").set_index(["measure", "level", "segment", "channel"])["uses"]
    values = []
    for measure, level, code, part in index:
        if measure == "rows":
            values.append(takeup.contacts.placed)
        elif level == "area":
            values.append(takeup.areas.loc[code, "uses" if measure == "use" else "complaints"])
        else:
            values.append((channels if measure == "channel" else segments)[measure, level, code, part])
    return pd.Series(values, index=index, dtype="float64")


def test_expected_numbers_do_not_tell_a_withheld_total(areas: pd.DataFrame) -> None:
    """Three complaints in all: an expected number would be three times a known share."""
    counts = {(code, "library", "use", "web"): 20 for code in areas.index} | {("T01", "library", "complaint", "web"): 3}
    takeup = build_takeup(contacts_of(counts), areas, bases_of(areas, "library"), names=NAMES)
    complaints = takeup.segments[takeup.segments["measure"] == "complaint"]
    assert complaints.loc[complaints["level"] == "place", "observed"].isna().all()
    assert complaints["expected"].isna().all()
    assert takeup.areas["expected_complaints"].isna().all()


def test_all_is_told_where_asked(areas: pd.DataFrame) -> None:
    """Within a council, the threshold may be 0."""
    counts = {(code, "library", "use", "web"): 2 for code in areas.index}
    takeup = build_takeup(contacts_of(counts), areas, bases_of(areas, "library"), names=NAMES, withhold_below=0)
    assert takeup.withheld == 0
    assert takeup.areas["uses"].tolist() == [2.0] * 12


def test_the_order_of_contacts_and_areas_does_not_matter(areas: pd.DataFrame) -> None:
    """Same contacts, same result."""
    rng = np.random.default_rng(2)
    counts = {(code, "library", "use", "web"): int(rng.integers(0, 30)) for code in areas.index}
    contacts = contacts_of({key: number for key, number in counts.items() if number})
    turned = replace(contacts, counts=contacts.counts.iloc[::-1])
    one = build_takeup(contacts, areas, bases_of(areas, "library"), names=NAMES)
    other = build_takeup(turned, areas.iloc[::-1], bases_of(areas.iloc[::-1], "library"), names=NAMES)
    pd.testing.assert_frame_equal(one.segments, other.segments)
    pd.testing.assert_frame_equal(one.areas, other.areas.loc[one.areas.index])


def test_what_is_said_of_an_area_does_not_depend_on_what_is_withheld(areas: pd.DataFrame) -> None:
    """A rank among all areas would tell which of the four possible counts a withheld one is."""
    found = []
    for hidden in (1, 4):
        counts = {(code, "library", "use", "web"): 40 + at for at, code in enumerate(areas.index[:10])}
        counts["T11", "library", "use", "web"] = hidden
        counts["T12", "library", "use", "web"] = 5 - hidden
        found.append(
            build_takeup(contacts_of(counts), areas, bases_of(areas, "library"), names=NAMES).areas[
                ["uses", "p", "q", "reading"]
            ]
        )
    assert found[0].loc[["T11", "T12"], "uses"].isna().all()
    pd.testing.assert_frame_equal(*found)


def test_more_contacts_than_residents_are_asked_about_and_nothing_withheld_is_said_plainly(
    areas: pd.DataFrame,
) -> None:
    """A column of the wrong thing, or of another place, shows itself so."""
    counts = {(code, "library", "use", "web"): 10 for code in areas.index}
    plenty = counts | {("T03", "library", "use", "web"): int(3 * areas["population"]["T03"])}
    few, many = (
        takeup_sentences(build_takeup(contacts_of(one), areas, bases_of(areas, "library"), names=NAMES))
        for one in (counts, plenty)
    )
    assert not any("more contacts than residents" in line for line in few)
    assert any(line.startswith("1 area with more contacts than residents, most of all T03") for line in many)
    assert few[-1] == "No count had to be withheld: none is below 5."
