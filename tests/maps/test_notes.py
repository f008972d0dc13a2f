"""Interview notes stand on the map at what they are about, and in a table for those who do not use the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from geodata.errors import CoverageError
from maps.base import TownMap
from maps.notes import note_layer

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]


@pytest.fixture
def notes() -> pd.DataFrame:
    """Return a note of an area, one of a place and one of a segment."""
    return pd.DataFrame(
        {"note": ["The bus is late.", "No bank is left.", "Forms are long."], "oa_code": ["T07", None, None],
         "locality": ["", "East", ""], "segment": ["", "", "sub 1"], "date": ["2025-04-15", "", ""]}
    )  # fmt: skip


@pytest.mark.browser
def test_notes_are_drawn_where_they_belong(town_map: BuildMap, visit: OpenMap, notes: pd.DataFrame) -> None:
    """At the area, else in the middle of the place; one of a segment only is in the table."""
    seen = visit(town_map(interviews=notes))
    assert seen.ask("onetown.notes.spots.map(Boolean)") == [True, True, False]
    assert seen.ask("onetown.areas.coverage.at(onetown.notes.spots[0], 14)") == 6
    seen.page.click("#notes-switch")
    assert "notes=yes" in seen.page.url
    at = seen.ask(
        "(() => { const p = map_onetown.latLngToContainerPoint(onetown.notes.spots[0]); return [p.x, p.y]; })()"
    )
    seen.page.mouse.click(at[0], at[1] - 8)
    assert "The bus is late." in seen.page.inner_text("#panel")
    seen.page.click("#panel .link")
    assert seen.page.inner_text("#panel-title") == "Area T07"
    assert "The bus is late." in seen.page.inner_text("#panel")


@pytest.mark.browser
def test_all_notes_are_in_a_table(town_map: BuildMap, visit: OpenMap, notes: pd.DataFrame) -> None:
    """Sorted, filtered, and a row opens the note."""
    seen = visit(town_map(interviews=notes))
    seen.page.click("#open-table")
    seen.page.click(".tabs button:has-text('Notes')")
    assert seen.page.locator("#table tbody tr").count() == 3
    seen.page.fill("#table-filter", "forms")
    seen.page.click("#table tbody button")
    assert "Forms are long." in seen.page.inner_text("#panel")
    assert seen.trouble == []


def test_a_note_of_an_unknown_area_is_refused(notes: pd.DataFrame) -> None:
    """It would be nowhere."""
    with pytest.raises(CoverageError, match="T07 is not on the map"):
        note_layer(notes, pd.Index(["T01"]))
