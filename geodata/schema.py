"""The tables of onetown and the one check of each, at the border.

Every ``check_`` function returns the table it was given, untouched, or raises
:class:`~geodata.errors.SchemaError` with all faults. After that the table is trusted.
"""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from geodata.errors import CoverageError, examples
from geodata.rules import (
    AREA,
    COUNT,
    DATE,
    IN_BNG,
    IN_BRITAIN,
    NUMBER,
    POINT,
    SHARE,
    TEXT,
    TRUTH,
    UPRN,
    WHOLE,
    WORDS,
    Field,
    Rule,
    Table,
    check,
    one_of,
)

#: What a building is used for, in the words of the register.
USES = (
    "office", "library", "fire station", "police station", "clinic", "hospital", "general practice",
    "children and family centre", "job centre", "court", "leisure centre", "community centre", "depot",
    "ambulance station", "school", "house", "car park", "land", "other",
)  # fmt: skip
TENURES = ("freehold", "leasehold", "licence", "PFI", "unknown")
#: Where a number comes from; empty where there is no number.
PROVENANCES = ("recorded", "estimated", "assumed", "")
AREA_PLACES = ("polygon", "weighted centroid", "larger area")
ASSET_PLACES = ("coordinates", "uprn", "postcode")

#: Numbers of an asset that the co-location model needs, and those that it can do without.
NEEDED_NUMBERS = ("nia_m2", "desks", "fte", "running_cost_gbp_pa", "rent_gbp_pa")
OTHER_NUMBERS = ("gia_m2", "site_area_m2", "rates_gbp_pa", "backlog_gbp", "value_gbp", "energy_kwh_pa")

_AREA_TEXTS = ("lsoa_code", "msoa_code", "ward_code", "lad_code", "lad_name", "locality")
_ASSET_TEXTS = (
    "address", "postcode", "holding", "condition", "epc", "status", "source_file", "source_sheet", "secure_for",
)  # fmt: skip

AREAS = Table(
    "areas",
    ("oa_code",),
    (
        *(Field(name, (TEXT,)) for name in _AREA_TEXTS),
        Field("ward_name", (TEXT,), required=False),
        Field("population", COUNT),
        Field("households", COUNT, filled=False),
        Field("placed_by", (one_of(AREA_PLACES),)),
        Field("geometry", (IN_BNG, AREA), filled=False),
        Field("point", (IN_BNG, POINT, IN_BRITAIN)),
    ),
    "Mend the boundaries or the look-up.",
    (
        Rule(
            "no_polygon",
            "there is no polygon although 'placed_by' says so",
            lambda rows: rows["geometry"].notna() | (rows["placed_by"] != "polygon"),
            skips_missing=False,
            needs=("geometry", "placed_by"),
        ),
    ),
)

ASSETS = Table(
    "assets",
    ("asset_id",),
    (
        Field("organisation", WORDS),
        Field("name", (TEXT,), filled=False),
        Field("use", (one_of(USES),)),
        Field("tenure", (one_of(TENURES),)),
        Field("services", (TEXT,), filled=False),
        Field("public_facing", (TRUTH,)),
        Field("step_free", (TRUTH,), required=False, filled=False),
        Field("uprn", (TEXT, UPRN), required=False, filled=False),
        *(Field(name, (TEXT,), required=False, filled=False) for name in _ASSET_TEXTS),
        *(Field(name, COUNT, filled=False) for name in NEEDED_NUMBERS),
        *(Field(name, COUNT, required=False, filled=False) for name in OTHER_NUMBERS),
        *(Field(f"{name}_from", (one_of(PROVENANCES),), required=False) for name in (*NEEDED_NUMBERS, *OTHER_NUMBERS)),
        *(Field(name, (DATE,), required=False, filled=False) for name in ("lease_end", "break_date", "status_since")),
        Field("placed_by", (one_of(ASSET_PLACES),), required=False),
        Field("source_row", (WHOLE,), required=False),
        Field("geometry", (IN_BNG, POINT, IN_BRITAIN)),
    ),
    "Correct the register or drop the rows.",
)

CENSUS = Table("census", ("oa_code",), (), "Download the census tables again.")

TEAMS = Table(
    "teams",
    ("team_id",),
    (
        Field("organisation", WORDS),
        Field("asset_id", WORDS),
        Field("service", WORDS),
        Field("fte", COUNT),
        Field("desks_per_fte", COUNT),
        Field("front_desk", (TRUTH,)),
        Field("security_class", (TEXT,)),
        Field("may_move", (TRUTH,)),
    ),
    "Correct the list of teams.",
)

SEGMENTS = Table(
    "segments",
    ("oa_code",),
    (
        Field("super", (WHOLE, *COUNT)),
        Field("sub", (WHOLE, *COUNT)),
        Field("margin", (NUMBER,), required=False, filled=False),
        Field("second_best", (NUMBER,), required=False, filled=False),
        Field("certainty", (NUMBER, SHARE), required=False, filled=False),
    ),
    "Run 'onetown segment' again.",
)


def check_areas(areas: gpd.GeoDataFrame, *, source: str = "areas") -> gpd.GeoDataFrame:
    """Return the areas: indexed by ``oa_code``, polygons (or None) and ``point`` in BNG, population (people).

    Raises
    ------
    SchemaError
        With every fault.
    """
    return check(areas, AREAS, source=source)


def check_assets(assets: gpd.GeoDataFrame, *, source: str = "assets") -> gpd.GeoDataFrame:
    """Return the assets: indexed by ``asset_id``, points in BNG, sizes (m2), costs (pounds a year), known words.

    Columns that the co-location model does not need may be absent; where they are there, they are checked.

    Raises
    ------
    SchemaError
        With every fault.
    """
    return check(assets, ASSETS, source=source)


def check_census(counts: pd.DataFrame, *, source: str = "census") -> pd.DataFrame:
    """Return the counts: indexed by ``oa_code``, every column numbers of at least 0; a missing count is allowed.

    Raises
    ------
    SchemaError
        With every fault.
    """
    fields = tuple(Field(str(name), COUNT, filled=False) for name in counts.columns)
    return check(counts, Table(CENSUS.name, CENSUS.index, fields, CENSUS.remedy), source=source)


def check_teams(teams: pd.DataFrame, *, assets: Collection[str] | None = None, source: str = "teams") -> pd.DataFrame:
    """Return the teams: indexed by ``team_id``, each in one asset, ``fte`` and ``desks_per_fte`` at least 0.

    Parameters
    ----------
    teams
        Table of teams.
    assets
        Known asset ids; when given, each team must be in one of them.
    source
        How to call the table in messages.

    Raises
    ------
    SchemaError
        With every fault.
    CoverageError
        A team is in a building that is not in the register.
    """
    check(teams, TEAMS, source=source)
    _check_known(teams["asset_id"], assets, source, "a building that is not in the register", TEAMS.remedy)
    return teams


def check_segments(segments: pd.DataFrame, *, source: str = "segments") -> pd.DataFrame:
    """Return the segments: indexed by ``oa_code``, ``super`` and ``sub`` whole numbers from 0.

    Raises
    ------
    SchemaError
        With every fault.
    """
    return check(segments, SEGMENTS, source=source)


def _check_known(keys: pd.Series, known: Collection[str] | None, source: str, what: str, remedy: str) -> None:
    if known is None:
        return
    strange = keys[~keys.isin(list(known))]
    if len(strange):
        named = examples(list(dict.fromkeys(strange)), total=keys.nunique())
        raise CoverageError(f"{source}: '{keys.name}' names {what}: {named}. {remedy}")
