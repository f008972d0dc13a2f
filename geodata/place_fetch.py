"""``[fetch]`` of place.toml: where the answers of public services are kept, and under which names they are asked."""

from __future__ import annotations

from geodata.section import Section, Text


class FetchChoice(Section):
    """``[fetch]``: what ``onetown fetch`` needs to know.

    Parameters
    ----------
    cache
        Folder of everything that was fetched, each file with a record of its source, licence, checksum and date;
        relative to the data folder. Copy it to a computer without network and use ``--offline`` there.
    catalogue
        A file of your own that replaces addresses and names of services; relative to the data folder.
    """

    cache: Text = "fetched"
    catalogue: str | None = None
