"""Customer contacts: read, placed in areas and counted; nothing personal goes any further than this room.

A list has one row per contact, or a column of counts. What leaves is a table of counts by area, service, kind and
channel, and how many rows could not be used for which reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from geodata.errors import DataError, Fault, SchemaError, did_you_mean, examples
from geodata.inputs import Named
from geodata.place_people import ContactSource
from geodata.rows import find_columns, read_rows
from geodata.whereabouts import PLACE_FIELDS, Gazetteer, not_placed, place_rows

FIELDS = (*PLACE_FIELDS, "service", "channel", "kind", "date", "count")
ONE_SERVICE = "all contacts"
USE, COMPLAINT = "use", "complaint"
NOT_SAID = "not said"
_COMPLAINT = re.compile("complain", re.IGNORECASE)
_UNREAD_DATE = "a date that cannot be read"
_NO_DATE = "no date"
_OTHER_TIME = "outside the period asked for"
_OTHER_SERVICE = "a service not asked for"


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts counted by where they came from and what they were about.

    Parameters
    ----------
    counts
        One row per area, service, kind and channel that occur together: ``oa_code service kind channel contacts``;
        kind is "use" or "complaint", channel "not said" where the list does not say.
    services, channels
        The words of the list, in alphabetical order.
    rows_in
        Rows of the list.
    contacts_in
        Contacts of all rows: the sum of the counts, or the rows.
    not_used
        Contacts by the reason for which they could not be placed or were not asked for.
    source
        Name of the file.
    """

    counts: pd.DataFrame
    services: tuple[str, ...]
    channels: tuple[str, ...]
    rows_in: int
    contacts_in: int
    not_used: dict[str, int]
    source: str

    @property
    def placed(self) -> int:
        """Contacts in the counts."""
        return int(self.counts["contacts"].sum())


def read_contacts(path: Named, gazetteer: Gazetteer, *, choice: ContactSource | None = None) -> Contacts:
    """Read, place and count the contacts of a list.

    Parameters
    ----------
    path
        The list, of any kind that :func:`geodata.files.read_sheets` reads.
    gazetteer
        What places its rows.
    choice
        Columns, services, words for complaints and period; by default what is recognised, and all of it.

    Raises
    ------
    SchemaError
        There is no column that says where a contact came from, a count is negative or no whole number, or dates cannot
        be read at all.
    DataError
        A service that was asked for is not in the list, or nothing can be placed.
    SourceError
        The list cannot be read.
    """
    choice = choice or ContactSource(file=str(path))
    name = str(path)
    rows = read_rows(path)
    columns = find_columns(rows, FIELDS, source=name, given=choice.columns)
    weight = _weights(rows, columns, name)
    placed = place_rows(rows, columns, gazetteer, source=name)
    said = _said(rows, columns, choice)
    _check_services(choice.services, said["service"], name)
    left_out = _left_out(rows, columns, said, choice, name)
    reasons = placed["reason"].where(left_out == "", left_out)
    used = reasons == ""
    _check_some(used, placed, name)
    table = said[used].assign(oa_code=placed.loc[used, "oa_code"], contacts=weight[used])
    counts = table.groupby(["oa_code", "service", "kind", "channel"])["contacts"].sum().reset_index()
    lost = weight[~used].groupby(reasons[~used]).sum()
    return Contacts(
        counts=counts,
        services=tuple(sorted(counts["service"].unique())),
        channels=tuple(sorted(counts["channel"].unique())),
        rows_in=len(rows),
        contacts_in=int(weight.sum()),
        not_used={str(key): int(lost[key]) for key in sorted(lost.index, key=lambda key: (-lost[key], key))},
        source=name,
    )


def _said(rows: pd.DataFrame, columns: dict[str, str], choice: ContactSource) -> pd.DataFrame:
    """Return service, kind and channel of each row, spelled alike whatever the capitals."""
    parts = {}
    for field, absent in (("service", ONE_SERVICE), ("channel", NOT_SAID)):
        column = rows[columns[field]] if field in columns else pd.Series(absent, index=rows.index)
        parts[field] = _spelled_alike(column.fillna(NOT_SAID).astype("str"))
    kinds = rows[columns["kind"]].fillna("").astype("str") if "kind" in columns else pd.Series("", index=rows.index)
    words = {word.casefold() for word in choice.complaints}
    complaint = kinds.str.strip().str.casefold().isin(words) if words else kinds.str.contains(_COMPLAINT)
    parts["kind"] = complaint.map({True: COMPLAINT, False: USE})
    return pd.DataFrame(parts)


def _spelled_alike(column: pd.Series) -> pd.Series:
    """Return words that differ in capitals and blanks only as one: the spelling that occurs most."""
    tidy = column.str.split().str.join(" ")
    common = tidy.groupby(tidy.str.casefold()).agg(lambda words: sorted(words.mode())[0])
    return tidy.str.casefold().map(common)


def _weights(rows: pd.DataFrame, columns: dict[str, str], name: str) -> pd.Series:
    """Return the contacts that each row stands for."""
    if "count" not in columns:
        return pd.Series(1, index=rows.index, dtype="int64")
    heading = columns["count"]
    cells = rows[heading].fillna("0").astype("str").str.replace(",", "", regex=False)
    numbers = pd.to_numeric(cells, errors="coerce")
    faults = []
    for bad, what, remedy in (
        (numbers.isna() | (numbers % 1 != 0) & numbers.notna(), "not a whole number", "Write digits only"),
        (numbers < 0, "negative", "Count contacts from 0 up"),
    ):
        if bad.any():
            first = int(rows.index[bad][0])
            listed = examples([f"'{cells[row]}' in row {row}" for row in rows.index[bad]], total=len(rows))
            message = f"a count of contacts is {what}: {listed}."
            mend = f"{remedy}, or name the right column under [contacts] columns."
            faults.append(Fault(name, message, mend, "contact_count", row=first, column=heading))
    if faults:
        listed = " ".join(f"column '{fault.column}': {fault.message} {fault.remedy}" for fault in faults)
        raise SchemaError(f"{name}: {listed}", faults=faults)
    return numbers.astype("int64")


def _left_out(
    rows: pd.DataFrame, columns: dict[str, str], said: pd.DataFrame, choice: ContactSource, name: str
) -> pd.Series:
    """Return why a row was not asked for, "" where it was."""
    reason = pd.Series("", index=rows.index)
    if choice.services:
        wanted = {service.casefold() for service in choice.services}
        reason = reason.mask(~said["service"].str.casefold().isin(wanted), _OTHER_SERVICE)
    if choice.after is None and choice.before is None:
        return reason
    if "date" not in columns:
        raise SchemaError(
            f"{name}: a period is asked for ([contacts] after, before), and no column holds dates. "
            'Name it: columns = { date = "..." }.'
        )
    when = _dates(rows[columns["date"]], columns["date"], name)
    first, last = pd.Timestamp(choice.after or date.min), pd.Timestamp(choice.before or date(2262, 1, 1))
    given = rows[columns["date"]].notna()
    reason = reason.mask(when.notna() & ~when.between(first, last), _OTHER_TIME)
    return reason.mask(given & when.isna(), _UNREAD_DATE).mask(~given, _NO_DATE)


def _dates(cells: pd.Series, heading: str, name: str) -> pd.Series:
    """Return days; 2025-04-01 and 01/04/2025 (day first) are read, with or without a time."""
    text = cells.astype("str").str.strip().str.slice(0, 10).where(cells.notna())
    plain = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    days = plain.fillna(pd.to_datetime(text, format="%d/%m/%Y", errors="coerce"))
    if days.isna().all():
        seen = examples([repr(cell) for cell in text.dropna().unique()])
        raise SchemaError(
            f"{name}, column '{heading}': no date can be read (such as {seen}). Write 2025-04-01 or 01/04/2025."
        )
    return days


def _check_services(wanted: Sequence[str], services: pd.Series, name: str) -> None:
    known = {service.casefold(): service for service in services.unique()}
    unknown = [service for service in wanted if service.casefold() not in known]
    if unknown:
        hints = "".join(did_you_mean(service, known.values()) for service in unknown)
        raise DataError(
            f"{name}: there is no contact with the service {', '.join(repr(one) for one in unknown)}.{hints} "
            f"It has {', '.join(sorted(known.values()))}."
        )


def _check_some(used: pd.Series, placed: pd.DataFrame, name: str) -> None:
    if used.any():
        return
    reasons = not_placed(placed)
    told = f"{next(iter(reasons.values())):,} rows have {next(iter(reasons))}" if reasons else "none was asked for"
    raise DataError(
        f"{name}: none of its {len(used):,} rows can be used: {told}. "
        "Check that the list and the look-up are of this place, and the column of postcodes or area codes."
    )
