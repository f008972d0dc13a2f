"""Read a table of cash flows as a finance officer keeps it: long or with a column a year, in pounds or thousands.

Long: one row a line with `year` ("0", "1-10", "1-" for a line that goes on, "2026/27"). Wide: a column a year. Amounts
may be given as they are, as a `total` spread evenly over the years, or as `quantity` x `each` x `factor`. Rows of kind
`printed` are statements of the source that are compared with what comes out; rows in other units than pounds are sums.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from estate.flow_cells import own_scale, signed, years_of
from estate.flow_headings import Headings, cells_of, find_header
from estate.flows import CONFIDENCE, ENDLESS, GAINS, KINDS, PRICES, Flows, flow_table
from estate.printed import MEASURES, Printed
from estate.values import BLANKS, NO, YES
from geodata.errors import DataError, Fault, did_you_mean
from geodata.files import read_sheets

ALL_BODIES: Final = "all bodies"
_KIND_WORDS: Final = {
    "cost": "cost", "costs": "cost", "spend": "cost", "expenditure": "cost", "investment": "cost",
    "benefit": "benefit", "benefits": "benefit", "saving": "benefit", "savings": "benefit", "income": "benefit",
    "avoided cost": "benefit", "receipt": "receipt", "receipts": "receipt", "capital receipt": "receipt",
    "residual": "residual", "residual value": "residual", "borrowing": "borrowing", "loan": "borrowing",
    "repayment": "repayment", "repayments": "repayment", "interest": "interest", "transfer": "transfer",
    "transfers": "transfer", "grant": "transfer", "printed": "printed",
}  # fmt: skip
_MONEY_UNITS: Final = ("", "gbp", "£", "pounds", "pound")
_DIGITS: Final = "Write digits, such as 1,250.50 or -400."


@dataclass(frozen=True, slots=True, eq=False)
class CashFlowTable:
    """What a table of cash flows says.

    Parameters
    ----------
    flows
        The lines of money.
    printed
        Statements of the source, to be compared with what comes out.
    quantities
        Sums in other units: columns ``option body line unit amount``.
    rows_in
        Rows read; every one of them stands in one of the three.
    """

    flows: Flows
    printed: tuple[Printed, ...]
    quantities: pd.DataFrame
    rows_in: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of money as it was written: where, for which years, and which saving it claims."""

    row: int
    years: str
    saving: str
    one_off_said: bool
    said: dict[str, Any]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(self.said[name] for name in ("option", "body", "line", "kind", "condition"))


@dataclass(slots=True)
class _Reading:
    """What is gathered while the rows are read."""

    file: str
    sheet: str
    headings: Headings
    costs_signed: bool
    lines: list[_Line] = field(default_factory=list)
    printed: list[Printed] = field(default_factory=list)
    quantities: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    calendar: set[bool] = field(default_factory=set)

    def fault(self, row: int | None, column: str, value: str, message: str, remedy: str) -> None:
        heading = self.headings.named.get(column, column)
        self.faults.append(Fault(self.file, message, remedy, "cash_flow", self.sheet, row, heading, value))


def read_cash_flows(path: str | Path, *, bodies: Iterable[str] = ()) -> CashFlowTable:
    """Read a table of cash flows; all faults are told at once.

    Parameters
    ----------
    path
        CSV or workbook; the first sheet that has rows. Headings are recognised by name, in any order. An amount heading
        that speaks of thousands or millions ("amount (£000)") scales its column.
    bodies
        The bodies of the place; a body that is none of them is a fault. Empty: any body will do.

    Raises
    ------
    SourceError
        The file cannot be read.
    DataError
        Headings are missing; a year is missing or stands twice; an amount is no number; a kind, price base or body is
        unknown; a saving is claimed by two bodies.
    """
    sheet = next((sheet for sheet in read_sheets(path) if sheet.rows), None)
    if sheet is None:
        raise DataError(f"{path}: has no rows. Write one row a line of money, with a heading above.")
    headings, start = find_header(sheet)
    rows = [(number, cells_of(row, headings)) for number, row in enumerate(sheet.rows[start:], start=start + 1)]
    rows = [(number, row) for number, row in rows if any(row.values())]
    reading = _Reading(str(path), sheet.name, headings, _costs_signed([row for _, row in rows], headings))
    for number, row in rows:
        _read_row(reading, number, row)
    _check_together(reading, set(bodies))
    if not rows:
        reading.fault(None, "", "", "There is no row below the headings.", "Write one row a line of money.")
    if reading.faults:
        raise DataError(" ".join(fault.sentence() for fault in reading.faults), faults=reading.faults)
    first_year = min((line.said["first_year"] for line in reading.lines), default=0) if any(reading.calendar) else None
    flows = flow_table([_counted_from(line.said, first_year or 0) for line in _with_series(reading.lines)])
    return CashFlowTable(
        Flows(flows, first_year=first_year, unit_gbp=headings.money_scale, source=Path(path).name),
        tuple(reading.printed),
        pd.DataFrame(reading.quantities, columns=["option", "body", "line", "unit", "amount"]),
        len(rows),
    )


def _with_series(lines: list[_Line]) -> list[_Line]:
    """Return the lines; one that goes over several rows recurs, unless its rows say otherwise."""
    rows = Counter(line.key for line in lines)
    return [
        replace(line, said={**line.said, "one_off": False}) if rows[line.key] > 1 and not line.one_off_said else line
        for line in lines
    ]


def _counted_from(values: dict[str, Any], first_year: int) -> dict[str, Any]:
    return {**values, "first_year": values["first_year"] - first_year, "last_year": values["last_year"] - first_year}


# ---------------------------------------------------------------------------------------------------------------- rows


def _read_row(reading: _Reading, number: int, row: dict[str, str]) -> None:
    """Read one row into lines of money, a printed statement or a quantity; note what is wrong with it."""
    written = row.get("kind", "").lower()
    kind = _KIND_WORDS.get(written, "")
    if written and not kind:
        message = f"'{row['kind']}' is not a kind of money.{did_you_mean(written, _KIND_WORDS)}"
        reading.fault(number, "kind", row["kind"], message, f"Write one of: {', '.join(KINDS)}, printed.")
    elif kind == "printed":
        _read_printed(reading, number, row)
    elif row.get("unit", "").lower() not in _MONEY_UNITS:
        what = {name: row.get(name, "") for name in ("option", "body", "line", "unit")}
        reading.quantities.append({**what, "amount": _amount(reading, number, row, years=1.0, money=False)})
    else:
        amounts = list(_amounts(reading, number, row))
        default = "cost" if min((amount for _, _, amount, _ in amounts), default=0.0) < 0 else "benefit"
        for first, last, amount, given in amounts:
            like = kind or ("benefit" if amount > 0 else default)
            sign = -1.0 if kind and kind not in (*GAINS, "transfer") and not reading.costs_signed else 1.0
            values = _line_values(reading, number, row, kind=like, years=(first, last), amount=amount, sign=sign)
            reading.lines.append(_Line(number, given, row.get("saving", ""), bool(row.get("one_off")), values))


def _amounts(reading: _Reading, number: int, row: dict[str, str]) -> Iterator[tuple[int, float, float, str]]:
    """Yield first year, last year, amount a year and the years as written."""
    if reading.headings.years and "year" not in reading.headings.at:
        yield from _wide_amounts(reading, number, row)
        return
    text = row.get("year", "")
    years = years_of(text) if "year" in reading.headings.at else (0, 0.0, None)
    if years is None:
        message = f"'{text}' is not a year." if text else "The year is missing."
        reading.fault(number, "year", text, message, "Write 0, 1-10, 1- for a line that goes on, or 2026/27.")
        return
    first, last, calendar = years
    if calendar is not None:
        reading.calendar.add(calendar)
    if last < first:
        reading.fault(number, "year", text, f"'{text}' ends before it begins.", "Write the first year first.")
    elif row.get("total") and last == ENDLESS:
        message = "A total cannot be spread over years without an end."
        reading.fault(number, "total", row["total"], message, "Give the last year, or the amount a year.")
    else:
        span = 1.0 if last == ENDLESS else last - first + 1.0
        yield first, last, _amount(reading, number, row, years=span), text


def _wide_amounts(reading: _Reading, number: int, row: dict[str, str]) -> Iterator[tuple[int, float, float, str]]:
    """Yield the same for each filled cell under a heading that is a year."""
    for name in reading.headings.years:
        text = row[name]
        if text.lower() in BLANKS:
            continue
        value, years = signed(text), years_of(name)
        if value is None or years is None:
            reading.fault(number, name, text, f"'{text}' is not an amount.", _DIGITS)
            continue
        reading.calendar.add(years[2])
        yield years[0], float(years[0]), value * (1.0 if own_scale(text) else reading.headings.money_scale), name


def _amount(reading: _Reading, number: int, row: dict[str, str], *, years: float, money: bool = True) -> float:
    """Return the amount a year that a row gives: as it is, as a total, or as a product."""
    given = [name for name in ("amount", "total", "quantity") if row.get(name)]
    if len(given) != 1:
        message = "The row gives its amount twice." if given else "The row has no amount."
        remedy = "Give an amount a year, or a total, or quantity and each; write 0 where it is nothing."
        reading.fault(number, "amount", "", message, remedy)
        return np.nan
    product, money_at = 1.0, ("amount", "total", "each")
    for name in ("quantity", "each", "factor") if given == ["quantity"] else given:
        value = signed(row[name]) if row.get(name) else 1.0
        if value is None:
            reading.fault(number, name, row[name], f"'{row[name]}' is not a number.", _DIGITS)
            return np.nan
        scaled = money and name in money_at and row.get(name) and not own_scale(row[name])
        product *= value * (reading.headings.scale(name) if scaled else 1.0)
    return product / (years if given == ["total"] else 1.0)


def _line_values(
    reading: _Reading,
    number: int,
    row: dict[str, str],
    *,
    kind: str,
    years: tuple[int, float],
    amount: float,
    sign: float,
) -> dict[str, Any]:
    """Return one line of money, signed, as a row of the table of flows."""

    def flag(name: str, *, default: bool, yes: Collection[str] = (), no: Collection[str] = ()) -> bool:
        return _flag(reading, number, name, row.get(name, ""), words=({*YES, *yes}, {*NO, *no}), default=default)

    def word(name: str, known: Sequence[str]) -> str:
        return _word(reading, number, name, row.get(name, ""), known)

    def bound(name: str) -> float:
        value = signed(row[name]) if row.get(name) else np.nan
        if value is None:
            reading.fault(number, name, row[name], f"'{row[name]}' is not a number.", _DIGITS)
            return np.nan
        return sign * value * (1.0 if own_scale(row.get(name, "")) else reading.headings.money_scale)

    return {
        "option": row.get("option", "") or "as given",
        "body": row.get("body", "") or ALL_BODIES,
        "line": row.get("line", "") or kind,
        "kind": kind,
        "first_year": years[0],
        "last_year": years[1],
        "gbp": sign * amount,
        "low_gbp": bound("low"),
        "high_gbp": bound("high"),
        "prices": word("prices", PRICES),
        "capital": flag("capital", default=False, yes={"capital"}, no={"revenue"}),
        "one_off": flag("one_off", default=years[0] == years[1], yes={"one-off", "one off"}, no={"recurring"}),
        "cashable": flag("cashable", default=True),
        "condition": row.get("condition", ""),
        "planned": flag("planned", default=False),
        "confidence": word("confidence", CONFIDENCE[::-1]),
        "source": row.get("source", ""),
    }


def _read_printed(reading: _Reading, number: int, row: dict[str, str]) -> None:
    measure, text = row.get("line", "").lower(), row.get("amount") or row.get("total") or ""
    value = signed(text.rstrip("%"))
    if measure not in MEASURES:
        message = f"'{row.get('line', '')}' is not a measure.{did_you_mean(measure, MEASURES)}"
        reading.fault(number, "line", measure, message, f"Write one of: {', '.join(MEASURES)}.")
    elif value is None:
        reading.fault(number, "amount", text, f"'{text}' is not a number.", "Write the figure as printed.")
    elif not (row.get("year", "") or "1").isdigit() or row.get("year") == "0":
        message = f"'{row['year']}' is not a number of years."
        reading.fault(number, "year", row["year"], message, "Write the years that the figure counts, such as 10.")
    else:
        scale = reading.headings.money_scale if MEASURES[measure].money and not own_scale(text) else 1.0
        option, body, years, condition, source = (
            row.get(name, "") for name in ("option", "body", "year", "condition", "source")
        )
        reading.printed.append(Printed(option, body, measure, value * scale, text, years, condition, source))


def _flag(
    reading: _Reading, number: int, name: str, text: str, *, words: tuple[set[str], set[str]], default: bool
) -> bool:
    word = text.lower()
    if word and word not in words[0] | words[1]:
        remedy = {"capital": "Write capital or revenue.", "one_off": "Write one-off or recurring."}
        reading.fault(number, name, text, f"'{text}' is not understood.", remedy.get(name, "Write yes or no."))
    return word in words[0] if word else default


def _word(reading: _Reading, number: int, name: str, text: str, known: Sequence[str]) -> str:
    """Return the word where it is known, else the first known one."""
    if text and text.lower() not in known:
        message = f"'{text}' is not known here.{did_you_mean(text.lower(), known)}"
        reading.fault(number, name, text, message, f"Write one of: {', '.join(known)}.")
    return text.lower() or known[0]


# ------------------------------------------------------------------------------------------------------- rows together


def _costs_signed(rows: list[dict[str, str]], headings: Headings) -> bool:
    """Return True where the file writes costs as negative amounts already."""
    costs = [row for row in rows if _KIND_WORDS.get(row.get("kind", "").lower()) in {"cost", "repayment", "interest"}]
    texts = [row[name] for row in costs for name in ("amount", "total", *headings.years) if row.get(name)]
    amounts = [value for text in texts if (value := signed(text)) is not None]
    return bool(amounts) and max(amounts) <= 0 and min(amounts) < 0


def _check_together(reading: _Reading, bodies: set[str]) -> None:
    """Note what is wrong with lines seen together: years, savings with two owners, strange bodies."""
    if len(reading.calendar) > 1:
        message = "Years are counted from 0 in some rows and as calendar years in others."
        reading.fault(None, "year", "", message, "Write all years in one way.")
    series, owners, strange = defaultdict(list), dict[tuple[str, str], str](), set[str]()
    for line in reading.lines:
        option, body = line.said["option"], line.said["body"]
        series[line.key].append(line)
        if line.saving and not line.said["planned"]:
            owner = owners.setdefault((option, line.saving), body)
            if owner != body:
                message = f"Saving '{line.saving}' is claimed by {owner} and by {body}."
                remedy = "Leave it with the body that will bank it, and delete the other row."
                reading.fault(line.row, "saving", line.saving, message, remedy)
        if bodies and body not in {*bodies, *strange, ALL_BODIES}:
            strange.add(body)
            message = f"'{body}' is not a body of this place.{did_you_mean(body, bodies)}"
            reading.fault(line.row, "body", body, message, "Correct the name, or add the body's list to place.toml.")
    for lines in series.values():
        _check_years(reading, sorted(lines, key=lambda line: (line.said["first_year"], line.row)))


def _check_years(reading: _Reading, lines: list[_Line]) -> None:
    """Note years of one line that stand twice, or are left out between its first and last."""
    what = f"{lines[0].said['line']} ({lines[0].said['body']})"
    recurring = not all(line.said["one_off"] for line in lines) or len(lines) > 2
    reached = lines[0].said["last_year"]
    for line in lines[1:]:
        first = line.said["first_year"]
        if first <= reached:
            remedy = "Add the amounts up in one row, or give the second line a name of its own."
            reading.fault(line.row, "year", line.years, f"The year stands twice for {what}.", remedy)
        elif first > reached + 1 and recurring:
            between = [line.said["first_year"] - int(gap) for gap in range(int(first - reached) - 1, 0, -1)]
            missing = f"Year{'s' * (len(between) > 1)} {', '.join(map(str, between))} missing for {what}."
            reading.fault(line.row, "year", line.years, missing, "Write 0 for a year without money.")
        reached = max(reached, line.said["last_year"])
