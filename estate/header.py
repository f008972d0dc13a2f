"""Find the header of a list among its first rows: below titles, in two rows, with line breaks, or missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from estate.grid import Grid, cell_text, grid_below
from estate.headings import aliases, ending_of, without_unit
from estate.shapes import SHAPES
from geodata.files import Sheet
from geodata.rows import plain_heading

MAX_HEADER_ROW = 30


def find_grid(sheet: Sheet) -> Grid | None:
    """Return the table of a sheet, its header found among the first rows; None for a sheet without one.

    Title rows above the header, two header rows and headings with line breaks are understood. A sheet whose first
    row already holds values gets numbered columns. The headings of a layer are its attribute names, whatever they say.
    """
    if sheet.points is not None:
        return (
            grid_below(sheet, header=[cell_text(cell) for cell in sheet.rows[0]], first_row=1) if sheet.rows else None
        )
    texts = [[cell_text(cell) for cell in row] for row in sheet.rows[:MAX_HEADER_ROW]]
    filled = [place for place, row in enumerate(texts) if sum(map(bool, row)) >= 1]
    if not filled:
        return None
    scores = {place: _header_score(texts[place]) for place in filled}
    best = max(filled, key=lambda place: (scores[place], -place))
    if scores[best] < 1.0:
        return _without_aliases(sheet, texts, filled)
    upper = _upper_row(texts, best)
    lower = texts[best + 1] if best + 1 < len(texts) else []
    if not upper and _is_second_header(texts[best], lower):
        return grid_below(sheet, header=_joined(texts[best], lower), first_row=best + 2)
    return grid_below(sheet, header=_joined(upper, texts[best]) if upper else texts[best], first_row=best + 1)


def _header_score(row: Sequence[str]) -> float:
    """Return how much a row looks like headings: known words count one, values count against it."""
    known = aliases()
    plain = [plain_heading(cell) for cell in row if cell]
    exact = {word for word in plain if word in known or without_unit(word) in known}
    loose = {word for word in plain if word not in exact and len(word) < 60 and ending_of(word) is not None}
    values = sum(1 for cell in row if _is_value(cell))
    return len(exact) + 0.5 * len(loose) - values


def _is_value(cell: str) -> bool:
    return bool(cell) and (bool(re.fullmatch(r"[-£]?[\d.,/ :-]+", cell)) or bool(SHAPES["postcode"](cell)))


def _without_aliases(sheet: Sheet, texts: list[list[str]], filled: list[int]) -> Grid:
    """Return the grid of a sheet whose headings are all unknown, or that has no header."""
    wide = [place for place in filled if sum(map(bool, texts[place])) >= 2] or filled
    first = texts[wide[0]]
    if any(_is_value(cell) for cell in first):
        return grid_below(sheet, header=[""] * len(first), first_row=wide[0])
    return grid_below(sheet, header=first, first_row=wide[0] + 1)


def _upper_row(texts: list[list[str]], best: int) -> list[str]:
    """Return a row of group headings above the header ("Location" over "Easting" and "Northing"), or nothing."""
    if best == 0:
        return []
    above = texts[best - 1]
    groups = [cell for cell in above if cell]
    return above if len(groups) >= 2 and not any(_is_value(cell) for cell in groups) else []


def _is_second_header(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return True where the row below the header completes it: gaps above, words only, mostly known words."""
    cells = [cell for cell in lower if cell]
    if len(cells) < 2 or any(_is_value(cell) for cell in cells):
        return False
    gaps = sum(1 for place, cell in enumerate(lower) if cell and (place >= len(upper) or not upper[place]))
    known = aliases()
    words = sum(1 for cell in cells if plain_heading(cell) in known or without_unit(plain_heading(cell)) in known)
    return gaps >= 1 and words >= max(2, len(cells) // 2)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Join two header rows: the lower word where it is known by itself, else group and word together."""
    known, group, names = aliases(), "", []
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        plain = plain_heading(below)
        alone = plain in known or without_unit(plain) in known or not group
        names.append(below if below and alone else f"{group} {below}" if below else above)
    return names
