"""What a new delivery changes: buildings new, gone and changed, column by column, with the values before and after.

A building keeps the identifier under which it first came into the register, however it was recognised; how it was
recognised is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain, count

import geopandas as gpd
import pandas as pd

from estate.cell_changes import NOT_COMPARED, changed_cells, said
from estate.matching import BY_REFERENCE, match_rows, own_reference
from estate.phrases import counted, listed

SHOWN = 5
SHORTEST_NAME = 4
ABOUT = ("organisation", "name", "address", "postcode", "use")
SUMMARY_COLUMNS = ("before", "after", "new", "gone", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class Changes:
    """One delivery against what the register had of the same bodies.

    Parameters
    ----------
    rows
        The delivery with the identifiers that it has in the register, index `asset_id`, in the order of the list.
    new, gone
        Buildings that came and went, index `asset_id`: `organisation`, `name`, `address`, `postcode`, `use`.
    changed
        One row per changed cell: `asset_id`, `organisation`, `name`, `column`, `before`, `after`, the values as text
        ("" for missing); `place` is the point in metres of British National Grid.
    recognised
        Buildings recognised by less than the body's reference, or under another identifier: `asset_id` (kept),
        `delivered_as`, `name`, `by`, `score`.
    doubts
        Sentences about what should be looked at before the delivery is taken over.
    summary
        Per body: `before`, `after`, `new`, `gone`, `changed`, `unchanged` (buildings); index `organisation`.
    """

    rows: gpd.GeoDataFrame
    new: pd.DataFrame
    gone: pd.DataFrame
    changed: pd.DataFrame
    recognised: pd.DataFrame
    doubts: tuple[str, ...]
    summary: pd.DataFrame

    @property
    def nothing(self) -> bool:
        """True where the delivery says what the register says already."""
        return self.new.empty and self.gone.empty and self.changed.empty

    def sentences(self) -> list[str]:
        """Return what changed, body by body, then the first buildings of each kind, then the doubts."""
        lines = [_body_sentence(row, self.changed) for row in self.summary.itertuples()]
        lines += _examples("new", self.new) + _examples("gone", self.gone) + _changed_examples(self.changed)
        lines += _recognised_sentences(self.recognised)
        return lines + [f"Look: {doubt}" for doubt in self.doubts]


def compare(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    bodies: Collection[str],
    version: int = 0,
    taken: Collection[str] = (),
    set_aside: pd.DataFrame | None = None,
) -> Changes:
    """Compare a delivery with what the register has of the same bodies.

    Parameters
    ----------
    before
        The register, index `asset_id`; rows of other bodies are left alone.
    after
        The delivery, index `asset_id` as delivered.
    bodies
        Whose list it is; all their rows are replaced.
    version
        Number that the register will have, for identifiers that must be made.
    taken
        Identifiers that have ever been given; a new building without a reference of its own gets none of these.
    set_aside
        Rows of the delivery that were set aside, to tell buildings that went from rows that could not be read.
    """
    mine = gpd.GeoDataFrame(before[before["organisation"].isin(list(bodies))]) if len(before) else before
    pairs = _pairs(mine, after, bodies)
    rows = _with_kept_ids(after, pairs, taken=set(taken) | set(mine.index), version=version)
    partner = pd.Series(pairs["before"].to_numpy(), index=pairs["after"])
    known = after.index.isin(partner.index)
    left = gpd.GeoDataFrame(mine.loc[partner.reindex(after.index[known])]) if len(pairs) else mine.iloc[:0]
    changed = changed_cells(left, gpd.GeoDataFrame(rows[known]))
    once = changed.drop_duplicates("asset_id")
    new, gone = _about(rows[~known]), _about(mine[~mine.index.isin(pairs["before"])])
    return Changes(
        rows=rows,
        new=new,
        gone=gone,
        changed=changed,
        recognised=_recognised(rows, after, pairs),
        doubts=(
            *_reused_references(changed, pairs),
            *_emptied_columns(left, rows[known]),
            *_gone_or_set_aside(gone, set_aside),
        ),
        summary=_summary({"before": mine, "after": rows, "new": new, "gone": gone, "changed": once}, bodies),
    )


def _pairs(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, bodies: Collection[str]) -> pd.DataFrame:
    parts = [
        match_rows(
            gpd.GeoDataFrame(before[before["organisation"].eq(body)]),
            gpd.GeoDataFrame(after[after["organisation"].eq(body)]),
        )
        for body in bodies
        if len(before) and before["organisation"].eq(body).any()
    ]
    return pd.concat(parts, ignore_index=True) if parts else match_rows(after.iloc[:0], after.iloc[:0])


def _with_kept_ids(after: gpd.GeoDataFrame, pairs: pd.DataFrame, *, taken: set[str], version: int) -> gpd.GeoDataFrame:
    """Return the rows with their identifiers: the earlier one where the building is known, else one that is free.

    An identifier made of a body's own reference may come back: it is the same building again. One made of a row number
    may not: another building stands in that row today.
    """
    kept = dict(zip(pairs["after"], pairs["before"], strict=True))
    own = own_reference(after).ne("")
    used = set(kept.values())
    ids = []
    for delivered, referenced in zip(after.index, own, strict=True):
        name = kept.get(delivered, delivered)
        if delivered not in kept:
            base = name if name not in used and (referenced or name not in taken) else f"{delivered}-v{version}"
            name = next(one for one in chain([base], (f"{base}-{turn}" for turn in count(2))) if one not in used)
            used.add(name)
        ids.append(name)
    return gpd.GeoDataFrame(after.set_axis(pd.Index(ids, name="asset_id", dtype="str")))


def _about(rows: pd.DataFrame) -> pd.DataFrame:
    columns = {name: rows.get(name, "") for name in ABOUT}
    return pd.DataFrame(columns, index=rows.index).rename_axis("asset_id").astype("str")


def _recognised(rows: gpd.GeoDataFrame, after: gpd.GeoDataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    told = pairs[pairs["by"].ne(BY_REFERENCE)]
    names = pd.Series(rows["name"].to_numpy() if "name" in rows else "", index=after.index)
    table = {
        "asset_id": told["before"],
        "delivered_as": told["after"],
        "name": told["after"].map(names),
        "by": told["by"],
        "score": told["score"],
    }
    return pd.DataFrame(table).reset_index(drop=True)


def _reused_references(changed: pd.DataFrame, pairs: pd.DataFrame) -> list[str]:
    """Return a doubt for every reference under which another name, address and postcode stand today."""
    matched = changed["asset_id"].isin(pairs.loc[pairs["by"].eq(BY_REFERENCE), "before"])
    cells = changed[matched & changed["before"].ne("") & changed["after"].ne("")]
    names = cells[cells["column"].eq("name")].set_index("asset_id")
    codes = cells[cells["column"].eq("postcode")].set_index("asset_id")[["before", "after"]]
    both = names.join(codes.rename(columns={"before": "before_code", "after": "after_code"}), how="inner")
    return [
        f"{row.Index} was '{row.before}', {row.before_code} and is '{row.after}', {row.after_code}: "
        "is it the same building? If not, it needs a reference of its own."
        for row in both.itertuples()
    ]


def _emptied_columns(left: pd.DataFrame, right: pd.DataFrame) -> list[str]:
    """Return a doubt for every column that was filled and is now empty throughout."""
    columns = [name for name in right.columns if name in left and name not in NOT_COMPARED and name != "geometry"]
    columns = [name for name in columns if not pd.api.types.is_bool_dtype(right[name]) and not name.endswith("_from")]
    filled = {name: sum(map(bool, said(left[name]))) for name in columns}
    empty = [name for name in columns if filled[name] >= 2 and not any(said(right[name]))]
    return [
        f"'{name}' was filled for {counted(filled[name], 'building')} and is empty for all now: "
        "was the column left out of the list?"
        for name in empty
    ]


def _gone_or_set_aside(gone: pd.DataFrame, set_aside: pd.DataFrame | None) -> list[str]:
    """Return a doubt for buildings that are gone only because their row was set aside this time."""
    if set_aside is None or set_aside.empty or gone.empty:
        return []
    lines = list(zip(set_aside["source_row"], set_aside["reason"], set_aside["cells"], strict=True))
    told = []
    for asset_id, name in gone["name"].items():
        rows = [(row, reason) for row, reason, cells in lines if len(name) >= SHORTEST_NAME and f": {name}" in cells]
        if rows:
            told.append(f"{asset_id} '{name}' (row {rows[0][0]}: {rows[0][1]})")
    more = f" and {len(told) - SHOWN:,} more" if len(told) > SHOWN else ""
    start = "Gone from the register, but in the list, as a row set aside: "
    return [f"{start}{'; '.join(told[:SHOWN])}{more}"] if told else []


def _summary(tables: Mapping[str, pd.DataFrame], bodies: Collection[str]) -> pd.DataFrame:
    """Return the number of buildings per body in each table, and of those that stayed as they were."""
    counts = {
        name: rows["organisation"].value_counts() if len(rows) else pd.Series(dtype="int64")
        for name, rows in tables.items()
    }
    table = pd.DataFrame({name: n.reindex(sorted(bodies)).fillna(0).astype("int64") for name, n in counts.items()})
    table["unchanged"] = table["after"] - table["new"] - table["changed"]
    return table[list(SUMMARY_COLUMNS)].rename_axis("organisation")


def _body_sentence(row: object, changed: pd.DataFrame) -> str:
    body, before, after, new, gone, n_changed, unchanged = tuple(row)  # type: ignore[arg-type, var-annotated]
    if not before:
        return f"{body}: {counted(after, 'building')}, the first list of this body."
    cells = changed.loc[changed["organisation"].eq(body), "column"].value_counts()
    columns = listed([f"{name} {n:,}" for name, n in cells.head(SHOWN).items()])
    which = f" ({columns})" if len(cells) else ""
    return (
        f"{body}: {before:,} before, {after:,} now: {new:,} new, {gone:,} gone, {n_changed:,} changed{which}, "
        f"{unchanged:,} as before."
    )


def _examples(word: str, rows: pd.DataFrame) -> list[str]:
    lines = [
        f"  {word}: {asset_id} '{row['name']}', {row['postcode'] or row['address'] or 'no address'}"
        for asset_id, row in rows.head(SHOWN).iterrows()
    ]
    return lines + ([f"  {word}: and {len(rows) - SHOWN:,} more"] if len(rows) > SHOWN else [])


def _changed_examples(changed: pd.DataFrame) -> list[str]:
    lines = [
        f"  changed: {row.asset_id} {row.column}: '{row.before}' is now '{row.after}'"
        for row in changed.head(SHOWN).itertuples()
    ]
    return lines + ([f"  changed: and {len(changed) - SHOWN:,} more cells"] if len(changed) > SHOWN else [])


def _recognised_sentences(recognised: pd.DataFrame) -> list[str]:
    if recognised.empty:
        return []
    ways = recognised["by"].value_counts()
    how = listed([f"{n:,} by {by}" for by, n in ways.items()])
    unsure = recognised[recognised["score"] < 1.0].sort_values("score").head(SHOWN)
    lines = [f"Recognised without the body's own reference: {how}; each keeps its asset_id."]
    return lines + [
        f"  score {row.score:.2f}: {row.delivered_as} '{row.name}' is taken for {row.asset_id}"
        for row in unsure.itertuples(index=False)
    ]
