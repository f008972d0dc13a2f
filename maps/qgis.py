"""Styles for QGIS: the colours and signs of the map, so that a GIS team sees what everybody else sees.

They stand twice: as ``.qml`` files to load by hand, and as the table ``layer_styles`` inside the GeoPackage, from which
QGIS takes them by itself when a layer is opened.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from maps.inert import plain_text
from maps.style import FAMILIES, group_colours, shades

if TYPE_CHECKING:
    from segmentation.segments import Segments

VERSION = "3.28.0"  # of QGIS: the oldest long-term release whose files look like this
HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
GEOMETRY = "geom"  # how GDAL calls the column of a GeoPackage
FIXED_TIME = "2000-01-01T00:00:00Z"
POINT, POLYGON = "0", "2"
SIGNS = {
    "square": "square", "diamond": "diamond", "triangle": "triangle", "cross": "cross_fill", "drop": "half_square",
    "pentagon": "pentagon", "hexagon": "hexagon", "bar": "square_with_corners", "dot": "circle",
}  # fmt: skip
"""How QGIS calls the signs of the map, the nearest where it has no such sign."""


@dataclass(frozen=True, slots=True)
class Category:
    """Values of a column that are drawn alike.

    Parameters
    ----------
    value
        As it stands in the column; None for all others.
    label
        What the legend of QGIS says.
    colour
        Filling.
    shape
        A key of SIGNS for points, or empty for areas.
    size_mm
        Width of a sign (mm).
    """

    value: str | int | None
    label: str
    colour: str
    shape: str = ""
    size_mm: float = 2.4


def area_style(segments: Segments) -> str:
    """Return the style of the layer of areas, by the column ``sub``: the colours of the page.

    Parameters
    ----------
    segments
        Its portraits give names and order.
    """
    portraits = segments.portraits.sort_values(["level", "parent", "segment"], kind="stable")
    supers, subs = portraits[portraits["level"] == "super"], portraits[portraits["level"] == "sub"]
    found = []
    for number, colour in zip(supers["segment"], group_colours(len(supers)), strict=True):
        parts = subs[subs["parent"] == number]
        rows = zip(parts["segment"], parts["name"], shades(colour, max(len(parts), 1)), strict=False)
        found += [Category(int(segment), plain_text(name), tone) for segment, name, tone in rows]
    return style("sub", [*found, Category(None, "Not classified", "#d5d9de")])


def building_style() -> str:
    """Return the style of the layer of buildings, by the column ``use``: the shapes and colours of the page."""
    found = [
        Category(use, f"{family.name}: {use}", family.colour, family.shape, 1.2 if family.shape == "dot" else 2.4)
        for family in FAMILIES
        for use in family.uses
    ]
    return style("use", [*found, Category(None, FAMILIES[-1].name, FAMILIES[-1].colour, "dot", 1.2)])


def style(column: str, categories: Iterable[Category]) -> str:
    """Return a style that draws a layer by the values of a column.

    Examples
    --------
    >>> text = style("sub", [Category(0, "Hill & dale", "#4f83bd")])
    >>> 'label="Hill &amp; dale"' in text, 'value="79,131,189,255"' in text
    (True, True)
    """
    chosen = list(categories)
    root = ET.Element("qgis", version=VERSION, styleCategories="Symbology")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=column, forceraster="0", symbollevels="0", enableorderby="0"
    )
    listed, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, one in enumerate(chosen):
        kind = "long" if isinstance(one.value, int) else "string"
        value = "" if one.value is None else str(one.value)
        kind = "NULL" if one.value is None else kind
        ET.SubElement(listed, "category", symbol=str(number), value=value, label=one.label, render="true", type=kind)
        _symbol(symbols, str(number), one)
    points = any(one.shape for one in chosen)
    for name, text in (
        ("blendMode", "0"),
        ("featureBlendMode", "0"),
        ("layerGeometryType", POINT if points else POLYGON),
    ):
        ET.SubElement(root, name).text = text
    ET.indent(root)
    return HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _symbol(symbols: ET.Element, name: str, one: Category) -> None:
    kind, drawn = ("marker", "SimpleMarker") if one.shape else ("fill", "SimpleFill")
    symbol = ET.SubElement(symbols, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", attrib={"class": drawn, "enabled": "1", "locked": "0", "pass": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in _options(one).items():
        ET.SubElement(options, "Option", type="QString", name=key, value=value)


def _options(one: Category) -> Mapping[str, str]:
    rim = {"outline_color": "255,255,255,255", "outline_style": "solid", "outline_width_unit": "MM"}
    if one.shape:
        return {"color": _colour(one.colour), "name": SIGNS[one.shape], "size": f"{one.size_mm:g}", "size_unit": "MM",
                "outline_width": "0.2", **rim}  # fmt: skip
    return {"color": _colour(one.colour), "style": "solid", "outline_width": "0.1", **rim}


def _colour(colour: str) -> str:
    """Return a colour as QGIS writes it.

    Examples
    --------
    >>> _colour("#4f83bd")
    '79,131,189,255'
    """
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def style_table(styles: Mapping[str, str]) -> pd.DataFrame:
    """Return the table ``layer_styles`` of a GeoPackage, one row for each layer.

    Parameters
    ----------
    styles
        Styles by layer.
    """
    rows = [
        {"f_table_catalog": "", "f_table_schema": "", "f_table_name": layer, "f_geometry_column": GEOMETRY,
         "styleName": layer, "styleQML": text, "styleSLD": "", "useAsDefault": True,
         "description": "The colours of the map", "owner": "", "ui": "", "update_time": FIXED_TIME}
        for layer, text in styles.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="id"))
