"""Map the words of asset lists to the register's own: use, tenure, holding, condition, status.

The vocabularies are data files, so that a reader can see and change what counts as what. Words are matched whole and
after dropping punctuation; each distinct cell is looked up once.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

_LAND_FIRST = re.compile(
    r"(?:former |part of |parts of |two |several |strip of |plots? of |area of |piece of |the )*"
    r"(?:land|site of|strip|verge|grass verge|open space|public open space|highway|field|fields|plots?)\b(?! registry)"
)
_SAYS_NOTHING = frozenset(
    {"land & building", "land & buildings", "land and building", "land and buildings", "land building", "building",
     "buildings", "property", "premises", "non inpatient", "support facilities", "unreported site", "unreported sites",
     "other reportable site", "other reportable sites"}
)  # fmt: skip
_LAND_LAST = re.compile(r"\bsite$")
_WORKING_SITE = re.compile(r"\b(?:amenity|waste|recycling|refuse|tip) site$")
_HOUSE_PART = re.compile(r",\s*(?:the\s+)?house\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\s*(?:integrated|incorporated|incl|in|at|near|part of|formerly|former|was|opp|above|below|no)\b"
)
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_ASIDE = re.compile(
    r"\s[-\u2013]\s|;|\b(?:attached to|adjacent to|adjoining|adj|rear of|rear to|r/o|next to|opposite|behind|within|"
    r"with)\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b[\w']+\s+(?:road|rd|street|lane|ln|avenue|ave|av|close|drive|grove|terrace|crescent|row|walk|parade|hill|mews)\b\.?",
    re.IGNORECASE,
)
TENURES = ("freehold", "leasehold", "licence", "PFI", "unknown")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of buildings with what follows from it by default.

    Parameters
    ----------
    name
        The register's word, such as "fire station".
    services
        Services offered by default, ";"-separated.
    public_facing
        Whether the public comes in by default.
    shareable
        Whether bodies can share such buildings at all: the second sieve of the funnel.
    """

    name: str
    services: str
    public_facing: bool
    shareable: bool


@cache
def _uses_file() -> dict[str, Any]:
    return tomllib.loads((files("estate") / "data" / "uses.toml").read_text(encoding="utf-8"))


@cache
def uses() -> Mapping[str, Use]:
    """Return the uses by name, in the order in which they are recognised.

    Examples
    --------
    >>> uses()["library"].services, uses()["house"].shareable
    ('library', False)
    """
    return {
        entry["name"]: Use(entry["name"], entry["services"], entry["public_facing"], entry["shareable"])
        for entry in _entries()
        if "services" in entry
    }


def plain(text: str) -> str:
    """Return text as lower-case words with single spaces, apostrophes and accents dropped.

    Examples
    --------
    >>> plain("Children's Centre (Land/Building)"), plain("Gorsaf Dân")
    ('childrens centre land building', 'gorsaf dan')
    """
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^0-9a-z&]+", " ", re.sub(r"['`\u2019\u00b4]", "", text.lower())).split())


def use_of(text: str, *, whole: bool = False, building: bool = False) -> str:
    """Return the use that a text names, or "".

    Parameters
    ----------
    text
        A cell, a name or a file's name.
    whole
        True where the text is a cell of a use column: short codes such as "HQ" or "LAL" count too.
    building
        True where the row is known to be a building: the park or the gardens in its name are its surroundings.

    Examples
    --------
    >>> use_of("Longford Park, Depot"), use_of("Humphrey Park Centre"), use_of("Humphrey Park Centre", building=True)
    ('depot', 'land', '')
    >>> use_of("Glossop Fire Station"), use_of("Land rear of the school"), use_of("LAL", whole=True)
    ('fire station', 'land', 'library')
    """
    words = plain(text)
    if not words or (whole and words in _SAYS_NOTHING):
        return ""
    if whole and words in _codes():
        return _codes()[words]
    pieces = _ASIDE.split(_BRACKETS.sub(" ", text).strip())
    pieces += [_ASIDE.split(inside)[0] for inside in _BRACKETS.findall(text) if not _ELSEWHERE.match(inside.lower())]
    found = (_use_in(piece, building=building) for piece in pieces)
    return next((one for one in found if one), "house" if building and _HOUSE_PART.search(text) else "")


def _use_in(text: str, *, building: bool = False) -> str:
    """Return the use that a text without asides names; names of streets do not count, nor what a building was once."""
    words = plain(_STREET.sub(" ", _GLUED.sub(" ", text)))
    if not building and (_LAND_FIRST.match(words) or _LAND_LAST.search(words)) and not _WORKING_SITE.search(words):
        return "land"
    if words.startswith(("former ", "ex ", "disused ")) or _use_pattern().search(f" {words} ") is None:
        return ""
    hits = {place for place, (_, pattern) in enumerate(_patterns()) if pattern.search(f" {words} ")}
    return next(
        (name for name, _ in (_patterns()[place] for place in sorted(hits)) if name != "land" or not building), ""
    )


def file_use_of(stem: str) -> str:
    """Return the use that a file's or sheet's name promises for all its rows, or "".

    Examples
    --------
    >>> file_use_of("gm_jobcentreplus"), file_use_of("fire_rescue_land_and_assets_2016"), file_use_of("assets")
    ('job centre', 'fire station', '')
    """
    words = f" {plain(re.sub(r'(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_', ' ', stem))} "
    for entry in _entries():
        if any(f" {word} " in words for word in entry.get("file_words", [])):
            return str(entry["name"])
    return ""


def not_a_property(text: pd.Series) -> pd.Series:
    """Return the words that give a row away as no property ("rent charge", "total"), "" for properties.

    Examples
    --------
    >>> not_a_property(pd.Series(["Rent charge of 62 pounds", "Grand total", "Total Fitness Gym"])).tolist()
    ['rent charge of', 'grand total', '']
    """
    table = _uses_file()["not_a_property"]
    pattern, whole = _any_of(table["words"]), frozenset(table["whole"])

    def one(cell: str) -> str:
        words = plain(cell)
        found = pattern.search(f" {words} ")
        return found[0] if found else words if words in whole else ""

    return _lookup(text, one)


def recognise_uses(text: pd.Series, *, whole: bool = False, building: bool = False) -> pd.Series:
    """Return the use named in each cell, "" where none is; the caller's index. Options as for :func:`use_of`."""
    bare = (
        text if whole else text.str.replace(r"\d+", "", regex=True)
    )  # numbers tell no use, and make every name differ
    return _lookup(bare, lambda cell: use_of(cell, whole=whole, building=building))


def recognise(text: pd.Series, vocabulary: str) -> pd.Series:
    """Return the register's word for each cell of a column, "" where the vocabulary has none.

    Parameters
    ----------
    text
        Cells as written.
    vocabulary
        A table of ``data/vocabularies.toml``: "tenure", "holding", "condition", "status".

    Examples
    --------
    >>> recognise(pd.Series(["Freehold ", "Leased in", "PFI (lease)", "?"]), "tenure").tolist()
    ['freehold', 'leasehold', 'PFI', '']
    """
    meanings = _vocabulary(vocabulary)
    return _lookup(text, lambda cell: _meaning(plain(cell), meanings))


def is_word_of(cell: str, vocabulary: str) -> bool:
    """Return True where a cell is, as a whole, a word that a vocabulary knows.

    Examples
    --------
    >>> is_word_of("Freehold", "tenure"), is_word_of("Freehold House", "tenure")
    (True, False)
    """
    return plain(cell) in _whole_words(vocabulary)


@cache
def _whole_words(vocabulary: str) -> frozenset[str]:
    return frozenset(word for _, exact, _ in _vocabulary(vocabulary) for word in exact)


def _lookup(text: pd.Series, one: Callable[[str], str]) -> pd.Series:
    distinct = text.fillna("").unique()
    return text.fillna("").map({cell: one(cell) for cell in distinct}).astype("str")


def _meaning(words: str, meanings: tuple[tuple[str, frozenset[str], re.Pattern[str]], ...]) -> str:
    """Return the first meaning named; a word inside a longer phrase does not count ("sold" in "to be sold")."""
    for name, exact, _ in meanings:
        if words in exact:
            return name
    found = [(name, match.span()) for name, _, pattern in meanings for match in pattern.finditer(f" {words} ")]
    whole = [
        name for name, (start, end) in found
        if not any(a <= start and end <= b and (a, b) != (start, end) for _, (a, b) in found)
    ]  # fmt: skip
    return next(iter(whole), "")


@cache
def _vocabulary(name: str) -> tuple[tuple[str, frozenset[str], re.Pattern[str]], ...]:
    table = tomllib.loads((files("estate") / "data" / "vocabularies.toml").read_text(encoding="utf-8"))[name]
    return tuple(
        (word, frozenset(plain(one) for one in known), _any_of(one for one in known if len(one) > 2))
        for word, known in table.items()
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted({plain(word) for word in words}, key=len, reverse=True)
    return (
        re.compile("(?<= )(?:" + "|".join(map(re.escape, longest_first)) + ")(?= )")
        if longest_first
        else re.compile("(?!)")
    )


@cache
def _entries() -> list[dict[str, Any]]:
    return list(_uses_file()["use"])


@cache
def _codes() -> dict[str, str]:
    return {code: str(entry["name"]) for entry in _entries() for code in entry.get("codes", [])}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((str(entry["name"]), _any_of(entry["words"])) for entry in _entries())


@cache
def _use_pattern() -> re.Pattern[str]:
    return _any_of(word for entry in _entries() for word in entry["words"])
