"""Identifiers of assets: the body's own reference, told apart by content where it stands at several buildings.

They must not change when somebody sorts the list. Only rows without any reference are known by file and row; the
history of a register finds those again by their content (:mod:`estate.matching`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import pandas as pd

from estate.findings import findings
from estate.identity import slug

CONTENT = ("name", "address", "postcode", "uprn", "use_recorded", "tenure_recorded", "gia_m2", "nia_m2", "site_area_m2")


def content_codes(rows: pd.DataFrame) -> pd.Series:
    """Return six hexadecimal digits for what each row says of its building; the caller's index.

    Parameters
    ----------
    rows
        Any of the columns name, address, postcode, uprn, use_recorded, tenure_recorded and the areas.

    Examples
    --------
    >>> content_codes(pd.DataFrame({"name": ["Town Hall", "Market Hall", "Town Hall"]})).tolist()
    ['d9cadf', 'b58f66', 'd9cadf']
    """
    columns = [rows[name].astype("object").where(rows[name].notna(), "") for name in CONTENT if name in rows]
    texts = ["\x1f".join(str(cell) for cell in row) for row in zip(*columns, strict=True)] or [""] * len(rows)
    codes = [hashlib.sha256(text.encode()).hexdigest()[:6] for text in texts]
    return pd.Series(codes, index=rows.index, dtype="str")


def asset_ids(record: pd.DataFrame, *, stem: str, taken: Collection[str] = ()) -> tuple[pd.Series, pd.DataFrame]:
    """Return stable identifiers: the body's own reference where the list has one, else file and row.

    Where several rows have one reference, one of them keeps it bare and the others add a code of their content; which
    one does not depend on the order of the rows.

    Parameters
    ----------
    record
        Columns `organisation`, `reference` and those of ``CONTENT``; index = row numbers.
    stem
        Name of the file (and sheet), for rows without a reference.
    taken
        Identifiers given already, by earlier sheets.

    Returns
    -------
    tuple
        Identifiers with the caller's index, and findings for references that stand at several rows.
    """
    body = record["organisation"].map({name: slug(name) for name in record["organisation"].unique()})
    by_row = body + "/" + slug(stem) + "-r" + pd.Series(record.index, index=record.index).astype("str")
    reference = record["reference"].str.replace(r"\s+", " ", regex=True).str.strip()
    own = (body + "/" + reference).where(reference.ne(""), by_row)
    ids = told_apart(own, record, taken=taken)
    again = ids.ne(own) & reference.ne("")
    found = findings(
        record.index[again],
        rule="repeated_reference",
        message="The reference '" + reference[again] + "' stands at several different rows.",
        remedy="Give every building its own reference.",
        severity="question",
        value=reference,
    )
    return ids.astype("str"), found


def told_apart(
    own: pd.Series, rows: pd.DataFrame, *, taken: Collection[str] = (), of_list: pd.Series | None = None
) -> pd.Series:
    """Return identifiers of which each stands once: those that repeat get a code of their row's content.

    Parameters
    ----------
    own
        Identifiers as the lists give them.
    rows
        Rows with the columns of ``CONTENT``; the same order as `own`.
    taken
        Identifiers that none of the rows may have.
    of_list
        Number of the list that each row comes from: the first list keeps its identifiers.
    """
    known = set(taken)
    shared = own.duplicated(keep=False) | own.isin(known)
    if not shared.any():
        return own
    codes = content_codes(rows[shared.to_numpy()]).to_numpy()
    lists = 0 if of_list is None else of_list[shared.to_numpy()].to_numpy()
    order = pd.DataFrame({"own": own[shared].to_numpy(), "list": lists, "code": codes})
    order = order.sort_values(["own", "list", "code"], kind="stable")[["own", "code"]]
    known |= set(own[~shared])
    new: dict[int, str] = {}
    for place, one, code in order.itertuples():
        tries = (one, f"{one}-{code}", *(f"{one}-{code}-{number}" for number in range(2, len(order) + len(known) + 2)))
        new[int(place)] = next(name for name in tries if name not in known)
        known.add(new[int(place)])
    result = own.copy()
    result.loc[shared.to_numpy()] = [new[place] for place in range(len(order))]
    return result
