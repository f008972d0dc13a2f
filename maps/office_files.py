"""Office files are archives; write them so that the same input gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Final

from geodata.write import writing

#: Office files store when they were made; a fixed time keeps the same input -> same bytes.
_CORE: Final = "docProps/core.xml"
_MOMENTS: Final = re.compile(rb"(?<=W3CDTF\">)[^<]*")
_FIXED_TEXT: Final = b"2000-01-01T00:00:00Z"
_ARCHIVE_TIME: Final = (2000, 1, 1, 0, 0, 0)


def write_office_file(content: io.BytesIO, path: str | Path, *, overwrite: bool = False) -> None:
    """Write an archive of an office program with fixed times in it, whole or not at all.

    Parameters
    ----------
    content
        The archive as a library saved it.
    path
        File to write.
    overwrite
        Replace an existing file.
    """
    with (
        writing(path, overwrite=overwrite) as partial,
        zipfile.ZipFile(content) as source,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            same = zipfile.ZipInfo(entry.filename, _ARCHIVE_TIME)
            same.compress_type, same.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            part = source.read(entry)
            target.writestr(same, _MOMENTS.sub(_FIXED_TEXT, part) if entry.filename == _CORE else part)
