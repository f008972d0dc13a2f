"""Say what a refresh did and why: as plain values (``docs/json.md``) and in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geodata.portable import plain
from segmentation.refresh import LEVELS, WORDS, Refresh, Way

SHOWN = 5
TAKEN = {
    "assign": "Last year's segments stay as they are, and areas go to the one they are like (assign only).",
    "warm": "Last year's segments were moved with their areas until they were at rest (warm start).",
    "refit": "The segments were sought anew and matched with last year's (refit).",
}
KINDS = {"super": "super cluster", "sub": "sub-cluster"}


def tell_refresh(made: Refresh) -> dict[str, Any]:
    """Return what ``onetown segment --refresh --json`` adds under ``refresh``."""
    told: dict[str, Any] = plain(
        {
            "chosen": made.chosen,
            "recommended": made.recommended,
            "reasons": made.reasons,
            "compared_with": made.compared_with,
            "ways": ways_table(made).to_dict("records"),
            "drift": {
                "missing": made.drift.missing,
                "areas_outside": made.drift.n_outside,
                "outside": dict(made.drift.outside),
                "noise_changed": made.drift.noise_changed,
                "noise_excess": made.drift.noise_excess,
            },
            "areas_changed": {level: _n_changed(made, level) for level in LEVELS},
            "boundaries": {str(kind): int(n) for kind, n in made.areas["boundary"].value_counts().items()},
            "names_to_look_at": made.renamed.to_dict("records"),
        }
    )
    return told


def refresh_sentences(made: Refresh) -> list[str]:
    """Return the way taken and why, who moved, and what to look at."""
    taken = TAKEN[made.chosen]
    if made.chosen != made.recommended:
        taken += f" That was asked for; the drift report speaks for another way: {WORDS[made.recommended]}."
    return [taken, *made.reasons, *_moved(made), *_boundaries(made), *_largest(made), *_names(made)]


def ways_table(made: Refresh) -> pd.DataFrame:
    """Return one row for each way: ``how inertia excess smallest``, and the shares of areas changed, by level."""
    return pd.DataFrame([_way_row(made, way) for way in made.ways])


def _way_row(made: Refresh, way: Way) -> dict[str, object]:
    shares = {
        f"{name}_{level}": values[level]
        for name, values in (
            ("changed", way.changed),
            ("changed_nearest", way.nearest_changed),
            ("changed_raw", way.raw_changed),
        )
        for level in LEVELS
    }
    first = {"how": way.how, "inertia": way.inertia, "excess": made.drift.excess(way.how), "smallest": way.smallest}
    return {**first, **shares, "recommended": way.how == made.recommended, "taken": way.how == made.chosen}


def _n_changed(made: Refresh, level: str) -> int:
    return int((made.areas[level] != made.areas[f"earlier_{level}"]).sum())


def _moved(made: Refresh) -> list[str]:
    way, n = made.way(made.chosen), len(made.areas)
    tops, subs = (f"{_n_changed(made, level):,}" for level in LEVELS)
    noise = made.drift.noise_changed["sub"]
    changed = f"({_percent(way.changed['super'])}) changed super cluster and {subs} ({_percent(way.changed['sub'])})"
    lines = [f"Compared with {made.compared_with}, {tops} of {n:,} areas {changed} sub-cluster."]
    bare = f"If every area simply went to the nearest centroid, {_percent(way.nearest_changed['sub'])} would change"
    again = f"counting the same people again would alone change {_percent(noise)}"
    lines.append(f"{bare} sub-cluster; {again}. So an area moves only where the difference is larger than that noise.")
    raw = max(way.raw_changed["sub"] for way in made.ways)
    if raw > way.nearest_changed["sub"]:
        lines.append(f"A classification made anew would have given {_percent(raw)} of the areas another number.")
    return lines


def _boundaries(made: Refresh) -> list[str]:
    kinds = made.areas["boundary"].value_counts()
    said = [f"{kinds[kind]:,} {word}" for kind, word in _KINDS_OF_CHANGE.items() if kinds.get(kind, 0)]
    return [f"Boundaries changed: {', '.join(said)}; their labels came through the look-up."] if said else []


_KINDS_OF_CHANGE = {
    "split": "areas are parts of a split one",
    "merged": "are made of several",
    "renamed": "have another code",
}


def _largest(made: Refresh) -> list[str]:
    moves = made.transitions[
        (made.transitions["level"] == "sub") & (made.transitions["from"] != made.transitions["to"])
    ]
    top = moves.sort_values(["n_areas", "from", "to"], ascending=[False, True, True], kind="stable").head(SHOWN)
    lines = [
        f"{_areas(row['n_areas'])} ({row['population']:,.0f} residents) from '{row['from_name']}' to '{row['to_name']}'"
        for row in top.to_dict("records")
    ]
    return [f"The largest moves: {'; '.join(lines)}."] if lines else []


def _names(made: Refresh) -> list[str]:
    if made.renamed.empty:
        return []
    shown = [
        f"'{row['name']}' would now be called '{row['proposed']}'" for _, row in made.renamed.head(SHOWN).iterrows()
    ]
    more = f", and {len(made.renamed) - SHOWN} more" if len(made.renamed) > SHOWN else ""
    return [f"Numbers, names and notes were kept. Look at these names: {'; '.join(shown)}{more}."]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _areas(n: int) -> str:
    return "1 area" if n == 1 else f"{n:,} areas"
