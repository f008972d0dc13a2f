"""Count the estate from all assets down to those that could be shared, by rules that can be read and changed.

A rule is a stage of a TOML file: a name, and what an asset must be to pass. The stages of ``data/funnel.toml`` are
ours; a place names its own in a file of the same shape.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from estate.numbers import annual_cost, number
from estate.pipeline import STAGES
from estate.words import TENURES
from geodata.errors import DataError, Fault, SourceError, did_you_mean
from geodata.schema import USES

KEYS = ("name", "uses", "tenures", "status_not", "min_nia_m2")


def funnel_rules(path: Path | None = None) -> tuple[Mapping[str, Any], ...]:
    """Return the stages of the funnel: those of a TOML file, or of ``data/funnel.toml``.

    Parameters
    ----------
    path
        A file of ``[[stage]]`` tables, each with `name` and any of `uses` and `tenures` (which stay), `status_not`
        (which leave) and `min_nia_m2` (smaller buildings leave; unknown sizes stay).

    Raises
    ------
    SourceError
        The file cannot be read, or is no TOML.
    DataError
        A stage is at fault; all faults at once.
    """
    if path is None:
        return _own_rules()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}). Check the name of the file.") from error
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path}: is not a TOML file ({error}). Correct that line.") from error
    strange = sorted(set(told) - {"stage"})
    if strange:
        raise DataError(f"{path}: '{strange[0]}' is not known here. Begin every stage with [[stage]].")
    return check_stages(told.get("stage"), source=str(path))


def check_stages(stages: object, *, source: str) -> tuple[Mapping[str, Any], ...]:
    """Return the stages as given, or raise with all that is wrong in them.

    Parameters
    ----------
    stages
        What a TOML reader made of the ``[[stage]]`` tables.
    source
        Name of the file, for the message.

    Raises
    ------
    DataError
        No stage, a stage without a name or with one that is taken, unknown keys, uses, tenures or statuses, or a size
        that is no number above nought.
    """
    if not isinstance(stages, list) or not stages or not all(isinstance(stage, dict) for stage in stages):
        raise DataError(f'{source}: no stage is named. Add [[stage]] with name = "..." for each step of the funnel.')
    faults = [
        Fault(source, message, remedy, "funnel_rule", sheet=str(stage.get("name", "")), row=place)
        for place, stage in enumerate(stages, start=1)
        for message, remedy in _slips(stage, [other.get("name") for other in stages[: place - 1]])
    ]
    if faults:
        told = " ".join(f"Stage {fault.row}: {fault.message} {fault.remedy}".strip() for fault in faults)
        raise DataError(f"{source}: {told}", faults=faults)
    return tuple(stages)


def funnel(assets: gpd.GeoDataFrame, rules: Sequence[Mapping[str, Any]] | None = None) -> pd.DataFrame:
    """Count the estate from all assets down to the offices that could be shared.

    Parameters
    ----------
    assets
        Register.
    rules
        Stages in order, each keeping part of the one before; those of ``data/funnel.toml`` by default.

    Returns
    -------
    DataFrame
        One row per stage: `stage`, `n_assets`, `nia_m2`, `cost_gbp_pa` (running + rent + rates), and the shares of
        the first stage `share_of_assets`, `share_of_space`.
    """
    kept, rows = pd.Series(data=True, index=assets.index), []
    space, cost = number(assets, "nia_m2"), annual_cost(assets)
    for stage in funnel_rules() if rules is None else rules:
        kept = kept & in_stage(assets, stage)
        rows.append((str(stage["name"]), int(kept.sum()), float(space[kept].sum()), float(cost[kept].sum())))
    table = pd.DataFrame(rows, columns=["stage", "n_assets", "nia_m2", "cost_gbp_pa"])
    first = table.iloc[0]
    return table.assign(
        share_of_assets=table["n_assets"] / max(first["n_assets"], 1),
        share_of_space=table["nia_m2"] / (first["nia_m2"] or 1.0),
    )


def in_stage(assets: gpd.GeoDataFrame, stage: Mapping[str, Any]) -> pd.Series:
    """Return True for the assets that pass one stage of the funnel; the caller's index. Unknown sizes pass."""
    passes = pd.Series(data=True, index=assets.index)
    if "uses" in stage:
        passes &= assets["use"].isin(stage["uses"])
    if "tenures" in stage:
        passes &= assets["tenure"].isin(stage["tenures"])
    if "status_not" in stage and "status" in assets:
        passes &= ~assets["status"].isin(stage["status_not"])
    if "min_nia_m2" in stage:
        passes &= ~(number(assets, "nia_m2") < float(stage["min_nia_m2"]))
    return passes


@cache
def _own_rules() -> tuple[Mapping[str, Any], ...]:
    text = (files("estate") / "data" / "funnel.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["stage"])


def _slips(stage: Mapping[str, Any], earlier: Sequence[object]) -> list[tuple[str, str]]:
    """Return what is wrong in one stage, each with its remedy."""
    name = stage.get("name")
    slips = [(f"'{key}' is not known.{did_you_mean(key, KEYS)}", "") for key in stage if key not in KEYS]
    if not isinstance(name, str) or not name.strip():
        slips.append(("It has no name.", 'Add name = "...".'))
    elif name in earlier:
        slips.append((f"The name '{name}' is taken.", "Give each stage a name of its own."))
    for key, words in (("uses", USES), ("tenures", TENURES), ("status_not", STAGES)):
        slips += _unknown(key, stage[key], words) if key in stage else []
    size = stage.get("min_nia_m2", 1)
    if isinstance(size, bool) or not isinstance(size, int | float) or not size > 0:
        slips.append((f"'min_nia_m2' is {size!r}.", "Write square metres as a number above 0."))
    return slips


def _unknown(key: str, given: object, words: Collection[str]) -> list[tuple[str, str]]:
    """Return the words of one key that the register does not have."""
    if not isinstance(given, list) or not given:
        return [(f"'{key}' is {given!r}.", f'Write a list of words, such as {key} = ["{next(iter(words))}"].')]
    known = ", ".join(words)
    return [
        (f"'{key}' has {word!r}, which is not known.{did_you_mean(str(word), words)}", f"Known are: {known}.")
        for word in given
        if word not in words
    ]
