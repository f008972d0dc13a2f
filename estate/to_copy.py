"""Lines of place.toml that a reader can copy, for remedies; and the option that says the same on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def line_to_copy(key: str, value: str | Mapping[str, str]) -> str:
    """Return a line of place.toml.

    Parameters
    ----------
    key
        Name of the setting.
    value
        Its text, or the texts of a table.

    Examples
    --------
    >>> line_to_copy("use", "library")
    'use = "library"'
    >>> line_to_copy("only", {"Sector": "NHS Sector", "Open?": "yes"})
    'only = { Sector = "NHS Sector", "Open?" = "yes" }'
    """
    if isinstance(value, str):
        return f"{key} = {_quoted(value)}"
    inside = ", ".join(
        f"{name if _BARE.fullmatch(name) else _quoted(name)} = {_quoted(text)}" for name, text in value.items()
    )
    return f"{key} = {{ {inside} }}"


def under_assets(line: str) -> str:
    """Return where a line goes, and the line.

    Examples
    --------
    >>> under_assets('use = "library"')
    'write in place.toml, under the [[assets]] of this list: use = "library"'
    """
    return f"write in place.toml, under the [[assets]] of this list: {line}"


def pair_to_copy(pair: str) -> str:
    """Return the line that names a pair of columns as easting and northing, as they stand.

    Examples
    --------
    >>> pair_to_copy("X, Y")
    'columns = { easting = "X", northing = "Y" }'
    """
    first, _, second = pair.partition(", ")
    return line_to_copy("columns", {"easting": first, "northing": second or first})


def _quoted(text: str) -> str:
    """Return a TOML string."""
    return json.dumps(text, ensure_ascii=False)
