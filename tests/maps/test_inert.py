"""Text from files can do nothing in a page."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.inert import coded, inert_json, numbers, packed_json, plain_text, unpacked_bytes


@given(st.text())
def test_no_text_can_end_its_script_element(text: str) -> None:
    """Whatever the text, its JSON has no markup character and reads back as the same text."""
    written = inert_json({"name": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"name": text}


@given(st.text())
def test_plain_text_is_one_visible_line(text: str) -> None:
    """No control character, line break or direction mark is left to spoil what stands beside a name."""
    plain = plain_text(text)
    assert plain == plain.strip()
    assert all(character.isprintable() or character == "\u200d" or not character.isascii() for character in plain)
    assert not set(plain) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n\r\t")


def test_missing_values_of_every_kind_are_empty() -> None:
    """None, NaN, NA and NaT all read as nothing, not as words."""
    assert [plain_text(value) for value in (None, float("nan"), pd.NA, pd.NaT)] == [""] * 4


def test_numbers_keep_missing_apart_from_zero() -> None:
    """Zero is a figure, missing is none; an infinite figure is no figure."""
    assert numbers(pd.Series([0.0, np.nan, np.inf, 2.5]), decimals=1) == [0, None, None, 2.5]
    assert numbers(pd.Series([1, pd.NA], dtype="Int64")) == [1, None]


def test_packed_tables_come_back() -> None:
    """The page reads the table that was written."""
    assert json.loads(unpacked_bytes(packed_json(["a", 1, None]))) == ["a", 1, None]


def test_words_are_stored_once() -> None:
    """A column of few words costs a number a row; missing is the empty word."""
    assert coded(pd.Series(["b", "a", None, "b"])) == {"words": ["b", "a", ""], "codes": [0, 1, 2, 0]}


def test_infinite_numbers_are_refused() -> None:
    """JSON has no word for infinity; a browser could not read the page."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        inert_json([float("inf")])
