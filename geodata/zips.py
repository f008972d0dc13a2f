"""Read the tables inside a zip archive without trusting it: bombs, paths and passwords are refused."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from geodata.errors import SourceError

LARGEST_BYTES = 1_000_000_000
"""Most bytes that one file of an archive may unpack to."""
LARGEST_RATIO = 200
"""Most times that a file may grow when unpacked; census tables grow about tenfold."""


def names_in(path: Path) -> list[str]:
    """Return the names of the files in an archive, in its order.

    Raises
    ------
    SourceError
        It is no archive, or a name in it leads out of it.
    """
    with _opened(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in name:
            raise SourceError(f"{path}: holds '{name}', a path that leads out of the archive. Do not use this file.")
    return names


def unpack(path: Path, name: str, target: Path) -> Path:
    """Write one file of an archive to `target`, within limits, and return it.

    Raises
    ------
    SourceError
        The file is not there, is protected by a password, broken, or grows beyond all measure.
    """
    with _opened(path) as archive:
        try:
            info = archive.getinfo(name)
        except KeyError as error:
            raise SourceError(f"{path}: holds no '{name}'.") from error
        if info.flag_bits & 1:
            raise SourceError(f"{path}: '{name}' is protected by a password. Unpack it yourself and give the folder.")
        limit = min(LARGEST_BYTES, LARGEST_RATIO * max(info.compress_size, 1) + 1_000_000)
        try:
            with archive.open(info) as packed, target.open("wb") as plain:
                _copy(packed.read, plain.write, limit=limit, name=f"{path}: '{name}'")
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"{path}: '{name}' is broken ({error}). Download the archive again.") from error
    return target


def _copy(read: Callable[[int], bytes], write: Callable[[bytes], object], *, limit: int, name: str) -> None:
    written = 0
    while part := read(1 << 20):
        written += len(part)
        if written > limit:
            raise SourceError(
                f"{name} unpacks to more than {limit / 1e6:,.0f} MB, which no census table does. Do not use this file."
            )
        write(part)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: does not exist. Check the path.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{path}: is a broken zip archive. Download it again.") from error
