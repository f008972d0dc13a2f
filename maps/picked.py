"""What somebody wants on a map: parts by name, and columns. No more of a place is worked out than those need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geodata.errors import DataError, did_you_mean
from geodata.load import load_geography
from geodata.place import Place
from maps.named_columns import check_classes, check_names, needs_options
from maps.study import Say, Study, silent, study_place, with_geography, with_register, with_segments

SEGMENTS, BUILDINGS, PLAN, COLUMNS = "segments", "buildings", "plan", "columns"
PARTS = (SEGMENTS, BUILDINGS, PLAN, COLUMNS)


@dataclass(frozen=True, slots=True)
class Picked:
    """What is wanted.

    Parameters
    ----------
    only
        Parts: segments, buildings, plan, columns; empty for all that the place allows.
    columns
        Names of columns; empty for those that tell most.
    n_classes
        Number of classes of these columns; None for six.
    """

    only: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    n_classes: int | None = None

    def has(self, part: str) -> bool:
        """Return whether a part is wanted."""
        return not self.only or part in self.only


def pick(only: Sequence[str], columns: Sequence[str], n_classes: int | None) -> Picked:
    """Return what the command line asks for.

    Raises
    ------
    DataError
        A part is unknown, or there are too many classes.
    """
    strange = [part for part in only if part not in PARTS]
    if strange:
        hints = " ".join(f"'{part}' is no part of a map.{did_you_mean(part, PARTS)}" for part in strange)
        raise DataError(f"map: {hints} Parts are {', '.join(PARTS)}.")
    if n_classes is not None and not columns:
        raise DataError("map: --classes says in how many classes --column is drawn. Name a column.")
    check_classes(n_classes)
    return Picked(tuple(only), tuple(columns), n_classes)


def study_for(place: Place, picked: Picked, *, why: Sequence[str] = (), say: Say = silent) -> Study:
    """Return the study of a place as far as what is wanted needs it.

    `why` names buildings that will be asked about: a slip in their names is told before the search.

    A place without asset lists has segments and columns, and no more.

    Raises
    ------
    ToolkitError
        Names of columns, data or rules are at fault; names are told first.
    """
    if picked.columns:
        check_names(place, load_geography(place).census, picked.columns)
    if place.assets and (picked.has(PLAN) or needs_options(picked.columns)):
        return study_place(place, say=say, why=why)
    if needs_options(picked.columns):
        raise DataError(
            f"{place.path}: minutes need [[assets]], and the place names none. Name lists, or leave them out."
        )
    study = with_geography(Study(place), say=say)
    if place.assets and picked.has(BUILDINGS):
        study = with_register(study, say=say)
    return with_segments(study, say=say) if picked.has(SEGMENTS) else study
