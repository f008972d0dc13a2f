"""Buildings of different bodies that stand close, ranked by what sharing could save."""

from __future__ import annotations

import geopandas as gpd
import pytest

from estate.pairs import COLUMNS, find_pairs
from estate.standard import SpaceStandard

ONE_DESK_EACH = SpaceStandard(desks_per_fte=1.0)


def test_pairs_of_the_small_town(town_assets: gpd.GeoDataFrame) -> None:
    """Within 1,100 m only B2 and C1; B2's ten desks fit C1's fifteen spare ones, and its 40,000 are saved."""
    pairs = find_pairs(town_assets, within_m=1_100, standard=ONE_DESK_EACH)
    assert list(pairs.columns) == list(COLUMNS)
    assert len(pairs) == 1
    pair = pairs.iloc[0]
    assert (pair.asset_a, pair.asset_b, pair.distance_m) == ("B2", "C1", 1_000.0)
    assert (pair.guest, pair.host, pair.desks_needed, pair.spare_desks_b) == ("B2", "C1", 10.0, 15.0)
    assert (pair.saving_gbp_pa, pair.rests_on, pair.already_shared) == (40_000.0, "recorded", False)
    assert pair.why == (
        "They stand 1.0 km apart. The office needs 10 desks and the clinic has 15 to spare: up to £40,000 a year "
        "(recorded)."
    )


def test_a_part_that_fits_saves_a_part(town_assets: gpd.GeoDataFrame) -> None:
    """C1 with 25 of 30 desks taken has room for half of B2's ten, and B2 for ten of C1's 25: the better saving wins."""
    crowded = town_assets.assign(fte=[40.0, 20.0, 5.0, 30.0, 10.0, 25.0])
    pair = find_pairs(crowded, within_m=1_100, standard=ONE_DESK_EACH).iloc[0]
    # Into C1 go 5 of 10 desks, and its spare 500 x 5/30 m2 for the 100 m2 that B2 uses: half of 40,000.
    # Into B2 go 10 of 25 desks, and 100 spare m2 for the 416.7 m2 that C1 uses: 24 % of 50,000.
    assert (pair.guest, pair.saving_gbp_pa) == ("B2", 20_000.0)


def test_own_buildings_are_no_pair(town_assets: gpd.GeoDataFrame) -> None:
    """Sharing with oneself is the body's own affair."""
    assert len(find_pairs(town_assets.assign(organisation="Council"), within_m=5_000)) == 0


def test_crews_host_and_do_not_move(town_assets: gpd.GeoDataFrame) -> None:
    """A fire station takes the office in; it is never emptied."""
    fire = town_assets.assign(use=["office"] * 5 + ["fire station"])
    pair = find_pairs(fire, within_m=1_100, standard=ONE_DESK_EACH).iloc[0]
    assert pair.host == "C1"
    both = find_pairs(town_assets.assign(use="fire station"), within_m=1_100, standard=ONE_DESK_EACH).iloc[0]
    assert (both.guest, both.saving_gbp_pa) == ("", 0.0)
    assert "nobody there can move" in both.why


def test_the_same_building_is_sharing_that_exists(town_assets: gpd.GeoDataFrame) -> None:
    """It is listed last and flagged, by UPRN or by the very same point."""
    by_uprn = town_assets.assign(uprn=["1", "2", "3", "4", "9", "9"])
    assert find_pairs(by_uprn, within_m=1_100).already_shared.tolist() == [True]
    moved = town_assets.copy()
    moved.loc["C1", "geometry"] = moved.geometry["B2"]
    assert find_pairs(moved, within_m=100).already_shared.tolist() == [True]
    by_postcode = moved.assign(placed_by="postcode")
    assert find_pairs(by_postcode, within_m=100).already_shared.tolist() == [False]


def test_closed_and_unshareable_buildings_are_left_out(town_assets: gpd.GeoDataFrame) -> None:
    """Nobody moves into a sold building, a house or a field."""
    assert len(find_pairs(town_assets.assign(status=["", "", "", "", "", "sold"]), within_m=1_100)) == 0
    assert len(find_pairs(town_assets.assign(use="house"), within_m=5_000)) == 0


def test_rank_limit_and_order(town_assets: gpd.GeoDataFrame) -> None:
    """The best pair first, as many as asked; row order does not matter."""
    every = find_pairs(town_assets, within_m=5_000, limit=None)
    assert every["rank"].tolist() == list(range(1, len(every) + 1))
    assert every.saving_gbp_pa.is_monotonic_decreasing
    assert find_pairs(town_assets, within_m=5_000, limit=3).equals(every.head(3))
    turned = find_pairs(town_assets.iloc[::-1], within_m=5_000, limit=None)
    assert {frozenset(pair) for pair in zip(turned.asset_a, turned.asset_b, strict=True)} == {
        frozenset(pair) for pair in zip(every.asset_a, every.asset_b, strict=True)
    }


def test_wrong_distance_is_refused(town_assets: gpd.GeoDataFrame) -> None:
    """Nothing lies within less than nothing."""
    with pytest.raises(ValueError, match="within_m is 0"):
        find_pairs(town_assets, within_m=0)
    assert len(find_pairs(town_assets.iloc[:1], within_m=100)) == 0
