"""The shell of every map: a ``folium.Map`` that becomes one HTML file and asks the network for nothing.

folium gives the object (layers are added to it, a notebook shows it); its page is replaced. Leaflet alone is inlined,
from the package; data enters as inert JSON; a content-security policy names the scripts and styles of the page by
their checksum, so that nothing else can run, whatever a name in the data tries. Why: docs/decisions/0004.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure, MacroElement
from jinja2 import Template

from geodata.errors import DataError
from geodata.write import writing
from maps.base_map import BaseMap
from maps.inert import Json, inert_json, plain_text
from maps.page_parts import page_html

BRITAIN = (54.0, -2.5)


@dataclass(frozen=True, slots=True)
class MapSummary:
    """What was written.

    Parameters
    ----------
    path
        The HTML file.
    bytes
        Its size.
    areas, assets
        How many areas and buildings it holds.
    """

    path: Path
    bytes: int
    areas: int
    assets: int


class DataLayer(MacroElement):
    """A layer of a :class:`TownMap`: plain values under a name that the page's scripts know.

    Parameters
    ----------
    name
        ``areas``, ``columns``, ``sites``, ``moves``, ``pairs``, ``notes`` or ``surfaces``.
    data
        Plain values; text in them may be hostile.
    rows
        How many areas or buildings the layer holds.
    """

    def __init__(self, name: str, data: Json, *, rows: int = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "DataLayer", name
        self.layer_name = name
        self.data = data
        self.rows = rows

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 - folium passes what it likes
        """Hand the data to the page; there is nothing to show in place.

        Raises
        ------
        TypeError
            If the layer was added to another map than a TownMap.
        """
        page = self.get_root()
        if not isinstance(page, Page):
            raise TypeError(f"layer '{self.layer_name}' can be drawn on a TownMap only")
        page.data[self.layer_name] = inert_json(self.data)
        return ""


class TownMap(folium.Map):
    """A folium map that is written as one self-contained, inert HTML page.

    Layers of folium itself can be added as long as they need nothing from the network; note that folium's popups run
    ``${...}`` in their text, so never give them text from a file.

    Parameters
    ----------
    title, subtitle
        Heading of the page and the line below it.
    attribution
        Whose data are shown, and under which licence.
    made_up
        True puts a banner on the page that says so.
    notes
        Sentences a reader must know: what was estimated, what is missing.
    today
        The date of the map in words, or None for none (so that the same input gives the same bytes).
    base_map
        Tiles below the areas, the one thing the page asks the network for; None for none.

    Raises
    ------
    DataError
        If the attribution or the title is empty.
    """

    _template = Template("")
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute, emptied
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self,
        *,
        title: str,
        attribution: str,
        subtitle: str = "",
        made_up: bool = False,
        notes: Sequence[str] = (),
        today: str | None = None,
        base_map: BaseMap | None = None,
    ) -> None:
        if not plain_text(attribution):
            raise DataError("map: no attribution. Say whose data these are and under which licence.")
        if not plain_text(title):
            raise DataError("map: no title. Give the map a title that names the place.")
        super().__init__(location=list(BRITAIN), tiles=None)
        self._name, self._id = "Map", "onetown"
        self.default_js, self.default_css = [], []
        self.title = plain_text(title)
        self.facts: dict[str, Any] = {
            "title": self.title,
            "subtitle": plain_text(subtitle),
            "attribution": plain_text(attribution) + _whose(base_map),
            "base_map": "" if base_map is None else base_map.address,
            "made_up": bool(made_up),
            "notes": [plain_text(note) for note in notes if plain_text(note)],
            "today": plain_text(today),
        }
        Page(self.facts, host="" if base_map is None else base_map.host).add_child(self, name="map")
        if base_map is not None:
            self.add_child(DataLayer("base", {"address": base_map.address}), name="base")

    def render(self, **kwargs: Any) -> str:
        """Render the layers into the page; folium's own header and scripts are left out."""
        for child in self._children.values():
            child.render(**kwargs)
        return ""

    def rows(self, name: str) -> int:
        """Return how many rows the layers of a name hold."""
        return sum(child.rows for child in self._children.values()
                   if isinstance(child, DataLayer) and child.layer_name == name)  # fmt: skip


class Page(Figure):
    """The HTML page around a :class:`TownMap`, in the place of branca's figure.

    Parameters
    ----------
    facts
        Title, subtitle, attribution, notes and so on, as plain text.
    host
        The one host that the page may ask for pictures: that of a base map, or empty.
    """

    def __init__(self, facts: dict[str, Any], *, host: str = "") -> None:
        super().__init__(height="640px")
        self._id = "onetown"
        self.facts = facts
        self.host = host
        self.data: dict[str, str] = {}

    def render(self, **kwargs: Any) -> str:
        """Return the whole page.

        Raises
        ------
        ValueError
            If a layer wants files from the network.
        """
        self.data.clear()
        for child in self._children.values():
            child.render(**kwargs)
        _check_offline(self.header)
        return page_html(
            self.facts,
            data=self.data,
            layers=self.html.render(**kwargs),
            script=self.script.render(**kwargs),
            host=self.host,
        )


def save_map(page: TownMap, path: str | Path, *, overwrite: bool = False) -> MapSummary:
    """Write a map as one HTML file.

    Parameters
    ----------
    page
        The map.
    path
        The file to write.
    overwrite
        Replace a file that is there.

    Raises
    ------
    SourceError
        If the file exists and `overwrite` is off, or cannot be written.
    """
    content = page.get_root().render().encode("utf-8")
    target = Path(path)
    with writing(target, overwrite=overwrite) as draft:
        draft.write_bytes(content)
    return MapSummary(path=target, bytes=len(content), areas=page.rows("areas"), assets=page.rows("sites"))


def _check_offline(header: Any) -> None:
    """Raise if a folium layer put anything into the head of the page: it could only be a file from elsewhere."""
    children = header._children  # noqa: SLF001 - branca has no other door to them
    wanted = [getattr(child, "url", name) for name, child in children.items() if name != "meta_http"]
    if wanted:
        raise ValueError(f"a layer of this map needs {wanted[0]}; a TownMap asks the network for nothing")


def _whose(base_map: BaseMap | None) -> str:
    """Return the attribution of a base map, to follow that of the data."""
    return "" if base_map is None else f" Base map: {plain_text(base_map.attribution)}"
