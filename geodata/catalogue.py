"""The catalogue of public services: which data set is where, under which name and licence.

It is a readable file (``geodata/data/sources.toml``), because services are renamed more often than programs; a user's
own file replaces single keys of it.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geodata.errors import DataError, SourceError, did_you_mean

_MODEL = ConfigDict(extra="forbid", frozen=True)
_Address = Annotated[str, Field(pattern=r"^https?://\S+$")]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$")]
LayerName = Literal["lookup", "areas", "centroids", "wards", "postcodes"]


class NomisVintage(BaseModel):
    """The tables of one census on Nomis.

    Parameters
    ----------
    output_areas
        Nomis's name of output areas within another area, such as ``TYPE150``.
    parameters
        Sent with every question: counts, not percentages; both sexes; town and country together.
    bulk
        Address of the whole table of England and Wales, with ``{table}`` in it.
    datasets
        Number of the data set by table, such as ``ts001 = "NM_2021_1"``.
    """

    model_config = _MODEL
    output_areas: Annotated[str, Field(pattern=r"^TYPE\d+$")]
    parameters: dict[str, str]
    bulk: _Address
    datasets: dict[_Name, Annotated[str, Field(pattern=r"^NM_\d+_\d+$")]]


class Nomis(BaseModel):
    """The Nomis service."""

    model_config = _MODEL
    source: str
    licence: str
    attribution: str
    url: _Address
    cells_without_key: Annotated[int, Field(ge=1)]
    cells_with_key: Annotated[int, Field(ge=1)]
    vintages: dict[str, NomisVintage]


class Layer(BaseModel):
    """One layer of the Open Geography services.

    Parameters
    ----------
    service, number
        Name of the feature service and number of the layer in it.
    area
        Field of output area codes.
    district
        Field of district codes, where a whole district can be asked for; else output areas are named one by one.
    fields
        Fields to bring, named as the files will head them.
    geometry
        Whether polygons or points come along.
    several
        True where an area has any number of rows (postcodes); False where exactly one.
    """

    model_config = _MODEL
    service: _Name
    number: int = 0
    area: _Name
    district: _Name | None = None
    fields: tuple[_Name, ...]
    geometry: bool = False
    several: bool = False


class ArcGis(BaseModel):
    """The Open Geography services, which run on ArcGIS."""

    model_config = _MODEL
    source: str
    licence: str
    attribution: str
    url: _Address
    codes_at_once: Annotated[int, Field(ge=1, le=2000)]
    vintages: dict[str, dict[LayerName, Layer]]


class Catalogue(BaseModel):
    """Every service that ``onetown fetch`` asks."""

    model_config = _MODEL
    nomis: Nomis
    arcgis: ArcGis

    def layers(self, vintage: int) -> dict[LayerName, Layer]:
        """Return the layers of a census year."""
        return self.arcgis.vintages[str(vintage)]

    def tables(self, vintage: int) -> NomisVintage:
        """Return the tables of a census year."""
        return self.nomis.vintages[str(vintage)]


def read_catalogue(own: Path | None = None) -> Catalogue:
    """Return the catalogue, with the keys of a user's own file in the place of ours.

    Raises
    ------
    SourceError
        The file is missing or is not TOML.
    DataError
        A key is unknown or a value is of the wrong kind (all are named at once).

    Examples
    --------
    >>> read_catalogue().tables(2011).datasets["ks101ew"]
    'NM_144_1'
    """
    ours = tomllib.loads((files("geodata") / "data" / "sources.toml").read_text(encoding="utf-8"))
    if own is None:
        return Catalogue.model_validate(ours)
    try:
        return Catalogue.model_validate(_merged(ours, _read(own)))
    except ValidationError as error:
        listed = " ".join(_sentence(detail["loc"], detail["type"], detail["msg"], ours) for detail in error.errors())
        raise DataError(f"{own}: {listed} Compare it with geodata/data/sources.toml.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the path of the catalogue.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{path} is not valid TOML: {error}. Mend that line; text needs quotation marks.") from error


def _merged(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Return our tables with their values, table by table."""
    both = dict(ours)
    for key, value in theirs.items():
        mine = both.get(key)
        both[key] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return both


def _sentence(location: tuple[int | str, ...], kind: str, message: str, ours: dict[str, Any]) -> str:
    setting = ".".join(str(part) for part in location)
    if kind != "extra_forbidden":
        return f"'{setting}': {message[0].lower()}{message[1:]}."
    table: Any = ours
    for part in location[:-1]:
        table = table.get(str(part), {}) if isinstance(table, dict) else {}
    return f"'{setting}' is not a key of the catalogue.{did_you_mean(str(location[-1]), table)}"
