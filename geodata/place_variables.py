"""``[variables]`` of ``place.toml``: census variables to leave out, and columns of the place's own beside them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from geodata.section import Positive, Section, Text


class OwnColumn(Section):
    """One ``[[variables.add]]`` entry: a column that the place has for its areas.

    Parameters
    ----------
    name
        Short name in small letters.
    file
        Table with one row per output area, LSOA or MSOA.
    area, value
        Headings of the area codes and of the values.
    kind
        ``share``: the value is a count, part of `denominator`. ``rate``: a count per so many of `denominator`, which
        may exceed it. ``percent``: a percentage that somebody else reckoned. ``rank``: 1 is the first.
    denominator
        Heading of the base of a share or rate; of a rate, the residents where not given.
    per
        Of a rate: per so many.
    of
        Of a rank: how many areas were ranked, such as 32844 of England in 2019; the highest in the file by default.
    label
        Heading for tables; the name where not given.
    domain
        What it is about.
    base, says
        The words of a sentence: "12 % of *base* *says*".
    more, fewer
        How an area with more, or fewer, is called.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    file: Text
    area: Text
    value: Text
    kind: Literal["share", "rate", "percent", "rank"]
    denominator: str | None = None
    per: Positive = 1000.0
    of: Annotated[int, Field(ge=2)] | None = None
    label: str = ""
    domain: Text = "own"
    base: str = ""
    says: str = ""
    more: str = ""
    fewer: str = ""


class VariableChoice(Section):
    """``[variables]``: what segments are made of, beside or without the census variables of the registry.

    Parameters
    ----------
    drop
        Names of census variables to leave out.
    add
        Columns of the place's own.
    """

    drop: tuple[str, ...] = ()
    add: tuple[OwnColumn, ...] = ()
