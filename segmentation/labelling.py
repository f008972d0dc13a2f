"""Partners label their own customers: by postcode, area code or easting and northing, without any census data.

What comes back is the row number, the segment and its name. No other column of the list is given back unless it is
asked for by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.errors import SchemaError, examples
from geodata.inputs import Named
from geodata.rows import check_column, find_columns, read_rows
from geodata.whereabouts import PLACE_FIELDS, not_placed, place_rows
from segmentation.lookup import Lookup, mark_of
from segmentation.model import SegmentModel

COLUMNS = ["segment", "name", "super", "super_name", "certainty", "placed_by", "why_not"]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Customers with their segments.

    Parameters
    ----------
    table
        Indexed by ``row``, the row number that a spreadsheet shows: ``segment name super super_name certainty placed_by
        why_not``, then the columns asked for. Segments are missing where the row could not be placed; then `why_not`
        says why.
    not_labelled
        Rows by reason.
    source
        Name of the list.
    """

    table: pd.DataFrame
    not_labelled: dict[str, int]
    source: str

    @property
    def rows_in(self) -> int:
        """Rows of the list."""
        return len(self.table)

    @property
    def labelled(self) -> int:
        """Rows with a segment."""
        return int(self.table["segment"].notna().sum())

    def by_segment(self) -> pd.DataFrame:
        """Return the customers of each segment: ``segment name customers``, the largest first."""
        counted = self.table.dropna(subset="segment").groupby(["segment", "name"]).size().rename("customers")
        return counted.reset_index().sort_values(["customers", "segment"], ascending=[False, True], ignore_index=True)


def label_customers(customers: Named, model: SegmentModel, lookup: Lookup, *, keep: Sequence[str] = ()) -> Labelled:
    """Return the segment of every customer of a list.

    Parameters
    ----------
    customers
        The list, of any kind that onetown reads.
    model
        Names of the segments.
    lookup
        Where postcodes and areas lie, and their segments.
    keep
        Headings of columns to give back.

    Raises
    ------
    SchemaError
        Model and look-up do not belong together, no column says where a customer lives, or a column to keep is not in
        the list.
    SourceError
        The list cannot be read.
    """
    check_together(model, lookup)
    rows = read_rows(customers)
    kept = [check_column(rows, heading, source=str(customers)) for heading in keep]
    clash = [heading for heading in kept if heading in COLUMNS or heading == "row"]
    if clash:
        raise SchemaError(f"{customers}: {examples(clash)} is a column of the result too. Rename it in the list.")
    columns = find_columns(rows, PLACE_FIELDS, source=str(customers))
    placed = place_rows(rows, columns, lookup.gazetteer, source=str(customers))
    subs = placed["oa_code"].map(lookup.areas["sub"])
    supers = subs.map(dict(enumerate(model.hierarchy.parents.tolist())))
    table = pd.DataFrame(
        {
            "segment": subs.astype("Int64"),
            "name": subs.map(dict(enumerate(model.sub_names))),
            "super": supers.astype("Int64"),
            "super_name": supers.map(dict(enumerate(model.super_names))),
            "certainty": placed["oa_code"].map(lookup.areas["certainty"]),
            "placed_by": placed["placed_by"],
            "why_not": placed["reason"],
        }
    )[COLUMNS]
    return Labelled(table.join(rows[kept]), not_placed(placed), str(customers))


def check_together(model: SegmentModel, lookup: Lookup) -> None:
    """Raise where a look-up was not made with the model.

    Raises
    ------
    SchemaError
        The census years differ, or the models do.
    """
    if lookup.vintage != model.vintage:
        raise SchemaError(
            f"{lookup.source}: it is of the {lookup.vintage} Census, and the model is of {model.vintage}. "
            "Take both from the same run of 'onetown segment'."
        )
    if lookup.model != mark_of(model) or not np.isin(lookup.areas["sub"], np.arange(len(model.sub_names))).all():
        raise SchemaError(
            f"{lookup.source}: it was made with another model ({lookup.model}) than the one given ({mark_of(model)}). "
            "Take both from the same run of 'onetown segment'."
        )
