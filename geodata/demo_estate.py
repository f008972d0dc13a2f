"""Sizes, costs, tenures, leases and condition of Peakshire's made-up assets, in the proportions met in the field."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from geodata.demo_names import read_table
from geodata.demo_outlines import Floats
from geodata.demo_sites import SERVICE_USES

TODAY = dt.date(2026, 4, 1)
"""The day on which the leases of the demo are counted from."""
NIA_M2 = (735.0, 0.85, 120.0, 9_000.0)
"""Net internal area of service buildings: median, spread of the logarithm, least and most (m2)."""
OFFICE_COST_GBP_PA = 12_400_000
"""What the 60 offices cost together: running cost, rent and rates (GBP a year)."""
RUNNING_GBP_M2, RENT_GBP_M2, RATES_GBP_M2, VALUE_GBP_M2 = 95.0, 105.0, 48.0, 950.0
PFI_RUNNING = 1.5
"""A PFI building's running cost against others': the charge covers finance."""
TENURES = (("freehold", 0.60), ("leasehold", 0.36), ("PFI", 0.04))
OTHER_TENURES = (("freehold", 0.80), ("leasehold", 0.16), ("licence", 0.04))
BREAK_SHARE = 0.45
"""Share of leases with a break within five years."""
M2_PER_DESK = (8.0, 12.0)
PUBLIC_OFFICES = 0.5
"""Share of offices with public access."""
CONDITIONS = (("A", 0.18), ("B", 0.44), ("C", 0.30), ("D", 0.08))
BACKLOG_GBP_M2 = {"A": 5.0, "B": 40.0, "C": 140.0, "D": 320.0}
PUBLIC_USES = frozenset(SERVICE_USES) - {"office", "depot", "fire station"}
MONEY = ["running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa"]


def furnish(sites: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the assets with sizes, tenures, costs and condition: the clean register that the lists are spoiled from.

    Parameters
    ----------
    sites
        As ``demo_sites.site_assets`` gives them.
    seed
        Seed of all random choices.

    Returns
    -------
    pandas.DataFrame
        The columns of ``sites`` and those of the register of assets (``nia_m2``, ``rent_gbp_pa``, ...), same index.
        The offices cost ``OFFICE_COST_GBP_PA`` together, to the pound.
    """
    rng = np.random.default_rng((seed, 5))
    assets = sites.copy()
    office = (assets["use"] == "office").to_numpy()
    service = assets["use"].isin(SERVICE_USES).to_numpy()
    assets = _add_sizes(rng, assets, service)
    tenure = np.empty(len(assets), dtype=object)
    for rows, shares in ((office, TENURES), (service & ~office, TENURES), (~service, OTHER_TENURES)):
        tenure[rows] = _dealt(rng, shares, int(rows.sum()))
    assets["tenure"] = tenure
    assets = _add_leases(rng, assets)
    assets["condition"] = _dealt(rng, CONDITIONS, len(assets))
    assets = _add_money(rng, assets)
    assets.loc[office, MONEY] = _calibrated(assets.loc[office, MONEY])
    return _add_access(rng, assets, office)


def _even(rng: np.random.Generator, count: int) -> Floats:
    """Return numbers spread evenly over 0 to 1 in random order (a stratified sample)."""
    return (rng.permutation(count) + rng.uniform(0, 1, count)) / count


def _dealt(rng: np.random.Generator, shares: tuple[tuple[str, float], ...], count: int) -> npt.NDArray[np.str_]:
    """Return ``count`` words in the given shares, to the nearest whole number, in random order.

    Examples
    --------
    >>> words = _dealt(np.random.default_rng(0), TENURES, 60)
    >>> [int((words == name).sum()) for name, _ in TENURES]
    [36, 22, 2]
    """
    names, weights = zip(*shares, strict=True)
    ends = np.round(np.cumsum(weights) / sum(weights) * count).astype(int)
    return rng.permutation(np.repeat(names, np.diff(ends, prepend=0)))


def _add_sizes(rng: np.random.Generator, assets: pd.DataFrame, service: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Add areas, kind of holding and desks; within each use, sizes are spread evenly over their distribution."""
    median, spread, least, most = NIA_M2
    nia, site, holding = np.zeros(len(assets)), np.zeros(len(assets)), np.empty(len(assets), dtype=object)
    desks = np.zeros(len(assets))
    for row in read_table("demo_uses.tsv"):
        at = (assets["use"] == row["use"]).to_numpy() & service
        size = median * np.exp(spread * ndtri(_even(rng, int(at.sum())))) * float(row["size"])
        nia[at] = np.clip(size, least, most)
        site[at], holding[at] = nia[at] * rng.uniform(1.2, 4.0, int(at.sum())), "Land and building"
        wide = rng.uniform(*M2_PER_DESK, int(at.sum())) * float(row["m2_per_desk"]) / np.mean(M2_PER_DESK)
        desks[at] = np.maximum(np.floor(nia[at] / wide), 2)
    for row in read_table("demo_holdings.tsv"):
        at = (assets["kind"] == row["holding"]).to_numpy()
        nia[at] = float(row["m2"]) * np.exp(0.35 * ndtri(_even(rng, int(at.sum()))))
        site[at] = 10_000 * float(row["hectares"]) * np.exp(0.5 * ndtri(_even(rng, int(at.sum()))))
        holding[at] = row["land_or_building"]
    for here, largest in _headquarters(assets, nia):
        for column in (nia, site, desks):
            column[[here, largest]] = column[[largest, here]]
    built = nia > 0
    return assets.assign(
        holding=holding,
        nia_m2=np.where(built, nia.round(1), np.nan),
        gia_m2=np.where(built, (nia * rng.uniform(1.12, 1.3, len(nia))).round(1), np.nan),
        site_area_m2=site.round(0),
        desks=np.where(service, desks, np.nan),
    )


def _headquarters(assets: pd.DataFrame, nia: Floats) -> list[tuple[int, int]]:
    """Return the rows of each body's headquarters and of its largest office; the first body's is the largest of all."""
    office = (assets["use"] == "office").to_numpy()
    seats = np.flatnonzero((assets["headquarters"] != "").to_numpy())
    pairs = [(int(seats[0]), int(np.where(office, nia, 0).argmax()))]
    for seat in map(int, seats[1:]):
        own = office & (assets["organisation"] == assets["organisation"].iloc[seat]).to_numpy()
        pairs.append((seat, int(np.where(own & (np.arange(len(nia)) != pairs[0][1]), nia, 0).argmax())))
    return pairs


def _add_leases(rng: np.random.Generator, assets: pd.DataFrame) -> pd.DataFrame:
    """Add lease ends 1 to 15 years away, and a break within five years for their share of the leases."""
    ends = pd.Series(pd.NaT, index=assets.index, dtype="datetime64[s]")
    breaks = ends.copy()
    today = pd.Timestamp(TODAY)
    for tenure, share in (("leasehold", BREAK_SHARE), ("PFI", 0.0), ("licence", 0.0)):
        rows = assets.index[assets["tenure"] == tenure]
        years = 1 + 14 * _even(rng, len(rows))
        ends[rows] = today + pd.to_timedelta((years * 365.25).astype(int), unit="D")
        with_break = _even(rng, len(rows)) < share
        early = rng.uniform(0.3, np.minimum(5.0, years - 0.1))
        breaks[rows[with_break]] = today + pd.to_timedelta((early[with_break] * 365.25).astype(int), unit="D")
    return assets.assign(lease_end=ends, break_date=breaks)


def _add_money(rng: np.random.Generator, assets: pd.DataFrame) -> pd.DataFrame:
    """Add running cost, rent, rates, backlog, value and energy, in whole pounds and kilowatt hours."""
    count = len(assets)
    nia = assets["nia_m2"].fillna(0.0).to_numpy()
    service = assets["use"].isin(SERVICE_USES).to_numpy()
    leased = assets["tenure"].isin(["leasehold", "licence"]).to_numpy()
    rate = RUNNING_GBP_M2 * np.where(service, 1.0, 0.45) * np.exp(rng.normal(0, 0.14, count))
    rate *= np.where(assets["tenure"] == "PFI", PFI_RUNNING, 1.0)
    land = assets["site_area_m2"].to_numpy() * 0.03
    backlog = assets["condition"].map(BACKLOG_GBP_M2).to_numpy() * rng.uniform(0.5, 1.5, count)
    kwh = nia * rng.uniform(110, 260, count) * assets["condition"].map({"A": 0.8, "B": 1.0, "C": 1.2, "D": 1.35})
    return assets.assign(
        running_cost_gbp_pa=np.round(rate * nia + land),
        rent_gbp_pa=np.where(leased, np.round(RENT_GBP_M2 * nia * np.exp(rng.normal(0, 0.12, count)) + land), 0.0),
        rates_gbp_pa=np.where(service, np.round(RATES_GBP_M2 * nia * np.exp(rng.normal(0, 0.1, count))), 0.0),
        backlog_gbp=np.round(backlog * nia, -2),
        value_gbp=np.where(leased, 0.0, np.round(VALUE_GBP_M2 * nia * rng.uniform(0.7, 1.4, count) + 12 * land, -3)),
        energy_kwh_pa=np.where(nia > 0, kwh.round(-2), np.nan),
    )


def _calibrated(money: pd.DataFrame) -> pd.DataFrame:
    """Return the offices' costs scaled to their published total; the largest takes what rounding leaves.

    Examples
    --------
    >>> raw = pd.DataFrame({"running_cost_gbp_pa": [1.0, 2.0], "rent_gbp_pa": [0.0, 1.0], "rates_gbp_pa": [1.0, 1.0]})
    >>> int(_calibrated(raw).to_numpy().sum())
    12400000
    """
    scaled: pd.DataFrame = (money * (OFFICE_COST_GBP_PA / money.to_numpy().sum())).round()
    largest = int(scaled["running_cost_gbp_pa"].argmax())
    rest = OFFICE_COST_GBP_PA - float(scaled.to_numpy().sum())
    scaled["running_cost_gbp_pa"] += np.where(np.arange(len(scaled)) == largest, rest, 0.0)
    return scaled


def _add_access(rng: np.random.Generator, assets: pd.DataFrame, office: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Add what visitors meet: public access, step-free entrance, energy rating, status."""
    count = len(assets)
    built = assets["nia_m2"].notna().to_numpy()
    public = assets["use"].isin(PUBLIC_USES).to_numpy(copy=True)
    public[office] = _even(rng, int(office.sum())) < PUBLIC_OFFICES
    level = rng.uniform(0, 1, count)
    step_free = pd.array(np.where(level < 0.74, True, False), dtype="boolean")
    step_free[(level > 0.93) | ~built] = pd.NA
    shift = assets["condition"].map({"A": -1, "B": 0, "C": 1, "D": 2}).to_numpy()
    band = np.clip(rng.integers(1, 5, count) + shift, 0, 6)
    status = np.where(
        assets["use"].isin(SERVICE_USES), "in use", _dealt(rng, (("in use", 0.9), ("vacant", 0.1)), count)
    )
    return assets.assign(
        public_facing=public,
        step_free=step_free,
        epc=np.where(built, np.array(list("ABCDEFG"))[band], ""),
        status=status,
    )
