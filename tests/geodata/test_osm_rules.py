"""What tags mean for those who drive, walk and cycle."""

from __future__ import annotations

import pytest

from geodata.osm_rules import limit_kmh, stopped_modes, way_speeds
from geodata.road_speeds import read_speeds

TABLE = read_speeds()
DRIVE, WALK, CYCLE = slice(0, 2), slice(2, 4), slice(4, 6)
STREET = {"highway": "residential"}


def speeds(**tags: str) -> tuple[float, ...]:
    """Return the six speeds of a street with more tags (``_`` stands for a colon)."""
    found = way_speeds({**STREET, **{key.replace("_", ":"): value for key, value in tags.items()}}, TABLE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("GB:nsl_single", 96.56064),
        ("national", 96.56064),
        ("20 mph;30 mph", 32.18688),
        ("signals", None),
        ("GB:urban", 48.28032),
        ("uk:nsl_dual", 112.65408),
        ("GB:zone20", 32.18688),
        ("walk", 6.437376),
        ("none", None),
        ("", None),
        ("0", None),
    ],
)
def test_limits_are_read_in_miles_and_kilometres(text: str, kmh: float | None) -> None:
    """A 30 taken for kilometres makes every British street a third slower."""
    assert limit_kmh(text) == (kmh if kmh is None else pytest.approx(kmh))


def test_a_signed_limit_replaces_the_usual_speed_and_never_speeds_up_walkers() -> None:
    """Nobody drives 30 mph door to door: the table says which share of the limit is driven."""
    share = TABLE.classes["residential"].share_of_limit
    assert speeds(maxspeed="20 mph")[DRIVE] == pytest.approx((32.18688 * share,) * 2)
    assert speeds(maxspeed="20 mph")[WALK] == speeds()[WALK]
    both = speeds(maxspeed_forward="20 mph", maxspeed_backward="30 mph")[DRIVE]
    assert both == pytest.approx((32.18688 * share, 48.28032 * share))


@pytest.mark.parametrize(
    ("tags", "drive", "cycle"),
    [
        ({"oneway": "yes"}, (True, False), (True, False)),
        ({"oneway": "-1"}, (False, True), (False, True)),
        ({"oneway": "no"}, (True, True), (True, True)),
        ({"junction": "roundabout"}, (True, False), (True, False)),
        ({"junction": "circular"}, (True, False), (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True), (True, True)),
        ({"oneway": "yes", "oneway_bicycle": "no"}, (True, False), (True, True)),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, (True, False), (True, True)),
        ({"oneway": "yes", "cycleway_left_oneway": "-1"}, (True, False), (True, True)),
        ({"oneway": "-1", "cycleway": "opposite"}, (False, True), (True, True)),
        ({"oneway_bicycle": "yes"}, (True, True), (True, False)),
        ({"oneway_bicycle": "-1"}, (True, True), (False, True)),
        ({"highway": "motorway"}, (True, False), (False, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True), (False, False)),
    ],
)
def test_one_way_streets(tags: dict[str, str], drive: tuple[bool, bool], cycle: tuple[bool, bool]) -> None:
    """Against the arrow only where a sign lets bicycles; walkers go both ways always."""
    found = speeds(**tags)
    assert tuple(speed > 0 for speed in found[DRIVE]) == drive
    assert tuple(speed > 0 for speed in found[CYCLE]) == cycle
    assert all(found[WALK]) == (tags.get("highway") != "motorway")


def test_a_footway_signed_one_way_is_one_way_on_foot() -> None:
    """Only its own key says so: ``oneway`` is for vehicles."""
    assert [speed > 0 for speed in speeds(oneway="yes", oneway_foot="-1")[WALK]] == [False, True]


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"access": "private"}, ""),
        ({"access": "no", "foot": "yes"}, "walk"),
        ({"motor_vehicle": "no"}, "walk cycle"),
        ({"motor_vehicle": "private", "motorcar": "yes"}, "drive walk cycle"),
        ({"vehicle": "no"}, "walk"),
        ({"vehicle": "no", "bicycle": "yes"}, "walk cycle"),
        ({"foot": "no"}, "drive cycle"),
        ({"access": "destination"}, "drive walk cycle"),
        ({"highway": "motorway"}, "drive"),
        ({"highway": "footway"}, "walk"),
        ({"highway": "footway", "bicycle": "yes"}, "walk cycle"),
        ({"highway": "cycleway"}, "walk cycle"),
        ({"highway": "steps"}, "walk"),
        ({"highway": "pedestrian"}, "walk cycle"),
        ({"highway": "busway"}, ""),
        ({"highway": "trunk", "motorroad": "yes"}, "drive"),
        ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, "drive walk"),
    ],
)
def test_who_may_use_a_way(tags: dict[str, str], modes: str) -> None:
    """The most particular tag wins: a private drive that is open on foot is a way on foot."""
    found = way_speeds({**STREET, **tags}, TABLE) or (0.0,) * 6
    pairs = {"drive": found[DRIVE], "walk": found[WALK], "cycle": found[CYCLE]}
    assert " ".join(mode for mode, both in pairs.items() if any(both)) == modes


def test_dismounted_cyclists_walk_their_bicycles() -> None:
    """Slower, and not forbidden."""
    assert speeds(bicycle="dismount")[CYCLE] == (4.0, 4.0)
    assert speeds(highway="steps", bicycle="yes")[CYCLE] == (4.0, 4.0)


def test_bad_surfaces_are_slower() -> None:
    """A field track is no street."""
    assert speeds(surface="gravel")[0] < speeds(surface="asphalt")[0] == speeds()[0]
    assert speeds(surface="gravel")[2] < speeds()[2]


def test_what_is_no_road_is_left_out() -> None:
    """Roads under construction cannot be driven, and a yard drawn as an area is no line."""
    assert way_speeds({"highway": "construction"}, TABLE) is None
    assert way_speeds({"highway": "service", "area": "yes"}, TABLE) is None
    assert way_speeds({"highway": "pedestrian", "area": "yes"}, TABLE) is not None


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({"barrier": "bollard"}, (True, False, False)),
        ({"barrier": "gate"}, (False, False, False)),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, (True, False, True)),
        ({"barrier": "stile"}, (True, False, True)),
        ({"barrier": "lift_gate", "motor_vehicle": "private"}, (True, False, False)),
        ({"barrier": "toll_booth"}, (False, False, False)),
        ({"barrier": "gate", "locked": "yes"}, (True, True, True)),
        ({"barrier": "gate", "locked": "yes", "foot": "yes"}, (True, False, True)),
        ({"barrier": "wall"}, (True, True, True)),
    ],
)
def test_barriers(tags: dict[str, str], stopped: tuple[bool, bool, bool]) -> None:
    """A bollard stops a car and nobody else."""
    assert stopped_modes(tags) == stopped
