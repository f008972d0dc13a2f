"""The user's own options beside those that were sought, and the scores of all by one framework."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from estate.own_moves import own_plan
from estate.plans import Plan
from estate.scoring import Scores, score_options
from geodata.portable import plain
from geodata.write import write_csv
from maps.study import Study


def with_own_options(study: Study, tables: Sequence[Path]) -> Study:
    """Return the study with one more option for each table of moves, before the joint one.

    Raises
    ------
    DataError
        A table names what is not there, or its moves break rules.
    """
    if study.problem is None:
        return study
    nothing, joint = study.plans[0], study.plans[-1]
    own = [own_plan(study.problem, table, nothing=nothing, joint=joint) for table in tables]
    return replace(study, plans=(*study.plans[:-1], *own, joint))


def scores_of(study: Study) -> Scores | None:
    """Return the scores of the options by the weights of ``[options]``; None where there are no options."""
    if study.problem is None or len(study.plans) < 2:
        return None
    choice = study.place.options
    return score_options(study.problem, study.plans, weights=choice.weights, willing=choice.willing)


def write_scores(scores: Scores, plans: Sequence[Plan], folder: Path) -> None:
    """Write scores, criteria and what would change the ranking into an existing folder."""
    scaled = scores.scaled.add_suffix("_0_to_100")
    together = pd.concat([scores.table, scores.raw, scaled], axis=1).rename_axis("option")
    minutes = pd.Series({plan.name: plan.minutes for plan in plans}).reindex(together.index)
    write_csv(together.assign(minutes=minutes), folder / "option_scores.csv")
    write_csv(scores.switches, folder / "option_score_switches.csv", index=False)


def tell_scores(scores: Scores | None) -> dict[str, Any] | None:
    """Return the scores as plain values."""
    if scores is None:
        return None
    told: dict[str, Any] = plain(
        {
            "weights": scores.weights.to_dict(),
            "options": scores.table.join(scores.raw).reset_index().to_dict("records"),
            "switches": scores.switches.to_dict("records"),
        }
    )
    return told
