"""Data that cannot do anything: text from files made harmless, and tables packed for the page.

Names, addresses and headings come from other people's files. They enter a page as JSON in a script element of type
``application/json``, which no browser runs, with every character escaped that could end that element. The page turns
them into text nodes only.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib

import numpy as np
import pandas as pd

from maps.letters import from_letters, to_letters

# Control characters, and the marks that turn the direction of the text around them: a name that carries them can make
# the words beside it read backwards. The zero-width joiners stay, some scripts cannot be written without them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain_text(value: object) -> str:
    r"""Return a cell as one line of visible text, empty where it is missing.

    Examples
    --------
    >>> plain_text("Town\u202e Hall\n")
    'Town Hall'
    >>> plain_text(float("nan")), plain_text(None), plain_text(3.0)
    ('', '', '3')
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.15g}"
    return _SPACES.sub(" ", _UNSEEN.sub("", str(value))).strip()


def inert_json(value: Json) -> str:
    r"""Return JSON that may stand inside a script element: no ``<``, ``>``, ``&`` or line separator is left in it.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no word for it, use None.

    Examples
    --------
    >>> inert_json({"name": "</script><b>"})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def packed_bytes(data: bytes) -> str:
    """Return bytes gzipped and in letters; the same bytes always give the same text.

    Examples
    --------
    >>> len(packed_bytes(b"one town")), len(packed_bytes(b"one town" * 100))
    (35, 45)
    """
    return to_letters(gzip.compress(data, 9, mtime=0))


def unpacked_bytes(text: str, *, most: int = 2**30) -> bytes:
    """Return the bytes that :func:`packed_bytes` packed.

    Parameters
    ----------
    text
        Gzipped bytes in letters.
    most
        No more bytes than these are unpacked.

    Raises
    ------
    ValueError
        The text was not packed by us, or holds more.

    Examples
    --------
    >>> unpacked_bytes(packed_bytes(b"one town"))
    b'one town'
    """
    gzipped = zlib.decompressobj(wbits=31)
    try:
        data = gzipped.decompress(from_letters(text), most)
    except zlib.error as error:
        raise ValueError("these are no packed bytes") from error
    if not gzipped.eof:
        raise ValueError(f"packed bytes that do not end, or are more than {most:,}")
    return data


def packed_json(value: Json) -> str:
    """Return a table of plain values as gzipped JSON in letters."""
    return packed_bytes(inert_json(value).encode("utf-8"))


def numbers(values: pd.Series, *, decimals: int = 0) -> list[Json]:
    """Return a numeric column as plain numbers, None where missing, whole numbers where no decimals are asked for.

    Parameters
    ----------
    values
        Any numeric column; missing and infinite both become None.
    decimals
        Digits kept behind the point.

    Examples
    --------
    >>> numbers(pd.Series([1.26, None, 3]), decimals=1)
    [1.3, None, 3]
    """
    figures = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    rounded = np.round(figures, decimals)
    whole = np.isfinite(rounded) & (np.abs(rounded) < 2**53) & (rounded == np.floor(rounded))
    return [
        int(number) if is_whole else (number if is_known else None)
        for number, is_whole, is_known in zip(
            rounded.tolist(), whole.tolist(), np.isfinite(figures).tolist(), strict=True
        )
    ]


def coded(values: pd.Series) -> dict[str, Json]:
    """Return a text column as its distinct words and a number for each row: repeated words are stored once.

    Words stand in the order of their first row, so the same table always gives the same numbers.

    Examples
    --------
    >>> coded(pd.Series(["office", "library", "office"]))
    {'words': ['office', 'library'], 'codes': [0, 1, 0]}
    """
    codes, words = pd.factorize(values.map(plain_text))
    return {"words": [str(word) for word in words], "codes": [int(code) for code in codes]}
