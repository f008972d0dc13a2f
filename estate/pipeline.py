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
)  # fmt: skip
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
        assets with a value: the sum is of these only) and `backlog_gbp`. Counts add up to the register.
    """
    names = ("nia_m2", "value_gbp", "backlog_gbp")
    stage = stage_of(assets)
    table = assets.assign(stage=stage, **{name: number(assets, name) for name in names})
    groups = table.groupby(["organisation", "stage"], sort=True)
    result = groups[list(names)].sum(min_count=1)
    result["n_assets"] = groups.size()
    for name, known in (("nia_m2", "nia_known"), ("value_gbp", "value_known")):
        result[known] = groups[name].count() / result["n_assets"]
    result = result.reset_index()
    place = {word: number for number, word in enumerate([*STAGES.values(), "", NOT_RECORDED])}
    order = result["stage"].map(lambda word: place.get(word, place[""]))
    result = result.assign(order=order).sort_values(["organisation", "order", "stage"], kind="stable")
    return result[list(COLUMNS)].reset_index(drop=True)


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


def _text(assets: pd.DataFrame, column: str) -> pd.Series:
    if column not in assets:
        return pd.Series("", index=assets.index, dtype="str")
    return assets[column].fillna("").astype("str").str.strip()
