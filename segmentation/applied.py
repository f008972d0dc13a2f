"""A saved model put to use: the segments of a place, from its census, without fitting anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geodata.census import Census
from geodata.errors import SchemaError, SourceError
from geodata.shares import Shares, compute_shares
from segmentation.cluster import distances_to
from segmentation.descent import Floats
from segmentation.features import apply_recipe
from segmentation.hierarchy import Hierarchy, Progress
from segmentation.model import SegmentModel
from segmentation.segments import Segments, describe_segments


def read_model(path: Path) -> SegmentModel:
    """Return the model in a file.

    Raises
    ------
    SourceError
        The file does not exist or is no text.
    SchemaError
        It is no model, or spoiled.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SourceError(
            f"{path}: does not exist. Write a model with 'onetown segment place.toml --out FOLDER'."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: is no model file ({error.__class__.__name__}). Give the model.json.") from error
    try:
        return SegmentModel.from_json(text)
    except SchemaError as error:
        raise SchemaError(f"{path}: {error}") from error


def shares_of(census: Census, model: SegmentModel) -> Shares:
    """Return the model's variables for the areas of a census, in order of area code.

    Raises
    ------
    SchemaError
        The census is of another year than the model.
    CoverageError
        Too many of its variables cannot be computed.
    """
    if census.vintage != model.vintage:
        raise SchemaError(
            f"model: it was built from the {model.vintage} Census and cannot be applied to {census.vintage}. "
            f"Build a model from {census.vintage}, or give counts of {model.vintage}."
        )
    return compute_shares(census.of_areas(sorted(census.counts.index)), model.definitions)


def apply_model(
    census: Census,
    model: SegmentModel,
    *,
    labels: pd.DataFrame | None = None,
    place: str = "the whole place",
    progress: Progress | None = None,
) -> Segments:
    """Return the segments that a saved model gives the areas of a place.

    Parameters
    ----------
    census
        Counts of the areas.
    model
        The model.
    labels
        Labels that were written with the model, ``super`` and ``sub`` indexed by ``oa_code``: a refresh keeps areas on
        a border where they were, which centroids alone do not know. Areas without one get what the model predicts.
    place, progress
        As for :func:`segmentation.segments.describe_segments`.

    Raises
    ------
    SchemaError, CoverageError
        As :func:`shares_of`, or the labels are not of the model.
    """
    shares = shares_of(census, model)
    told = model.predict(shares)
    if labels is not None:
        check_labels(labels, model)
        given = told[["super", "sub"]].copy()
        given.update(labels)
        told = keep_labels(told, given.astype("int64"), apply_recipe(shares, model.recipe).to_numpy(), model.hierarchy)
    return describe_segments(census, shares, model, told=told, place=place, progress=progress)


def check_labels(labels: pd.DataFrame, model: SegmentModel) -> None:
    """Raise where labels name segments that a model does not have, or below other super clusters.

    Raises
    ------
    SchemaError
        They do.
    """
    parents, known = model.hierarchy.parents, labels["sub"].between(0, len(model.sub_names) - 1)
    if not known.all() or (parents[labels["sub"]] != labels["super"]).any():
        raise SchemaError(
            "segments.csv: the earlier labels are not of this model: they name segments that it does not have, or "
            "below other super clusters. Give the segments.csv that was written with the model."
        )


def keep_labels(told: pd.DataFrame, labels: pd.DataFrame, x: Floats, hierarchy: Hierarchy) -> pd.DataFrame:
    """Return a model's predictions with other labels kept: such areas are on the border, the nearest is the next.

    Parameters
    ----------
    told
        As :meth:`segmentation.model.SegmentModel.predict` gives it.
    labels
        ``super`` and ``sub`` for the same areas.
    x
        Features of the areas, shape (n_areas, n_columns).
    hierarchy
        The centroids.
    """
    kept = (told["sub"] != labels["sub"]).to_numpy()
    distances = distances_to(x, hierarchy.subs)[np.arange(len(x)), labels["sub"]]
    return told.assign(
        super=labels["super"],
        sub=labels["sub"],
        second_best=np.where(kept, told["sub"], told["second_best"]),
        margin=np.where(kept, 0.0, told["margin"]),
        distance=np.where(kept, distances, told["distance"]),
    )
