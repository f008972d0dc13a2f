"""``[segments]`` of ``place.toml``: how many segments, by which recipe, and what they are held beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from geodata.section import Section, Share, Text


class CodeChanges(Section):
    """``lookup``: a table of old and new area codes, where areas were split or merged.

    Parameters
    ----------
    file
        The table.
    old, new
        Headings of the columns; recognised where not given.
    """

    file: Text
    old: str | None = None
    new: str | None = None


class SegmentChoice(Section):
    """``[segments]``: how many segments, by which recipe, and what they are held beside.

    Parameters
    ----------
    super, sub
        Number of super clusters; number of sub-clusters in all.
    floor
        Least share of the areas in a segment.
    transform
        How long tails of shares are drawn in: inverse hyperbolic sine, Box-Cox powers, or not at all.
    scaling
        What the common scale is: range, median and quartile range ("robust"), or mean and standard deviation ("z").
    reference
        Table of a wider extent that sets the scale, such as England and Wales: counts, or percentages headed by the
        names or classification codes of the variables. The place itself by default.
    reference_name
        What to call that extent; the name of the file by default.
    resamples
        How often the areas are drawn anew to see how certain each segment is.
    compare
        Table of a published classification of the same areas: a column of area codes, and one or more of labels.
    lookup
        Old and new area codes, for a refresh across changed boundaries: a file, or file and headings.
    """

    super: Annotated[int, Field(ge=1)] = 4
    sub: Annotated[int, Field(ge=1)] = 18
    floor: Share = 0.02
    transform: Literal["asinh", "box-cox", "none"] = "asinh"
    scaling: Literal["range", "robust", "z"] = "range"
    reference: Text | None = None
    reference_name: Text | None = None
    resamples: Annotated[int, Field(ge=2, le=1000)] = 20
    compare: Text | None = None
    lookup: CodeChanges | Text | None = None

    @property
    def changes(self) -> CodeChanges | None:
        """The look-up of codes, however it was written."""
        return CodeChanges(file=self.lookup) if isinstance(self.lookup, str) else self.lookup

    def files(self) -> Iterator[str]:
        """Yield the files that are named."""
        changes = self.changes
        yield from (name for name in (self.reference, self.compare, changes.file if changes else None) if name)
