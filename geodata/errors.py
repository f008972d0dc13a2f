"""Errors a user can act on, and the faults they are made of.

Every error of the toolkit is a :class:`ToolkitError`; the command line prints its message on one line and exits 1.
A :class:`Fault` is one thing that is wrong in one place of one file; errors carry all of them, not the first only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Literal

MAX_EXAMPLES = 3

Severity = Literal["set_aside", "question", "note"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one cell, row or file, with what to do about it.

    Parameters
    ----------
    file
        Path or name of the file as the user gave it.
    message
        One sentence that names what is wrong.
    remedy
        One sentence that says what to do next.
    rule
        Short machine name of the check that failed, such as ``"far_from_postcode"``.
    sheet
        Sheet or layer name, empty where the file has one only.
    row
        Row number as a spreadsheet shows it (the header is usually 1), or None for a fault of the whole file.
    column
        Heading of the column as the file spells it, or empty.
    value
        The value as it stands in the file, or empty.
    severity
        ``set_aside`` (the row does not enter the register), ``question`` (it enters, someone should look) or
        ``note`` (it enters with a harmless mend).
    """

    file: str
    message: str
    remedy: str
    rule: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: Severity = "set_aside"

    def sentence(self) -> str:
        """Return the fault as one line: file, sheet, row, column, message and remedy.

        Examples
        --------
        >>> Fault("a.csv", "'x' is not a number.", "Write digits only.", "number", row=3, column="Area").sentence()
        "a.csv, row 3, column 'Area': 'x' is not a number. Write digits only."
        """
        where = [self.file]
        if self.sheet:
            where.append(f"sheet '{self.sheet}'")
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column:
            where.append(f"column '{self.column}'")
        return f"{', '.join(where)}: {self.message} {self.remedy}".strip()

    def to_dict(self) -> dict[str, object]:
        """Return the fault as plain values, for JSON."""
        return asdict(self)


class ToolkitError(Exception):
    """Base of every error that a user of onetown can act on."""

    def __init__(self, message: str, *, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults: tuple[Fault, ...] = tuple(faults)


class DataError(ToolkitError, ValueError):
    """An input table is not what it should be."""


class SchemaError(DataError):
    """Columns, types, keys or ranges of a table are wrong."""


class CrsError(DataError):
    """A table has no coordinate reference system, or degrees where metres are needed."""


class CoverageError(DataError):
    """Keys of one table are missing from another."""


class SourceError(ToolkitError, OSError):
    """A file or download cannot be read: missing, unreadable, wrong checksum or licence."""

    def __str__(self) -> str:
        return self.message


class InfeasibleError(ToolkitError):
    """No plan satisfies the rules; the message says which rule bites."""


class SolverError(ToolkitError, RuntimeError):
    """The solver stopped with no plan at all."""


def examples(values: Sequence[object], *, total: int | None = None) -> str:
    """Return at most three values and the count of all, for a message.

    Parameters
    ----------
    values
        The offending values or keys.
    total
        Number of rows looked at, for "2 of 340".

    Examples
    --------
    >>> examples(["A1", "A2", "A3", "A4"], total=9)
    'A1, A2, A3 and 1 more (4 of 9)'
    >>> examples(["A1"])
    'A1'
    """
    shown = ", ".join(str(value) for value in values[:MAX_EXAMPLES])
    more = f" and {len(values) - MAX_EXAMPLES} more" if len(values) > MAX_EXAMPLES else ""
    of = f" ({len(values)} of {total})" if total is not None else ""
    return shown + more + of


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known word, or an empty string.

    Examples
    --------
    >>> did_you_mean("libary", ["library", "office"])
    " Did you mean 'library'?"
    """
    near = nearest_word(word, known)
    return f" Did you mean '{near}'?" if near else ""


def nearest_word(word: str, known: Iterable[str]) -> str:
    """Return the nearest known word, or an empty string."""
    near = get_close_matches(word, list(known), n=1)
    return near[0] if near else ""
