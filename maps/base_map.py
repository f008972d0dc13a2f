"""A base map below the areas, from any tile address, only when it is asked for.

It is the one thing for which a page of ours asks the network. The page says so, its policy is opened for that host
alone, and the base map is not drawn without saying whose it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geodata.errors import DataError
from maps.inert import plain_text

_ADDRESS = re.compile(r"(https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?)/[^\s\"'<>;,\\]*")
EXAMPLE = '--base-map "https://tile.example.org/{z}/{x}/{y}.png" --base-attribution "(c) Example contributors"'


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A base map.

    Parameters
    ----------
    address
        Of a tile, with ``{z}``, ``{x}`` and ``{y}`` in the places of zoom, column and row.
    attribution
        Whose map it is, and under which licence.

    Raises
    ------
    DataError
        The address is not one of tiles over https, or there is no attribution (all faults at once).
    """

    address: str
    attribution: str

    def __post_init__(self) -> None:
        faults = []
        lacking = [part for part in ("{z}", "{x}", "{y}") if part not in self.address]
        if not _ADDRESS.fullmatch(self.address):
            faults.append(f"'{plain_text(self.address)}' is not an address of one host over https.")
        elif lacking:
            faults.append(f"'{self.address}' lacks {', '.join(lacking)}.")
        elif set(re.findall(r"\{[^}]*\}", self.address)) - {"{z}", "{x}", "{y}"}:
            faults.append(f"'{self.address}' has other places to fill than {{z}}, {{x}} and {{y}}.")
        if not plain_text(self.attribution):
            faults.append("There is no attribution: say whose map it is and under which licence.")
        if faults:
            raise DataError(f"base map: {' '.join(faults)} For example: {EXAMPLE}")

    @property
    def host(self) -> str:
        """Scheme and host, as the policy of the page names it."""
        found = _ADDRESS.fullmatch(self.address)
        return found[1] if found else ""


def base_map_of(address: str, attribution: str) -> BaseMap | None:
    """Return the base map that was asked for, None where none was.

    Raises
    ------
    DataError
        One of the two is given without the other, or see :class:`BaseMap`.

    Examples
    --------
    >>> base_map_of("", "") is None
    True
    >>> base_map_of("https://tile.example.org/{z}/{x}/{y}.png", "(c) Example").host
    'https://tile.example.org'
    """
    return BaseMap(address, attribution) if address or attribution else None
