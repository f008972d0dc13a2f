"""A saved model put to use: the segments of a place, from its census, without fitting anything."""

from __future__ import annotations

from pathlib import Path

from geodata.census import Census
from geodata.errors import SchemaError, SourceError
from geodata.shares import Shares, compute_shares
from segmentation.hierarchy import Progress
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
    census: Census, model: SegmentModel, *, place: str = "the whole place", progress: Progress | None = None
) -> Segments:
    """Return the segments that a saved model gives the areas of a place.

    Raises
    ------
    SchemaError, CoverageError
        As :func:`shares_of`.
    """
    return describe_segments(census, shares_of(census, model), model, place=place, progress=progress)
