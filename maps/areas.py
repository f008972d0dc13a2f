"""The layer of areas: outlines, whom they house, and the portrait of each segment in brief."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.errors import CoverageError, DataError, examples
from maps.base import DataLayer
from maps.inert import Json, coded, numbers, packed_json, plain_text
from maps.packing import PackedAreas, pack_areas
from maps.style import GROUP_COLOURS, group_colours, shades
from maps.wards import Wards, told, wards_of

if TYPE_CHECKING:
    from segmentation.segments import Segments

LARGER = ("lsoa", "msoa")  # drawn in place of areas under two pixels wide, see page/larger.js
STANDS_OUT = 6  # lines of a portrait in brief


def area_layer(
    areas: gpd.GeoDataFrame,
    segments: Segments | None = None,
    *,
    wards: Wards | None = None,
    tolerance_m: float | None = None,
    cache: Path | None = None,
) -> DataLayer:
    """Return the layer of areas, coloured by segment where there are segments.

    Parameters
    ----------
    areas
        Areas table in BNG, indexed by oa_code.
    segments
        The segments of these areas; areas that have none are drawn grey and counted as not classified.
    wards
        The wards of these areas; by default those that the table names.
    tolerance_m, cache
        See :func:`maps.packing.pack_areas`.

    Raises
    ------
    CoverageError
        If no area of the table has a segment, or a segment has no portrait.
    DataError
        If there are more groups than a map can tell apart, or see :func:`maps.packing.pack_areas`.
    """
    packed = pack_areas(areas, tolerance_m=tolerance_m, cache=cache)
    table = _facts(areas) | told(wards or wards_of(areas), areas)
    groups: list[Json] = []
    if segments is not None:
        table |= _classified(areas.index, segments)
        groups = _portraits(segments)
    data: Json = {
        "geometry": _geometry(packed),
        "table": packed_json(table),
        "groups": packed_json(groups),
    }
    return DataLayer("areas", data, rows=packed.n_areas)


def _geometry(packed: PackedAreas) -> Json:
    """Return the outlines and their grid as plain values."""
    grid = packed.grid
    return {"data": packed.data, "west": grid.west, "north": grid.north, "step": grid.step}


def _facts(areas: gpd.GeoDataFrame) -> dict[str, Json]:
    """Return the columns of the areas table that the page shows."""
    blank = pd.Series("", index=areas.index)
    none = pd.Series(np.nan, index=areas.index)
    return {
        "code": [plain_text(code) for code in areas.index],
        "locality": coded(areas.get("locality", blank)),
        "district": coded(areas.get("lad_name", blank)),
        "placed": coded(areas.get("placed_by", blank)),
        "population": numbers(areas.get("population", none)),
        "households": numbers(areas.get("households", none)),
        "larger": {level: _members(areas[f"{level}_code"]) for level in LARGER if f"{level}_code" in areas},
    }


def _members(codes: pd.Series) -> list[Json]:
    """Return for each area the number of the larger one that it is part of, -1 where it is not known."""
    named = codes.map(plain_text)
    return [int(number) for number in pd.factorize(named.where(named != ""))[0]]


def _classified(index: pd.Index, segments: Segments) -> dict[str, Json]:
    """Return super and sub-segment, runner-up and certainty of each area, -1 or None where it has none."""
    table = segments.table.reindex(index)
    if table["sub"].isna().all():
        raise CoverageError(
            f"segments: none of their areas ({examples(list(segments.table.index))}) is on the map. "
            "Check that both are of the same census year."
        )
    whole = {"super": table["super"], "sub": table["sub"], "second": table["second_best"]}
    result: dict[str, Json] = {name: numbers(column.fillna(-1)) for name, column in whole.items()}
    return result | {"certainty": numbers(table["certainty"], decimals=2)}


def _portraits(segments: Segments) -> list[Json]:
    """Return one portrait in brief per segment, supers first, each with its colour."""
    portraits = segments.portraits.sort_values(["level", "parent", "segment"], kind="stable")
    supers, subs = portraits[portraits["level"] == "super"], portraits[portraits["level"] == "sub"]
    if len(supers) > len(GROUP_COLOURS):
        raise DataError(
            f"segments: {len(supers)} super segments, a map can tell {len(GROUP_COLOURS)} apart. Ask for fewer."
        )
    result: list[Json] = []
    for group, colour in zip(supers.to_dict("records"), group_colours(len(supers)), strict=True):
        result.append(_portrait(group, colour, segments))
        parts = subs[subs["parent"] == group["segment"]].to_dict("records")
        tones = shades(colour, max(len(parts), 1))
        result.extend(_portrait(part, tone, segments) for part, tone in zip(parts, tones, strict=False))
    _check_complete(segments, portraits)
    return result


def _check_complete(segments: Segments, portraits: pd.DataFrame) -> None:
    """Raise where an area belongs to a segment that has no portrait."""
    for level in ("super", "sub"):
        known = set(portraits.loc[portraits["level"] == level, "segment"])
        lacking = sorted(set(segments.table[level].dropna()) - known)
        if lacking:
            raise CoverageError(
                f"segments: no portrait for {level} segment {examples(lacking)}. Describe the segments again."
            )


def _portrait(row: Mapping[Hashable, Any], colour: str, segments: Segments) -> Json:
    """Return what the page says of one segment."""
    level, number = str(row["level"]), int(row["segment"])
    return {
        "level": level,
        "segment": number,
        "parent": int(row["parent"]) if level == "sub" else None,
        "name": plain_text(row["name"]) or f"Segment {number}",
        "summary": plain_text(row.get("summary")),
        "colour": colour,
        "standsOut": _stands_out(segments.stands_out, level, number),
    }


def _stands_out(table: pd.DataFrame, level: str, number: int) -> list[Json]:
    """Return the variables in which a segment differs most, in the order of their rank."""
    rows = table[(table["level"] == level) & (table["segment"] == number)].sort_values("rank", kind="stable")
    chosen = rows.head(STANDS_OUT)
    columns = zip(
        [plain_text(label) for label in chosen["label"]],
        [plain_text(sentence) for sentence in chosen.get("sentence", pd.Series("", index=chosen.index))],
        numbers(chosen["share"] * 100, decimals=1),
        numbers(chosen["base_share"] * 100, decimals=1),
        numbers(chosen["difference_pp"], decimals=1),
        numbers(chosen["index_score"]),
        strict=True,
    )
    return [
        {"label": label, "sentence": sentence, "share": share, "base": base, "pp": points, "index": index}
        for label, sentence, share, base, points, index in columns
    ]
