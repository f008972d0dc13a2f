"""What headings mean: the fields of the register and the words that lists use for them.

The vocabulary is ``data/headings.toml``. Headings are compared as plain words: CamelCase split, capitals, punctuation
and units dropped.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

from geodata.rows import plain_heading

SHAPEFILE_LETTERS = 10
HALF = 0.9  # a heading in two languages is read by the half that is known this surely
LIKE = 0.85  # two headings are the same word with a slip when they are this alike
SHORT_ENDINGS = frozenset({"gia", "nia", "fte"})  # "Total NIA"; other short words say too little
SPELT_OUT = {"no": "number", "num": "number", "nr": "number", "ref": "reference", "bldg": "building",
             "prop": "property", "org": "organisation", "organization": "organisation", "addr": "address",
             "desc": "description", "exp": "expiry", "lat": "latitude", "est": "establishment"}  # fmt: skip
_UNIT_TAIL = re.compile(
    r"\b(m ?2|m²|sq ?m|sq ?ft|sqm|sqft|square metres|square meters|square feet|hectares|ha|acres|gbp|£|p a|pa|"
    r"per annum|per year|annual|kwh|km|wgs ?84|bng|osgb|m|k|dd mm yyyy)\b"
)
_SCALE = re.compile(r"£ ?(k|m|mn|million|thousands?|000s?)(?= |$)")
_RATE = re.compile(
    r"£ (?:m ?2|m²|sq ?m|sq ?ft|fte)(?= |$)| p(?:cm|sf|sm)$"
    r"| per (?:m ?2|m²|sq|desk|fte|person|head|month|week|quarter)"
    r"|(?:m ?2|m²|sq ?m|sq ?ft|cost|costs|area|space|desks|ratio) fte$"
)
_PART = re.compile(r"\b(?:high|significant|moderate|medium|low) (?:and \w+ )?risk\b|\bout ?turn\b|\bbudget\b")
_TONGUES = re.compile(r"\s+[/|]\s+|\s*\|\s*")  # "Cod Post / Postcode": two words for one thing, as in Wales


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the register with the headings that mean it."""

    name: str
    shape: str
    names: tuple[str, ...]
    several: bool
    unit: str


@cache
def fields() -> tuple[Field, ...]:
    """Return the fields and their headings from ``data/headings.toml``, in order of the file."""
    table = tomllib.loads((files("estate") / "data" / "headings.toml").read_text(encoding="utf-8"))
    return tuple(
        Field(name, entry["shape"], tuple(entry["names"]), bool(entry.get("several")), str(entry.get("unit", "")))
        for name, entry in table.items()
    )


@cache
def aliases() -> dict[str, list[tuple[str, int]]]:
    """Return alias -> [(field, rank)]."""
    known: dict[str, list[tuple[str, int]]] = {}
    for field in fields():
        for rank, name in enumerate(field.names):
            known.setdefault(name, []).append((field.name, rank))
    return known


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


def scale_of(heading: str) -> float:
    """Return how many pounds one of a heading's bare numbers stands for: a thousand under "Backlog (£000s)".

    Examples
    --------
    >>> scale_of("Rent (£k pa)"), scale_of("Value £m"), scale_of("Rent (£)"), scale_of("Backlog (£'000)")
    (1000.0, 1000000.0, 1.0, 1000.0)
    """
    found = _SCALE.search(plain_heading(heading))
    return 1.0 if found is None else 1e6 if found[1].startswith("m") else 1e3


def close_aliases(plain: str) -> list[tuple[str, float, str]]:
    """Return (alias, closeness, how) of the aliases that a heading equals, ends with, or misspells.

    A rate such as "Rent per m2" and a part such as "Backlog: high risk" are none of the register's sums, whatever they
    end with.
    """
    if _RATE.search(plain):
        return []
    exact = _same_words(plain)
    if exact or _PART.search(plain):
        return exact
    ending = ending_of(plain) or ending_of(without_unit(plain))
    if ending is not None:
        return [(ending, 0.7, f"the heading contains '{ending}'")]
    near = max(((SequenceMatcher(None, plain, alias).ratio(), alias) for alias in _likely(plain)), default=(0.0, ""))
    return [(near[1], 0.6 * near[0], f"the heading is nearly '{near[1]}'")] if near[0] >= LIKE else []


def _same_words(plain: str) -> list[tuple[str, float, str]]:
    """Return the alias that a heading is, as it stands, without its unit, or spelt out."""
    known, bare = aliases(), without_unit(plain)
    spelt = " ".join(SPELT_OUT.get(word, word) for word in bare.split())
    said = ((plain, 1.0, "the heading says so"), (bare, 0.97, f"the heading says '{bare}' and a unit"),
            (spelt, 0.96, f"the heading is short for '{spelt}'"))  # fmt: skip
    return next(([one] for one in said if one[0] in known), [])


def aliases_of(heading: str) -> list[tuple[str, float, str]]:
    """Return (alias, closeness, how) of what a heading as the file spells it may mean.

    Headings in two languages are read half by half where the whole says less than one half does.

    Examples
    --------
    >>> aliases_of("Cod Post / Postcode"), aliases_of("Rent per m2")
    ([('postcode', 0.95, "the heading says 'postcode'")], [])
    """
    whole = list(cut_aliases(heading)) or close_aliases(plain_heading(heading))
    halves = [] if whole and whole[0][1] > HALF else [plain_heading(half) for half in _TONGUES.split(heading)]
    said = [one[0] for one in map(close_aliases, halves) if one and one[0][1] > HALF] if len(halves) > 1 else []
    meant = {frozenset(field for field, _ in aliases()[alias]) for alias, _, _ in said}
    if len(meant) != 1 or _RATE.search(plain_heading(heading)):
        return whole
    alias = said[-1][0]
    return [(alias, 0.95, f"the heading says '{alias}'")]


@cache
def cut_aliases(heading: str) -> tuple[tuple[str, float, str], ...]:
    """Return the aliases that a heading of ten letters is cut from: Shapefiles keep no more of "GROSS_INTERNAL_AREA".

    Examples
    --------
    >>> [alias for alias, _, _ in cut_aliases("GROSS_INTE")][:2], cut_aliases("ASSET_CODE")
    (['gross internal area', 'gross internal area gia'], ())
    """
    known, cut = aliases(), heading.strip().lower().replace(" ", "_")
    if len(cut) != SHAPEFILE_LETTERS or plain_heading(heading) in known:
        return ()
    whole = [alias for alias in known if {alias.replace(" ", "_")[:10], alias.replace(" ", "")[:10]} & {cut}]
    return tuple((alias, 0.8, f"the heading is '{alias}', cut to ten letters") for alias in whole)


@cache
def _likely(plain: str) -> tuple[str, ...]:
    """Return aliases worth comparing letter by letter: about as long, and long enough to tell a slip from a word."""
    return tuple(alias for alias in aliases() if abs(len(alias) - len(plain)) <= 3 and len(alias) >= 6)


@cache
def ending_of(plain: str) -> str | None:
    """Return the longest alias that a heading ends with, or of two words that it starts with."""
    known, words = aliases(), plain.split()
    endings = [" ".join(words[place:]) for place in range(1, len(words))]
    starts = [" ".join(words[:place]) for place in range(len(words) - 1, 1, -1)]
    good = [run for run in endings + starts if run in known and (" " in run or len(run) >= 4 or run in SHORT_ENDINGS)]
    return max(good, key=len, default=None)


@cache
def without_unit(plain: str) -> str:
    """Return a plain heading without the words for units: "net area m2" as "net area"."""
    return " ".join(_UNIT_TAIL.sub(" ", _SCALE.sub(" ", plain).replace("£", " ")).split())
