"""Text from partners' files is hostile: in every field, in every place it is shown, it does nothing but stand there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geodata.grid import Grid, Raster
from maps.base import TownMap
from maps.columns import Column
from maps.surface import surface_of

pytestmark = pytest.mark.browser

PAYLOADS = {
    "template literal": "${window.__pwned=1}",
    "template literal call": "${alert(1)}",
    "end of script": "</script><script>window.__pwned=1;alert(1)</script>",
    "end of json": '"}]</script><img src=x onerror="window.__pwned=1">',
    "image": "<img src=x onerror=window.__pwned=1>",
    "svg": "<svg/onload=window.__pwned=1>",
    "attribute": "\" onmouseover=\"window.__pwned=1\" x='",
    "quotes": "'\"`');window.__pwned=1;//",
    "comment": "<!--<script>window.__pwned=1",
    "address": "javascript:window.__pwned=1",
    "frame": "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "style": "</style><style>*{display:none}</style>",
    "style value": "red;background:url(https://example.org/x)",
    "title end": "</title><base href=https://example.org/>",
    "jinja": "{{ 7*7 }}{% for x in ''.__class__.__mro__ %}{{ x }}{% endfor %}",
    "direction": "\u202egnp.exe\u202c\u2066x\u2069",
    "line separators": "a\u2028window.__pwned=1\u2029b\x00\x08",
    "prototype": "__proto__",
    "constructor": "constructor",
    "formula": "=HYPERLINK(\"https://example.org\",\"x\")",
}  # fmt: skip
WORDS = ["name", "address", "postcode", "uprn", "organisation", "use", "tenure", "holding", "status", "condition",
         "epc", "services", "placed_by", "nia_m2_from", "desks_from"]  # fmt: skip


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS)
def payload(request: pytest.FixtureRequest) -> str:
    """Return one hostile text after the other."""
    return str(request.param)


@pytest.fixture
def hostile_segments(payload: str, town_segments: Any) -> Any:
    """Return segments whose every word is the payload."""
    return replace(
        town_segments,
        table=town_segments.table.rename(index={"T01": payload}),
        portraits=town_segments.portraits.assign(name=payload, summary=payload),
        stands_out=town_segments.stands_out.assign(label=payload, variable=payload),
    )


@pytest.fixture
def hostile_plans(payload: str, town_plans: list[Any]) -> list[Any]:
    """Return plans whose every word is the payload."""
    return [
        replace(
            plan,
            name=payload,
            words=payload,
            assumptions=(payload,),
            buildings=plan.buildings.rename(index={"A1": payload}).assign(reason=payload),
            moves=plan.moves.assign(organisation=payload, service=payload, reason=payload).replace({"A1": payload}),
            access=plan.access.assign(service=payload, quality=payload),
        )
        for plan in town_plans
    ]


@pytest.fixture
def hostile_town(payload: str, town_areas: gpd.GeoDataFrame, town_assets: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return areas and buildings whose every word is the payload."""
    areas = town_areas.rename(index={"T01": payload}).assign(locality=payload, lad_name=payload)
    areas = areas.assign(ward_name=[payload, "Mill"] * 6, ward_code=["W1", "W2"] * 6)
    assets = town_assets.rename(index={"A1": payload}).assign(**dict.fromkeys(WORDS, payload))
    return {"areas": areas, "assets": assets.assign(lease_end=pd.Timestamp("2031-03-25"))}


@pytest.fixture
def hostile_map(
    payload: str,
    town_map: Callable[..., TownMap],
    hostile_town: dict[str, Any],
    hostile_segments: Any,
    hostile_plans: list[Any],
) -> TownMap:
    """Return the map of the small town with one payload in every text there is."""
    head = dict.fromkeys(["title", "subtitle", "attribution", "today"], payload)
    figures = pd.Series(range(12), index=hostile_town["areas"].index, dtype=float)
    columns = [Column(payload, payload, payload, figures, note=payload, base=5.0, before=payload)]
    walk = surface_of(Raster(np.full((3, 4), 7.0), Grid(400_000, 303_000, 1_000, 3, 4), payload, payload), name=payload,
                      note=payload, breaks=[5.0])  # fmt: skip
    texts = ("note", "locality", "segment", "date")
    said = pd.DataFrame(
        [{"oa_code": "", **dict.fromkeys(texts, payload)}, {"oa_code": "T02", **dict.fromkeys(texts, payload)}]
    )
    return town_map(
        interviews=said,
        columns=columns,
        surfaces=[walk],
        **head,
        **hostile_town,
        notes=[payload],
        made_up=True,
        segments=hostile_segments,
        plans=hostile_plans,
    )


def open_new_layers(seen: Any) -> None:
    """Compare colours and surfaces, outline and name places, hatch what is unsure."""
    page = seen.page
    page.click("#left-part summary")
    page.select_option("#left-areas", "sub")
    page.select_option("#left-areas", "0")
    page.locator("#surface-choice input").nth(1).check()
    page.click("#left-surface-part summary")
    page.select_option("#left-surface", "-1")
    for box in page.locator("#places-part input").all():
        box.check()
    page.select_option("#column-choice", "-1")
    page.select_option("#unsure", "hatch")
    page.evaluate("map_onetown.setZoom(12, { animate: false })")
    assert seen.ask("onetown.store.state.places.size") == 2


def test_hostile_text_runs_nowhere(payload: str, hostile_map: TownMap, visit: Callable[..., Any]) -> None:
    """Every view is opened with the payload in it: no script runs, no dialog opens, nothing is asked of the network."""
    seen = visit(hostile_map)
    page = seen.page
    kinds = seen.ask("[...document.querySelectorAll('*')].map((node) => node.localName)")
    assert not {"iframe", "img", "svg", "base"} & set(kinds)
    page.click("#community-legend button >> nth=0")
    page.locator("#level-choice input").nth(1).check()
    page.locator("#option-choice input").nth(0).check()
    page.locator("#option-choice input").nth(1).check()
    page.click("#option-figures summary")
    page.click("#bodies summary")
    page.click("#bodies button")
    page.click("#show-all")
    page.click("#notes-switch")
    for kind in ("area", "site", "note"):
        page.evaluate("(kind) => onetown.choose({ kind, id: 0 })", kind)
        page.hover("#panel-title")
    for query in ("a", "</", "on", "1"):
        page.fill("#search", query)
    page.press("#search", "Escape")
    page.mouse.move(640, 400)
    page.select_option("#column-choice", "0")
    page.click("#column-legend button >> nth=0")
    page.select_option("#against", "0")
    open_new_layers(seen)
    page.mouse.move(700, 400)
    for signs in ("body", "status", "use"):
        page.select_option("#signs", signs)
    page.click("#family-legend button >> nth=0")
    assert seen.ask("onetown.picture(map_onetown).then((blob) => blob.size)") > 1000
    page.evaluate(
        "(text) => { location.hash = 'site=' + text + '&column=' + text + '&bodies=' + text + '&leftAreas=' + text +"
        " '&leftSurface=' + text + '&surface=' + text + '&share=' + text + '&unsure=' + text + '&places=' + text; }",
        payload,
    )
    page.click("#open-table")
    page.hover("#table tbody tr >> nth=0")
    for table in (1, 2):
        page.click(f".tabs button >> nth={table}")
        page.hover("#table tbody tr >> nth=0")
    page.wait_for_timeout(50)
    assert seen.ask("window.__pwned") is None
    assert seen.trouble == []
    assert seen.requests == []
    assert seen.ask("getComputedStyle(document.querySelector('#table')).display") == "flex"
    for kind in ("iframe", "img", "svg", "base", "object", "embed"):
        assert page.locator(f"{kind}:not(.surface)").count() == 0
    sources = seen.ask("[...document.images].map((image) => image.src.slice(0, 22))")
    assert set(sources) <= {"data:image/png;base64,"}
    attributes = seen.ask("[...document.querySelectorAll('*')].flatMap((node) => node.getAttributeNames())")
    assert [name for name in attributes if name.startswith("on")] == []


def test_hostile_text_is_still_legible(
    town_map: Callable[..., TownMap], town_assets: gpd.GeoDataFrame, visit: Callable[..., Any]
) -> None:
    """Harmless does not mean hidden: the reader sees what the file says, character for character."""
    name = "<b>Town & Hall</b> ${x} \"`'"
    seen = visit(town_map(assets=town_assets.assign(name=name)))
    seen.page.evaluate("onetown.choose({ kind: 'site', id: 0 })")
    assert seen.page.inner_text("#panel-title") == name
