"""The way of a building out of the estate: in use, under review, surplus, transfer to the community, sold.

The stage is the register's status. Words that the vocabulary does not know are kept as recorded and asked about; a list
without a status leaves its rows under "not recorded", which is no claim that they are in use.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from estate.numbers import number
from estate.phrases import counted
from estate.words import use_of
from geodata.errors import Fault

#: Stages in the order in which a building passes them, by the register's word for its status.
STAGES = {
    "in use": "in use", "vacant": "vacant", "under review": "under review", "surplus": "surplus",
    "transfer": "transfer to the community", "sold": "sold", "closed": "closed",
}  # fmt: skip
NOT_RECORDED = "not recorded"
UNKNOWN = "as recorded: "
COLUMNS = (
    "organisation", "stage", "n_assets", "nia_m2", "nia_known", "value_gbp", "value_known", "backlog_gbp",
    "since_first", "since_known", "next_steps",
)  # fmt: skip
WAY_COLUMNS = ("asset_id", "organisation", "name", "stage", "since", "next_step")
STEPS_SHOWN = 3
LONGEST = 40


def stage_of(assets: pd.DataFrame) -> pd.Series:
    """Return the stage of each asset: one of :data:`STAGES`, "as recorded: ..." or "not recorded"; caller's index."""
    status, recorded = _text(assets, "status"), _text(assets, "status_recorded")
    stage = status.map(STAGES).astype("object")
    unknown = stage.isna() & (recorded.ne("") | status.ne(""))
    stage = stage.mask(unknown, UNKNOWN + recorded.where(recorded.ne(""), status).str.slice(0, LONGEST))
    return stage.fillna(NOT_RECORDED).astype("str").rename("stage")


def pipeline(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how much of each body's estate stands at which stage.

    Parameters
    ----------
    assets
        Register with `organisation`, `status` and, where kept, `status_recorded`.

    Returns
    -------
    DataFrame
        One row per body and stage that occurs, bodies in alphabetical order and stages as a building passes them:
        `n_assets`, `nia_m2`, `nia_known` (share of the assets with a size), `value_gbp`, `value_known` (share of the
        assets with a value: the sum is of these only) and `backlog_gbp`. `since_first` is the earliest day from which
        one of them stands there ("2025-04-01", or ""), `since_known` the share with such a day, `next_steps` the
        commonest next steps with their numbers. Counts add up to the register.
    """
    names = ("nia_m2", "value_gbp", "backlog_gbp")
    stage = stage_of(assets)
    table = assets.assign(
        stage=stage,
        **{name: number(assets, name) for name in names},
        since=_since(assets),
        step=_text(assets, "next_step"),
    )
    groups = table.groupby(["organisation", "stage"], sort=True)
    result = groups[list(names)].sum(min_count=1)
    result["n_assets"] = groups.size()
    for name, known in (("nia_m2", "nia_known"), ("value_gbp", "value_known")):
        result[known] = groups[name].count() / result["n_assets"]
    result["since_first"] = groups["since"].min().dt.strftime("%Y-%m-%d").fillna("")
    result["since_known"] = groups["since"].count() / result["n_assets"]
    result["next_steps"] = groups["step"].agg(_steps)
    result = result.reset_index()
    place = {word: number for number, word in enumerate([*STAGES.values(), "", NOT_RECORDED])}
    order = result["stage"].map(lambda word: place.get(word, place[""]))
    result = result.assign(order=order).sort_values(["organisation", "order", "stage"], kind="stable")
    return result[list(COLUMNS)].reset_index(drop=True)


def on_the_way(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the buildings that are on their way out, or of which a date or a next step is known.

    Returns
    -------
    DataFrame
        `asset_id`, `organisation`, `name`, `stage`, `since` ("2025-04-01" or "") and `next_step`; by stage as a
        building passes them, then by body and identifier.
    """
    stage, since, step = stage_of(assets), _since(assets), _text(assets, "next_step")
    chosen = ~stage.isin(["in use", NOT_RECORDED]) & ~stage.str.startswith(UNKNOWN) | since.notna() | step.ne("")
    table = pd.DataFrame(
        {
            "asset_id": assets.index,
            "organisation": assets["organisation"],
            "name": _text(assets, "name"),
            "stage": stage,
            "since": since.dt.strftime("%Y-%m-%d").fillna("").astype("str"),
            "next_step": step,
        }
    )[chosen]
    place = {word: number for number, word in enumerate(STAGES.values())}
    order = table["stage"].map(lambda word: place.get(word, len(place)))
    table = table.assign(order=order).reset_index(drop=True)
    table = table.sort_values(["order", "stage", "organisation", "asset_id"], kind="stable")
    return table[list(WAY_COLUMNS)].reset_index(drop=True)


def status_questions(assets: pd.DataFrame) -> tuple[Fault, ...]:
    """Return one question for each word for a status that the vocabulary does not know, list by list.

    Words that name a use ("HQ") are no status and raise no question; nor do numbers.
    """
    stage = stage_of(assets)
    unknown = assets[stage.str.startswith(UNKNOWN)]
    if "source_file" not in assets or len(unknown) == 0:
        return ()
    word = _text(unknown, "status_recorded")
    asked = unknown[~word.map(lambda text: bool(use_of(text, whole=True)) or text.replace(".", "").isdigit())]
    groups = asked.groupby(["source_file", "source_sheet", word.loc[asked.index]], sort=True)
    return tuple(
        Fault(
            str(file),
            f"The status '{str(text)[:LONGEST]}' of {counted(len(rows), 'row')} is not known; it is kept as recorded.",
            "Write in use, vacant, under review, surplus, transfer, sold or closed.",
            "status_unknown",
            sheet=str(sheet),
            row=int(rows["source_row"].iloc[0]),
            value=str(text),
            severity="question",
        )
        for (file, sheet, text), rows in groups
    )


def _since(assets: pd.DataFrame) -> pd.Series:
    """Return the day from which the status holds, missing where nobody says."""
    if "status_since" not in assets:
        return pd.Series(pd.NaT, index=assets.index, dtype="datetime64[us]")
    return pd.to_datetime(assets["status_since"])


def _steps(steps: pd.Series) -> str:
    """Return the commonest next steps, each with its number where it stands more than once."""
    counts = steps[steps.ne("")].value_counts(sort=True)
    told = [f"{step} ({n})" if n > 1 else str(step) for step, n in list(counts.items())[:STEPS_SHOWN]]
    more = len(counts) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


def _text(assets: pd.DataFrame, column: str) -> pd.Series:
    if column not in assets:
        return pd.Series("", index=assets.index, dtype="str")
    return assets[column].fillna("").astype("str").str.strip()
