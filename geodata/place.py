"""One place, one file: read ``place.toml`` and check all of it before anything else happens."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from geodata.errors import DataError, Fault, SourceError, did_you_mean
from geodata.inputs import STANDARD_INPUT, is_database
from geodata.place_buildings import BuildingNote
from geodata.place_cover import CoverChoice
from geodata.place_fetch import FetchChoice
from geodata.place_options import OptionChoice, Pin
from geodata.place_partners import PartnerChoice
from geodata.place_people import BaseName, ContactSource, PortraitChoice
from geodata.place_rasters import RasterChoice
from geodata.place_segments import SegmentChoice
from geodata.place_travel import TravelChoice
from geodata.place_variables import VariableChoice
from geodata.section import Positive, Section, Share, Text
from geodata.travel import Mode

Chosen = TypeVar("Chosen", bound=Section)


class Identity(Section):
    """``[place]``: what the place is called and which areas belong to it.

    Parameters
    ----------
    name
        Name of the place, as titles show it.
    vintage
        Census year of codes and counts.
    districts
        Codes of the local authority districts (LADs) to keep; empty keeps all areas of the census table.
    seed
        Seed of every random choice.
    data
        Folder that the other paths are relative to, itself relative to place.toml.
    uprns
        Table of UPRNs with their points, such as OS Open UPRN (CSV, Parquet or GeoPackage).
    made_up
        True where the data are invented: every page then says so.
    """

    name: Text
    vintage: Literal[2011, 2021] = 2021
    districts: tuple[str, ...] = ()
    seed: int = 0
    data: str = "."
    uprns: str = ""
    made_up: bool = False


class CensusSource(Section):
    """``[census]``: where the counts are, and whether published percentages may stand in for absent counts.

    Parameters
    ----------
    counts
        Counts by output area: a table, a zip, or a folder of them, as fetched or as you have them.
    code
        Heading of the area codes; recognised where not given.
    percentages
        Published percentages by output area, beside the counts.
    stand_in
        Whether they may stand in for variables whose counts are absent; the result then says so.
    """

    counts: Text
    code: str | None = None
    percentages: str | None = None
    stand_in: bool = False


class LargerAreas(Section):
    """One ``larger`` entry: areas that contain output areas, for those without a polygon of their own.

    Parameters
    ----------
    file
        Polygons.
    code
        Heading of their codes in that file.
    areas_column
        Column of the census table that says which of them an output area lies in.
    name
        Heading of their names.
    """

    file: Text
    code: Text
    areas_column: Text
    name: str | None = None


class BoundarySource(Section):
    """``[boundaries]``: polygons, look-ups and the attribution that every map must carry.

    Parameters
    ----------
    areas
        Polygons of the output areas.
    areas_code
        Heading of the area codes in that file; recognised where not given.
    lookup
        Table from output areas to LSOA, MSOA, ward and district.
    larger
        Larger areas, for output areas without a polygon.
    centroids
        Population-weighted centroids of the output areas.
    attribution
        What every map must say of its sources; without it no map is drawn.
    """

    areas: Text
    areas_code: str | None = None
    lookup: str | None = None
    larger: tuple[LargerAreas, ...] = ()
    centroids: str | None = None
    attribution: str = ""


class FileSource(Section):
    """A section that names one file.

    Parameters
    ----------
    file
        The file.
    """

    file: Text


class AssetSource(Section):
    """``[[assets]]``: one body's asset list, or several files of the same body.

    Parameters
    ----------
    file, files
        One path or several.
    organisation
        The body, where the list does not name it.
    use, services
        What every building of the list is used for, where the list does not say.
    columns
        Overrides of the column recognition, field = heading.
    sheet
        Sheet or layer to read; all by default.
    national
        True for a list of the whole country: rows outside the place are set aside, not questioned.
    only
        Headings and the value wanted there; rows with another value are set aside.
    """

    file: str | None = None
    files: tuple[str, ...] = ()
    organisation: str = ""
    use: str = ""
    services: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    sheet: str | None = None
    national: bool = False
    only: dict[str, str] = Field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """All files of the entry, in the order given."""
        return ((self.file,) if self.file else ()) + self.files


class Standard(Section):
    """One access standard: residents should reach a service within so many minutes.

    Parameters
    ----------
    service
        The service, as buildings offer it.
    limit_min
        Minutes within which residents should reach it.
    max_loss
        The largest fall in the share of residents within the limit that a plan may cause, overall and in any segment
        (0.02 = two percentage points).
    max_loss_by_segment
        Other such falls for single segments, by name, by number of a sub-cluster, or as ``"super 2"``: ``{ "Older
        social tenants" = 0.0 }``. That of a super cluster holds for it as a whole and for each of its sub-clusters
        without one.
    limits_min
        Other limits for other modes, which ``onetown access`` reports on: ``{ walk = 20, transit = 40 }``.
    """

    service: Text
    limit_min: Positive
    max_loss: Share = 0.02
    max_loss_by_segment: dict[Text, Share] = Field(default_factory=dict)
    limits_min: dict[Mode, Positive] = Field(default_factory=dict)


class AccessChoice(Section):
    """``[access]``: the standards.

    Parameters
    ----------
    standards
        A list of them, one in each pair of braces.
    """

    standards: tuple[Standard, ...] = ()


class PairChoice(Section):
    """``[pairs]``: how near two buildings of different bodies must stand to be proposed for sharing.

    Parameters
    ----------
    within_m
        Metres along the straight line.
    within_min
        Minutes on foot along the straight line instead (indicative).
    """

    within_m: Positive = 500.0
    within_min: Positive | None = None


class Place(Section):
    """A whole ``place.toml``, checked.

    ``[[funnel]]`` stages, where given, replace those of ``estate/data/funnel.toml``. ``[names]`` renames segments: the
    key is the proposed name, or the level and number (``"sub 3"``).

    Attributes
    ----------
    path
        The file it was read from.
    base
        Folder that the paths in it are relative to.
    """

    path: Path
    base: Path
    place: Identity
    census: CensusSource | None = None
    boundaries: BoundarySource | None = None
    postcodes: FileSource | None = None
    assets: tuple[AssetSource, ...] = ()
    teams: FileSource | None = None
    contacts: ContactSource | None = None
    notes: FileSource | None = None
    segments: SegmentChoice = SegmentChoice()
    portraits: PortraitChoice = PortraitChoice()
    names: dict[str, str] = Field(default_factory=dict)
    travel: TravelChoice = TravelChoice()
    access: AccessChoice = AccessChoice()
    options: OptionChoice = OptionChoice()
    pairs: PairChoice = PairChoice()
    cover: CoverChoice = CoverChoice()
    partners: PartnerChoice = PartnerChoice()
    buildings: tuple[BuildingNote, ...] = ()
    fetch: FetchChoice = FetchChoice()
    rasters: RasterChoice = RasterChoice()
    variables: VariableChoice = VariableChoice()
    funnel: tuple[dict[str, object], ...] = ()
    assumptions: dict[str, float] = Field(default_factory=dict)

    def with_choices(
        self,
        *,
        seed: int | None = None,
        seconds: float | None = None,
        years: int | None = None,
        pins: tuple[Pin, ...] = (),
        also: tuple[str, ...] = (),
        within_m: float | None = None,
        within_min: float | None = None,
        worse_min: float | None = None,
    ) -> Place:
        """Return the place with the choices of the command line, where given, in the place of its own."""
        return self.model_copy(
            update={
                "place": _changed(self.place, seed=seed),
                "options": _changed(self.options, seconds=seconds, years=years).model_copy(
                    update={"pins": (*self.options.pins, *pins), "also": (*self.options.also, *also)}
                ),
                "pairs": _changed(self.pairs, within_m=within_m, within_min=within_min),
                "travel": _changed(self.travel, worse_min=worse_min),
            }
        )

    def with_people(
        self, *, base: str | None = None, contacts: Path | None = None, services: tuple[str, ...] = ()
    ) -> Place:
        """Return the place with another base, other contacts or fewer services, where given.

        Raises
        ------
        DataError
            There is no such base.
        SourceError
            There is no such list.
        """
        if base is not None and base not in get_args(BaseName):
            hint = did_you_mean(base, get_args(BaseName))
            raise DataError(f"--base: '{base}' is no base.{hint} Say place, county or country.")
        if contacts is not None and not contacts.exists():
            raise SourceError(f"{contacts}: does not exist. Check the path.")
        source = self.contacts
        if contacts is not None:  # the path is the caller's, not relative to the data of the place
            named = str(contacts.absolute())
            source = ContactSource(file=named) if source is None else source.model_copy(update={"file": named})
        if source is not None and services:
            source = source.model_copy(update={"services": services})
        return self.model_copy(update={"portraits": _changed(self.portraits, base=base), "contacts": source})

    def inputs(self) -> tuple[str, ...]:
        """Return the names of all files that the place is made of, as place.toml spells them."""
        census, boundaries = self.census, self.boundaries
        names = [name for source in self.assets for name in source.paths]
        if census:
            names += [name for name in (census.counts, census.percentages) if name]
        if boundaries:
            names += [name for name in (boundaries.areas, boundaries.lookup, boundaries.centroids) if name]
            names += [larger.file for larger in boundaries.larger]
        names += self.segments.files()
        names += [one.file for one in self.variables.add]
        names += self.travel.files()
        names += self.rasters.files()
        names += [self.place.uprns] if self.place.uprns else []
        names += [name for name in (self.cover.candidates, self.cover.demand) if name]
        names += self.portraits.files()
        return (*names, *(one.file for one in (self.postcodes, self.teams, self.contacts, self.notes) if one))

    def files(self) -> tuple[str, ...]:
        """Return the inputs that are files: not standard input and not tables of a database."""
        return tuple(name for name in self.inputs() if name != STANDARD_INPUT and not is_database(name))

    def find(self, name: str) -> Path:
        """Return the path of a file named in place.toml."""
        return self.base / name


def said(name: str) -> str:
    """Return the name of a place as sentences say it: without what stands in brackets after it.

    Examples
    --------
    >>> said("Peakshire (made up)"), said("Derbyshire and Derby")
    ('Peakshire', 'Derbyshire and Derby')
    """
    return re.sub(r"\s*\([^)]*\)$", "", name) or name


def _changed(section: Chosen, **changes: float | str | None) -> Chosen:
    """Return a section with the settings that are not None changed."""
    return section.model_copy(update={name: value for name, value in changes.items() if value is not None})


def read_place(path: Path, *, data: Path | None = None, must_exist: bool = True) -> Place:
    """Read and check a place file.

    Parameters
    ----------
    path
        The ``place.toml``.
    data
        Folder that replaces ``[place] data``.
    must_exist
        Whether the files it names must be there; not before they are fetched.

    Raises
    ------
    SourceError
        The file is missing or is not TOML, or a file it names does not exist (all are named at once).
    DataError
        A setting is unknown, missing or of the wrong kind, or a body is named twice (all are named at once).
    """
    raw = _read_toml(path)
    identity = raw.get("place")
    folder = identity.get("data", ".") if isinstance(identity, dict) else "."
    base = data if data is not None else Path(os.path.normpath(path.parent / str(folder)))
    try:
        place = Place.model_validate({**raw, "path": path, "base": base})
    except ValidationError as error:
        faults = [_fault(path, detail) for detail in error.errors()]
        listed = " ".join(f"{fault.message} {fault.remedy}" for fault in faults)
        raise DataError(f"{path}: {listed}", faults=faults) from error
    _check_assets(place)
    if must_exist:
        _check_files(place)
    return place


def _read_toml(path: Path) -> dict[str, object]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file. Start one with: onetown new DISTRICT") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder. Name the place.toml in it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read ({error}). Save it as plain UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path} is not valid TOML: {error}. Mend that line; text needs quotation marks.") from error
    for reserved in ("path", "base"):
        raw.pop(reserved, None)
    return raw


def _fault(path: Path, detail: ErrorDetails) -> Fault:
    location = [str(part) for part in detail["loc"]]
    setting = ".".join(location)
    if detail["type"] == "extra_forbidden":
        return Fault(
            str(path),
            f"'{setting}' is not a setting.{did_you_mean(location[-1], _known_keys(location[:-1]))}",
            "Correct or remove it.",
            "unknown_setting",
            column=setting,
        )
    if detail["type"] == "missing":
        return Fault(str(path), f"'{setting}' is missing.", "Add it.", "missing_setting", column=setting)
    value = str(detail.get("input", ""))[:80]
    message = f"'{setting}' is '{value}': {detail['msg'][0].lower()}{detail['msg'][1:]}."
    return Fault(str(path), message, "Correct the value.", "setting_value", column=setting, value=value)


def _known_keys(location: list[str]) -> list[str]:
    """Return the settings a section knows, found by walking the models along the location."""
    model: type[BaseModel] = Place
    for part in location:
        if part.isdigit():
            continue
        inner = _models_in(model.model_fields[part].annotation) if part in model.model_fields else []
        if not inner:
            return []
        model = inner[0]
    return [key for key in model.model_fields if key not in ("path", "base")]


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _check_assets(place: Place) -> None:
    """Raise where an entry names no file, or a body stands in two entries."""
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, source in enumerate(place.assets, start=1):
        if not source.paths:
            faults.append(f'[[assets]] entry {number} names no file. Add file = "...".')
        body = " ".join(source.organisation.casefold().split())
        if body and body in seen:
            faults.append(
                f"'{source.organisation}' is named twice, in [[assets]] entries {seen[body]} and {number}. "
                'Put all its lists into one entry: files = ["...", "..."].'
            )
        seen.setdefault(body, number)
    if faults:
        raise DataError(f"{place.path}: " + " ".join(faults))


def _check_files(place: Place) -> None:
    """Raise once, naming every file of the place that does not exist."""
    missing = [name for name in place.files() if not place.find(name).exists()]
    if missing:
        listed = ", ".join(f"'{name}'" for name in missing)
        raise SourceError(
            f"{place.path}: {'this file does' if len(missing) == 1 else f'these {len(missing)} files do'} not exist "
            f"under {place.base}: {listed}. Correct the path{'' if len(missing) == 1 else 's'}, "
            f"or say where the data are with --data FOLDER{_or_fetch(place, missing)}."
        )


def _or_fetch(place: Place, missing: list[str]) -> str:
    """Return the advice to fetch, where public data are among the missing."""
    public = {place.census.counts} if place.census else set()
    public |= {place.boundaries.areas} if place.boundaries else set()
    return f", or bring public data with: onetown fetch {place.path}" if public & set(missing) else ""
