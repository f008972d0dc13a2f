"""A page is checked before it is sent: what must pass passes, and each fault is found where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest

from geodata.crs import to_wgs84
from geodata.errors import SourceError
from maps.base import save_map
from maps.checking import REMEDIES, PageCheck, check_page
from maps.checking_telling import check_sentences, tell_checks
from maps.county import build_map
from maps.markup import DEEPEST, read_markup
from maps.page_policy import checksum
from maps.paper import Part, figure, paper
from maps.picture import drawing, svg_text

SCRIPT = "document.title = 'One town';"
POLICY = f"default-src 'none'; script-src {checksum(SCRIPT)}; style-src 'unsafe-inline'"
GOOD = f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>One town</title>
<style>p {{ color: black; background: url(data:,) }}</style>
</head>
<body>
<h1>One town</h1>
<h2>Buildings &amp; people</h2>
<div id="map_onetown" role="region" aria-label="Map"></div>
<p>See <a href="https://example.org/">the source</a>.</p>
<label for="find">Find</label><input id="find">
<button type="button" aria-label="Close">x</button>
<img src="data:image/png;base64,AAAA" alt="A house">
<table><thead><tr><th scope="col">Name</th></tr></thead><tbody><tr><td>Hall</td></tr></tbody></table>
<footer class="credit">Contains National Statistics data.</footer>
<script type="application/json">{{"name":"\\u003cb"}}</script>
<script>{SCRIPT}</script>
</body>
</html>
"""
FAULTS = [
    ("external", "<h2>", '<img src="https://tiles.example/1.png" alt="x"><h2>', "img src loads https://tiles"),
    ("external", "<h2>", '<img srcset="a.png 1x, b.png 2x" alt="x"><h2>', "img srcset loads b.png"),
    ("external", "<title>", '<link rel="stylesheet" href="//cdn.example/a.css"><title>', "link href loads //cdn"),
    ("external", "url(data:,)", "url('https://fonts.example/a.woff')", "style loads https://fonts"),
    ("external", "p {", '@import "other.css"; p {', "loads other.css"),
    ("external", "<h2>", '<form action="https://x.example/"></form><h2>', "form action loads"),
    ("external", "default-src 'none'", "default-src 'none'; img-src https:", "lets img-src ask https:"),
    ("external", "<h2>", '<object data="a.svg" aria-label="x"></object><h2>', "object data loads a.svg"),
    ("script", f"<script>{SCRIPT}", f"<script>{SCRIPT} 1;", "not named by its checksum"),
    ("script", "script-src ", "script-src 'unsafe-inline' ", "any script"),
    ("script", "<meta http", f"<script>{SCRIPT}</script><meta name=a><meta data", "no content-security policy"),
    ("script", "<head>", f"<head><script>{SCRIPT}</script>", "before the policy"),
    ("style", "'unsafe-inline'", "'sha256-x'", "style sheet is not named"),
    ("unescaped", "<h2>Buildings", "<h2 onclick=go()>Buildings", "runs something by itself (onclick)"),
    ("unescaped", "https://example.org/", "javascript:alert(1)", "leads to a script (href)"),
    ("unescaped", "https://example.org/", "java&#115;cript:alert(1)", "leads to a script (href)"),
    ("unescaped", "\\u003cb", "</b>", "data hold a '<'"),
    ("unescaped", "&amp; people", "< people", "stands loose"),
    ("unescaped", "&amp; people", "& people", "stands loose"),
    ("unescaped", "people", "peo\u202eple", "unseen signs"),
    ("unescaped", "people", "{{ people }}", "template was not filled in"),
    ("attribution", "Contains National Statistics data.", "", "does not say whose data"),
    ("access", ' lang="en-GB"', "", "language"),
    ("access", "<title>One town", "<title> ", "no title"),
    ("access", "<title>", '<meta name="viewport" content="maximum-scale=1.0, user-scalable=no"><title>', "enlarging"),
    ("access", "h1>", "h2>", "no main heading"),
    ("access", "h2>", "h4>", "skip from h1 to h4"),
    ("access", ' alt="A house"', "", "no alternative text"),
    ("access", '<label for="find">Find</label>', "", "field (input) has no label"),
    ("access", ' aria-label="Close">x', ">", "button has no name"),
    ("access", "the source", "", "link has no name"),
    ("access", '<th scope="col">Name</th>', "<td>Name</td>", "no column headings"),
    ("access", 'id="find"', 'id="find" tabindex="3"', "Tab key"),
    ("access", 'for="find"', 'for="fund"', "points at 'fund'"),
    ("access", 'id="map_onetown"', 'id="find"', "same id 'find'"),
    ("access", "<h2>", "<svg><path/></svg><h2>", "picture (svg) has no name"),
    ("access", "<h2>", '<iframe srcdoc=""></iframe><h2>', "frame has no title"),
]  # fmt: skip


def checked(content: str, folder: Path, **options: Any) -> PageCheck:
    """Return what is found in a page of this content."""
    path = folder / "page.html"
    path.write_bytes(content.encode("utf-8"))
    return check_page(path, **options)


def test_a_good_page_passes(tmp_path: Path) -> None:
    """What is inside the page, and a link to follow, are no faults."""
    check = checked(GOOD, tmp_path)
    assert (check.faults, check.scripts, check.ok) == ((), 1, True)
    assert "no fault" in check_sentences(check)[0]


@pytest.mark.parametrize(("rule", "old", "new", "said"), FAULTS)
def test_each_fault_is_found(rule: str, old: str, new: str, said: str, tmp_path: Path) -> None:
    """One change to the good page, and the check says what it was, under the right heading."""
    assert old in GOOD
    check = checked(GOOD.replace(old, new), tmp_path)
    assert [one for one in check.faults if one.rule == rule and said in one.message], check.faults


@pytest.mark.parametrize("asks", ["fetch('/a')", "new WebSocket(a)", "new XMLHttpRequest()", "import('./b.js')"])
def test_a_script_that_may_ask_is_a_fault_only_where_the_policy_lets_it(asks: str, tmp_path: Path) -> None:
    """Leaflet holds addresses that it never asks for; what counts is whether the browser would let it."""
    held = GOOD.replace(SCRIPT, asks).replace(checksum(SCRIPT), checksum(asks))
    assert checked(held, tmp_path).ok
    free = held.replace("default-src 'none'", "default-src 'none'; connect-src 'self'")
    assert [one.rule for one in checked(free, tmp_path).faults] == ["external"]


@pytest.mark.parametrize(
    ("more", "said"),
    [('<iframe title="a" srcdoc="&lt;img src=//a.example/b&gt;"></iframe>', "iframe img src loads //a.example/b"),
     ('<meta http-equiv="Refresh" content="0;https://a.example/">', "refresh loads https://a.example/"),
     ('<base href="https://a.example/">', "base href loads"),
     ('<link rel="preload" as="image" imagesrcset="b.png 1x, https://a.example/c.png 2x">', "loads https://a.example/c"),
     ('<p style="background: u\\72l(https://a.example/b.png)">a</p>', "p style loads https://a.example/b.png"),
     ('<p style="background: image-set(&quot;b.png&quot; 1x)">a</p>', "p style loads b.png"),
     ("<style>@import/* a */'https://a.example/b.css';</style>", "style loads https://a.example/b.css"),
     ('<script type="importmap">{"imports": {"a": "//a.example/b.js"}}</script>', "loads //a.example/b.js"),
     ('<script type="speculationrules">{"prefetch": [{"urls": ["https://a.example/"]}]}</script>', "https://a.example/"),
     ('<img alt="a" src=" \n HTTPS://a.example/b.png">', "loads HTTPS://a.example/b.png"),
     ('<embed src="b.swf">', "embed src loads b.swf"), ('<a href="#a" ping="/b">a</a>', "ping loads /b")],
)  # fmt: skip
def test_ways_round_about_to_another_host_are_found(more: str, said: str, tmp_path: Path) -> None:
    """Whatever a browser would load, however it is written."""
    found = checked(GOOD.replace("<h2>", more + "<h2>", 1), tmp_path).faults
    assert [one for one in found if one.rule == "external" and said in one.message], found


@pytest.mark.parametrize(
    "more",
    ['<p>a</p><!-- <img src="https://a.example/b.png"> -->', '<a href="https://www.ons.gov.uk">ONS</a>',
     '<img alt="a" src="data:image/png;base64,AA">', '<script type="text/plain" data-packed="script">{{{</script>',
     "<p>" * 600 + "a"],
)  # fmt: skip
def test_what_loads_nothing_is_no_fault(more: str, tmp_path: Path) -> None:
    """Links to follow, comments, pictures inside, what nobody can unpack, paragraphs without ends."""
    assert checked(GOOD.replace("<h2>", more + "<h2>", 1), tmp_path).ok


def test_a_page_of_elements_inside_one_another_is_read_in_good_time() -> None:
    """Ends of nothing and elements without end are as deep as in a browser, and no deeper."""
    page = read_markup("<body>" + "<div>" * 20_000 + "</i>" * 20_000 + "<p>end</p>")
    assert len(page.all("div")) == 20_000
    assert max(sum(1 for _ in one.around()) for one in page.all("p")) <= DEEPEST + 1


def test_the_line_is_the_line_of_the_file(tmp_path: Path) -> None:
    """A person with an editor must find it."""
    check = checked(GOOD.replace(' alt="A house"', ""), tmp_path)
    lines = GOOD.split("\n")
    assert "<img" in lines[check.faults[0].line - 1]


def test_a_page_over_the_limit_is_too_large(tmp_path: Path) -> None:
    """Mail refuses what is too large."""
    rules = [one.rule for one in checked(GOOD, tmp_path, most_mb=0.0001).faults]
    assert rules == ["size"]


def test_our_own_map_passes(town_map_file: Path) -> None:
    """Hostile names are in it, and nothing of them acts."""
    check = check_page(town_map_file)
    assert not check.faults, check_sentences(check)


@pytest.fixture
def town_map_file(tmp_path: Path, town_areas: Any, town_segments: Any, town_assets: Any, town_plans: Any) -> Path:
    """Return a map of the small town in which a building is called what should never run."""
    hostile = town_assets.assign(name="</script><img src=x onerror=alert(1)> ${alert(2)} {{ 3 }} \u202egnp")
    page = build_map(title="Town <b>", areas=town_areas, segments=town_segments, assets=hostile, plans=town_plans,
                     attribution="Made up & free.")  # fmt: skip
    return save_map(page, tmp_path / "map.html").path


def test_a_paper_with_two_pictures_passes(tmp_path: Path) -> None:
    """Two pictures drawn by one library give their parts the same names; in one page they must differ."""
    parts = []
    for title in ("One", "Two"):
        with drawing(width=3, height=2) as (drawn, (axes,)):
            axes.plot([0, 1], [0, 1], marker="o")
        parts.append(Part(title, ["Words."], figure(svg_text(drawn, title=title), caption=title)))
    check = checked(paper("Paper", parts, footer="Seed 0."), tmp_path)
    assert not check.faults, check_sentences(check)


def test_a_page_of_folium_does_not_pass(tmp_path: Path, town_areas: gpd.GeoDataFrame) -> None:
    """The page people make now: files from other hosts, text that runs, no policy, no title."""
    page = folium.Map(tiles=None)
    folium.GeoJson(to_wgs84(town_areas[["geometry"]])).add_to(page)
    folium.Marker([53, -1], popup="Town Hall ${alert(1)}").add_to(page)
    page.save(tmp_path / "folium.html")
    check = check_page(tmp_path / "folium.html")
    assert {"external", "script", "unescaped", "attribution", "access"} <= {one.rule for one in check.faults}
    said = "\n".join(check_sentences(check))
    assert "jsdelivr" in said
    assert all(REMEDIES[rule] in said for rule in {one.rule for one in check.faults})


def test_json_holds_all_and_sentences_the_first(tmp_path: Path) -> None:
    """The screen shows three of each kind, JSON every one."""
    check = checked(GOOD.replace("<h2>", 5 * '<img src="https://a.example/b.png" alt="b"><h2>', 1), tmp_path)
    told = tell_checks([check])
    assert told["ok"] is False
    assert len([one for one in told["pages"][0]["faults"] if one["rule"] == "external"]) == 5
    assert sum("loads https://a.example" in line for line in check_sentences(check)) == 3


@pytest.mark.parametrize("content", [None, "just words", b"\x00\x01\xff"])
def test_what_is_no_page_is_refused(content: str | bytes | None, tmp_path: Path) -> None:
    """A wrong file name is told, not passed as a page without faults."""
    path = tmp_path / "page.html"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SourceError, match=r"page\.html: "):
        check_page(path)
    with pytest.raises(SourceError, match="is a folder"):
        check_page(tmp_path)
