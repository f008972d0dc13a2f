"""Local authority districts of England and Wales: their codes, names and the wider authorities they belong to.

``geodata/data/districts.tsv`` lists the 348 districts of the 2011 census and the 331 of the 2021 census with their
nine-character codes, from the names and codes that the Office for National Statistics publishes (Open Government
Licence). A county, or an authority that districts have since become part of, stands for all of them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geodata.errors import DataError, Fault, did_you_mean
from geodata.variables import check_vintage

_FILLERS = frozenset({"the", "city", "of", "county", "borough", "district", "council", "and", "royal", "metropolitan"})


@dataclass(frozen=True, slots=True)
class District:
    """One local authority district.

    Parameters
    ----------
    code
        Nine characters, such as ``E07000032``.
    name
        As published.
    vintages
        Census years that count it.
    within
        Wider authorities: its county, and any authority it has become part of.
    also_called
        Other names.
    later_code
        The code that the same district was given later, or "".
    """

    code: str
    name: str
    vintages: tuple[int, ...]
    within: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    later_code: str = ""


@cache
def read_districts(vintage: int) -> tuple[District, ...]:
    """Return the districts of a census year, by code.

    Raises
    ------
    DataError
        There is no census of that year.

    Examples
    --------
    >>> len(read_districts(2011)), len(read_districts(2021))
    (348, 331)
    """
    check_vintage(vintage)
    return tuple(one for one in _all() if vintage in one.vintages)


def find_districts(words: Iterable[str], *, vintage: int) -> tuple[District, ...]:
    """Return the districts that the words name, each once, by code.

    Parameters
    ----------
    words
        Names or codes, in any case; a county stands for its districts.
    vintage
        2011 or 2021.

    Raises
    ------
    DataError
        A word is no district of that census (all are named at once, with the nearest names).

    Examples
    --------
    >>> [one.code for one in find_districts(["derby", "High peak"], vintage=2021)]
    ['E06000015', 'E07000037']
    >>> len(find_districts(["Derbyshire"], vintage=2021))
    8
    """
    known = read_districts(vintage)
    found: dict[str, District] = {}
    faults = []
    for word in words:
        matches = _matches(word, known)
        if not matches:
            faults.append(Fault("the districts", _unknown(word, known, vintage), "", "unknown_district", value=word))
        found |= {one.code: one for one in matches}
    if faults:
        listed = " ".join(fault.message for fault in faults)
        raise DataError(f"{listed} Give names or codes of districts of England and Wales.", faults=faults)
    if not found:
        raise DataError("No district was named. Give names or codes of districts of England and Wales.")
    return tuple(found[code] for code in sorted(found))


def _matches(word: str, known: tuple[District, ...]) -> tuple[District, ...]:
    code = word.strip().upper()
    for wanted in (
        lambda one: code in (one.code, one.later_code) or _later_codes().get(code) == one.code,
        lambda one: _bare(word) in {_bare(name) for name in (one.name, *one.also_called)},
        lambda one: _bare(word) in {_bare(name) for name in one.within},
        lambda one: _core(word) and _core(word) in {_core(name) for name in (one.name, *one.also_called)},
        lambda one: _core(word) and _core(word) in {_core(name) for name in one.within},
    ):
        matches = tuple(one for one in known if wanted(one))
        if matches:
            return matches
    return ()


def _unknown(word: str, known: tuple[District, ...], vintage: int) -> str:
    elsewhere = [one for one in _all() if one not in known and _matches(word, (one,))]
    if elsewhere:
        (other,) = elsewhere[0].vintages
        return (
            f"'{word}' is a district of the {other} Census, not of the {vintage} Census. "
            f"Use --vintage {other}, or name the districts of {vintage}."
        )
    if re.fullmatch(r"[SN]\d{8}", word.strip().upper()):
        return f"'{word}' is in Scotland or Northern Ireland, which hold censuses of their own."
    names = {name for one in known for name in (one.name, *one.also_called, *one.within)}
    lower = {name.lower(): name for name in names}
    hint = did_you_mean(word.lower(), lower)
    nearest = re.search(r"'(.*)'\?", hint)
    return (
        f"'{word}' is no district of the {vintage} Census.{did_you_mean(lower[nearest[1]], names) if nearest else ''}"
    )


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("&", "and"))


def _core(name: str) -> str:
    """Return the words of a name that tell it apart: "City of Bristol Council" and "Bristol, City of" are one."""
    words = re.findall(r"[a-z0-9]+", name.lower().replace("&", "and"))
    return " ".join(word for word in words if word not in _FILLERS)


@cache
def _later_codes() -> dict[str, str]:
    return {one.code: one.later_code for one in _all() if one.later_code}


@cache
def _all() -> tuple[District, ...]:
    text = (files("geodata") / "data" / "districts.tsv").read_text(encoding="utf-8")
    return tuple(
        District(
            row["code"],
            row["name"],
            tuple(int(year) for year in row["vintages"].split("|")),
            tuple(filter(None, row["within"].split("|"))),
            tuple(filter(None, row["also_called"].split("|"))),
            row["later_code"],
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    )
