"""The ward of each area, for the map: from the look-up where it names wards, else from a layer of named places."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geodata.crs import to_bng
from geodata.errors import SourceError, did_you_mean
from geodata.files import read_areas_file
from geodata.levels import HEADINGS, low
from geodata.place import Place
from geodata.place_people import NamedPlaces
from geodata.whereabouts import areas_at
from maps.inert import Json, plain_text


@dataclass(frozen=True, slots=True, eq=False)
class Wards:
    """Wards, or other places with names, that areas lie in.

    Parameters
    ----------
    names
        Name for each area, indexed by ``oa_code``; "" where it lies in none.
    codes
        What tells wards of the same name apart, indexed by ``oa_code``.
    many, one
        What a reader calls them.
    """

    names: pd.Series
    codes: pd.Series
    many: str = "Wards"
    one: str = "Ward"


def wards_of(areas: gpd.GeoDataFrame, place: Place | None = None) -> Wards | None:
    """Return the wards of areas, or None where neither the areas nor the place know any.

    Parameters
    ----------
    areas
        Areas table indexed by ``oa_code``, with ``ward_name`` and ``ward_code`` where the look-up has them.
    place
        Whose ``[portraits] places`` names a layer of wards or parishes; asked where the look-up names none.

    Raises
    ------
    SourceError
        The layer of places cannot be read.
    """
    codes, names = (_texts(areas, column) for column in ("ward_code", "ward_name"))
    if (names != "").any():
        return Wards(names, codes.mask(codes == "", names))
    layer = None if place is None else place.portraits.places
    if place is not None and layer is not None:
        found = named_places(place, layer, areas).map(plain_text)
        called = ("Wards", "Ward") if HEADINGS["ward_name"].fullmatch(low(layer.name)) else ("Named places", "Place")
        return Wards(found, found, *called) if (found != "").any() else None
    return Wards(codes, codes) if len(set(codes)) > 1 else None


def named_places(place: Place, named: NamedPlaces, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the name of the place that the middle of each area lies in, "" where in none.

    Raises
    ------
    SourceError
        The layer cannot be read, or has no such column.
    """
    layer = read_areas_file(place.find(named.file))
    if named.name not in layer.columns:
        hint = did_you_mean(named.name, map(str, layer.columns))
        raise SourceError(f"{named.file}: has no column '{named.name}'.{hint} Name the column of names.")
    shapes = to_bng(layer, source=named.file).set_index(named.name).geometry.dropna()
    found = areas_at(areas["point"].x.to_numpy(), areas["point"].y.to_numpy(), gpd.GeoSeries(shapes))
    return pd.Series(found, index=areas.index, dtype="str")


def _texts(areas: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Return a column as plain text, "" where the table has none."""
    return areas.get(column, pd.Series("", index=areas.index)).map(plain_text).astype("str")


def told(wards: Wards | None, areas: gpd.GeoDataFrame) -> dict[str, Json]:
    """Return the wards as the page reads them, nothing where they are no others than the localities.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame({"locality": ["Ashby", "Ashby"]}, index=["E1", "E2"])
    >>> told(Wards(pd.Series(["North", "South"], areas.index), pd.Series(["W1", "W2"], areas.index)), areas)
    {'ward': {'words': ['North', 'South'], 'codes': [0, 1], 'title': 'Wards', 'one': 'Ward'}}
    """
    if wards is None or wards.names.equals(_texts(areas, "locality")):
        return {}
    codes, keys = pd.factorize(wards.codes.reindex(areas.index).fillna(""))
    names = wards.names.reindex(areas.index).fillna("").map(plain_text).groupby(codes).first()
    return {"ward": {"words": [str(names[code]) for code in range(len(keys))], "codes": [int(code) for code in codes],
                     "title": plain_text(wards.many), "one": plain_text(wards.one)}}  # fmt: skip
