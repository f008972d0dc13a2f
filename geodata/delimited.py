"""Text tables as partners send them: any usual encoding, any usual delimiter, quoted cells with line breaks.

The encoding is told by byte order mark, then by whether the bytes are valid UTF-8; otherwise they are read as Windows
cp1252, which is what British office software writes. The delimiter is the one that cuts most rows into the same number
of cells.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from geodata.errors import SourceError

DELIMITERS = (",", "\t", ";", "|", "¬")
MAX_TEXT_BYTES = 1 << 30
SAMPLE_RECORDS = 200
NOT_IN_HEADER = 2 / 3
END = "\x00end of file\x00"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


def read_delimited(path: Path) -> tuple[tuple[str | None, ...], ...]:
    """Read a text table as records of cells; empty cells are None, empty records at the end are left out.

    Raises
    ------
    SourceError
        The file cannot be read, is too large, is not text, or a quotation mark opens and never closes.
    """
    text = decode(read_bytes(path), path)
    delimiter = ""
    if declared := _SEPARATOR_LINE.match(text):  # a line for Excel, which does not count it as a row
        delimiter, text = declared[1], text[declared.end() :]
    records = _records(text, delimiter or find_delimiter(text), path)
    while records and not any(records[-1]):
        records.pop()
    return tuple(records)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where it is gzipped.

    Raises
    ------
    SourceError
        The file cannot be read, or holds more than 1 GiB.
    """
    try:
        with path.open("rb") as stream:
            packed = stream.peek(2)[:2] == b"\x1f\x8b"
            data = (gzip.GzipFile(fileobj=stream) if packed else stream).read(MAX_TEXT_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: cannot be read ({error}). Check the file, or ask for it again.") from error
    if len(data) > MAX_TEXT_BYTES:
        raise SourceError(f"{path}: holds more than 1 GiB of text. Cut it to the place first.")
    return data


def decode(data: bytes, path: Path) -> str:
    r"""Return the bytes as text without byte order mark and without NUL characters.

    Raises
    ------
    SourceError
        The bytes are not text.

    Examples
    --------
    >>> decode("Café¬".encode("cp1252"), Path("a.csv")), decode("\ufeffCafé".encode("utf-16-le"), Path("a.csv"))
    ('Café¬', 'Café')
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _unmarked_utf16(data)
    if encoding is None and len(_CONTROL.findall(data, 0, 65536)) > len(data[:65536]) // 50:
        raise SourceError(f"{path}: is not a text file. Save the list as CSV or as an Excel workbook.")
    if encoding is None:
        return _decode_bytes(data).replace("\x00", "")
    return data.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\x00", "")


def find_delimiter(text: str) -> str:
    r"""Return the delimiter that cuts most records of the beginning into the same number of cells.

    The score is the share of filled records with the commonest number of cells, times (1 - 1 / that number): many
    equal cells win over a sign that stands once in most addresses. A sign that is not in the first record that any of
    them cuts, which is the header or a title, counts for two thirds.

    Examples
    --------
    >>> find_delimiter("name;area\nTown Hall;1,5\nLibrary;2,5\n"), find_delimiter("one column only")
    (';', ',')
    """
    scores, first_cut = {}, {}
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text[:1_000_000], newline=""), delimiter=delimiter)
        with _long_cells():
            widths = [len(record) for record in islice(reader, SAMPLE_RECORDS) if any(record)]
        counts = Counter(width for width in widths if width > 1)
        width, n_records = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        scores[delimiter] = n_records / max(len(widths), 1) * (1 - 1 / width)
        first_cut[delimiter] = next((place for place, width in enumerate(widths) if width > 1), len(widths))
    header = min(first_cut.values())
    scores = {sign: score if first_cut[sign] == header else score * NOT_IN_HEADER for sign, score in scores.items()}
    return max(scores, key=lambda delimiter: scores[delimiter])


def _records(text: str, delimiter: str, path: Path) -> list[tuple[str | None, ...]]:
    """Cut the text into records; a last record of our own shows whether every quotation mark was closed.

    The lines go to the reader one by one: a stream of the whole text takes four bytes a letter.
    """
    if text and not text.endswith(("\n", "\r")):
        text += "\n"
    with _long_cells():
        lines = chain((line[0] for line in _LINE.finditer(text)), [END])
        records = [tuple([cell or None for cell in record]) for record in csv.reader(lines, delimiter=delimiter)]
    if records.pop() != (END,):
        raise SourceError(
            f"{path}, row {len(records) + 1}: a quotation mark opens a cell and never closes it. Close it or take it "
            "out, or save the list as an Excel workbook."
        )
    return records


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be longer than 131,072 characters, as outlines of areas are, within the block only."""
    earlier = csv.field_size_limit(MAX_TEXT_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(earlier)


def _unmarked_utf16(data: bytes) -> str | None:
    """Return the kind of UTF-16 that a text without mark is in: every other byte of English text is then 0."""
    head = data[:4096]
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.6 * half and not head[::2].count(0):
        return "utf-16-le"
    if half and head[::2].count(0) > 0.6 * half and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _decode_bytes(data: bytes) -> str:
    """Decode as UTF-8; as cp1252 where it is not; as UTF-8 with stray cp1252 signs where most of it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        in_sequences = sum(len(found) for found in _MULTIBYTE.findall(data))
        mostly_utf8 = in_sequences > len(_HIGH.findall(data)) / 2
    if mostly_utf8:
        return data.decode("utf-8", errors="onetown.stray_cp1252")
    return data.decode("cp1252", errors="replace")  # five bytes stand for nothing in cp1252


def _stray_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as cp1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("onetown.stray_cp1252", _stray_cp1252)
