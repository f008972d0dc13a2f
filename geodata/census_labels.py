"""Know census cells by their published labels, for files and services that head their columns in words.

A download says "Residence type: Lives in a household; measures: Value", a service "Lives in a household"; both are the
cell ``ts0010002``. Labels are compared part by part without their punctuation, never by position: sources leave parents
out, put the title of the table in front and differ in hyphens.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geodata.errors import Fault
from geodata.variables import check_vintage

_MEASURES = re.compile(r"(;|,)?\s*\(?measures?:?\s*\(?value\)?\s*$", re.IGNORECASE)
_TOTALS = ("total", "allusualresidents", "allhouseholds", "allcategories", "alldwellings")
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a census table with its published label.

    Parameters
    ----------
    name
        Such as ``ts0010002``.
    table
        Title of its table.
    label
        Its categories, the widest first, with ": " between them.
    """

    name: str
    table: str
    label: str

    @property
    def table_code(self) -> str:
        """The code of its table, such as ``ts001``."""
        return self.name[:-4]


@cache
def read_cells(vintage: int) -> tuple[Cell, ...]:
    """Return the cells of the tables that the registry uses, in published order.

    Raises
    ------
    DataError
        There is no registry for that year.

    Examples
    --------
    >>> read_cells(2021)[1]
    Cell(name='ts0010002', table='Residence type', label='Lives in a household')
    """
    check_vintage(vintage)
    text = (files("geodata") / "data" / f"cells_{vintage}.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(Cell(row["cell"], row["table"], row["label"]) for row in rows)


def cells_of_table(table: str, vintage: int) -> tuple[Cell, ...]:
    """Return the cells of one table, such as ``ts001``."""
    return tuple(cell for cell in read_cells(vintage) if cell.table_code == table)


def table_titled(title: str, vintage: int) -> str | None:
    """Return the code of the table with that title, or None.

    Examples
    --------
    >>> table_titled("Residence type (3 categories)", 2021), table_titled("Shoe size", 2021)
    ('ts001', None)
    """
    wanted = _key(re.sub(r"\(\d+ categories\)", "", title))
    return next((cell.table_code for cell in read_cells(vintage) if _key(cell.table) == wanted), None)


def match_labels(labels: Iterable[str], cells: Iterable[Cell]) -> dict[str, str]:
    """Return the cell of each label that is one; labels that are none of the cells are left out.

    Parameters
    ----------
    labels
        As a source spells them, with or without the title of the table.
    cells
        The cells of one table.

    Examples
    --------
    >>> cells = cells_of_table("ts003", 2021)
    >>> match_labels(["Total: All households", "One-person household: Other", "Shoe size"], cells)
    {'Total: All households': 'ts0030001', 'One-person household: Other': 'ts0030004'}
    """
    cells = tuple(cells)
    published = {_parts(cell.label): cell.name for cell in cells}
    titles = {_key(cell.table) for cell in cells}
    found: dict[str, str] = {}
    for label in labels:
        parts = _parts(label)
        parts = parts[1:] if len(parts) > 1 and parts[0] in titles else parts
        cell = published.get(parts) or _total(parts, cells) or _longest_end(parts, published)
        if cell is not None and cell not in found.values():
            found[label] = cell
    return found


def label_faults(missing: Iterable[str], given: Iterable[str], cells: Iterable[Cell], source: str) -> list[Fault]:
    """Return a fault for each cell that no label of a source stands for, with what the source has instead."""
    known = {cell.name: cell for cell in cells}
    offered = "; ".join(given)[:300]
    return [
        Fault(
            source,
            f"no category is called '{known[name].label}' ({name}). It has: {offered}.",
            "The publisher may have renamed it: take the bulk files instead (--bulk), or tell the keeper of onetown.",
            "unknown_category",
            value=name,
        )
        for name in missing
    ]


def _parts(label: str) -> Parts:
    """Return the categories of a label as bare keys, the widest first."""
    return tuple(key for key in (_key(part) for part in _MEASURES.sub("", label).split(":")) if key)


def _key(text: str) -> str:
    """Return a text as letters and digits; a sign before a digit counts, as in -1."""
    signed = re.sub(r"(^|\s)-(?=\d)", r"\1minus", re.sub(r"\+(?=\d)", "plus", text))
    return re.sub(r"[^a-z0-9]", "", signed.lower())


def _total(parts: Parts, cells: tuple[Cell, ...]) -> str | None:
    """Return the first cell of the table where the label is that of its total."""
    if not parts or not cells or len(cells) == 1 or not parts[0].startswith(_TOTALS):
        return None
    first = cells[0]
    return first.name if _parts(first.label)[0].startswith(_TOTALS) and len(parts) <= 2 else None


def _longest_end(parts: Parts, published: dict[Parts, str]) -> str | None:
    """Return the cell whose label the given one ends with (a title in front), or the only one that ends with it."""
    inside = [known for known in published if len(known) < len(parts) and parts[-len(known) :] == known]
    if inside:
        longest = max(inside, key=len)
        return published[longest] if len(parts) - len(longest) == 1 and len(longest) > 0 else None
    around = [known for known in published if len(known) > len(parts) and known[-len(parts) :] == parts]
    return published[around[0]] if len(around) == 1 else None
