"""What a body sends: its whole list, with the account of where every row went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from estate.archive import writable
from estate.intake import AssetList
from estate.phrases import listed
from estate.register import Register, build_register
from estate.store import Source
from geodata.errors import DataError
from geodata.inputs import Named, shown

#: Columns that depend on the other lists at hand and are worked out anew when a register is read.
DERIVED = ("building",)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one or more bodies sent.

    Parameters
    ----------
    rows
        Rows accepted, index `asset_id`, British National Grid, with `organisation`.
    set_aside
        Rows set aside with reasons.
    sources
        The files with their accounts.
    bodies
        Whose list it is: these bodies' rows are replaced, nobody else's.
    """

    rows: gpd.GeoDataFrame
    set_aside: pd.DataFrame
    sources: tuple[Source, ...]
    bodies: tuple[str, ...]


def delivery_of(
    lists: Register | Sequence[AssetList], *, checksums: Mapping[Named, str] | None = None, bodies: Sequence[str] = ()
) -> Delivery:
    """Return lists as a delivery.

    Parameters
    ----------
    lists
        Lists as read, or the register built of them.
    checksums
        SHA-256 by file, as the lists were named.
    bodies
        Whose lists they are; by default every body that has a row in them. Name it where a list is empty, because the
        body has no building any more.

    Raises
    ------
    DataError
        No row was accepted and no body is named, or a row belongs to a body that is not named.
    """
    register = lists if isinstance(lists, Register) else build_register(lists)
    rows = writable(gpd.GeoDataFrame(register.assets.drop(columns=list(DERIVED), errors="ignore")))
    there = tuple(dict.fromkeys(rows["organisation"]))
    strange = [body for body in there if bodies and body not in bodies]
    if strange:
        raise DataError(
            f"The delivery of {listed(bodies)} holds rows of {listed(strange)}. Add each body's list apart."
        )
    if not there and not bodies:
        raise DataError("No row of the delivery was accepted, so there is nothing to add. See the rows set aside.")
    sums = {shown(file): checksum for file, checksum in (checksums or {}).items()}
    sources = [
        Source(
            str(file),
            sums.get(str(file), ""),
            *(int(part[name].sum()) for name in ("rows_in", "accepted", "set_aside")),
        )
        for file, part in register.account.groupby("file", sort=False)
    ]
    return Delivery(rows, register.set_aside, tuple(sources), tuple(bodies) or there)
