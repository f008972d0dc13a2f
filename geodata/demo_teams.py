"""Who works in Peakshire's buildings: the teams of the offices, and those that run every other service building.

Knobs for calibration stand at the top: how many teams there are, how full the offices are, who may move.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.demo_names import read_table
from geodata.demo_outlines import Floats
from geodata.demo_sites import SERVICE_USES, read_bodies

N_OFFICE_TEAMS = 264
NEED_SHARE = (0.52, 0.60)
"""Share of an office's desks that its teams need."""
DESKS_PER_FTE = (0.6, 0.7, 0.8, 1.0)
FRONT_DESK_SHARE = 0.6
"""Share of offices with public access that have a front desk."""
SETTLED_SHARE = 0.04
"""Share of office teams that may not move."""
SERVICES = {
    "library": "library",
    "fire station": "fire",
    "police station": "police",
    "clinic": "health",
    "children and family centre": "family",
    "job centre": "jobs",
    "court": "justice",
    "leisure centre": "leisure",
    "community centre": "community",
    "depot": "depot",
}
"""Service of the one team that each building other than an office has."""


def place_teams(assets: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the teams: about 260 in the 60 offices, and one in each of the 260 other service buildings.

    Parameters
    ----------
    assets
        As ``demo_estate.furnish`` gives them.
    seed
        Seed of all random choices.

    Returns
    -------
    pandas.DataFrame
        Index ``team_id``; columns ``organisation asset_id service fte desks_per_fte front_desk security_class
        may_move``.
        The teams of an office need 52 to 60 % of its desks.
    """
    rng = np.random.default_rng((seed, 6))
    offices = assets[assets["use"] == "office"]
    counts = _teams_per_office(offices["desks"].to_numpy(dtype=np.float64))
    rows = []
    for (asset_id, office), count in zip(offices.iterrows(), counts, strict=True):
        rows += _office_teams(rng, str(asset_id), office, int(count))
    for asset_id, asset in assets[assets["use"].isin(SERVICE_USES[1:])].iterrows():
        rows.append(_resident_team(rng, str(asset_id), asset))
    columns = [
        "organisation",
        "asset_id",
        "service",
        "fte",
        "desks_per_fte",
        "front_desk",
        "security_class",
        "may_move",
    ]
    index = pd.Index([f"T{number:04d}" for number in range(1, len(rows) + 1)], name="team_id")
    return pd.DataFrame(rows, columns=columns, index=index)


def _teams_per_office(desks: Floats) -> list[int]:
    """Return how many teams each office holds: more in larger ones, ``N_OFFICE_TEAMS`` in all, none without.

    Examples
    --------
    >>> counts = _teams_per_office(np.linspace(20, 400, 60))
    >>> sum(counts), min(counts) >= 1
    (264, True)
    """
    exact = desks**0.6 / (desks**0.6).sum() * (N_OFFICE_TEAMS - len(desks))
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: N_OFFICE_TEAMS - len(desks) - int(whole.sum())]] += 1
    return [1 + int(count) for count in whole]


def _office_teams(rng: np.random.Generator, asset_id: str, office: pd.Series, count: int) -> list[tuple[object, ...]]:
    """Return the teams of one office with the desks shared out among them."""
    choices = _services_of(str(office["organisation"]))
    back = [row for row in choices if not row["front_desk"]]
    picked = [back[number] for number in rng.permutation(len(back))[:count]]
    picked += [back[number] for number in rng.integers(0, len(back), count - len(picked))]
    if office["public_facing"] and rng.uniform() < FRONT_DESK_SHARE:
        picked[0] = next(row for row in choices if row["front_desk"])
    need = rng.uniform(*NEED_SHARE) * float(office["desks"]) * rng.dirichlet(np.full(count, 4.0))
    teams: list[tuple[object, ...]] = []
    for row, desks in zip(picked, need, strict=True):
        ratio = float(rng.choice(DESKS_PER_FTE))
        may_move = bool(rng.uniform() >= SETTLED_SHARE)
        fte = round(float(desks) / ratio, 2)
        front = bool(row["front_desk"])
        teams.append(
            (office["organisation"], asset_id, row["service"], fte, ratio, front, row["security_class"], may_move)
        )
    return teams


def _services_of(organisation: str) -> list[dict[str, str]]:
    """Return the services of a body: its own rows of the table, or those of its kind."""
    body = next(body for body in read_bodies() if body.name == organisation)
    rows = read_table("demo_teams.tsv")
    return [row for row in rows if row["key"] == body.slug] or [row for row in rows if row["key"] == body.kind]


def _resident_team(rng: np.random.Generator, asset_id: str, asset: pd.Series) -> tuple[object, ...]:
    """Return the one team that runs a library, station, clinic, ...: it stays with its building."""
    service = SERVICES[str(asset["use"])]
    ratio = 0.5
    fte = float(np.floor(10 * rng.uniform(0.4, 0.85) * float(asset["desks"]) / ratio) / 10)
    classes = {"police": "policing", "health": "clinical", "family": "safeguarding", "justice": "offenders"}
    front = service not in ("fire", "depot")
    return (asset["organisation"], asset_id, service, fte, ratio, front, classes.get(service, "standard"), False)
