"""Census counts from Nomis: whole tables of output areas in a district, page by page, every row accounted for.

Nomis gives at most 25,000 cells in one answer (more with a key) and does not say that it stopped: each row carries
RECORD_COUNT, the number there should be, and we ask for further pages until so many have come. A refusal can be an
empty answer. Categories are known by their names (:mod:`geodata.census_labels`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from geodata.catalogue import Nomis, NomisVintage
from geodata.census_cells import refuse
from geodata.census_labels import cells_of_table, label_faults, match_labels
from geodata.errors import CoverageError, SchemaError, SourceError, examples
from geodata.fetch_shelf import Origin, Shelf
from geodata.web import BadAnswerError, Question, is_web_page

NEEDED = ("GEOGRAPHY", "GEOGRAPHY_CODE", "OBS_VALUE", "RECORD_OFFSET", "RECORD_COUNT")
"""Columns that every answer must have."""
_NOT_CATEGORIES = frozenset({"DATE", "GEOGRAPHY", "MEASURES", "OBS_STATUS", "OBS_CONF", "RURAL_URBAN", "C_SEX", "FREQ"})
_SUPPRESSED = "Q"
MAX_PAGES = 500


@dataclass(frozen=True, slots=True)
class NomisAsk:
    """What is asked of Nomis, beside the table and the district.

    Parameters
    ----------
    service
        The service, from the catalogue.
    vintage
        Census year.
    key
        The user's key, "" for none.
    """

    service: Nomis
    vintage: int
    key: str = ""

    @property
    def tables(self) -> NomisVintage:
        """The tables of the census year."""
        return self.service.vintages[str(self.vintage)]

    @property
    def page_cells(self) -> int:
        """Cells asked for at once."""
        return self.service.cells_with_key if self.key else self.service.cells_without_key

    @property
    def origin(self) -> Origin:
        """For the records."""
        return Origin(self.service.source, self.service.licence, self.vintage)

    def question(self, table: str, geography: str, offset: int = 0) -> Question:
        """Return the question for one page of a table."""
        try:
            dataset = self.tables.datasets[table]
        except KeyError as error:
            raise SourceError(f"catalogue: Nomis has no number for the table '{table}'. Add it to datasets.") from error
        page = {"recordoffset": str(offset), "recordlimit": str(self.page_cells)}
        return Question(
            f"{self.service.url}/{dataset}.data.csv",
            {"date": "latest", "geography": geography, **self.tables.parameters, **page},
            {"uid": self.key} if self.key else {},
        )


def fetch_table(
    shelf: Shelf, ask: NomisAsk, table: str, *, district: str, number: str, wanted: Sequence[str]
) -> pd.DataFrame:
    """Return the counts of one census table for the output areas of a district.

    Parameters
    ----------
    shelf
        Cache and connection.
    ask
        Service, census year and key.
    table
        Such as ``ts001``.
    district
        Code of the district, for names in the cache.
    number
        Nomis's own number of the district (:func:`district_numbers`).
    wanted
        Cells that must be there.

    Returns
    -------
    DataFrame
        Indexed by ``oa_code``, one column per cell that is known; texts as Nomis gave them, ".." where suppressed.

    Raises
    ------
    SourceError
        Nomis gives no good answer, or its pages do not fit together.
    SchemaError
        A wanted category is not there, or an area has two values.
    """
    what = f"Table {table.upper()} of {district}"
    rows = _all_rows(shelf, ask, table, geography=f"{number}{ask.tables.output_areas}", district=district, what=what)
    return _wide(rows, table, ask.vintage, wanted, f"Nomis, {what}")


def district_numbers(shelf: Shelf, ask: NomisAsk, table: str, codes: Sequence[str]) -> dict[str, str]:
    """Return Nomis's own number of each district that it knows.

    Parameters
    ----------
    table
        Any table; its totals of the districts are asked for.
    codes
        Nine-character codes.
    """
    question = ask.question(table, ",".join(codes))
    name = f"nomis/{ask.vintage}/districts/{'-'.join(codes)[:80]}"
    content = shelf.take(
        name, question, read=_count_rows, origin=ask.origin, what="The districts in Nomis", suffix=".csv"
    )
    rows = _rows(content)
    return dict(zip(rows["GEOGRAPHY_CODE"], rows["GEOGRAPHY"], strict=True))


def _all_rows(shelf: Shelf, ask: NomisAsk, table: str, *, geography: str, district: str, what: str) -> pd.DataFrame:
    """Return every row of a table, from as many pages as it takes."""
    pages: list[pd.DataFrame] = []
    offset, total = 0, 1
    while offset < total:
        if len(pages) == MAX_PAGES:
            raise SourceError(f"{what}: Nomis gave {MAX_PAGES} pages and did not end. Try again later.")
        content = shelf.take(
            f"nomis/{ask.vintage}/{table}/{district}/cells-{offset:07d}",
            ask.question(table, geography, offset),
            read=partial(_check_page, offset=offset),
            origin=ask.origin,
            what=f"{what}, from row {offset + 1:,}",
            suffix=".csv",
        )
        page = _rows(content)
        said = int(page["RECORD_COUNT"].iloc[0])
        if pages and said != total:
            raise SourceError(
                f"{what}: Nomis promised {total:,} rows and now {said:,}; the table changed meanwhile. "
                "Run the command again with --refresh."
            )
        pages.append(page)
        total, offset = said, offset + len(page)
    rows = pd.concat(pages, ignore_index=True)
    if len(rows) != total:
        raise SourceError(f"{what}: {len(rows):,} rows came and Nomis says there are {total:,}. Use --refresh.")
    return rows


def _check_page(content: bytes, *, offset: int) -> int:
    """Return the number of rows of a page, or say what is wrong with it."""
    n_rows = _count_rows(content)
    rows = _rows(content)
    offsets = pd.to_numeric(rows["RECORD_OFFSET"], errors="coerce")
    counts = pd.to_numeric(rows["RECORD_COUNT"], errors="coerce")
    if counts.isna().any() or len(counts.unique()) != 1:
        raise BadAnswerError("does not say how many rows there are")
    if offsets.tolist() != list(range(offset, offset + n_rows)):
        raise BadAnswerError(f"gave other rows than those from {offset + 1:,} on")
    return n_rows


def _count_rows(content: bytes) -> int:
    """Return the number of rows, or say that this is no table."""
    if not content.strip():
        raise BadAnswerError(
            "answered with nothing, as Nomis does when it refuses (an unknown data set or area, or a wrong key)"
        )
    if is_web_page(content):
        raise BadAnswerError("answered with a web page, not with data")
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadAnswerError("answered with something that is no table") from error
    lacking = [name for name in NEEDED if name not in rows[0]]
    if lacking:
        raise BadAnswerError(
            f"answered without the column {', '.join(lacking)} (it has {', '.join(rows[0])[:200]})", again=False
        )
    broken = [number for number, row in enumerate(rows[1:], start=2) if len(row) != len(rows[0])]
    if broken:
        raise BadAnswerError("broke off in the middle of a row")
    if len(rows) == 1:
        raise BadAnswerError("gave a table without rows: it does not have this table for this area", again=False)
    return len(rows) - 1


def _rows(content: bytes) -> pd.DataFrame:
    """Return a page as texts."""
    return pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8-sig")


def _wide(rows: pd.DataFrame, table: str, vintage: int, wanted: Sequence[str], source: str) -> pd.DataFrame:
    """Return one row per area and one column per known cell."""
    cells = cells_of_table(table, vintage)
    labels = _labels(rows, source)
    names = match_labels(labels.unique(), cells)
    if len(cells) == 1 and len(labels.unique()) == 1:
        names = {labels.iloc[0]: cells[0].name}
    missing = [cell for cell in wanted if cell not in names.values()]
    refuse(label_faults(missing, labels.unique(), cells, source))
    value = rows["OBS_VALUE"]
    if "OBS_STATUS" in rows:
        value = value.mask(rows["OBS_STATUS"].eq(_SUPPRESSED), "..")
    known = pd.DataFrame({"oa_code": rows["GEOGRAPHY_CODE"], "cell": labels.map(names), "value": value})
    known = known[known["cell"].notna()].drop_duplicates()
    twice = known[known.duplicated(["oa_code", "cell"])]
    if len(twice):
        raise SchemaError(
            f"{source}: two values for the same area and category: {examples(list(twice['oa_code'].unique()))}. "
            "Run the command again with --refresh; if it stays so, take the bulk files (--bulk)."
        )
    wide = known.set_index(["oa_code", "cell"])["value"].unstack()  # noqa: PD010 - texts, one each
    order = [cell.name for cell in cells if cell.name in wide]
    gaps = wide.index[wide[order].isna().any(axis=1)]
    if len(gaps):
        raise CoverageError(f"{source}: categories are missing for {examples(list(gaps), total=len(wide))}. --refresh.")
    return wide[order].sort_index()


def _labels(rows: pd.DataFrame, source: str) -> pd.Series:
    """Return the name of the category of each row: the one thing in which rows of an area differ."""
    names = [name for name in rows.columns if f"{name}_NAME" in rows.columns and name not in _NOT_CATEGORIES]
    several = [name for name in names if len(rows[f"{name}_NAME"].unique()) > 1]
    if len(several) > 1:
        raise SchemaError(
            f"{source}: rows differ in {' and '.join(several)}; only one was expected. "
            "Fix the others under parameters in a catalogue of your own (--catalogue FILE)."
        )
    chosen = [*several, *names][:1]
    if not chosen:
        return pd.Series("", index=rows.index)
    return rows[f"{chosen[0]}_NAME"].str.strip()
