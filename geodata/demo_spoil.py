"""The faults that Peakshire's asset lists are sent with, each on record so that a test can say what was done to a row.

Three kinds: slips in the facts (where it stands), in the writing (how a cell is typed) and in the rows (blank,
repeated, no property at all). Buildings that services are run from suffer only what can be mended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geodata.demo_sites import SERVICE_USES

Cell = str | int | float | bool | pd.Timestamp | None
Row = dict[str, Cell]

FACT_SHARE, WRITING_SHARE = 0.06, 0.12
"""Shares of a list's rows with a slip in the facts (the 1,180 others only) and in the writing (any row)."""
FAR_M = 9_000.0
"""A transposed pair of digits moves a point at least this far (metres)."""
SQFT_PER_M2 = 10.7639
UNKNOWN_TENURES = ("Crown occupation", "Historic right", "TBC with legal", "Memorandum of terms")
NOT_PROPERTIES = {
    "county": (("Mayoral chain and civic regalia", "Regalia"), ("Rent charge at Corn Hill", "Rent charge")),
    "district": (("Mayoral chain", "Regalia"),),
    "housing": (("Rent charge at Bell Yard", "Rent charge"),),
}
HOSTILE_NAMES = (
    '=HYPERLINK("http://example.invalid","Bobbin Row Garages")',
    '<script>alert("Peakshire")</script> House',
    '"><img src=x onerror=alert(1)> Cottage',
    "${7*7} Garages",
    "@SUM(1+1) Store",
    "-2+3 Allotments",
    "</script><b>Pinfold Street</b> Car Park",
    "Robert'); DROP TABLE assets;-- Field",
)
"""Names that would do harm in a spreadsheet, a page or a database; the first office and library get one too."""
HOSTILE_OFFICE, HOSTILE_LIBRARY = "Curlew House <svg onload=alert(2)>", "=1+1 Library"
ACCENTED = "The Café at "


@dataclass(frozen=True, slots=True)
class SpoiledRow:
    """What was done to one row.

    Parameters
    ----------
    asset_id
        The asset it is about; empty for a row that stands for none.
    fault
        Short name of the fault.
    field
        Field of the register it is in; empty where it is the whole row.
    expect
        What a careful reader does: ``accepted`` (mended, asked about or placed by postcode), ``set aside``, or
        ``skipped`` (no row at all).
    """

    asset_id: str
    fault: str
    field: str
    expect: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list: cells by field (None everywhere in a blank row) and what is wrong with it."""

    asset_id: str
    cells: Row
    spoiled: SpoiledRow | None = None


Slip = Callable[[np.random.Generator, Row], None]


def _transpose(_: np.random.Generator, row: Row) -> None:
    """Exchange two neighbouring digits of easting or northing so that the point jumps."""
    for field in ("easting", "northing"):
        digits = str(row[field])
        for place in (1, 0, 2):
            turned = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            if abs(int(turned) - int(digits)) >= FAR_M and turned[0] != "0":
                row[field] = int(turned)
                return
    row["easting"] = int(str(row["easting"])) + 20_000


def _swap(_: np.random.Generator, row: Row) -> None:
    row["easting"], row["northing"] = row["northing"], row["easting"]


def _zero(_: np.random.Generator, row: Row) -> None:
    row["easting"] = row["northing"] = 0


def _lose_point(_: np.random.Generator, row: Row) -> None:
    row["easting"] = row["northing"] = None


def _lose_place(_: np.random.Generator, row: Row) -> None:
    row["easting"] = row["northing"] = row["postcode"] = None


def _lose_postcode(_: np.random.Generator, row: Row) -> None:
    row["postcode"] = None


FACTS: dict[str, tuple[Slip, str, str]] = {
    "transposed_digits": (_transpose, "easting", "set aside"),
    "postcode_only": (_lose_point, "easting", "accepted"),
    "swapped_coordinates": (_swap, "easting", "set aside"),
    "zero_coordinates": (_zero, "easting", "accepted"),
    "no_place": (_lose_place, "postcode", "set aside"),
    "no_postcode": (_lose_postcode, "postcode", "accepted"),
}


def _pad(_: np.random.Generator, row: Row) -> None:
    for field in ("name", "postcode", "use"):
        row[field] = f" {row[field]}  "


def _float_uprn(_: np.random.Generator, row: Row) -> None:
    row["uprn"] = f"{row['uprn']}.0"


def _round_uprn(_: np.random.Generator, row: Row) -> None:
    row["uprn"] = f"{float(str(row['uprn'])):.5E}"


def _in_square_feet(_: np.random.Generator, row: Row) -> None:
    if isinstance(row["nia_true"], float):
        row["nia_m2"] = f"{row['nia_true'] * SQFT_PER_M2:,.0f} sq ft"


def _in_pounds(_: np.random.Generator, row: Row) -> None:
    row["running_cost_gbp_pa"] = f"£{row['running_true']:,.0f}"


def _not_available(_: np.random.Generator, row: Row) -> None:
    row["condition"] = row["backlog_gbp"] = "n/a"


def _odd_tenure(rng: np.random.Generator, row: Row) -> None:
    row["tenure"] = str(rng.choice(UNKNOWN_TENURES))


def _squash_postcode(_: np.random.Generator, row: Row) -> None:
    row["postcode"] = str(row["postcode"]).replace(" ", "").lower()


WRITING: dict[str, tuple[Slip, str]] = {
    "trailing_spaces": (_pad, "name"),
    "uprn_as_float": (_float_uprn, "uprn"),
    "uprn_in_scientific_notation": (_round_uprn, "uprn"),
    "pound_sign": (_in_pounds, "running_cost_gbp_pa"),
    "squashed_postcode": (_squash_postcode, "postcode"),
    "square_feet": (_in_square_feet, "nia_m2"),
    "not_available": (_not_available, "condition"),
    "unknown_tenure": (_odd_tenure, "tenure"),
}
MILD = ("trailing_spaces", "uprn_as_float", "uprn_in_scientific_notation", "pound_sign", "squashed_postcode")
"""The only slips that buildings services are run from may carry."""


def name_the_odd(assets: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the assets with hostile names given to a few, and a French accent to some others.

    Parameters
    ----------
    assets
        As ``demo_estate.furnish`` gives them.
    seed
        Seed of all random choices.
    """
    rng = np.random.default_rng((seed, 10))
    names = assets["name"].copy()
    others = assets.index[~assets["use"].isin(SERVICE_USES)]
    picked = rng.permutation(others)
    for asset, name in zip(picked, HOSTILE_NAMES, strict=False):
        names[asset] = name
    accented = picked[len(HOSTILE_NAMES) : len(HOSTILE_NAMES) + 12]
    names[accented] = ACCENTED + assets.loc[accented, "street"]
    names[assets.index[assets["use"] == "office"][7]] = HOSTILE_OFFICE
    names[assets.index[assets["use"] == "library"][9]] = HOSTILE_LIBRARY
    return assets.assign(name=names)


def as_entries(rows: list[Row], assets: pd.DataFrame) -> list[Entry]:
    """Return the rows of a body's assets as entries with nothing wrong."""
    return [Entry(str(asset), row) for asset, row in zip(assets.index, rows, strict=True)]


def spoil_facts(rng: np.random.Generator, rows: list[Row], assets: pd.DataFrame, *, first: int) -> list[Entry]:
    """Return the rows of one body as entries, some with a slip in the facts.

    Parameters
    ----------
    rng
        Source of chance.
    rows
        Cells by field, one row per asset, before they are written in the manner of a layout.
    assets
        The same assets.
    first
        Number of the slip to begin with, so that small lists have different ones.
    """
    entries = as_entries(rows, assets)
    others = np.flatnonzero(~assets["use"].isin(SERVICE_USES).to_numpy())
    chosen = rng.permutation(others)[: max(1, round(FACT_SHARE * len(others)))]
    for turn, place in enumerate(map(int, chosen)):
        name = list(FACTS)[(first + turn) % len(FACTS)]
        slip, field, expect = FACTS[name]
        entries[place] = _slipped(rng, entries[place], slip, SpoiledRow(entries[place].asset_id, name, field, expect))
    return entries


def spoil_writing(rng: np.random.Generator, entries: list[Entry], assets: pd.DataFrame, *, first: int) -> list[Entry]:
    """Return the entries, written in the manner of their layout, some with a slip in the writing."""
    spoiled = list(entries)
    service = assets["use"].isin(SERVICE_USES).to_numpy()
    sound = [place for place, entry in enumerate(entries) if entry.spoiled is None]
    accented = [place for place in sound if str(assets["name"].iloc[place]).startswith(ACCENTED)]
    for place in accented:
        spoiled[place] = _slipped(rng, entries[place], _garble, _mark(entries[place], "mojibake", "name"))
    plain = [place for place in sound if place not in accented]
    for turn, place in enumerate(map(int, rng.permutation(plain)[: max(2, round(WRITING_SHARE * len(entries)))])):
        slips = MILD if service[place] else tuple(WRITING)
        name = slips[(first + turn) % len(slips)]
        if name == "square_feet" and not isinstance(entries[place].cells["nia_true"], float):
            name = "trailing_spaces"
        slip, field = WRITING[name]
        spoiled[place] = _slipped(rng, entries[place], slip, _mark(entries[place], name, field))
    return spoiled


def _garble(_: np.random.Generator, row: Row) -> None:
    """Read the name's UTF-8 bytes as Windows-1252, as a careless export does."""
    row["name"] = str(row["name"]).encode("utf-8").decode("cp1252")


def _mark(entry: Entry, fault: str, field: str) -> SpoiledRow:
    return SpoiledRow(entry.asset_id, fault, field, "accepted")


def _slipped(rng: np.random.Generator, entry: Entry, slip: Slip, mark: SpoiledRow) -> Entry:
    cells = dict(entry.cells)
    slip(rng, cells)
    return replace(entry, cells=cells, spoiled=mark)


def spoil_rows(rng: np.random.Generator, entries: list[Entry], *, kind: str) -> list[Entry]:
    """Return the entries with blank rows, a repeated row and rows that are no property put among them.

    Parameters
    ----------
    rng
        Source of chance.
    entries
        The rows of one list.
    kind
        Kind of the body.
    """
    spoiled = list(entries)
    sound = [place for place, entry in enumerate(entries) if entry.spoiled is None]
    again = entries[int(rng.choice(sound))]
    spoiled.insert(
        entries.index(again) + 1, replace(again, spoiled=SpoiledRow(again.asset_id, "repeated_row", "", "set aside"))
    )
    for number, (name, use) in enumerate(NOT_PROPERTIES.get(kind, ())):
        cells: Row = dict.fromkeys(entries[0].cells)
        cells |= {"reference": f"X{number:03d}", "name": name, "use": use}
        mark = SpoiledRow("", "no_property", "", "set aside")
        spoiled.insert(int(rng.integers(0, len(spoiled))), Entry("", cells, mark))
    for _ in range(int(rng.integers(1, 4))):
        blank: Row = dict.fromkeys(entries[0].cells)
        mark = SpoiledRow("", "blank_row", "", "skipped")
        spoiled.insert(int(rng.integers(1, len(spoiled))), Entry("", blank, mark))
    return spoiled
