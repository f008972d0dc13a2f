"""How fast each kind of road is gone along by car, on foot and by bicycle: a table that anyone can read and change.

The table that comes with onetown (``geodata/data/road_speeds.tsv``, surfaces in ``road_surfaces.tsv``) holds
assumptions: typical speeds over a day without heavy traffic. A file of a place's own, of the same columns, replaces the
rows it names.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from geodata.errors import DataError, SourceError, did_you_mean

RoadMode = Literal["drive", "walk", "cycle"]
ROAD_MODES: tuple[RoadMode, ...] = ("drive", "walk", "cycle")

#: The row of the table that says how fast the way between a point and the network is gone.
TO_THE_ROAD = "to the road"
NUMBERS = ("drive_kmh", "share_of_limit", "walk_kmh", "cycle_kmh")
FASTEST_KMH = 200.0


@dataclass(frozen=True, slots=True)
class ClassSpeed:
    """Speeds on one class of road.

    Parameters
    ----------
    drive_kmh, walk_kmh, cycle_kmh
        Kilometres an hour; 0 where that is not allowed. By car it is the speed where no limit is signed.
    share_of_limit
        Share of a signed limit that is driven on average, stops included.
    """

    drive_kmh: float
    share_of_limit: float
    walk_kmh: float
    cycle_kmh: float

    def of(self, mode: RoadMode) -> float:
        """Return kilometres an hour of a mode."""
        return {"drive": self.drive_kmh, "walk": self.walk_kmh, "cycle": self.cycle_kmh}[mode]


@dataclass(frozen=True, slots=True)
class SpeedTable:
    """Speeds by class of road, and what a surface makes of them.

    Parameters
    ----------
    classes
        Speeds by class, as OpenStreetMap's key ``highway`` names them.
    surfaces
        Factors on the speed by surface: drive, walk, cycle.
    source
        Name of the file, or "the speeds that come with onetown".
    """

    classes: Mapping[str, ClassSpeed]
    surfaces: Mapping[str, tuple[float, float, float]]
    source: str

    def leg_kmh(self, mode: RoadMode) -> float:
        """Return the speed between a point and the network (kilometres an hour)."""
        return self.classes[TO_THE_ROAD].of(mode)

    def digest(self) -> str:
        """Return a checksum of all numbers in the table, in hexadecimal."""
        rows = {name: asdict(speed) for name, speed in self.classes.items()}
        text = json.dumps([rows, dict(self.surfaces)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def read_speeds(path: str | Path | None = None) -> SpeedTable:
    """Return the speeds that come with onetown, with the rows of a place's own file in the place of theirs.

    Parameters
    ----------
    path
        Tab-separated text with the columns ``class``, ``drive_kmh``, ``share_of_limit``, ``walk_kmh`` and
        ``cycle_kmh`` (others are left alone); None for no own file.

    Raises
    ------
    SourceError
        The file is missing or is no text.
    DataError
        A column is missing, a class is not known, or a speed is no number between 0 and 200; all are named at once.

    Examples
    --------
    >>> read_speeds().classes["residential"].walk_kmh
    4.8
    """
    data = files("geodata") / "data"
    base = _rows((data / "road_speeds.tsv").read_text(encoding="utf-8"), "road_speeds.tsv")
    surfaces = {
        row["surface"]: (float(row["drive"]), float(row["walk"]), float(row["cycle"]))
        for row in csv.DictReader((data / "road_surfaces.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t")
    }
    if path is None:
        return SpeedTable(base, surfaces, "the speeds that come with onetown")
    own = _rows(_text(Path(path)), str(path), known=tuple(base))
    return SpeedTable({**base, **own}, surfaces, str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}). Save the speeds as tab-separated UTF-8 text.") from error


def _rows(text: str, source: str, *, known: tuple[str, ...] = ()) -> dict[str, ClassSpeed]:
    reader = csv.DictReader(text.splitlines(), delimiter="\t")
    missing = [name for name in ("class", *NUMBERS) if name not in (reader.fieldnames or ())]
    if missing:
        raise DataError(
            f"{source}: there is no column {', '.join(missing)}. Write a tab-separated table headed "
            f"class, {', '.join(NUMBERS)}."
        )
    speeds, faults = {}, []
    for number, row in enumerate(reader, start=2):
        name = (row["class"] or "").strip()
        if known and name not in known:
            faults.append(f"Row {number}: '{name}' is no class of road.{did_you_mean(name, known)}")
            continue
        values = {column: _number(row[column]) for column in NUMBERS}
        faults += [
            f"Row {number}, column '{column}': '{row[column]}' is no number between 0 and "
            f"{1 if column == 'share_of_limit' else FASTEST_KMH:g}."
            for column, value in values.items()
            if value is None or value > (1.0 if column == "share_of_limit" else FASTEST_KMH)
        ]
        speeds[name] = ClassSpeed(**{column: value or 0.0 for column, value in values.items()})
    if faults:
        raise DataError(f"{source}: {' '.join(faults)} Correct the table of speeds.")
    return speeds


def _number(text: str | None) -> float | None:
    """Return a number that is at least 0, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if value >= 0 else None
