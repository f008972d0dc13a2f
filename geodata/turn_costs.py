"""Journeys that count every turn, and areas reached within so many minutes: Valhalla behind the same function.

Valhalla (MIT licence) reads the OpenStreetMap extract itself, into tiles that are kept under the file's checksum, and
knows restrictions and the time lost at turns, which our own graph does not. Extra ``routing``
(``pip install 'onetown[routing]'``). It is asked for times between the same places of the network, so that points far
from any road are found and named in the same way.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.crs import WGS84, lonlat_from_bng, to_bng
from geodata.errors import SourceError
from geodata.files import sha256_of
from geodata.road_graph import RoadGraph
from geodata.road_speeds import RoadMode

try:
    import valhalla as _valhalla

    valhalla: Any = _valhalla
except ImportError:
    valhalla = None

COSTING: dict[RoadMode, str] = {"drive": "auto", "walk": "pedestrian", "cycle": "bicycle"}
AT_ONCE = 50
#: Longer than any journey in a county (metres), and more pairs than one request has.
FURTHEST_M, MOST_PAIRS = 1_000_000.0, 10_000_000
VERSION = "1"


@dataclass(frozen=True, slots=True)
class TurnCosts:
    """Valhalla on the tiles of one extract.

    Parameters
    ----------
    config
        Valhalla's settings, with the folder of the tiles.
    """

    config: dict[str, Any]
    words: ClassVar[str] = "with the time lost at turns, by Valhalla"

    def seconds(
        self, graph: RoadGraph, origins: NDArray[np.int64], destinations: NDArray[np.int64], limit_s: float
    ) -> NDArray[np.float64]:
        """Return the seconds from each origin to each destination, infinite where there is no way within the limit.

        Parameters
        ----------
        graph
            The network of one mode, for the places and the mode.
        origins, destinations
            Places of the network, shapes (n_origins,) and (n_destinations,).
        limit_s
            Longest way (seconds).

        Raises
        ------
        SourceError
            Valhalla cannot answer.
        """
        starts, at = np.unique(origins, return_inverse=True)
        ends, where = np.unique(destinations, return_inverse=True)
        targets = _locations(graph.xy[ends])
        rows = [
            self._matrix(_locations(graph.xy[starts[first : first + AT_ONCE]]), targets, graph.mode)
            for first in range(0, len(starts), AT_ONCE)
        ]
        table = np.vstack(rows)[at][:, where] if rows else np.empty((0, len(destinations)))
        return np.where(table <= limit_s, table, np.inf)

    def isochrone(self, point: BaseGeometry, *, mode: RoadMode, minutes: float) -> shapely.Geometry:
        """Return the ground from which a point is reached within so many minutes.

        Parameters
        ----------
        point
            A point in BNG.
        mode
            ``"drive"``, ``"walk"`` or ``"cycle"``.
        minutes
            How long the journey may take.

        Returns
        -------
        shapely.Geometry
            Polygons in BNG.

        Raises
        ------
        SourceError
            Valhalla cannot answer: there is no road near the point.
        """
        asked = {
            "locations": _locations(shapely.get_coordinates(point)),
            "costing": COSTING[mode],
            "contours": [{"time": minutes}],
            "polygons": True,
            "reverse": True,
        }
        found = self._ask("isochrone", asked)
        shapes = [shapely.geometry.shape(feature["geometry"]) for feature in found["features"]]
        return to_bng(gpd.GeoSeries(shapely.make_valid(np.array(shapes)), crs=WGS84)).union_all()

    def _matrix(
        self, sources: list[dict[str, float]], targets: list[dict[str, float]], mode: RoadMode
    ) -> NDArray[np.float64]:
        asked = {"sources": sources, "targets": targets, "costing": COSTING[mode], "verbose": False}
        durations = self._ask("matrix", asked)["sources_to_targets"]["durations"]
        return np.array([[np.inf if one is None else one for one in row] for row in durations], dtype=np.float64)

    def _ask(self, what: str, asked: dict[str, Any]) -> Any:
        try:
            return getattr(valhalla.Actor(self.config), what)(asked)
        except RuntimeError as error:
            raise SourceError(f'engine = "valhalla": it has no answer ({error}). Use engine = "dijkstra".') from error


def load_turn_costs(path: str | Path, *, cache: Path) -> TurnCosts:
    """Return Valhalla on an OpenStreetMap extract, whose tiles are made once and kept.

    Parameters
    ----------
    path
        The ``.osm.pbf`` file.
    cache
        Folder to keep the tiles in.

    Raises
    ------
    SourceError
        Valhalla is not installed, or cannot make tiles of the file.
    """
    if valhalla is None:
        raise SourceError(
            "engine = \"valhalla\": Valhalla is not installed. Install it with: pip install 'onetown[routing]', or use "
            'engine = "dijkstra".'
        )
    tiles = cache / f"tiles-{VERSION}-{sha256_of(path)[:32]}"
    if not tiles.is_dir():
        _make_tiles(Path(path), tiles)
    return TurnCosts(_config(tiles))


def _make_tiles(path: Path, tiles: Path) -> None:
    """Make the tiles beside their place and put them there when they are whole."""
    try:
        tiles.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=tiles.parent) as folder:
            partial = Path(folder) / "tiles"
            partial.mkdir()
            settings = Path(folder) / "valhalla.json"
            settings.write_text(json.dumps(_config(partial)), encoding="utf-8")
            _run(path, settings)
            if not tiles.exists():
                shutil.move(partial, tiles)
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(
            f"{tiles.parent}: the tiles of {path.name} cannot be kept there ({error.strerror})."
        ) from error


def _run(path: Path, settings: Path) -> None:
    program = Path(valhalla.PYVALHALLA_DIR) / "bin" / "valhalla_build_tiles"
    command = [str(program), "-c", str(settings), str(path.absolute())]
    # it writes lists of odd ways into the folder it is started in
    done = subprocess.run(  # noqa: S603
        command, cwd=settings.parent, capture_output=True, text=True, check=False, errors="replace"
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it gives no reason"])[-1]
        raise SourceError(f"{path}: Valhalla cannot read this extract ({said}). Download it again (.osm.pbf).")


def _config(tiles: Path) -> dict[str, Any]:
    from valhalla.config import get_config  # noqa: PLC0415 - only where it is installed

    # a copy: the defaults are one object that every call changes
    config: dict[str, Any] = json.loads(json.dumps(get_config(tile_extract="", tile_dir="")))
    config["mjolnir"] |= {"tile_dir": str(tiles), "tile_extract": "", "admin": "", "timezone": "", "concurrency": 1}
    for costing in COSTING.values():
        limits = config["service_limits"][costing]
        limits |= {"max_matrix_distance": FURTHEST_M, "max_matrix_location_pairs": MOST_PAIRS}
    return config


def _locations(xy: NDArray[np.float64]) -> list[dict[str, float]]:
    lon, lat = lonlat_from_bng(xy[:, 0], xy[:, 1])
    return [{"lon": float(east), "lat": float(north)} for east, north in zip(lon, lat, strict=True)]
