"""The made-up lists through the real front door: what a careful reader must make of every row."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from estate.intake import AssetList, ListSettings, read_asset_list
from geodata.demo import DemoSummary, write_demo
from geodata.demo_sites import SERVICE_USES
from geodata.place import read_place
from geodata.postcodes import read_postcodes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    """Return a small county, written."""
    return write_demo(tmp_path_factory.mktemp("door") / "peakshire", seed=0, n_areas=200)


@pytest.fixture(scope="module")
def read(demo: DemoSummary) -> list[AssetList]:
    """Return its 26 lists as the intake reads them, without a setting but the body's name."""
    place, postcodes = read_place(demo.place), read_postcodes(demo.folder / "postcodes.csv.gz")
    extent = gpd.read_file(demo.folder / "county.gpkg").geometry.iloc[0]
    settings = [ListSettings(place.find(str(source.file)), organisation=source.organisation) for source in place.assets]
    return [read_asset_list(one, postcodes=postcodes, place_extent=extent) for one in settings]


@pytest.fixture(scope="module")
def accepted(read: list[AssetList]) -> pd.DataFrame:
    """Return all accepted rows."""
    return pd.concat([pd.DataFrame(one.accepted) for one in read])


@pytest.fixture(scope="module")
def truth(demo: DemoSummary) -> pd.DataFrame:
    """Return the clean register."""
    return pd.read_parquet(demo.truth / "assets.parquet")


def test_all_service_buildings_come_through_under_their_own_identifiers(
    accepted: pd.DataFrame, truth: pd.DataFrame
) -> None:
    """Teams and pins name buildings by these, so all 320 must be there and nothing unknown."""
    service = truth[truth["use"].isin(SERVICE_USES)]
    found = accepted.loc[accepted["services"] != ""]
    assert accepted.index.is_unique
    assert accepted.index.isin(truth.index).all()
    assert set(found.index) == set(service.index)
    assert (accepted.loc[service.index, "use"] == service["use"]).all()


def test_numbers_of_the_offices_are_as_in_the_clean_register(accepted: pd.DataFrame, truth: pd.DataFrame) -> None:
    """Pounds, decimal commas and square feet change the writing, not the sums: 12.4m a year to the pound."""
    offices = truth[truth["use"] == "office"]
    got = accepted.loc[offices.index]
    money = ["running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa"]
    assert got[money].to_numpy(dtype=float).sum() == 12_400_000
    for column in ("nia_m2", "desks", "value_gbp", "backlog_gbp"):
        assert np.allclose(got[column].astype(float), offices[column], rtol=1e-4), column
    assert (got["lease_end"].fillna(pd.Timestamp(0)) == offices["lease_end"].fillna(pd.Timestamp(0))).all()


def test_every_spoiled_row_ends_where_it_should(demo: DemoSummary, read: list[AssetList]) -> None:
    """Mended and asked about, or set aside, or no row at all: nothing is lost and nothing is taken on trust."""
    spoiled = pd.read_csv(demo.truth / "spoiled.csv", keep_default_na=False).query("fault != 'swapped_columns'")
    ends = {
        (row.source_file, int(row.source_row), row.source_sheet): end
        for one in read
        for end, table in (("accepted", one.accepted), ("set aside", one.set_aside))
        for row in table.itertuples()
    }
    for row in spoiled.itertuples():
        keys = [key for key in ends if key[:2] == (row.file, row.row) and row.sheet in ("", key[2])]
        assert (ends[keys[0]] if keys else "skipped") == row.expect, row
    aside = {key[:2] for key, end in ends.items() if end == "set aside"}
    assert aside <= set(zip(spoiled["file"], spoiled["row"], strict=True))
    assert all(one.rows_in == len(one.accepted) + len(one.set_aside) for one in read)
