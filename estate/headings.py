"""Find the header of an asset list and say which column means which field of the register.

A heading is compared with the aliases of ``data/headings.toml``; the values below it have the second word. A column
of postcodes is a postcode column whatever it is called, and a column called "Organisation name" that never repeats
itself holds the names of the sites. What was decided, how surely and why is kept for every column.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

import pandas as pd

from estate.grid import Grid, cell_text, grid_below
from estate.shapes import SHAPES, strict_shape
from geodata.errors import DataError, did_you_mean
from geodata.files import Sheet

MAX_HEADER_ROW = 30
SAMPLE = 400
LIKE = 0.85  # two headings are the same word with a slip when they are this alike
WEAK = 0.35  # below this the values contradict the heading
TRUSTED = 8  # unless it is one of the first so many names of its field: then the values are asked about, one by one
SURE_BY_VALUES = 0.8  # values alone name a column when so many of them have the shape
PLACE_FIELDS = ("easting", "northing", "longitude", "latitude", "x", "y", "coordinates", "grid_reference", "postcode",
                "uprn")  # fmt: skip
_UNIT_TAIL = re.compile(
    r"\b(m ?2|m²|sq ?m|sq ?ft|sqm|sqft|square metres|square meters|square feet|hectares|ha|acres|gbp|£|p a|pa|"
    r"per annum|per year|annual|kwh|fte|wgs ?84|bng|osgb|m|k|dd mm yyyy)\b"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the register with the headings that mean it."""

    name: str
    shape: str
    names: tuple[str, ...]
    several: bool
    unit: str


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """What one column of a list was taken for.

    Parameters
    ----------
    column
        Heading as the file spells it.
    field
        Field of the register, or "" for a column that is not used.
    confidence
        0 to 1; 1 is an exact heading with fitting values, or the user's own word.
    why
        The reason in words.
    """

    column: str
    field: str
    confidence: float
    why: str


@cache
def fields() -> tuple[Field, ...]:
    """Return the fields and their headings from ``data/headings.toml``, in order of the file."""
    table = tomllib.loads((files("estate") / "data" / "headings.toml").read_text(encoding="utf-8"))
    return tuple(
        Field(name, entry["shape"], tuple(entry["names"]), bool(entry.get("several")), str(entry.get("unit", "")))
        for name, entry in table.items()
    )


@cache
def _aliases() -> dict[str, list[tuple[str, int]]]:
    """Return alias -> [(field, rank)]."""
    known: dict[str, list[tuple[str, int]]] = {}
    for field in fields():
        for rank, name in enumerate(field.names):
            known.setdefault(name, []).append((field.name, rank))
    return known


def plain_heading(heading: str) -> str:
    r"""Return a heading as plain words: "PropertyName", "PROPERTY_NAME" and "Property\nname" become one.

    Examples
    --------
    >>> plain_heading("PropertyName"), plain_heading("STATION_EASTING"), plain_heading("Net area (m2)")
    ('property name', 'station easting', 'net area m2')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", heading.replace("kWh", "kwh"))
    return " ".join(re.sub(r"[^0-9a-z£²]+", " ", words.lower()).split())


# ----------------------------------------------------------------------------------------------------- the header row


def find_grid(sheet: Sheet) -> Grid | None:
    """Return the table of a sheet, its header found among the first rows; None for a sheet without one.

    Title rows above the header, two header rows and headings with line breaks are understood. A sheet whose first
    row already holds values gets numbered columns.
    """
    texts = [[cell_text(cell) for cell in row] for row in sheet.rows[:MAX_HEADER_ROW]]
    filled = [place for place, row in enumerate(texts) if sum(map(bool, row)) >= 1]
    if not filled:
        return None
    scores = {place: _header_score(texts[place]) for place in filled}
    best = max(filled, key=lambda place: (scores[place], -place))
    if scores[best] < 1.0:
        return _without_aliases(sheet, texts, filled)
    upper = _upper_row(texts, best)
    lower = texts[best + 1] if best + 1 < len(texts) else []
    if not upper and _is_second_header(texts[best], lower):
        return grid_below(sheet, header=_joined(texts[best], lower), first_row=best + 2)
    return grid_below(sheet, header=_joined(upper, texts[best]) if upper else texts[best], first_row=best + 1)


def _header_score(row: Sequence[str]) -> float:
    """Return how much a row looks like headings: known words count one, values count against it."""
    known = _aliases()
    plain = [plain_heading(cell) for cell in row if cell]
    exact = {word for word in plain if word in known or _without_unit(word) in known}
    loose = {word for word in plain if word not in exact and len(word) < 60 and _ending(word) is not None}
    values = sum(1 for cell in row if _is_value(cell))
    return len(exact) + 0.5 * len(loose) - values


def _is_value(cell: str) -> bool:
    return bool(cell) and (bool(re.fullmatch(r"[-£]?[\d.,/ :-]+", cell)) or bool(SHAPES["postcode"](cell)))


def _without_aliases(sheet: Sheet, texts: list[list[str]], filled: list[int]) -> Grid:
    """Return the grid of a sheet whose headings are all unknown, or that has no header."""
    wide = [place for place in filled if sum(map(bool, texts[place])) >= 2] or filled
    first = texts[wide[0]]
    if any(_is_value(cell) for cell in first):
        return grid_below(sheet, header=[""] * len(first), first_row=wide[0])
    return grid_below(sheet, header=first, first_row=wide[0] + 1)


def _upper_row(texts: list[list[str]], best: int) -> list[str]:
    """Return a row of group headings above the header ("Location" over "Easting" and "Northing"), or nothing."""
    if best == 0:
        return []
    above = texts[best - 1]
    groups = [cell for cell in above if cell]
    return above if len(groups) >= 2 and not any(_is_value(cell) for cell in groups) else []


def _is_second_header(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Return True where the row below the header completes it: gaps above, words only, mostly known words."""
    cells = [cell for cell in lower if cell]
    if len(cells) < 2 or any(_is_value(cell) for cell in cells):
        return False
    gaps = sum(1 for place, cell in enumerate(lower) if cell and (place >= len(upper) or not upper[place]))
    known = _aliases()
    words = sum(1 for cell in cells if plain_heading(cell) in known or _without_unit(plain_heading(cell)) in known)
    return gaps >= 1 and words >= max(2, len(cells) // 2)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Join two header rows: the lower word where it is known by itself, else group and word together."""
    known, group, names = _aliases(), "", []
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        plain = plain_heading(below)
        alone = plain in known or _without_unit(plain) in known or not group
        names.append(below if below and alone else f"{group} {below}" if below else above)
    return names


# --------------------------------------------------------------------------------------------------------- the columns


def match_columns(grid: Grid, *, overrides: Mapping[str, str] | None = None) -> tuple[ColumnMatch, ...]:
    """Say which column is which field.

    Parameters
    ----------
    grid
        Rows below the header.
    overrides
        Field -> heading as the file spells it, from place.toml; they win over everything else.

    Raises
    ------
    DataError
        If an override names a field or a heading that does not exist; all slips at once.
    """
    chosen = _override(grid, overrides or {})
    evidence = {name: _evidence(grid.cells[name]) for name in grid.names}
    options = sorted(
        (option for name in grid.names if name not in chosen for option in _options(name, evidence[name])),
        key=lambda option: (-option.confidence, grid.names.index(option.column)),
    )
    taken = {match.field for match in chosen.values()}
    several = {field.name for field in fields() if field.several}
    for option in options:
        if option.column not in chosen and (option.field not in taken or option.field in several):
            chosen[option.column] = option
            taken.add(option.field)
    for option in [*_by_values(grid, chosen, evidence), *_names_of_bodies(chosen, options)]:
        chosen[option.column] = option
    ordered = [
        chosen.get(name, ColumnMatch(name, "", 0.0, "no known heading, and its values say nothing"))
        for name in grid.names
    ]
    return tuple(_not_used(match) for match in ordered)


def columns_of(matches: Sequence[ColumnMatch], field: str) -> list[str]:
    """Return the headings matched to a field, in file order."""
    return [match.column for match in matches if match.field == field]


def unit_of(heading: str, field: str) -> str:
    """Return the unit of bare numbers under a heading: the one it names, else the field's usual one.

    Examples
    --------
    >>> unit_of("Site area (acres)", "site_area_m2"), unit_of("LandArea", "site_area_m2"), unit_of("GIA", "gia_m2")
    ('acres', 'hectares', 'm2')
    """
    words = f" {plain_heading(heading)} "
    told = (("sq ft", r" (sq ?ft|ft2|square feet|sqft|ft²) "), ("acres", r" (acres?|acreage) "),
            ("hectares", r" (ha|hectares?|hectarage) "), ("m2", r" (m ?2|m²|sq ?m|square met(er|re)s) "))  # fmt: skip
    for unit, pattern in told:
        if re.search(pattern, words):
            return unit
    return next(entry.unit for entry in fields() if entry.name == field) or "m2"


def _override(grid: Grid, overrides: Mapping[str, str]) -> dict[str, ColumnMatch]:
    known = {field.name for field in fields()}
    slips, chosen = [], {}
    for field, heading in overrides.items():
        found = [name for name in grid.names if plain_heading(name) == plain_heading(heading)]
        if field not in known:
            slips.append(f"columns: '{field}' is no field of the register.{did_you_mean(field, known)}")
        elif not found:
            slips.append(
                f"columns: the list has no heading '{heading}' for {field}.{did_you_mean(heading, grid.names)}"
            )
        else:
            chosen[found[0]] = ColumnMatch(found[0], field, 1.0, "you said so in place.toml")
    if slips:
        raise DataError(f"{grid.file}: {' '.join(slips)}")
    return chosen


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Shares of a column's filled cells that have each shape, and how often they repeat."""

    shares: Mapping[str, float]
    filled: int
    distinct: float


def _evidence(column: pd.Series) -> _Evidence:
    filled = column[column.ne("")]
    if len(filled) > SAMPLE:
        filled = filled.iloc[:: len(filled) // SAMPLE]
    cells = filled.tolist()
    shares = {shape: (sum(map(test, cells)) / len(cells) if cells else 0.0) for shape, test in SHAPES.items()}
    return _Evidence(shares, len(cells), len(set(cells)) / len(cells) if cells else 0.0)


def _options(heading: str, seen: _Evidence) -> list[ColumnMatch]:
    """Return every field the heading may mean, with the confidence that name and values give together."""
    plain = plain_heading(heading)
    options = []
    for alias, closeness, how in _close_aliases(plain):
        for field_name, rank in _aliases()[alias]:
            field = next(entry for entry in fields() if entry.name == field_name)
            share = _fit(field, seen)
            if seen.filled and strict_shape(field.shape) and share < WEAK and (rank >= TRUSTED or closeness < 0.9):
                continue
            worth = closeness * (0.6 + 0.4 * share if seen.filled else 0.8) - 0.0005 * rank
            fit = f"; {share:.0%} of its values look like it" if seen.filled and strict_shape(field.shape) else ""
            options.append(ColumnMatch(heading, field_name, round(max(worth, 0.01), 4), f"{how}{fit}"))
    return options


def _fit(field: Field, seen: _Evidence) -> float:
    """Return how well values fit a field, 0 to 1."""
    share = seen.shares[field.shape]
    if field.name == "reference":
        return share * seen.distinct if seen.distinct >= 0.5 else 0.0
    if field.name == "organisation":
        return share * (1.0 - 0.9 * seen.distinct) if seen.filled > 5 else share
    if field.name == "name":
        return share * (0.3 + 0.7 * seen.distinct) if seen.filled > 5 else share
    return share


def _close_aliases(plain: str) -> list[tuple[str, float, str]]:
    """Return (alias, closeness, how) of the aliases that a heading equals, ends with, or misspells."""
    known = _aliases()
    if plain in known:
        return [(plain, 1.0, "the heading says so")]
    bare = _without_unit(plain)
    if bare in known:
        return [(bare, 0.97, f"the heading says '{bare}' and a unit")]
    ending = _ending(plain)
    if ending is not None:
        return [(ending, 0.7, f"the heading contains '{ending}'")]
    near = max(((SequenceMatcher(None, plain, alias).ratio(), alias) for alias in _likely(plain)), default=(0.0, ""))
    return [(near[1], 0.6 * near[0], f"the heading is nearly '{near[1]}'")] if near[0] >= LIKE else []


@cache
def _likely(plain: str) -> tuple[str, ...]:
    """Return aliases worth comparing letter by letter: about as long, and long enough to tell a slip from a word."""
    return tuple(alias for alias in _aliases() if abs(len(alias) - len(plain)) <= 3 and len(alias) >= 6)


@cache
def _ending(plain: str) -> str | None:
    """Return the longest alias that a heading ends with, or of two words that it starts with."""
    known, words = _aliases(), plain.split()
    endings = [" ".join(words[place:]) for place in range(1, len(words))]
    starts = [" ".join(words[:place]) for place in range(len(words) - 1, 1, -1)]
    good = [run for run in endings + starts if run in known and (" " in run or len(run) >= 4)]
    return max(good, key=len, default=None)


@cache
def _without_unit(plain: str) -> str:
    return " ".join(_UNIT_TAIL.sub(" ", plain).split())


def _by_values(grid: Grid, chosen: Mapping[str, ColumnMatch], evidence: Mapping[str, _Evidence]) -> list[ColumnMatch]:
    """Return matches that the values alone make, for places that no heading named."""
    taken = {match.field for match in chosen.values()}
    free = [name for name in grid.names if name not in chosen and evidence[name].filled]
    found: list[ColumnMatch] = []

    def claim(field: str, shape: str, *, also: str = "") -> None:
        share, name = max(((evidence[name].shares[shape], name) for name in free), default=(0.0, ""))
        if field not in taken and share >= SURE_BY_VALUES:
            found.append(
                ColumnMatch(name, field, round(0.6 * share, 4), f"{share:.0%} of its values look like it{also}")
            )
            free.remove(name)
            taken.add(field)

    if not taken & {"easting", "longitude", "x", "coordinates"}:
        claim("coordinates", "pair")
    claim("postcode", "postcode")
    claim("uprn", "long_uprn")
    if not taken & {"easting", "longitude", "x", "coordinates"}:
        claim("latitude", "sure_latitude")
        if "latitude" in taken:
            claim("longitude", "sure_longitude")
        else:
            claim("easting", "metres")
            claim("northing", "metres")
    if "name" not in taken:
        _claim_name(free, evidence, found)
    return found


def _names_of_bodies(chosen: Mapping[str, ColumnMatch], options: Sequence[ColumnMatch]) -> list[ColumnMatch]:
    """Return the exchange for a list without names whose "organisation name" stands beside another body.

    Health lists head the sites "OrganisationName" and the bodies "ParentName"; with no rows, values cannot tell.
    """
    bodies = [match for match in chosen.values() if match.field == "organisation"]
    if not bodies or any(match.field == "name" for match in chosen.values()):
        return []
    sites = next((option for option in options if option.column == bodies[0].column and option.field == "name"), None)
    other = next((option for option in options if option.field == "organisation" and option.column not in chosen), None)
    return [sites, other] if sites is not None and other is not None else []


def _claim_name(free: list[str], evidence: Mapping[str, _Evidence], found: list[ColumnMatch]) -> None:
    for name in free:
        seen = evidence[name]
        if seen.shares["text"] >= SURE_BY_VALUES and seen.distinct >= 0.5 and seen.shares["postcode"] < 0.5:
            found.append(ColumnMatch(name, "name", 0.4, "the first column of words that differ"))
            return


def _not_used(match: ColumnMatch) -> ColumnMatch:
    return (
        ColumnMatch(match.column, "", match.confidence, "known, and not needed") if match.field == "ignored" else match
    )
