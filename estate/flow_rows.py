"""One row of a table of cash flows as lines of money, a printed statement or a quantity in another unit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from estate.flow_cells import NIL, money_of, own_scale, signed, unclear_year, years_of
from estate.flow_headings import Headings, bare_heading
from estate.flows import CONFIDENCE, ENDLESS, GAINS, KINDS, PRICES
from estate.printed import MEASURES, Printed
from estate.values import NO, YES
from geodata.errors import Fault, did_you_mean

ALL_BODIES: Final = "all bodies"
KIND_WORDS: Final = {
    "cost": "cost", "costs": "cost", "spend": "cost", "expenditure": "cost", "investment": "cost",
    "benefit": "benefit", "benefits": "benefit", "saving": "benefit", "savings": "benefit", "income": "benefit",
    "avoided cost": "benefit", "receipt": "receipt", "receipts": "receipt", "capital receipt": "receipt",
    "capital receipts": "receipt", "residual": "residual", "residual value": "residual", "borrowing": "borrowing",
    "loan": "borrowing", "repayment": "repayment", "repayments": "repayment", "interest": "interest",
    "transfer": "transfer", "transfers": "transfer", "grant": "transfer", "printed": "printed",
}  # fmt: skip
#: Row, column and value of a cell.
Where = tuple[int | None, str, str]
MONEY: Final = ("amount", "total", "quantity")
_MONEY_UNITS: Final = ("", "gbp", "£", "pounds", "pound")
_DIGITS: Final = "Write digits, such as 1,250.50 or -400; write 0 where it is nothing."
_YEARS: Final = "Write 0, 1-10, 1- for a line that goes on, or 2026/27."


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of cash flows: where it stands, its headings, and how it writes costs.

    Parameters
    ----------
    costs_signed
        True where costs are written as negative amounts already.
    empty
        Cells that read as empty but are not, by row and column: a formula without a saved value, or an error.
    """

    file: str
    sheet: str
    headings: Headings
    costs_signed: bool
    empty: Mapping[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of money as it was written: where, for which years, and which saving it claims."""

    table: Table
    row: int
    years: str
    saving: str
    one_off_said: bool
    said: dict[str, Any]

    @property
    def key(self) -> tuple[str, ...]:
        """What makes rows one line: option, body, line, kind and condition."""
        return tuple(self.said[name] for name in ("option", "body", "line", "kind", "condition"))


@dataclass(slots=True)
class Reading:
    """What is gathered while the rows are read."""

    lines: list[Line] = field(default_factory=list)
    printed: list[Printed] = field(default_factory=list)
    quantities: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    calendar: set[bool] = field(default_factory=set)
    rows_in: int = 0
    set_aside: int = 0

    def fault(self, table: Table, where: Where, message: str, remedy: str) -> None:
        """Note what is wrong with a cell, a row or the whole table."""
        self.faults.append(_told(table, where, message, remedy))

    def note(self, table: Table, where: Where, message: str) -> None:
        """Note what was read in another way than it is written."""
        self.notes.append(replace(_told(table, where, message, ""), severity="note"))


def _told(table: Table, where: Where, message: str, remedy: str) -> Fault:
    row, column, value = where
    heading = table.headings.named.get(column, column)
    return Fault(table.file, message, remedy, "cash_flow", table.sheet, row, heading, value)


def read_row(reading: Reading, table: Table, number: int, row: dict[str, str]) -> None:
    """Read one row into lines of money, a printed statement or a quantity; note everything that is wrong with it."""
    if _unsaved(reading, table, number):
        return
    written = row.get("kind", "").lower()
    kind = KIND_WORDS.get(written, "")
    if written and not kind:
        message = f"'{row['kind']}' is not a kind of money.{did_you_mean(written, KIND_WORDS)}"
        reading.fault(table, (number, "kind", row["kind"]), message, f"Write one of: {', '.join(KINDS)}, printed.")
    if kind == "printed":
        _read_printed(reading, table, number, row)
    elif row.get("unit", "").lower() not in _MONEY_UNITS:
        what = {name: row.get(name, "") for name in ("option", "body", "line", "unit")}
        reading.quantities.append({**what, "amount": _amount(reading, table, number, row, years=1.0, money=False)})
    else:
        _read_line(reading, table, number, row, kind)


def _read_line(reading: Reading, table: Table, number: int, row: dict[str, str], kind: str) -> None:
    amounts = list(_amounts(reading, table, number, row))
    if table.headings.years and "year" not in table.headings.at:
        _check_total(reading, table, number, row)
    default = "cost" if min((amount for _, _, amount, _ in amounts), default=0.0) < 0 else "benefit"
    known = len(reading.faults)
    for place, (first, last, amount, given) in enumerate(amounts or [(0, 0.0, np.nan, "")]):
        like = kind or ("benefit" if amount > 0 else default)
        sign = -1.0 if kind and kind not in (*GAINS, "transfer") and not table.costs_signed else 1.0
        span = last - first + 1.0 if row.get("total") and not row.get("amount") and last < ENDLESS else 1.0
        values = _line_values(reading, table, number, row, kind=like, years=(first, last), amount=amount, sign=sign,
                              span=1.0 if table.headings.years else span)  # fmt: skip
        if place:
            del reading.faults[known:]  # the same row, told once already
        known = len(reading.faults)
        if amounts:
            reading.lines.append(Line(table, number, given, row.get("saving", ""), bool(row.get("one_off")), values))


def _unsaved(reading: Reading, table: Table, number: int) -> bool:
    """Return True where a cell of the row holds a formula without a value, or an error: told, cell by cell."""
    headings = table.headings
    named = {place: name for name, place in (headings.at | headings.years).items()}
    cells = {place: text for (row, place), text in table.empty.items() if row == number and place in named}
    for place, text in sorted(cells.items()):
        error = text.startswith("#")
        message = (
            f"The cell holds the error {text}." if error else f"The cell holds the formula {text} without a value."
        )
        remedy = "Mend the formula, or write the number." if error else (
            "Open the workbook in Excel or LibreOffice, save it and try again, or write the number."
        )  # fmt: skip
        reading.fault(table, (number, named[place], text), message, remedy)
    return bool(cells)


# --------------------------------------------------------------------------------------------------------------- money


def _amounts(
    reading: Reading, table: Table, number: int, row: dict[str, str]
) -> Iterator[tuple[int, float, float, str]]:
    """Yield first year, last year, amount a year and the years as written."""
    if table.headings.years and "year" not in table.headings.at:
        yield from _wide_amounts(reading, table, number, row)
        return
    text = row.get("year", "")
    years = years_of(text) if "year" in table.headings.at else (0, 0.0, None)
    if years is None:
        meant = unclear_year(text)
        message = (
            f"'{text}' may be {meant}." if meant else f"'{text}' is not a year." if text else "The year is missing."
        )
        reading.fault(
            table, (number, "year", text), message, "Write the year in full, such as 2026/27." if meant else _YEARS
        )
        _amount(reading, table, number, row, years=1.0)
        return
    first, last, calendar = years
    if calendar is not None:
        reading.calendar.add(calendar)
    if last < first:
        reading.fault(table, (number, "year", text), f"'{text}' ends before it begins.", "Write the first year first.")
    elif row.get("total") and last == ENDLESS:
        message = "A total cannot be spread over years without an end."
        reading.fault(table, (number, "total", row["total"]), message, "Give the last year, or the amount a year.")
    else:
        span = 1.0 if last == ENDLESS else last - first + 1.0
        yield first, last, _amount(reading, table, number, row, years=span), text


def _wide_amounts(
    reading: Reading, table: Table, number: int, row: dict[str, str]
) -> Iterator[tuple[int, float, float, str]]:
    """Yield the same for each filled cell under a heading that is a year."""
    for name in table.headings.years:
        text = row[name]
        if text.lower() in NIL:
            continue
        value, years = signed(text), years_of(bare_heading(name))
        if value is None or years is None:
            reading.fault(table, (number, name, text), f"'{text}' is not an amount.", _DIGITS)
            continue
        reading.calendar.add(years[2])
        yield years[0], float(years[0]), value * (1.0 if own_scale(text) else table.headings.money_scale), name


def _check_total(reading: Reading, table: Table, number: int, row: dict[str, str]) -> None:
    """Note a column of totals that is not the sum of the years beside it."""
    said = signed(row.get("total", ""))
    parts = [money_of(row[name]) for name in table.headings.years]
    found = sum(part for part in parts if part is not None)
    if said is not None and None not in parts and abs(found - said) > max(0.005 * abs(said), len(parts) * 0.5):
        message = f"The total of {row['total']} is not the sum of its years, {found:,.10g}."
        reading.fault(
            table, (number, "total", row["total"]), message, "Correct one of them, or delete the column of totals."
        )


def _amount(
    reading: Reading, table: Table, number: int, row: dict[str, str], *, years: float, money: bool = True
) -> float:
    """Return the amount a year that a row gives: as it is, as a total, or as a product."""
    given = [name for name in MONEY if row.get(name)]
    if len(given) != 1:
        message = f"The row gives its amount twice ({' and '.join(given)})." if given else "The row has no amount."
        remedy = "Give an amount a year, or a total, or quantity and each; write 0 where it is nothing."
        reading.fault(table, (number, given[0] if given else "amount", ""), message, remedy)
        return np.nan
    product, money_at = 1.0, ("amount", "total", "each")
    for name in ("quantity", "each", "factor") if given == ["quantity"] else given:
        value = (_quotient(row[name]) if name == "factor" else money_of(row[name])) if row.get(name) else 1.0
        if value is None:
            reading.fault(table, (number, name, row[name]), f"'{row[name]}' is not a number.", _DIGITS)
            return np.nan
        scaled = money and name in money_at and row.get(name) and not own_scale(row[name])
        product *= value * (table.headings.scale(name) if scaled else 1.0)
    return product / (years if given == ["total"] else 1.0)


def _quotient(text: str) -> float | None:
    """Return a factor: a number, a percentage, or one number over another.

    Examples
    --------
    >>> _quotient("1.25"), _quotient("75%"), _quotient("1/60") == 1 / 60, _quotient("a/b") is None
    (1.25, 0.75, True, True)
    """
    above, slash, below = text.partition("/")
    if slash:
        upper, lower = signed(above), signed(below)
        return upper / lower if upper is not None and lower else None
    value = signed(text.rstrip("% "))
    return value if value is None or "%" not in text else value / 100.0


def _line_values(
    reading: Reading,
    table: Table,
    number: int,
    row: dict[str, str],
    *,
    kind: str,
    years: tuple[int, float],
    amount: float,
    sign: float,
    span: float,
) -> dict[str, Any]:
    """Return one line of money, signed, as a row of the table of flows."""

    def flag(name: str, *, default: bool, yes: Collection[str] = (), no: Collection[str] = ()) -> bool:
        return _flag(reading, table, number, name, row, words=({*YES, *yes}, {*NO, *no}), default=default)

    def word(name: str, known: Sequence[str]) -> str:
        return _word(reading, table, (number, name, row.get(name, "")), known)

    def bound(name: str) -> float:
        value = money_of(row[name]) if row.get(name) else np.nan
        if value is None:
            reading.fault(table, (number, name, row[name]), f"'{row[name]}' is not a number.", _DIGITS)
            return np.nan
        return sign * value * (1.0 if own_scale(row.get(name, "")) else table.headings.money_scale) / span

    low, high = bound("low"), bound("high")
    _check_range(reading, table, number, row, (low, sign * amount, high))
    return {
        "option": row.get("option", "") or "as given",
        "body": row.get("body", "") or ALL_BODIES,
        "line": row.get("line", "") or kind,
        "kind": kind,
        "first_year": years[0],
        "last_year": years[1],
        "gbp": sign * amount,
        "low_gbp": low,
        "high_gbp": high,
        "prices": word("prices", PRICES),
        "capital": flag("capital", default=False, yes={"capital"}, no={"revenue"}),
        "one_off": flag("one_off", default=years[0] == years[1], yes={"one-off", "one off"}, no={"recurring"}),
        "cashable": flag("cashable", default=True, yes={"cashable"}, no={"non-cashable", "not cashable"}),
        "condition": row.get("condition", ""),
        "planned": flag("planned", default=False),
        "confidence": word("confidence", CONFIDENCE[::-1]),
        "source": row.get("source", ""),
    }


def _check_range(
    reading: Reading, table: Table, number: int, row: dict[str, str], values: tuple[float, float, float]
) -> None:
    """Note an amount that lies outside the lowest and highest it is said to have."""
    ends = [abs(end) for end in (values[0], values[2]) if not np.isnan(end)]
    amount = abs(values[1])
    if np.isnan(amount) or not ends or "year" not in table.headings.at:
        return
    both = len(ends) == 2
    if (both and not min(ends) - 1e-6 <= amount <= max(ends) + 1e-6) or (both and values[0] * values[2] < 0):
        name = next(name for name in MONEY if row.get(name))
        told = f"from {row['low']} to {row['high']}"
        message = f"The amount of {row[name]} lies outside its own range, {told}."
        reading.fault(table, (number, name, row[name]), message, "Correct the amount, the lowest or the highest.")


# ---------------------------------------------------------------------------------------------------- printed and words


def _read_printed(reading: Reading, table: Table, number: int, row: dict[str, str]) -> None:
    measure, text = row.get("line", "").lower(), row.get("amount") or row.get("total") or ""
    value = signed(text.rstrip("%"))
    if measure not in MEASURES:
        message = f"'{row.get('line', '')}' is not a measure.{did_you_mean(measure, MEASURES)}"
        reading.fault(table, (number, "line", measure), message, f"Write one of: {', '.join(MEASURES)}.")
    elif value is None:
        reading.fault(table, (number, "amount", text), f"'{text}' is not a number.", "Write the figure as printed.")
    elif not (row.get("year", "") or "1").isdigit() or row.get("year") == "0":
        message = f"'{row['year']}' is not a number of years."
        reading.fault(
            table, (number, "year", row["year"]), message, "Write the years that the figure counts, such as 10."
        )
    else:
        scale = table.headings.money_scale if MEASURES[measure].money and not own_scale(text) else 1.0
        option, body, years, condition, source = (
            row.get(name, "") for name in ("option", "body", "year", "condition", "source")
        )
        reading.printed.append(Printed(option, body, measure, value * scale, text, years, condition, source))


def _flag(
    reading: Reading,
    table: Table,
    number: int,
    name: str,
    row: dict[str, str],
    *,
    words: tuple[set[str], set[str]],
    default: bool,
) -> bool:
    text = row.get(name, "")
    word = text.lower()
    if word and word not in words[0] | words[1]:
        remedy = {"capital": "Write capital or revenue.", "one_off": "Write one-off or recurring."}
        message = f"'{text}' is not understood."
        reading.fault(table, (number, name, text), message, remedy.get(name, "Write yes or no."))
    return word in words[0] if word else default


def _word(reading: Reading, table: Table, where: Where, known: Sequence[str]) -> str:
    """Return the word of a cell where it is known, else the first known one."""
    text = where[2]
    if text and text.lower() not in known:
        message = f"'{text}' is not known here.{did_you_mean(text.lower(), known)}"
        reading.fault(table, where, message, f"Write one of: {', '.join(known)}.")
    return text.lower() or known[0]
