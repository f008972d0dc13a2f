"""The estate of the made-up county: the published figures hold to the pound and to the building."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geodata.demo_estate import TODAY, furnish
from geodata.demo_land import build_land
from geodata.demo_pins import Offices, as_offices, choose_pins, joint_saving
from geodata.demo_places import name_areas, scatter_postcodes
from geodata.demo_sites import SERVICE_USES, site_assets
from geodata.demo_teams import place_teams

N_BY_USE = {
    "office": 60, "library": 45, "fire station": 38, "police station": 30, "clinic": 55, "job centre": 12, "court": 4,
    "children and family centre": 30, "depot": 16,
}  # fmt: skip


@pytest.fixture(scope="module")
def postcodes() -> pd.DataFrame:
    """Return the postcodes of a small county."""
    land = build_land(seed=0, n_areas=300)
    return scatter_postcodes(land, name_areas(land), seed=0)


@pytest.fixture(scope="module")
def assets(postcodes: pd.DataFrame) -> pd.DataFrame:
    """Return its estate, which is the same size in every county."""
    land = build_land(seed=0, n_areas=300)
    return furnish(site_assets(land, name_areas(land), postcodes, seed=0), seed=0)


@pytest.fixture(scope="module")
def offices(assets: pd.DataFrame) -> pd.DataFrame:
    """Return the offices."""
    return assets[assets["use"] == "office"]


@pytest.fixture(scope="module")
def teams(assets: pd.DataFrame) -> pd.DataFrame:
    """Return the teams."""
    return place_teams(assets, seed=0)


def test_funnel_is_1500_then_320_then_60(assets: pd.DataFrame) -> None:
    """The published counts: all assets, those services are run from, offices."""
    counts = assets["use"].value_counts()
    assert len(assets) == 1500
    assert assets.index.is_unique
    assert assets["organisation"].nunique() == 26
    assert {use: int(counts[use]) for use in N_BY_USE} == N_BY_USE
    assert counts["leisure centre"] + counts["community centre"] == 30
    assert assets["use"].isin(SERVICE_USES).sum() == 320


def test_offices_cost_twelve_point_four_million_to_the_pound(offices: pd.DataFrame) -> None:
    """Running cost, rent and rates together, and none of them odd."""
    money = offices[["running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa"]]
    assert money.to_numpy().sum() == 12_400_000
    assert money.to_numpy().min() >= 0
    assert 85 < (offices["running_cost_gbp_pa"] / offices["nia_m2"]).median() < 115
    leased = offices[offices["tenure"] == "leasehold"]
    assert 95 < (leased["rent_gbp_pa"] / leased["nia_m2"]).median() < 125
    assert (offices.loc[offices["tenure"] == "freehold", "rent_gbp_pa"] == 0).all()


def test_sizes_and_desks_follow_the_field(assets: pd.DataFrame, offices: pd.DataFrame) -> None:
    """Lognormal about 735 m2 between 120 and 9,000; 8 to 12 m2 a desk."""
    service = assets[assets["use"].isin(SERVICE_USES)]
    assert service["nia_m2"].between(120, 9_000).all()
    assert 650 < service["nia_m2"].median() < 820
    assert 700 < offices["nia_m2"].median() < 770
    assert 0.75 < np.log(offices["nia_m2"]).std() < 0.95
    assert (offices["nia_m2"] / offices["desks"]).between(7.9, 13).all()
    assert (assets["gia_m2"].dropna() > assets["nia_m2"].dropna()).all()


def test_tenures_stand_sixty_thirtysix_four(assets: pd.DataFrame, offices: pd.DataFrame) -> None:
    """In the offices and in all service buildings, to the nearest whole building."""
    assert offices["tenure"].value_counts().to_dict() == {"freehold": 36, "leasehold": 22, "PFI": 2}
    share = assets[assets["use"].isin(SERVICE_USES)]["tenure"].value_counts(normalize=True)
    assert share["freehold"] == pytest.approx(0.60, abs=0.01)
    assert share["leasehold"] == pytest.approx(0.36, abs=0.01)


def test_leases_end_within_fifteen_years_and_breaks_come_early(assets: pd.DataFrame) -> None:
    """One to 15 years to the end; a break within five for 45 %, always before the end; freeholds have neither."""
    leased = assets[assets["tenure"] == "leasehold"]
    years = (leased["lease_end"] - pd.Timestamp(TODAY)).dt.days / 365.25
    early = (leased["break_date"] - pd.Timestamp(TODAY)).dt.days / 365.25
    assert years.between(0.99, 15.01).all()
    assert early.dropna().between(0.2, 5.01).all()
    assert early.notna().mean() == pytest.approx(0.45, abs=0.01)
    assert (leased["break_date"].dropna() < leased.loc[leased["break_date"].notna(), "lease_end"]).all()
    assert assets.loc[assets["tenure"] == "freehold", "lease_end"].isna().all()


def test_assets_stand_beside_their_postcode(assets: pd.DataFrame, postcodes: pd.DataFrame) -> None:
    """So that a point far from its postcode is a fault of the list, never of the county."""
    at = postcodes.set_index("pcd").loc[assets["postcode"]]
    away = np.hypot(at["oseast1m"].to_numpy() - assets["easting"], at["osnrth1m"].to_numpy() - assets["northing"])
    assert away.max() < 90


def test_some_bodies_share_a_building_already(assets: pd.DataFrame) -> None:
    """Four pairs under one UPRN: co-locations that exist, at one address and one point."""
    pairs = assets[assets["uprn"].duplicated(keep=False)].groupby("uprn")
    assert len(pairs) == 4
    assert (pairs.size() == 2).all()
    assert pairs[["postcode", "easting", "northing"]].nunique().to_numpy().max() == 1
    assert assets["uprn"].str.fullmatch(r"999\d{9}").all()


def test_teams_need_52_to_60_percent_of_desks_in_their_own_bodys_offices(
    offices: pd.DataFrame, teams: pd.DataFrame, assets: pd.DataFrame
) -> None:
    """About 250 teams in 60 offices; everybody starts at home."""
    here = teams[teams["asset_id"].isin(offices.index)]
    need = (here["fte"] * here["desks_per_fte"]).groupby(here["asset_id"]).sum() / offices["desks"]
    assert 240 <= len(here) <= 280
    assert need.between(0.519, 0.601).all()
    assert (teams["organisation"].to_numpy() == assets.loc[teams["asset_id"], "organisation"].to_numpy()).all()
    front = here[here["front_desk"]]
    assert len(front) > 5
    assert assets.loc[front["asset_id"], "public_facing"].all()


def test_every_other_service_building_has_a_team_that_stays(teams: pd.DataFrame, assets: pd.DataFrame) -> None:
    """Access to libraries, stations and clinics is measured at these."""
    others = assets.index[assets["use"].isin(SERVICE_USES[1:])]
    resident = teams[teams["asset_id"].isin(others)]
    assert len(resident) == len(others) == 260
    assert not resident["may_move"].any()
    assert (resident["fte"] * resident["desks_per_fte"] <= assets.loc[resident["asset_id"], "desks"].to_numpy()).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_three_quarters_are_pinned_so_that_sharing_saves_12_to_14_percent(
    seed: int, assets: pd.DataFrame, teams: pd.DataFrame, offices: pd.DataFrame
) -> None:
    """Whatever cannot be released anyway is pinned too; what is free costs no more than 14 %, so no plan saves more."""
    pins = choose_pins(assets, teams, seed=seed)
    free = np.flatnonzero(~offices.index.isin(list(pins)))
    settled = set(teams.loc[~teams["may_move"], "asset_id"]) | set(offices.index[offices["tenure"] == "PFI"])
    arrays = as_offices(assets, teams)
    assert len(pins) == 45
    assert settled & set(offices.index) <= set(pins)
    assert 0.12 < joint_saving(arrays, free=free) < 0.14
    assert arrays.cost[free].sum() < 0.14 * arrays.cost.sum()


@pytest.fixture
def three_offices() -> Offices:
    """Return three offices in a row costing 10, 30 and 60, with room for 5, 5 and 20 desks and one block each."""
    return Offices(
        cost=np.array([10.0, 30.0, 60.0]),
        room=np.array([5.0, 5.0, 20.0]),
        public=np.array([True, False, False]),
        hosts=(np.array([1, 2]), np.array([0, 2]), np.array([1, 0])),
        home=np.array([0, 1, 2]),
        desks=np.array([5.0, 5.0, 8.0]),
        work=("standard", "standard", "standard"),
        front=np.array([False, False, False]),
        works=(frozenset({"standard"}),) * 3,
    )


def test_reckoning_empties_the_dearest_that_fits(three_offices: Offices) -> None:
    """The dearest needs 8 desks and no one has them; the next goes to the nearest, which then has to stay."""
    assert joint_saving(three_offices, free=np.array([0, 1, 2])) == pytest.approx(0.3)
    assert joint_saving(three_offices, free=np.array([0])) == pytest.approx(0.1)
    assert joint_saving(three_offices, free=np.array([], dtype=np.int64)) == 0.0


def test_reckoning_keeps_forbidden_classes_apart_and_front_desks_public(three_offices: Offices) -> None:
    """Safeguarding never joins policing; a front desk goes only where the public may come in."""
    works = (frozenset({"policing"}), frozenset({"safeguarding"}), frozenset({"policing"}))
    apart = replace(three_offices, work=("policing", "safeguarding", "policing"), works=works)
    desk = replace(three_offices, front=np.array([True, True, True]))
    assert joint_saving(apart, free=np.array([1])) == 0.0
    assert joint_saving(desk, free=np.array([0])) == 0.0
    assert joint_saving(desk, free=np.array([1])) == pytest.approx(0.3)
