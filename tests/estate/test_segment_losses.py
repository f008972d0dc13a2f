"""Limits on lost access by service and segment: on paper, against every plan, and in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from estate.access import AccessStandard
from estate.colocation import build_problem
from estate.limits import Perception
from estate.load import load_prices
from estate.options import solve_options
from estate.plans import Plan
from estate.recheck import breaches
from estate.rules import Rules
from estate.segment_losses import SegmentLoss
from geodata.errors import DataError
from geodata.place import read_place
from maps.segment_names import with_segment_codes
from tests.estate.brute_years import cheapest_over_years, town_over_years
from tests.estate.town_facts import cheapest, random_town, town_problem

Town = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]
PORTRAITS = pd.DataFrame(
    {
        "level": ["super", "super", "sub", "sub", "sub"],
        "segment": [0, 1, 0, 1, 2],
        "parent": [-1, -1, 0, 0, 1],
        "name": ["Families", "Older people", "Young families", "Large families", "Older social tenants"],
    }
)


@pytest.fixture
def town(town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame, town_teams: pd.DataFrame) -> Town:
    """Return areas, assets and teams of the small town."""
    return town_areas, town_assets, town_teams


def library_plan(town: Town, *losses: SegmentLoss, max_loss: float) -> Plan:
    """Return the joint plan; without limits the library moves to B1, which costs the east two thirds of its access."""
    standard = AccessStandard("library", 2.5, max_loss, losses)
    rules = Rules(max_public_move_km=25.0, standards=(standard,))
    return solve_options(town_problem(*town, rules=rules, segments=town[0]["locality"]))[2]


@pytest.mark.parametrize(
    ("max_loss", "losses", "moves"),
    [
        (1.0, (), True),
        (0.0, (), False),
        (1.0, (SegmentLoss("East", 0.6),), False),
        (1.0, (SegmentLoss("East", 0.7),), True),
        (0.0, (SegmentLoss("East", 0.7),), True),
        (0.0, (SegmentLoss("West", 1.0),), False),
        (0.0, (SegmentLoss("Both", 1.0, ("East", "West")),), True),
        (0.0, (SegmentLoss("Both", 1.0, ("East", "West")), SegmentLoss("East", 0.0)), False),
        (1.0, (SegmentLoss("Both", 0.0, ("East", "West")), SegmentLoss("East", 0.7)), True),
        (1.0, (SegmentLoss("Both", 0.0, ("East", "West")),), False),
    ],
)
def test_each_segment_has_its_own_limit(
    town: Town, max_loss: float, losses: tuple[SegmentLoss, ...], moves: bool
) -> None:
    """The west gains what the east loses (two thirds), so that both together lose nothing."""
    assert ("A3" in library_plan(town, *losses, max_loss=max_loss).released) is moves


def four_segments(seed: int, *, years: bool = False):
    """Return a random town in four segments, two of them a super cluster, with limits for some of them."""
    problem = town_over_years(seed) if years else random_town(seed)
    random = np.random.default_rng(9_000 + seed)
    segments = pd.Series(random.integers(0, 4, len(problem.areas)), index=problem.areas.index)
    losses = (
        SegmentLoss("Some", float(random.choice([0.0, 0.1, 0.5])), ("0", "1")),
        SegmentLoss("1", float(random.choice([0.0, 0.4, 1.0]))),
        SegmentLoss("3", float(random.choice([0.0, 0.4, 1.0]))),
    )
    standards = tuple(replace(one, max_loss=0.25, losses=losses) for one in problem.rules.standards)
    return build_problem(
        problem.register, problem.teams, areas=problem.areas, travel=problem.travel, segments=segments,
        rules=replace(problem.rules, standards=standards), costs=problem.costs,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_limits_by_segment_equal_brute_force(seed: int) -> None:
    """Every plan of a random town tried; the check adds up residents by itself."""
    problem = four_segments(seed)
    _, alone, joint = solve_options(problem)
    assert joint.cost_gbp == pytest.approx(cheapest(problem), rel=1e-6)
    assert alone.cost_gbp == pytest.approx(cheapest(problem, alone=True), rel=1e-6)


@pytest.mark.parametrize("seed", [3, 8])
def test_limits_by_segment_hold_in_every_year(seed: int) -> None:
    """With perceptions, budgets, presence and town limits on as well."""
    problem = four_segments(seed, years=True)
    assert solve_options(problem)[2].cost_gbp == pytest.approx(cheapest_over_years(problem), rel=1e-6)


def test_the_check_names_service_segment_and_super_cluster(town: Town) -> None:
    """From A2 the library reaches eleven twelfths of all, from A1 two thirds, of the east far fewer."""
    losses = (SegmentLoss("Everybody there", 0.0, ("East", "West")), SegmentLoss("West", 1.0))
    rules = Rules(max_public_move_km=25.0, standards=(AccessStandard("library", 2.5, 0.5, losses),))
    areas, assets, teams = town
    central = teams.assign(asset_id=teams["asset_id"].mask(teams.index == "t4", "A2"))
    problem = town_problem(areas, assets, central, rules=rules, segments=areas["locality"])
    where = {**problem.teams["asset_id"].to_dict(), "t4": "A1"}
    found = [line for line in breaches(problem, where, frozenset(), cost_gbp=0.0) if "access" in line]
    assert found == [
        "access to 'library' falls from 83.3% to 33.3% for segment East",
        "access to 'library' falls from 91.7% to 66.7% for segment Everybody there",
    ]


def test_limits_are_told_in_words(town: Town) -> None:
    """In the assumptions of every plan, and in the reason for keeping the library."""
    plan = library_plan(town, SegmentLoss("East", 0.0), max_loss=1.0)
    words = "at most 100.0 points, in all and in every segment; but 0.0 in East."
    assert any(words in line for line in plan.assumptions)
    assert "residents of segment East within the limit for library would fall" in plan.buildings.loc["A3", "reason"]
    whole = library_plan(town, SegmentLoss("Everybody", 0.0, ("East", "West")), max_loss=1.0)
    assert "residents of segment East" in whole.buildings.loc["A3", "reason"]


def test_place_toml_names_segments_by_name_level_or_number(tmp_path: Path) -> None:
    """A super cluster stands for its sub-clusters, in limits and in perceptions."""
    path = tmp_path / "place.toml"
    path.write_text(
        """[place]
name = "X"
[access]
standards = [
  { service = "library", limit_min = 15, max_loss_by_segment = { Families = 0.0, "2" = 0.5, "sub 1" = 0.1 } },
]
[[options.perceptions]]
service = "library"
beside = "police"
segment = "Families"
share_away = 0.3
""",
        encoding="utf-8",
    )
    rules = with_segment_codes(load_prices(read_place(path)).rules, PORTRAITS)
    assert [(one.segment, one.parts, one.max_loss) for one in rules.standards[0].losses] == [
        ("Families", ("0", "1"), 0.0),
        ("2", ("2",), 0.5),
        ("sub 1", ("1",), 0.1),
    ]
    assert [rule.segment for rule in rules.perceptions] == ["0", "1"]
    assert {rule.share_away for rule in rules.perceptions} == {0.3}


def test_unknown_doubtful_and_repeated_segments_are_refused_at_once() -> None:
    """With the nearest name that is known."""
    standard = AccessStandard(
        "library", 15.0, 0.02, (SegmentLoss("Familys", 0.0), SegmentLoss("2", 0.0), SegmentLoss("sub 2", 0.1))
    )
    rules = Rules(standards=(standard,), perceptions=(Perception("library", "police", 0.1, "Older social tenant"),))
    twins = PORTRAITS.assign(name=["Families", "Older people", "Young families", "Families", "Older social tenants"])
    with pytest.raises(DataError) as caught:
        with_segment_codes(rules, PORTRAITS)
    for part in (
        "max_loss_by_segment names 'Familys', but there is no segment of that name. Did you mean 'Families'?",
        "max_loss_by_segment names 'sub 2' twice",
        "perceptions names 'Older social tenant', but there is no segment of that name. Did you mean 'Older social te",
    ):
        assert part in str(caught.value)
    doubtful = Rules(standards=(AccessStandard("library", 15.0, 0.02, (SegmentLoss("Families", 0.0),)),))
    with pytest.raises(DataError, match=r"'Families', which several segments are called.*such as \"sub 3\""):
        with_segment_codes(doubtful, twins)


def test_a_limit_for_a_segment_that_nobody_lives_in_is_refused_by_the_library_too(town: Town) -> None:
    """Those who build rules without a place.toml are told as well."""
    rules = Rules(standards=(AccessStandard("library", 2.5, 0.0, (SegmentLoss("Est", 0.0),)),))
    with pytest.raises(
        DataError, match=r"access standards names 'Est', but there is no segment .* Did you mean 'East'"
    ):
        town_problem(*town, rules=rules, segments=town[0]["locality"])
    with pytest.raises(DataError, match=r"the loss of segment 'East' is 1.5, not a share"):
        SegmentLoss("East", 1.5)
