"""Say what response cover is: sentences for the screen and plain values for ``--json``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from estate.cover import GAINS, LOSES, CoverChange, Ground
from estate.cover_choice import Best
from estate.phrases import counted, listed
from estate.programme import Mask
from geodata.portable import plain

SHOWN_NAMES = 8
#: Questions that seek the number of stations themselves.
COUNTED = ("as today", "all")


def cover_sentences(ground: Ground, change: CoverChange, best: tuple[Best, ...], n_open: int) -> list[str]:
    """Return cover today and after, the stations that matter, and the best choices with their proof."""
    lines = [_today(ground, change), *_after(ground, change), *_matter(ground, change)]
    free = [one for one in best if n_open < len(ground.sites) or one.question in COUNTED]
    lines += [best_sentence(ground, one, n_open) for one in free]
    if len(free) < len(best):
        lines.append(
            f"All {len(ground.sites)} sites are open, so there is nothing to choose: name candidates (--candidates, "
            "--candidate-use), or ask for fewer stations (--stations)."
        )
    beyond = int(((ground.nearest(np.ones(len(ground.sites), dtype=np.bool_)) > ground.within_min)
                  & (ground.demand > 0)).sum())  # fmt: skip
    if beyond:
        lines.append(
            f"{counted(beyond, 'area')} with {ground.counted} lie beyond {ground.within_min:g} minutes of every one of "
            f"the {len(ground.sites)} sites: no choice among them reaches those."
        )
    if ground.indicative:
        lines.append("All of this is indicative only: the minutes are along the straight line, not on roads.")
    return lines


def _today(ground: Ground, change: CoverChange) -> str:
    if not ground.today.any():
        return "There is no station today."
    stations = counted(int(ground.today.sum()), "station")
    return (
        f"Today, {stations}: {_of(ground, change.before)} are within {ground.within_min:g} minutes of one; "
        f"{change.before_mean_min:.1f} minutes on average."
    )


def _after(ground: Ground, change: CoverChange) -> list[str]:
    roles = change.stations["role"]
    opened, closed = (change.stations.loc[roles == role, "name"] for role in ("opens", "closes"))
    if not len(opened) and not len(closed):
        return []
    moves = " and ".join(
        f"{listed([str(name) for name in names])} {verb}{'s' if len(names) == 1 else ''}"
        for names, verb in ((opened, "open"), (closed, "close"))
        if len(names)
    )
    reached = (
        f"After {moves}: {_of(ground, change.after)} are within {ground.within_min:g} minutes; "
        f"{change.after_mean_min:.1f} minutes on average."
    )
    moved = (
        f"{change.demand_of(GAINS):,.0f} {ground.counted} come newly within {ground.within_min:g} minutes, "
        f"{change.demand_of(LOSES):,.0f} are no longer within."
    )
    return [reached, moved]


def _matter(ground: Ground, change: CoverChange) -> list[str]:
    """Return which open stations reach somebody whom no other reaches, least first."""
    stations = change.stations[change.stations["role"].isin(["stays", "opens"])]
    alone = stations["only_it"].sort_values(kind="stable")
    if not len(alone):
        return []
    idle = alone[alone < 1]
    least = alone[alone >= 1].head(3)
    called = stations["name"].astype("str")
    names = [f"{called[key]} ({value:,.0f})" for key, value in zip(least.index, least, strict=True)]
    lines = []
    if len(idle):
        lines.append(
            f"{counted(len(idle), 'station')} could close one at a time and nobody would fall out of "
            f"{ground.within_min:g} minutes: {_few(list(called[idle.index]))}."
        )
    if names:
        lines.append(
            f"Of the {'others' if lines else 'stations'}, these alone reach fewest {ground.counted}: {listed(names)}."
        )
    return lines


def best_sentence(ground: Ground, best: Best, n_open: int) -> str:
    """Return one best choice in words: what it does, whether that is proved, and which stations change."""
    n, sites = int(best.opened.sum()), len(ground.sites)
    proved = best.status == "optimal"
    within = f"within {ground.within_min:g} minutes"
    if best.question == "reach":
        limit = "the most (proved)" if proved else f"no choice reaches more than {_of(ground, best.bound)} (proved)"
        text = f"Most {ground.counted} with {n_open} of {sites} sites: {_of(ground, best.value)} {within}, {limit}"
    elif best.question == "as today":
        text = (
            f"As many {ground.counted} {within} as today need {counted(n, 'station')}: "
            f"{_fewest(best)}; these reach {_of(ground, ground.reached(best.opened))}"
        )
    elif best.question == "all":
        text = f"All that any site can reach {within} need {counted(n, 'station')}: {_fewest(best)}"
    elif best.question == "mean":
        limit = "the least (proved)" if proved else f"none is below {best.bound:.2f} (proved)"
        text = f"Least mean time with {n_open} of {sites} sites: {best.value:.2f} minutes, {limit}"
    else:
        limit = "the least (proved)" if proved else f"none is below {best.bound:.1f} (proved)"
        text = f"Least longest time with {n_open} of {sites} sites: {best.value:.1f} minutes, {limit}"
    return f"{text}. {moves_of(ground, best.opened)}"


def moves_of(ground: Ground, opened: Mask) -> str:
    """Return how a choice differs from today, in words."""
    names = ground.sites["name"].astype("str").to_numpy()
    more, fewer = names[opened & ~ground.today], names[ground.today & ~opened]
    if not len(more) and not len(fewer):
        return "These are today's stations."
    parts = [f"{verb} {_few(list(some))}" for verb, some in (("opens", more), ("closes", fewer)) if len(some)]
    return f"It {' and '.join(parts)}."


def tell_cover(ground: Ground, change: CoverChange, best: tuple[Best, ...], n_open: int) -> dict[str, Any]:
    """Return the shape of ``onetown cover --json``."""
    told: dict[str, Any] = plain(
        {
            "within_min": ground.within_min,
            "counted": ground.counted,
            "total": ground.total,
            "indicative": ground.indicative,
            "today": _cover(change.before, ground, change.before_mean_min),
            "after": _cover(change.after, ground, change.after_mean_min),
            "newly_within": change.demand_of(GAINS),
            "no_longer_within": change.demand_of(LOSES),
            "stations": change.stations.reset_index(names="id").to_dict("records"),
            "best": [_tell_best(ground, one, n_open) for one in best],
        }
    )
    return told


def best_table(ground: Ground, best: tuple[Best, ...], n_open: int) -> pd.DataFrame:
    """Return one row for each question: what was reached, the bound, the status and the stations."""
    rows = [_tell_best(ground, one, n_open) for one in best]
    keep = ("question", "stations", "reached", "share_within", "mean_min", "value", "bound", "status", "sentence")
    return pd.DataFrame([{key: row[key] for key in keep} for row in rows], columns=list(keep))


def _tell_best(ground: Ground, best: Best, n_open: int) -> dict[str, Any]:
    ids = ground.sites.index
    return {
        "question": best.question,
        "stations": int(best.opened.sum()),
        "value": best.value,
        "bound": best.bound,
        "status": best.status,
        **_cover(ground.reached(best.opened), ground, ground.mean_min(best.opened)),
        "sites": list(ids[best.opened]),
        "opens": list(ids[best.opened & ~ground.today]),
        "closes": list(ids[ground.today & ~best.opened]),
        "sentence": best_sentence(ground, best, n_open),
    }


def _cover(reached: float, ground: Ground, mean_min: float) -> dict[str, float]:
    return {"reached": reached, "share_within": reached / ground.total, "mean_min": mean_min}


def _of(ground: Ground, reached: float) -> str:
    return f"{reached:,.0f} of {ground.total:,.0f} {ground.counted} ({reached / ground.total:.1%})"


def _fewest(best: Best) -> str:
    return (
        "fewer cannot do it (proved)" if best.status == "optimal" else f"at least {best.bound:.0f} are needed (proved)"
    )


def _few(names: list[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return listed(names) if more <= 0 else f"{', '.join(names[:SHOWN_NAMES])} and {more} more"
