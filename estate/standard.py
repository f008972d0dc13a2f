"""The standard that space is held against, and what space costs and emits: assumptions that place.toml may change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from geodata.errors import DataError


@dataclass(frozen=True, slots=True)
class SpaceStandard:
    """How much space work needs; all values are assumptions unless a body has measured its own.

    Parameters
    ----------
    nia_per_gia
        Net over gross internal area, share.
    m2_per_desk
        Net m2 of desk space per desk, circulation and meeting rooms included.
    desks_per_fte
        Desks a full-time equivalent needs.
    service_share
        Share of a service's present space besides desks that it needs if it moves or is joined by another.
    desk_use
        Share of the desks that is needed today, where nobody has counted.

    Raises
    ------
    DataError
        If a value is not above nought, or a share above one; all at once.
    """

    nia_per_gia: float = 0.85
    m2_per_desk: float = 10.0
    desks_per_fte: float = 0.8
    desk_use: float = 0.56
    service_share: float = 0.7

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_positive(self, shares=("nia_per_gia", "desk_use", "service_share"))


@dataclass(frozen=True, slots=True)
class CostRates:
    """What a square metre costs a year where the list does not say (GBP per net m2 and year).

    Parameters
    ----------
    running_gbp_per_m2
        Energy, cleaning, repairs, caretaking of an office; other uses by their factor.
    rates_gbp_per_m2
        Business rates.
    rent_gbp_per_m2
        Rent, where leased.
    pfi_factor
        Running charge of a PFI contract over the ordinary running cost.

    Raises
    ------
    DataError
        If a value is not above nought; all at once.
    """

    running_gbp_per_m2: float = 75.0
    rates_gbp_per_m2: float = 20.0
    rent_gbp_per_m2: float = 105.0
    pfi_factor: float = 2.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        _check_positive(self, shares=())


@dataclass(frozen=True, slots=True)
class EnergyFactor:
    """What a kilowatt-hour emits (kg of CO2 equivalent), whatever the fuel: lists of assets do not name it.

    Parameters
    ----------
    kgco2e_per_kwh
        Midway between natural gas (0.18296, gross calorific value) and electricity from the grid (0.17700, generation
        only), UK Government greenhouse gas conversion factors for company reporting 2025 (Department for Energy
        Security and Net Zero, June 2025).

    Raises
    ------
    DataError
        If the value is not above nought.
    """

    kgco2e_per_kwh: float = 0.180

    def __post_init__(self) -> None:
        """Check the range."""
        _check_positive(self, shares=())


ASSUMPTIONS = tuple(field.name for kind in (SpaceStandard, CostRates, EnergyFactor) for field in fields(kind))


def space_and_rates(assumptions: Mapping[str, float] | None = None) -> tuple[SpaceStandard, CostRates]:
    """Return standard and rates of ``data/space.toml`` with the changes of place.toml; other names are passed over.

    Examples
    --------
    >>> standard, rates = space_and_rates({"m2_per_desk": 8})
    >>> standard.m2_per_desk, rates.rent_gbp_per_m2
    (8.0, 105.0)
    """
    changes = {name: float(value) for name, value in (assumptions or {}).items() if name in ASSUMPTIONS}
    told = {**_table()["standard"], **_table()["rates"], **changes}
    return (
        SpaceStandard(**{field.name: told[field.name] for field in fields(SpaceStandard)}),
        CostRates(**{field.name: told[field.name] for field in fields(CostRates)}),
    )


def energy_factor(assumptions: Mapping[str, float] | None = None) -> EnergyFactor:
    """Return the factor of ``data/space.toml``, or that of place.toml; other names are passed over.

    Examples
    --------
    >>> energy_factor().kgco2e_per_kwh, energy_factor({"kgco2e_per_kwh": 0.2}).kgco2e_per_kwh
    (0.18, 0.2)
    """
    told = {**_table()["energy"], **(assumptions or {})}
    return EnergyFactor(kgco2e_per_kwh=float(told["kgco2e_per_kwh"]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("estate") / "data" / "space.toml").read_text(encoding="utf-8"))


def typical_of(use: pd.Series) -> pd.DataFrame:
    """Return what is typical of each asset's use: columns of ``data/space.toml``, missing for land and the like."""
    known = pd.DataFrame.from_dict(_table()["use"], orient="index").astype("float64")
    return known.reindex(use.to_numpy()).set_axis(use.index)


def _check_positive(values: SpaceStandard | CostRates | EnergyFactor, *, shares: Sequence[str]) -> None:
    slips = []
    for field in fields(values):
        value = getattr(values, field.name)
        if not value > 0:
            slips.append(f"'{field.name}' is {value:g}; it must be above 0.")
        elif field.name in shares and value > 1:
            slips.append(f"'{field.name}' is {value:g}; it is a share and cannot be above 1.")
    if slips:
        raise DataError(f"assumptions: {' '.join(slips)} Correct place.toml.")
