"""Rows of a table of cash flows seen together: totals, signs, spellings, years, and savings with two owners."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from estate.flow_cells import money_of, signed
from estate.flow_headings import Headings
from estate.flow_rows import ALL_BODIES, KIND_WORDS, MONEY, Line, Reading, Table
from geodata.errors import did_you_mean

Rows = Sequence[tuple[int, dict[str, str]]]

_SORTS: Final = r"(?:\s+(?:net|gross|annual|discounted|capital|revenue|programme|project))*"
_SUMS: Final = (
    r"(?:\s+(?:costs?|benefits?|savings?|income|expenditure|spend|receipts?|capital|revenue|flows?|cash\s?flows?))*"
)
_TOTAL = re.compile(
    rf"(?:(?:grand|sub|overall|running)[\s-]*)?totals?{_SORTS}{_SUMS}\s*:?|sum|cumulative\b.*", re.IGNORECASE
)
_NET = re.compile(rf"net{_SUMS}(?:\s+(?:position|impact|effect))?|balance|surplus|deficit", re.IGNORECASE)
_NEAR: Final = 0.88  # likeness above which two names may be one body


# -------------------------------------------------------------------------------------------------------------- totals


def without_totals(reading: Reading, table: Table, rows: Rows) -> list[tuple[int, dict[str, str]]]:
    """Return the rows that are lines of money; totals of rows above and words without money are set aside.

    A row called a total that is not the sum of rows above is a fault: nobody can know which of the two is right.
    """
    plain: list[tuple[int, dict[str, str]]] = []
    worded = {number: _total_word(row) for number, row in rows}
    for number, row in rows:
        if _is_note(row, table.headings):
            text = next(cell for cell in row.values() if cell)
            reading.note(table, (number, "", text), f"'{_shortened(text)}' holds no money: read as a note.")
        elif plain and worded[number] and _adds_up(row, plain, table.headings):
            reading.note(table, (number, "", worded[number]), f"'{worded[number]}' adds up rows above: left out.")
        elif plain and _TOTAL.fullmatch(worded[number]):
            message = f"'{worded[number]}' is called a total, but is not the sum of the rows above."
            remedy = (
                "Correct or delete the row: totals are worked out. Kind 'printed' compares one with what comes out."
            )
            reading.fault(table, (number, "line", worded[number]), message, remedy)
        else:
            plain.append((number, row))
            continue
        reading.set_aside += 1
    return plain


def _total_word(row: Mapping[str, str]) -> str:
    """Return the words by which a row calls itself a total, or an empty string."""
    if KIND_WORDS.get(row.get("kind", "").lower()) == "printed":
        return ""
    cells = (row.get(name, "") for name in ("line", "body", "option"))
    return next((cell for cell in cells if _TOTAL.fullmatch(cell) or _NET.fullmatch(cell)), "")


def _is_note(row: Mapping[str, str], headings: Headings) -> bool:
    """Return True for a row of words below or between the lines: one filled cell, and no money."""
    filled = [name for name, cell in row.items() if cell]
    wide = bool(headings.years) and "year" not in headings.at
    said = {"year", "kind", "unit", "each", *MONEY, *headings.years} & set(filled)
    return (len(filled) == 1 and not said) or (wide and not said - {"kind"})


def _adds_up(row: Mapping[str, str], above: Rows, headings: Headings) -> bool:
    """Return True where every sum of a row is that of rows above: of all, of one kind, of one body, or of one year."""
    columns = [name for name in (*headings.years, "amount", "total") if row.get(name)]
    sums = {name: value for name in columns if (value := signed(row[name])) is not None}
    if len(sums) < len(columns):
        return False
    if not sums:
        return True
    for like in ((), ("body",), ("kind",), ("body", "kind"), ("option",)):
        some = [line for _, line in above if all(line.get(name) == row.get(name) for name in like)]
        same_year = [line for line in some if line.get("year") == row.get("year")] if "year" in headings.at else some
        for lines in (some, same_year):
            for cost, gain in ((1.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (0.0, 1.0)):
                found = {name: _sum(lines, name, cost=cost, gain=gain) for name in sums}
                if lines and all(abs(abs(found[name]) - abs(sums[name])) <= _slack(sums[name]) for name in sums):
                    return True
    return False


def _sum(lines: Sequence[Mapping[str, str]], name: str, *, cost: float, gain: float) -> float:
    """Return the sum of a column, costs and gains each times a factor."""
    paid = {"cost", "repayment", "interest"}
    return sum(
        (cost if KIND_WORDS.get(line.get("kind", "").lower()) in paid else gain) * (money_of(line.get(name, "")) or 0.0)
        for line in lines
    )


def _slack(value: float) -> float:
    return max(1.0, 0.002 * abs(value)) if abs(value) >= 100 else 0.05


# --------------------------------------------------------------------------------------------------------------- signs


def costs_signed(reading: Reading, table: Table, rows: Rows) -> bool:
    """Return True where a table writes costs as negative amounts; note costs or gains whose sign is not clear."""
    costs = _signs(rows, table.headings, {"cost", "repayment", "interest"})
    gains = _signs(rows, table.headings, {"benefit", "receipt"})
    negative = [found for found in costs if found[3] < 0]
    if negative and any(value > 0 for *_, value in costs):
        few = negative if 2 * len(negative) <= len(costs) else [found for found in costs if found[3] > 0]
        for number, name, text, value in few:
            has, others = ("a", "none") if value < 0 else ("no", "one")
            message = f"The cost of {text} has {has} minus, others have {others}."
            remedy = "Write all costs without a minus, or all with one; money that comes back is a benefit."
            reading.fault(table, (number, name, text), message, remedy)
    if gains and all(value <= 0 for *_, value in gains) and any(value < 0 for *_, value in gains):
        number, name, text, _ = next(found for found in gains if found[3] < 0)
        message = f"Every gain is negative, such as {text}."
        reading.fault(
            table, (number, name, text), message, "Write savings without a minus; what costs money is kind cost."
        )
    said = any(row.get("kind") for _, row in rows)
    if not said and rows and not any(value < 0 for *_, value in _signs(rows, table.headings, {""})):
        message = "No row says whether it is a cost or a gain, and no amount is negative."
        reading.fault(
            table, (None, "kind", ""), message, "Add a column 'kind' with cost or benefit, or write costs with a minus."
        )
    return bool(costs) and bool(negative) and len(negative) == sum(1 for *_, value in costs if value)


def _signs(rows: Rows, headings: Headings, kinds: set[str]) -> list[tuple[int, str, str, float]]:
    """Return row, column, text and value of each sum of some kinds ("" is a row without a kind)."""
    names = ("amount", "total", *headings.years)
    some = [(number, row) for number, row in rows if KIND_WORDS.get(row.get("kind", "").lower(), "") in kinds]
    cells = [(number, name, row[name]) for number, row in some for name in names if row.get(name)]
    return [(*cell, value) for cell in cells if (value := signed(cell[2])) is not None]


# ----------------------------------------------------------------------------------------------------------- spellings


def with_one_spelling(reading: Reading, bodies: Sequence[str]) -> None:
    """Give every option and body its first spelling (a body of the place: the place's); note where it was another."""
    for name, known in (("option", ()), ("body", bodies)):
        spelt = {_folded(word): word for word in reversed([*known, *(line.said[name] for line in reading.lines)])}
        told: set[str] = set()
        for line in reading.lines:
            written = line.said[name]
            chosen = spelt[_folded(written)] if written else written
            if chosen != written and written not in told:
                told.add(written)
                reading.note(line.table, (line.row, name, written), f"'{written}' is read as '{chosen}'.")
            line.said[name] = chosen
        reading.printed[:] = [
            replace(one, **{name: spelt.get(_folded(getattr(one, name)), getattr(one, name))})
            for one in reading.printed
        ]


def _folded(word: str) -> str:
    """Return a name without case, spaces and signs.

    Examples
    --------
    >>> _folded("Fire & Rescue ") == _folded("FIRE AND RESCUE")
    True
    """
    return " ".join(re.sub(r"[^0-9a-z]+", " ", word.casefold().replace("&", " and ")).split()) or word


def note_likely_pairs(reading: Reading) -> None:
    """Note names of bodies that differ so little that they may be one body."""
    first = {line.said["body"]: line for line in reversed(reading.lines)}
    names = list(dict.fromkeys(line.said["body"] for line in reading.lines))
    for place, name in enumerate(names):
        for other in names[:place]:
            if _may_be_one(name, other):
                message = f"'{name}' and '{other}' count as two bodies. If they are one, spell it in one way."
                reading.note(first[name].table, (first[name].row, "body", name), message)


def _may_be_one(name: str, other: str) -> bool:
    """Return True where one name is a slip of the other, or says it with more words; numbers and letters tell apart.

    Examples
    --------
    >>> _may_be_one("Derbyshire Polcie", "Derbyshire Police"), _may_be_one("District 1", "District 2")
    (True, False)
    >>> _may_be_one("Fire and Rescue", "Derbyshire Fire and Rescue Service"), _may_be_one("Health", "Heath District")
    (True, False)
    """
    a, b = _folded(name).split(), _folded(other).split()
    odd = set(a) ^ set(b)
    if any(len(word) == 1 or word.isdigit() for word in odd):
        return False
    within = set(a) <= set(b) or set(b) <= set(a)
    return within or SequenceMatcher(None, " ".join(a), " ".join(b)).ratio() >= _NEAR


# ------------------------------------------------------------------------------------------------------- lines together


def check_together(reading: Reading, bodies: set[str]) -> None:
    """Note what is wrong with lines seen together: years, bodies left out or strange, savings claimed twice."""
    if len(reading.calendar) > 1:
        message = "Years are counted from 0 in some rows and as calendar years in others."
        reading.fault(reading.lines[0].table, (None, "year", ""), message, "Write all years in one way.")
    series, strange = defaultdict(list), set[str]()
    some_named = any(line.said["body"] != ALL_BODIES for line in reading.lines)
    untold = dict.fromkeys(line.row for line in reading.lines if line.said["body"] == ALL_BODIES)
    for line in reading.lines:
        series[line.key].append(line)
        body = line.said["body"]
        if body == ALL_BODIES and some_named and untold.pop(line.row, 0) is None:
            _body_is_missing(reading, line)
        if bodies and body not in {*bodies, *strange, ALL_BODIES}:
            strange.add(body)
            message = f"'{body}' is not a body of this place.{did_you_mean(body, bodies)}"
            remedy = "Correct the name, or add the body's list to place.toml."
            reading.fault(line.table, (line.row, "body", body), message, remedy)
    _check_owners(reading)
    for lines in series.values():
        _check_years(reading, sorted(lines, key=lambda line: (line.said["first_year"], line.row)))


def _body_is_missing(reading: Reading, line: Line) -> None:
    before = [one.said["body"] for one in reading.lines if one.row < line.row and one.said["body"] != ALL_BODIES]
    guess = f"'{before[-1]}' again, where a merged cell stands for several rows" if before else "whose money it is"
    message = "The body is missing, though other rows name theirs."
    reading.fault(line.table, (line.row, "body", ""), message, f"Write {guess}, or '{ALL_BODIES}'.")


def _check_owners(reading: Reading) -> None:
    """Note savings that are claimed twice: by two bodies, or in the same years by two lines of one body.

    A saving that one body has in its own plans is no other body's to claim.
    """
    owners: dict[tuple[str, str], Line] = {}
    for line in sorted(reading.lines, key=lambda line: not line.said["planned"]):
        if not line.saving:
            continue
        first = owners.setdefault((line.said["option"], _folded(line.saving)), line)
        theirs, ours = first.said, line.said
        if theirs["body"] != ours["body"]:
            where = (
                f"stands in the plans of {theirs['body']} already"
                if theirs["planned"]
                else f"is claimed by {theirs['body']}"
            )
            message = f"Saving '{line.saving}' {where} (row {first.row}) and is claimed by {ours['body']}."
            if not theirs["planned"]:
                message = message.replace("and is claimed by", "and by")
        elif theirs["line"] != ours["line"] and _overlap(theirs, ours):
            message = f"Saving '{line.saving}' is claimed twice by {ours['body']}, in row {first.row} too."
        else:
            continue
        remedy = "Leave it with the body that will bank it, and delete the other row."
        reading.fault(line.table, (line.row, "saving", line.saving), message, remedy)


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one["first_year"] <= other["last_year"] and other["first_year"] <= one["last_year"]


def note_equal_savings(reading: Reading) -> None:
    """Note a saving of one name and one amount that two bodies claim without a saving id: it may be one saving."""
    seen: dict[tuple[object, ...], Line] = {}
    for line in reading.lines:
        said = line.said
        if (
            said["kind"] not in {"benefit", "receipt"}
            or not said["gbp"]
            or line.saving
            or said["prices"] == "present value"
        ):
            continue
        key = (said["option"], _folded(said["line"]), said["first_year"], said["last_year"], round(said["gbp"], 2))
        first = seen.setdefault(key, line)
        if first.said["body"] != said["body"] and said["body"] != ALL_BODIES:
            message = (
                f"'{said['line']}' is claimed with the same amount by {first.said['body']} (row {first.row}) and by "
                f"{said['body']}. If it is one saving, it counts twice: leave it with one of them."
            )
            reading.note(line.table, (line.row, "line", said["line"]), message)


def _check_years(reading: Reading, lines: list[Line]) -> None:
    """Note years of one line that stand twice, or are left out between its first and last."""
    what = f"{lines[0].said['line']} ({lines[0].said['body']})"
    recurring = not all(line.said["one_off"] for line in lines) or len(lines) > 2
    reached = lines[0].said["last_year"]
    for line in lines[1:]:
        first, table = line.said["first_year"], line.table
        if first <= reached:
            remedy = "Add the amounts up in one row, or give the second line a name of its own."
            reading.fault(table, (line.row, "year", line.years), f"The year stands twice for {what}.", remedy)
        elif first > reached + 1 and recurring and "year" in table.headings.at:
            between = [line.said["first_year"] - int(gap) for gap in range(int(first - reached) - 1, 0, -1)]
            missing = f"Year{'s' * (len(between) > 1)} {', '.join(map(str, between))} missing for {what}."
            reading.fault(table, (line.row, "year", line.years), missing, "Write 0 for a year without money.")
        reached = max(reached, line.said["last_year"])


def with_series(lines: Iterable[Line]) -> list[Line]:
    """Return the lines; one that goes over several rows recurs, unless its rows say otherwise."""
    found = list(lines)
    rows = Counter(line.key for line in found)
    return [
        replace(line, said={**line.said, "one_off": False}) if rows[line.key] > 1 and not line.one_off_said else line
        for line in found
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
