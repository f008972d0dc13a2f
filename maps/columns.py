"""The layer of columns: figures of every area that the reader can colour the map by, in classes with units.

A column is shown in at most twelve classes. A share also carries its value for the whole place, from which the page
works out the index (100 = like the place).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import CoverageError, DataError, examples
from maps.base import DataLayer
from maps.inert import Json, numbers, packed_json, plain_text
from maps.style import from_hex, from_lab, to_hex, to_lab
from maps.surface import RISING, TURNING, class_labels

MOST_CLASSES = 12
USUAL_CLASSES = 6
INDEX_BREAKS = (50.0, 75.0, 90.0, 110.0, 133.0, 200.0)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A figure of every area.

    Parameters
    ----------
    name
        Heading in the list of columns, such as "No car or van".
    group
        Under which it stands in that list, such as "Households".
    unit
        What the figures are, such as "% of households" or "minutes".
    figures
        Indexed by ``oa_code``; NaN where it is not known.
    note
        Where it comes from, in one sentence.
    breaks
        Inner borders of the classes, ascending, at most eleven; by default those that put about as many areas in each.
    turning
        Two-sided colours around nought, for differences.
    base
        The value of the whole place, from which the page works out the index; None for none.
    decimals
        Digits after the point that are shown.
    before
        Name of the column that shows the same before, for one that shows it after; empty for none.
    key
        Short name in tables and on the command line, such as "no_car".
    """

    name: str
    group: str
    unit: str
    figures: pd.Series
    note: str = ""
    breaks: tuple[float, ...] | None = None
    turning: bool = False
    base: float | None = None
    decimals: int = 1
    before: str = ""
    key: str = ""


def column_layer(columns: Sequence[Column], areas: pd.Index, *, shown: int = -1) -> DataLayer:
    """Return the layer of columns; `shown` is the position of the one on show at first, -1 for the segments.

    Parameters
    ----------
    columns
        What can be shown, in the order of the list.
    areas
        Codes of the areas on the map, in their order.
    shown
        Position of the column shown at first.

    Raises
    ------
    DataError
        A column has more than twelve classes, borders that do not rise, or no figure at all (all are told at once).
    CoverageError
        A column is of other areas.
    """
    faults = [fault for column in columns if (fault := _fault(column))]
    if faults:
        raise DataError(" ".join(faults))
    for column in columns:
        if not column.figures.index.isin(areas).any():
            raise CoverageError(
                f"column '{plain_text(column.name)}': none of its areas ({examples(list(column.figures.index))}) is on "
                "the map. Check that both are of the same census year."
            )
    index: Json = {"classes": _classes(list(INDEX_BREAKS), "", turning=True), "breaks": list(INDEX_BREAKS)}
    told: list[Json] = [_told(column, areas) for column in columns]
    return DataLayer("columns", {"columns": told, "index": index, "shown": shown}, rows=len(columns))


def _fault(column: Column) -> str:
    """Return what is wrong with a column in a sentence, empty where nothing is."""
    name = f"column '{plain_text(column.name)}'"
    if not np.isfinite(column.figures.to_numpy(np.float64)).any():
        return f"{name}: no area has a figure. Leave it out, or name another column."
    breaks = list(column.breaks or ())
    if len(breaks) >= MOST_CLASSES:
        return f"{name}: {len(breaks) + 1} classes, a map can tell {MOST_CLASSES} apart. Give fewer borders."
    if sorted(set(breaks)) != breaks:
        return f"{name}: its borders {breaks} do not rise. Put them in order, each once."
    return ""


def _told(column: Column, areas: pd.Index) -> Json:
    """Return one column as plain values, its figures packed."""
    values = column.figures.reindex(areas).astype(np.float64)
    breaks = even_breaks(np.asarray(values)) if column.breaks is None else list(column.breaks)
    told: dict[str, Json] = {
        "name": plain_text(column.name),
        "group": plain_text(column.group),
        "unit": plain_text(column.unit),
        "note": plain_text(column.note),
        "base": None if column.base is None else round(column.base, 4),
        "decimals": column.decimals,
        "breaks": [float(one) for one in breaks],
        "classes": _classes(breaks, column.unit, turning=column.turning),
        "values": packed_json(numbers(values * 10**column.decimals)),
    }
    return told | ({"before": plain_text(column.before)} if column.before else {})


def even_breaks(values: NDArray[np.float64], n_classes: int = USUAL_CLASSES) -> list[float]:
    """Return borders that put about as many figures in each class, rounded to two digits.

    Examples
    --------
    >>> even_breaks(np.arange(100.0), 4)
    [25.0, 50.0, 74.0]
    """
    known = values[np.isfinite(values)]
    cuts = np.quantile(known, np.arange(1, n_classes) / n_classes)
    return sorted({float(f"{cut:.2g}") for cut in cuts} - {float(known.min())})


def spread(colours: Sequence[str], wanted: int) -> list[str]:
    """Return so many colours from first to last, mixed in CIE L*a*b* where there are more than given.

    Examples
    --------
    >>> spread(["#ffffff", "#000000"], 3)
    ['#ffffff', '#777777', '#000000']
    """
    stops = np.array([to_lab(from_hex(colour)) for colour in colours])
    places = np.linspace(0, len(colours) - 1, wanted) if wanted > 1 else np.array([(len(colours) - 1) / 2])
    mixed = np.column_stack([np.interp(places, np.arange(len(colours)), channel) for channel in stops.T])
    return [to_hex(from_lab(lab)) for lab in mixed]


def _classes(breaks: list[float], unit: str, *, turning: bool) -> list[Json]:
    """Return what the legend says of each class, and its colour."""
    colours = spread(TURNING if turning else RISING, len(breaks) + 1)
    labels = class_labels(breaks, unit)
    return [{"label": plain_text(label), "colour": colour} for label, colour in zip(labels, colours, strict=True)]
