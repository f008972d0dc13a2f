"""The maps as pictures: they say what a map must say, in the colours of the page, the same each time."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from geodata.errors import CrsError, DataError, SourceError
from maps.areas import area_layer
from maps.columns import Column, column_layer
from maps.drawn import SHAPES, Legend, Shade, Words, drawn_map, round_length
from maps.inert import unpacked_bytes
from maps.picture import png_bytes, svg_text
from maps.static import buildings_map, check_static, column_map, plan_map, segments_map, write_static
from maps.style import FAMILIES, from_hex, group_colours
from tests.maps.conftest import ATTRIBUTION, StandInPlan, StandInSegments

WORDS = Words("Smalltown", "Who lives where", ATTRIBUTION)


@pytest.fixture
def town_study(
    town_areas: gpd.GeoDataFrame,
    town_assets: gpd.GeoDataFrame,
    town_segments: StandInSegments,
    town_plans: list[StandInPlan],
) -> Any:
    """Return what the pictures read of a study."""
    boundaries = SimpleNamespace(attribution=ATTRIBUTION)
    place = SimpleNamespace(name="Smalltown", made_up=True, vintage=2021)
    return SimpleNamespace(
        place=SimpleNamespace(place=place, boundaries=boundaries),
        geography=SimpleNamespace(areas=town_areas),
        travel=None,
        teams=None,
        segments=town_segments,
        estate=SimpleNamespace(assets=town_assets),
        assets=town_assets,
        plans=tuple(town_plans),
    )


def texts(figure: Any) -> str:
    """Return all words of a picture as a reader sees them."""
    root = ET.fromstring(svg_text(figure, title="A map"))  # noqa: S314 - our own
    return " ".join("".join(one.itertext()) for one in root.iter() if one.tag.endswith("text"))


def test_a_picture_says_what_a_map_must_say(town_study: Any) -> None:
    """Title, legend, scale, north, whose data, and that the place is made up."""
    drawn = segments_map(town_study, town_study.geography.areas, town_study.segments)
    said = texts(drawn.figure)
    for words in ("Smalltown", "Made-up data", "River side", "Moor edge", "Northerners (6 areas)", "N", "1 km", "2021"):
        assert words in said
    assert "Contains National Statistics data" in said


def test_areas_have_the_colours_of_the_page(town_study: Any) -> None:
    """The picture in the report and the map beside it are held against each other."""
    areas = town_study.geography.areas
    south = Shade("South", group_colours(2)[0], areas.index[:6])
    figure = drawn_map(areas, WORDS, shades=[south], legend=[Legend("Groups", [south])])
    picture = imread(_stream(png_bytes(figure)))[..., :3]
    wanted = [int(south.colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    share = (np.abs(picture - wanted).max(axis=2) < 0.02).mean()
    assert 0.1 < share < 0.4  # half of the map, which takes most of the sheet
    assert from_hex(south.colour).shape == (3,)


def test_segments_and_columns_have_the_colours_of_the_map(town_study: Any) -> None:
    """The very colours, for every segment and every class: paper and screen lie side by side."""
    areas, segments = town_study.geography.areas, town_study.segments
    page: Any = area_layer(areas, segments).data
    groups = [one for one in json.loads(unpacked_bytes(page["groups"])) if one["level"] == "sub"]
    drawn = svg_text(segments_map(town_study, areas, segments).figure, title="A map")
    assert all(f"fill: {one['colour']}" in drawn for one in groups)
    figures = pd.Series(np.arange(12.0), index=areas.index)
    column = Column("Rents", "Homes", "%", figures, breaks=(3.0, 6.0, 9.0))
    layer: Any = column_layer([column], areas.index).data
    drawn = svg_text(column_map(town_study, areas, column).figure, title="A map")
    assert all(f"fill: {one['colour']}" in drawn for one in layer["columns"][0]["classes"])
    assert "Census and areas of 2021" in texts(column_map(town_study, areas, column).figure)


def _stream(data: bytes) -> Any:
    import io  # noqa: PLC0415

    return io.BytesIO(data)


def test_the_same_map_gives_the_same_bytes(town_study: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report is compared with last year's."""
    monkeypatch.setattr("maps.static.columns_of", lambda _: ())
    for name in ("one", "two"):
        write_static(town_study, tmp_path / name)
    one, two = (sorted(path for path in (tmp_path / name).iterdir() if path.suffix) for name in ("one", "two"))
    assert [path.name for path in one] == [f"{name}{end}" for name in ("buildings", "plan", "segments")
                                           for end in (".png", ".svg")]  # fmt: skip
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, two, strict=True))


def test_the_plan_says_how_many_of_each(town_study: Any) -> None:
    """Released, hosts and kept by shape, with their numbers, and an arrow for each way."""
    said = texts(plan_map(town_study, town_study.geography.areas, town_study.estate.assets, town_study.plans[1]).figure)
    for words in ("Stays as it is (2)", "Takes others in (2)", "Is given up (2)", "2 ways"):
        assert words in said


def test_buildings_without_a_point_are_told(town_study: Any) -> None:
    """Nothing is left out in silence."""
    assets = town_study.estate.assets
    lost = assets.assign(geometry=[None, *assets.geometry[1:]])
    said = texts(buildings_map(town_study, town_study.geography.areas, lost).figure)
    assert "1 buildings have no point" in said or "1 building has no point" in said
    assert {family.shape for family in FAMILIES} <= set(SHAPES)


def test_a_column_is_drawn_in_its_classes(town_study: Any) -> None:
    """Every area is counted once, in the unit of the column."""
    areas = town_study.geography.areas
    figures = pd.Series([*range(11), np.nan], index=areas.index, dtype=float)
    column = Column("No car", "Households", "% of households", figures, breaks=(3.0, 6.0))
    said = texts(column_map(town_study, areas, column).figure)
    assert "(3 areas)" in said
    assert "(5 areas)" in said
    assert "% of households" in said


def test_hostile_words_stay_words(town_areas: gpd.GeoDataFrame) -> None:
    """Names from files reach the picture as text: no markup, no mathematics."""
    words = Words("$x^2$ </text><script>alert(1)</script>", "& \u202eback", "© <b>Crown</b>")
    text = svg_text(drawn_map(town_areas, words), title="<script>")
    assert "<script" not in text
    assert "\u202e" not in text
    assert "$x^2$" in texts(drawn_map(town_areas, words))


def test_what_cannot_be_drawn_is_refused(town_areas: gpd.GeoDataFrame, town_study: Any, tmp_path: Path) -> None:
    """No attribution, no outline, degrees, a strange suffix, a file that is there: one sentence, nothing written."""
    with pytest.raises(DataError, match="no attribution"):
        drawn_map(town_areas, Words("Town", "", " "))
    with pytest.raises(DataError, match="no area has an outline"):
        drawn_map(town_areas.assign(geometry=None).set_geometry("geometry", crs=27700), WORDS)
    with pytest.raises(CrsError, match="British National Grid"):
        drawn_map(town_areas.to_crs(4326), WORDS)
    with pytest.raises(DataError, match=r"\.png or \.svg"):
        check_static(tmp_path / "map.pdf")
    (tmp_path / "map.png").write_bytes(b"")
    with pytest.raises(SourceError, match="exists already"):
        write_static(town_study, tmp_path / "map.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.png"]
    assert round_length(1) == 1
