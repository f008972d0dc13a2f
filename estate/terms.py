"""Terms between those who share a building: who pays what for how much space, for how long, and when they may leave."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from estate.numbers import number
from geodata.errors import DataError, did_you_mean


@dataclass(frozen=True, slots=True)
class JointWorking:
    """A level of joint working, with the terms it brings.

    Parameters
    ----------
    name, words
        Name, and what it means.
    instrument
        Memorandum, licence, lease or pooled ownership.
    term_years, first_break, break_every
        Length, and the years after which either may leave.
    pays
        What guests pay, in words.
    share_rule
        How savings are shared: own, space, shapley or staff.
    """

    name: str
    words: str
    instrument: str
    term_years: int
    first_break: int
    break_every: int
    pays: str
    share_rule: str

    def breaks(self) -> tuple[int, ...]:
        """Return the years after which either may leave before the end.

        Examples
        --------
        >>> level("collaboration").breaks()  # Suffolk: 25 years, breaks at 10 and every 5
        (10, 15, 20)
        """
        return tuple(range(self.first_break, self.term_years, self.break_every))


@cache
def levels() -> dict[str, JointWorking]:
    """Return the four levels of ``data/joint_working.toml``, the loosest first."""
    table = tomllib.loads((files("estate") / "data" / "joint_working.toml").read_text(encoding="utf-8"))
    return {name: JointWorking(name, **entry) for name, entry in table.items()}


def level(name: str) -> JointWorking:
    """Return a level by its name.

    Raises
    ------
    DataError
        There is no such level.
    """
    if name not in levels():
        raise DataError(
            f"joint working: '{name}' is no level.{did_you_mean(name, levels())} Give one of: {', '.join(levels())}."
        )
    return levels()[name]


def sharing_terms(guests: pd.DataFrame, assets: pd.DataFrame, working: JointWorking) -> pd.DataFrame:
    """Return what each guest would pay its host in a year, and for how long.

    Parameters
    ----------
    guests
        One row a guest in a building: ``asset_id`` (of the host's building), ``body`` and ``m2`` (net area taken).
    assets
        Register with ``organisation nia_m2 rent_gbp_pa rates_gbp_pa running_cost_gbp_pa`` (m2, GBP a year).
    working
        Level of joint working.

    Returns
    -------
    DataFrame
        One row a guest: ``building``, ``host``, ``guest``, ``m2``, ``share`` of the building; ``rent_gbp_pa``,
        ``rates_gbp_pa``, ``utilities_gbp_pa`` (running costs) and ``total_gbp_pa`` by that share; ``instrument``,
        ``term_years``, ``breaks``. A memorandum and a licence recharge no rent. Missing costs stay missing.
    """
    at = guests["asset_id"]
    area = number(assets, "nia_m2").reindex(at).to_numpy()
    share = (guests["m2"].to_numpy() / area).clip(max=1.0)
    costs = {
        "rent_gbp_pa": number(assets, "rent_gbp_pa").fillna(0.0)
        * (working.instrument in {"lease", "pooled ownership"}),
        "rates_gbp_pa": number(assets, "rates_gbp_pa"),
        "utilities_gbp_pa": number(assets, "running_cost_gbp_pa"),
    }
    table = pd.DataFrame(
        {
            "building": assets["name"].reindex(at).to_numpy(),
            "asset_id": at.to_numpy(),
            "host": assets["organisation"].reindex(at).to_numpy(),
            "guest": guests["body"].to_numpy(),
            "m2": guests["m2"].to_numpy(),
            "share": share,
            **{name: (cost.reindex(at).to_numpy() * share).round(0) for name, cost in costs.items()},
        }
    )
    table["total_gbp_pa"] = table[list(costs)].sum(axis=1, min_count=1)
    table["instrument"], table["term_years"] = working.instrument, working.term_years
    return table.assign(breaks=", ".join(f"year {year}" for year in working.breaks()))
