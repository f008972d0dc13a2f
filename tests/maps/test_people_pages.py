"""Portraits and take-up on paper: one sheet a segment, readable by everybody, harmless whatever stands in the data."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser

from maps.outlines import _joined, outlines_of, small_map
from maps.portraits import Sheets, portraits_page
from maps.radial import radial_plot
from maps.takeup_page import takeup_page
from segmentation.portrait import Bar, Example, Portrait, Spoke, Standing
from segmentation.takeup import TakeUp, build_takeup
from tests.segmentation.test_takeup import NAMES, bases_of, contacts_of

HOSTILE = '<script>alert("x")</script> & "Sons"'
MM_OF_A4 = (210, 297)


def portrait(level: str, number: int, *, name: str, parent: str = "", notes: tuple[str, ...] = ()) -> Portrait:
    """Return a portrait as full as portraits get."""
    of = "residents in work aged 16 and over"
    more = tuple(Standing(f"Rented from the council {at}", of, 0.4, 0.2, 20.0, 200.0, 1.5) for at in range(10))
    above = 90.0 if parent else None
    bars = tuple(Bar(f"{at} to {at + 9}", 0.14, above and 0.2, 0.15) for at in range(7))
    spokes = tuple(Spoke(f"Aged {at} to {at + 9} in all", 80.0 + 20 * at, above) for at in range(14))
    sentences = tuple(
        f"{at}2.5 % of households rent from the council or an association (9.1 % in Town)" for at in range(4)
    )
    places = tuple(Example(f"Longer Placename {at}", 0.5, 1234.0) for at in range(5))
    return Portrait(
        level, number, name, parent, (), 3, 300.0, 120.0, 0.25, sentences, sentences[:3] if parent else (), more, more,
        spokes, bars, bars[:4], places, ("T01 (West)",) * 3, notes, 0.9,
    )  # fmt: skip


@pytest.fixture
def sheets() -> Sheets:
    """Return the words around the portraits."""
    return Sheets("Town", "Town", 2021, made_up=True, attribution="© Town.", notes=("64 variables.",), places={})


@pytest.fixture
def page(town_areas: gpd.GeoDataFrame, sheets: Sheets) -> str:
    """Return two super clusters of two segments each, one with a hostile name and hostile notes."""
    labels = pd.DataFrame(
        {"super": [at // 6 for at in range(12)], "sub": [at // 3 for at in range(12)]}, town_areas.index
    )
    areas = town_areas.assign(locality=[HOSTILE] * 6 + ["East"] * 6)
    tops = [portrait("super", at, name=name) for at, name in enumerate(("South", "North"))]
    notes = (HOSTILE, "The bus.", "The door.", "The sign.", "The ramp.")
    subs = [portrait("sub", at, name=HOSTILE if at == 1 else f"People {at}", parent=tops[at // 2].name, notes=notes)
            for at in range(4)]  # fmt: skip
    return portraits_page([tops[0], *subs[:2], tops[1], *subs[2:]], sheets, areas=areas, labels=labels)


@pytest.fixture
def takeup(town_areas: gpd.GeoDataFrame) -> TakeUp:
    """Return take-up with an area that never rings, small counts and hostile words."""
    areas = town_areas.assign(sub=[at // 3 for at in range(12)], super=[at // 6 for at in range(12)], locality=HOSTILE)
    counts = {(code, HOSTILE, "use", "web"): 20 for code in areas.index[1:]} | {("T05", HOSTILE, "use", "web"): 2}
    contacts = contacts_of(counts)
    return build_takeup(contacts, areas, bases_of(areas, *contacts.services), names=NAMES | {("sub", 1): HOSTILE})


def takeup_html(takeup: TakeUp, areas: gpd.GeoDataFrame) -> str:
    beside = {level: pd.DataFrame({"no_car": np.linspace(0.1, 0.4, 4)}) for level in ("super", "sub", "place")}
    beside["area"] = pd.DataFrame({"no_car": 0.2}, index=areas.index)
    return takeup_page(
        takeup, areas=areas, beside=beside, labels={"no_car": {"short": "No car", "of": "households"}}, place="Town",
        vintage=2021, made_up=False, attribution="© Town.", notes={HOSTILE: ["The bus."]},
    )  # fmt: skip


def test_pages_need_no_network_and_no_script(page: str, takeup: TakeUp, town_areas: gpd.GeoDataFrame) -> None:
    """They open behind any firewall, and hostile text is text."""
    for html in (page, takeup_html(takeup, town_areas)):
        assert "<script" not in html
        assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", html)
        assert "&lt;script&gt;" in html
        assert "default-src 'none'" in html


def test_no_segment_is_a_number_alone_and_no_percentage_is_without_its_base(page: str) -> None:
    """Headings are names; every table of percentages says whom it is of."""
    headings = re.findall(r'<h2 id="name-[^"]+">(.*?)</h2>', page)
    assert len(headings) == 6
    assert all(re.search("[A-Za-z]{4}", heading) for heading in headings)
    for caption in re.findall(r"<caption>(.*?)</caption>", page, re.DOTALL):
        assert "%" not in caption or " of " in caption
    assert "of those in work" in page
    assert "12.5 % of households rent" in page


def test_a_withheld_count_is_not_on_the_page(takeup: TakeUp, town_areas: gpd.GeoDataFrame) -> None:
    """The word stands in its place."""
    html = takeup_html(takeup, town_areas)
    assert takeup.areas["uses"].isna().sum() == 2
    assert "withheld" in html
    assert "T01" in html.split("On the map")[0]


def test_a_plot_has_words_and_a_map_has_a_title(town_areas: gpd.GeoDataFrame) -> None:
    """For readers who cannot see them; an index beyond the rim stays on it."""
    plot = radial_plot([Spoke("A", 900.0, None), Spoke("B", 0.0, None), Spoke("C", 100.0, None)], title='High: "A"')
    assert 'role="img" aria-label="High: &quot;A&quot;"' in plot
    assert "210.0,60.0" in plot
    outlines = outlines_of(town_areas)
    assert outlines is not None
    drawn = small_map(outlines, [("own", town_areas.index[:3])], title="West")
    assert drawn.count('class="own"') == 1
    assert (outlines.width, outlines.height) == (300, 225)


def test_a_place_without_outlines_has_no_map(town_areas: gpd.GeoDataFrame, sheets: Sheets) -> None:
    """And its page is drawn all the same."""
    bare = town_areas.copy()
    bare.geometry = gpd.GeoSeries([None] * 12, index=bare.index, crs=town_areas.crs)
    labels = pd.DataFrame({"super": 0, "sub": 0}, index=bare.index)
    assert '<svg class="map"' not in portraits_page(
        [portrait("super", 0, name="All")], sheets, areas=bare, labels=labels
    )


@pytest.mark.browser
def test_every_portrait_prints_on_one_sheet_of_a4(page: str, tmp_path: Path, browser: Browser) -> None:
    """A summary and six sheets: seven pages, none cut in two."""
    path = tmp_path / "portraits.html"
    path.write_text(page, encoding="utf-8")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    paper = tab.pdf(prefer_css_page_size=True)
    tab.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 7


@pytest.mark.browser
def test_pages_can_be_used_by_everybody(
    page: str, takeup: TakeUp, town_areas: gpd.GeoDataFrame, tmp_path: Path, browser: Browser
) -> None:
    """Headings in order, alternatives for pictures, headers for cells, enough contrast: no finding at all."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    for number, html in enumerate((page, takeup_html(takeup, town_areas))):
        path = tmp_path / f"{number}.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(bypass_csp=True)
        tab = context.new_page()
        tab.goto(path.as_uri())
        found = Axe().run(tab)
        context.close()
        assert found.violations_count == 0, found.generate_report()


def test_areas_that_overlap_are_drawn_all_the_same() -> None:
    """Outlines halved by hand, or drawn by two people, share no clean edges."""
    square = shapely.box(0, 0, 10, 10)
    crossing = [square, shapely.box(5, 2.5, 15, 7.5), square]
    assert _joined(np.array(crossing, dtype=object)).area == pytest.approx(125, rel=0.02)
