"""Rules for the columns of a table, checked all at once and told in our own sentences.

pandera does the walking and gathering (``lazy=True``); a :class:`Rule` says in words what is wrong, and the rows are
named by their keys. See ``docs/decisions/0002-pandera.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from geodata.errors import Fault, SchemaError, did_you_mean, examples

MAX_SENTENCES = 5

Frame = TypeVar("Frame", bound=pd.DataFrame)
Series = Any  # a column of any type; the rules themselves find out which


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold for the cells of a column, or for the rows of a table.

    Parameters
    ----------
    name
        Short machine name, such as ``"negative"``.
    says
        What is wrong where it does not hold, after the name of the column: ``"is negative"``.
    holds
        Takes the column (or the table) and returns one truth value per row, or one for all.
    words
        The words that are allowed, where the rule is a vocabulary; the nearest is proposed.
    skips_missing
        Missing cells are not looked at.
    needs
        Columns without which a rule over whole rows is not asked.
    """

    name: str
    says: str
    holds: Callable[[Series], Any]
    words: Collection[str] = ()
    skips_missing: bool = True
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One column with its rules; `required` columns must be there, `filled` ones have no missing cell."""

    name: str
    rules: tuple[Rule, ...] = ()
    required: bool = True
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table: the names of its index, its columns, rules over whole rows, and the remedy for faults."""

    name: str
    index: tuple[str, ...]
    fields: tuple[Field, ...]
    remedy: str
    row_rules: tuple[Rule, ...] = ()


def _is_text(column: Series) -> Any:
    return column.map(lambda cell: isinstance(cell, str)) if column.dtype == object else column.dtype == "str"


def _inside_britain(column: Series) -> Any:
    if column.dtype != "geometry":
        return True  # told by another rule
    points = gpd.GeoSeries(column)
    return points.isna() | points.is_empty | (points.x.between(0, 700_000) & points.y.between(0, 1_300_000))


def _is_share(column: Series) -> Any:
    numbers: Series = pd.to_numeric(column, errors="coerce")
    return numbers.isna() | numbers.between(0, 1)


def _has_types(*types: str) -> Callable[[Series], Any]:
    return lambda column: column.dtype == "geometry" and gpd.GeoSeries(column).geom_type.isin(types)


def _is_bng(column: Series) -> bool:
    crs = getattr(column.dtype == "geometry" and column.array, "crs", None)
    return crs is not None and crs.to_epsg(min_confidence=25) == 27700


MISSING = Rule("missing", "is missing", lambda column: column.notna(), skips_missing=False)
UNIQUE = Rule("repeated", "is repeated", lambda column: ~column.duplicated(keep=False))
TEXT = Rule("not_text", "is not text", _is_text)
FILLED = Rule("blank", "is blank", lambda column: column.astype("str").str.strip() != "")
NUMBER = Rule(
    "not_number", "is not a column of numbers", lambda c: pd.api.types.is_numeric_dtype(c) and c.dtype != bool
)
FINITE = Rule("infinite", "is infinite", lambda column: ~np.isinf(pd.to_numeric(column, errors="coerce")))
POSITIVE = Rule("negative", "is negative", lambda column: ~(pd.to_numeric(column, errors="coerce") < 0))
SHARE = Rule("not_share", "is not between 0 and 1", _is_share)
WHOLE = Rule("not_whole", "is not a column of whole numbers", pd.api.types.is_integer_dtype)
TRUTH = Rule("not_truth", "is not a column of true and false", pd.api.types.is_bool_dtype)
DATE = Rule("not_date", "is not a column of dates", pd.api.types.is_datetime64_any_dtype)
UPRN = Rule("bad_uprn", "is not 1 to 12 digits", lambda column: column.astype("str").str.fullmatch(r"\d{1,12}"))
IN_BNG = Rule("crs", "is not in British National Grid (EPSG:27700)", _is_bng, skips_missing=False)
POINT = Rule("not_point", "is not a point", _has_types("Point"))
AREA = Rule("not_area", "is not a polygon", _has_types("Polygon", "MultiPolygon"))
IN_BRITAIN = Rule("outside", "lies outside Great Britain", _inside_britain)

COUNT = (NUMBER, FINITE, POSITIVE)
WORDS = (TEXT, FILLED)


def one_of(words: Collection[str]) -> Rule:
    """Return the rule that a cell is one of the words."""
    return Rule("unknown_word", "is not a known word", lambda column: column.isin(list(words)), words=tuple(words))


def check(frame: Frame, table: Table, *, source: str = "") -> Frame:
    """Return the table itself, untouched, or raise with everything that is wrong with it.

    Parameters
    ----------
    frame
        Table to look at.
    table
        What it must be.
    source
        How to call it in messages, by default the name of the table.

    Raises
    ------
    SchemaError
        With one fault per column and rule in ``faults``, each naming at most three rows and the count.
    """
    source = source or table.name
    faults = [_no_index(frame, name, table, source) for name in table.index if name not in frame.index.names]
    present = [name for name in table.index if name in frame.index.names]
    keys = {name: frame.index.get_level_values(name) for name in present}
    rows = pd.DataFrame(frame).reset_index(drop=True).assign(**keys)
    try:
        _schema(table, present, set(rows.columns)).validate(rows, lazy=True)
    except SchemaErrors as error:
        faults += list(_faults(error, frame, rows, table, source))
    if faults:
        raise SchemaError(_message(faults, source), faults=faults)
    return frame


def _schema(table: Table, present: list[str], columns_there: set[str]) -> pa.DataFrameSchema:
    """Return the pandera schema of a table whose index has become columns."""
    keys = [Field(name, (TEXT, FILLED, *((UNIQUE,) if len(table.index) == 1 else ()))) for name in present]
    columns = {
        field.name: pa.Column(
            required=field.required,
            nullable=True,
            checks=[_pandera_check(rule) for rule in (*((MISSING,) if field.filled else ()), *field.rules)],
        )
        for field in (*keys, *table.fields)
    }
    return pa.DataFrameSchema(
        columns, checks=[_pandera_check(rule) for rule in table.row_rules if columns_there.issuperset(rule.needs)]
    )


def _pandera_check(rule: Rule) -> pa.Check:
    return pa.Check(rule.holds, name=rule.name, ignore_na=rule.skips_missing, title=rule.says)


def _faults(error: SchemaErrors, frame: pd.DataFrame, rows: pd.DataFrame, table: Table, source: str) -> Iterator[Fault]:
    """Turn what pandera gathered into faults of ours: what, in which rows, and the nearest word of a vocabulary."""
    vocabularies = {(field.name, rule.name): rule.words for field in table.fields for rule in field.rules}
    for found in error.schema_errors:
        if found.check == "column_in_dataframe":
            name = str(found.failure_cases)
            close = did_you_mean(name, map(str, frame.columns))
            yield Fault(source, f"the column '{name}' is not there.{close}", table.remedy, "no_column", column=name)
            continue
        column, rule = str(found.schema.name or ""), str(found.check.name)
        cases = found.failure_cases
        positions = list(dict.fromkeys(cases["index"])) if isinstance(cases, pd.DataFrame) else []
        keys = [_key(frame.index[position]) for position in positions]
        words = vocabularies.get((column, rule), ())
        values = [str(rows[column].iloc[position]) for position in positions] if words else []
        if values:
            keys = [f"{key} ('{value}')" for key, value in zip(keys, values, strict=True)]
        what = f"'{column}' {found.check.title}" if column else str(found.check.title)
        where = f" for {examples(keys, total=len(frame))}" if keys else ""
        close = did_you_mean(values[0], words) if values else ""
        value = values[0] if values else ""
        yield Fault(source, f"{what}{where}.{close}", table.remedy, rule, column=column, value=value)


def _key(label: object) -> str:
    return " to ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _no_index(frame: pd.DataFrame, name: str, table: Table, source: str) -> Fault:
    names = ", ".join(str(found) for found in frame.index.names if found is not None)
    has = f"it is '{names}'" if names else "it has no name"
    return Fault(source, f"the index should be '{name}', but {has}.", table.remedy, "no_index", column=name)


def _message(faults: list[Fault], source: str) -> str:
    """Return one line with the first five faults, each remedy said once."""
    shown = [fault.message for fault in faults[:MAX_SENTENCES]]
    shown[1:] = [message[:1].upper() + message[1:] for message in shown[1:]]
    more = len(faults) - len(shown)
    return " ".join([f"{source}:", *shown, *([f"And {more} more faults."] if more else []), faults[0].remedy])
