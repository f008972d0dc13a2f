"""Read a few columns of a table too large to hold whole, piece by piece: CSV, Parquet and GeoPackage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.errors import SourceError
from geodata.files import kind_of

N_ROWS = 500_000


def headings_of(path: Path) -> tuple[str, ...]:
    """Return the column headings of a CSV (also gzipped), Parquet or GeoPackage file.

    Raises
    ------
    SourceError
        The file is missing, broken or of another kind.
    """
    kind = kind_of(path)
    try:
        if kind == "parquet":
            return tuple(pq.ParquetFile(path).schema_arrow.names)
        if kind == "gpkg":
            return tuple(str(name) for name in pyogrio.read_info(path)["fields"])
        if kind == "text":
            return tuple(str(name) for name in pd.read_csv(path, nrows=0, dtype="str", encoding="utf-8-sig").columns)
    except (OSError, ValueError, pa.ArrowException, DataSourceError, DataLayerError) as error:
        raise _broken(path) from error
    raise SourceError(f"{path}: is no CSV, Parquet or GeoPackage file. Save the table as one of these.")


def read_batches(path: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield the named columns as text or numbers, some hundred thousand rows at a time.

    Raises
    ------
    SourceError
        The file is broken.
    """
    kind = kind_of(path)
    try:
        if kind == "parquet":
            for batch in pq.ParquetFile(path).iter_batches(batch_size=N_ROWS, columns=list(columns)):
                yield batch.to_pandas()
        elif kind == "gpkg":
            with pyogrio.open_arrow(path, columns=list(columns), read_geometry=False, batch_size=N_ROWS) as (_, reader):
                for batch in pa.RecordBatchReader.from_stream(reader):
                    yield batch.to_pandas()[list(columns)]
        else:
            yield from pd.read_csv(path, usecols=list(columns), dtype="str", chunksize=N_ROWS, encoding="utf-8-sig")
    except (OSError, ValueError, pa.ArrowException, DataSourceError, DataLayerError) as error:
        raise _broken(path) from error


def _broken(path: Path) -> SourceError:
    return SourceError(f"{path}: cannot be read as a table: it is broken. Export or download it again.")
