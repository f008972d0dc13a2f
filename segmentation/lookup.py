"""The look-up that goes to partners: from postcode and area code to segment, and no census data in it.

It comes as ``postcode_segments.csv``, which opens in any spreadsheet, and as ``segments_lookup.gpkg`` with the outlines
of the areas, for customers known by easting and northing. Both say which model and which census they belong to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.errors import SchemaError, examples
from geodata.files import kind_of, read_areas_file, read_table
from geodata.postcodes import normalise_postcodes
from geodata.whereabouts import Gazetteer
from segmentation.model import SegmentModel

AREA_COLUMNS = ["oa_code", "super", "super_name", "sub", "sub_name", "certainty", "vintage", "model"]
POSTCODE_COLUMNS = ["postcode", *AREA_COLUMNS]
NEEDED = ("oa_code", "sub", "vintage", "model")


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """What a partner needs to label customers.

    Parameters
    ----------
    areas
        Indexed by ``oa_code``: ``sub`` and ``certainty``.
    gazetteer
        What places customers in areas.
    vintage, model
        Census year and mark of the model it was made with.
    source
        The file it was read from.
    """

    areas: pd.DataFrame
    gazetteer: Gazetteer
    vintage: int
    model: str
    source: str


def mark_of(model: SegmentModel) -> str:
    """Return twelve signs that tell this model from all others, whatever its segments are called."""
    nameless = replace(model, super_names=("",) * len(model.super_names), sub_names=("",) * len(model.sub_names))
    values = json.loads(nameless.to_json())
    del values["versions"]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def area_segments(table: pd.DataFrame, model: SegmentModel) -> pd.DataFrame:
    """Return the segment of each area with names, vintage and mark: the area part of the look-up.

    Parameters
    ----------
    table
        ``super sub certainty``, indexed by ``oa_code``.
    model
        The model they come from.
    """
    named = table[["super", "sub", "certainty"]].assign(
        super_name=table["super"].map(dict(enumerate(model.super_names))),
        sub_name=table["sub"].map(dict(enumerate(model.sub_names))),
        vintage=model.vintage,
        model=mark_of(model),
    )
    return named.rename_axis("oa_code").reset_index()[AREA_COLUMNS]


def postcode_segments(areas: pd.DataFrame, postcodes: pd.Series) -> pd.DataFrame:
    """Return the segment of each postcode that lies in an area, in order of postcode.

    Parameters
    ----------
    areas
        As :func:`area_segments` gives them.
    postcodes
        Area code by postcode, "" where outside.
    """
    inside = postcodes[postcodes != ""].rename("oa_code").rename_axis("postcode").reset_index()
    return inside.merge(areas, on="oa_code").sort_values("postcode", ignore_index=True)[POSTCODE_COLUMNS]


def read_lookup(path: Path) -> Lookup:
    """Read a look-up, either of its two forms.

    Raises
    ------
    SchemaError
        It is no look-up of ours, or its rows are of several models.
    SourceError
        The file cannot be read.
    """
    if kind_of(path) == "gpkg":
        shapes = read_areas_file(path, layer="areas")
        _check(shapes, path)
        postcodes = _postcodes(read_table(path, sheet="postcodes"))
        outlines = gpd.GeoSeries(shapes.geometry.dropna().set_axis(shapes.loc[shapes.geometry.notna(), "oa_code"]))
        return _lookup(pd.DataFrame(shapes), postcodes, None if outlines.empty else outlines, path)
    table = read_table(path)
    _check(table, path, "postcode")
    return _lookup(table, _postcodes(table), None, path)


def _postcodes(table: pd.DataFrame) -> pd.Series:
    codes = table["oa_code"].astype("str").set_axis(normalise_postcodes(table["postcode"]))
    return codes[codes.index.notna() & ~codes.index.duplicated()]


def _lookup(table: pd.DataFrame, postcodes: pd.Series, outlines: gpd.GeoSeries | None, path: Path) -> Lookup:
    areas = table.drop_duplicates("oa_code").set_index("oa_code")
    certainty = pd.to_numeric(areas["certainty"], errors="coerce") if "certainty" in areas else float("nan")
    labels = pd.DataFrame({"sub": pd.to_numeric(areas["sub"], errors="coerce"), "certainty": certainty})
    if labels["sub"].isna().any():
        raise SchemaError(f"{path}: column 'sub' holds no numbers of segments. Ask for the look-up again.")
    return Lookup(
        labels.astype({"sub": "int64"}),
        Gazetteer(labels.index, postcodes, outlines),
        int(table["vintage"].iloc[0]),
        str(table["model"].iloc[0]),
        str(path),
    )


def _check(table: pd.DataFrame, path: Path, *more: str) -> None:
    lacking = [name for name in (*more, *NEEDED) if name not in table.columns]
    if lacking:
        raise SchemaError(
            f"{path}: is no look-up of segments: there is no column {' or '.join(repr(name) for name in lacking)}. "
            "Ask whoever made the model for postcode_segments.csv or segments_lookup.gpkg; "
            "'onetown segment place.toml --out FOLDER' writes both."
        )
    if table.empty:
        raise SchemaError(f"{path}: has no rows. Ask for the look-up again.")
    for name in ("vintage", "model"):
        found = list(table[name].unique())
        if len(found) > 1:
            raise SchemaError(f"{path}: its rows are of several models ({examples(found)}). Use one look-up at a time.")
