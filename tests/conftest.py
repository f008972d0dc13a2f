"""One small town whose answers can be worked out on paper, and the door to the real data.

The town: twelve output areas, 1 km squares in three rows of four, south-west corner at easting 400,000 and northing
300,000; 100 residents and 40 households in each. Areas are numbered west to east, south to north: T01 is the
south-west corner, T12 the north-east. Six buildings of three bodies stand at the centres of six areas.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from shapely.geometry import Point, box

REAL_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
BNG = "EPSG:27700"

# The same examples each time, and however slow the machine: a change fails a law, not chance or a busy neighbour.
# To look for new examples: pytest --hypothesis-profile=default
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests on real data, saying why, only where the data are not there."""
    if REAL_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason=f"the real data are not beside the project: {REAL_DATA} does not exist")
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep networks read by tests out of the cache of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONETOWN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data (tests that use it carry the marker ``real``)."""
    return REAL_DATA


@pytest.fixture
def town_areas() -> gpd.GeoDataFrame:
    """Return twelve areas of 1 km2, two LSOAs (west, east), one MSOA and one district."""
    codes, squares = [], []
    for number in range(12):
        column, row = number % 4, number // 4
        west, south = 400_000 + 1_000 * column, 300_000 + 1_000 * row
        codes.append(f"T{number + 1:02d}")
        squares.append(box(west, south, west + 1_000, south + 1_000))
    frame = gpd.GeoDataFrame(
        {
            "lsoa_code": ["L1" if number % 4 < 2 else "L2" for number in range(12)],
            "msoa_code": "M1",
            "ward_code": "W1",
            "lad_code": "D1",
            "lad_name": "Smalltown",
            "locality": ["West" if number % 4 < 2 else "East" for number in range(12)],
            "population": 100.0,
            "households": 40.0,
            "placed_by": "polygon",
        },
        index=pd.Index(codes, name="oa_code"),
        geometry=squares,
        crs=BNG,
    )
    frame["point"] = frame.geometry.centroid
    return frame


@pytest.fixture
def town_assets() -> gpd.GeoDataFrame:
    """Return six buildings of three bodies at the centres of T01, T02, T04, T09, T11 and T12.

    Every office has 10 m2 a desk. Costs are whole thousands so that savings can be added in the head.
    """
    rows = [
        # asset_id, organisation, use, tenure, nia_m2, desks, fte, running, rent, easting, northing
        ("A1", "Council", "office", "freehold", 1000.0, 100.0, 40.0, 100_000.0, 0.0, 400_500, 300_500),
        ("A2", "Council", "office", "leasehold", 400.0, 40.0, 20.0, 40_000.0, 40_000.0, 401_500, 300_500),
        ("A3", "Council", "library", "freehold", 300.0, 10.0, 5.0, 30_000.0, 0.0, 403_500, 300_500),
        ("B1", "Police", "police station", "freehold", 600.0, 60.0, 30.0, 60_000.0, 0.0, 400_500, 302_500),
        ("B2", "Police", "office", "leasehold", 200.0, 20.0, 10.0, 20_000.0, 20_000.0, 402_500, 302_500),
        ("C1", "Health", "clinic", "freehold", 500.0, 30.0, 15.0, 50_000.0, 0.0, 403_500, 302_500),
    ]
    columns = ["asset_id", "organisation", "use", "tenure", "nia_m2", "desks", "fte", "running_cost_gbp_pa",
               "rent_gbp_pa", "easting", "northing"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).set_index("asset_id")
    points = [Point(east, north) for east, north in zip(table.easting, table.northing, strict=True)]
    table = table.drop(columns=["easting", "northing"]).assign(
        name=[f"{row.organisation} {row.use} {key}" for key, row in table.iterrows()],
        services=["office", "office", "library", "police", "office", "health"],
        public_facing=[False, False, True, True, False, True],
    )
    return gpd.GeoDataFrame(table, geometry=points, crs=BNG)


@pytest.fixture
def town_teams() -> pd.DataFrame:
    """Return seven teams: one per building, and a second one in A1."""
    rows = [
        ("t1", "Council", "A1", "office", 30.0, False, True),
        ("t2", "Council", "A1", "office", 10.0, False, True),
        ("t3", "Council", "A2", "office", 20.0, False, True),
        ("t4", "Council", "A3", "library", 5.0, True, True),
        ("t5", "Police", "B1", "police", 30.0, True, True),
        ("t6", "Police", "B2", "office", 10.0, False, True),
        ("t7", "Health", "C1", "health", 15.0, True, True),
    ]
    columns = ["team_id", "organisation", "asset_id", "service", "fte", "front_desk", "may_move"]
    return pd.DataFrame(rows, columns=columns).set_index("team_id").assign(desks_per_fte=1.0, security_class="standard")


def assert_aligned(result: pd.Series | pd.DataFrame, source: pd.DataFrame) -> None:
    """Assert that a result has the index and the length of the table it was made from."""
    assert result.index.equals(source.index)
    assert len(result) == len(source)
