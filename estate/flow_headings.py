"""The headings of a table of cash flows: our names for them, and the years of a table with a column a year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from estate.flow_cells import FINANCIAL, text_of
from geodata.errors import DataError
from geodata.files import Sheet
from geodata.rows import HEADER_WITHIN, plain_heading

HEADINGS: Final = {
    "option": ("option", "variant", "scenario"),
    "body": ("body", "partner", "organisation", "organization", "agency"),
    "line": ("line", "item", "description", "name", "cost or benefit", "service"),
    "kind": ("kind", "type", "flow", "category"),
    "year": ("year", "years", "financial year", "when"),
    "amount": ("amount", "value", "gbp", "pounds", "a year", "amount a year", "gbp pa"),
    "total": ("total", "total gbp", "sum"),
    "quantity": ("quantity", "number", "fte", "how many"),
    "each": ("each", "unit cost", "rate", "price", "salary"),
    "factor": ("factor", "times", "multiplier", "uplift"),
    "unit": ("unit", "units"),
    "low": ("low", "worst", "lowest"),
    "high": ("high", "best", "highest"),
    "prices": ("prices", "price base", "real or nominal"),
    "capital": ("capital", "capital or revenue"),
    "one_off": ("one off", "one off or recurring", "frequency"),
    "cashable": ("cashable",),
    "condition": ("condition", "only with", "only if", "if"),
    "planned": ("planned", "already planned", "in own plans"),
    "saving": ("saving id", "saving ref", "saving reference"),
    "confidence": ("confidence", "evidence", "certainty"),
    "source": ("source", "where from", "note", "notes"),
}
_SCALE = re.compile(r"(?P<k>000|thousand|\bk\b|£k)|(?P<m>million|\bm\b|£m)", re.IGNORECASE)
_YEAR = re.compile(rf"(?:year\s*)?\d{{1,2}}|{FINANCIAL}|(?:19|20)\d\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each column stands.

    Parameters
    ----------
    at
        Position by our name.
    named
        Heading as the file spells it, by our name.
    years
        Position by heading of each column that is a year.
    money_scale
        Pounds in one unit of the money columns: 1000 where a heading speaks of thousands.
    """

    at: dict[str, int]
    named: dict[str, str]
    years: dict[str, int]
    money_scale: float

    def scale(self, name: str) -> float:
        """Return the pounds in one unit of a money column."""
        return scale_of(self.named.get(name, ""))


def find_header(sheet: Sheet) -> tuple[Headings, int]:
    """Return the headings and the number of rows up to and with them.

    Raises
    ------
    DataError
        No row of the first fifteen has a line or a body and an amount.
    """
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN], start=1):
        headings = _headings_of([text_of(cell) for cell in row])
        money = {"amount", "total", "quantity"} & set(headings.at) or len(headings.years) > 1
        if money and {"line", "body"} & set(headings.at):
            return headings, number
    raise DataError(
        f"{sheet.file}: no row of headings with a line or body and an amount stands in the first {HEADER_WITHIN} "
        "rows. Name the columns: body, line, kind, year, amount; or have one column a year, such as 2026/27."
    )


def cells_of(row: Sequence[object], headings: Headings) -> dict[str, str]:
    """Return the cells of a row by our names, and by heading for columns that are years."""
    return {
        name: text_of(row[position]) if position < len(row) else ""
        for name, position in (headings.at | headings.years).items()
    }


def scale_of(heading: str) -> float:
    """Return the pounds in one unit of a column.

    Examples
    --------
    >>> scale_of("Amount (£000)"), scale_of("£m"), scale_of("amount")
    (1000.0, 1000000.0, 1.0)
    """
    found = _SCALE.search(heading)
    return 1.0 if found is None else 1e3 if found["k"] else 1e6


def _headings_of(cells: Sequence[str]) -> Headings:
    at: dict[str, int] = {}
    named: dict[str, str] = {}
    years: dict[str, int] = {}
    others: list[str] = []
    for position, cell in enumerate(cells):
        name = _name_of(cell)
        if name and name not in at:
            at[name], named[name] = position, cell
        elif not name and _YEAR.fullmatch(cell.strip()):
            years[cell.strip()] = position
        elif not name:
            others.append(cell)
    money = [*(named.get(name, "") for name in ("amount", "total", "each")), *others]
    return Headings(at, named, years, max((scale_of(cell) for cell in money), default=1.0))


def _name_of(heading: str) -> str:
    """Return our name for a heading, or an empty string."""
    bare = plain_heading(_SCALE.sub(" ", re.sub(r"[£()]", " ", heading)))
    name = _KNOWN.get(plain_heading(heading)) or _KNOWN.get(bare, "")
    return name or ("amount" if bare.startswith("amount") else "")


_KNOWN = {alias: name for name, aliases in HEADINGS.items() for alias in (name.replace("_", " "), *aliases)}
