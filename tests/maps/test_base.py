"""The shell: one page, credited, offline, the same each time."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable
from pathlib import Path

import folium
import pytest
from folium.plugins import HeatMap

from geodata.errors import DataError, SourceError
from maps.base import DataLayer, TownMap, save_map
from maps.inert import unpacked_bytes

BuildMap = Callable[..., TownMap]


def rendered(town: TownMap) -> str:
    """Return the page of a map."""
    return town.get_root().render()


def unpacked(page: str) -> str:
    """Return the page as the loader leaves it: packed scripts and styles in their places."""
    packed = r'<script type="text/plain" data-packed="(script|style)">(.*?)</script>'
    return re.sub(packed, lambda part: f"<{part[1]}>{unpacked_bytes(part[2]).decode()}</{part[1]}>", page)


def test_map_is_a_folium_map(town_map: BuildMap) -> None:
    """People with notebooks add their own layers to it."""
    assert isinstance(town_map(), folium.Map)
    assert town_map().get_name() == "map_onetown"


def test_map_without_attribution_is_not_written(town_map: BuildMap, tmp_path: Path) -> None:
    """Whose data these are is not optional."""
    with pytest.raises(DataError, match=r"no attribution\. Say whose data these are"):
        save_map(town_map(attribution="  "), tmp_path / "map.html")
    assert not list(tmp_path.iterdir())


def test_map_without_title_is_refused(town_map: BuildMap) -> None:
    """A page without a title cannot be found again, by ear or in a list of tabs."""
    with pytest.raises(DataError, match="no title"):
        town_map(title="\u202e")


def test_existing_file_is_kept_unless_told(town_map: BuildMap, tmp_path: Path) -> None:
    """Yesterday's map is not lost by running today's."""
    path = tmp_path / "map.html"
    path.write_text("yesterday", encoding="utf-8")
    with pytest.raises(SourceError):
        save_map(town_map(), path)
    assert path.read_text(encoding="utf-8") == "yesterday"
    summary = save_map(town_map(), path, overwrite=True)
    assert (summary.path, summary.bytes, summary.areas, summary.assets) == (path, path.stat().st_size, 12, 6)


def test_same_input_gives_the_same_bytes(town_map: BuildMap) -> None:
    """Folium names its elements at random; this page must be comparable by checksum."""
    first = town_map()
    assert rendered(first) == rendered(town_map())
    assert rendered(first) == rendered(first)


def test_page_loads_nothing(town_map: BuildMap) -> None:
    """No script, style, image or font from elsewhere, and no pointer to a source map a browser might fetch."""
    page = unpacked(rendered(town_map()))
    assert not re.search(r"<(script|img|iframe|link)[^>]+(src|href)=[\"'](?!data:)", page)
    assert "sourceMappingURL" not in page
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL)).replace("url(#default#VML)", "")
    assert set(re.findall(r"url\((.{5})", styles)) == {"data:"}
    assert "@import" not in styles


def test_policy_names_exactly_the_scripts_and_styles_of_the_page(town_map: BuildMap) -> None:
    """A script that is not ours has no checksum in the policy and does not run."""
    page = unpacked(rendered(town_map()))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    policy = html.unescape(policy)
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
        (allowed,) = re.findall(rf"{rule} ([^;]+)", policy)
        assert sorted(allowed.split()) == sorted(f"'sha256-{digest}'" for digest in digests)


def test_page_speaks_british_english_and_can_be_zoomed(town_map: BuildMap) -> None:
    """Language, title and a viewport that does not forbid enlarging."""
    page = rendered(town_map())
    assert '<html lang="en-GB">' in page
    assert "<title>Smalltown</title>" in page
    assert "user-scalable" not in page
    assert "maximum-scale" not in page


def test_text_in_the_head_of_the_page_is_escaped_and_never_a_template(town_map: BuildMap) -> None:
    """Titles come from files too; branca would run what stands in double braces."""
    nasty = "</title><script>alert(1)</script>{{ 7 * 7 }}{% raw %}"
    page = rendered(town_map(title=nasty, subtitle=nasty, attribution=nasty, notes=[nasty], today=nasty))
    assert "<script>alert" not in page
    assert page.count("{{ 7 * 7 }}{% raw %}") == 6
    assert "49{%" not in page


def test_made_up_data_say_so(town_map: BuildMap) -> None:
    """Nobody shall plan with an invented county."""
    assert "Made-up data" in rendered(town_map(made_up=True))
    assert "Made-up data" not in rendered(town_map())


def test_leaflet_brings_its_licence(town_map: BuildMap) -> None:
    """The page is a copy of Leaflet; its licence asks to be with every copy."""
    assert "Redistribution and use in source and binary forms" in rendered(town_map())


def test_layer_that_needs_the_network_is_refused(town_map: BuildMap) -> None:
    """A plugin that loads its code from elsewhere would break the promise silently."""
    town = town_map()
    HeatMap([[53.0, -1.5]]).add_to(town)
    with pytest.raises(ValueError, match="asks the network for nothing"):
        rendered(town)


def test_folium_layer_without_needs_is_drawn_after_the_map(town_map: BuildMap) -> None:
    """A circle added in a notebook finds the map object, and the policy knows its script."""
    town = town_map()
    folium.Circle([53.0, -1.5], radius=50).add_to(town)
    page = unpacked(rendered(town))
    assert page.index("window.map_onetown = map") < page.index("L.circle(\n")
    assert ".addTo(map_onetown)" in page


def test_layer_on_another_map_is_refused() -> None:
    """Packed areas mean nothing to folium's own page."""
    elsewhere = folium.Map()
    DataLayer("areas", {}).add_to(elsewhere)
    with pytest.raises(TypeError, match="on a TownMap only"):
        elsewhere.get_root().render()
