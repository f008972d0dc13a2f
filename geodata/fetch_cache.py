"""What was fetched, kept in a folder: every answer beside a record of where it came from, checked when it is read.

An answer is kept under the checksum of its content and named by its record, which is written last. So whoever is
stopped leaves no half answer that counts, and two who fetch at once end with one whole answer or the other.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from geodata.errors import SourceError
from geodata.write import write_json, writing


@dataclass(frozen=True, slots=True)
class Record:
    """Where one answer came from.

    Parameters
    ----------
    request
        What was asked, without any key.
    source, licence
        Who publishes it, and under which terms.
    vintage
        Census year of its codes.
    file
        Name of the file beside the record.
    sha256, bytes
        Checksum and size of the content.
    rows
        Rows or features in it.
    fetched
        When it was asked (date and time, UTC).
    """

    request: str
    source: str
    licence: str
    vintage: int
    file: str
    sha256: str
    bytes: int
    rows: int
    fetched: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the cache says of one answer: the content, or why there is none."""

    content: bytes | None
    record: Record | None = None
    damaged: str = ""


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of answers and their records.

    Parameters
    ----------
    folder
        It is made when the first answer is kept.
    """

    folder: Path

    def find(self, name: str, request: str) -> Kept:
        """Return the answer kept under that name, if it is whole and answers that request.

        Parameters
        ----------
        name
            Its path in the cache without suffix, such as ``nomis/2021/ts001/E07000032/cells-0000000``.
        request
            What would be asked now; an answer to another question does not count.
        """
        record = self._record(name)
        if record is None or record.request != request:
            return Kept(None)
        path = self._beside(name, record.file)
        try:
            content = path.read_bytes()
        except OSError:
            return Kept(None, damaged=f"{path} is gone")
        if hashlib.sha256(content).hexdigest() != record.sha256:
            return Kept(None, damaged=f"{path} is not what was fetched (its checksum differs)")
        return Kept(content, record)

    def keep(self, name: str, content: bytes, record: Record, *, suffix: str) -> Record:
        """Keep an answer with its record, and return the record with name, checksum and size filled in.

        Raises
        ------
        SourceError
            The folder cannot be written.
        """
        checksum = hashlib.sha256(content).hexdigest()
        file = f"{name.rsplit('/', 1)[-1]}.{checksum[:12]}{suffix}"
        done = Record(**{**asdict(record), "file": file, "sha256": checksum, "bytes": len(content)})
        before = self._record(name)
        with writing(self._beside(name, file), overwrite=True) as partial:
            partial.write_bytes(content)
        write_json(done, self._path(name), overwrite=True)
        if before is not None and before.file != file:
            with suppress(OSError):
                self._beside(name, before.file).unlink()
        return done

    def _record(self, name: str) -> Record | None:
        try:
            values = json.loads(self._path(name).read_text(encoding="utf-8"))
            return Record(**{field: values[field] for field in Record.__slots__})
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(f"{self._path(name)}: cannot be read ({error.strerror}). Check the folder.") from error
        except (ValueError, KeyError, TypeError):
            return None  # a spoiled record is no record: the answer is asked for again

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _beside(self, name: str, file: str) -> Path:
        return self._path(name).with_name(Path(file).name)
