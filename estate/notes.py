"""Tell rows that are no rows of a list: notes below it, section headings, page breaks, and its header once more."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from estate.columns import PLACE_FIELDS, ColumnMatch, columns_of
from estate.findings import SET_ASIDE, findings, joined
from estate.grid import Grid
from estate.identity import postcode_in

FEW = 3  # in a list of fewer filled columns than this, one filled cell is a row like any other
SAME = 0.7  # so many of a row's cells are the headings above them in a repeated header


def notes_among(grid: Grid, matches: Sequence[ColumnMatch]) -> pd.DataFrame:
    """Return findings for rows of words in one cell only, without any place, and for repeated headers.

    Parameters
    ----------
    grid, matches
        The list and what its columns are.
    """
    filled = grid.cells != ""
    if grid.points is not None or filled.any().sum() < FEW or grid.cells.empty:
        return joined([])
    places = [column for field in PLACE_FIELDS for column in columns_of(matches, field)]
    n_filled = filled.sum(axis=1)
    alone = n_filled.eq(1) & ~filled[places].any(axis=1)
    cells = grid.cells[alone]
    words = pd.Series(["".join(row) for row in cells.itertuples(index=False)], index=cells.index, dtype="str")
    text = words.reindex(grid.cells.index).fillna("").astype("str")
    alone &= postcode_in(text).eq("")
    same = pd.concat([grid.cells[name].eq(name) for name in grid.names], axis=1).sum(axis=1)
    header = (same / n_filled.clip(lower=1)).ge(SAME) & n_filled.ge(2)
    told = (
        (
            alone & ~header,
            "'" + text.str.slice(0, 60) + "' stands alone in its row: it is read as a note or a heading.",
        ),
        (header, pd.Series("The row repeats the header.", index=text.index)),
    )
    return joined(
        [
            findings(
                grid.cells.index[rows],
                rule="note_row",
                message=message,
                remedy="Nothing to do if it is none of the list's assets; else fill in the row.",
                severity=SET_ASIDE,
                value=text,
            )
            for rows, message in told
        ]
    )
