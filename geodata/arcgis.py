"""Look-ups, boundaries and points from the ONS Open Geography services, which run on ArcGIS.

A service gives so many features at once and says that there are more by ``exceededTransferLimit``, at the top of its
answer or under ``properties``; a refusal comes with status 200 and an ``error``. What was asked for is counted: each
area once, or as many rows as the service says there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.catalogue import ArcGis, Layer
from geodata.crs import BNG
from geodata.errors import CoverageError, SchemaError, SourceError, did_you_mean, examples
from geodata.fetch_shelf import Origin, Shelf
from geodata.web import BadAnswerError, Question, is_web_page

_AGAIN = frozenset({429, 500, 502, 503, 504})
MAX_PAGES = 2000
Features = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LayerAsk:
    """One layer to ask, of one census year.

    Parameters
    ----------
    service
        The services, from the catalogue.
    layer
        The layer.
    name
        What it holds, in words and in names of the cache: lookup, areas, centroids, wards or postcodes.
    vintage
        Census year.
    """

    service: ArcGis
    layer: Layer
    name: str
    vintage: int

    @property
    def url(self) -> str:
        """Address of the layer."""
        return f"{self.service.url}/{self.layer.service}/FeatureServer/{self.layer.number}"

    @property
    def origin(self) -> Origin:
        """For the records."""
        return Origin(self.service.source, self.service.licence, self.vintage)

    @property
    def folder(self) -> str:
        """Its folder in the cache."""
        return f"arcgis/{self.vintage}/{self.name}"


def fetch_layer(shelf: Shelf, ask: LayerAsk, *, codes: Sequence[str], by_district: bool = False) -> gpd.GeoDataFrame:
    """Return the features of a layer that belong to the areas or districts.

    Parameters
    ----------
    shelf
        Cache and connection.
    ask
        The layer.
    codes
        Codes of output areas, or of districts.
    by_district
        What the codes are.

    Returns
    -------
    GeoDataFrame
        The layer's fields as the catalogue spells them and the geometry in BNG (None where the layer has none),
        sorted by the fields.

    Raises
    ------
    SourceError
        The service gives no good answer, or was renamed (with the nearest names).
    SchemaError
        A field was renamed (with the nearest names), or an area has two different features.
    CoverageError
        An area was asked for and not given.
    """
    fields = _fields(shelf, ask)
    key = ask.layer.district if by_district and ask.layer.district else ask.layer.area
    features: Features = []
    for number, some in enumerate(_chunks(codes, ask.service.codes_at_once)):
        name = f"{ask.folder}/{some[0]}" if by_district else f"{ask.folder}/{codes[0]}-{number:04d}"
        features += _all_features(shelf, ask, fields, key=key, codes=some, name=name)
    frame = _frame(features, ask.layer, fields)
    return _checked(frame, ask, codes if not by_district else None)


def _fields(shelf: Shelf, ask: LayerAsk) -> dict[str, str]:
    """Return the service's spelling of each field that we want."""
    what = f"The {ask.name} of {ask.vintage} ('{ask.layer.service}')"
    name = f"{ask.folder}/about"
    try:
        content = shelf.take(
            name, Question(ask.url, {"f": "json"}), read=_check_about, origin=ask.origin, what=what, suffix=".json"
        )
    except SourceError as error:
        raise _renamed(shelf, ask, error) from error
    given = {str(one["name"]).upper(): str(one["name"]) for one in json.loads(content)["fields"]}
    wanted = dict.fromkeys((*ask.layer.fields, ask.layer.area, *filter(None, (ask.layer.district,))))
    lacking = [field for field in wanted if field.upper() not in given]
    if lacking:
        hints = "".join(did_you_mean(field, given.values()) for field in lacking)
        raise SchemaError(
            f"{what}: the service has no field {', '.join(lacking)}.{hints} It has {', '.join(given.values())}. "
            f"Put the new name in a catalogue of your own (--catalogue FILE), under arcgis.vintages.{ask.vintage}."
            f"{ask.name}."
        )
    return {field: given[field.upper()] for field in wanted}


def _renamed(shelf: Shelf, ask: LayerAsk, error: SourceError) -> SourceError:
    """Return the error with the nearest names of services, where the service is not there under its name."""
    if "does not know" not in str(error) or shelf.web is None:
        return error
    try:
        content = shelf.web.ask(Question(ask.service.url, {"f": "json"}), check=_check_services, what="The services")
    except SourceError:
        return error
    names = [str(one["name"]).rsplit("/", 1)[-1] for one in json.loads(content)["services"]]
    return SourceError(
        f"The {ask.name} of {ask.vintage}: there is no service '{ask.layer.service}' any more."
        f"{did_you_mean(ask.layer.service, names)} Put the new name in a catalogue of your own (--catalogue FILE): "
        f'[arcgis.vintages.{ask.vintage}.{ask.name}] service = "...".'
    )


def _all_features(
    shelf: Shelf, ask: LayerAsk, fields: dict[str, str], *, key: str, codes: Sequence[str], name: str
) -> Features:
    """Return every feature for these codes, from as many pages as it takes, and count them where that is needed."""
    where = f"{fields[key]} IN ({', '.join(_quoted(code) for code in codes)})"
    about = f"The {ask.name} of {codes[0]}" + (f" and {len(codes) - 1:,} more areas" if len(codes) > 1 else "")
    features: dict[tuple[str, ...], Any] = {}  # pages may overlap: a feature that comes twice counts once
    for page in range(MAX_PAGES):
        known = len(features)
        content = shelf.take(
            f"{name}-{page:04d}",
            _question(ask, fields, where, offset=known),
            read=_check_features,
            origin=ask.origin,
            what=f"{about}, from feature {known + 1:,}",
            suffix=".json",
        )
        answer = json.loads(content)
        features |= {_key(one, ask, fields): one for one in answer["features"]}
        if not _is_more(answer):
            break
        if len(features) == known:
            raise SourceError(
                f"{about}: the service gives the same features again and again. Try later with --refresh."
            )
    if key != ask.layer.area or ask.layer.several:
        promised = _promised(shelf, ask, where, name, about)
        if promised != len(features):
            raise SourceError(
                f"{about}: the service has {promised:,} and gave {len(features):,}. Run the command again with "
                "--refresh."
            )
    return list(features.values())


def _key(feature: Any, ask: LayerAsk, fields: dict[str, str]) -> tuple[str, ...]:
    """Return what tells a feature from others: its fields."""
    row = feature.get("attributes") or feature.get("properties") or {}
    return tuple(str(row.get(fields[field])) for field in ask.layer.fields)


def _question(ask: LayerAsk, fields: dict[str, str], where: str, *, offset: int) -> Question:
    parameters = {
        "where": where,
        "outFields": ",".join(fields[field] for field in ask.layer.fields),
        "orderByFields": ",".join(fields[field] for field in ask.layer.fields),
        "returnGeometry": "true" if ask.layer.geometry else "false",
        "outSR": "27700",
        "resultOffset": str(offset),
        "f": "json",
    }
    return Question(f"{ask.url}/query", parameters, post=True)


def _promised(shelf: Shelf, ask: LayerAsk, where: str, name: str, about: str) -> int:
    """Return how many features the service says there are."""
    question = Question(f"{ask.url}/query", {"where": where, "returnCountOnly": "true", "f": "json"}, post=True)
    content = shelf.take(
        f"{name}-count", question, read=_check_count, origin=ask.origin, what=f"{about}, how many", suffix=".json"
    )
    return int(json.loads(content)["count"])


def _is_more(answer: dict[str, Any]) -> bool:
    """Return True where the service says that there are more features."""
    properties = answer.get("properties")
    under = properties.get("exceededTransferLimit") if isinstance(properties, dict) else False
    return bool(answer.get("exceededTransferLimit") or under)


def _answer(content: bytes) -> dict[str, Any]:
    """Return an answer as an object, or say what is wrong with it."""
    if not content.strip():
        raise BadAnswerError("answered with nothing")
    if is_web_page(content):
        raise BadAnswerError("answered with a web page, not with data")
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise BadAnswerError("broke off in the middle of its answer") from error
    if not isinstance(answer, dict):
        raise BadAnswerError("answered with something else than was asked for")
    if "error" in answer:
        error_of = answer["error"] if isinstance(answer["error"], dict) else {}
        code, said = int(error_of.get("code", 0) or 0), str(error_of.get("message", ""))[:200]
        if code == 404 or "invalid url" in said.lower():
            raise BadAnswerError(f"does not know this service ({said})", again=False)
        raise BadAnswerError(f"refuses: {said or 'no reason given'} (code {code})", again=code in _AGAIN)
    return answer


def _check_about(content: bytes) -> int:
    fields = _answer(content).get("fields")
    if not isinstance(fields, list) or not all(isinstance(one, dict) and "name" in one for one in fields):
        raise BadAnswerError("does not say which fields the layer has", again=False)
    return len(fields)


def _check_services(content: bytes) -> int:
    services = _answer(content).get("services")
    if not isinstance(services, list):
        raise BadAnswerError("does not list its services", again=False)
    return len(services)


def _check_count(content: bytes) -> int:
    if not isinstance(_answer(content).get("count"), int):
        raise BadAnswerError("does not say how many there are")
    return 1


def _check_features(content: bytes) -> int:
    answer = _answer(content)
    features = answer.get("features")
    if not isinstance(features, list):
        raise BadAnswerError("gave no features")
    if not features and _is_more(answer):
        raise BadAnswerError("gave an empty page and says that there is more")
    return len(features)


def _frame(features: Features, layer: Layer, fields: dict[str, str]) -> gpd.GeoDataFrame:
    """Return the features as a table, the same ones only once, sorted by their fields."""
    rows = [one.get("attributes") or one.get("properties") or {} for one in features]
    columns = {field: ["" if row.get(fields[field]) is None else str(row[fields[field]]) for row in rows]
               for field in layer.fields}  # fmt: skip
    shapes = [_shape(one.get("geometry")) if layer.geometry else None for one in features]
    frame = gpd.GeoDataFrame(
        pd.DataFrame(columns, dtype="str"), geometry=gpd.GeoSeries(np.array(shapes, dtype=object), crs=BNG)
    )
    same = pd.DataFrame(columns).assign(shape=list(frame.geometry.to_wkb())).duplicated()
    frame = frame[~same.to_numpy()]
    return frame.sort_values(list(layer.fields), ignore_index=True)


def _checked(frame: gpd.GeoDataFrame, ask: LayerAsk, codes: Sequence[str] | None) -> gpd.GeoDataFrame:
    """Return the table where each area that was asked for is in it, and no area twice unless it may be."""
    area, what = frame[ask.layer.area], f"The {ask.name} of {ask.vintage} ('{ask.layer.service}')"
    if not ask.layer.several and area.duplicated().any():
        raise SchemaError(
            f"{what}: areas appear twice with different contents: {examples(list(area[area.duplicated()].unique()))}. "
            "Run the command again with --refresh."
        )
    lacking = [] if codes is None or ask.layer.several else sorted(set(codes) - set(area))
    if lacking:
        raise CoverageError(
            f"{what}: the service does not have {examples(lacking, total=len(codes or ()))}. "
            "Check that it is of the same census year as the look-up."
        )
    return frame


def _shape(geometry: dict[str, Any] | None) -> BaseGeometry | None:
    """Return a geometry from ArcGIS's own form or from GeoJSON."""
    if not geometry:
        return None
    if "type" in geometry:
        return shapely.geometry.shape(geometry)
    if "rings" in geometry:
        return _polygon(geometry["rings"])
    if "points" in geometry:
        return shapely.MultiPoint([point[:2] for point in geometry["points"]]).centroid
    return shapely.Point(geometry["x"], geometry["y"])


def _polygon(rings: list[list[list[float]]]) -> BaseGeometry:
    """Return a polygon from rings: those that turn clockwise are outlines, the others are holes in them."""
    closed = [shapely.LinearRing([point[:2] for point in ring]) for ring in rings if len(ring) >= 4]
    outlines = [shapely.Polygon(ring) for ring in closed if not ring.is_ccw]
    holes = [shapely.Polygon(ring) for ring in closed if ring.is_ccw]
    if not outlines:
        outlines, holes = holes, []
    whole = shapely.union_all(outlines)
    return shapely.difference(whole, shapely.union_all(holes)) if holes else whole


def _chunks(codes: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), size):
        yield codes[start : start + size]


def _quoted(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"
