"""The layer of pairs: off at first, drawn as lines with their rank, each with its nine factors in the panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from estate.factors import NINE
from estate.pairs import find_pairs
from geodata.errors import CoverageError
from maps.base import TownMap
from maps.pairs import FACTORS, pair_layer

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]
MOST_NODES = 300
MIDDLE = """(pair) => {
  const { pairs, sites } = onetown;
  const [a, b] = [pairs.a[pair], pairs.b[pair]].map((site) => map_onetown.latLngToContainerPoint(sites.latLng(site)));
  const box = map_onetown.getContainer().getBoundingClientRect();
  return [box.left + 0.4 * a.x + 0.6 * b.x, box.top + 0.4 * a.y + 0.6 * b.y];
}"""


@pytest.fixture
def town_pairs(town_assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of the small town within 2.1 km."""
    found = find_pairs(town_assets, within_m=2_100)
    assert len(found) >= 3
    return found


def test_every_pair_reaches_the_page(
    town_map: BuildMap, read_page: Callable[[str, str], Any], town_assets: gpd.GeoDataFrame, town_pairs: pd.DataFrame
) -> None:
    """Buildings, rank, saving, who moves and the nine factors, as the table has them."""
    data = read_page(town_map(pairs=town_pairs).get_root().render(), "pairs")
    table, ids = data["table"], list(town_assets.index)
    assert [ids[place] for place in table["a"]] == town_pairs["asset_a"].tolist()
    assert [ids[place] for place in table["b"]] == town_pairs["asset_b"].tolist()
    assert table["rank"] == town_pairs["rank"].tolist()
    assert table["saving"] == town_pairs["saving_gbp_pa"].round().tolist()
    guests = ["" if side == 0 else ids[table["ab"[side - 1]][pair]] for pair, side in enumerate(table["guest"])]
    assert guests == town_pairs["guest"].fillna("").tolist()
    for name, column in zip(NINE, table["factors"], strict=True):
        assert [column["words"][code] for code in column["codes"]] == town_pairs[name].tolist()
    assert data["factors"] == list(FACTORS)
    assert data["shown"] is False


def test_a_pair_of_unknown_buildings_is_refused(town_assets: gpd.GeoDataFrame, town_pairs: pd.DataFrame) -> None:
    """Pairs of another register would draw lines between the wrong buildings."""
    with pytest.raises(CoverageError, match="pairs: building A1 is not in the register"):
        pair_layer(town_pairs.assign(asset_a="A1"), town_assets.drop(index="A1"))


@pytest.mark.browser
def test_pairs_are_switched_on_pointed_at_and_chosen(
    town_map: BuildMap, visit: OpenMap, town_pairs: pd.DataFrame
) -> None:
    """Off at first; a line under the mouse says which pair; a click tells its saving and its nine factors."""
    seen = visit(town_map(pairs=town_pairs, plans=()))
    assert seen.ask("onetown.store.state.pairs") is False
    assert seen.page.locator("#pairs-switch").get_attribute("aria-pressed") == "false"
    seen.page.locator("#pairs-switch").click()
    assert seen.page.locator("#pairs-switch").get_attribute("aria-pressed") == "true"
    x, y = seen.ask(f"({MIDDLE})(0)")
    seen.page.mouse.move(x, y)
    assert seen.page.locator("#tip").inner_text().startswith("Pair ")
    seen.ask("onetown.choose({ kind: 'pair', id: 0 })")
    first = town_pairs.iloc[0]
    told = seen.page.locator("#panel").inner_text()
    assert f"Pair 1 of {len(town_pairs)}" in told
    assert f"£{first.saving_gbp_pa:,.0f} a year" in told
    assert all(f"{name}, {first[factor].split(':')[0]}:" in told for name, factor in zip(FACTORS, NINE, strict=True))
    assert seen.nodes() <= MOST_NODES
    assert seen.trouble == []
    assert seen.requests == []


@pytest.mark.browser
def test_pairs_are_reached_by_keyboard_alone(town_map: BuildMap, visit: OpenMap, town_pairs: pd.DataFrame) -> None:
    """The list opens with Enter, its entries open the panel, and the panel leads to the buildings."""
    seen = visit(town_map(pairs=town_pairs))
    seen.page.locator("#pairs-list summary").focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector("#pairs-list ol button")
    assert seen.ask("onetown.store.state.pairs") is True
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    assert seen.ask("document.activeElement.id") == "panel"
    assert "Nine factors" in seen.page.locator("#panel").inner_text()
    seen.page.locator("#panel .link").first.click()
    assert seen.ask("onetown.store.state.selected.kind") == "site"
    assert "Could be shared with" in seen.page.locator("#panel").inner_text()


@pytest.mark.browser
def test_hostile_words_in_pairs_stay_words(town_map: BuildMap, visit: OpenMap, town_pairs: pd.DataFrame) -> None:
    """A factor quotes names and notes from files."""
    bad = "for: <img src=x onerror=alert(1)>${alert(2)}</script>"
    seen = visit(town_map(pairs=town_pairs.assign(planning=bad), pairs_shown=True))
    assert seen.ask("onetown.store.state.pairs") is True
    seen.ask("onetown.choose({ kind: 'pair', id: 0 })")
    assert "<img src=x onerror=alert(1)>${alert(2)}</script>" in seen.page.locator("#panel").inner_text()
    assert seen.trouble == []


@pytest.mark.browser
def test_map_without_pairs_has_no_switch(town_map: BuildMap, visit: OpenMap) -> None:
    """Nothing to show, nothing to press."""
    seen = visit(town_map())
    assert not seen.page.locator("#pairs").is_visible()
