"""The nine Suffolk factors of pairs in the small town: for, against or not known, and never a score."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from estate.factors import COUNTS, NINE, Knowledge
from estate.pairs import Pace, find_pairs
from estate.standard import SpaceStandard, energy_factor

ONE_DESK_EACH = SpaceStandard(desks_per_fte=1.0)


def pair_of(assets: gpd.GeoDataFrame, knowledge: Knowledge | None = None) -> pd.Series:
    """Return the only pair within 1,100 m: the office B2 and the clinic C1, which would be its host."""
    found = find_pairs(assets, within_m=1_100, standard=ONE_DESK_EACH, knowledge=knowledge)
    assert len(found) == 1
    return found.iloc[0]


def test_nine_factors_of_the_small_town(town_assets: gpd.GeoDataFrame) -> None:
    """What the register says, and what it does not: every factor is one of three, and they add up to nine."""
    pair = pair_of(town_assets)
    assert [pair[name] for name in NINE] == [
        "against: 1.0 km apart, over ten minutes on foot",
        "against: no other public building within 1.1 km",
        "for: up to £40,000 a year (recorded), before the cost of moving",
        "for: both uses are of class E (inferred from the use), so a change between them needs no planning permission",
        "not known: no resident has been asked",
        "for: no crew or ward is tied to either building",
        "not known: the public visits one only (office and clinic); it may need a door of its own",
        "not known: no list says whether the way in is step-free",
        "not known: the energy of the emptied building is not recorded",
    ]
    assert [pair[name] for name in COUNTS] == [3, 2, 4]


def test_other_buildings_nearby_are_counted_once_each(town_assets: gpd.GeoDataFrame) -> None:
    """Within 2.1 km of B2 or C1 stand A3 (of the council) and B1; a house next door is nothing to share."""
    pairs = find_pairs(town_assets, within_m=2_100, standard=ONE_DESK_EACH).set_index(["asset_a", "asset_b"])
    assert pairs.loc[("B2", "C1"), "properties_nearby"] == ("for: 2 other public buildings of 2 bodies within 2.1 km")
    houses = town_assets.assign(use=["house", "house", "house", "house", "office", "clinic"])
    alone = find_pairs(houses, within_m=2_100, standard=ONE_DESK_EACH).iloc[0]
    assert alone.properties_nearby == "against: no other public building within 2.1 km"


@pytest.mark.parametrize(
    ("step_free", "said"),
    [([None, True], "for: the host is step-free"), ([True, False], "against: the host is not step-free"),
     ([True, None], "not known: no list says whether the way in is step-free")],
)  # fmt: skip
def test_the_way_in_of_the_host_counts(town_assets: gpd.GeoDataFrame, step_free: list[bool | None], said: str) -> None:
    """The guest's own ramp is left behind."""
    flags = pd.array([None, None, None, None, *step_free], dtype="boolean")
    assert pair_of(town_assets.assign(step_free=flags)).disabled_access == said


@pytest.mark.parametrize(
    ("uses", "planning", "said"),
    [(["office", "fire station"], ["", ""], "not known: no list says what planning allows; ask the planning authority"),
     (["office", "library"], ["", ""], "not known: a change between use classes E and F1 may need planning permission"),
     (["depot", "office"], ["Use class B8", "Class E"],
      "not known: a change between use classes B8 and E may need planning permission; B2: Use class B8; C1: Class E"),
     (["office", "clinic"], ["Listed: no", "Grade II"], "against: C1: listed Grade II; works to it need consent"),
     (["office", "clinic"], ["Conservation area: yes", "Listed building: yes"],
      "against: B2: Conservation area; C1: Listed building; works to them need consent"),
     (["office", "library"], ["Parking to be kept", ""],
      "not known: a change between use classes E and F1 may need planning permission; B2: Parking to be kept")],
)  # fmt: skip
def test_planning_as_far_as_lists_say(
    town_assets: gpd.GeoDataFrame, uses: list[str], planning: list[str], said: str
) -> None:
    """A protection speaks against, one use class for both; anything else is told and left to people."""
    told = town_assets.assign(
        use=["office"] * 4 + uses, planning=[""] * 4 + planning, name=list(town_assets.index), step_free=False
    )
    assert pair_of(told).planning == said


def test_a_listed_building_is_known_by_its_name(town_assets: gpd.GeoDataFrame) -> None:
    """Lists have no column for it, and say it in the name; a Grade B condition is nothing of the kind."""
    named = town_assets.assign(name=["", "", "", "", "Old Court (Grade II* listed)", "Clinic, condition grade B"])
    assert pair_of(named).planning.startswith("against: Old Court (Grade II* listed): Grade II* listed")


def test_the_source_of_the_carbon_factor_is_said(town_assets: gpd.GeoDataFrame) -> None:
    """The government's factors of a year unless the place sets its own."""
    energy = town_assets.assign(energy_kwh_pa=[0.0] * 4 + [100_000.0, 900_000.0])
    assert "0.180 kg a kWh, between gas and grid electricity in the UK Government" in pair_of(energy).carbon
    own = Knowledge(energy=energy_factor({"kgco2e_per_kwh": 0.21}))
    assert "21.0 t" in pair_of(energy, own).carbon
    assert "(0.210 kg a kWh, as place.toml assumes)" in pair_of(energy, own).carbon


def test_carbon_of_the_building_that_is_emptied(town_assets: gpd.GeoDataFrame) -> None:
    """B2 uses 100,000 kWh and is emptied whole: 18.0 t at 0.180 kg."""
    energy = town_assets.assign(energy_kwh_pa=[0.0] * 4 + [100_000.0, 900_000.0])
    assert pair_of(energy).carbon.startswith("for: up to 18.0 t CO2e a year less")


def test_classes_that_are_kept_apart_speak_against(town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> None:
    """By service in the register, by security class in the list of teams; either way round."""
    by_service = Knowledge(never_together=(("health", "office"),))
    assert pair_of(town_assets, by_service).limits_on_services == (
        "against: 'health' and 'office' may not share a building"
    )
    marked = town_teams.assign(security_class=["standard"] * 5 + ["custody", "ward"])
    by_class = Knowledge(never_together=(("custody", "ward"),), teams=marked)
    assert "'custody' and 'ward' may not share" in pair_of(town_assets, by_class).limits_on_services
    assert pair_of(town_assets, Knowledge(teams=marked)).limits_on_services.startswith("for")


def test_two_crews_speak_against(town_assets: gpd.GeoDataFrame) -> None:
    """Neither building can be emptied, so no carbon is saved either."""
    both = pair_of(town_assets.assign(use="fire station"))
    assert both.limits_on_services.startswith("against: crews or wards of both buildings cannot leave")
    assert both.cost == "against: neither can be emptied into the other"
    assert both.carbon == "against: no building would be emptied"
    one = pair_of(town_assets.assign(use=["office"] * 5 + ["fire station"]))
    assert one.limits_on_services == "for: people of the fire station cannot leave, those of the other building can"


def test_notes_are_shown_and_not_judged(town_assets: gpd.GeoDataFrame) -> None:
    """Whether a resident's sentence speaks for or against is for a person to read."""
    notes = pd.DataFrame({"locality": ["East", "West"], "note": ["The clinic is warm. " * 9, "No bus."]})
    said = pair_of(town_assets.assign(locality="East"), Knowledge(notes=notes)).community_views
    assert said.startswith("not known: 1 note of residents to read, the first: 'The clinic is warm. ")
    assert said.endswith("...'")
    assert len(said) < 160


def test_uses_that_the_public_visits_go_together(town_assets: gpd.GeoDataFrame) -> None:
    """A library and a clinic both have a front door; two back offices need none."""
    assert (
        pair_of(town_assets.assign(public_facing=True)).shared_use == "for: the public visits both (office and clinic)"
    )
    assert pair_of(town_assets.assign(public_facing=False)).shared_use.startswith("for: neither is open to the public")


def test_an_unknown_cost_is_not_a_saving_of_nothing(town_assets: gpd.GeoDataFrame) -> None:
    """Missing money is no money known."""
    assert pair_of(town_assets.assign(running_cost_gbp_pa=float("nan"))).cost == (
        "not known: the cost of a building is not known"
    )


def test_minutes_stand_for_metres(town_assets: gpd.GeoDataFrame) -> None:
    """At 6 km/h and a detour of 1.25 a kilometre is 12.5 minutes."""
    pace = Pace(detour=1.25, speed_kmh=6.0)
    pairs = find_pairs(town_assets, within_min=13, pace=pace, standard=ONE_DESK_EACH)
    assert pairs[["asset_a", "asset_b", "minutes"]].to_numpy().tolist() == [["B2", "C1", 12.5]]
    assert len(find_pairs(town_assets, within_min=12, pace=pace)) == 0
    with pytest.raises(ValueError, match="detour is 0"):
        Pace(detour=0)


def test_factors_break_ties_of_saving(town_assets: gpd.GeoDataFrame) -> None:
    """Where nothing is saved, the pair with more that speaks for it comes first."""
    idle = town_assets.assign(desks=0.0)
    every = find_pairs(idle, within_m=5_000, limit=None)
    assert set(every.saving_gbp_pa) == {0.0}
    assert every.n_for.is_monotonic_decreasing
    assert (every[list(COUNTS)].sum(axis=1) == 9).all()
