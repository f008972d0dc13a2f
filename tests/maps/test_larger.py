"""From far away the areas made of small areas are drawn: the same ground, in the colour of most residents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maps.areas import area_layer
from maps.base import TownMap
from maps.inert import unpacked_bytes
from tests.maps.conftest import StandInSegments, Visit, _wavy_squares

SIDE = 8
GROUND = """(zoom) => {
  const { areas } = window.onetown;
  const drawn = window.onetown.areasAt(areas, zoom);
  const c = drawn.coverage;
  const ground = (coverage, area) => {
    let twice = 0;
    for (let ring = coverage.ringStart[area]; ring < coverage.ringStart[area + 1]; ring += 1) {
      const points = [];
      for (let u = coverage.useStart[ring]; u < coverage.useStart[ring + 1]; u += 1) {
        const use = coverage.uses[u];
        const arc = use < 0 ? ~use : use;
        const line = [];
        const end = coverage.pointStart[arc + 1];
        for (let i = coverage.pointStart[arc]; i < end; i += 1) line.push([coverage.x[i], coverage.y[i]]);
        if (use < 0) line.reverse();
        points.push(...line);
      }
      points.forEach(([x, y], i) => {
        const [u, v] = points[(i + 1) % points.length];
        twice += x * v - u * y;
      });
    }
    return Math.abs(twice) / 2;
  };
  if (drawn === areas) return null;
  return drawn.parts.map((parts, parent) => ({
    parts, colour: drawn.colourOf(parent),
    whole: ground(c, parent), sum: parts.reduce((sum, area) => sum + ground(areas.coverage, area), 0),
    rings: c.ringStart[parent + 1] - c.ringStart[parent],
    colours: parts.map((area) => areas.colourOf(area)), people: parts.map((area) => areas.table.population[area]),
  }));
}"""
PAINTED = """async () => {
  const map = window.map_onetown;
  map.setZoom(8, { animate: false });
  await new Promise((done) => setTimeout(done, 300));
  let painted = 0;
  for (const canvas of document.querySelectorAll(".leaflet-tile-pane canvas")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 3; i < data.length; i += 4) painted += data[i] > 200;
  }
  return painted;
}"""


@pytest.fixture
def nested() -> gpd.GeoDataFrame:
    """Return 64 areas in larger ones: one with a hole, one in two parts, one area in none."""
    outlines = _wavy_squares(SIDE, np.random.default_rng(3))
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    lsoa = [f"L{r // 2}{c // 2}" for r, c in zip(row, column, strict=True)]
    ring = (row < 3) & (column < 3)
    lsoa = ["RING" if here else name for here, name in zip(ring, lsoa, strict=True)]
    lsoa[SIDE + 1] = "HOLE"
    lsoa[0 * SIDE + 7] = lsoa[7 * SIDE + 0] = "TWO"
    lsoa[-1] = ""
    facts = {
        "lsoa_code": lsoa,
        "msoa_code": [f"M{r // 4}" for r in row],
        "population": np.arange(100.0, 100 + SIDE * SIDE),
    }
    index = pd.Index([f"E{i:03d}" for i in range(SIDE * SIDE)], name="oa_code")
    return gpd.GeoDataFrame(facts, index=index, geometry=outlines, crs="EPSG:27700")


def test_the_page_is_told_what_belongs_together(nested: gpd.GeoDataFrame) -> None:
    """Numbers, not codes: a hundred thousand codes would weigh more than the outlines they stand for."""
    layer: Any = area_layer(nested).data
    table = json.loads(unpacked_bytes(layer["table"]))
    lsoa = pd.Series(table["larger"]["lsoa"], index=nested.index)
    assert (lsoa == -1).equals(nested["lsoa_code"] == "")
    assert lsoa.groupby(nested["lsoa_code"]).nunique().eq(1).all()
    assert sorted(set(lsoa)) == list(range(-1, nested["lsoa_code"].nunique() - 1))
    plain: Any = area_layer(nested.drop(columns=["lsoa_code", "msoa_code"])).data
    assert json.loads(unpacked_bytes(plain["table"]))["larger"] == {}


@pytest.mark.browser
def test_larger_areas_cover_the_ground_of_their_parts(
    nested: gpd.GeoDataFrame,
    town_map: Callable[..., TownMap],
    town_segments: StandInSegments,
    visit: Callable[..., Visit],
) -> None:
    """Holes, parts apart and areas without a larger one included; nothing is drawn twice or lost."""
    sub = np.arange(len(nested)) * 7 % 4
    table = pd.DataFrame({"super": sub // 2, "sub": sub, "second_best": 0, "certainty": 0.9}, nested.index)
    segments = StandInSegments(table, town_segments.portraits, town_segments.stands_out)
    opened = visit(town_map(areas=nested, segments=segments, plans=()))
    assert opened.ask(f"({GROUND})(12)") is None
    drawn = opened.ask(f"({GROUND})(8)")  # an area of 720 m is just under two pixels wide at zoom 8
    codes = nested["lsoa_code"].iloc[[one["parts"][0] for one in drawn]]
    assert sorted(codes) == sorted(set(nested["lsoa_code"]) - {""})
    for code, one in zip(codes, drawn, strict=True):
        assert one["whole"] == one["sum"], code
        assert one["rings"] == (2 if code in {"RING", "TWO"} else 1)
        most = pd.Series(one["people"]).groupby(one["colours"]).sum()
        assert most[one["colour"]] == most.max()
    assert len(opened.ask(f"({GROUND})(4)")) == 2
    assert opened.ask(PAINTED) > 20
    assert opened.trouble == []
    assert opened.requests == []


def test_wavy_squares_are_a_coverage() -> None:
    """The test above stands on it."""
    assert shapely.coverage_is_valid(np.array(_wavy_squares(SIDE, np.random.default_rng(3)), dtype=object))
