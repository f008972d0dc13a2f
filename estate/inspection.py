"""Everything that is wrong with buildings, teams, pins and classes before a plan is sought: found all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from estate.leases import contract_end
from estate.numbers import number
from estate.rules import Pin, Rules
from geodata.errors import DataError, did_you_mean, examples

NEEDED = {"desks": "desks", "nia_m2": "net internal area", "running_cost_gbp_pa": "running cost"}
NEVER_NEGATIVE = (*NEEDED, "rent_gbp_pa", "rates_gbp_pa", "backlog_gbp", "value_gbp")


def check_facts(assets: pd.DataFrame, teams: pd.DataFrame, rules: Rules, *, start_year: float) -> None:
    """Raise one error that names every fault of the register, the teams and the rules.

    Raises
    ------
    DataError
        Keys repeat, numbers are missing or negative, teams have no building, rules name something unknown, or pins
        contradict each other.
    """
    faults = [*_repeats(assets, "assets"), *_repeats(teams, "teams"), *_unknown_uses(assets, rules)]
    chosen = assets[in_choice(assets, teams, rules)]
    faults += _bad_numbers(chosen)
    faults += _bad_teams(teams, assets)
    faults += _unknown_classes(teams, rules)
    faults += _bad_pins(assets, chosen, teams, rules, start_year)
    if faults:
        raise DataError(" ".join(faults))


def in_choice(assets: pd.DataFrame, teams: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return True for buildings to decide about: of the uses asked for, and not on their way out with nobody in."""
    of_use = assets["use"].isin(rules.uses) if rules.uses else pd.Series(True, index=assets.index)
    return of_use & (~on_the_way_out(assets, rules) | assets.index.isin(teams["asset_id"]))


def on_the_way_out(assets: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return True for buildings that are sold, closed or about to be, by their status."""
    if "status" not in assets:
        return pd.Series(False, index=assets.index)
    return assets["status"].isin(rules.statuses_out)


def never_moves(teams: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return True for teams that stay where they are: by the teams table, by their service or by a pin."""
    stay_teams = [pin.team for pin in rules.pins if pin.rule == "stay" and pin.team]
    stay_assets = [pin.asset for pin in rules.pins if pin.rule == "stay" and pin.asset]
    return (
        ~teams["may_move"].astype(bool)
        | teams["service"].isin(rules.fixed_services)
        | teams.index.isin(stay_teams)
        | teams["asset_id"].isin(stay_assets)
    )


def held_contract(assets: pd.DataFrame, *, start_year: float) -> pd.Series:
    """Return True for PFI buildings whose contract has not ended, or has no end on record."""
    return assets["tenure"].eq("PFI") & ~(contract_end(assets) <= start_year)


def _repeats(table: pd.DataFrame, name: str) -> list[str]:
    repeated = list(table.index[table.index.duplicated()].unique())
    return [f"{name}: {examples(repeated)} stand(s) there more than once. Keep one row each."] if repeated else []


def _unknown_uses(assets: pd.DataFrame, rules: Rules) -> list[str]:
    known = sorted(set(assets["use"].dropna()))
    return [
        f"rules: no building has the use '{use}'.{did_you_mean(use, known)} Correct [options] uses."
        for use in rules.uses
        if use not in known
    ]


def _bad_numbers(assets: pd.DataFrame) -> list[str]:
    faults = []
    for column, label in NEEDED.items():
        missing = list(assets.index[number(assets, column).isna()])
        if missing:
            faults.append(
                f"assets: {label} ('{column}') is missing for {examples(missing, total=len(assets))}. Record or "
                "estimate it, or leave these buildings out."
            )
    for column in NEVER_NEGATIVE:
        negative = list(assets.index[number(assets, column) < 0])
        if negative:
            faults.append(f"assets: '{column}' is negative for {examples(negative, total=len(assets))}. Correct it.")
    return faults


def _bad_teams(teams: pd.DataFrame, assets: pd.DataFrame) -> list[str]:
    faults = []
    homeless = list(teams.index[teams["asset_id"].isna()])
    if homeless:
        faults.append(f"teams: {examples(homeless, total=len(teams))} have no building. Give each an 'asset_id'.")
    strange = teams[teams["asset_id"].notna() & ~teams["asset_id"].isin(assets.index)]
    if len(strange):
        first = str(strange["asset_id"].iloc[0])
        faults.append(
            f"teams: {examples(list(strange.index), total=len(teams))} sit in buildings that are not in the register, "
            f"such as '{first}'.{did_you_mean(first, map(str, assets.index))} Correct 'asset_id'."
        )
    for column in ("fte", "desks_per_fte"):
        bad = list(teams.index[~(pd.to_numeric(teams[column]) >= 0)])
        if bad:
            faults.append(
                f"teams: '{column}' is missing or negative for {examples(bad, total=len(teams))}. Correct it."
            )
    return faults


def _unknown_classes(teams: pd.DataFrame, rules: Rules) -> list[str]:
    known = sorted(set(teams["security_class"]) | set(teams["service"]))
    named = dict.fromkeys(name for pair in rules.never_together for name in pair)
    return [
        f"rules: never_together names '{name}', which is neither a security class nor a service."
        f"{did_you_mean(name, known)} Correct it."
        for name in named
        if name not in known
    ]


def _bad_pins(
    assets: pd.DataFrame, chosen: pd.DataFrame, teams: pd.DataFrame, rules: Rules, start_year: float
) -> list[str]:
    unknown = [fault for pin in rules.pins for fault in _unknown_pin(pin, assets.index, teams.index)]
    if unknown:
        return [*unknown, *_two_minds(rules.pins)]
    return [*_two_minds(rules.pins), *_unreleasable(assets, chosen, teams, rules, start_year)]


def _unknown_pin(pin: Pin, assets: pd.Index, teams: pd.Index) -> list[str]:
    if bool(pin.asset) == bool(pin.team) or (pin.team and pin.rule != "stay"):
        return [
            f"pins: '{pin.rule}' needs one building{', or one team' if pin.rule == 'stay' else ''}. Name just that."
        ]
    kind, name, known = ("building", pin.asset, assets) if pin.asset else ("team", pin.team, teams)
    if name in known:
        return []
    return [f"pins: there is no {kind} '{name}'.{did_you_mean(name, map(str, known))} Correct the pin."]


def _two_minds(pins: Sequence[Pin]) -> list[str]:
    by_rule = {rule: {pin.asset for pin in pins if pin.rule == rule} for rule in ("keep", "release", "stay")}
    both = sorted(by_rule["release"] & (by_rule["keep"] | by_rule["stay"]))
    return [f"pins: {examples(both)} must be kept and released at once. Drop one of the pins."] if both else []


def _unreleasable(
    assets: pd.DataFrame, chosen: pd.DataFrame, teams: pd.DataFrame, rules: Rules, start_year: float
) -> list[str]:
    released = list(dict.fromkeys(pin.asset for pin in rules.pins if pin.rule == "release"))
    faults = []
    outside = [name for name in released if name not in chosen.index]
    if outside:
        faults.append(
            f"pins: {examples(outside)} cannot be released, because buildings of that use or status are not decided "
            "about. Add the use to [options] uses, or drop the pin."
        )
    held = assets.loc[released][held_contract(assets.loc[released], start_year=start_year)]
    if len(held):
        faults.append(
            f"pins: {examples(list(held.index))} cannot be released before the PFI contract ends. Drop the pin."
        )
    staying = teams[never_moves(teams, rules)]
    stuck = staying[staying["asset_id"].isin(released)]
    already = {pin.asset for pin in rules.pins if pin.rule == "stay"}
    for asset, group in by_asset(stuck[~stuck["asset_id"].isin(already)]):
        faults.append(
            f"pins: '{asset}' cannot be released, because {examples(list(group.index))} may not move. Let them move, "
            "or drop the pin."
        )
    return faults


def by_asset(rows: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Return the rows of each building by its id, in order."""
    return ((str(asset), group) for asset, group in rows.groupby("asset_id", sort=True))
