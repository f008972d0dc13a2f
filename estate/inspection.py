"""Everything that is wrong with buildings, teams, pins and classes before a plan is sought: found all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from estate.leases import contract_end
from estate.numbers import number
from estate.rules import Pin, Rules
from estate.security import misspelt
from estate.segment_losses import ALL
from geodata.errors import DataError, did_you_mean, examples

NEEDED = {"desks": "desks", "nia_m2": "net internal area", "running_cost_gbp_pa": "running cost"}
NEVER_NEGATIVE = (*NEEDED, "rent_gbp_pa", "rates_gbp_pa", "backlog_gbp", "value_gbp")


def check_facts(
    assets: pd.DataFrame, teams: pd.DataFrame, rules: Rules, *, start_year: float, segments: pd.Series | None = None
) -> None:
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
    classes = {*teams["security_class"].dropna().astype(str), *teams["service"].dropna().astype(str)}
    faults += misspelt(assets, rules.secure_classes, known_classes=classes)
    faults += [*_unknown_classes(teams, rules), *_unknown_names(assets, teams, rules, segments)]
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
    places = {name: "never_together" for pair in rules.never_together for name in pair}
    places |= dict.fromkeys(rules.separate_classes, "separate_classes")
    places |= dict.fromkeys(_strange(rules.secure_classes, known), "secure_classes")
    places |= {rule.beside: "perceptions" for rule in rules.perceptions}
    return [
        f"rules: {where} names '{name}', which is neither a security class nor a service."
        f"{did_you_mean(name, known)} Correct it."
        for name, where in places.items()
        if name not in known
    ]


def _strange(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the names that nobody knows, whatever their case."""
    plain = {one.strip().casefold() for one in known}
    return [name for name in names if name.strip().casefold() not in plain]


def _unknown_names(assets: pd.DataFrame, teams: pd.DataFrame, rules: Rules, segments: pd.Series | None) -> list[str]:
    """Return a sentence for each body, town and segment that a rule names and nobody knows."""
    bodies = sorted(set(assets["organisation"].dropna()) | set(teams["organisation"].dropna()))
    towns = sorted(set(assets["locality"].dropna()) - {""}) if "locality" in assets else []
    groups = [ALL] if segments is None else [ALL, *sorted(set(segments.dropna().map(str)))]
    named = [("budgets", "body", budget.body, bodies) for budget in rules.budgets if budget.body]
    named += [("presence", "body", rule.body, bodies) for rule in rules.presence if rule.body]
    named += [("presence", "town", rule.town, towns) for rule in rules.presence]
    named += [("perceptions", "segment", rule.segment, groups) for rule in rules.perceptions]
    losses = [code for standard in rules.standards for one in standard.losses for code in one.parts]
    named += [("access standards", "segment", code, groups[1:]) for code in losses]
    return [
        f"rules: {where} names '{name}', but there is no {kind} of that name.{did_you_mean(name, map(str, known))} "
        "Correct it."
        for where, kind, name, known in dict.fromkeys((w, k, n, tuple(s)) for w, k, n, s in named)
        if name not in known
    ]


def _bad_pins(
    assets: pd.DataFrame, chosen: pd.DataFrame, teams: pd.DataFrame, rules: Rules, start_year: float
) -> list[str]:
    unknown = [fault for pin in rules.pins for fault in _unknown_pin(pin, assets.index, teams.index)]
    if unknown:
        return [*unknown, *_two_minds(rules.pins)]
    return [
        *_two_minds(rules.pins),
        *_unmovable(chosen, teams, rules),
        *_unreleasable(assets, chosen, teams, rules, start_year),
    ]


#: What each rule of a pin is about: a building, a team, another team.
_ABOUT = {
    "keep": ("asset",),
    "release": ("asset",),
    "move": ("asset", "team"),
    "together": ("team", "other"),
    "apart": ("team", "other"),
}
_WORDS = {"asset": "one building", "team": "one team", "other": "another team (other)"}


def _unknown_pin(pin: Pin, assets: pd.Index, teams: pd.Index) -> list[str]:
    given = tuple(name for name in ("asset", "team", "other") if getattr(pin, name))
    wanted = [("asset",), ("team",)] if pin.rule == "stay" else [_ABOUT[pin.rule]]
    if given not in wanted:
        needs = " or ".join(" and ".join(_WORDS[name] for name in names) for names in wanted)
        return [f"pins: '{pin.rule}' needs {needs}. Name just that."]
    known = {"asset": ("building", assets), "team": ("team", teams), "other": ("team", teams)}
    faults = []
    for name in given:
        kind, ids = known[name]
        value = getattr(pin, name)
        if value not in ids:
            faults.append(f"pins: there is no {kind} '{value}'.{did_you_mean(value, map(str, ids))} Correct the pin.")
    return faults or ([f"pins: '{pin.team}' and itself. Name two teams."] if pin.team and pin.team == pin.other else [])


def _two_minds(pins: Sequence[Pin]) -> list[str]:
    """Return the contradictions between pins: a building, a team or a pair that is asked two things."""
    by_rule = {rule: {pin.asset for pin in pins if pin.rule == rule} for rule in ("keep", "release", "stay", "move")}
    both = sorted(by_rule["release"] & (by_rule["keep"] | by_rule["stay"] | by_rule["move"]) - {""})
    faults = [f"pins: {examples(both)} must be kept and released at once. Drop one of the pins."] if both else []
    sent: dict[str, set[str]] = {}
    for pin in pins:
        if pin.rule == "move" or (pin.rule == "stay" and pin.team):
            sent.setdefault(pin.team, set()).add(pin.asset)
    torn = sorted(team for team, places in sent.items() if len(places) > 1)
    faults += [f"pins: {examples(torn)} must be in two places at once. Drop one of the pins."] if torn else []
    pairs = {
        rule: {frozenset((pin.team, pin.other)) for pin in pins if pin.rule == rule} for rule in ("together", "apart")
    }
    for pair in sorted(map(sorted, pairs["together"] & pairs["apart"])):
        faults.append(f"pins: {examples(pair)} must be together and apart at once. Drop one of the pins.")
    return faults


def _unmovable(chosen: pd.DataFrame, teams: pd.DataFrame, rules: Rules) -> list[str]:
    """Return the pinned moves that no rule can permit: of teams that stay, or into buildings not decided about."""
    faults = []
    moving = [pin for pin in rules.pins if pin.rule == "move"]
    outside = sorted({pin.asset for pin in moving} - set(chosen.index))
    if outside:
        faults.append(
            f"pins: nobody can move into {examples(outside)}, because buildings of that use or status are not decided "
            "about. Add the use to [options] uses, or drop the pin."
        )
    stays = never_moves(teams, rules)
    fixed = sorted({pin.team for pin in moving if stays[pin.team] and teams.loc[pin.team, "asset_id"] != pin.asset})
    if fixed:
        faults.append(
            f"pins: {examples(fixed)} may not move, so cannot be sent elsewhere. Let them move, or drop the pin."
        )
    return faults


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
