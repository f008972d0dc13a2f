"""Who reaches what: shares and minutes by mode and group, losses by area, nearest sites, supply per head."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.catchment import supply_per_head
from estate.reach import (
    OWN_MEANS,
    WITH_CAR,
    WITHOUT_CAR,
    Limits,
    People,
    check_limits,
    losses,
    minutes_of,
    nearest_sites,
    reach_table,
    summarise,
)
from estate.reach_telling import loss_sentences, reach_sentences, supply_sentences
from geodata.errors import DataError
from geodata.travel import Travel, straight_line_travel

LIBRARY = Limits("library", 2.0, {"walk": 30.0})


@pytest.fixture
def people(town_areas: gpd.GeoDataFrame) -> People:
    """Return the town with two segments and a quarter of households without a car in the west, none in the east."""
    west = town_areas["locality"].eq("West")
    return People(town_areas, west.map({True: "1", False: "2"}), west.map({True: 0.25, False: 0.0}))


@pytest.fixture
def travels(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> dict[str, Travel]:
    """Return minutes by car (1 km a minute) and on foot (10 minutes a km), to the limit of 45 minutes."""
    options = {"drive": 60.0, "walk": 6.0}
    return {
        mode: straight_line_travel(town_areas, town_assets, mode=mode, detour=1.0, speed_kmh=kmh, limit_min=45)  # type: ignore[arg-type]
        for mode, kmh in options.items()
    }


def row(table: pd.DataFrame, mode: str, group: str) -> pd.Series:
    """Return the one row of a mode and group."""
    chosen = table[(table["mode"] == mode) & (table["group"] == group)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_shares_and_minutes_by_group(people: People, travels: dict[str, Travel]) -> None:
    """The library stands in T04, the south-east corner: 6 of 12 areas lie within 2 km, 1 of them in the west."""
    table = reach_table(people, travels, [LIBRARY], {"library": ["A3"]})
    assert row(table, "drive", "all")["share_within_today"] == pytest.approx(6 / 12)
    assert row(table, "drive", "1")["share_within_today"] == pytest.approx(1 / 6)
    assert row(table, "drive", "East")["share_within_today"] == pytest.approx(5 / 6)
    assert row(table, "drive", "East")["rests_on"] == "indicative (straight line)"
    assert row(table, "walk", "all")["limit_min"] == 30
    assert row(table, "drive", "all")["residents"] == 1200
    assert set(table["by"]) == {"all", "segment", "locality", "cars"}
    assert "share_within_option" not in table


def test_people_without_a_car_do_not_drive(people: People, travels: dict[str, Travel]) -> None:
    """150 of 1,200 residents walk: those of the west, a quarter of 600; by own means the two are added up."""
    table = reach_table(people, travels, [LIBRARY], {"library": ["A3"]})
    on_foot = row(table, "walk", WITHOUT_CAR)
    assert on_foot["residents"] == 150
    drivers = row(table, "drive", WITH_CAR)
    own = row(table, OWN_MEANS, "all")
    assert own["residents"] == 1200
    assert own["mean_min_today"] == pytest.approx(
        (drivers["mean_min_today"] * 1050 + on_foot["mean_min_today"] * 150) / 1200
    )


def test_groups_add_up_to_all(people: People, travels: dict[str, Travel]) -> None:
    """Shares of the groups, weighted by residents, give the share of all, for every way of grouping."""
    table = reach_table(people, travels, [LIBRARY], {"library": ["A3", "C1"]})
    for mode in ("drive", "walk"):
        whole = row(table, mode, "all")
        for by in ("segment", "locality", "cars"):
            groups = table[(table["mode"] == mode) & (table["by"] == by)]
            assert groups["residents"].sum() == pytest.approx(whole["residents"])
            for measure in ("share_within_today", "mean_min_today", "share_out_of_reach_today"):
                assert np.average(groups[measure], weights=groups["residents"]) == pytest.approx(whole[measure])


def test_out_of_reach_counts_with_the_longest_journey_and_is_said(people: People, travels: dict[str, Travel]) -> None:
    """Where journeys end at 25 minutes, those beyond are 25 minutes away at least, and counted as out of reach."""
    near = {**travels, "walk": straight_line_travel_walk(people)}
    table = reach_table(people, near, [LIBRARY], {"library": ["A3"]})
    whole = row(table, "walk", "all")
    assert whole["share_out_of_reach_today"] > 0
    assert whole["p90_min_today"] == 25


def straight_line_travel_walk(people: People) -> Travel:
    """Return minutes on foot that end at 25."""
    site = gpd.GeoDataFrame(geometry=[people.areas.geometry["T04"].centroid], index=["A3"], crs=people.areas.crs)
    return straight_line_travel(people.areas, site, mode="walk", detour=1.0, speed_kmh=6.0, limit_min=25)


def test_losses_are_named_by_area(people: People, travels: dict[str, Travel]) -> None:
    """The library moves from T04 to T02: the east walks up to 20 minutes longer, nobody drives 5 minutes longer."""
    table = losses(people, travels, ["library"], {"library": ["A3"]}, {"library": ["A2"]}, worse_min=5)
    assert set(table["mode"]) == {"walk"}
    worst = table[table["oa_code"] == "T04"].iloc[0]
    assert (worst["today_min"], worst["option_min"], worst["loss_min"]) == pytest.approx((0, 20, 20))
    assert "T02" not in set(table["oa_code"])
    said = loss_sentences(table, option="joint", worse_min=5)
    assert "Under 'joint' the way to library on foot grows by more than 5 minutes" in said[0]
    assert "(indicative (straight line))" in said[0]
    assert any("East (T04): 100 residents, from 0.0 to 20.0 minutes" in line for line in said)


def test_a_service_that_goes_out_of_reach_is_a_loss_however_near_the_limit(people: People) -> None:
    """From 44 minutes to nowhere is not a loss of one minute."""
    index = pd.MultiIndex.from_tuples([("T01", "X"), ("T02", "Y")], names=["origin", "destination"])
    travel = Travel(pd.DataFrame({"travel_min": [44.0, 10.0]}, index=index), "drive", "measured", None, None, 45.0)
    table = losses(people, {"drive": travel}, ["s"], {"s": ["X", "Y"]}, {"s": ["Y"]}, worse_min=5)
    assert table["oa_code"].tolist() == ["T01"]
    assert table["option_min"].isna().all()
    assert "from 44.0 to out of reach" in loss_sentences(table, option="o", worse_min=5)[1]


def test_nobody_loses_where_nothing_changes(people: People, travels: dict[str, Travel]) -> None:
    """And the report says that too."""
    table = losses(people, travels, ["library"], {"library": ["A3"]}, {"library": ["A3"]}, worse_min=5)
    assert table.empty
    assert loss_sentences(table, option="joint", worse_min=5) == [
        "Under 'joint' nobody's way to a service grows by more than 5 minutes."
    ]


def test_the_nearest_three_sites(people: People, travels: dict[str, Travel]) -> None:
    """In order, ties by id, and as many as are in reach."""
    table = nearest_sites(travels["drive"], people.areas.index, ["A1", "A2", "A3", "C1"])
    first = table[table["oa_code"] == "T01"]
    assert first["asset_id"].tolist() == ["A1", "A2", "A3"]
    assert first["rank"].tolist() == [1, 2, 3]
    assert first["travel_min"].tolist() == pytest.approx([0, 1, 3])
    assert nearest_sites(travels["walk"], people.areas.index, ["A1"]).groupby("oa_code").size().max() == 1
    assert minutes_of(travels["drive"], people.areas.index, ["A1", "A2"])[0] == 0


def test_the_words(people: People, travels: dict[str, Travel]) -> None:
    """Every figure says what it rests on, and the worst served are named."""
    table = reach_table(people, travels, [LIBRARY], {"library": ["A3"]}, {"library": ["A2"]})
    said = "\n".join(reach_sentences(table, option="joint"))
    assert "By their own means: a car where the household has one, else on foot." in said
    assert "By car, 50.0% of residents are within 2 minutes" in said
    assert "under 'joint'" in said
    assert said.count("[indicative (straight line)]") == 3
    assert "households without a car" in said


def test_standards_beyond_the_journeys_looked_for_are_refused(travels: dict[str, Travel]) -> None:
    """90 minutes cannot be judged by a table that ends at 45; all are named."""
    with pytest.raises(DataError, match=r"'x' drive 90, 'x' walk 90 minutes are beyond the longest journey"):
        check_limits([Limits("x", 90.0, {})], travels)  # type: ignore[arg-type]


def test_percentile_by_hand() -> None:
    """Nine in ten of 100 people: the 90th."""
    minutes, weights = np.arange(1.0, 101.0), np.ones(100)
    assert summarise(minutes, weights, 50.0, 200.0) == {
        "share_within": 0.5, "mean_min": 50.5, "p90_min": 90.0, "share_out_of_reach": 0.0,
    }  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 1000), min_size=12, max_size=12),
    st.lists(st.integers(0, 50), min_size=6, max_size=6),
    st.floats(0.5, 5),
)
def test_all_supply_in_reach_is_handed_out(residents: list[int], sizes: list[int], limit: float) -> None:
    """Over all areas, supply for each thousand x residents adds up to the supply that somebody reaches."""
    rng = np.random.default_rng(3)
    areas, sites = [f"T{at}" for at in range(12)], [f"S{at}" for at in range(6)]
    index = pd.MultiIndex.from_product([areas, sites], names=["origin", "destination"])
    travel = Travel(
        pd.DataFrame({"travel_min": rng.uniform(0, 6, 72)}, index=index), "drive", "measured", None, None, 6
    )
    people, supply = pd.Series(residents, index=areas), pd.Series(sizes, index=sites, dtype=float)
    each, ratio = supply_per_head(people, supply, travel, limit_min=limit)
    assert (each * people).sum() / 1000 == pytest.approx(supply[ratio.notna()].sum())
    assert (each >= 0).all()


def test_supply_by_hand(people: People, travels: dict[str, Travel]) -> None:
    """10 staff in T04 shared by the 6 areas within 2 km: 16.7 for each thousand; those further away have none."""
    residents = people.areas["population"]
    each, ratio = supply_per_head(residents, pd.Series({"A3": 10.0}), travels["drive"], limit_min=2.0)
    assert ratio.tolist() == pytest.approx([50 / 3])
    assert sorted(each) == pytest.approx([0.0] * 6 + [50 / 3] * 6)
    table = pd.DataFrame({"service": "library", "mode": "drive", "oa_code": each.index, "unit": "full-time staff",
                          "supply_today": each.to_numpy()})  # fmt: skip
    (said,) = supply_sentences(table, residents)
    assert said.startswith("Supply of library by car: 8.33 full-time staff for each thousand residents")
    assert said.endswith("50% of residents have none within it.")
