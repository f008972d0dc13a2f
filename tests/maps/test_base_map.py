"""A base map only when asked for: that host and no other, and never without saying whose it is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from geodata.errors import DataError
from maps.base import TownMap, save_map
from maps.base_map import BaseMap, base_map_of
from maps.checking import check_page

ADDRESS = "https://tile.example.org/{z}/{x}/{y}.png"
TILE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    ("address", "attribution", "said"),
    [
        (ADDRESS, " ", "no attribution"),
        ("", "(c) Example", "not an address"),
        ("http://tile.example.org/{z}/{x}/{y}.png", "(c)", "over https"),
        ("https://tile.example.org/{z}/{x}.png", "(c)", r"lacks \{y\}"),
        ("https://{s}.example.org/{z}/{x}/{y}.png", "(c)", "not an address of one host"),
        ("https://tile.example.org/{z}/{x}/{y}.png?key={key}", "(c)", "other places to fill"),
        ("https://a.example; script-src https:/{z}/{x}/{y}", "(c)", "not an address"),
        ('https://a.example/{z}/{x}/{y}"><script>', "(c)", "not an address"),
    ],
)
def test_what_is_no_base_map_is_refused(address: str, attribution: str, said: str) -> None:
    """An address goes into the policy of the page: nothing else may come with it."""
    with pytest.raises(DataError, match=said):
        base_map_of(address, attribution)


@pytest.mark.browser
def test_the_page_asks_that_host_and_no_other(
    town_map: Callable[..., TownMap], browser: Browser, tmp_path: Path
) -> None:
    """Tiles come, nothing else does; the page says whose they are, and the check says that they were asked for."""
    town = town_map(base_map=BaseMap(ADDRESS, "(c) Example <b>contributors</b>"))
    path = save_map(town, tmp_path / "map.html").path
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=TILE, content_type="image/png")

    page = browser.new_page()
    page.route("http*://**/*", answer)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_selector(".leaflet-tile-pane img", state="attached", timeout=60_000)
    page.evaluate("fetch('https://other.example/').catch(() => null)")
    page.evaluate("new Image().src = 'https://other.example/a.png'")
    assert "Base map: (c) Example <b>contributors</b>" in page.locator("footer.credit").inner_text()
    page.close()
    assert asked
    assert all(one.startswith("https://tile.example.org/") for one in asked)
    check = check_page(path)
    assert (check.faults, check.base_map) == ((), "https://tile.example.org")


def test_without_one_the_page_names_no_host(town_map: Callable[..., TownMap], tmp_path: Path) -> None:
    """The usual page asks nobody."""
    path = save_map(town_map(), tmp_path / "map.html").path
    assert "onetown-base-map" not in path.read_text(encoding="utf-8")
    assert check_page(path).base_map == ""
