"""Recognise a census table: its year, its codes, its cells, and everything that is wrong with them.

Zero, missing and suppressed are three things: 0 is a count; an empty cell is *missing*; "..", "c", "x", "-" and ":" are
*suppressed*, that is known and not told.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import MAX_EXAMPLES, Fault, SchemaError, did_you_mean, examples
from geodata.variables import cells_of, read_variables

SUPPRESSED = frozenset({"..", "...", "c", "[c]", "x", "[x]", "-", "\u2013", ":", "*"})
CELLS = {
    2011: re.compile(r"(ks|qs|ct|lc|dc)\d{3,4}[a-z]{0,2}\d{4}"),
    2021: re.compile(r"ts\d{3}[a-z]?\d{4}"),
}
CODE_HEADINGS = {2011: {"oa11cd", "oa11", "oa11_code"}, 2021: {"oa21cd", "oa21", "oa21_code", "2021_output_area"}}
"""Headings that name areas of one census."""
ANY_CODE_HEADINGS = {"oa_code", "oacd", "oa", "output_area", "geographycode", "geography_code", "area_code", "areacode"}
"""Headings that may hold area codes of either census."""
RESIDENTS = {2011: ("ks101ew0001", "ks102ew0001"), 2021: ("ts0010001", "ts0040001", "ts007a0001")}
HOUSEHOLDS = {2011: ("ks105ew0001", "ks402ew0001"), 2021: ("ts0030001", "ts0540001", "ts0440001", "ts0410001")}
BLANK_COLUMNS = ["oa_code", "cell", "kind"]


def counts_of(
    table: pd.DataFrame, name: str, *, vintage: int, code: str | None = None, kept: set[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the counts in a table as read, what it says beside them, and its blanks.

    Parameters
    ----------
    table
        Table as read, one row per area.
    name
        Name of its file, for messages.
    vintage
        Year of the census that it should be of.
    code
        Heading of the area codes; recognised where not given.
    kept
        Cells to keep, in lower case; by default all.

    Returns
    -------
    tuple
        Counts (float, NaN where not known) and texts, both indexed by ``oa_code``; and the list of blanks.

    Raises
    ------
    SchemaError
        With every fault.
    """
    cells = {column: _cell(column) for column in table.columns}
    mine = [column for column, cell in cells.items() if CELLS[vintage].fullmatch(cell)]
    of_another_year = _year_faults(table, name, vintage, cells)
    codes, heading, code_faults = _find_codes(table, name, vintage, code)
    faults = [*of_another_year, *_repeated_cells(mine, cells, name), *code_faults]
    if of_another_year or not codes:
        refuse(faults)
    columns = [column for column in mine if kept is None or cells[column] in kept]
    index = pd.Index(codes, name="oa_code", dtype="str")
    parsed = {cells[column]: parse_numbers(table[column]) for column in columns}
    counts = pd.DataFrame({cell: values for cell, (values, _) in parsed.items()}, index=index, dtype="float64")
    blanks = _blanks(parsed, index)
    headings = {cells[column]: column for column in columns}
    refuse([*faults, *_word_faults(table, headings, blanks, name), *_count_faults(counts, headings, name, vintage)])
    others = [column for column in table.columns if column not in mine and column != heading]
    texts = [column for column in others if not pd.api.types.is_numeric_dtype(table[column])]
    return counts, table[texts].set_axis(index, axis=0).astype("str"), blanks


def area_codes(table: pd.DataFrame, name: str, *, vintage: int, code: str | None = None) -> pd.Index:
    """Return the area codes of a table, one per row.

    Raises
    ------
    SchemaError
        There is no column of codes, a code is empty or an area appears twice.
    """
    codes, _, faults = _find_codes(table, name, vintage, code)
    refuse(faults)
    return pd.Index(codes, name="oa_code", dtype="str")


def _year_faults(table: pd.DataFrame, name: str, vintage: int, cells: dict[str, str]) -> list[Fault]:
    """Return a fault where the table is of another census, or of none."""
    (other,) = set(CELLS) - {vintage}
    mine = [column for column, cell in cells.items() if CELLS[vintage].fullmatch(cell)]
    theirs = [column for column, cell in cells.items() if CELLS[other].fullmatch(cell)]
    heading = [column for column in table.columns if _heading(column) in CODE_HEADINGS[other]]
    if heading and not any(_heading(column) in CODE_HEADINGS[vintage] for column in table.columns):
        theirs = [*theirs, *heading]
    if theirs and not (mine and not heading):
        message = f"the place says {vintage}, and {examples(theirs)} belong to the {other} Census."
        return [Fault(name, message, f"Give the {vintage} table, or set vintage = {other}.", "wrong_vintage")]
    if not mine:
        known = ", ".join(RESIDENTS[vintage][:1])
        message = f"no column is a cell of the {vintage} Census; cells are called {known} and so on."
        return [Fault(name, message, "Check that this is the table of counts.", "no_cells")]
    return []


def _repeated_cells(mine: list[str], cells: dict[str, str], name: str) -> list[Fault]:
    """Return a fault for cells that stand in two columns."""
    names = pd.Series([cells[column] for column in mine], dtype="str")
    twice = list(names[names.duplicated()].unique())
    if not twice:
        return []
    return [Fault(name, f"{examples(twice)}: two columns each.", "Keep one column per cell.", "cell_twice")]


def _find_codes(table: pd.DataFrame, name: str, vintage: int, code: str | None) -> tuple[list[str], str, list[Fault]]:
    """Return the area codes, the heading they stand under, and what is wrong with them."""
    heading = _code_heading(table, vintage, code)
    if heading is None and code is not None:
        hint = did_you_mean(code, [str(column) for column in table.columns])
        fault = Fault(name, f"there is no column '{code}' with area codes.{hint}", 'Correct code = "...".', "no_code")
        return [], "", [fault]
    if heading is None:
        shown = ", ".join(str(column) for column in table.columns[:4])
        message = f"no column holds the codes of output areas (columns: {shown} ...)."
        return [], "", [Fault(name, message, f'Say which it is: code = "oa{vintage % 100}cd".', "no_code")]
    codes = table[heading].map(cell_text)
    return codes.to_list(), heading, _code_faults(codes, name, heading)


def _code_heading(table: pd.DataFrame, vintage: int, code: str | None) -> str | None:
    """Return the heading of the area codes: the one asked for, or one that is known."""
    named = (CODE_HEADINGS[vintage], ANY_CODE_HEADINGS) if code is None else ({_heading(code)},)
    for known in named:
        found = [str(column) for column in table.columns if _heading(column) in known]
        if found:
            return found[0]
    return None


def _code_faults(codes: pd.Series, name: str, heading: str) -> list[Fault]:
    """Return faults for rows without a code and areas that appear twice."""
    faults = []
    empty = [number + 2 for number in np.flatnonzero(codes.eq(""))]
    if empty:
        message = f"{len(empty)} rows have no area code (row {examples(empty)})."
        faults.append(Fault(name, message, "Fill in the code or drop the rows.", "code_empty", column=heading))
    twice = list(codes[codes.duplicated() & codes.ne("")].unique())
    if twice:
        message = f"areas appear twice: {examples(twice, total=codes.nunique())}."
        faults.append(Fault(name, message, "Keep one row per area.", "area_twice", column=heading))
    if codes.empty:
        faults.append(Fault(name, "the table has no rows.", "Check the file.", "empty", column=heading))
    return faults


def parse_numbers(column: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return a column as floats (NaN where not known), and True where the blank is suppressed, not merely missing.

    Examples
    --------
    >>> values, hidden = parse_numbers(pd.Series(["1,204", "..", "", "0"]))
    >>> values.tolist(), hidden.tolist()
    ([1204.0, nan, nan, 0.0], [False, True, False, False])
    """
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype="float64", na_value=np.nan), np.zeros(len(column), dtype=bool)
    texts = column.map(cell_text).str.lower()
    hidden = texts.isin(SUPPRESSED)
    plain = texts.mask(hidden).str.replace(r"(?<=\d),(?=\d{3}\b)", "", regex=True)
    return pd.to_numeric(plain, errors="coerce").to_numpy("float64"), hidden.to_numpy(dtype=bool)


def _blanks(parsed: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]], index: pd.Index) -> pd.DataFrame:
    """Return the list of cells that are not known."""
    rows = [
        (index[int(at)], cell, "suppressed" if hidden[at] else "missing")
        for cell, (values, hidden) in parsed.items()
        for at in np.flatnonzero(np.isnan(values))
    ]
    return pd.DataFrame(rows, columns=BLANK_COLUMNS, dtype="str")


def _word_faults(table: pd.DataFrame, columns: dict[str, str], blanks: pd.DataFrame, name: str) -> list[Fault]:
    """Return faults for words where a number should be: what is missing as a number and not empty as a text."""
    faults = []
    for cell in blanks.loc[blanks["kind"] == "missing", "cell"].unique():
        texts = table[columns[cell]].map(cell_text)
        wrong = texts[np.isnan(parse_numbers(texts)[0]) & texts.ne("") & ~texts.str.lower().isin(SUPPRESSED)]
        words = sorted(set(wrong))
        if words:
            message = f"'{columns[cell]}' is not a number: {', '.join(repr(word) for word in words[:MAX_EXAMPLES])}."
            remedy = "Write digits, or leave the cell empty."
            faults.append(Fault(name, message, remedy, "not_a_number", column=columns[cell], value=words[0]))
    return faults


def _count_faults(counts: pd.DataFrame, columns: dict[str, str], name: str, vintage: int) -> list[Fault]:
    """Return faults for counts that are negative, infinite or broken."""
    faults = []
    registry = read_variables(vintage)
    whole = cells_of(registry) - {variable.numerator[0] for variable in registry if not variable.is_share}
    for rule, said, remedy in (
        ("negative", "is negative", "Correct the counts or download the table again."),
        ("broken", "is not a whole number", "Give counts; percentages are no counts."),
        ("infinite", "is infinite", "Correct the counts or download the table again."),
    ):
        bad = _bad_counts(counts, rule, whole)
        for cell in [cell for cell in bad.columns if bad[cell].any()][:MAX_EXAMPLES]:
            areas = list(counts.index[bad[cell]])
            message = f"'{columns[cell]}' {said} for {examples(areas, total=len(counts))}."
            faults.append(Fault(name, message, remedy, rule, column=columns[cell]))
    return faults


def _bad_counts(counts: pd.DataFrame, rule: str, whole: set[str]) -> pd.DataFrame:
    """Return True where a count breaks a rule."""
    if rule == "negative":
        return counts < 0
    if rule == "infinite":
        return pd.DataFrame(np.isinf(counts.to_numpy()), counts.index, counts.columns)
    judged = counts[[cell for cell in counts.columns if cell in whole]]
    return judged.notna() & np.isfinite(judged) & (judged != judged.round())


def refuse(faults: list[Fault]) -> None:
    """Raise with every fault, if there is any.

    Raises
    ------
    SchemaError
        There are faults.
    """
    if faults:
        raise SchemaError(" ".join(fault.sentence() for fault in faults), faults=faults)


def cell_text(value: object) -> str:
    """Return a cell as text without blanks around it, "" where it is empty.

    Examples
    --------
    >>> cell_text(" E00067918 "), cell_text(None), cell_text(float("nan"))
    ('E00067918', '', '')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).strip()


def _cell(heading: object) -> str:
    """Return the heading as the name of a cell; a repeated heading loses the number that the reader gave it."""
    return re.sub(r"\.\d+$", "", str(heading).strip().lower())


def _heading(heading: object) -> str:
    return re.sub(r"[\s\-]+", "_", str(heading).strip().lower())
