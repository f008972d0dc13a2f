"""Say what was fetched, as plain values (``docs/json.md``) and in sentences."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from geodata.fetch import Fetched


def tell_fetched(fetched: Fetched) -> dict[str, Any]:
    """Return the shape of ``onetown fetch --json``."""
    return {
        "areas": fetched.n_areas,
        "population": fetched.population,
        "households": None if math.isnan(fetched.households) else fetched.households,
        "asked": fetched.n_asked,
        "from_cache": fetched.n_kept,
        "files": [asdict(one) for one in fetched.files],
        "notes": list(fetched.notes),
    }


def fetched_sentences(fetched: Fetched, *, place: str) -> list[str]:
    """Return what came, from where and under which terms, and what to do next."""
    households = "" if math.isnan(fetched.households) else f" in {fetched.households:,.0f} households"
    lines = [f"{fetched.n_areas:,} output areas with {fetched.population:,.0f} residents{households}."]
    lines += [f"  {one.name}: {one.what}, {one.rows:,} rows" for one in fetched.files]
    lines += [f"{fetched.n_asked:,} answers were asked for, {fetched.n_kept:,} were in the cache already."]
    lines += [f"From {source}, {licence}." for source, licence in _sources(fetched)]
    return [*lines, *fetched.notes, f"Next: onetown segment {place}"]


def _sources(fetched: Fetched) -> list[tuple[str, str]]:
    return list(dict.fromkeys((one.source, one.licence) for one in fetched.files))
