"""Terms between those who share a building."""

from __future__ import annotations

import pandas as pd
import pytest

from estate.terms import level, levels, sharing_terms
from geodata.errors import DataError


def test_there_are_four_levels_and_suffolks_breaks() -> None:
    """Cooperation to co-ownership; 25 years with breaks at 10 and every 5."""
    assert list(levels()) == ["cooperation", "coordination", "collaboration", "co-ownership"]
    assert level("collaboration").breaks() == (10, 15, 20)


def test_a_guest_pays_by_space_and_a_licence_recharges_no_rent() -> None:
    """A quarter of the building, a quarter of its costs; what is not known stays unknown."""
    assets = pd.DataFrame(
        {"organisation": ["Council", "Fire"], "name": ["Hall", "Station"], "nia_m2": [400.0, 100.0],
         "rent_gbp_pa": [4000.0, None], "rates_gbp_pa": [800.0, None], "running_cost_gbp_pa": [1200.0, None]},
        index=["a", "b"],
    )  # fmt: skip
    guests = pd.DataFrame({"asset_id": ["a", "b"], "body": ["Police", "Health"], "m2": [100.0, 50.0]})
    lease, licence = (sharing_terms(guests, assets, level(name)) for name in ("collaboration", "coordination"))
    assert lease.loc[0, "total_gbp_pa"] == 1500.0
    assert licence.loc[0, "total_gbp_pa"] == 500.0
    assert pd.isna(lease.loc[1, "rates_gbp_pa"])
    assert lease.loc[0, "breaks"] == "year 10, year 15, year 20"


def test_an_unknown_level_is_refused_with_the_nearest() -> None:
    """Did you mean."""
    with pytest.raises(DataError, match="Did you mean 'cooperation'"):
        level("co-operation")
