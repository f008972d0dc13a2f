"""Invented names of Peakshire, and the door to its small tables of made-up facts."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's tab-separated tables as dictionaries of text.

    Examples
    --------
    >>> read_table("demo_towns.tsv")[0]["town"]
    'Wexminster'
    """
    text = files("geodata").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def words(kind: str) -> list[str]:
    """Return the invented words of one kind, in the order of the table.

    Examples
    --------
    >>> words("street")[:2]
    ['Foundry Lane', 'Corn Hill']
    """
    return [row["name"] for row in read_table("demo_names.tsv") if row["kind"] == kind]


def village_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return different invented village names.

    Examples
    --------
    >>> len(set(village_names(np.random.default_rng(1), 500)))
    500
    """
    plain = [front + back for front in words("village front") for back in words("village back")]
    more = [f"{first} {name}" for first in ("Great", "Little", "Upper", "Nether") for name in plain]
    more += [f"{name} {last}" for last in ("Magna", "Parva", "in the Vale", "under Edge") for name in plain]
    order = [*rng.permutation(len(plain)), *(len(plain) + rng.permutation(len(more)))]
    names = plain + more
    return [names[number] for number in order[:count]]
