"""The registry of census variables: 64 statistics per census, each with its cells, base and plain words.

Sixty are the inputs of the national output area classification of that census, four are what services ask for (older
people alone, lone parents, households without a car, bad health). The tables are data files of the package, so that a
census year is a file and not a branch in the code. Cells are matched by name, never by position.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from geodata.errors import DataError, did_you_mean

VINTAGES = (2011, 2021)
OWN_CELL = "own_"
"""How the cells of a place's own columns begin."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One census statistic of an area: a share of people or households, or a density.

    Parameters
    ----------
    name
        Short name, the same in both censuses where the meaning is.
    domain
        What it is about: population, household, housing, work ...
    label
        Heading for tables and pictures.
    base
        Of whom it is a share, as in "12 % of *households*".
    says
        The rest of that sentence, as in "*have no car or van*".
    numerator
        Cells that are added, in lower case; of a density, the cell that holds the density.
    denominator
        The cell with the total, or None for a density.
    unit
        ``share`` (0 to 1), or the unit of a density: ``per hectare``, ``per square kilometre``.
    weight
        For a density, the cell with the residents: people / density gives the land they live on.
    code
        Its number in the national classification, with what differs there; empty for the four that are not in it.
    more, fewer
        How a place with more, or with fewer, is called; made of base and says where not given.

    Examples
    --------
    >>> no_car = Variable("no_car", "transport", "No car", "households", "have no car", ("ks2",), "ks1")
    >>> no_car.cells, no_car.source
    (('ks2', 'ks1'), 'ks2 / ks1')
    """

    name: str
    domain: str
    label: str
    base: str
    says: str
    numerator: tuple[str, ...]
    denominator: str | None = None
    unit: str = "share"
    weight: str | None = None
    code: str = ""
    more: str = ""
    fewer: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.numerator:
            raise ValueError("a variable needs a name and at least one cell")
        if (self.denominator is None) == (self.weight is None) or (self.is_share and self.is_density):
            raise ValueError(f"variable '{self.name}': a share has a denominator, a density has a weight instead")

    @property
    def is_share(self) -> bool:
        """True where it is a share of people or households, False for a density or a rate."""
        return self.unit == "share"

    @property
    def is_density(self) -> bool:
        """True where it is residents by the land they live on."""
        return self.weight is not None

    @property
    def is_own(self) -> bool:
        """True for a column of the place's own, beside the census."""
        return self.numerator[0].startswith(OWN_CELL)

    @property
    def cells(self) -> tuple[str, ...]:
        """Every cell it is computed from."""
        other = self.weight if self.is_density else self.denominator
        return (*self.numerator, other) if other else self.numerator

    @property
    def source(self) -> str:
        """The cells as a formula, such as ``ts0450004+ts0450005 / ts0450001``."""
        top = "+".join(self.numerator)
        return f"{top} / {self.denominator}" if self.denominator else top

    def direction(self, sign: float) -> str:
        """Return the words for more (above 0) or fewer (below 0) than elsewhere.

        Examples
        --------
        >>> no_car = Variable("no_car", "transport", "No car", "households", "have no car", ("a",), "b")
        >>> no_car.direction(1), no_car.direction(-1)
        ('more households that have no car', 'fewer households that have no car')
        """
        given = self.more if sign > 0 else self.fewer
        if given:
            return given
        people = "that" if self.base.startswith("households") else "who"
        rest = f"{self.base} {people} {self.says}" if self.is_share else f"{self.base} {self.unit}"
        return f"{'more' if sign > 0 else 'fewer'} {rest}"

    def sentence(self, share: float) -> str:
        """Return the share in words, with its base.

        Parameters
        ----------
        share
            Between 0 and 1; of a density, in its own unit.

        Examples
        --------
        >>> Variable("no_car", "transport", "No car", "households", "have no car", ("a",), "b").sentence(0.125)
        '12.5 % of households have no car'
        """
        if self.is_share:
            return f"{self.figure(share)} of {self.base} {self.says}"
        return f"{self.figure(share)} {self.base} {self.unit}"

    def figure(self, share: float) -> str:
        """Return the number as it is written: a percentage, or a number as exact as it is small.

        Examples
        --------
        >>> Variable("calls", "own", "Calls", "calls", "", ("a",), "b", unit="per 1,000 residents").figure(1.26)
        '1.3'
        """
        if self.is_share:
            return f"{100 * share:.1f} %"
        return f"{share:,.0f}" if abs(share) >= 10 or share == 0 else f"{share:,.2g}"


@dataclass(frozen=True, slots=True)
class StandIn:
    """A published percentage that may stand in for a variable whose counts are not there.

    Parameters
    ----------
    variable
        Name of the variable.
    columns
        Columns of percentages (0 to 100) that are added.
    universe
        Whom the percentage is reckoned on where areas are added up.
    note
        What differs from the counts.
    """

    variable: str
    columns: tuple[str, ...]
    universe: Literal["people", "households"]
    note: str


@cache
def read_variables(vintage: int) -> tuple[Variable, ...]:
    """Return the 64 variables of a census, in the order of the registry.

    Parameters
    ----------
    vintage
        2011 or 2021.

    Raises
    ------
    DataError
        There is no registry for that year.

    Examples
    --------
    >>> len(read_variables(2021)), read_variables(2011)[0].source
    (64, 'ks102ew0002 / ks101ew0001')
    """
    check_vintage(vintage)
    return tuple(
        Variable(
            **{field: row[field] for field in ("name", "domain", "label", "base", "says", "unit", "more", "fewer")},
            numerator=tuple(row["numerator"].split("+")),
            denominator=row["denominator"] or None,
            weight=row["weight"] or None,
            code=row["classification_code"],
        )
        for row in _rows(f"variables_{vintage}.tsv")
    )


@cache
def read_stand_ins(vintage: int) -> tuple[StandIn, ...]:
    """Return the percentages that may stand in for counts, the nearest first; none for 2011.

    Raises
    ------
    DataError
        There is no registry for that year.
    """
    check_vintage(vintage)
    if vintage == 2011:
        return ()
    return tuple(
        StandIn(
            row["variable"],
            tuple(row["columns"].split("+")),
            "households" if row["people_or_households"] == "households" else "people",
            row["note"],
        )
        for row in _rows(f"stand_ins_{vintage}.tsv")
    )


def choose_variables(names: Iterable[str], variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """Return the variables of these names, in the order of the registry.

    Raises
    ------
    DataError
        A name is not in the registry.
    """
    known, wanted = {variable.name: variable for variable in variables}, set(names)
    unknown = sorted(wanted - set(known))
    if unknown:
        hints = "".join(did_you_mean(name, known) for name in unknown)
        raise DataError(f"variables: there is no '{', '.join(unknown)}'.{hints} Take names from the registry.")
    return tuple(variable for variable in variables if variable.name in wanted)


def cells_of(variables: Iterable[Variable]) -> set[str]:
    """Return every cell that the variables are computed from."""
    return {cell for variable in variables for cell in variable.cells}


def check_vintage(vintage: int) -> int:
    """Return the vintage.

    Raises
    ------
    DataError
        There is no registry for that year.
    """
    if vintage not in VINTAGES:
        raise DataError(
            f"census: there are variables for 2011 and 2021, not for {vintage}. Set vintage to one of them."
        )
    return vintage


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("geodata") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
