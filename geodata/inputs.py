"""What a person may name as an input: a file, a table of a database, or standard input.

``-`` is standard input; ``postgresql://user@host/database#schema.table`` is a table, and with a ``SELECT`` after the
``#`` a query; anything else is a file. Each prints as people should see it: a password never appears, not in a
message, not in a result and not in ``run.json``.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from geodata.errors import SourceError

#: What a list may be named by, in code and in place.toml.
Named = str | os.PathLike[str]

STANDARD_INPUT = "-"
MAX_INPUT_BYTES = 1 << 30

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:/{1,3}(?=[^/\\])", re.IGNORECASE)
_DATABASE = re.compile(r"(postgres|postgresql|postgis)(\+\w+)?:/{1,3}", re.IGNORECASE)
_USER_PASSWORD = re.compile(r"(?<=://)([^/?#@:]*):([^/?#]*)@")
_PASSWORD_SETTING = re.compile(r"(?<=[?&])((?:ssl)?password)=([^&#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A place in a PostgreSQL database; prints without its password.

    Parameters
    ----------
    connection
        Address as libpq takes it, ``postgresql://user@host:port/database?setting=value``, maybe with a password.
    target
        What stands after the ``#``: ``schema.table``, ``table``, a ``SELECT``, or "".
    """

    connection: str = field(repr=False)
    target: str

    def __str__(self) -> str:
        return self.shown

    def __fspath__(self) -> str:
        """Return the address without password, so that names of files can be made from it; it opens nothing."""
        return self.shown

    @property
    def shown(self) -> str:
        """The address as people may see it."""
        return without_password(self.connection) + (f"#{self.target}" if self.target else "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords in the address, as written and decoded, to be struck out of what a server says."""
        found = [match[1] for match in _USER_PASSWORD.findall(self.connection)]
        found += [match[1] for match in _PASSWORD_SETTING.findall(self.connection)]
        return tuple(dict.fromkeys(text for word in found if word for text in (word, unquote(word))))


@dataclass(frozen=True, slots=True)
class StandardInput:
    """What is piped into the command.

    Parameters
    ----------
    stream
        The bytes; those of the process by default. They are read once and kept, however often they are asked for.
    """

    stream: BinaryIO = field(default_factory=lambda: sys.stdin.buffer, repr=False)

    def __str__(self) -> str:
        return "standard input"

    def __fspath__(self) -> str:
        """Return the words for it, so that names can be made from them; they open nothing."""
        return "standard input"

    def content(self) -> bytes:
        """Return all bytes.

        Raises
        ------
        SourceError
            Nothing is piped in, or more than 1 GiB.
        """
        return _content_of(self.stream)


Input = Path | DatabaseAddress | StandardInput


def input_named(name: Named | DatabaseAddress | StandardInput, *, base: Path = Path()) -> Input:
    """Return what a name means.

    Parameters
    ----------
    name
        A path, ``-``, or the address of a database with the table or query after ``#``. Names that mean something
        already are given back as they are.
    base
        Folder that a path is relative to.

    Raises
    ------
    SourceError
        The name is a web address, or of a database of another kind.

    Examples
    --------
    >>> print(input_named("postgresql://ann:secret@gis.example/estate#assets.sites"))
    postgresql://ann:***@gis.example/estate#assets.sites
    >>> print(input_named("-"), input_named("fire.xlsx", base=Path("lists")).as_posix(), sep="; ")
    standard input; lists/fire.xlsx
    """
    if isinstance(name, DatabaseAddress | StandardInput):
        return name
    text = os.fspath(name)
    if text == STANDARD_INPUT:
        return StandardInput()
    if scheme := _DATABASE.match(text):
        # a pathlib.Path has squeezed "//" into "/"
        connection, _, target = text[scheme.end() :].partition("#")
        slashes = "///" if scheme[0].endswith("///") else "//"
        return DatabaseAddress(f"postgresql:{slashes}{connection}", target.strip())
    if _SCHEME.match(text):
        raise SourceError(
            f"{without_password(text)}: is an address that onetown does not read. Download the list and give the file, "
            "or give postgresql://user@host/database#schema.table."
        )
    return base / text


def is_database(name: object) -> bool:
    """Return True where a name is the address of a database.

    Examples
    --------
    >>> is_database("postgresql://h/d"), is_database("county.gpkg")
    (True, False)
    """
    return isinstance(name, DatabaseAddress) or (isinstance(name, str) and bool(_DATABASE.match(name)))


def shown(name: Named | DatabaseAddress | StandardInput) -> str:
    """Return a name as it may be printed or written: without password, ``-`` in words.

    Examples
    --------
    >>> shown("postgresql://ann:secret@h/d?sslpassword=x#t"), shown("lists/fire.xlsx")
    ('postgresql://ann:***@h/d?sslpassword=***#t', 'lists/fire.xlsx')
    """
    text = os.fspath(name)
    return str(input_named(text)) if text == STANDARD_INPUT or is_database(text) else text


def without_password(address: str) -> str:
    """Return the address with three stars for every password.

    Examples
    --------
    >>> without_password("postgresql://ann:p@ss@h/d"), without_password("postgresql://ann@h/d")
    ('postgresql://ann:***@h/d', 'postgresql://ann@h/d')
    """
    return _PASSWORD_SETTING.sub(r"\1=***", _USER_PASSWORD.sub(r"\1:***@", address))


@lru_cache(maxsize=1)
def _content_of(stream: BinaryIO) -> bytes:
    """Read the stream to its end; kept, because a process can read its standard input only once."""
    if stream.isatty():
        raise SourceError("standard input: nothing is piped in. Pipe a list into the command, or name a file.")
    content = stream.read(MAX_INPUT_BYTES + 1)
    if len(content) > MAX_INPUT_BYTES:
        raise SourceError("standard input: holds more than 1 GiB. Give a file, cut to the place.")
    return content
