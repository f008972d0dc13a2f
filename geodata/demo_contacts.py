"""Who gets in touch in Peakshire: customer contacts that differ by community type, and a few interview notes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from geodata.demo_names import read_table
from geodata.demo_outlines import Floats, Ints
from geodata.demo_people import TRAITS, People, read_tilts, read_types

FIRST_DAY = dt.date(2025, 4, 1)
CONTACTS_PER_HEAD = 0.36
"""Scales the rates of the table: about 30,000 contacts a year for the whole county."""
SILENT_SHARE = 0.015
"""Share of areas that never make contact."""
COMPLAINT_SHARE = 0.06
CHANNELS = ("web", "telephone", "in person", "letter")
UNTIDY_SHARE, UNKNOWN_SHARE = 0.02, 0.004
"""Shares of postcodes written without a space in small letters, and of postcodes that do not exist."""
NOTES = (
    "People here would not be seen going into the office with the social work sign; they ask for another door.",
    "The last bus leaves at five. Appointments after four are missed.",
    "Several residents use the library to print forms for other services.",
    "Nobody knew that the family centre moved. The old building still has the sign.",
    "Parking at the town hall is the first thing everyone mentions.",
    "Older residents ring rather than use the website and wait twenty minutes.",
    "Students register with a practice at home and never here.",
    "The police counter shares a waiting room with housing; people said that it felt unsafe.",
    "Farmers asked for one visit by one person instead of three.",
    "New families on the estate did not know which council empties the bins.",
    "Carers would like to sort out everything in one place near the market.",
    "The ramp at the side entrance is locked most afternoons.",
)


def make_contacts(people: People, postcodes: pd.DataFrame, *, seed: int) -> tuple[pd.DataFrame, Ints]:
    """Return a year of customer contacts, and the rows of the areas that never make any.

    Parameters
    ----------
    people
        Who lives where.
    postcodes
        As ``demo_places.scatter_postcodes`` gives them.
    seed
        Seed of all random choices.

    Returns
    -------
    tuple
        Contacts in order of date: ``contact_id date service postcode channel kind``; and row numbers of silent areas.
    """
    rng = np.random.default_rng((seed, 8))
    rows = read_table("demo_contacts.tsv")
    traits = np.array([kind.traits for kind in read_types()])[people.types["type"].to_numpy() - 1]
    rate = np.array([float(row["per_thousand"]) for row in rows]) / 1_000 * CONTACTS_PER_HEAD
    expected = people.counts["ts0010001"].to_numpy()[:, None] * rate * np.exp(traits @ read_tilts(rows))
    silent = np.flatnonzero(rng.uniform(0, 1, len(expected)) < SILENT_SHARE)
    expected[silent] = 0.0
    counts = rng.poisson(expected)
    area, service = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    table = pd.DataFrame(
        {
            "date": np.datetime64(FIRST_DAY) + rng.integers(0, 365, len(area)).astype("timedelta64[D]"),
            "service": np.array([row["service"] for row in rows])[service],
            "postcode": _untidied(rng, _postcodes_in(rng, postcodes, area)),
            "channel": _channels(rng, traits[area]),
            "kind": np.where(rng.uniform(0, 1, len(area)) < COMPLAINT_SHARE, "complaint", "use"),
        }
    ).sort_values(["date", "postcode", "service"], kind="stable", ignore_index=True)
    table.insert(0, "contact_id", [f"C{number:06d}" for number in range(1, len(table) + 1)])
    return table, silent


def _postcodes_in(rng: np.random.Generator, postcodes: pd.DataFrame, area: Ints) -> list[str]:
    """Return a random postcode of each area."""
    ordered = postcodes.sort_values(["area", "pcd"], ignore_index=True)
    first = np.searchsorted(ordered["area"], area)
    last = np.searchsorted(ordered["area"], area, side="right")
    picked = first + np.floor(rng.uniform(0, 1, len(area)) * (last - first)).astype(int)
    return [str(code) for code in ordered["pcd"].to_numpy()[picked]]


def _untidied(rng: np.random.Generator, codes: list[str]) -> list[str]:
    """Return the postcodes as people type them: some in small letters without a space, a few that do not exist."""
    luck = rng.uniform(0, 1, len(codes))
    return [
        f"{code.split()[0]} 9ZZ"
        if chance < UNKNOWN_SHARE
        else code.replace(" ", "").lower()
        if chance < UNKNOWN_SHARE + UNTIDY_SHARE
        else code
        for code, chance in zip(codes, luck, strict=True)
    ]


def _channels(rng: np.random.Generator, traits: Floats) -> list[str]:
    """Return the channel of each contact: the older, the more by telephone and in person."""
    age = traits[:, TRAITS.index("age")]
    weight = np.column_stack([np.exp(-0.45 * age), 0.9 * np.exp(0.2 * age), 0.5 * np.exp(0.25 * age), 0.1 + 0 * age])
    edges = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    chosen = (rng.uniform(0, 1, (len(age), 1)) > edges[:, :-1]).sum(axis=1)
    return [CHANNELS[number] for number in chosen]


def make_notes(codes: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return a few made-up interview notes, each at an area: ``date oa_code locality note``."""
    rng = np.random.default_rng((seed, 9))
    rows = rng.choice(len(codes), len(NOTES), replace=False)
    days = np.datetime64(FIRST_DAY) + np.sort(rng.integers(0, 365, len(NOTES))).astype("timedelta64[D]")
    places = codes.iloc[rows]
    return pd.DataFrame(
        {"date": days, "oa_code": places["oa21cd"].to_numpy(), "locality": places["locality"].to_numpy(), "note": NOTES}
    )
