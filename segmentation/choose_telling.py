"""Say how many segments to take: as plain values (``docs/json.md``) and in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geodata.portable import plain
from segmentation.choose import KEPT_SUB, KEPT_SUPER, Choice
from segmentation.stability import STABLE_SUB, STABLE_SUPER

LOOSE = 0.25
"""Silhouette below which groups shade into one another (Kaufman and Rousseeuw 1990)."""


def tell_choice(choice: Choice) -> dict[str, Any]:
    """Return the shape of ``onetown choose --json``."""
    told: dict[str, Any] = plain(
        {
            "areas": choice.n_areas,
            "seed": choice.seed,
            "asked": {"super": choice.asked_super, "sub": choice.asked_sub},
            "recommended": {"super": choice.recommended or None, "sub": choice.recommended_sub or None},
            "holds": choice.stability.holds or None,
            "super": _rows(choice.supers),
            "sub": _rows(choice.subs),
            "says": choice_sentences(choice),
        }
    )
    return told


def choice_sentences(choice: Choice) -> list[str]:
    """Return the recommendation first, then why, then what stands against it."""
    return [*_of_supers(choice), *_of_subs(choice), *_of_borders(choice)]


def table_lines(choice: Choice) -> list[str]:
    """Return the measures of each number as lines of a table."""
    lines = ["super clusters  inertia  silhouette  seeds agree  drawn anew  weakest  smallest"]
    lines += [
        f"{k:>14}  {row['inertia']:>7,.0f}  {_two(row['silhouette']):>10}  {row['seeds']:>11.2f}  "
        f"{row['resamples']:>10.2f}  {row['weakest']:>7.2f}  {row['smallest']:>8,.0f}"
        for k, row in choice.supers.iterrows()
    ]
    lines.append("sub-clusters    inertia              seeds agree  drawn anew           smallest")
    lines += [
        f"{k:>14}  {row['inertia']:>7,.0f}  {'':>10}  {row['seeds']:>11.2f}  {row['resamples']:>10.2f}  "
        f"{'':>7}  {row['smallest']:>8,.0f}"
        for k, row in choice.subs.iterrows()
    ]
    return lines


def _of_supers(choice: Choice) -> list[str]:
    tried = f"{choice.supers.index[0]} to {choice.supers.index[-1]}"
    if not choice.recommended:
        return [
            (
                f"None of {tried} super clusters holds: either searches with other seeds find other groups (below "
                f"{STABLE_SUPER}), or areas drawn anew tear a group apart (Jaccard index below {KEPT_SUPER}), or a "
                f"group falls below the floor of {100 * choice.floor:g} % of areas. Try fewer variables, or a wider "
                "range with --k."
            )
        ]
    row = choice.supers.loc[choice.recommended]
    lines = [
        (
            f"Take {choice.recommended} super clusters: of {tried}, the most that come out the same each time. "
            f"Searches with other seeds agree at {row['seeds']:.2f}, and areas drawn anew bring the groups back at "
            f"{row['resamples']:.2f} (adjusted Rand index: 1 is the same, 0 is chance), none of them "
            f"below {row['weakest']:.2f} (Jaccard index); the smallest has "
            f"{row['smallest']:,.0f} of {choice.n_areas:,} areas."
        )
    ]
    asked = choice.asked_super
    if asked == choice.recommended or asked not in choice.supers.index:
        return lines
    held = choice.supers.loc[asked]
    holds = held["seeds"] >= STABLE_SUPER and held["weakest"] >= KEPT_SUPER
    verdict = "hold as well" if holds else "do not hold"
    return [
        *lines,
        (
            f"The {asked} of the place file {verdict} ({held['seeds']:.2f} between seeds, {held['resamples']:.2f} with "
            "areas drawn anew)."
        ),
    ]


def _of_subs(choice: Choice) -> list[str]:
    lines = [choice.stability.sentence()]
    best = choice.recommended_sub
    below = f"below {choice.asked_super} super clusters"
    if best == choice.asked_sub:
        row = choice.subs.loc[best]
        return [
            *lines,
            (
                f"Drawn anew, the areas bring the {best} sub-clusters {below} back at {row['resamples']:.2f}, above "
                f"the {KEPT_SUB} wanted."
            ),
        ]
    now = choice.subs.iloc[-1]
    short = (
        f"Drawn anew, the areas bring {choice.subs.index[-1]} sub-clusters {below} back at {now['resamples']:.2f} only "
        f"({KEPT_SUB} and seeds at {STABLE_SUB} are wanted)"
    )
    return [*lines, f"{short}; {f'{best} hold' if best else 'no number up to it holds'}."]


def _of_borders(choice: Choice) -> list[str]:
    known = choice.supers["silhouette"].dropna()
    if known.empty or known.max() >= LOOSE:
        return []
    return [
        (
            f"The silhouette is {known.max():.2f} at best (above {LOOSE} groups stand apart): these communities shade "
            "into one another, and a segment is a useful line through them rather than a border on the ground."
        )
    ]


def _two(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.2f}"


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.reset_index().to_dict("records")]
