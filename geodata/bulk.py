"""Census tables as Nomis publishes them whole: one zip of all England and Wales for each table."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geodata.census_cells import area_codes, refuse
from geodata.census_files import read_tables
from geodata.census_labels import cells_of_table, label_faults
from geodata.errors import CoverageError, examples
from geodata.fetch_shelf import Shelf
from geodata.nomis import NomisAsk
from geodata.web import BadAnswerError, Question, is_web_page


def fetch_bulk_table(
    shelf: Shelf, ask: NomisAsk, table: str, *, codes: Sequence[str], wanted: Sequence[str]
) -> pd.DataFrame:
    """Return the counts of one census table for some output areas, from its bulk file.

    Parameters
    ----------
    shelf
        Cache and connection.
    ask
        Service and census year.
    table
        Such as ``ts001``.
    codes
        Codes of the output areas; none where they are not known yet, and then nothing is taken out of the file.
    wanted
        Cells that must be there.

    Returns
    -------
    DataFrame
        Indexed by ``oa_code``, one column per known cell; texts.

    Raises
    ------
    SourceError
        The file cannot be had or is broken.
    SchemaError
        A wanted cell is not in it.
    CoverageError
        An area is not in it.
    """
    what = f"Table {table.upper()} of England and Wales"
    content = shelf.take(
        f"nomis/{ask.vintage}/bulk/{table}",
        Question(ask.tables.bulk.replace("{table}", table)),
        read=_check_zip,
        origin=ask.origin,
        what=what,
        suffix=".zip",
    )
    with tempfile.TemporaryDirectory(prefix="onetown-") as folder:
        path = Path(folder) / f"{table}.zip"
        path.write_bytes(content)
        found = read_tables(path, vintage=ask.vintage, tables=[table])
    if not found:
        raise CoverageError(f"{what}: the archive holds no table of output areas. Fetch without --bulk.")
    name, frame = found[0]
    headings = {str(column).lower(): column for column in frame.columns}
    cells = cells_of_table(table, ask.vintage)
    refuse(label_faults([cell for cell in wanted if cell not in headings], list(headings), cells, name))
    index = area_codes(frame, name, vintage=ask.vintage)
    known = [cell.name for cell in cells if cell.name in headings]
    counts = frame[[headings[cell] for cell in known]].set_axis(known, axis=1).set_axis(index, axis=0)
    lacking = pd.Index(codes).difference(index)
    if len(lacking):
        raise CoverageError(f"{what}: it lacks {examples(list(lacking), total=len(codes))}. Check the census year.")
    return counts.loc[list(codes)]


def _check_zip(content: bytes) -> int:
    """Return the number of files in an archive, or say what is wrong with it."""
    if not content:
        raise BadAnswerError("answered with nothing")
    if is_web_page(content):
        raise BadAnswerError("answered with a web page, not with data")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return len(archive.namelist())
    except zipfile.BadZipFile as error:
        raise BadAnswerError("broke off in the middle of its answer") from error
