"""The headings of a table of cash flows: our names for them, and the years of a table with a column a year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from estate.flow_cells import signed, text_of, unclear_year, years_of
from geodata.errors import Fault, did_you_mean
from geodata.files import Sheet
from geodata.rows import HEADER_WITHIN, plain_heading

HEADINGS: Final = {
    "option": ("option", "variant", "scenario"),
    "body": ("body", "partner", "organisation", "organization", "agency", "partner name", "organisation name"),
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
    "source": ("source", "where from", "note", "notes", "comment", "comments"),
}
_SCALE = re.compile(r"(?P<k>(?<!\d)'?000s?\b|£\s*k\b|\bk\b|thousands?)|(?P<m>£\s*mn?\b|\bm\b|millions?)", re.IGNORECASE)
#: What a title or a heading that is not about money must say before its thousands are believed.
_SAID_SCALE = re.compile(
    r"(?P<k>£\s*'?000s?\b|£\s*k\b|\(\s*'?000s?\s*\)|£\s*thousands?|\bin thousands\b)"
    r"|(?P<m>£\s*mn?\b|£\s*millions?|\bin millions\b)",
    re.IGNORECASE,
)


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
        Pounds in one unit of the money columns: 1000 where a heading, or a title above, speaks of thousands.
    unread
        Headings that are none of ours.
    unclear
        Headings that may be years, with what is the matter with them.
    titled
        Positions of all columns that have a heading.
    """

    at: dict[str, int]
    named: dict[str, str]
    years: dict[str, int]
    money_scale: float
    unread: tuple[str, ...] = ()
    unclear: tuple[tuple[str, str, str], ...] = ()
    titled: frozenset[int] = frozenset()

    def scale(self, name: str) -> float:
        """Return the pounds in one unit of a money column."""
        said = {money: scale_of(self.named.get(money, "")) for money in ("amount", "total", "each")}
        return said.get(name, 1.0) if max(said.values()) > 1 or name == "each" else self.money_scale

    @property
    def usable(self) -> bool:
        """True where a line or a body and money can be read under these headings."""
        money = {"amount", "total", "quantity"} & set(self.at) or len(self.years) + len(self.unclear) > 1
        return bool(money and {"line", "body"} & set(self.at))


def find_header(sheet: Sheet) -> tuple[Headings, int] | None:
    """Return the headings and the number of rows up to and with them; None where the sheet has none.

    Headings may stand in two rows (a row of years below, or a row of units); a title above may name the unit.
    """
    rows = [[text_of(cell) for cell in row] for row in sheet.rows[: HEADER_WITHIN + 1]]
    for number, row in enumerate(rows[:HEADER_WITHIN], start=1):
        below = rows[number] if number < len(rows) else []
        title = next((scale for line in rows[:number] for cell in line if (scale := _said_scale(cell)) > 1), 1.0)
        alone, both = _headings_of(row, title), _headings_of(_joined(row, below), title)
        if alone.usable:
            if not _is_second_row(alone, below):
                return alone, number
            units = max((_said_scale(cell) for cell in below), default=1.0)
            return _headings_of(row, max(title, units)), number + 1
        if both.usable and len(both.years) > 1:
            return both, number + 1
    return None


def heading_faults(sheet: Sheet, headings: Headings, start: int) -> list[Fault]:
    """Return what is wrong with the headings themselves: years unclear, twice or left out, money under no heading."""

    def fault(column: str, value: str, message: str, remedy: str, row: int = start) -> Fault:
        return Fault(sheet.file, message, remedy, "cash_flow", sheet.name, row, column, value)

    if "year" in headings.at:
        return []
    faults = [fault(text, text, message, remedy) for text, message, remedy in headings.unclear]
    found = sorted(years[0] for text in headings.years if (years := years_of(text)))
    missing = sorted(set(range(found[0], found[-1])) - set(found)) if len(found) > 1 else []
    if missing and not faults:
        told = ", ".join(map(str, missing[:3]))
        message = f"There is no column for {told}, which lies between the first year and the last."
        faults.append(fault("", "", message, "Add the column, with 0 where there is no money."))
    return faults + [
        fault(column_letter(place), value, f"'{value}' stands under no heading.", remedy, row)
        for place, row, value in _stray_money(sheet, headings, start)
        for remedy in ("Give the column a heading of its own (one column a year), or delete it.",)
    ]


def unread_note(sheet: Sheet, headings: Headings, start: int) -> list[Fault]:
    """Return a note that names the headings that were not understood."""
    if not headings.unread:
        return []
    told = ", ".join(f"'{name}'{did_you_mean(name.lower(), _KNOWN)}" for name in headings.unread)
    message = f"Not read, since the heading is none of ours: {told}."
    return [Fault(sheet.file, message, "", "not_read", sheet.name, start, severity="note")]


def cells_of(row: Sequence[object], headings: Headings) -> dict[str, str]:
    """Return the cells of a row by our names, and by heading for columns that are years."""
    return {
        name: text_of(row[position]) if position < len(row) else ""
        for name, position in (headings.at | headings.years).items()
    }


def column_letter(place: int) -> str:
    """Return the letters of a column counted from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    return (column_letter(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def scale_of(heading: str) -> float:
    """Return the pounds in one unit of a column.

    Examples
    --------
    >>> scale_of("Amount (£000)"), scale_of("£m"), scale_of("amount"), scale_of("2000/01")
    (1000.0, 1000000.0, 1.0, 1.0)
    """
    return _scale(_SCALE.search(heading))


def _said_scale(text: str) -> float:
    return _scale(_SAID_SCALE.search(text))


def _scale(found: re.Match[str] | None) -> float:
    return 1.0 if found is None else 1e3 if found["k"] else 1e6


def _headings_of(cells: Sequence[str], title_scale: float = 1.0) -> Headings:
    at: dict[str, int] = {}
    named: dict[str, str] = {}
    years: dict[str, int] = {}
    unclear: list[tuple[str, str, str]] = []
    others: list[tuple[int, str]] = []
    for position, cell in enumerate(cells):
        name, year = _name_of(cell), _year_of(cell)
        if name and name not in at:
            at[name], named[name] = position, cell
        elif year and years_of(year) not in [years_of(_year_of(other)) for other in years]:
            years[cell] = position
        elif not name and (matter := _matter(cell, twice=bool(year))):
            unclear.append(matter)
        elif cell:
            others.append((position, cell))
    if not {"amount", "total", "quantity"} & set(at) and len(years) + len(unclear) < 2:
        for position, cell in others:
            if _said_scale(cell) > 1 or cell.strip() in {"£", "GBP"}:
                at["amount"], named["amount"] = position, cell
                break
    own = max((scale_of(named.get(name, "")) for name in ("amount", "total", "each")), default=1.0)
    said = max((_said_scale(cell) for cell in cells), default=1.0)
    scale = next((scale for scale in (own, said, title_scale) if scale > 1), 1.0)
    unread = tuple(cell for place, cell in others if place not in at.values() and not _said_scale(cell) > 1)
    titled = frozenset(place for place, cell in enumerate(cells) if cell)
    return Headings(at, named, years, scale, unread, tuple(unclear), titled)


def _matter(cell: str, *, twice: bool) -> tuple[str, str, str] | None:
    """Return a heading that may be a year, what is the matter with it and the remedy; None where it is no year."""
    bare = bare_heading(cell)
    if twice:
        return cell, f"'{cell}' stands over two columns.", "Keep one column a year: add the two up, or delete one."
    if meant := unclear_year(bare):
        return cell, f"'{cell}' may be {meant}.", "Write the year in full, such as 2026/27."
    span = years_of(bare)
    return span and (cell, f"'{cell}' covers several years.", "Give every year a column of its own.")


def _year_of(cell: str) -> str:
    """Return the one year that a heading names, or an empty string."""
    bare = bare_heading(cell)
    found = years_of(bare)
    if found is None or found[0] != found[1] or (not found[2] and found[0] > 99):
        return ""
    return bare


def bare_heading(cell: str) -> str:
    """Return a heading without its unit: "2026/27 (£000)" is "2026/27"."""
    return re.sub(
        r"(?i)\(?\s*£\s*(?:'?000s?|k|mn?|thousands?|millions?)?\s*\)?\s*$|\s*\bbudget\b\s*$", "", cell
    ).strip()


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return two rows of headings as one: the lower cell where it says something."""
    length = max(len(above), len(below))
    upper, lower = ([*row, *[""] * (length - len(row))] for row in (above, below))
    return [low or high for high, low in zip(upper, lower, strict=True)]


def _is_second_row(headings: Headings, below: Sequence[str]) -> bool:
    """Return True where the row below the headings says something about columns of money, but holds none."""
    keys = [headings.at[name] for name in ("body", "line", "kind") if name in headings.at]
    money = [*headings.years.values(), *(headings.at[name] for name in ("amount", "total") if name in headings.at)]
    said = [cell for place, cell in enumerate(below) if cell and place not in keys]
    about_money = any(place < len(below) and below[place] for place in money)
    return (
        bool(said)
        and about_money
        and not any(place < len(below) and below[place] for place in keys)
        and all(signed(cell) is None or _said_scale(cell) > 1 for cell in said)
    )


def _stray_money(sheet: Sheet, headings: Headings, start: int) -> list[tuple[int, int, str]]:
    """Return column, row and text of the first sum of money in each column without a heading."""
    first = min(headings.titled)
    found: dict[int, tuple[int, int, str]] = {}
    for number, row in enumerate(sheet.rows[start:], start=start + 1):
        for place, cell in enumerate(row):
            text = text_of(cell)
            if place not in headings.titled and place > first and place not in found and signed(text) is not None:
                found[place] = (place, number, text)
    return list(found.values())


def _name_of(heading: str) -> str:
    """Return our name for a heading, or an empty string."""
    bare = plain_heading(_SCALE.sub(" ", re.sub(r"[£()]", " ", heading)))
    name = _KNOWN.get(plain_heading(heading)) or _KNOWN.get(bare, "")
    return name or ("amount" if bare.startswith("amount") else "")


_KNOWN = {alias: name for name, aliases in HEADINGS.items() for alias in (name.replace("_", " "), *aliases)}
