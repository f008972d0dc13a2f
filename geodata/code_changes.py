"""Next year's boundaries: what became of areas that were split, merged or given another code.

A look-up has one row for each pair of an old and a new code. An area that keeps its code need not stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.errors import CoverageError, SchemaError, did_you_mean, examples
from geodata.files import read_table

OLD_HEADINGS = ("old", "old_code", "from", "oa_old", "oa11cd", "oa_code_old")
NEW_HEADINGS = ("new", "new_code", "to", "oa_new", "oa21cd", "oa_code_new")


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """Labels carried over to new areas.

    Parameters
    ----------
    table
        The labels, indexed by the new ``oa_code``.
    change
        Same index: ``same``, ``renamed``, ``split`` (its old area has other parts) or ``merged`` (it has several old
        areas; the label is that of most of them, of the first by code where as many).
    """

    table: pd.DataFrame
    change: pd.Series


def read_changes(path: Path, *, old: str | None = None, new: str | None = None) -> pd.DataFrame:
    """Read a look-up of codes.

    Parameters
    ----------
    path
        The table.
    old, new
        Headings of the old and the new code; recognised where not given.

    Returns
    -------
    DataFrame
        Columns ``old`` and ``new``, codes as text, every pair once.

    Raises
    ------
    SchemaError
        The columns are not there, or a row lacks one of the codes.
    """
    table = read_table(path)
    columns = {"old": _column(table, path, old, OLD_HEADINGS), "new": _column(table, path, new, NEW_HEADINGS)}
    pairs = pd.DataFrame({name: table[column] for name, column in columns.items()})
    blank = pairs.isna() | pairs.astype("str").apply(lambda column: column.str.strip()).eq("")
    if blank.any(axis=None):
        row = int(blank.any(axis=1).to_numpy().argmax()) + 2
        raise SchemaError(
            f"{path.name}, row {row}: the old or the new code is empty ({int(blank.any(axis=1).sum())} rows in all). "
            "Write both in every row; an area that ceased without successor is left out of the census and the look-up."
        )
    text = {name: pairs[name].astype("str").str.strip() for name in pairs}
    return pd.DataFrame(text).drop_duplicates(ignore_index=True)


def carry_over(labels: pd.DataFrame, codes: Iterable[str], changes: pd.DataFrame | None, *, source: str) -> Carried:
    """Carry labels of old areas over to new ones.

    Parameters
    ----------
    labels
        Whole numbers in columns ``super`` and ``sub``, indexed by the old codes.
    codes
        The new codes.
    changes
        From :func:`read_changes`, or None where no boundary changed.
    source
        Name of the look-up, or of the earlier labels where there is none.

    Raises
    ------
    CoverageError
        A new area comes from no labelled one, or a labelled one leads nowhere.

    Examples
    --------
    >>> labels = pd.DataFrame({"super": [0, 1], "sub": [0, 1]}, index=["A", "B"])
    >>> changes = pd.DataFrame({"old": ["B", "B"], "new": ["B1", "B2"]})
    >>> carry_over(labels, ["A", "B1", "B2"], changes, source="codes.csv").change.tolist()
    ['same', 'split', 'split']
    """
    wanted = pd.Index(list(codes), name="oa_code")
    pairs = _pairs(labels.index, wanted, changes)
    _check_all(labels.index, wanted, pairs, changes, source)
    n_old = pairs.groupby("new")["old"].nunique()
    n_new = pairs.groupby("old")["new"].nunique()
    joined = pairs.join(labels, on="old").sort_values(["new", "old"], kind="stable")
    votes = joined.groupby(["new", "sub"], sort=True).agg(
        n=("old", "size"), first=("old", "min"), top=("super", "first")
    )
    best = votes.reset_index().sort_values(["new", "n", "first"], ascending=[True, False, True]).drop_duplicates("new")
    table = best.set_index("new")[["top", "sub"]].set_axis(["super", "sub"], axis=1).loc[wanted].rename_axis("oa_code")
    one = pairs.drop_duplicates("new").set_index("new")["old"].loc[wanted]
    change = pd.Series("same", index=wanted, name="change")
    change[(one != wanted).to_numpy()] = "renamed"
    change[one.map(n_new).gt(1).to_numpy()] = "split"
    change[n_old.loc[wanted].gt(1).to_numpy()] = "merged"
    return Carried(table.astype("int64"), change)


def _pairs(old: pd.Index, new: pd.Index, changes: pd.DataFrame | None) -> pd.DataFrame:
    """Return pairs of codes that matter: those of the look-up, and those that stay and are not in it."""
    listed = pd.DataFrame(columns=["old", "new"], dtype="str") if changes is None else changes
    listed = listed[listed["old"].isin(old) & listed["new"].isin(new)]
    stay = old.intersection(new)
    stay = stay[~stay.isin(listed["new"]) & ~stay.isin(listed["old"])]
    return pd.concat([listed, pd.DataFrame({"old": stay, "new": stay})], ignore_index=True)


def _check_all(old: pd.Index, new: pd.Index, pairs: pd.DataFrame, changes: pd.DataFrame | None, source: str) -> None:
    """Raise, naming all codes that have no partner."""
    orphans, lost = new[~new.isin(pairs["new"])], old[~old.isin(pairs["old"])]
    said = []
    if len(orphans):
        said.append(f"no earlier area for {examples(list(orphans), total=len(new))} of the census")
    if len(lost):
        said.append(f"no new area for {examples(list(lost), total=len(old))} of the earlier labels")
    if not said:
        return
    if len(orphans) == len(new) and len(lost) == len(old):
        raise CoverageError(
            f"{source}: the census and the earlier labels have no area in common ({new[0]} ... and {old[0]} ...). "
            "Check that the model is of this place, and of the census before."
        )
    remedy = (
        "Add these codes to the look-up."
        if changes is not None
        else 'Where boundaries changed, name a table of old and new codes: [segments] lookup = "codes.csv".'
    )
    raise CoverageError(f"{source}: it holds {'; and '.join(said)}. {remedy}")


def _column(table: pd.DataFrame, path: Path, said: str | None, headings: tuple[str, ...]) -> str:
    """Return the heading of a column, given or recognised."""
    known = {str(column).strip().casefold(): str(column) for column in table.columns}
    found = next((known[name] for name in ((said.casefold(),) if said else headings) if name in known), None)
    if found is None:
        hint = did_you_mean(said.casefold(), known) if said else ""
        raise SchemaError(
            f"{path.name}: there is no column '{said or headings[0]}'.{hint} It has {examples(list(table.columns))}. "
            "Head "
            'the columns old and new, or name them: lookup = { file = "...", old = "...", new = "..." }.'
        )
    return found
