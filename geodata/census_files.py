"""Open census tables as people have them: packs of 2011, topic summaries of 2021 and the zips of either.

Whatever the form, a table comes out with one row per area and its cells headed by name: headings in words become cells
(:mod:`geodata.census_labels`), a long table (one row per area and category) is turned round. In an archive with several
geographies the output areas are taken.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from geodata.census_cells import CELLS, refuse
from geodata.census_labels import Cell, cells_of_table, match_labels, read_cells, table_titled
from geodata.errors import Fault, SchemaError, SourceError, examples
from geodata.files import read_table
from geodata.zips import names_in, unpack

_TABLE_NAME = re.compile(
    r"(?:^|[^a-z0-9])((?:ts\d{3}[a-z]?)|(?:[kq]s\d{3}[a-z]{2}))(?=$|[^a-z0-9]|data|_)", re.IGNORECASE
)
_OUTPUT_AREA = re.compile(r"[EW]00\d{6}")
_OTHER_LEVEL = re.compile(r"-(lsoa|msoa|ltla|utla|rgn|ctry|region|country|ward|lad)\.csv$", re.IGNORECASE)
Named = tuple[str, pd.DataFrame]


def read_tables(path: Path, *, vintage: int, tables: Iterable[str] = ()) -> list[Named]:
    """Return the census tables in a file, zip or folder, each with the name of its file.

    Parameters
    ----------
    path
        A table, a zip archive, or a folder of tables and archives.
    vintage
        Census year.
    tables
        Of a folder or an archive, only these (such as ``ts001``); by default all.

    Raises
    ------
    SourceError
        Something cannot be read, or there is no census table in it.
    SchemaError
        Headings in words are not those of the census table.
    """
    wanted = {table.lower() for table in tables}
    if path.is_dir():
        found = [
            named for one in _in_folder(path, wanted) for named in read_tables(one, vintage=vintage, tables=wanted)
        ]
        if not found:
            some = sorted(wanted or {cell.table_code for cell in read_cells(vintage)})[0].upper()
            raise SourceError(f"{path}: it has no census table such as {some}_oa{vintage % 100}.csv. Check it.")
        return found
    if path.suffix.lower() == ".zip":
        return list(_in_zip(path, vintage, wanted))
    return [(path.name, with_cells(read_table(path), path.name, vintage=vintage))]


def table_named(name: str) -> str | None:
    """Return the code of the census table that a file is named for, in lower case, or None.

    Examples
    --------
    >>> table_named("census2021-ts007a-oa.csv"), table_named("KS102EW_oa11.csv"), table_named("ks101ewdata.csv")
    ('ts007a', 'ks102ew', 'ks101ew')
    >>> table_named("assets.csv") is None
    True
    """
    found = _TABLE_NAME.search(name)
    return found[1].lower() if found else None


def with_cells(table: pd.DataFrame, name: str, *, vintage: int) -> pd.DataFrame:
    """Return a table with its cells headed by name; one that has them comes back as it is.

    Parameters
    ----------
    table
        As read.
    name
        Name of its file, for messages and to tell the table.
    vintage
        Census year.

    Raises
    ------
    SchemaError
        It is the long form and has an area and category twice, or categories that the census table does not have.
    """
    headings = [str(column) for column in table.columns]
    if any(pattern.fullmatch(heading.strip().lower()) for heading in headings for pattern in CELLS.values()):
        return table
    if headings and headings[-1].strip().lower() in {"observation", "obs_value"}:
        return _turned(table, name, vintage)
    for code in dict.fromkeys(
        filter(None, (table_named(name), *(_table_of(heading, vintage) for heading in headings)))
    ):
        names = match_labels(headings, cells_of_table(code, vintage))
        if names:
            return table.rename(columns=names)
    return table


def _table_of(heading: str, vintage: int) -> str | None:
    return table_titled(heading.split(":", maxsplit=1)[0], vintage)


def _turned(table: pd.DataFrame, name: str, vintage: int) -> pd.DataFrame:
    """Return a long table as one row per area, where its category is one of a known table."""
    headings = [str(column) for column in table.columns]
    code, value = headings[0], headings[-1]
    for heading in headings[1:-1]:
        known = table_titled(heading, vintage)
        if known is None or heading.lower().endswith(" code"):
            continue
        cells = cells_of_table(known, vintage)
        labels = table[heading].astype("str").str.strip()
        names = match_labels(labels.unique(), cells)
        strange = [label for label in labels.unique() if label not in names and label.lower() != "does not apply"]
        if strange:
            refuse(_strange(strange, name, heading))
        long = pd.DataFrame({"code": table[code], "cell": labels.map(names), "value": table[value]}).dropna(
            subset="cell"
        )
        twice = long[long.duplicated(["code", "cell"])]
        if len(twice):
            raise SchemaError(
                f"{name}: areas appear twice: {examples(list(twice['code'].unique()))}. Keep one row per area and "
                "category."
            )
        wide = long.set_index(["code", "cell"])["value"].unstack()  # noqa: PD010 - texts, one each
        return _with_total(wide, cells).reset_index().rename(columns={"code": "geography code"})
    return table


def _with_total(wide: pd.DataFrame, cells: tuple[Cell, ...]) -> pd.DataFrame:
    """Return the table with its total added up where the long form leaves it out and its categories do not nest."""
    total, *others = (cell.name for cell in cells)
    nested = any(": " in cell.label for cell in cells[1:])
    if total in wide or nested or not others or set(others) - set(wide.columns):
        return wide
    return wide.assign(**{total: wide[others].apply(pd.to_numeric, errors="coerce").sum(axis=1, skipna=False)})


def _strange(labels: list[str], name: str, heading: str) -> list[Fault]:
    message = f"{examples([repr(label) for label in labels])} is no category of the published table."
    return [Fault(name, message, "Download the table with its full categories.", "unknown_category", column=heading)]


def _in_folder(folder: Path, wanted: set[str]) -> list[Path]:
    files = sorted(one for one in folder.iterdir() if one.suffix.lower() in {".csv", ".zip", ".gz"})
    return [one for one in files if (table_named(one.name) in wanted if wanted else table_named(one.name))]


def _in_zip(path: Path, vintage: int, wanted: set[str]) -> Iterator[Named]:
    """Yield the tables of output areas in an archive."""
    names = [name for name in names_in(path) if name.lower().endswith(".csv")]
    named = [name for name in names if table_named(Path(name).name) or table_named(path.name)]
    chosen = [name for name in named if not _OTHER_LEVEL.search(name) and "meta" not in name.lower()]
    chosen = [
        name for name in chosen if not wanted or (table_named(Path(name).name) or table_named(path.name)) in wanted
    ]
    if not chosen and not wanted:
        raise SourceError(f"{path}: holds no census table of output areas (it holds {examples(names) or 'no CSV'}).")
    with tempfile.TemporaryDirectory(prefix="onetown-") as folder:
        for name in chosen:
            table = _member(path, name, Path(folder) / "table.csv")
            label = f"{path.name}: {Path(name).name}"
            cells = with_cells(table, label, vintage=vintage)
            if _has_cells(cells):
                yield label, _output_areas(cells, label)


def _member(path: Path, name: str, target: Path) -> pd.DataFrame:
    unpack(path, name, target)
    try:
        return pd.read_csv(target, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path}: '{name}' is no table ({str(error).splitlines()[0]}). Download it again.") from error


def _has_cells(table: pd.DataFrame) -> bool:
    return any(pattern.fullmatch(str(name).lower()) for name in table.columns for pattern in CELLS.values())


def _output_areas(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of output areas; a file may hold wider areas below them."""
    for column in table.columns:
        is_area = table[column].astype("str").str.fullmatch(_OUTPUT_AREA.pattern)
        if is_area.any():
            rows = table[is_area].rename(columns={column: "geography code"})
            return rows.loc[:, ~rows.columns.duplicated()].drop(columns=["geography", "date"], errors="ignore")
    raise SchemaError(f"{name}: no row is an output area (E00... or W00...). Take the table at output areas.")
