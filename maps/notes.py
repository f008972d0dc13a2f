"""The layer of interview notes: what people said, at the area or place it was said of."""

from __future__ import annotations

import pandas as pd

from geodata.errors import CoverageError, examples
from maps.base import DataLayer
from maps.inert import Json, packed_json, plain_text


def note_layer(notes: pd.DataFrame, areas: pd.Index, *, shown: bool = False) -> DataLayer:
    """Return the layer of interview notes.

    Parameters
    ----------
    notes
        Columns ``note``, and ``oa_code``, ``locality``, ``segment``, ``date`` where known, as
        :func:`geodata.load.load_notes` gives them. A note with a code is drawn at its area, one with a locality only at
        the middle of that place; one with a segment only is in the table of the page.
    areas
        Codes of the areas on the map, in their order.
    shown
        True draws the notes at once; else the reader switches them on.

    Raises
    ------
    CoverageError
        If a note is of an area that is not on the map.
    """
    texts = {name: _column(notes, name) for name in ("note", "oa_code", "locality", "segment", "date")}
    strange = sorted({code for code in texts["oa_code"] if code} - {str(code) for code in areas})
    if strange:
        raise CoverageError(
            f"notes: area {examples(strange)} is not on the map. Correct the code, or give the locality instead."
        )
    table: dict[str, Json] = {
        "text": list(texts["note"]),
        "area": [int(place) for place in areas.get_indexer(pd.Index(texts["oa_code"]))],
        "locality": list(texts["locality"]),
        "segment": list(texts["segment"]),
        "date": [date[:10] for date in texts["date"]],
    }
    return DataLayer("notes", {"table": packed_json(table), "shown": shown}, rows=len(notes))


def _column(notes: pd.DataFrame, name: str) -> list[str]:
    """Return a column as plain text, empty where it is missing."""
    return [plain_text(cell) for cell in notes[name]] if name in notes else [""] * len(notes)
