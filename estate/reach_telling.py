"""Say in words who reaches what in how long, who loses by an option, and what the minutes rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from estate.phrases import counted
from estate.reach import OWN_MEANS, WITH_CAR, WITHOUT_CAR
from geodata.travel import MODE_WORDS

SHOWN_LOSSES = 10
#: Groups whose share stands furthest below that of all, for each service; smaller ones than this share are not named.
SHOWN_GROUPS = 3
LEAST_SHARE = 0.02
WORDS: dict[str, str] = {**MODE_WORDS, OWN_MEANS: "by their own means"}
OWN_MEANS_SAID = "By their own means: a car where the household has one, else {other}."


def reach_sentences(table: pd.DataFrame, *, option: str | None, names: Mapping[str, str] | None = None) -> list[str]:
    """Return each service and mode in a sentence, for all residents, and the groups served worst.

    Parameters
    ----------
    table
        As :func:`estate.reach.reach_table` gives it.
    option
        Name of the option in the columns ``_option``, or None.
    names
        Names of the segments by code.
    """
    lines = []
    if (table["mode"] == OWN_MEANS).any():
        other = "transit" if (table["mode"] == "transit").any() else "walk"
        lines.append(OWN_MEANS_SAID.format(other=WORDS[other]))
    for service, rows in table.groupby("service", sort=False):
        lines.append(f"{service}:")
        lines += [f"  {_of_all(row, option)}" for row in rows[rows["by"] == "all"].to_dict("records")]
        worst = _worst(rows, names or {})
        if worst:
            lines.append(f"  Least well served: {'; '.join(worst)}.")
    return lines


def loss_sentences(losses: pd.DataFrame, *, option: str, worse_min: float) -> list[str]:
    """Return who loses more than so many minutes, by service and mode, the areas with most residents first."""
    if losses.empty:
        return [f"Under '{option}' nobody's way to a service grows by more than {worse_min:g} minutes."]
    lines = []
    for (service, mode), rows in losses.groupby(["service", "mode"], sort=False):
        rests_on = "" if _measured(rows["rests_on"].iloc[0]) else f" ({rows['rests_on'].iloc[0]})"
        lines.append(
            f"Under '{option}' the way to {service} {WORDS[str(mode)]} grows by more than {worse_min:g} minutes for "
            f"{counted(int(rows['residents'].sum()), 'resident')} of {counted(len(rows), 'area')}{rests_on}:"
        )
        lines += [f"  - {_loss(row)}" for row in rows.head(SHOWN_LOSSES).to_dict("records")]
        if len(rows) > SHOWN_LOSSES:
            lines.append(f"  - and {counted(len(rows) - SHOWN_LOSSES, 'more area')}: see losses.csv with --out FOLDER.")
    return lines


def supply_sentences(supply: pd.DataFrame, residents: pd.Series) -> list[str]:
    """Return how evenly each service is spread, by the first mode of the table.

    Parameters
    ----------
    supply
        ``service mode oa_code unit supply_today``.
    residents
        Residents, indexed by ``oa_code``.
    """
    lines = []
    for (service, mode), rows in supply.groupby(["service", "mode"], sort=False):
        people = residents.reindex(rows["oa_code"]).to_numpy(dtype=float)
        has = rows["supply_today"].to_numpy(dtype=float)
        total = people.sum()
        if total <= 0:
            continue
        none = float(people[has <= 0].sum()) / total
        mean = float((has * people).sum()) / total
        lines.append(
            f"Supply of {service} {WORDS[str(mode)]}: {mean:.2f} {rows['unit'].iloc[0]} for each thousand residents "
            f"within the limit; {none:.0%} of residents have none within it."
        )
    return lines


def _of_all(row: dict[Any, Any], option: str | None) -> str:
    said = f"{WORDS[row['mode']]}, {row['share_within_today']:.1%} of residents are within {row['limit_min']:g} minutes"
    said += _minutes(row, "today")
    if option is not None:
        said += f"; under '{option}' {row['share_within_option']:.1%}{_minutes(row, 'option')}"
    return f"{said[0].upper()}{said[1:]} [{row['rests_on']}]."


def _minutes(row: dict[Any, Any], when: str) -> str:
    """Return mean and ninth tenth, or that more than a tenth are out of reach, whose minutes nobody knows."""
    if row[f"share_out_of_reach_{when}"] > 0.1:
        return f", {row[f'share_out_of_reach_{when}']:.1%} out of reach"
    return f", mean {row[f'mean_min_{when}']:.1f}, nine in ten within {row[f'p90_min_{when}']:.1f}"


def _worst(rows: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Return the groups furthest below all residents by the mode that says most, in a few words each."""
    mode = OWN_MEANS if (rows["mode"] == OWN_MEANS).any() else rows["mode"].iloc[0]
    chosen = rows[rows["mode"] == mode]
    whole = chosen[chosen["by"] == "all"].iloc[0]
    groups = chosen[(chosen["by"] != "all") & (chosen["residents"] >= LEAST_SHARE * whole["residents"])]
    behind = groups[groups["share_within_today"] < whole["share_within_today"] - 0.05]
    worst = behind.sort_values("share_within_today", kind="stable").head(SHOWN_GROUPS)
    named = [
        f"{_group(row, names)} ({row['share_within_today']:.0%} {WORDS[mode]})" for row in worst.to_dict("records")
    ]
    cars = rows[(rows["group"] == WITHOUT_CAR) & (rows["mode"] != OWN_MEANS) & (rows["mode"] != "drive")]
    carless = cars.sort_values("share_within_today", kind="stable").tail(1)
    return named + [
        f"{_group(row, names)} ({row['share_within_today']:.0%} {WORDS[row['mode']]})"
        for row in carless.to_dict("records")
    ]


def _group(row: dict[Any, Any], names: Mapping[str, str]) -> str:
    if row["group"] in {WITH_CAR, WITHOUT_CAR}:
        return str(row["group"])
    if row["by"] == "segment" and row["group"] in names:
        return f"segment {row['group']}, {names[row['group']]}"
    return f"{row['by']} {row['group']}"


def _loss(row: dict[Any, Any]) -> str:
    there = f"{row['locality']} ({row['oa_code']})" if row["locality"] else str(row["oa_code"])
    then = "out of reach" if pd.isna(row["option_min"]) else f"{row['option_min']:.1f} minutes"
    return f"{there}: {row['residents']:,.0f} residents, from {row['today_min']:.1f} to {then}"


def _measured(rests_on: object) -> bool:
    return "indicative" not in str(rests_on)


def sources(sentences: Sequence[str]) -> list[str]:
    """Return what the minutes rest on, under a heading."""
    return ["What the minutes rest on:", *(f"  {sentence}" for sentence in sentences)]
