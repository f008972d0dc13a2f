"""Hold a pair of buildings against the nine factors by which Suffolk chose sites to share.

The factors: location, all properties nearby, cost must fall, planning, community views, limits on either service,
shared use, disabled access, carbon. Each speaks for the pair, against it, or is not known, with the fact it rests on.
They are counted and never weighed into one score: how much a step-free door counts against a tonne of carbon is for
people.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from estate.numbers import number
from estate.phrases import counted, metres, pounds
from estate.planning import planning_factor
from estate.space import tied_fte
from estate.standard import EnergyFactor, energy_factor

STANCES = ("for", "against", "not known")
NINE = (
    "location", "properties_nearby", "cost", "planning", "community_views", "limits_on_services", "shared_use",
    "disabled_access", "carbon",
)  # fmt: skip
COUNTS = ("n_for", "n_against", "n_not_known")
Row = Mapping[Hashable, object]
NEAR_M = 800.0  # ten minutes on foot at 4.8 km/h
NOTE_LENGTH = 90
FACTOR_SOURCE = "between gas and grid electricity in the UK Government conversion factors 2025, fuel assumed"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a place besides its register.

    Parameters
    ----------
    never_together
        Pairs of classes of work (a service or a security class) that may not share a building.
    teams
        Teams with `asset_id`, `service` and `security_class`: which classes work where. None: the services of the
        register only.
    notes
        What residents said: `locality` and `note`. Which way a note speaks is not guessed; it is shown to be read.
    energy
        The carbon of a kWh.
    """

    never_together: tuple[tuple[str, str], ...] = ()
    teams: pd.DataFrame | None = None
    notes: pd.DataFrame | None = None
    energy: EnergyFactor | None = None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the factors ask of each building, by asset_id."""

    row: Mapping[str, Row]
    step_free: Mapping[str, bool | None]
    tied: Mapping[str, float]
    near: Mapping[str, frozenset[str]]
    body: Mapping[str, str]
    classes: Mapping[str, frozenset[str]]
    energy_kwh: Mapping[str, float]
    cost: Mapping[str, float]
    notes: Mapping[str, tuple[str, ...]]


def pair_factors(
    pairs: pd.DataFrame, assets: gpd.GeoDataFrame, *, within_m: float, knowledge: Knowledge | None = None
) -> pd.DataFrame:
    """Return the nine factors of every pair, in words, and how many speak for it.

    Parameters
    ----------
    pairs
        `asset_a`, `asset_b`, `guest`, `host`, `distance_m`, `saving_gbp_pa`, `rests_on`, `already_shared`.
    assets
        Buildings that can be shared, index `asset_id`; points in BNG. `annual_cost_gbp` where costs are known.
    within_m
        How near other buildings count as nearby (metres).
    knowledge
        What is known besides the register.

    Returns
    -------
    DataFrame
        The caller's index; one text column per factor ("for: 420 m apart"), and `n_for`, `n_against`, `n_not_known`,
        which add up to nine.
    """
    knowledge = knowledge or Knowledge()
    facts = _facts(assets, within_m, knowledge)
    told = [_nine(pair, facts, within_m, knowledge) for pair in pairs.to_dict("records")]
    table = pd.DataFrame(told, index=pairs.index, columns=list(NINE), dtype="str")
    stances = table.apply(lambda column: column.str.split(":").str[0])
    counts = {f"n_{stance.replace(' ', '_')}": stances.eq(stance).sum(axis=1) for stance in STANCES}
    return table.assign(**counts)


def _facts(assets: gpd.GeoDataFrame, within_m: float, knowledge: Knowledge) -> _Facts:
    ids = assets.index.to_numpy()
    points = np.column_stack([assets.geometry.x, assets.geometry.y])
    building = assets.get("building", assets.index.to_series()).to_numpy()
    near = cKDTree(points).query_ball_point(points, within_m) if len(points) else []
    return _Facts(
        row={str(key): row for key, row in zip(ids, assets.drop(columns="geometry").to_dict("records"), strict=True)},
        step_free=_step_free(assets),
        tied=_by_id(tied_fte(assets)),
        near={
            str(key): frozenset(str(building[place]) for place in places) for key, places in zip(ids, near, strict=True)
        },
        body=dict(zip(building.astype("str"), assets["organisation"].astype("str"), strict=True)),
        classes=_classes(assets, knowledge.teams),
        energy_kwh=_by_id(number(assets, "energy_kwh_pa")),
        cost=_by_id(number(assets, "annual_cost_gbp")),
        notes=_notes(knowledge.notes),
    )


def _by_id(values: pd.Series) -> dict[str, float]:
    return {str(key): float(value) for key, value in values.items()}


def _step_free(assets: gpd.GeoDataFrame) -> dict[str, bool | None]:
    if "step_free" not in assets:
        return dict.fromkeys(assets.index.astype("str"))
    flags = assets["step_free"].astype("boolean")
    known, value = flags.notna().tolist(), flags.fillna(value=False).tolist()
    return {str(key): one if told else None for key, one, told in zip(assets.index, value, known, strict=True)}


def _classes(assets: gpd.GeoDataFrame, teams: pd.DataFrame | None) -> dict[str, frozenset[str]]:
    """Return the services and security classes of each building."""
    services = assets.get("services", pd.Series("", index=assets.index)).fillna("").astype("str").str.split(";")
    classes = {str(key): {one.strip() for one in words} - {""} for key, words in services.items()}
    if teams is not None:
        for team in teams[["asset_id", "service", "security_class"]].itertuples(index=False):
            classes.setdefault(str(team.asset_id), set()).update({str(team.service), str(team.security_class)})
    return {key: frozenset(words) for key, words in classes.items()}


def _notes(notes: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    if notes is None:
        return {}
    return {str(place): tuple(group) for place, group in notes["note"].astype("str").groupby(notes["locality"])}


def _nine(pair: Row, facts: _Facts, within_m: float, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the nine texts of one pair, in the order of :data:`NINE`."""
    a, b = str(pair["asset_a"]), str(pair["asset_b"])
    guest, host = str(pair["guest"]), str(pair["host"])
    return (
        _location(float(str(pair["distance_m"]))),
        _nearby(a, b, facts, within_m),
        _cost(pair, facts),
        planning_factor(facts.row[a], facts.row[b]),
        _views(facts.row[a], facts.row[b], facts),
        _limits(a, b, facts, knowledge.never_together),
        _shared_use(facts.row[a], facts.row[b]),
        _access([facts.step_free[key] for key in ([host] if host else [a, b])]),
        _carbon(guest, float(str(pair["saving_gbp_pa"])), facts, knowledge.energy or energy_factor()),
    )


def _location(distance_m: float) -> str:
    near = distance_m <= NEAR_M
    return f"{'for' if near else 'against'}: {metres(distance_m)} apart{'' if near else ', over ten minutes on foot'}"


def _nearby(a: str, b: str, facts: _Facts, within_m: float) -> str:
    """Say how many other public buildings stand within the distance of either: more to choose from, more to join."""
    own = {str(facts.row[key].get("building", key)) for key in (a, b)}
    others = (facts.near[a] | facts.near[b]) - own
    if not others:
        return f"against: no other public building within {metres(within_m)}"
    bodies = len({facts.body[one] for one in others})
    whose = "1 body" if bodies == 1 else f"{bodies} bodies"
    return f"for: {counted(len(others), 'other public building')} of {whose} within {metres(within_m)}"


def _cost(pair: Row, facts: _Facts) -> str:
    saving = float(str(pair["saving_gbp_pa"]))
    if pair["already_shared"]:
        return "not known: they seem to share a building already"
    if saving > 0:
        return f"for: up to {pounds(saving)} a year ({pair['rests_on']}), before the cost of moving"
    if any(np.isnan(facts.cost[str(pair[key])]) for key in ("asset_a", "asset_b")):
        return "not known: the cost of a building is not known"
    return "against: neither can be emptied into the other"


def _views(one: Row, other: Row, facts: _Facts) -> str:
    places = list(dict.fromkeys(str(row.get("locality") or "") for row in (one, other)))
    notes = [note for place in places if place for note in facts.notes.get(place, ())]
    if not notes:
        return "not known: no resident has been asked"
    first = notes[0] if len(notes[0]) <= NOTE_LENGTH else f"{notes[0][:NOTE_LENGTH].rstrip()}..."
    return f"not known: {counted(len(notes), 'note')} of residents to read, the first: '{first}'"


def _limits(a: str, b: str, facts: _Facts, never_together: tuple[tuple[str, str], ...]) -> str:
    """Say what keeps either service from sharing: classes kept apart, or crews in both buildings."""
    for one, other in never_together:
        if (one in facts.classes[a] and other in facts.classes[b]) or (
            other in facts.classes[a] and one in facts.classes[b]
        ):
            return f"against: '{one}' and '{other}' may not share a building"
    tied = [key for key in (a, b) if facts.tied[key] > 0]
    names = [f"the {facts.row[key]['use']}" for key in tied]
    if len(tied) == 2:
        return f"against: crews or wards of both buildings cannot leave ({names[0]}, {names[1]})"
    if tied:
        return f"for: people of {names[0]} cannot leave, those of the other building can"
    return "for: no crew or ward is tied to either building"


def _shared_use(one: Row, other: Row) -> str:
    uses = f"{one['use']} and {other['use']}"
    public = [bool(row.get("public_facing")) for row in (one, other)]
    if all(public):
        return f"for: the public visits both ({uses})"
    if not any(public):
        return f"for: neither is open to the public ({uses})"
    return f"not known: the public visits one only ({uses}); it may need a door of its own"


def _access(step_free: list[bool | None]) -> str:
    """Say whether the building that would receive has a step-free way in; where none is chosen, whether either has."""
    known = [value for value in step_free if value is not None]
    which = "the host" if len(step_free) == 1 else "one of them"
    if any(known):
        return f"for: {which} is step-free"
    if len(known) == len(step_free):
        return f"against: {'the host is not' if len(step_free) == 1 else 'neither is'} step-free"
    return "not known: no list says whether the way in is step-free"


def _carbon(guest: str, saving: float, facts: _Facts, energy: EnergyFactor) -> str:
    """Say what emptying the guest would save, in the part in which it empties it."""
    if not guest:
        return "against: no building would be emptied"
    kwh = facts.energy_kwh[guest]
    if np.isnan(kwh):
        return "not known: the energy of the emptied building is not recorded"
    part = min(saving / facts.cost[guest], 1.0) if facts.cost[guest] > 0 else 1.0
    tonnes = kwh * part * energy.kgco2e_per_kwh / 1_000
    source = FACTOR_SOURCE if energy == EnergyFactor() else "as place.toml assumes"
    return (
        f"for: up to {tonnes:,.1f} t CO2e a year less, before what the host uses more "
        f"({energy.kgco2e_per_kwh:.3f} kg a kWh, {source})"
    )
