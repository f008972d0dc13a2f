"""Read numbers, areas, money, dates, flags and words as people write them in asset lists.

Every reader takes a Series of text and returns a :class:`Reading` with the caller's index: the values, what was mended
on the way and what could not be read. Nothing is guessed silently: a cell that cannot be read becomes missing *and* a
question. Plain numbers take a vectorised path; only distinct cells with words in them are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

ACRES_PER_HECTARE = 2.47105
AREA_UNITS_M2 = {"m2": 1.0, "hectares": 10_000.0, "acres": 4_046.8564224, "sq ft": 0.09290304, "sq yd": 0.83612736,
                 "km2": 1_000_000.0}  # fmt: skip
AGREE = 0.15  # two areas of one cell agree within this share: published acres are rounded to one digit

BLANKS = frozenset(
    {"", "n/a", "na", "n.a.", "n/k", "nk", "none", "null", "-", "--", "\u2013", "\u2014", ".", "?", "tbc",
     "tba", "not known", "unknown", "not applicable", "not available", "not recorded", "no data", "nan", "#n/a",
     "#ref!", "#value!", "not surveyed", "<null>", "[unknown]", "not held", "to be confirmed"}
)  # fmt: skip

_UNIT_WORDS = (
    ("hectares", r"hectares?|hect|ha\b"),
    ("acres", r"acres?\b|ac\b"),
    ("sq ft", r"sq(?:uare)?\.?\s*f(?:ee|oo)?t\.?|sqft|ft\s*(?:2|²)|sf\b"),
    ("sq yd", r"sq(?:uare)?\.?\s*y(?:ar)?ds?\.?|yd\s*(?:2|²)"),
    ("km2", r"sq(?:uare)?\.?\s*k(?:ilo)?m(?:et(?:re|er)s)?|km\s*(?:2|²)"),
    ("m2", r"sq(?:uare)?\.?\s*m(?:et(?:re|er)s?|trs?)?\.?|sqm|m\s*(?:2|²|sq)|sm\b"),
)
_UNIT = re.compile("|".join(f"(?P<u{place}>{words})" for place, (_, words) in enumerate(_UNIT_WORDS)), re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d[\d,. ' ]*")
_ROODS = re.compile(
    r"\s*(\d+)\s*a(?:c|cres?)?\.?,?\s*(\d+)\s*r(?:ds?|oods?)?\.?,?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(?:p(?:er|erches|oles)?)\.?)?\s*",
    re.IGNORECASE,
)
_SCALES = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9}
_MONEY = re.compile(
    r"(?P<open>\()?\s*(?P<sign>-)?\s*(?:£|gbp|â£|ł)?\s*(?P<sign2>-)?\s*(?P<number>\d[\d,. ' ]*)\s*"
    r"(?P<scale>k|thousand|million|mn|bn|m)?\s*(?:£|gbp|pounds?)?\s*(?P<close>\))?\s*"
    r"(?:p\.?\s?a\.?|per\s+annum|per\s+year|a\s+year|/\s*(?:yr|year|annum)|annually|approx\.?|est\.?)?",
    re.IGNORECASE,
)
_MONTHLY = re.compile(r"\s*(?:p\.?c\.?m\.?|per (?:calendar )?month|a month|monthly|/\s*month)\s*$", re.IGNORECASE)
_QUARTERLY = re.compile(r"\s*(?:p\.?q\.?|per quarter|a quarter|quarterly|/\s*quarter)\s*$", re.IGNORECASE)
_BESIDE_MONEY = re.compile(
    r"^\s*(?:c(?:irca|\.|(?=\s|£))|ca\.|approx(?:imately|\.)?|about|est(?:imated|\.)?|~)\s*(?=[£\d])"
    r"|[\s,(]*(?:(?:excl?|exc|incl?|plus|ex|\+)\.?(?:uding|usive)?(?: of)? ?vat|exclusive|inclusive|"
    r"est(?:imate|imated)?)[.)]*\s*$",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(
    r"(?:(?:nil|zero)\s*[-(/,]\s*pepper\s*-?\s*corn\)?|"
    r"(?:a|one|£?1|£)?\s*pepper\s*-?\s*corn|(?:£\s*)?(?:nil|zero)|rent\s*-?\s*free|free of charge|"
    r"no (?:rent|charge|cost))"
    r"\b(?:\s*(?:rent|only|p\.?a\.?|per annum|a year|\(?if (?:demanded|asked|requested)\)?))*\s*",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")

EXCEL_EPOCH = datetime(1899, 12, 30)
EXCEL_SERIALS = (14_000, 110_000)  # 1938 to 2201: outside that a bare number is no lease date
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%d-%m-%y", "%d.%m.%y", "%d %B %Y",
                 "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d",
                 "%Y%m%d")  # fmt: skip
_MONTH_FORMATS = ("%B %Y", "%b %Y", "%b-%y", "%b-%Y", "%m/%Y", "%Y-%m")
_ASIDE = re.compile(r"(?<=\d)\s*\([^()]*\)\s*$")  # "29 September 2027 (tenant break)"
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)

YES = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "full", "yes - full", "open"})
NO = frozenset({"no", "n", "false", "f", "0", "none", "closed"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of one column, with what was mended and what could not be read.

    Parameters
    ----------
    value
        One value per row of the column, missing where the cell is blank or unreadable; the caller's index.
    mends
        Sentences for rows whose value was read after a harmless mend; index is a subset of the caller's.
    questions
        Sentences for rows whose cell could not be read, or is doubtful; index is a subset of the caller's.
    """

    value: pd.Series
    mends: pd.Series
    questions: pd.Series


def is_blank(text: pd.Series) -> pd.Series:
    """Return True where a cell says nothing: empty, "N/A", "-", "not known" and the like.

    Examples
    --------
    >>> is_blank(pd.Series(["N/A", " ", "0", "Yes"])).tolist()
    [True, True, False, False]
    """
    return text.str.strip().str.lower().isin(BLANKS) | text.isna()


def number_of(text: str) -> tuple[float, ...]:
    """Return the values one written number may have, the likelier first; empty where it is no number.

    "1,909" may be 1909 or, with a decimal comma, 1.909; everything else has one value.

    Examples
    --------
    >>> number_of("1,909")
    (1909.0, 1.909)
    >>> number_of("4,72"), number_of("1.234,5"), number_of("12 400"), number_of("1,2,3")
    ((4.72,), (1234.5,), (12400.0,), ())
    """
    clean = re.sub(r"(?<=\d)[' ](?=\d{3}(?!\d))", "", text.strip(" '\t"))
    clean = clean.rstrip(",.") or clean
    sign = -1.0 if clean.startswith("-") else 1.0
    clean = clean.lstrip("+-")
    if _PLAIN.fullmatch(clean):
        return (sign * float(clean),)
    if _CONTINENTAL.fullmatch(clean):
        return (sign * float(clean.replace(".", "").replace(",", ".")),)
    readings = []
    if _THOUSANDS.fullmatch(clean):
        readings.append(sign * float(clean.replace(",", "")))
    if _DECIMAL_COMMA.fullmatch(clean):
        readings.append(sign * float(clean.replace(",", ".")))
    return tuple(readings)


def read_numbers(text: pd.Series) -> Reading:
    """Read plain numbers, zero or more: desks, staff, kilowatt hours.

    Examples
    --------
    >>> read_numbers(pd.Series(["12", "1,250", "about 5", "N/A"])).value.tolist()
    [12.0, 1250.0, nan, nan]
    """
    return _read(text, _one_number)


def read_money(text: pd.Series) -> Reading:
    """Read pounds: signs, thousands, brackets for minus, "k", "m" and "pa"; a peppercorn, "nil" and "rent free" are 0.

    Examples
    --------
    >>> read_money(pd.Series(["£12,400", "12.4k", "£1.2m pa", "(500)", "Peppercorn"])).value.tolist()
    [12400.0, 12400.0, 1200000.0, nan, 0.0]
    """
    return _read(text, _one_sum)


def read_areas(text: pd.Series, *, unit: str = "m2") -> Reading:
    """Read areas into square metres.

    Parameters
    ----------
    text
        Areas as written: bare numbers, or with a unit, or in two units such as "1,909 hectares (4,72 acres)", where
        each tells how the other's comma is meant.
    unit
        Unit of bare numbers: a key of ``AREA_UNITS_M2``.

    Examples
    --------
    >>> cells = pd.Series(["1,909 hectares (4,72 acres)", "0.537 hectares (1.33 acres)", "1000 sq ft", "94"])
    >>> read_areas(cells).value.round(1).tolist()
    [19090.0, 5370.0, 92.9, 94.0]
    >>> read_areas(pd.Series(["45a 2r 10p"]), unit="acres").value.round().tolist()
    [184385.0]
    """
    return _read(text, lambda cell: _one_area(cell, unit), factor=AREA_UNITS_M2[unit])


def read_dates(text: pd.Series) -> Reading:
    """Read dates in British, ISO and month forms and as the serial numbers spreadsheets keep.

    A month alone stands for its last day, a year alone for 31 December: a lease ends no earlier than written.

    Examples
    --------
    >>> read_dates(pd.Series(["25/12/2027", "March 2027", "46752", "2031"])).value.dt.strftime("%Y-%m-%d").tolist()
    ['2027-12-25', '2027-03-31', '2027-12-31', '2031-12-31']
    """
    readings = {cell: _one_date(cell) for cell in _distinct(text)}
    clean = text.str.strip()
    values = pd.to_datetime(clean.map({cell: day for cell, (day, _, _) in readings.items()}), errors="coerce")
    return Reading(values.astype("datetime64[s]"), _sentences(clean, readings, 1), _sentences(clean, readings, 2))


def read_flags(text: pd.Series) -> Reading:
    """Read yes and no into a nullable boolean column.

    Examples
    --------
    >>> read_flags(pd.Series(["Y", "no", ""])).value.tolist()
    [True, False, <NA>]
    """
    word = text.str.strip().str.lower()
    values = pd.Series(pd.NA, index=text.index, dtype="boolean").mask(word.isin(YES), True).mask(word.isin(NO), False)
    odd = values.isna() & ~is_blank(text)
    return Reading(values, _nothing(), ("'" + text[odd].str.strip() + "' is neither yes nor no.").astype("str"))


def mend_mojibake(text: pd.Series) -> Reading:
    """Undo UTF-8 that was read as Windows-1252: "cafÃ©" back to "café".

    Examples
    --------
    >>> mend_mojibake(pd.Series(["cafÃ©", "Â£62", "plain"])).value.tolist()
    ['café', '£62', 'plain']
    """
    broken = text.str.contains("[ÂÃâÅ][\u0080-\u00bf\u0152-\u2122]", regex=True, na=False)
    mended = text.mask(broken, text[broken].map(_once_more)) if broken.any() else text
    changed = mended[mended != text]
    return Reading(
        mended, ("Broken characters are read as '" + changed.str.slice(0, 60) + "'.").astype("str"), _nothing()
    )


# ------------------------------------------------------------------------------------------------ one cell at a time

_Cell = tuple[float, str, str]  # value, mend, question


def _read(text: pd.Series, one: Callable[[str], _Cell], *, factor: float = 1.0) -> Reading:
    """Read a column of non-negative numbers: bare ones at once, the rest cell by cell."""
    clean = text.str.strip()
    plain = clean.str.fullmatch(r"\d+(?:\.\d+)?").fillna(False).astype(bool)
    values = pd.to_numeric(clean.where(plain), errors="coerce").astype("float64") * factor
    rest = clean[~plain & ~is_blank(clean)]
    if rest.empty:
        return Reading(values, _nothing(), _nothing())
    readings = {cell: one(cell) for cell in rest.unique()}
    values.loc[rest.index] = rest.map({cell: value for cell, (value, _, _) in readings.items()}).astype("float64")
    values = values.where(np.isfinite(values))
    return Reading(values, _sentences(rest, readings, 1), _sentences(rest, readings, 2))


def _distinct(text: pd.Series) -> list[str]:
    return text[~is_blank(text)].str.strip().unique().tolist()


def _sentences(cells: pd.Series, readings: Mapping[str, tuple[object, str, str]], place: int) -> pd.Series:
    said = {cell: str(reading[place]) for cell, reading in readings.items() if reading[place]}
    return cells[cells.isin(said)].map(said).astype("str") if said else _nothing()


def _nothing() -> pd.Series:
    return pd.Series([], dtype="str")


def _one_number(cell: str) -> _Cell:
    readings = number_of(cell) if _NUMBER.fullmatch(cell) else ()
    if not readings:
        return np.nan, "", f"'{cell}' is not a number."
    return _not_negative(readings[0], cell, "")


def _one_sum(cell: str) -> _Cell:
    if _NO_MONEY.fullmatch(cell):
        return 0.0, f"'{cell}' is read as 0 pounds.", ""
    bare = _BESIDE_MONEY.sub("", _BESIDE_MONEY.sub("", cell))
    part = _MONTHLY.search(bare) or _QUARTERLY.search(bare)
    times = 1.0 if part is None else 4.0 if _QUARTERLY.search(bare) else 12.0
    match = _MONEY.fullmatch(bare[: part.start()] if part else bare)
    readings = number_of(match["number"]) if match else ()
    if match is None or not readings:
        return np.nan, "", f"'{cell}' is not a sum of money."
    sign = -1.0 if match["sign"] or match["sign2"] or (match["open"] and match["close"]) else 1.0
    scale = _SCALES[(match["scale"] or "").lower()] * times
    told = scale != 1.0 or bare != cell
    mend = f"'{cell}' is read as {sign * readings[0] * scale:,.0f} pounds." if told else ""
    return _not_negative(sign * readings[0] * scale, cell, mend)


def _not_negative(value: float, cell: str, mend: str) -> _Cell:
    return (value, mend, "") if value >= 0 else (np.nan, "", f"'{cell}' is less than nothing.")


def _one_area(cell: str, unit: str) -> _Cell:
    if (old := _ROODS.fullmatch(cell)) is not None:
        acres = float(old[1]) + float(old[2]) / 4 + float(old[3] or 0) / 160
        area_m2 = acres * AREA_UNITS_M2["acres"]
        return area_m2, f"'{cell}' is read as {area_m2:,.0f} m2 (acres, roods and perches).", ""
    parts = [(number_of(number), name) for number, name in _numbers_with_units(cell, unit)]
    if not parts or not all(readings for readings, _ in parts):
        return np.nan, "", f"'{cell}' is not an area."
    options = [[value * AREA_UNITS_M2[name] for value in readings] for readings, name in parts]
    if len(options) == 1:
        mend = f"'{cell}' is read as {options[0][0]:,.0f} m2." if parts[0][1] != unit else ""
        return _not_negative(options[0][0], cell, mend)
    pairs = [(first, second) for first in options[0] for second in options[1]]
    best = min(pairs, key=lambda pair: abs(np.log(max(pair[0], 1e-9) / max(pair[1], 1e-9))))
    apart = abs(best[0] - best[1]) / max(*best, 1e-9)
    doubt = f"'{cell}' names two areas that differ by {apart:.0%}." if apart > AGREE else ""
    return best[0], f"'{cell}' is read as {best[0]:,.0f} m2.", doubt


def _numbers_with_units(cell: str, unit: str) -> list[tuple[str, str]]:
    """Return (number, unit) in the order written; empty where words other than units stand beside the numbers."""
    bare = re.sub(r"m2\b|ft2\b|km2\b|yd2\b", lambda found: found[0][:-1] + "²", cell, flags=re.IGNORECASE)
    parts = [(found.group().strip(), found.end()) for found in _NUMBER.finditer(bare)]
    leftover = _NUMBER.sub(" ", _UNIT.sub(" ", bare))
    if re.search(r"[a-z]{3,}", re.sub(r"(?i)approx\w*|about|circa|gia|nia|total|area", "", leftover), re.IGNORECASE):
        return []
    named = []
    for place, (number, end) in enumerate(parts[:2]):
        upto = bare.find(parts[place + 1][0], end) if place + 1 < len(parts) else len(bare)
        found = _UNIT.search(bare, end, upto)
        named.append((number, _UNIT_WORDS[int((found.lastgroup or "u5")[1:])][0] if found else unit))
    return named


def _one_date(cell: str) -> tuple[date | None, str, str]:
    clean = _ORDINAL.sub("", _ASIDE.sub("", cell)).replace(",", " ")
    clean = re.sub(r"(?<=[A-Za-z]) ?['\u2019](?=\d\d$)", " 20", clean.strip())  # March '29
    clean = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$", "", re.sub(r"\s+", " ", clean).strip())
    if re.fullmatch(r"\d{4}", clean) and 1900 <= int(clean) <= 2999:
        return date(int(clean), 12, 31), f"'{cell}' is read as 31 December.", ""
    if re.fullmatch(r"\d{5,6}(\.\d+)?", clean) and EXCEL_SERIALS[0] <= float(clean) <= EXCEL_SERIALS[1]:
        day = (EXCEL_EPOCH + timedelta(days=int(float(clean)))).date()
        return day, f"'{cell}' is read as the spreadsheet's number for {day:%d %B %Y}.", ""
    if quarter := re.fullmatch(r"[Qq]([1-4])[ /-](\d{4})", clean):
        month = 3 * int(quarter[1])
        end = date(int(quarter[2]), month, 31 if month in {3, 12} else 30)
        return end, f"'{cell}' is read as the last day of the quarter.", ""
    for form in _DATE_FORMATS:
        if (found := _strptime(clean, form)) is not None:
            return found, "", ""
    for form in _MONTH_FORMATS:
        if (found := _strptime(clean, form)) is not None:
            last = (found.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            return last, f"'{cell}' is read as the last day of the month.", ""
    return None, "", f"'{cell}' is not a date."


def _strptime(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _once_more(text: str) -> str:
    """Return the text with bytes that were read in the wrong code read again, or as it was."""
    for code in ("cp1252", "latin-1"):
        try:
            return text.encode(code).decode("utf-8")
        except UnicodeError:
            continue
    return text
