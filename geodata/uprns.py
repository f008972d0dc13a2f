"""Where each property is: a user's own table of UPRNs, such as OS Open UPRN.

The national table has some forty million rows. It is read piece by piece, cut to the neighbourhood of the place where
one is known, and held as three plain arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.batches import headings_of, read_batches
from geodata.crs import bng_from_lonlat
from geodata.errors import SourceError, did_you_mean

Bounds = tuple[float, float, float, float]
AROUND_M = 30_000.0  # a body's assets may lie this far outside its place

HEADINGS = {
    "uprn": ("uprn", "unique_property_reference_number"),
    "easting": ("x_coordinate", "easting", "eastings", "x", "gridgb1e"),
    "northing": ("y_coordinate", "northing", "northings", "y", "gridgb1n"),
    "longitude": ("longitude", "long", "lon", "lng"),
    "latitude": ("latitude", "lat"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class UprnTable:
    """Points of UPRNs.

    Parameters
    ----------
    numbers
        UPRNs as numbers, ascending, each once, shape (n,).
    easting, northing
        Metres, BNG, shape (n,), to a decimetre.
    """

    numbers: npt.NDArray[np.int64]
    easting: npt.NDArray[np.float32]
    northing: npt.NDArray[np.float32]

    def points_of(self, uprns: pd.Series) -> pd.DataFrame:
        """Return the points of UPRNs.

        Parameters
        ----------
        uprns
            UPRNs as text of digits, missing where there is none.

        Returns
        -------
        DataFrame
            Columns `easting`, `northing` (metres, BNG), missing where the table has no such UPRN; the caller's index.
        """
        wanted = pd.to_numeric(uprns, errors="coerce").fillna(-1).astype("int64").to_numpy()
        place = np.minimum(np.searchsorted(self.numbers, wanted), max(len(self.numbers) - 1, 0))
        known = self.numbers[place] == wanted if len(self.numbers) else np.zeros(len(wanted), dtype=bool)
        points = {
            name: np.where(known, values[place].astype("float64").round(1), np.nan) if len(values) else np.nan
            for name, values in (("easting", self.easting), ("northing", self.northing))
        }
        return pd.DataFrame(points, index=uprns.index, dtype="float64")


def read_uprns(path: str | Path, *, around: Bounds | None = None) -> UprnTable:
    """Read a table of UPRNs with their points: CSV (also gzipped), Parquet or GeoPackage.

    The headings of OS Open UPRN are known (``UPRN``, ``X_COORDINATE``, ``Y_COORDINATE``, ``LATITUDE``, ``LONGITUDE``)
    and plain ones (``easting``, ``northing`` ...).

    Parameters
    ----------
    path
        File to read.
    around
        West, south, east and north of the place (metres, BNG); UPRNs more than 30 km outside are left out.

    Raises
    ------
    SourceError
        The file cannot be read, or has no columns of UPRNs and coordinates.
    """
    path = Path(path)
    columns = _columns(path)
    parts = [_points(batch, columns, around) for batch in read_batches(path, list(columns.values()))]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=["uprn", "easting", "northing"])
    table = table.drop_duplicates("uprn").sort_values("uprn")
    return UprnTable(
        table["uprn"].to_numpy(dtype=np.int64),
        table["easting"].to_numpy(dtype=np.float32),
        table["northing"].to_numpy(dtype=np.float32),
    )


def _columns(path: Path) -> Mapping[str, str]:
    """Return field -> heading: the UPRN and one pair of coordinates, metres before degrees."""
    headings = headings_of(path)
    plain = {heading.strip().lower().replace(" ", "_"): heading for heading in reversed(headings)}
    found = {field: next((plain[name] for name in names if name in plain), None) for field, names in HEADINGS.items()}
    if found["uprn"] is None:
        near = did_you_mean("UPRN", headings)
        raise SourceError(f"{path}: has no column of UPRNs.{near} A UPRN table needs a column headed 'UPRN'.")
    for first, second in (("easting", "northing"), ("longitude", "latitude")):
        if found[first] is not None and found[second] is not None:
            return {name: str(found[name]) for name in ("uprn", first, second)}
    raise SourceError(
        f"{path}: has no columns of coordinates. A UPRN table needs 'X_COORDINATE' and 'Y_COORDINATE', or 'LONGITUDE' "
        "and 'LATITUDE'."
    )


def _points(batch: pd.DataFrame, columns: Mapping[str, str], around: Bounds | None) -> pd.DataFrame:
    """Return uprn, easting and northing of one piece, rows without any of them left out."""
    values = {field: pd.to_numeric(batch[heading], errors="coerce") for field, heading in columns.items()}
    if "longitude" in values:
        lon, lat = values["longitude"].to_numpy(dtype="float64"), values["latitude"].to_numpy(dtype="float64")
        values["easting"], values["northing"] = (pd.Series(at, index=batch.index) for at in bng_from_lonlat(lon, lat))
    table = pd.DataFrame({name: values[name] for name in ("uprn", "easting", "northing")}).dropna()
    if around is not None:
        west, south, east, north = around
        table = table[
            table["easting"].between(west - AROUND_M, east + AROUND_M)
            & table["northing"].between(south - AROUND_M, north + AROUND_M)
        ]
    return table.astype({"uprn": "int64"})
