"""Earliest arrival by public transport: one pass over the connections of a day, in order of departure.

    a connection can be taken where one sits on its trip already, or stands at its stop in time;
    whoever takes it stands at its end, and at the stops that are a short walk from there

Dibbelt, J., Pajor, T., Strasser, B. and Wagner, D. (2018): Connection Scan Algorithm. Journal of Experimental
Algorithmics 23, 1.7. Compiled with Numba (extra ``transit``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import SourceError

try:
    from numba import njit as _compiled

    njit: Any = _compiled
except ImportError:
    njit = None

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Least time between getting off one vehicle and boarding another, at the same stop or the next bay (seconds).
CHANGE_S = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Short walks from each of some places to others, in compressed rows.

    Parameters
    ----------
    first
        Walks of place i are those from ``first[i]`` to ``first[i + 1]``, shape (n_places + 1,).
    to
        Number of the other place.
    seconds
        How long the walk takes.
    """

    first: Ints
    to: Ints
    seconds: Floats

    @classmethod
    def of(cls, start: Ints, to: Ints, seconds: Floats, n_places: int) -> Walks:
        """Return walks given one by one."""
        order = np.argsort(start, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=n_places))])
        return cls(first.astype(np.int64), to[order].astype(np.int64), seconds[order].astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """How long it takes to change, at one stop and from one to another.

    Parameters
    ----------
    at_stop_s
        From one vehicle to another at the same stop (seconds, infinite where nobody can), shape (n_stops,).
    walks
        Walks to other stops.
    ready_s
        By walk: how long until one can board there, at least as long as the walk.
    """

    at_stop_s: Floats
    walks: Walks
    ready_s: Floats


def changes_of(n_stops: int, between_stops: Walks, told: pd.DataFrame | None = None) -> Changes:
    """Return the changes that walks make possible, as long as the timetable says, and a minute at least.

    Parameters
    ----------
    n_stops
        Number of stops.
    between_stops
        Walks from stop to stop.
    told
        ``from_stop``, ``to_stop``, ``least_s``: what the timetable says; a change that no walk makes takes just that.

    Examples
    --------
    >>> told = pd.DataFrame({"from_stop": [0, 0], "to_stop": [0, 1], "least_s": [300.0, 120.0]})
    >>> found = changes_of(2, Walks.of(np.array([0]), np.array([1]), np.array([30.0]), 2), told)
    >>> found.at_stop_s.tolist(), found.walks.seconds.tolist(), found.ready_s.tolist()
    ([300.0, 60.0], [30.0], [120.0])
    """
    start = np.repeat(np.arange(n_stops), np.diff(between_stops.first))
    pairs = pd.DataFrame({"from_stop": start, "to_stop": between_stops.to, "walk_s": between_stops.seconds})
    given = pd.DataFrame(columns=["from_stop", "to_stop", "least_s"], dtype=float) if told is None else told
    least = given.astype({"from_stop": np.int64, "to_stop": np.int64}).groupby(["from_stop", "to_stop"]).max()
    pairs = pairs.merge(least.reset_index(), how="outer", on=["from_stop", "to_stop"])
    pairs["ready_s"] = pairs[["walk_s", "least_s"]].max(axis=1).clip(lower=CHANGE_S)
    pairs["walk_s"] = pairs["walk_s"].fillna(pairs["least_s"])
    own = pairs["from_stop"].eq(pairs["to_stop"])
    at_stop = np.full(n_stops, CHANGE_S)
    at_stop[pairs.loc[own, "from_stop"]] = pairs.loc[own, "least_s"].fillna(0.0).clip(lower=CHANGE_S)
    other = pairs[~own & np.isfinite(pairs["walk_s"])].sort_values(["from_stop", "to_stop"], kind="stable")
    ends = other["from_stop"].to_numpy(np.int64), other["to_stop"].to_numpy(np.int64)
    walks = Walks.of(*ends, other["walk_s"].to_numpy(np.float64), n_stops)
    return Changes(at_stop, walks, other["ready_s"].to_numpy(np.float64))


def scanner(connections: pd.DataFrame, n_stops: int, changes: Changes) -> Scanner:
    """Return the connections ready to be scanned.

    Parameters
    ----------
    connections
        As in :class:`~geodata.timetable.Timetable`.
    n_stops
        Number of stops.
    changes
        How long changes take.

    Raises
    ------
    SourceError
        Numba is not installed.
    """
    if njit is None:
        raise SourceError(
            "timetables: Numba is needed to read them. Install it with: pip install 'onetown[transit]', or leave "
            "timetables out."
        )
    return Scanner(
        from_stop=connections["from_stop"].to_numpy(dtype=np.int64),
        to_stop=connections["to_stop"].to_numpy(dtype=np.int64),
        departs_s=connections["departs_s"].to_numpy(dtype=np.float64),
        arrives_s=connections["arrives_s"].to_numpy(dtype=np.float64),
        trip=connections["trip"].to_numpy(dtype=np.int64),
        board=connections["board"].to_numpy(dtype=np.bool_),
        alight=connections["alight"].to_numpy(dtype=np.bool_),
        n_trips=int(connections["trip"].max()) + 1 if len(connections) else 0,
        n_stops=n_stops,
        changes=changes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Scanner:
    """Connections of a day as arrays; see :func:`scanner`."""

    from_stop: Ints
    to_stop: Ints
    departs_s: Floats
    arrives_s: Floats
    trip: Ints
    board: NDArray[np.bool_]
    alight: NDArray[np.bool_]
    n_trips: int
    n_stops: int
    changes: Changes

    def arrivals(self, leaves_s: float, stops: Ints, walks_s: Floats, *, limit_s: float) -> Floats:
        """Return the earliest arrival at every stop for somebody who leaves home at a time.

        Parameters
        ----------
        leaves_s
            When home is left (seconds after midnight).
        stops, walks_s
            Stops within a walk of home, and how long it takes (seconds).
        limit_s
            Arrivals later than this after leaving are not looked for.

        Returns
        -------
        ndarray
            Seconds after midnight, shape (n_stops,), infinite where out of reach.
        """
        at = np.full(self.n_stops, np.inf)
        at[stops] = leaves_s + walks_s
        first = int(np.searchsorted(self.departs_s, leaves_s))
        _scan(
            self.from_stop, self.to_stop, self.departs_s, self.arrives_s, self.trip, self.board, self.alight,
            self.changes.walks.first, self.changes.walks.to, self.changes.walks.seconds, self.changes.ready_s,
            first, leaves_s + limit_s, at, at.copy(), np.full(self.n_stops, np.inf),
            np.zeros(self.n_trips, dtype=np.bool_), self.changes.at_stop_s,
        )  # fmt: skip
        return at


def _pass(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    from_stop, to_stop, departs, arrives, trip, board, alight, walk_first, walk_to, walk_s, ready_s,
    first, last_s, at, ready, rode, riding, change_s,
):  # fmt: skip
    """Go through the connections once.

    `at` is the earliest arrival at a stop, `rode` that by vehicle, `ready` when one can board there.
    """
    for c in range(first, len(departs)):
        if departs[c] > last_s:
            break
        if not riding[trip[c]]:
            if not board[c] or ready[from_stop[c]] > departs[c]:
                continue
            riding[trip[c]] = True
        here = to_stop[c]
        if not alight[c] or arrives[c] > last_s:
            continue
        # who came here on foot walks no further; who rides here may, however early others walked here
        if arrives[c] >= rode[here]:
            continue
        rode[here] = arrives[c]
        at[here] = min(at[here], arrives[c])
        ready[here] = min(ready[here], arrives[c] + change_s[here])
        for w in range(walk_first[here], walk_first[here + 1]):
            there = walk_to[w]
            at[there] = min(at[there], arrives[c] + walk_s[w])
            ready[there] = min(ready[there], arrives[c] + ready_s[w])


_scan: Any = _pass if njit is None else njit(cache=True)(_pass)
