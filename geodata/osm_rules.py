"""What OpenStreetMap's tags say about a way: how fast it is gone along each way by car, on foot and by bicycle.

Rules of Great Britain where the tags leave something open: a motorway and a roundabout are one-way, people on foot and
horse may use public paths, and "national" is 60 mph, or 70 on a dual carriageway. Restrictions on single turns and the
time lost at junctions are not looked at; the share of the limit in the table of speeds stands for the latter.
Access is what the most particular tag says: ``motor_vehicle=no`` beats ``access=yes``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from geodata.road_speeds import RoadMode, SpeedTable

KMH_A_MPH = 1.609344
Tags = Mapping[str, str]
#: Kilometres an hour forward and backward of each mode: drive, walk, cycle. 0 = not allowed.
Both = tuple[float, float, float, float, float, float]

ACCESS_KEYS: dict[RoadMode, tuple[str, ...]] = {
    "drive": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "walk": ("foot", "access"),
    "cycle": ("bicycle", "vehicle", "access"),
}
FORBIDDEN = {"no", "private", "agricultural", "forestry", "military", "emergency", "discouraged", "delivery", "permit",
             "use_sidepath", "psv", "bus"}  # fmt: skip
ALLOWED = {"yes", "designated", "permissive", "destination", "customers", "public", "official"}
#: Barriers that stop a mode where no tag says otherwise.
STOPS: dict[RoadMode, frozenset[str]] = {
    "drive": frozenset({
        "bollard", "block", "cycle_barrier", "stile", "kissing_gate", "jersey_barrier", "chain", "log", "debris",
        "motorcycle_barrier", "turnstile", "full-height_turnstile", "bus_trap", "sump_buster", "rope", "hampshire_gate",
        "planter", "horse_stile", "wall", "fence",
    }),
    "walk": frozenset({"wall", "fence"}),
    "cycle": frozenset({"stile", "kissing_gate", "turnstile", "full-height_turnstile", "wall", "fence"}),
}  # fmt: skip
NAMED_LIMITS_MPH = {"national": 60.0, "nsl_single": 60.0, "nsl_dual": 70.0, "motorway": 70.0, "nsl_restricted": 30.0,
                    "urban": 30.0, "zone20": 20.0, "zone:20": 20.0, "zone30": 30.0, "zone:30": 30.0,
                    "walk": 4.0}  # fmt: skip
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?")


def limit_kmh(text: str) -> float | None:
    """Return a signed speed limit in kilometres an hour, or None where the text names none ("none" too).

    Examples
    --------
    >>> round(limit_kmh("30 mph"), 1), limit_kmh("50"), limit_kmh("signals")
    (48.3, 50.0, None)
    >>> round(limit_kmh("GB:nsl_dual")), round(limit_kmh("20 mph;30 mph"))
    (113, 32)
    """
    first = text.split(";", maxsplit=1)[0].strip().lower().removeprefix("gb:").removeprefix("uk:")
    if first in NAMED_LIMITS_MPH:
        return NAMED_LIMITS_MPH[first] * KMH_A_MPH
    match = _LIMIT.fullmatch(first)
    if match is None or float(match[1]) <= 0:
        return None
    return float(match[1]) * (KMH_A_MPH if match[2] == "mph" else 1.0)


def way_speeds(tags: Tags, table: SpeedTable) -> Both | None:
    """Return the speeds along a way, forward and backward by car, on foot and by bicycle; None where nobody may go.

    Parameters
    ----------
    tags
        Tags of the way, with ``highway``.
    table
        Speeds by class and surface.

    Examples
    --------
    >>> from geodata.road_speeds import read_speeds
    >>> way_speeds({"highway": "residential", "oneway": "yes"}, read_speeds())
    (26.0, 0.0, 4.8, 4.8, 15.0, 0.0)
    >>> way_speeds({"highway": "proposed"}, read_speeds()) is None
    True
    """
    if tags["highway"] not in table.classes or (tags.get("area") == "yes" and tags["highway"] != "pedestrian"):
        return None
    factors = table.surfaces.get(tags.get("surface", ""), (1.0, 1.0, 1.0))
    drive = tuple(speed * factors[0] for speed in _drive(tags, table))
    walk = tuple(speed * factors[1] for speed in _walk(tags, table))
    cycle = tuple(speed * factors[2] for speed in _cycle(tags, table))
    speeds = (drive[0], drive[1], walk[0], walk[1], cycle[0], cycle[1])
    return speeds if any(speeds) else None


def stopped_modes(tags: Tags) -> tuple[bool, bool, bool]:
    """Return whether a barrier on a node stops cars, walkers and cyclists.

    Examples
    --------
    >>> stopped_modes({"barrier": "bollard"}), stopped_modes({"barrier": "gate", "access": "private"})
    ((True, False, False), (True, True, True))
    >>> stopped_modes({"barrier": "bollard", "motor_vehicle": "yes"})
    (False, False, False)
    """
    return (_stops(tags, "drive"), _stops(tags, "walk"), _stops(tags, "cycle"))


def _stops(tags: Tags, mode: RoadMode) -> bool:
    allowed = _access(tags, mode)
    if allowed is None:
        return tags.get("barrier", "") in STOPS[mode] or tags.get("locked") == "yes"
    return not allowed


def _access(tags: Tags, mode: RoadMode) -> bool | None:
    """Return what the most particular tag says of a mode, or None where none says anything."""
    for key in ACCESS_KEYS[mode]:
        value = tags.get(key, "").split(";")[0].strip().lower()
        if value in ALLOWED or value == "dismount":
            return True
        if value in FORBIDDEN:
            return False
    return None


def _drive(tags: Tags, table: SpeedTable) -> tuple[float, float]:
    speed = table.classes[tags["highway"]]
    if _access(tags, "drive") is False or speed.drive_kmh <= 0:
        return (0.0, 0.0)
    forward, backward = _directions(tags)
    return (
        _limited(tags, "forward", speed.drive_kmh, speed.share_of_limit) if forward else 0.0,
        _limited(tags, "backward", speed.drive_kmh, speed.share_of_limit) if backward else 0.0,
    )


def _limited(tags: Tags, way: str, usual_kmh: float, share: float) -> float:
    """Return the share of the signed limit, or the usual speed where none is signed."""
    limit = limit_kmh(tags.get(f"maxspeed:{way}", tags.get("maxspeed", "")))
    return usual_kmh if limit is None else limit * share


def _directions(tags: Tags) -> tuple[bool, bool]:
    """Return whether vehicles may go forward and backward."""
    oneway = tags.get("oneway", "")
    implied = tags["highway"] == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    return _ways("yes" if implied and not oneway else oneway)


def _ways(oneway: str) -> tuple[bool, bool]:
    """Return whether a value of a key such as ``oneway`` lets go forward and backward.

    Examples
    --------
    >>> _ways("yes"), _ways("-1"), _ways("no")
    ((True, False), (False, True), (True, True))
    """
    return (oneway not in {"-1", "reverse"}, oneway not in {"yes", "true", "1"})


def _walk(tags: Tags, table: SpeedTable) -> tuple[float, float]:
    speed, allowed = table.classes[tags["highway"]].walk_kmh, _access(tags, "walk")
    if allowed is False:
        return (0.0, 0.0)
    if speed <= 0 or (allowed is None and tags.get("motorroad") == "yes"):
        speed = table.classes["footway"].walk_kmh if tags.get("foot") in ALLOWED else 0.0
    forward, backward = _ways(tags.get("oneway:foot", ""))
    return (speed if forward else 0.0, speed if backward else 0.0)


def _cycle(tags: Tags, table: SpeedTable) -> tuple[float, float]:
    speed, said = table.classes[tags["highway"]].cycle_kmh, tags.get("bicycle", "")
    if said == "dismount":
        wheeling = table.classes["wheeling"].cycle_kmh
        return (wheeling, wheeling)
    allowed = _access(tags, "cycle")
    if allowed is False:
        return (0.0, 0.0)
    if speed <= 0 or (allowed is None and tags.get("motorroad") == "yes"):
        # where steps are open to bicycles there is a groove to push them along
        signed = "wheeling" if tags["highway"] == "steps" else "signed cycling"
        speed = table.classes[signed].cycle_kmh if said in ALLOWED else 0.0
    forward, backward = _ways(tags["oneway:bicycle"]) if "oneway:bicycle" in tags else _directions(tags)
    if _contraflow(tags):
        return (speed, speed)
    return (speed if forward else 0.0, speed if backward else 0.0)


def _contraflow(tags: Tags) -> bool:
    """Return True where bicycles may go against a one-way street."""
    if tags.get("oneway:bicycle") == "no":
        return True
    lanes = [tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")]
    back = [tags.get(f"cycleway:{side}:oneway", "") for side in ("left", "right")]
    return any(lane.startswith("opposite") for lane in lanes) or any(way in {"-1", "no"} for way in back)
