"""Census counts of small areas: read, recognised by the names of their cells, checked once.

A table has one row per output area and one column per cell, ``ts0010001`` (2021) or ``KS101EW0001`` (2011), in any
order and either case. Zero, missing and suppressed are three things: 0 is a count; an empty cell is *missing*; "..",
"c", "x", "-" and ":" are *suppressed*, that is known and not told. The last two become NaN in the counts and are listed
in ``Census.blanks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.census_cells import HOUSEHOLDS, RESIDENTS, area_codes, counts_of, parse_numbers, refuse
from geodata.census_files import read_tables
from geodata.errors import CoverageError, Fault, SchemaError, SourceError, examples
from geodata.files import read_table
from geodata.variables import Variable, cells_of, check_vintage, read_stand_ins, read_variables


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """Counts of one census for the areas of a place.

    Parameters
    ----------
    counts
        One row per area, indexed by ``oa_code``; one column of counts (float, NaN where not known) per cell, its name
        in lower case.
    vintage
        Year of the census and of the codes: 2011 or 2021.
    columns
        What else the table says of the areas, such as ``msoa21cd`` or ``lad22nm``; text, same index.
    percentages
        Published percentages that may stand in for counts, as shares (0 to 1), columns named as the variables; same
        index. None where none were given.
    blanks
        Cells that are not known: columns ``oa_code``, ``cell``, ``kind`` ("missing" or "suppressed").
    sources
        The files it was read from, as given.
    """

    counts: pd.DataFrame
    vintage: int
    columns: pd.DataFrame
    percentages: pd.DataFrame | None
    blanks: pd.DataFrame
    sources: tuple[str, ...]

    def population(self) -> pd.Series:
        """Return the residents of each area, indexed by ``oa_code``.

        Raises
        ------
        CoverageError
            The table has no count of residents.
        """
        for cell in RESIDENTS[self.vintage]:
            if cell in self.counts:
                return self.counts[cell].rename("population")
        raise CoverageError(
            f"{_named(self.sources)}: there is no count of residents ({' or '.join(RESIDENTS[self.vintage])}). "
            "Add the table of usual residents."
        )

    def households(self) -> pd.Series:
        """Return the households of each area, indexed by ``oa_code``; NaN where no table counts them."""
        for cell in HOUSEHOLDS[self.vintage]:
            if cell in self.counts:
                return self.counts[cell].rename("households")
        return pd.Series(np.nan, index=self.counts.index, name="households")

    def of_areas(self, codes: Iterable[str]) -> Census:
        """Return the census of some of the areas, in the order given.

        Raises
        ------
        CoverageError
            An area is not in the census.
        """
        index = pd.Index(list(codes), name="oa_code")
        unknown = index.difference(self.counts.index)
        if len(unknown):
            raise CoverageError(
                f"{_named(self.sources)}: it has no area {examples(list(unknown), total=len(index))}. "
                "Check that both tables are of the same census."
            )
        return replace(
            self,
            counts=self.counts.loc[index],
            columns=self.columns.loc[index],
            percentages=None if self.percentages is None else self.percentages.loc[index],
            blanks=self.blanks[self.blanks["oa_code"].isin(index)].reset_index(drop=True),
        )


def read_census(
    path: str | Path,
    *,
    vintage: int,
    code: str | None = None,
    percentages: str | Path | None = None,
    variables: Sequence[Variable] | None = None,
) -> Census:
    """Read a wide census table, or a folder of the tables of a 2011 pack.

    Parameters
    ----------
    path
        Parquet, CSV or workbook with one row per area, or a folder (see :func:`read_census_pack`).
    vintage
        2011 or 2021.
    code
        Heading of the column of area codes; recognised where not given.
    percentages
        Table of published percentages (0 to 100) that may stand in for counts that are not there.
    variables
        Keep the cells of these only; by default every cell of that census.

    Raises
    ------
    SchemaError
        With every fault: wrong census, no codes, areas twice, counts that are negative, broken or not numbers.
    CoverageError
        Areas of the counts are missing from the percentages.
    SourceError
        A file cannot be read.
    """
    check_vintage(vintage)
    path = Path(path)
    if path.is_dir() or path.suffix.lower() == ".zip":
        census = read_census_pack(path, vintage=vintage, variables=variables)
    else:
        kept = None if variables is None else cells_of(variables)
        ((name, table),) = read_tables(path, vintage=vintage)
        census = _census_of(table, name, vintage=vintage, code=code, kept=kept)
    if percentages is None:
        return census
    shares = _read_percentages(Path(percentages), census, code)
    return replace(census, percentages=shares, sources=(*census.sources, Path(percentages).name))


def read_census_pack(folder: str | Path, *, vintage: int = 2011, variables: Sequence[Variable] | None = None) -> Census:
    """Read a folder or zip with one file per census table, such as ``KS102EW_oa11.csv`` or ``census2021-ts001.zip``.

    Only the tables that the variables need are read, of archives with several geographies the output areas.

    Parameters
    ----------
    folder
        The folder or the archive.
    vintage
        2011 or 2021.
    variables
        By default all variables of that census.

    Raises
    ------
    SourceError
        The folder has none of the tables.
    SchemaError
        A table is at fault.
    CoverageError
        The tables do not have the same areas.
    """
    variables = read_variables(vintage) if variables is None else variables
    kept = cells_of(variables) | set(RESIDENTS[vintage]) | set(HOUSEHOLDS[vintage])
    tables = read_tables(Path(folder), vintage=vintage, tables={cell[:-4] for cell in kept})
    if not tables:
        raise SourceError(f"{folder}: it has none of the tables that the variables need. Check the census year.")
    return joined_census([_census_of(table, name, vintage=vintage, kept=kept) for name, table in tables])


def joined_census(parts: Sequence[Census]) -> Census:
    """Return the tables of one census and the same areas as one.

    Raises
    ------
    CoverageError
        The tables do not have the same areas.
    SchemaError
        A cell stands in two tables.
    """
    index = parts[0].counts.index
    for part in parts[1:]:
        odd = index.symmetric_difference(part.counts.index)
        if len(odd):
            raise CoverageError(
                f"{part.sources[0]}: its areas are not those of {parts[0].sources[0]}: {examples(list(odd))} "
                "are in one only. Take both tables from the same pack."
            )
    counts = pd.concat([part.counts.loc[index] for part in parts], axis=1)
    twice = counts.columns[counts.columns.duplicated()]
    if len(twice):
        raise SchemaError(
            f"{_named(parts[0].sources)} and other files: {examples(list(twice))} is in two files. Keep one of them."
        )
    blanks = pd.concat([part.blanks for part in parts], ignore_index=True)
    sources = tuple(source for part in parts for source in part.sources)
    return Census(counts, parts[0].vintage, parts[0].columns, None, blanks, sources)


def _census_of(
    table: pd.DataFrame, name: str, *, vintage: int, code: str | None = None, kept: set[str] | None = None
) -> Census:
    counts, columns, blanks = counts_of(table, name, vintage=vintage, code=code, kept=kept)
    return Census(counts, vintage, columns, None, blanks, (name,))


def _read_percentages(path: Path, census: Census, code: str | None) -> pd.DataFrame:
    """Return the shares that may stand in, with the index of the counts."""
    table, name, vintage = read_table(path), path.name, census.vintage
    given = code if code is not None and code.lower() in {str(column).lower() for column in table.columns} else None
    table = table.set_axis(area_codes(table, name, vintage=vintage, code=given), axis=0)
    lacking = census.counts.index.difference(table.index)
    if len(lacking):
        raise CoverageError(
            f"{name}: it lacks areas of the counts: {examples(list(lacking), total=len(census.counts))}. "
            "Take both tables from the same census and district."
        )
    return _standing_in(table.loc[census.counts.index], name, vintage)


def _standing_in(table: pd.DataFrame, name: str, vintage: int) -> pd.DataFrame:
    """Return one column of shares (0 to 1) per variable that the percentages can stand in for."""
    known = {str(column).strip().lower(): column for column in table.columns}
    shares: dict[str, pd.Series] = {}
    faults = []
    for stand_in in read_stand_ins(vintage):
        if stand_in.variable in shares or not all(column in known for column in stand_in.columns):
            continue
        parts = [pd.Series(parse_numbers(table[known[column]])[0], table.index) for column in stand_in.columns]
        total = parts[0] if len(parts) == 1 else pd.concat(parts, axis=1).sum(axis=1, skipna=False)
        outside = ~total.between(0, 100.5) & total.notna()
        if outside.any():
            message = f"'{stand_in.columns[0]}' is no percentage for {examples(list(table.index[outside]))}."
            faults.append(Fault(name, message, "Percentages lie between 0 and 100.", "percentage"))
        shares[stand_in.variable] = total.clip(0, 100) / 100
    if not shares:
        message = f"no column can stand in for a count of the {vintage} Census."
        faults.append(Fault(name, message, "Leave percentages out, or check the file.", "no_percentages"))
    refuse(faults)
    return pd.DataFrame(shares, index=table.index)


def _named(sources: tuple[str, ...]) -> str:
    return sources[0] if sources else "census"
