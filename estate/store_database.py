"""A register kept in a schema of a PostGIS database: three tables that only grow, and the view `register`.

A save is one transaction under a lock of its own, so it is whole or absent, and who comes second is told. The view is
the present state with typed columns, for QGIS and SQL; being a view it cannot be edited by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from estate.keeping import BNG, Laid, contents_of, lay_down, versions_of, wanted_versions
from estate.store import Contents, Entry, Version, check_last
from geodata.errors import SourceError
from geodata.inputs import DatabaseAddress
from geodata.postgis import connected, split_name, statement

if TYPE_CHECKING:
    from geodata.postgis import Composed, Connection

SCHEMA = "onetown"
LOCK_SECONDS = 10
_TABLES = {
    "versions": "onetown_versions",
    "parts": "onetown_parts",
    "history": "onetown_history",
    "set_aside": "onetown_set_aside",
    "register": "register",
}
_MAKE = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE {versions} (
    version integer PRIMARY KEY, saved_at text NOT NULL, saved_by text, note text, bodies text, about text NOT NULL);
CREATE TABLE {parts} (
    version integer REFERENCES {versions}, organisation text, PRIMARY KEY (organisation, version));
CREATE TABLE {history} (
    version integer REFERENCES {versions}, place integer, organisation text, asset_id text, row json,
    geometry {geometry}(Point, 27700), PRIMARY KEY (version, place));
CREATE TABLE {set_aside} (
    version integer REFERENCES {versions}, place integer, row json, PRIMARY KEY (version, place))
"""
_VIEW = """
CREATE OR REPLACE VIEW {register} AS SELECT {columns} FROM {history} AS h
JOIN (SELECT organisation, max(version) AS version FROM {parts} GROUP BY organisation) AS last
USING (organisation, version)
"""
_HAS_TABLE = """
SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
               WHERE n.nspname = %s AND c.relname = %s)
"""
_POSTGIS = """
SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'
"""
_VIEW_COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = 'register' "
    "ORDER BY ordinal_position"
)
_KINDS = {"float64": "double precision", "int64": "bigint", "bool": "boolean", "boolean": "boolean"}
_KNOWN_KINDS = {*_KINDS.values(), "timestamp without time zone", "text"}


@dataclass(frozen=True, slots=True)
class DatabaseStore:
    """A register in a PostGIS database.

    Parameters
    ----------
    address
        ``postgresql://user@host/database``, with the schema after a ``#``; `onetown` by default.
    """

    address: DatabaseAddress

    def __post_init__(self) -> None:
        """Check that one schema is named."""
        if len(split_name(self.address.target)) > 1:
            raise SourceError(f"{self.address}: names a table. Give the schema of the register alone after the #.")

    @property
    def shown(self) -> str:
        """The address without its password."""
        return str(self.address)

    @property
    def schema(self) -> str:
        """The schema that holds the register."""
        return (split_name(self.address.target) or (SCHEMA,))[0]

    def versions(self) -> tuple[Version, ...]:
        """Return all versions, oldest first; none where nothing has been kept yet.

        Raises
        ------
        SourceError
            Nobody answers, or the user may not read.
        """
        with connected(self.address) as connection:
            return versions_of(self._table(connection), self.shown)

    def read(self, number: int | None = None) -> Contents:
        """Return the register at a version, the last by default; empty where nothing has been kept yet.

        Raises
        ------
        SourceError
            Nobody answers, or the user may not read.
        """
        with connected(self.address) as connection:
            table = self._table(connection)
            versions = versions_of(table, self.shown)
            wanted = list(wanted_versions(versions, number))
            history = self._history(connection, wanted)
            set_aside = self._set_aside(connection, wanted)
        return contents_of(versions, number, table=table, history=history, set_aside=set_aside)

    def identifiers(self) -> frozenset[str]:
        """Return every `asset_id` that was ever kept."""
        with connected(self.address) as connection:
            if not self._exists(connection):
                return frozenset()
            query = self._statement("SELECT DISTINCT asset_id FROM {history}")
            return frozenset(str(asset_id) for (asset_id,) in connection.execute(query))

    def save(self, entry: Entry, *, expected: int) -> Version:
        """Keep a delivery as the version after `expected`.

        Parameters
        ----------
        entry
            The delivery.
        expected
            The last version that the caller has seen; 0 for none.

        Raises
        ------
        OvertakenError
            Somebody else has saved a version since.
        SourceError
            The database has no PostGIS, nobody answers, somebody else is saving, or the user may not write.
        """
        with self._locked() as connection:
            self._make(connection)
            versions = versions_of(self._table(connection), self.shown)
            check_last(self.shown, versions, expected)
            laid = lay_down(entry, expected + 1)
            self._add(connection, laid, entry)
            self._draw_view(connection, entry.rows)
        return entry.version(expected + 1)

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """Give a connection that nobody else saves through; each statement sees what was committed before it."""
        with connected(self.address, writes=True) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            connection.execute(f"SET LOCAL lock_timeout TO '{LOCK_SECONDS}s'")
            key = f"onetown register {self.schema}"
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
            yield connection

    def _make(self, connection: Connection) -> None:
        """Make schema and tables where they are not there."""
        if self._exists(connection):
            return
        found = connection.execute(_POSTGIS).fetchone()
        if found is None:
            raise SourceError(
                f"{self.shown}: the database has no PostGIS. Ask its administrator to run CREATE EXTENSION postgis."
            )
        connection.execute(self._statement(_MAKE, {"geometry": (str(found[0]), "geometry")}))

    def _exists(self, connection: Connection) -> bool:
        found = connection.execute(_HAS_TABLE, (self.schema, _TABLES["versions"])).fetchone()
        return bool(found and found[0])

    def _table(self, connection: Connection) -> pd.DataFrame:
        names = ["version", "saved_at", "saved_by", "note", "about"]
        if not self._exists(connection):
            return pd.DataFrame(columns=names)
        query = self._statement("SELECT version, saved_at, saved_by, note, about FROM {versions} ORDER BY version")
        return pd.DataFrame(connection.execute(query).fetchall(), columns=names)

    def _history(self, connection: Connection, wanted: list[int]) -> gpd.GeoDataFrame:
        rows = self._rows(connection, "version, organisation, row::text, geometry::text", "history", wanted)
        table = pd.DataFrame(rows, columns=["version", "organisation", "row", "geometry"])
        shapes = shapely.from_wkb(table.pop("geometry").to_numpy(dtype=object))
        return gpd.GeoDataFrame(table, geometry=shapes, crs=BNG)

    def _set_aside(self, connection: Connection, wanted: list[int]) -> pd.DataFrame:
        rows = self._rows(connection, "version, row::text", "set_aside", wanted)
        return pd.DataFrame(rows, columns=["version", "row"])

    def _rows(self, connection: Connection, columns: str, table: str, wanted: list[int]) -> list[tuple[object, ...]]:
        """Return rows of the wanted versions in the order in which they were kept."""
        if not wanted:
            return []
        where = "WHERE version = ANY (%s) ORDER BY version, place"
        query = self._statement(f"SELECT {columns} FROM {{{table}}} {where}")  # noqa: S608 - our own words only
        return connection.execute(query, (wanted,)).fetchall()

    def _add(self, connection: Connection, laid: Laid, entry: Entry) -> None:
        """Add the rows of a delivery to the tables."""
        number = int(laid.version["version"].iloc[0])
        self._copy(connection, "versions", laid.version)
        bodies = [part.organisation for part in entry.parts]
        self._copy(connection, "parts", pd.DataFrame({"version": number, "organisation": bodies}))
        shapes = shapely.to_wkb(shapely.set_srid(laid.history.geometry.to_numpy(), 27700), hex=True, include_srid=True)
        self._copy(connection, "history", pd.DataFrame(laid.history.drop(columns="geometry")).assign(geometry=shapes))
        self._copy(connection, "set_aside", laid.set_aside)

    def _copy(self, connection: Connection, table: str, rows: pd.DataFrame) -> None:
        names = {f"c{place}": str(name) for place, name in enumerate(rows.columns)}
        listed = ", ".join(f"{{{key}}}" for key in names)
        query = self._statement(f"COPY {{{table}}} ({listed}) FROM STDIN", names)
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            for row in rows.astype(object).itertuples(index=False, name=None):
                copy.write_row(row)

    def _draw_view(self, connection: Connection, rows: gpd.GeoDataFrame) -> None:
        """Make the view `register`; columns that it has keep their place and kind, new ones follow."""
        there = {str(name): str(kind) for name, kind in connection.execute(_VIEW_COLUMNS, (self.schema,))}
        columns = {name: kind for name, kind in there.items() if name not in {"asset_id", "geometry"}}
        for name in rows.columns:
            if name not in columns and name != rows.active_geometry_name:
                columns[str(name)] = _kind(str(rows[name].dtype))
        if there and set(columns) <= set(there):
            return
        kinds = [kind if kind in _KNOWN_KINDS else "text" for kind in columns.values()]
        said = [f"(h.row ->> {{t{n}}})::{kind} AS {{c{n}}}" for n, kind in enumerate(kinds)]
        template = _VIEW.replace("{columns}", ", ".join(["h.asset_id", "h.geometry", *said]))
        texts = {f"t{n}": name for n, name in enumerate(columns)}
        names = {f"c{n}": name for n, name in enumerate(columns)}
        connection.execute(self._statement(template, names, texts=texts))

    def _statement(
        self,
        template: str,
        names: Mapping[str, str | tuple[str, ...]] | None = None,
        *,
        texts: Mapping[str, str] | None = None,
    ) -> Composed:
        """Return SQL with the names of our schema and tables in it."""
        ours = {key: (self.schema, table) for key, table in _TABLES.items()}
        return statement(template, {"schema": self.schema, **ours, **(names or {})}, texts=texts)


def _kind(dtype: str) -> str:
    """Return the kind of a column of the view for that of a column of the register."""
    return "timestamp without time zone" if dtype.startswith("datetime64") else _KINDS.get(dtype, "text")
